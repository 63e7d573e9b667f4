"""Field experiments: kernels against oracles written from the same text."""

from __future__ import annotations

from hypothesis import Phase, given, settings

from sim.firm_month import _set_peers
from tests.kernels import earn_all, learn_all, produce_all
from tests.phases import Phases
from tests.reference.adapter import SHOP_FLAGS, SHOP_FLOATS, SHOP_INTEGERS
from tests.reference.columns import DEALS
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
from tests.reference.treatments import reserve_removed, treatments
from tests.reference.trust import trust
from tests.treated import Treated, treated_states

drawn = settings(max_examples=40, phases=(Phase.explicit, Phase.generate))


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
@given(treated_states("contract", "export_order", "reserved_share_removed"))
def test_orders_beside_contracts_and_without_the_reserve(state: Treated) -> None:
    run = Phases(state)
    run.treat()
    run.until_valued()

    def kernel() -> None:
        run.order_contracts()
        run.remove_reserve()
        run.mode()
        run.order()

    run.compare(
        [reserve_removed, mode, orders],
        kernel,
        *("links.order", "firms.ordered", "buyers.mode", "lines.ordered", "lines.refused"),
        *DEAL,
    )


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
@given(treated_states("contract", "export_order", "payment_terms", "loan"))
def test_deliveries_invoices_and_what_is_learned(state: Treated) -> None:
    """Contracts beside orders of buyers, some under other terms, and loans."""
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
