"""Stock-flow identities of a month, checked from the columns and not from the flows that made them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.jit import jit
from sim.tables import Record, Tables

__all__ = ["check_firms", "check_markets"]

_CASH, _RECEIVABLES = 5, 6


@jit
def check_markets(tables: Tables, p: Record, residual: Record) -> None:
    """Orders within need and finance; pools sell min(spending, room); need is split without rest.

    Args:
        tables: after the local market of the month.
        p: parameters.
        residual: row of the ledger; relative residuals are written.
    """
    firms, lines, pools = tables.firms, tables.lines, tables.pools
    worst = 0.0
    need = 0.0
    direct = 0.0
    for k in range(lines.size):
        ordered = 0.0
        for e in range(lines[k].start, lines[k].stop):
            ordered += tables.links[e].order
        need += lines[k].need
        direct += ordered
        if lines[k].need > 0.0:
            worst = max(worst, (ordered - lines[k].need) / lines[k].need)
        else:
            worst = max(worst, ordered)
    residual.orders_within_need = worst
    via = 0.0
    for s in range(tables.sector_state.shape[0]):
        via += tables.sector_state[s, 3]
    outside = (1.0 - p.displacement) * (need - direct)
    residual.need_split = abs(need - direct - via - outside) / max(1e-9, need)
    worst_finance = 0.0
    worst_capacity = 0.0
    worst_pool = 0.0
    for h in range(pools.size):
        room = 0.0
        sold = 0.0
        for i in range(pools[h].start, pools[h].stop):
            if firms[i].alive == 0:
                worst_capacity = max(worst_capacity, firms[i].ordered + firms[i].local_sales)
                continue
            room += firms[i].room
            sold += firms[i].local_sales
            if firms[i].ordered > 0.0:
                excess = firms[i].ordered - firms[i].financeable
                worst_finance = max(worst_finance, excess / firms[i].financeable)
            used = firms[i].ordered + firms[i].local_sales / firms[i].price
            worst_capacity = max(worst_capacity, (used - firms[i].y_max) / firms[i].y_max)
        expected = min(room, pools[h].spending)
        worst_pool = max(worst_pool, abs(sold - expected) / max(1e-9, expected))
    residual.orders_within_finance = worst_finance
    residual.sales_within_capacity = worst_capacity
    residual.local_market = worst_pool


@jit
def check_firms(
    tables: Tables,
    flow: npt.NDArray[np.float64],
    row: Record,
    scale: int,
    residual: Record,
) -> None:
    """Cash and receivables: what was there, plus what came, less what went, is what is there.

    Args:
        tables: at the end of the month.
        flow: sums over the sample, see `sim.month`.
        row: monthly outcomes; `receivables` is written.
        scale: slots of the region one slot of the sample stands for.
        residual: row of the ledger; relative residuals are written.
    """
    firms, links = tables.firms, tables.links
    cash = 0.0
    size = 1e-9
    receivables = 0.0
    bounds = 0.0
    for i in range(firms.size):
        cash += firms[i].cash
        if firms[i].alive == 0:
            continue
        size += abs(firms[i].cash)
        bounds = max(bounds, -firms[i].practice, firms[i].practice - 1.0)
        bounds = max(bounds, -firms[i].quality, firms[i].quality - 1.0)
    for ring in range(8):
        for i in range(firms.size):
            receivables += firms[i].receivables[ring]
    for e in range(links.size):
        bounds = max(bounds, -links[e].trust_buyer, links[e].trust_buyer - 1.0)
        bounds = max(bounds, -links[e].trust_firm, links[e].trust_firm - 1.0)
    inflow = flow[8] + flow[9] + flow[15] + flow[18]
    outflow = flow[10] + flow[11] + flow[12] + flow[13] + flow[14] + flow[19]
    before = tables.state[_CASH]
    residual.cash = abs(cash - before - (inflow - outflow)) / (size + inflow)
    tables.state[_CASH] = cash
    before = tables.state[_RECEIVABLES]
    change = flow[0] - flow[9] - flow[16]
    scale_receivables = max(1e-9, before + flow[0])
    residual.receivables = abs(receivables - before - change) / scale_receivables
    tables.state[_RECEIVABLES] = receivables
    residual.bounds = bounds
    row.receivables = scale * receivables
