"""What firms of a field experiment get: masks over slots that leave everybody else's luck alone."""

from __future__ import annotations

import numpy as np
import pytest

from scenarios.region import load_region
from scenarios.scenario import load_scenario
from sim.errors import KemitraanError
from sim.parameters import Parameters
from sim.policy import compile_policy
from sim.population import build_world
from sim.run import simulate
from sim.treatment import BUYERS, KINDS, Treatment, attach_treatments
from sim.world import World

SCALE = 100
MONTHS = 48
START = 24
EVERY = {
    "coaching": {"kind": "mentor"},
    "contract": {"million_rp_per_month": 5.0, "standard": 0.5},
    "export_order": {"million_rp": 20.0, "standard": 0.7},
    "cash_grant": {"million_rp": 3.0},
    "loan": {"million_rp": 6.0, "interest_per_month": 0.01, "grace_months": 2},
    "online_training": {},
    "payment_terms": {"days_sooner": 15.0},
    "reserved_share_removed": {"buyers": ("hotel",)},
    "demand_shock": {"change": -0.5},
}


def _start(scenario: str = "no_policy", scale: int = SCALE, **changes: float) -> World:
    """A world at the month where an experiment begins."""
    found = load_scenario(scenario)
    assumed = {name: one.value for name, one in found.assume.items()} | changes
    params = Parameters.default().replace(check=False, **assumed)
    world = build_world(load_region("surabaya"), params, seed=5, scale=scale, months=MONTHS)
    world.attach(compile_policy(found.levers, world.names.goods, MONTHS))
    return simulate(world, START)


@pytest.fixture(scope="module")
def start() -> World:
    """With a marketplace, and hotels that must buy."""
    return _start("mandated_hotel_partnership", platform_on=1.0)


def _some(world: World, every: int = 3) -> np.ndarray:
    """Every so many-th living firm."""
    mask = np.zeros(world.n_firms, bool)
    mask[np.flatnonzero(world.firms.alive == 1)[::every]] = True
    return mask


def _with(start: World, mask: np.ndarray, *treatments: Treatment, stop: int = MONTHS) -> World:
    world = start.copy()
    attach_treatments(world, treatments, np.tile(mask, (len(treatments), 1)))
    return simulate(world, stop)


def _stayed(start: World, mask: np.ndarray, *worlds: World) -> np.ndarray:
    """Those of a mask that stood there at the start and are in business in every world."""
    both = mask.copy()
    for world in worlds:
        both &= (world.firms.alive == 1) & (world.firms.generation == start.firms.generation)
    return both


def _one(kind: str, months: int = 12, /, **values: object) -> Treatment:
    return Treatment(kind, START, months, {**EVERY[kind], **values})  # type: ignore[dict-item]


def _same(one: World, other: World) -> bool:
    names = ("firms", "buyers", "lines", "links", "pools", "shops", "state", "receivables")
    return all(
        getattr(one.tables, name).tobytes() == getattr(other.tables, name).tobytes()
        for name in names
    ) and (one.monthly.tobytes() == other.monthly.tobytes())


def test_every_kind_is_tried_here():
    assert set(EVERY) == set(KINDS)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_treating_nobody_changes_nothing_to_the_last_bit(start: World, kind: str):
    nobody = np.zeros(start.n_firms, bool)
    assert _same(_with(start, nobody, _one(kind)), simulate(start.copy()))


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_treatment_changes_nothing_before_its_start(start: World, kind: str):
    later = Treatment(kind, START + 6, 6, EVERY[kind])
    with_it = _with(start, _some(start), later, stop=START + 6)
    without = simulate(start.copy(), START + 6)
    assert _same(with_it, without)
    assert not _same(simulate(with_it, START + 12), simulate(without, START + 12))


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_the_ledger_holds_with_every_treatment(start: World, kind: str):
    world = _with(start, _some(start), _one(kind), _one("cash_grant"), _one("contract"))
    for line in world.ledger.dtype.names:
        assert (world.ledger[line] < 1e-9).all(), line


def test_without_shared_markets_only_treated_firms_change():
    """Local pools and wages tie firms together; a month after a grant nothing else has."""
    start = _start()
    mask = _some(start)
    world = _with(start, mask, _one("cash_grant", 1), stop=START + 1)
    twin = simulate(start.copy(), START + 1)
    moved = world.firms.cash != twin.firms.cash
    assert moved[mask & (world.firms.alive == 1)].any()
    # In its own month the cash lets a firm serve more customers, who then miss at neighbours.
    pools = set(world.firms.pool[mask].tolist())
    assert set(world.firms.pool[moved].tolist()) <= pools


def test_an_entrant_at_a_treated_firms_place_is_not_treated():
    start = _start()
    mask = start.firms.alive == 1
    world = _with(start, mask, _one("contract", 24))
    entrants = (world.firms.generation != world.tables.deals["generation"]) & (
        world.firms.alive == 1
    )
    assert entrants.any()
    assert (world.tables.deals["quantity"][entrants] == 0.0).all()
    stayed = ~entrants & (world.firms.alive == 1)
    assert (world.tables.deals["quantity"][stayed] > 0.0).any()


def test_coaching_raises_practice_and_only_a_mentor_raises_information(start: World):
    mask = _some(start)
    twin = simulate(start.copy(), START + 6)
    for kind in ("mentor", "class"):
        world = _with(start, mask, _one("coaching", 6, kind=kind), stop=START + 6)
        both = _stayed(start, mask, world, twin)
        assert (world.firms.practice[both] > twin.firms.practice[both]).all()
        knows = world.firms.information[both] > twin.firms.information[both]
        assert knows.all() if kind == "mentor" else not knows.any()


def test_a_grant_is_in_the_till_before_drawings(start: World):
    """Cash plus what the owner drew rises by the grant where nothing else changed hands."""
    start = _start()
    mask = np.zeros(start.n_firms, bool)
    mask[np.flatnonzero(start.firms.alive == 1)[0]] = True
    world = _with(start, mask, _one("cash_grant", 1, million_rp=2.0), stop=START)
    attach = world.tables.treatments
    assert attach["amount"][0] == 2.0
    before = float(start.firms.cash[mask][0])
    world, twin = simulate(world, START + 1), simulate(start.copy(), START + 1)
    i = int(np.flatnonzero(mask)[0])

    def spent(w: World) -> float:
        f = w.tables.firms[i]
        return float(f["cash"] + f["drawings"])

    assert spent(world) - spent(twin) <= 2.0 + 1e-9  # the rest went into capacity
    assert spent(world) > spent(twin)
    assert before == float(start.firms.cash[mask][0])


def test_a_loan_is_paid_back_with_interest_by_those_who_stay(start: World):
    start = _start()
    mask = _some(start, 7)
    world = start.copy()
    loan = Treatment("loan", START, 12, EVERY["loan"])
    attach_treatments(world, [loan], mask[np.newaxis])
    stay = mask & (world.firms.alive == 1)
    instalments = interest = 0.0
    for month in range(START, START + 14):
        simulate(world, month + 1)
        deals = world.tables.deals
        instalments = instalments + deals["instalment"]
        interest = interest + deals["interest"]
        if month < START + 3:
            assert (deals["instalment"] == 0.0).all()  # grace
    stay &= (world.firms.generation == deals["generation"]) & (world.firms.alive == 1)
    assert stay.any()
    np.testing.assert_allclose(instalments[stay], 6.0, rtol=1e-12)
    np.testing.assert_allclose(deals["debt"][stay], 0.0, atol=1e-9)
    # Equal instalments over ten months: 6 (1 + 1 + 1 + .9 + ... + .1) x 1 %.
    np.testing.assert_allclose(interest[stay], 0.06 * (3 + 0.9 * 5), rtol=1e-9)


def test_a_contract_brings_its_value_and_no_more_than_can_be_financed(start: World):
    start = _start()
    mask = _some(start)
    small = _with(
        start, mask, _one("contract", million_rp_per_month=0.5, standard=0.0), stop=START + 3
    )
    deals, firms = small.tables.deals, small.firms
    got = deals["quantity"] > 0.0
    assert got.any()
    assert (deals["quantity"][got] <= 0.5 + 1e-12).all()
    assert (deals["quantity"] <= firms.financeable + 1e-12).all()
    big = _with(start, mask, _one("contract", million_rp_per_month=9999.0), stop=START + 3)
    assert (big.tables.deals["quantity"] <= big.firms.financeable + 1e-9).all()
    assert (big.tables.deals["quantity"] < 9999.0).all()
    # Nothing is sent back where no standard is set.
    np.testing.assert_allclose(
        deals["revenue"][got], firms.price[got] * deals["quantity"][got], rtol=1e-12
    )


def test_an_export_order_is_paid_at_once_and_teaches_quality(start: World):
    start = _start()
    mask = _some(start)
    order = _one("export_order", 6, million_rp=60.0, standard=0.95)
    world, twin = _with(start, mask, order, stop=START + 6), simulate(start.copy(), START + 6)
    assert (world.tables.deals["late"] == 0.0).all()
    both = _stayed(start, mask, world, twin)
    gain = world.firms.learned_quality[both] - twin.firms.learned_quality[both]
    assert gain.mean() > 0.0
    assert (gain > 0.0).mean() > 0.5


def test_payment_terms_bring_money_sooner(start: World):
    """With nothing owed for longer, less stands out at the treated, and nothing else at once."""
    mask = start.firms.alive == 1
    sooner = _with(start, mask, _one("payment_terms", days_sooner=180.0), stop=START + 6)
    twin = simulate(start.copy(), START + 6)
    assert sooner.tables.receivables.sum() < twin.tables.receivables.sum()
    agencies_only = _one("payment_terms", days_sooner=180.0, buyers=("agency",))
    other = _with(start, mask, agencies_only, stop=START + 6)
    assert other.tables.receivables.sum() > sooner.tables.receivables.sum()


def test_without_the_reserve_a_firm_supplies_hotels_less():
    start = _start("mandated_hotel_partnership", scale=20)
    served = np.zeros(start.n_firms, bool)
    twin = start.copy()
    sold = np.zeros(start.n_firms)
    for month in range(START, START + 18):
        simulate(twin, month + 1)
        links = twin.tables.links
        served[links["firm"][(links["order"] > 0.0) & (links["utility"] <= 0.0)]] = True
        sold += twin.firms.ordered
    assert served.any()  # some sell only because of the quota
    world = start.copy()
    without = Treatment("reserved_share_removed", START, 24, {"buyers": ("hotel",)})
    attach_treatments(world, [without], served[np.newaxis])
    now = np.zeros(start.n_firms)
    for month in range(START, START + 18):
        simulate(world, month + 1)
        now += world.firms.ordered
    assert now[served].sum() < 0.8 * sold[served].sum()
    assert now[~served].sum() >= sold[~served].sum()


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_lost_customers_go_out_of_the_pool_or_to_its_other_firms(share: float):
    start = _start(scale=20)
    mask = _some(start)
    shock = _one("demand_shock", 1, change=-0.6, from_competitors=share)
    world, twin = _with(start, mask, shock, stop=START + 1), simulate(start.copy(), START + 1)
    own = world.firms.local_sales[mask].sum() / twin.firms.local_sales[mask].sum()
    others = world.firms.local_sales[~mask].sum() / twin.firms.local_sales[~mask].sum()
    if share == 0.0:
        # Customers that found a treated firm full went on to its neighbours: there are fewer now.
        assert 0.95 < others <= 1.0
        assert own < 0.7
    else:
        assert others > 1.05
        assert own < 0.85
        assert world.pools.spending == pytest.approx(twin.pools.spending)


def test_onboarding_opens_a_shop_and_training_makes_it_ready(start: World):
    mask = _some(start) & (start.tables.online["share"][start.firms.sector] > 0.0)
    world = _with(start, mask, _one("online_training", 3), stop=START + 3)
    twin = simulate(start.copy(), START + 3)
    both = _stayed(start, mask, world, twin)
    assert world.shops.opened[both].all()
    assert not twin.shops.opened[both].all()
    assert (world.shops.readiness[both] >= twin.shops.readiness[both]).all()
    assert world.shops.readiness[both].mean() > twin.shops.readiness[both].mean() + 0.05


def test_what_the_world_cannot_give_is_refused_by_name():
    start = _start()
    mask = np.zeros((1, start.n_firms), bool)

    def refused(one: Treatment) -> str:
        with pytest.raises(KemitraanError) as told:
            attach_treatments(start.copy(), [one], mask)
        return str(told.value)

    assert "no marketplace" in refused(Treatment("online_training", 24, 3))
    assert "reserves no share" in refused(Treatment("reserved_share_removed", 24, 3))
    assert "'therapy'" in refused(Treatment("therapy", 24, 3))
    assert "month 24" in refused(Treatment("cash_grant", 3, 1, {"million_rp": 1.0}))
    assert "0..10000" in refused(Treatment("cash_grant", 24, 1))
    assert "out of range" in refused(Treatment("cash_grant", 24, 1, {"million_rp": -1.0}))
    assert "it takes" in refused(Treatment("cash_grant", 24, 1, {"rupiah": 1.0}))
    loan = {"million_rp": 1.0, "interest_per_month": 0.01, "grace_months": 6}
    assert "fewer than months (6)" in refused(Treatment("loan", 24, 6, loan))
    assert ", ".join(BUYERS) in refused(Treatment("payment_terms", 24, 1, {"buyers": ("king",)}))
