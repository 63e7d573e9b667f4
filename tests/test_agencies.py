"""What agencies, cooperatives and matching events do, and what they must leave alone."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from experiments.ceiling import ceiling
from experiments.report import rows_of_groups
from experiments.unit import check_ceiling, check_ledger
from scenarios.region import load_region
from scenarios.scenario import list_scenarios, load_scenario
from sim.ecosystem import Ecosystem
from sim.outcomes import OUTCOMES
from sim.parameters import Parameters
from sim.policy import compile_policy
from sim.population import build_world
from sim.run import simulate, step
from sim.tables import KIND_AGENCY, KIND_BACKGROUND, KIND_HOTEL
from sim.world import World
from tests.lab import START, agency_town, lab_world, mean_of, paired, parameters, run

PROCUREMENT: Mapping[str, object] = {
    "agency.binding": 1.0,
    "agency.coverage": 1.0,
    "agency.quota": 0.6,
    "agency.goods": ("school_uniforms", "sand_and_stone"),
    "agency.price_cap": 0.5,
    "inspection.hours_per_month": 100.0,
    "inspection.depth": 1.0,
    "inspection.sanction_million_rp": 1_000.0,
}
OPEN: Mapping[str, object] = {**PROCUREMENT, "agency.catalogue_required": 0.0}
POOLING: Mapping[str, object] = {
    **OPEN,
    "cooperative.pooling": 1.0,
    "cooperative.on_catalogue": 1.0,
}
ALL_POOL = {"cooperative_membership": 1.0, "cooperative_active": 1.0}
CONTENT = ("firms", "buyers", "lines", "links", "pools", "cooperatives", "sector_state", "state")


def same(one: World, other: World, *, leave_out: tuple[str, ...] = ()) -> None:
    """Every bit of the tables and of the record is equal."""
    for name in CONTENT:
        a, b = getattr(one.tables, name), getattr(other.tables, name)
        for column in a.dtype.names or ("",):
            if f"{name}.{column}" not in leave_out:
                left, right = (a[column], b[column]) if column else (a, b)
                assert left.tobytes() == right.tobytes(), f"{name}.{column}"
    for name in one.monthly.dtype.names:
        if f"monthly.{name}" not in leave_out:
            assert one.monthly[name].tobytes() == other.monthly[name].tobytes(), name


def kutai(name: str, months: int = 60, **values: float) -> World:
    region = load_region("kutai_timur")
    params = Parameters.default().replace(check=False, **values)
    world = build_world(region, params, seed=2, months=months)
    world.policy = compile_policy(load_scenario(name).levers, world.names.goods, months)
    return simulate(world)


# -- what is bought


def test_budgets_become_equal_units_with_the_regions_demand_at_any_scale() -> None:
    region = load_region("kutai_timur")
    goods = list(region.goods["good"])
    for scale in (1, 7):
        world = build_world(region, Parameters.default(), seed=1, scale=scale, months=12)
        lines, buyers = world.tables.lines, world.tables.buyers
        agency = buyers["kind"][lines["buyer"]] == KIND_AGENCY
        for good, figure in region.government.items():
            own = agency & (lines["good"] == goods.index(good))
            yearly = 12 * scale * lines["demand"][own].sum()
            assert yearly == pytest.approx(figure.value, rel=1e-12)
            assert np.ptp(lines["demand"][own]) == 0.0
    days = buyers["payment_days"]
    assert days[buyers["kind"] == KIND_AGENCY].min() > days[buyers["kind"] == KIND_HOTEL].max()


def test_uniforms_dwarf_hotels_in_kutai_timur() -> None:
    table = ceiling("agency_procurement", "kutai_timur").set_index("channel")
    assert table.loc["agencies", "buys"] > 20 * table.loc["hotels", "buys"]
    # As far as the rules reach: all that hotels buy is less than what agencies must.
    adoption = ceiling("kutai_timur_adoption").set_index("channel")["policy_reaches"]
    assert adoption["agencies"] > 20 * adoption["hotels"]
    world = kutai("kutai_timur_adoption")
    year = slice(48, 60)
    check_ceiling(world, "kutai_timur_adoption")
    assert world.column("agency_need")[year].sum() > 20 * world.column("hotel_need")[year].sum()
    agencies = world.column("agency_direct")[year].sum()
    assert agencies > 2 * world.column("hotel_direct")[year].sum()


def test_a_region_without_budgets_has_no_agencies() -> None:
    world = build_world(load_region("surakarta"), Parameters.default(), seed=1, scale=10, months=3)
    assert not (world.buyers.kind == KIND_AGENCY).any()
    assert ceiling("no_policy", "surakarta").set_index("channel").loc["agencies", "buys"] == 0.0
    simulate(world)
    assert not world.column("agencies").any()


# -- lots, pooling, cooperatives


def test_small_firms_miss_the_lots_and_pooling_serves_more_of_them() -> None:
    """The same firms, the same contracts: cooperatives reach lots that their members miss."""
    region = agency_town(600)

    def served(world: World) -> float:
        micro = (world.firms.size_class == 0) & (world.firms.sector == 4)
        return float(world.yearly.served[2:, micro].any(axis=0).sum())

    assert region.sectors["sector"][4] == "sewing"
    alone = run(region, levers=OPEN, seed=3, values=ALL_POOL)
    pooled = run(region, levers=POOLING, seed=3, values=ALL_POOL)
    season = slice(START, None)
    assert alone.column("lot_failures")[season].sum() > 500
    assert alone.column("pooled_direct").sum() == 0.0
    assert pooled.column("lot_failures")[season].sum() < alone.column("lot_failures")[season].sum()
    assert pooled.column("pooled_direct")[season].sum() > 0.0

    def change(seed: int) -> float:
        with_, without = (
            run(region, levers=levers, seed=seed, values=ALL_POOL, months=48)
            for levers in (POOLING, OPEN)
        )
        return served(with_) - served(without)

    assert paired(change).excludes_zero(1)


def test_inactive_cooperatives_change_nothing_bit_for_bit() -> None:
    region = agency_town(400)
    values = {"cooperative_membership": 1.0, "cooperative_active": 0.0}
    with_lever = run(region, levers=POOLING, values=values, seed=4)
    without = run(region, levers=OPEN, values=values, seed=4)
    same(with_lever, without)
    # Nor does a cooperative without members, though it is active.
    nobody = {"cooperative_membership": 0.0, "cooperative_active": 1.0}
    flags = ("cooperatives.pooling", "cooperatives.listed", "monthly.cooperatives_pooling")
    same(
        run(region, levers=POOLING, values=nobody, seed=4),
        run(region, levers=OPEN, values=nobody, seed=4),
        leave_out=flags,
    )
    # And the test can fail.
    active = run(region, levers=POOLING, values=ALL_POOL, seed=4)
    assert active.column("pooled_direct").sum() > 0.0


def test_money_neither_vanishes_nor_appears_in_a_cooperative() -> None:
    world = lab_world(agency_town(400), levers=POOLING, values=ALL_POOL, seed=5)
    for _ in range(world.months):
        before = world.tables.cooperatives["account"].copy()
        step(world)
        fees = np.bincount(world.firms.pool, world.firms.fees, before.size)
        gained = world.tables.cooperatives["account"] - before
        assert np.allclose(gained, fees, rtol=1e-9, atol=1e-12)
    check_ledger(world, "pooling")
    cooperatives = world.tables.cooperatives
    assert cooperatives["account"].sum() > 0.0
    fee = float(world.params["cooperative_fee"][0])
    assert np.allclose(cooperatives["account"], fee * cooperatives["sales"], rtol=1e-9)


def test_the_trace_of_a_member_adds_up_with_its_fees_and_free_registration() -> None:
    scenario = load_scenario("agency_procurement_pooling")
    values = parameters({**ALL_POOL, "certificate_hazard": 0.0})
    model = Ecosystem(scenario, agency_town(300), seed=5, parameters=values, months=42)
    paid = np.zeros(model.world.n_firms)
    while model.running:
        model.step()
        paid += model.world.firms.fees
    trace = model.trace(slot=int(model.world.firms.slot[np.argmax(paid)]))
    assert trace["fees"].sum() == pytest.approx(paid.max())
    assert paid.max() > 0.0
    spent = trace[["costs", "drawings", "investment", "certificates"]].sum(axis=1)
    flow = trace["local_sales"] + trace["received"] - spent
    owed = trace["invoices"] - trace["fees"] - trace["received"]
    same_firm = np.diff(trace["generation"]) == 0
    open_both = (trace["alive"] & ~trace["event"].str.contains("closed")).to_numpy()
    inner = same_firm & open_both[1:] & open_both[:-1]
    assert inner.sum() > 20
    assert np.allclose(np.diff(trace["cash"])[inner], flow.to_numpy()[1:][inner], atol=1e-9)
    assert np.allclose(np.diff(trace["receivables"])[inner], owed.to_numpy()[1:][inner], atol=1e-9)


# -- caps, gate, payment


@pytest.mark.parametrize("suppliers", [1.0, 3.0])
def test_a_unit_handles_only_so_many_suppliers_and_the_weakest_go_first(suppliers: float) -> None:
    values = {**ALL_POOL, "agency_suppliers": suppliers, "goods.school_uniforms.lot": 1.0}
    world = lab_world(agency_town(400), levers=POOLING, values=values, seed=6)
    reached = 0
    while world.month < world.months:
        step(world)
        t = world.tables
        for line in t.lines[t.buyers["kind"][t.lines["buyer"]] == KIND_AGENCY]:
            links = t.links[line["start"] : line["stop"]]
            ordered = links["order"] > 0.0
            alone = ordered & (links["pooled"] == 0)
            together = np.unique(t.firms["pool"][links["firm"][ordered & (links["pooled"] == 1)]])
            handled = alone.sum() + together.size
            assert handled <= suppliers
            assert line["ordered"] <= line["need"] * (1 + 1e-9)
            reached += handled == suppliers
        assert (t.firms["ordered"] <= t.firms["financeable"] * (1 + 1e-9)).all()
    assert reached > 50


def test_more_staff_raises_the_cap_and_never_lowers_it() -> None:
    region, values = agency_town(400), {"agency_suppliers": 2.0, "goods.school_uniforms.lot": 1.0}
    few = run(region, levers=OPEN, values=values, seed=7)
    same(
        run(region, levers={**OPEN, "agency.admin_orders_per_month": 2.0}, values=values, seed=7),
        few,
    )
    many = run(
        region, levers={**OPEN, "agency.admin_orders_per_month": 20.0}, values=values, seed=7
    )
    assert mean_of(many, "agency_direct") > mean_of(few, "agency_direct")


def test_without_the_catalogue_gate_it_is_as_if_nobody_asked_bit_for_bit() -> None:
    region = agency_town(400)
    gate_open = run(region, levers=OPEN, seed=8)
    no_gate = lab_world(region, levers=PROCUREMENT, seed=8)
    simulate(no_gate, START)
    lines = no_gate.tables.lines
    agency = no_gate.tables.buyers["kind"][lines["buyer"]] == KIND_AGENCY
    asked = lines["need_certificate"][agency].copy()
    assert asked.any()
    lines["need_certificate"][agency] = 0
    simulate(no_gate)
    lines["need_certificate"][agency] = asked
    same(gate_open, no_gate)
    closed = run(region, levers=PROCUREMENT, seed=8)
    assert mean_of(closed, "agency_direct") < mean_of(gate_open, "agency_direct")


def test_help_onto_the_catalogue_opens_the_gate_and_costs_public_money() -> None:
    region = agency_town(400)
    closed = run(region, levers=PROCUREMENT, seed=8)
    levers = {**PROCUREMENT, "agency.registrations_per_year": 200.0}
    helped = run(region, levers=levers, seed=8)
    assert helped.column("registrations").sum() > 100
    assert mean_of(helped, "agency_direct") > mean_of(closed, "agency_direct")
    cost = helped.column("public_cost") - closed.column("public_cost")
    each = float(helped.params["registration_cost"][0])
    assert cost == pytest.approx(each * helped.column("registrations"))


def test_slow_payment_under_thin_credit_means_more_liquidity_trouble() -> None:
    region = agency_town(400, uniforms=6_000.0, sand=6_000.0)
    thin = {
        "credit_line": 0.0,
        "informal_line": 0.0,
        "late_probability": 0.0,
        "goods.school_uniforms.lot": 1.0,
    }

    def change(seed: int) -> float:
        slow, fast = (
            run(region, levers=OPEN, values={**thin, "agency_payment_days": days}, seed=seed)
            for days in (120.0, 15.0)
        )
        return mean_of(slow, "partner_insolvencies") - mean_of(fast, "partner_insolvencies")

    assert paired(change).excludes_zero(1)


# -- large buyers and events


def test_the_levers_of_large_buyers_act_on_them_alone() -> None:
    levers = {
        "large_buyer.binding": 1.0,
        "large_buyer.coverage": 1.0,
        "large_buyer.quota": 0.6,
        "large_buyer.price_cap": 0.5,
        "large_buyer.goods": ("cakes", "school_uniforms", "sand_and_stone"),
        "inspection.hours_per_month": 200.0,
        "inspection.depth": 1.0,
        "inspection.sanction_million_rp": 1_000.0,
    }
    region = agency_town(600)
    many = {"background_firms": 20.0}
    ruled, free = (run(region, levers=given, values=many, seed=9) for given in (levers, {}))
    covered = ruled.buyers.kind[ruled.buyers.covered == 1]
    assert covered.size > 0
    assert (covered == KIND_BACKGROUND).all()
    assert ruled.column("inspections").sum() > 0

    def others(world: World) -> float:
        named = ("hotel_direct", "restaurant_direct", "agency_direct")
        return mean_of(world, "direct") - sum(mean_of(world, name) for name in named)

    assert others(ruled) > 1.2 * others(free)


def test_the_rule_for_large_firms_reaches_them_alone_and_is_all_assumed() -> None:
    name = "large_buyer_procurement"
    table = ceiling(name).set_index("channel")
    large = table.loc["other large buyers"]
    assert 0.0 < large["policy_reaches"] <= 0.3 * large["buys"]
    assert large["policy_reaches"] == table["policy_reaches"].sum()
    assert large["guessed_share"] == 1.0
    world = kutai(name)
    check_ceiling(world, name)
    covered = world.buyers.kind[world.buyers.covered == 1]
    assert covered.size > 0
    assert (covered == KIND_BACKGROUND).all()
    assert world.column("public_cost")[24:84].sum() > 0.0
    assert load_scenario(name).region == "kutai_timur"
    assert list_scenarios().index(name) == list_scenarios().index("kutai_timur_adoption") + 1


EVENTS: Mapping[str, object] = {"matching_event.per_year": 12.0, "matching_event.firms": 500.0}
MET = (
    "firms.event_until",
    "buyers.event_until",
    "monthly.events",
    "monthly.public_cost",
)


def test_no_event_is_no_policy_and_an_event_without_search_cost_does_nothing() -> None:
    region = agency_town(400)
    none = {"matching_event.per_year": 0.0, "matching_event.firms": 500.0}
    same(run(region, levers=none, seed=10), run(region, seed=10))
    free = {"search_cost": 0.0}
    with_events = run(region, levers=EVENTS, values=free, seed=10)
    same(with_events, run(region, values=free, seed=10), leave_out=MET)
    assert with_events.firms.event_until.any()
    assert with_events.buyers.event_until.any()
    # With a search cost, here doubled, the same events do something.
    dear = {"search_cost": 0.4}
    moved = run(region, levers=EVENTS, values=dear, seed=10)
    assert (
        moved.column("direct").tobytes()
        != run(region, values=dear, seed=10).column("direct").tobytes()
    )


def test_events_are_counted_and_paid_for() -> None:
    world = run(agency_town(100), levers={**EVENTS, "matching_event.per_year": 4.0}, seed=11)
    held = world.column("events")
    assert held[:START].sum() == 0
    assert np.flatnonzero(held[START : START + 12]).tolist() == [0, 3, 6, 9]
    each = float(world.params["event_cost"][0])
    assert world.column("public_cost") == pytest.approx(each * held)


@pytest.mark.parametrize("name", ["agency_procurement_pooling", "kutai_timur_adoption"])
def test_the_ledger_closes_with_agencies_and_pooling(name: str) -> None:
    world = lab_world(agency_town(400), values=ALL_POOL, seed=12, months=84)
    world.policy = compile_policy(load_scenario(name).levers, world.names.goods, 84)
    simulate(world)
    check_ledger(world, name)
    check_ceiling(world, name)
    assert world.column("pooled_direct").sum() > 0.0


def test_tables_show_the_channels_that_the_levers_speak_of() -> None:
    scenarios = [load_scenario(name) for name in ("agency_procurement_pooling", "matching_event")]
    rows = rows_of_groups(scenarios)
    assert rows_of_groups([load_scenario("hotel_memorandum")]) == []
    assert rows == ["agency_purchases", "agency_extra_cost", "lot_failures", "pooled_share"]
    assert set(rows) <= set(OUTCOMES)
