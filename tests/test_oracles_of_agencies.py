"""Agencies, cooperatives and events: kernels against oracles, and pooling worked out on paper."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from scenarios.region import Region
from scenarios.scenario import load_scenario
from sim.policy import compile_policy
from sim.run import step
from sim.world import World
from tests.lab import agency_town, lab_world
from tests.phases import Phases
from tests.reference.common import season
from tests.reference.orders import count
from tests.reference.production import production
from tests.reference.proposals import run_stage
from tests.reference.rounds import Task, ranked
from tests.reference.state import AGENCY, Buyer, Cooperative, Firm, Good, Line
from tests.reference.state import World as Objects
from tests.reference.support import support
from tests.reference.toy import Fixed, connect, make_world
from tests.reference.twin import twin_differences, twin_of
from tests.states import State, states

drawn = settings(max_examples=20)

ALL_POOL = {"cooperative_membership": 1.0, "cooperative_active": 1.0}
PROCUREMENT: dict[str, object] = {
    "agency.binding": 1.0,
    "agency.coverage": 1.0,
    "agency.quota": 0.6,
    "agency.goods": ("school_uniforms", "sand_and_stone"),
    "agency.price_cap": 0.5,
    "inspection.hours_per_month": 100.0,
    "inspection.depth": 0.5,
    "inspection.sanction_million_rp": 500.0,
}


@drawn
@given(states())
def test_help_onto_the_catalogue_and_events(state: State) -> None:
    run = Phases(state)
    registered: list[float] = []
    objects = run.compare(
        [support],
        lambda: registered.append(run.support()),
        *("firms.certificates", "firms.event_until", "buyers.event_until"),
    )
    assert registered == [objects.registered]


# -- the twin


def _beside_the_twin(world: World, months: int) -> None:
    twin = twin_of(world)
    for month in range(months):
        step(world)
        twin.step()
        faults = twin_differences(twin, world)
        assert not faults, f"month {month}:\n" + "\n".join(faults)
    twin.close()


@pytest.mark.parametrize(
    "name",
    [
        "agency_procurement",
        "agency_procurement_pooling",
        "kutai_timur_adoption",
        "large_buyer_procurement",
        "matching_event",
    ],
)
def test_a_scenario_equals_its_twin_month_by_month(name: str) -> None:
    world = lab_world(agency_town(200), seed=5, months=44, values=ALL_POOL)
    world.policy = compile_policy(load_scenario(name).levers, world.names.goods, 44)
    _beside_the_twin(world, 44)
    assert world.column("agency_direct").sum() > 0.0


def test_pooled_orders_equal_their_twin_month_by_month() -> None:
    """Lots that few reach alone, so that cooperatives deliver, and firms are shared among lines."""
    levers = {
        **PROCUREMENT,
        "agency.catalogue_required": 0.0,
        "cooperative.pooling": 1.0,
        "cooperative.on_catalogue": 1.0,
        "hotel.goods": ("slippers",),
        "matching_event.per_year": 6.0,
        "matching_event.firms": 40.0,
    }
    values = {**ALL_POOL, "goods.school_uniforms.lot": 30.0, "agency_suppliers": 4.0}
    world = lab_world(agency_town(300), seed=5, months=44, values=values, levers=levers)
    _beside_the_twin(world, 44)
    pooled = world.column("pooled_direct")
    assert (pooled > 0.0).sum() >= 5
    assert world.column("cooperative_fees")[pooled > 0.0].min() > 0.0


OFF = {
    "pooling": ({"cooperative_active": 0.0}, "pooling.cooperative_of", lambda *_: None),
    "loss by coordination": ({"coordination_loss": 0.0}, "pooling.lost", lambda *_: 0.0),
    "fees": ({"cooperative_fee": 0.0}, "money.fee", lambda *_: 0.0),
}


@pytest.mark.parametrize("name", OFF)
def test_off_equals_the_schedule_without_it_and_on_parts_from_it(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As tests/test_off.py, in a town where cooperatives have orders to pool."""
    null, oracle, instead = OFF[name]
    monkeypatch.setattr(f"tests.reference.{oracle}", instead)
    levers = {
        **PROCUREMENT,
        "agency.catalogue_required": 0.0,
        "cooperative.pooling": 1.0,
    }
    values = {**ALL_POOL, "coordination_loss": 0.1, "goods.school_uniforms.lot": 30.0}
    region = agency_town(200)
    off = lab_world(region, seed=5, months=34, values={**values, **null}, levers=levers)
    _beside_the_twin(off, 34)
    on = lab_world(region, seed=5, months=34, values=values, levers=levers)
    with pytest.raises(AssertionError, match="month"):
        _beside_the_twin(on, 34)


def test_no_policy_of_a_region_with_agencies_equals_its_twin() -> None:
    world = lab_world(agency_town(150), seed=6, months=24)
    _beside_the_twin(world, 24)


# -- by hand

# One line needs 10, the smallest part is 4. Firm 0 can make 5, firms 1 to 4 make 2, 1.5, 1, 3.
# 1, 2 and 4 belong to cooperative 0, 3 to the inactive cooperative 1.
#
# Alone   f0 gives 5; 2, 1.5, 1 and 3 are too small.
# Pooled  cooperative 0 offers 2 + 1.5 + 3 = 6.5, of which 5 are wanted: by utility f1 2, f2 1.5,
#         f4 the last 1.5. Together 5 reach 4.
# f3 is left out, but no need is left, so nobody counts as left out.
MADE = (5.0, 2.0, 1.5, 1.0, 3.0)
UTILITIES = {0: 0.5, 1: 0.4, 2: 0.3, 3: 0.2, 4: 0.1}
MEMBERS = {1: 0, 2: 0, 4: 0, 3: 1}


def _pooling_world(active: bool = True, **params: float) -> tuple[Objects, Line]:
    firms = [
        Firm(slot=i, financeable=made, member=i in MEMBERS, pool=MEMBERS.get(i, 2))
        for i, made in enumerate(MADE)
    ]
    world = make_world(
        firms=firms,
        goods=[Good(orders=1.0)],
        params={"coordination_loss": 0.02, "cooperative_fee": 0.1, **params},
        cooperatives=[Cooperative(pooling=active), Cooperative(), Cooperative()],
    )
    line = connect(world, Buyer(number=0), 16.0, UTILITIES)
    line.need = 10.0
    return world, line


def _order(world: Objects, line: Line) -> list[float]:
    run_stage(world, [Task(line, line.need, ranked(line.links))])
    count(world)
    return [link.order for link in line.links]


def test_pooling_equals_the_solution_by_hand() -> None:
    world, line = _pooling_world()
    assert _order(world, line) == pytest.approx([5.0, 2.0, 1.5, 0.0, 1.5])
    assert [link.pooled for link in line.links] == [False, True, True, False, True]
    assert world.cooperatives[0].pooled == pytest.approx(5.0)
    assert line.refused == 0


def test_an_inactive_cooperative_pools_nothing() -> None:
    world, line = _pooling_world(active=False)
    assert _order(world, line) == [5.0, 0.0, 0.0, 0.0, 0.0]
    assert line.refused == 4


def test_a_cooperative_below_the_lot_or_the_standard_is_refused_as_a_whole() -> None:
    world, line = _pooling_world()
    world.firms[4].financeable = 0.4  # 2 + 1.5 + 0.4 is below 4
    assert _order(world, line) == [5.0, 0.0, 0.0, 0.0, 0.0]
    world, line = _pooling_world()
    line.links[1].sample = 0.40  # the mean of 0.40, 0.5 and 0.5 less 0.02 is below 0.5 - 0.05
    line.buyer.standard = 0.5
    assert _order(world, line)[1:] == [0.0, 0.0, 0.0, 0.0]
    world, line = _pooling_world(coordination_loss=0.0)
    line.links[1].sample, line.buyer.standard = 0.45, 0.5
    assert sum(_order(world, line)[1:]) == pytest.approx(5.0)


def test_a_pooled_delivery_has_one_quality() -> None:
    world, line = _pooling_world(quality_noise=0.0, load_stress=0.0, return_share=0.5)
    _order(world, line)
    for firm, q in zip(world.firms, (0.9, 0.3, 0.6, 0.9, 0.7), strict=True):
        firm.base_quality, firm.y_max = q, 10.0
    line.buyer.standard = 0.52
    production(world, Fixed())
    mean = (2.0 * 0.3 + 1.5 * 0.6 + 1.5 * 0.7) / 5.0 - 0.02
    assert [link.quality_sum for link in line.links] == pytest.approx([0.9, mean, mean, 0.0, mean])
    assert not line.links[1].defect  # 0.49 is within the tolerance, 0.3 would not be


def test_the_months_of_an_agency() -> None:
    uniforms = Line(buyer=Buyer(number=0, kind=AGENCY), good=0, interval=12, batches=4, phase=6)
    sand = Line(buyer=uniforms.buyer, good=0, interval=1, second_half=0.75)
    world = make_world(firms=[], goods=[Good(orders=0.083)])
    due, half = [], []
    for world.month in range(12):  # January is month 0, July, place 0 of the year, month 6
        due.append(season(world, uniforms))
        half.append(season(world, sand))
    assert due == [0.0, 0.0, 0.0, 3.0, 3.0, 3.0, 3.0, 0.0, 0.0, 0.0, 0.0, 0.0]
    assert half == [0.5] * 6 + [1.5] * 6


def test_the_kernel_orders_by_the_same_calendar() -> None:
    region: Region = agency_town(150)
    world = lab_world(region, months=24)
    seen = []
    for _ in range(24):
        step(world)
        lines = world.lines[world.buyers.kind[world.lines.buyer] == AGENCY]
        of_good = [lines.need[lines.interval == months].sum() for months in (12, 1)]
        seen.append(of_good)
    uniforms, sand = np.array(seen).T
    assert np.flatnonzero(uniforms[:12]).tolist() == [3, 4, 5, 6]
    assert sand[6:12].sum() / sand[:12].sum() == pytest.approx(0.75, abs=0.03)
    budgets = {good: figure.value for good, figure in region.government.items()}
    shocked = 0.9  # some buyers need less for a while
    assert shocked < uniforms.sum() / (2 * budgets["school_uniforms"]) <= 1.0 + 1e-9
    assert shocked < sand.sum() / (2 * budgets["sand_and_stone"]) <= 1.0 + 1e-9
