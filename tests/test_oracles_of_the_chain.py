"""Kernels against oracles: buyers, their orders, deliveries, sanctions and accounts."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given, settings

from sim.processes.delivery import hotel_cost
from sim.processes.measured import measure_lines
from sim.processes.value import redraw_candidates
from tests.kernels import deliver_all, earn_all, produce_all, trust_all
from tests.phases import Phases, close_to
from tests.reference.accounts import accounts
from tests.reference.acquisition import acquisition
from tests.reference.candidates import candidates
from tests.reference.common import feasible, willing
from tests.reference.enforcement import enforcement
from tests.reference.inspections_planned import inspections_planned
from tests.reference.mode import mode
from tests.reference.money import money
from tests.reference.orders import orders, relations
from tests.reference.production import production
from tests.reference.state import Draws, World
from tests.reference.trust import trust
from tests.reference.value import value
from tests.states import State, states

drawn = settings(max_examples=20)


def _relations(world: World, _: Draws) -> None:
    """The kernel notes who has ordered in its pass over links, not when ordering."""
    relations(world)


@drawn
@given(states())
def test_inspections_planned(state: State) -> None:
    run = Phases(state)
    run.compare([inspections_planned], run.plan, "buyers.covered", "buyers.visited")


@drawn
@given(states())
def test_candidates(state: State) -> None:
    run = Phases(state)

    def kernel() -> None:
        t = run.tables
        if run.month > 0 and run.month % 12 == 0:
            places = int(run.p["candidates"] * run.p["redrawn_share"])
            redraw_candidates(t.lines, t.links, t.reserve, t.reserve_distance, places)

    names = ("links.firm", "links.distance", "links.generation", "lines.cursor")
    run.compare([candidates], kernel, *names)


@drawn
@given(states())
def test_value(state: State) -> None:
    run = Phases(state)
    run.begin()
    run.plan()
    names = ("utility", "generation", "sample", "taste", "shelf", "lead")
    more = ("trust_buyer", "trust_firm", "quality_sum", "deliveries", "age")
    objects = run.compare([value], run.value, *(f"links.{name}" for name in names + more))
    links = run.tables.links
    assert [feasible(objects, k) for k in objects.links] == (links["feasible"] == 1).tolist()
    lacking = [willing(objects, k) and not feasible(objects, k) for k in objects.links]
    assert lacking == (links["lacks_only"] == 1).tolist()
    for line, record in zip(objects.lines, run.tables.lines, strict=True):
        radius = objects.rule(line.buyer.kind).radius
        usable = [k for k in line.links if feasible(objects, k)]
        best = max((k.utility for k in usable if k.distance <= radius), default=-math.inf)
        assert best == record["best"] or close_to(best, float(record["best"]))
        assert any(k.utility > 0.0 for k in usable) == bool(record["worthwhile"])


@drawn
@given(states())
def test_mode(state: State) -> None:
    run = Phases(state)
    run.until_valued()
    run.compare([mode], run.mode, "buyers.mode", "buyers.covered")


@drawn
@given(states())
def test_orders(state: State) -> None:
    run = Phases(state)
    run.until_valued()
    run.mode()
    names = ("links.order", "firms.ordered", "lines.need", "lines.ordered", "lines.smallest")
    pooling = ("links.pooled", "links.small", "lines.refused", "cooperatives.pooled")
    flags = ("cooperatives.pooling", "cooperatives.listed")
    run.compare([orders], run.order, *names, *pooling, *flags)


@drawn
@given(states())
def test_acquisition(state: State) -> None:
    run = Phases(state)
    run.until_ordered()
    run.params["certificate_hazard"] = 0.7
    names = ("firms.certificates", "firms.cold_chain", "firms.cash")
    run.compare([acquisition], run.acquire, *names)


@drawn
@given(states())
def test_production_and_delivery(state: State) -> None:
    run = Phases(state)
    run.until_traded()

    def kernel() -> None:
        produce_all(run.tables)
        deliver_all(run.tables, run.params, run.seed, run.month)

    names = ("quality_sum", "deliveries", "defect", "returned")
    run.compare(
        [production],
        kernel,
        *("firms.output", "firms.utilisation"),
        *(f"links.{name}" for name in names),
    )


@drawn
@given(states())
def test_trust(state: State) -> None:
    run = Phases(state)
    run.until_traded()
    run.account()  # defects and late payments; a second helping of trust does no harm
    run.compare(
        [trust],
        lambda: trust_all(run.tables.links, run.params),
        *("links.trust_buyer", "links.trust_firm"),
    )


@drawn
@given(states())
def test_the_pass_over_links(state: State) -> None:
    run = Phases(state)
    run.until_traded()

    def kernel() -> None:
        run.account()
        produce_all(run.tables)
        earn_all(run.tables, run.params, run.month)

    names = ("trust_buyer", "trust_firm", "age", "quality_sum", "deliveries", "returned", "late")
    run.compare(
        [_relations, production, money, trust],
        kernel,
        *(f"links.{name}" for name in names),
        *("links.active", "firms.receivables", "firms.invoiced", "firms.cash", "buyers.late"),
        *("firms.fees", "cooperatives.account", "cooperatives.sales"),
    )


@drawn
@given(states())
def test_enforcement(state: State) -> None:
    run = Phases(state)
    run.plan()
    names = ("sanctions", "sanctioned", "belief")
    objects = run.compare([enforcement], run.enforce, *(f"buyers.{name}" for name in names))
    rings = np.array([buyer.fines_due for buyer in objects.buyers])
    rings[:, run.month % rings.shape[1]] = 0.0  # the kernel lets this month's be paid at once
    assert np.allclose(rings, run.tables.buyers["fines_due"], rtol=1e-12, atol=1e-12)


@drawn
@given(states())
def test_accounts_and_measured_states(state: State) -> None:
    run = Phases(state)
    run.until_traded()

    def kernel() -> None:
        t = run.tables
        run.account()
        run.enforce()
        measure_lines(t.buyers, t.lines, t.goods, run.rules, run.covers, run.p, run.month)

    steps = [_relations, production, money, enforcement, trust, accounts]
    objects = run.compare(
        steps,
        kernel,
        *("buyers.cost", "buyers.fines_due", "buyers.buying", "buyers.newly"),
        *("lines.signed", "lines.buying", "lines.on_paper", "lines.newly"),
        *("lines.base_delivered", "lines.base_need"),
    )
    cost, nights = hotel_cost(run.tables.buyers, run.world.scale)
    assert close_to(objects.hotel_cost, cost / nights if nights > 0.0 else 0.0)
