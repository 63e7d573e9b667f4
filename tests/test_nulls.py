"""What is switched off changes nothing, to the last bit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from scenarios.region import load_region
from scenarios.scenario import list_scenarios, load_scenario
from sim.parameters import Parameters, levers
from sim.policy import compile_policy
from sim.population import build_world
from sim.run import simulate
from sim.tables import Tables
from sim.world import World

SCALE = 100
MONTHS = 48


@dataclass(frozen=True)
class Setting:
    """A lever's setting, as a scenario holds it."""

    value: float | str | tuple[str, ...]
    start: int = 24
    ramp_months: int = 0
    end: int = 83


def _world(months: int = MONTHS, seed: int = 3, **changes: float) -> World:
    params = Parameters.default().replace(check=False, **changes)
    return build_world(load_region("surabaya"), params, seed=seed, scale=SCALE, months=months)


def _bytes(tables: Tables) -> dict[str, bytes]:
    """Every table as bytes; equal only if every bit is."""
    names = (
        *("firms", "buyers", "lines", "links", "pools", "sector_state", "state"),
        *("shops", "online", "platform"),
    )
    return {name: getattr(tables, name).tobytes() for name in names}


def _same(one: World, other: World) -> None:
    assert _bytes(one.tables) == _bytes(other.tables)
    assert one.monthly.tobytes() == other.monthly.tobytes()
    assert one.online.tobytes() == other.online.tobytes()
    assert one.good_state.tobytes() == other.good_state.tobytes()
    for name in one.yearly._fields:
        assert getattr(one.yearly, name).tobytes() == getattr(other.yearly, name).tobytes()


@pytest.mark.parametrize("platform", [0.0, 1.0])
def test_every_lever_at_its_null_is_no_policy_bit_for_bit(platform: float) -> None:
    """A scenario that writes out every lever at its null value is the scenario that writes none."""
    base = simulate(_world(platform_on=platform), 24)
    nulls = {name: Setting(lever.null) for name, lever in levers().items()}
    with_nulls = base.copy(compile_policy(nulls, base.names.goods, MONTHS))
    _same(simulate(with_nulls), simulate(base.copy()))


@pytest.mark.parametrize("name", sorted(levers()))
def test_each_lever_alone_at_its_null_is_no_policy_bit_for_bit(name: str) -> None:
    """No lever does anything at its null by itself."""
    platform = 1.0 if name.startswith("platform.") else 0.0
    base = simulate(_world(months=30, platform_on=platform), 24)
    policy = compile_policy({name: Setting(levers()[name].null)}, base.names.goods, 30)
    _same(simulate(base.copy(policy)), simulate(base.copy()))


@pytest.mark.parametrize("name", sorted(set(list_scenarios()) - {"no_policy"}))
def test_a_policy_from_month_24_leaves_the_months_before_it_identical(name: str) -> None:
    """Firm by firm: the burn-in does not know what comes."""
    scenario = load_scenario(name)
    assumed = {key: one.value for key, one in scenario.assume.items()}
    with_policy = _world(**assumed)
    with_policy.policy = compile_policy(scenario.levers, with_policy.names.goods, MONTHS)
    without = _world(**assumed)
    for month in range(24):
        simulate(with_policy, month + 1)
        simulate(without, month + 1)
        assert with_policy.tables.firms.tobytes() == without.tables.firms.tobytes(), month
    _same(with_policy, without)
    # And the test can fail: the policy does something later.
    simulate(with_policy)
    simulate(without)
    assert with_policy.tables.firms.tobytes() != without.tables.firms.tobytes()


def test_a_branch_from_the_snapshot_equals_a_run_from_the_start() -> None:
    """Copying the columns at month 24 is the same as running the burn-in again."""
    policy = compile_policy(
        load_scenario("mandated_hotel_partnership").levers,
        tuple(load_region("surabaya").goods["good"]),
        MONTHS,
    )
    whole = _world()
    whole.policy = policy
    base = simulate(_world(), 24)
    branch = simulate(base.copy(policy))
    _same(simulate(whole), branch)
    # The snapshot itself is untouched by the branch.
    _same(base, simulate(_world(), 24))


# Process, parameter changes that switch it off, and columns of the firms it alone moves.
OFF = {
    "quality learning from buyers": ({"supplying_quality": 0.0}, ("learned_quality",)),
    "learning of practice": (
        {"supplying_practice": 0.0, "peer_learning": 0.0},
        ("practice",),
    ),
    "growth of capacity": (
        {"investment_rate": 0.0, "cash_investment": 0.0, "capacity_sd": 0.0},
        ("capacity",),
    ),
    "productivity shocks": ({"productivity_sd": 0.0}, ("productivity",)),
}


@pytest.mark.parametrize("process", sorted(OFF))
def test_a_process_that_is_off_leaves_its_columns_where_they_were(process: str) -> None:
    """Firms of generation 0 that live on keep the very bits they started with."""
    changes, columns = OFF[process]
    world = _world(**changes)
    start = {column: world.tables.firms[column].copy() for column in columns}
    simulate(world, 24)
    stayed = (world.firms.generation == 0) & (world.firms.alive == 1)
    assert stayed.sum() > 500
    for column in columns:
        assert np.array_equal(world.tables.firms[column][stayed], start[column][stayed])


def test_no_shocks_no_shocked_buyer_and_no_hazard_no_closure() -> None:
    """Null switches of buyer shocks, exit and wage pressure."""
    world = simulate(
        _world(
            buyer_shock_hazard=0.0,
            exit_base=0.0,
            exit_weak=0.0,
            exit_young=0.0,
            wage_pressure=0.0,
        )
    )
    assert not world.buyers.shocked.any()
    assert world.column("closures").sum() == world.column("insolvencies").sum()
    assert not world.column("wage_pressure").any()


def test_without_buyers_nothing_is_ordered_and_nothing_else_breaks() -> None:
    """A region whose buyers need nothing is a region of local markets."""
    world = _world()
    world.tables.lines["demand"] = 1e-12
    simulate(world)
    assert world.column("direct").max() < 1e-6
    assert world.column("profit").min() > 0.0
