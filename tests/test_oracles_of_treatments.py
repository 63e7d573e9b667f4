"""Field experiments: kernels against oracles written from the same text."""

from __future__ import annotations

import math

from hypothesis import given, settings

from sim.firm_month import _set_peers
from sim.treatment import BUYERS
from tests.kernels import earn_all, learn_all, produce_all
from tests.phases import Phases
from tests.reference.adapter import SHOP_FLAGS, SHOP_FLOATS, SHOP_INTEGERS
from tests.reference.columns import DEALS
from tests.reference.common import feasible, near
from tests.reference.contracts import contracts
from tests.reference.learning import learning
from tests.reference.local_market import local_market
from tests.reference.mode import mode
from tests.reference.money import money
from tests.reference.online_market import online_market
from tests.reference.orders import orders, relations
from tests.reference.production import production
from tests.reference.room import room
from tests.reference.state import Draws, World
from tests.reference.treatments import reserve_removed, terms, treatments
from tests.reference.trust import trust
from tests.treated import Treated, treated_states

drawn = settings(max_examples=30)


def _relations(world: World, _: Draws) -> None:
    relations(world)


FIRM = tuple(f"firms.{n}" for n in ("cash", "practice", "information", "learned_quality"))
SHOPS = tuple(f"shops.{name}" for name in SHOP_INTEGERS + SHOP_FLAGS + SHOP_FLOATS)
DEAL = tuple(f"deals.{name}" for name in (*DEALS, "quantity", "contracted"))


@drawn
@given(treated_states("coaching", "cash_grant", "loan"))
def test_what_is_taught_given_and_lent(state: Treated) -> None:
    run = Phases(state)
    run.compare([treatments], run.treat, *FIRM, *DEAL)


@drawn
@given(treated_states("online_training"))
def test_online_training(state: Treated) -> None:
    run = Phases(state)
    run.compare([treatments], run.treat, *SHOPS)


@drawn
@given(treated_states("contract", "export_order"))
def test_contracts_come_before_other_orders(state: Treated) -> None:
    run = Phases(state)
    run.treat()
    run.until_valued()
    run.mode()

    def kernel() -> None:
        run.order_contracts()
        run.order()

    run.compare([orders], kernel, "links.order", "firms.ordered", "lines.refused", *DEAL)


@drawn
@given(treated_states("reserved_share_removed"))
def test_orders_without_the_reserve(state: Treated) -> None:
    """Links that lost it, what is best without them, modes and orders; deliveries that count."""
    run = Phases(state)
    run.treat()
    run.until_valued()

    def kernel() -> None:
        run.remove_reserve()
        run.mode()
        run.order()

    steps = [reserve_removed, mode, orders]
    objects = run.compare(steps, kernel, "links.order", "buyers.mode", "lines.ordered")
    counting = [near(objects, link) for link in objects.links]
    assert counting == (run.tables.links["near"] == 1).tolist()
    for line, record in zip(objects.lines, run.tables.lines, strict=True):
        usable = [k.utility for k in line.links if feasible(objects, k) and near(objects, k)]
        assert max(usable, default=-math.inf) == record["best"]


@drawn
@given(treated_states("payment_terms"))
def test_terms_of_payment(state: Treated) -> None:
    """Several at once for the same buyers, beside a rule on payment."""
    run = Phases(state)
    run.until_ordered()
    run.treat()

    def kernel() -> None:
        run.account()
        produce_all(run.tables)
        earn_all(run.tables, run.params, run.month)

    names = ("links.late", "firms.receivables", "firms.invoiced", "firms.cash", "buyers.late")
    objects = run.compare([_relations, production, money], kernel, *names)
    for firm, deal in zip(objects.firms, run.tables.deals, strict=True):
        for kind in range(len(BUYERS)):
            assert terms(objects, firm, kind) == (deal["sooner"][kind], deal["most_days"][kind])


@drawn
@given(treated_states("demand_shock"))
def test_shocks_to_demand(state: Treated) -> None:
    run = Phases(state)
    run.treat()
    run.until_ordered()
    names = ("firms.room", "firms.local_sales", "pools.spending")
    more = SHOPS if run.tables.shops.size else ()
    run.compare([online_market, room, local_market], run.trade, *names, *more)


@drawn
@given(treated_states("contract", "export_order", "loan"))
def test_deliveries_invoices_and_what_is_learned(state: Treated) -> None:
    """Contracts beside orders of buyers, and loans."""
    run = Phases(state)
    run.treat()
    run.until_valued()
    run.order_contracts()
    run.mode()
    run.order()
    run.trade()

    def kernel() -> None:
        run.account()
        run.deliver_contracts()
        produce_all(run.tables)
        earn_all(run.tables, run.params, run.month)
        _set_peers(run.tables, run.world.peers)
        learn_all(run.tables.firms, run.params, run.world.peers)

    run.compare(
        [_relations, production, contracts, money, trust, learning],
        kernel,
        *("firms.output", "firms.invoiced", "firms.receivables", "firms.revenue", "firms.profit"),
        *("firms.drawings", "links.late", "links.returned"),
        *FIRM,
        *DEAL,
    )
