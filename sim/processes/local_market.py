"""Steps 10 and 11: room left, spending of each pool, and its exact filling (P6, P7)."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from sim.jit import jit
from sim.tables import Gravity, Record, Rows

__all__ = ["fill_pool", "fill_pools", "set_room", "set_spending", "set_wholesale"]


@jit
def set_room(f: Record, p: Record) -> None:
    """Money a firm can still take in local sales this month: free capacity that it can finance."""
    v = f.unit_cost
    means = f.cash + f.line * f.capacity - v * f.ordered
    quantity = min(f.y_max - f.ordered, max(0.0, means) / (v * p.cash_sale_finance))
    f.room = f.price * max(0.0, quantity)


@jit
def set_wholesale(
    lines: Rows,
    goods: npt.NDArray[np.void],
    sector_state: npt.NDArray[np.float64],
    p: Record,
) -> None:
    """What buyers do not buy directly: a share d reaches UMKM behind their wholesalers (P7).

    Column 3 of `sector_state` becomes that part by sector; the rest leaves the region's UMKM. The
    split is an identity: need = direct + via wholesalers + outside.
    """
    for s in range(sector_state.shape[0]):
        sector_state[s, 3] = 0.0
    for k in range(lines.size):
        sector = goods[lines[k].good].sector
        sector_state[sector, 3] += p.displacement * (lines[k].need - lines[k].ordered)


@jit
def set_spending(
    pools: Rows,
    gravity: Gravity,
    sector_state: npt.NDArray[np.float64],
    p: Record,
) -> None:
    """Spending that reaches each pool: households by gravity over living firms, and wholesale.

    Flows are the doubly constrained gravity table of month 0 (Wilson 1967), weighted by the
    capacity alive over that of month 0, so that customers of an empty pool go elsewhere.
    """
    for s in range(sector_state.shape[0]):
        first = gravity.first_pool[s]
        last = gravity.first_pool[s + 1]
        size = last - first
        capacity = 0.0
        for h in range(first, last):
            pools[h].spending = 0.0
            capacity += pools[h].capacity
        sector_state[s, 0] = capacity
        for o in range(size):
            row = gravity.offset[s] + o * size
            total = 0.0
            for h in range(size):
                total += gravity.share[row + h] * (
                    pools[first + h].capacity / pools[first + h].capacity_0
                )
            if total <= 0.0:
                continue
            per_share = pools[first + o].households / total
            for h in range(size):
                pools[first + h].spending += (
                    per_share
                    * gravity.share[row + h]
                    * (pools[first + h].capacity / pools[first + h].capacity_0)
                )
        for h in range(first, last):
            if pools[h].capacity <= 0.0:
                pools[h].spending = 0.0
                continue
            change = pools[h].attractiveness - pools[h].attractiveness_0
            pools[h].spending *= math.exp(p.market_growth * change)
            pools[h].spending += sector_state[s, 3] * (pools[h].capacity / capacity)


@jit
def fill_pool(firms: Rows, start: int, stop: int, spending: float) -> float:
    """Share money by weight among firms with room; full firms drop out until nothing is left.

    Args:
        firms: `weight` and `room` are read, `local_sales` is written, `offered` is scratch.
        start: first row of the pool.
        stop: row after its last.
        spending: money to place, million rupiah.

    Returns:
        Money placed: min(spending, sum of room) to rounding.
    """
    room = 0.0
    weight = 0.0
    for i in range(start, stop):
        firms[i].local_sales = 0.0
        room += firms[i].room
        weight += firms[i].weight
    if spending >= room:
        for i in range(start, stop):
            firms[i].local_sales = firms[i].room
        return room
    left = spending
    full = True
    while full and weight > 0.0:
        full = False
        rate = left / weight
        weight = 0.0
        for i in range(start, stop):
            if firms[i].offered > 0.0 or firms[i].weight <= 0.0:
                continue
            if firms[i].weight * rate >= firms[i].room:
                firms[i].offered = 1.0
                firms[i].local_sales = firms[i].room
                left -= firms[i].room
                full = True
            else:
                weight += firms[i].weight
        left = max(0.0, left)
    rate = left / weight if weight > 0.0 else 0.0
    sold = 0.0
    for i in range(start, stop):
        if firms[i].offered > 0.0:
            firms[i].offered = 0.0
        else:
            firms[i].local_sales = firms[i].weight * rate
        sold += firms[i].local_sales
    return sold


@jit
def fill_pools(firms: Rows, pools: Rows) -> None:
    """Every pool filled exactly."""
    for h in range(pools.size):
        pools[h].sold = fill_pool(firms, pools[h].start, pools[h].stop, pools[h].spending)
