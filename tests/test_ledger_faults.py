"""Every check of the ledger can fail: what is put wrong shows in the residual that is about it.

Columns are put wrong between two months of a run, practice, quality and trust among them on either
side of their bounds; the functions that a month calls are also asked directly.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pytest

from sim.outcomes_monthly import LEDGER_DTYPE
from sim.processes.ledger import check_orders, check_pool, check_stocks, worse
from sim.run import simulate
from sim.tables import FIRM_DTYPE, KIND_AGENCY, SHOP_DTYPE
from sim.world import World
from tests.lab import lab_world, surabaya

LIMIT = 1e-9
MONTH = 3
FIELDS = LEDGER_DTYPE.names or ()

# -- columns put wrong between two months of a run


def _living(world: World, table: str) -> int:
    """A row that the month will use: a living firm, or a link to one that its buyer knows."""
    firms, links = world.tables.firms, world.tables.links
    if table == "firms":
        return int(np.flatnonzero(firms["alive"] == 1)[0])
    firm = links["firm"]
    known = (firms["alive"][firm] == 1) & (firms["generation"][firm] == links["generation"])
    return int(np.flatnonzero(known)[0])


def put(table: str, column: str, value: float) -> Callable[[World], None]:
    """One number of one row replaced."""

    def edit(world: World) -> None:
        getattr(world.tables, table)[column][_living(world, table)] = value

    return edit


def add(column: str, value: float, ring: int | None = None) -> Callable[[World], None]:
    """Money that comes from nowhere, or goes there."""

    def edit(world: World) -> None:
        row = _living(world, "firms")
        if ring is None:
            world.tables.firms[column][row] += value
        else:
            getattr(world.tables, column)[ring, row] += value

    return edit


def on_an_empty_site(column: str) -> Callable[[World], None]:
    """Money where no firm stands."""

    def edit(world: World) -> None:
        row = int(np.flatnonzero(world.tables.firms["alive"] == 0)[0])
        if column == "cash":
            world.tables.firms["cash"][row] += 1.0
        else:
            getattr(world.tables, column)[5, row] += 1.0

    return edit


def share_the_links_of_the_largest_line(world: World) -> None:
    """All lines order through the same links, so that what one orders counts for each."""
    lines = world.tables.lines
    # Agencies, valued last, would take firms on the catalogue only and leave nothing to share.
    others = world.tables.buyers["kind"][lines["buyer"]] != KIND_AGENCY
    largest = int(np.argmax(np.where(others, lines["ordered"], -1.0)))
    for column in ("start", "stop"):
        lines[column][others] = lines[column][largest]


def promise_what_is_not_there(world: World) -> None:
    """Buyers want far more than there is, and firms do not count what they are offered."""
    world.tables.lines["demand"] *= 1_000.0
    world.tables.firms["offered"] = -1e9


def put_into_an_account(amount: float) -> Callable[[World], None]:
    """Money in a cooperative that none of its members paid, or that it no longer has."""

    def edit(world: World) -> None:
        world.tables.cooperatives["account"][0] += amount

    return edit


def turn_customers_away(world: World) -> None:
    """Firms so dear that no weight is left to share a market's money by."""
    world.tables.firms["log_price"] = 400.0


def pay_out_what_nobody_owed(world: World) -> None:
    """A shop is paid for sales that it did not make."""
    world.tables.shops["pending"][_living(world, "firms")] += 1.0


def sell_more_than_buyers_spend(world: World) -> None:
    """Sellers elsewhere that weigh less than nothing."""
    world.tables.online["rivals"] = -0.1


@dataclass(frozen=True)
class Fault:
    """Something put wrong, the residuals that must show it, parameters and a town that let it."""

    edit: Callable[[World], None]
    shown_in: tuple[str, ...]
    values: dict[str, float] = field(default_factory=dict)
    seed: int = 11


FAULTS = {
    "a rupiah in the till": Fault(add("cash", 1.0), ("cash",)),
    "a rupiah missing": Fault(add("cash", -1.0), ("cash",)),
    "cash that is no number": Fault(put("firms", "cash", math.nan), ("cash",)),
    "cost that is no number": Fault(put("firms", "cost_factor", math.nan), ("cash",)),
    "practice that is no number": Fault(put("firms", "practice", math.nan), ("cash", "bounds")),
    "an invoice of nobody": Fault(add("receivables", 1.0, 5), ("receivables",)),
    "an invoice lost": Fault(add("receivables", -1.0, 5), ("receivables",)),
    "a payment of nobody": Fault(add("receivables", 1.0, MONTH), ("receivables",)),
    "cash on an empty site": Fault(on_an_empty_site("cash"), ("cash",)),
    "an invoice of an empty site": Fault(on_an_empty_site("receivables"), ("receivables",)),
    **{
        f"{column} of {value}": Fault(put("firms", column, value), ("bounds",))
        for column in ("practice", "base_quality", "learned_quality")
        for value in (-1.5, 1.5)
    },
    "quality that is no number": Fault(put("firms", "learned_quality", math.nan), ("bounds",)),
    **{
        f"{column} of {value}": Fault(put("links", column, value), ("bounds",))
        for column in ("trust_buyer", "trust_firm")
        for value in (-0.5, 1.5, math.nan)
    },
    "links of two lines": Fault(
        share_the_links_of_the_largest_line,
        ("orders_within_need", "need_split"),
        seed=3,  # the others order in that month through the links of the largest
    ),
    "promises beyond means": Fault(
        promise_what_is_not_there,
        ("orders_within_finance", "sales_within_capacity"),
        {"minimum_lot": 0.0},
    ),
    "money that finds no firm": Fault(
        turn_customers_away, ("local_market",), {"market_growth": 0.0}
    ),
    "a payout of nobody": Fault(pay_out_what_nobody_owed, ("payouts",), {"platform_on": 1.0}),
    "online sales beyond the buyers' money": Fault(
        sell_more_than_buyers_spend, ("online_market",), {"platform_on": 1.0}
    ),
    "a fee of nobody": Fault(put_into_an_account(1.0), ("cooperatives",)),
    "a fee lost": Fault(put_into_an_account(-1.0), ("cooperatives",)),
    "productivity that is no number": Fault(
        put("firms", "productivity", math.nan), ("sales_within_capacity",)
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_what_is_put_wrong_shows(name: str) -> None:
    """The month before every residual is rounding; the month after, the fault is seen."""
    fault = FAULTS[name]
    world = lab_world(surabaya(), values=fault.values, seed=fault.seed, scale=100, months=MONTH + 1)
    simulate(world, MONTH)
    for each in FIELDS:
        assert (world.ledger[each][:MONTH] < LIMIT).all(), each
    fault.edit(world)
    simulate(world)
    for each in fault.shown_in:
        assert not world.ledger[each][MONTH] < LIMIT, each


def test_every_residual_of_the_ledger_is_shown_to_fail() -> None:
    assert {each for fault in FAULTS.values() for each in fault.shown_in} == set(FIELDS)


def test_a_residual_that_is_no_number_is_the_worst() -> None:
    assert worse(0.5, 0.2) == 0.5
    assert worse(0.5, 0.7) == 0.7
    assert math.isnan(worse(0.5, math.nan))


# -- a market of three firms, of which the last is closed


def market(**changes: tuple[int, float]) -> npt.NDArray[np.float64]:
    """Residuals of the market, of finance and of capacity, with one number changed."""
    firms = np.zeros(3, FIRM_DTYPE)
    firms["alive"], firms["price"], firms["y_max"] = (1, 1, 0), 1.0, (5.0, 6.0, 0.0)
    firms["financeable"], firms["ordered"] = (2.0, 2.0, 0.0), (1.0, 2.0, 0.0)
    firms["room"], firms["local_sales"] = (3.0, 4.0, 0.0), (3.0, 2.0, 0.0)
    for column, (row, value) in changes.items():
        firms[column][row] = value
    worst = np.zeros(3)
    check_pool(firms, np.zeros(0, SHOP_DTYPE), 0, 3, 5.0, worst)
    return worst


@pytest.mark.parametrize(
    ("changes", "residuals"),
    [
        ({}, (0.0, 0.0, 0.0)),
        # 4.5 or 5.5 of 5 sold: a tenth too little or too much.
        ({"local_sales": (1, 1.5)}, (0.1, 0.0, 0.0)),
        ({"local_sales": (1, 2.5)}, (0.1, 0.0, 0.0)),
        # No room for more than 3 + 1: what is sold beyond that is a quarter.
        ({"room": (1, 1.0)}, (0.25, 0.0, 0.0)),
        # 1 ordered where 0.8 is financed, 4 made where 3.2 can be.
        ({"financeable": (0, 0.8)}, (0.0, 0.25, 0.0)),
        ({"y_max": (0, 3.2)}, (0.0, 0.0, 0.25)),
        # A closed firm has orders, or sells what its neighbour would have sold.
        ({"ordered": (2, 0.5)}, (0.0, 0.0, 0.5)),
        ({"local_sales": (2, 0.5)}, (0.0, 0.0, 0.5)),
        ({"local_sales": (0, math.nan)}, (math.nan, 0.0, math.nan)),
    ],
)
def test_a_market_and_its_firms(
    changes: dict[str, tuple[int, float]], residuals: tuple[float, ...]
) -> None:
    """Sales are what is spent or what there is room for; nobody passes its means or is closed."""
    assert market(**changes) == pytest.approx(residuals, abs=1e-12, nan_ok=True)


# -- orders, and what is not ordered


@pytest.fixture(scope="module")
def traded() -> World:
    return simulate(lab_world(surabaya(), seed=11, scale=100, months=MONTH))


def orders_after(world: World, edit: Callable[[World], None]) -> tuple[float, float]:
    """Residuals of orders and of the split of needs after a change of a copy."""
    changed = world.copy()
    edit(changed)
    residual = np.zeros(1, LEDGER_DTYPE)
    before = world.tables.lines["pending"].copy()  # in March no contract of an agency is due
    month = world.month - 1
    check_orders(changed.tables, before, changed.params[0], residual[0], month)
    return float(residual["orders_within_need"][0]), float(residual["need_split"][0])


def test_orders_beyond_need_or_without_any_show(traded: World) -> None:
    """On a line that needs something, and on one that needs nothing this month."""
    assert max(orders_after(traded, lambda _: None)) < LIMIT
    lines = traded.tables.lines
    for needy in (True, False):
        line = lines[np.flatnonzero((lines["need"] > 0.0) == needy)[0]]

        def order(world: World, first: int = line["start"], need: float = line["need"]) -> None:
            world.tables.links["order"][first] += 2.0 * need + 1.0

        assert orders_after(traded, order)[0] >= 1.0


def test_what_an_agency_left_to_contractors_and_is_lost_shows(traded: World) -> None:
    """Of what waits for the end of a school year, and of what is supplied by the month."""
    agency = traded.tables.buyers["kind"][traded.tables.lines["buyer"]] == KIND_AGENCY
    assert agency.any()

    def lose(world: World) -> None:
        world.tables.lines["pending"][agency] += world.tables.lines["demand"][agency]

    assert orders_after(traded, lose)[0] > 0.01

    def supply(world: World) -> None:
        world.tables.lines["rest"][agency] *= 2.0

    assert orders_after(traded, supply)[1] > 0.001


def test_a_need_that_is_lost_or_met_twice_shows(traded: World) -> None:
    """Wholesalers supply more, or less, than their part of what buyers do not buy directly."""
    for factor in (0.5, 2.0):

        def supply(world: World, factor: float = factor) -> None:
            world.tables.sector_state[:, 3] *= factor

        assert orders_after(traded, supply)[1] > 0.1


# -- stocks

# Place in the flows of a month, and the sign with which it changes the stock.
CASH_FLOWS = {
    "local sales": (8, 1),
    "receipts": (9, 1),
    "cash of entrants": (15, 1),
    "grants": (18, 1),
    "costs": (10, -1),
    "interest": (11, -1),
    "drawings": (12, -1),
    "investment": (13, -1),
    "cash of the closed": (14, -1),
    "certificates": (19, -1),
}
RECEIVABLE_FLOWS = {"invoices": (0, 1), "receipts": (9, -1), "written off": (16, -1)}


@pytest.mark.parametrize(
    ("stock", "place", "sign"),
    [
        *(pytest.param("cash", *flow, id=f"cash, {name}") for name, flow in CASH_FLOWS.items()),
        *(
            pytest.param("receivables", *flow, id=f"receivables, {name}")
            for name, flow in RECEIVABLE_FLOWS.items()
        ),
    ],
)
def test_every_flow_moves_its_stock_by_its_amount(
    traded: World, stock: str, place: int, sign: int
) -> None:
    """A flow with the stock it makes leaves no residual; without, or doubled, it does."""
    stocks = {"cash": 100.0, "receivables": 40.0}
    for amount, closes in ((2.0, True), (0.0, False), (4.0, False)):
        world = traded.copy()
        world.tables.state[5:7] = tuple(stocks.values())
        after = {**stocks, stock: stocks[stock] + sign * 2.0}
        flow = np.zeros(32)
        flow[place] = amount
        residual = np.zeros(1, LEDGER_DTYPE)
        check_stocks(
            world.tables, after["cash"], after["cash"], after["receivables"], 0.0, flow, residual[0]
        )
        assert (residual[stock][0] < LIMIT) == closes


def test_the_bounds_of_firms_are_kept_where_links_are_within_theirs(traded: World) -> None:
    """What the month saw of practice and quality is not lost beside the links."""
    residual = np.zeros(1, LEDGER_DTYPE)
    for seen in (0.25, math.nan):
        check_stocks(traded.copy().tables, 1.0, 1.0, 1.0, seen, np.zeros(32), residual[0])
        assert residual["bounds"][0] == pytest.approx(seen, nan_ok=True)
