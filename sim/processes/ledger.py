"""Stock-flow identities of a month, checked from the columns and not from the flows behind them."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from sim.jit import jit
from sim.tables import KIND_AGENCY, Record, Rows, Tables

__all__ = ["check_orders", "check_pool", "check_stocks", "outside_unit", "outstanding", "worse"]

_CASH, _RECEIVABLES, _COOPERATIVES = 5, 6, 7


@jit
def worse(worst: float, residual: float) -> float:
    """The larger of the two; nan if the residual is nan, which plain `max` would hide."""
    if residual > worst or math.isnan(residual):
        return residual
    return worst


@jit
def outside_unit(worst: float, index: float) -> float:
    """`worst`, raised to how far an index lies outside 0..1; nan if it is nan."""
    if 0.0 <= index <= 1.0:
        return worst
    return worse(worse(worst, -index), index - 1.0)


@jit
def check_orders(
    tables: Tables, before: npt.NDArray[np.float64], p: Record, residual: Record, month: int
) -> None:
    """Orders stay within need, and need is split into direct, via wholesalers and outside.

    What an agency does not buy directly in a year is split in the months of the next.

    Args:
        tables: after the orders and the wholesale split of the month.
        before: (lines,) what was pending before it.
        p: parameters.
        residual: row of the ledger; relative residuals are written.
        month: of the run.
    """
    lines = tables.lines
    worst = 0.0
    need = 0.0
    direct = 0.0
    rest = 0.0
    for k in range(lines.size):
        ordered = 0.0
        for e in range(lines[k].start, lines[k].stop):
            ordered += tables.links[e].order
        if tables.buyers[lines[k].buyer].kind == KIND_AGENCY:
            rest += lines[k].rest
            # What is handed on is what was pending before this month, and this month's.
            waiting = lines[k].need - ordered + before[k]
            if lines[k].interval == 1 or (month + lines[k].phase) % 12 == 0:
                waiting -= lines[k].rest * lines[k].interval
            kept = abs(waiting - lines[k].pending) / max(1e-9, 12.0 * lines[k].demand)
            worst = worse(worst, kept)
            if lines[k].need > 0.0:
                worst = worse(worst, (ordered - lines[k].need) / lines[k].need)
        else:
            need += lines[k].need
            direct += ordered
        if lines[k].need > 0.0:
            worst = worse(worst, (ordered - lines[k].need) / lines[k].need)
        else:
            worst = worse(worst, ordered)
    residual.orders_within_need = worst
    via = 0.0
    for s in range(tables.sector_state.shape[0]):
        via += tables.sector_state[s, 3]
    outside = (1.0 - p.displacement) * (need - direct) + (1.0 - p.agency_displacement) * rest
    residual.need_split = abs(need - direct + rest - via - outside) / max(1e-9, need + rest)


@jit
def check_pool(
    firms: Rows,
    shops: Rows,
    start: int,
    stop: int,
    spending: float,
    worst: npt.NDArray[np.float64],
    trial: bool = False,
) -> None:
    """A pool sells min(spending, room); firms stay within their means.

    Args:
        firms: after the filling of the pool.
        shops: what they sold online; may be empty.
        start: first row of the pool.
        stop: row after its last.
        spending: of the pool, million rupiah.
        worst: (3,), raised: local market, finance, capacity (relative residuals).
        trial: in a field experiment a firm may have lost all its customers: its room counts not.
    """
    room = 0.0
    sold = 0.0
    finance = worst[1]
    capacity = worst[2]
    for i in range(start, stop):
        f = firms[i]
        if f.alive == 0:
            capacity = worse(capacity, f.ordered + f.local_sales)
            continue
        if f.weight > 0.0 or not trial:
            room += f.room
        sold += f.local_sales
        # Written so that nan, which compares with nothing, is looked at too.
        if not f.ordered <= f.financeable:
            finance = worse(finance, (f.ordered - f.financeable) / f.financeable)
        used = f.price * f.ordered + f.local_sales
        if shops.size > 0:
            online = shops[i].quantity
            used += f.price * online
            if not f.ordered + online <= f.financeable:
                finance = worse(finance, (f.ordered + online - f.financeable) / f.financeable)
        most = f.price * f.y_max
        if not used <= most:
            capacity = worse(capacity, (used - most) / most)
    worst[1] = finance
    worst[2] = capacity
    expected = min(room, spending)
    worst[0] = worse(worst[0], abs(sold - expected) / max(1e-9, expected))


@jit
def outstanding(receivables: npt.NDArray[np.float64]) -> float:
    """Invoices not paid yet, over all firms and months of payment (8, firms).

    One running sum a month of payment, so that none waits for another.
    """
    a = b = c = d = e = f = g = h = 0.0
    for i in range(receivables.shape[1]):
        a += receivables[0, i]
        b += receivables[1, i]
        c += receivables[2, i]
        d += receivables[3, i]
        e += receivables[4, i]
        f += receivables[5, i]
        g += receivables[6, i]
        h += receivables[7, i]
    return ((a + b) + (c + d)) + ((e + f) + (g + h))


@jit
def check_stocks(
    tables: Tables,
    cash: float,
    cash_size: float,
    receivables: float,
    bounds: float,
    flow: npt.NDArray[np.float64],
    residual: Record,
) -> None:
    """What was there, plus what came, less what went, is what is there: three stocks of money.

    Cash, receivables, and what cooperatives kept of their members' invoices.

    Args:
        tables: at the end of the month.
        cash: sum over all rows.
        cash_size: sum of its absolute values.
        receivables: sum over rows and months of payment.
        bounds: how far practice or quality of any firm lies outside 0..1.
        flow: sums over the sample, see `sim.month`.
        residual: row of the ledger; relative residuals are written.
    """
    links = tables.links
    for e in range(links.size):
        bounds = outside_unit(bounds, links[e].trust_buyer)
        bounds = outside_unit(bounds, links[e].trust_firm)
    inflow = flow[8] + flow[9] + flow[15] + flow[18] + flow[24] + flow[30]
    outflow = flow[10] + flow[11] + flow[12] + flow[13] + flow[14] + flow[19] + flow[25] + flow[31]
    before = tables.state[_CASH]
    # By all that moved: where the last firms closed, nothing came and nothing is left, and what
    # they owed stands against what others took along.
    size = cash_size + abs(before) + inflow
    for k in (10, 11, 12, 13, 14, 19, 25, 31):
        size += abs(flow[k])
    residual.cash = abs(cash - before - (inflow - outflow)) / max(1e-9, size)
    tables.state[_CASH] = cash
    before = tables.state[_RECEIVABLES]
    change = flow[0] - flow[9] - flow[16]
    residual.receivables = abs(receivables - before - change) / max(1e-9, before + flow[0])
    tables.state[_RECEIVABLES] = receivables
    # What members are owed and what their cooperative kept is what they invoiced.
    account = 0.0
    for c in range(tables.cooperatives.size):
        account += tables.cooperatives[c].account
    before = tables.state[_COOPERATIVES]
    lost = abs(account - before - flow[20]) / max(1e-9, account + flow[20])
    residual.cooperatives = worse(lost, abs(flow[21] - flow[0] - flow[20]) / max(1e-9, flow[21]))
    tables.state[_COOPERATIVES] = account
    residual.bounds = bounds
