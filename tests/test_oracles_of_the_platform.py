"""The platform's kernels against their oracles, on drawn states and in whole runs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from scenarios import load_scenario
from sim.case import Case
from sim.policy import compile_policy
from sim.run import step
from tests.kernels import live_and_die
from tests.lab import Setting, parameters, surabaya
from tests.phases import Phases, close_to
from tests.reference.adapter import ONLINE_FLOATS, SHOP_FLAGS, SHOP_FLOATS, SHOP_INTEGERS
from tests.reference.local_market import local_market
from tests.reference.online_market import online_market
from tests.reference.room import room
from tests.reference.shops import shops
from tests.reference.twin import twin_differences, twin_of
from tests.states import PLATFORM, State, states

drawn = settings(max_examples=25)
SHOPS = tuple(f"shops.{name}" for name in SHOP_INTEGERS + SHOP_FLAGS + SHOP_FLOATS)
ONLINE = tuple(f"online.{name}" for name in ONLINE_FLOATS)
ALL_LEVERS = {
    "platform.onboarding_places": 60_000.0,
    "platform.training_places": 60_000.0,
    "platform.fee_subsidy": 0.5,
    "platform.promotion": 1.0,
    "platform.free_orders": 20.0,
}


@drawn
@given(states(bases=(PLATFORM,)))
def test_the_online_market(state: State) -> None:
    """Step 9: spending moved, sellers chosen, whole orders, fees, payouts; and what is left."""
    run = Phases(state)
    run.until_ordered()
    objects = run.compare(
        [online_market, room, local_market],
        run.trade,
        *(SHOPS + ONLINE),
        *("firms.room", "firms.local_sales", "pools.spending"),
    )
    assert close_to(objects.fees_borne, float(run.tables.platform["subsidy"][0]))
    assert close_to(objects.sold_outside, float(run.tables.platform["outside"][0]))


@drawn
@given(states(bases=(PLATFORM,)))
def test_the_end_of_the_shops_month(state: State) -> None:
    """Ratings, giving up, training, joining and public cost; closed firms and entrants among it."""
    run = Phases(state)
    run.until_traded()
    run.produce()
    args = (run.seed, np.uint64(run.world.population_seed), run.month)
    live_and_die(run.tables, run.params, run.world.sizes, *args)
    # The oracle of step 9 left these behind.
    start = run.objects()
    start.fees_borne = float(run.tables.platform["subsidy"][0])
    start.sold_outside = float(run.tables.platform["outside"][0])
    run.objects = lambda: start  # type: ignore[method-assign]
    paid: list[float] = []
    objects = run.compare([shops], lambda: paid.append(run.end_online()), *SHOPS)
    assert close_to(objects.platform_cost, paid[0])


@pytest.mark.parametrize("name", ["no_policy", "mandated_hotel_partnership"])
def test_a_world_with_a_platform_equals_its_twin(name: str) -> None:
    """Thirty months beside the twin, with every lever of the platform from month 4 on."""
    values = parameters({"platform_on": 1.0})
    case = Case.of(
        load_scenario(name), surabaya(), seed=3, scale=1000, months=30, parameters=values
    )
    world = case.world()
    levers = {key: Setting(value, start=4) for key, value in ALL_LEVERS.items()}
    levers = {**load_scenario(name).levers, **levers}  # type: ignore[dict-item]
    world.policy = compile_policy(levers, world.names.goods, 30)
    twin = twin_of(world)
    for month in range(30):
        step(world)
        twin.step()
        faults = twin_differences(twin, world)
        assert not faults, f"month {month}:\n" + "\n".join(faults)
        assert close_to(twin.world.public_cost, float(world.monthly["public_cost"][month]), 1e-9)
    twin.close()
    assert world.online["shops_onboarded"].sum() > 0
    assert world.online["shops_dropped"].sum() > 0
