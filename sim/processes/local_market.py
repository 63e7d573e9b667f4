"""Steps 10 and 11: room left, spending of each pool, and its exact filling (P6, P7)."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from sim.jit import jit
from sim.tables import KIND_AGENCY, Gravity, Record, Rows

__all__ = ["fill_pool", "set_room", "set_spending", "set_wholesale"]


@jit
def set_room(f: Record, p: Record, online: float = 0.0) -> None:
    """Money a firm can still take in local sales this month: free capacity that it can finance.

    What it sold online (`online`, quantity) takes room and money as orders do.
    """
    v = f.unit_cost
    taken = f.ordered + online
    means = f.cash + f.line * f.capacity - v * taken
    quantity = min(f.y_max - taken, max(0.0, means) / (v * p.cash_sale_finance))
    f.room = f.price * max(0.0, quantity)


@jit
def set_wholesale(
    buyers: Rows,
    lines: Rows,
    goods: npt.NDArray[np.void],
    sector_state: npt.NDArray[np.float64],
    p: Record,
    month: int,
) -> None:
    """What buyers do not buy directly: a share d reaches UMKM behind their wholesalers (P7).

    Column 3 of `sector_state` becomes that part by sector; the rest leaves the region's UMKM. The
    split is an identity: need = direct + via wholesalers + outside. Contractors of agencies work
    through the year: what was not bought directly in one they supply in equal parts over the next,
    and their share from UMKM of the region is one of its own.
    """
    for s in range(sector_state.shape[0]):
        sector_state[s, 3] = 0.0
    for k in range(lines.size):
        g = goods[lines[k].good]
        if buyers[lines[k].buyer].kind == KIND_AGENCY:
            lines[k].pending += lines[k].need - lines[k].ordered
            if lines[k].interval == 1 or (month + lines[k].phase) % 12 == 0:
                lines[k].rest = lines[k].pending / lines[k].interval
                lines[k].pending = 0.0
            sector_state[g.sector, 3] += p.agency_displacement * lines[k].rest
        else:
            sector_state[g.sector, 3] += p.displacement * (lines[k].need - lines[k].ordered)


@jit
def set_spending(
    pools: Rows,
    gravity: Gravity,
    sector_state: npt.NDArray[np.float64],
    p: Record,
    presence: npt.NDArray[np.float64],
    spending: npt.NDArray[np.float64],
    rate: npt.NDArray[np.float64],
) -> None:
    """Spending that reaches each pool: households by gravity over living firms, and wholesale.

    Flows are the doubly constrained gravity table of month 0 (Wilson 1967), weighted by the
    capacity alive over that of month 0, so that customers of an empty pool go elsewhere.

    Args:
        pools: `capacity` and `attractiveness` are read, `spending` is written.
        gravity: flows of month 0.
        sector_state: capacity (column 0) is written; wholesale (column 3) and the shock of
            households' spending (column 5) are read.
        p: parameters.
        presence: scratch, (pools,).
        spending: scratch, (pools,).
        rate: scratch, (pools,).
    """
    for s in range(sector_state.shape[0]):
        first = gravity.first_pool[s]
        size = gravity.first_pool[s + 1] - first
        capacity = 0.0
        for h in range(size):
            pool = pools[first + h]
            capacity += pool.capacity
            presence[h] = pool.capacity / pool.capacity_0
        sector_state[s, 0] = capacity
        # The table is symmetric, so a column is a row: rates first, then what arrives.
        table = gravity.share[gravity.offset[s] : gravity.offset[s] + size * size]
        _weigh(table, presence, size, rate)
        for o in range(size):
            households = pools[first + o].households * sector_state[s, 5]
            rate[o] = households / rate[o] if rate[o] > 0.0 else 0.0
        _weigh(table, rate, size, spending)
        for h in range(size):
            spending[h] *= presence[h]
        for h in range(size):
            pool = pools[first + h]
            if pool.capacity <= 0.0:
                pool.spending = 0.0
                continue
            change = pool.attractiveness - pool.attractiveness_0
            pool.spending = spending[h] * math.exp(p.market_growth * change)
            pool.spending += sector_state[s, 3] * (pool.capacity / capacity)


@jit
def _weigh(
    table: npt.NDArray[np.float64],
    weight: npt.NDArray[np.float64],
    size: int,
    total: npt.NDArray[np.float64],
) -> None:
    """total[h] = sum over o of table[o, h] weight[o], row by row: neighbours in one instruction."""
    total[:size] = 0.0
    for o in range(size):
        at = o * size
        w = weight[o]
        for h in range(size):
            total[h] += table[at + h] * w


@jit
def fill_pool(
    firms: Rows,
    start: int,
    stop: int,
    spending: float,
    weight: npt.NDArray[np.float64],
    room: npt.NDArray[np.float64],
    row: npt.NDArray[np.int64],
) -> float:
    """Share money by weight among firms with room; full firms drop out until nothing is left.

    Args:
        firms: `weight` and `room` are read, `local_sales` is written.
        start: first row of the pool.
        stop: row after its last.
        spending: money to place, million rupiah.
        weight: scratch, (at least firms of the pool,).
        room: scratch, likewise.
        row: scratch, likewise.

    Returns:
        Money placed: min(spending, sum of room) to rounding.
    """
    total_room = 0.0
    total_weight = 0.0
    left_over = 0
    for i in range(start, stop):
        f = firms[i]
        f.local_sales = 0.0
        # Without weight, in a field experiment, it has lost all its customers.
        if f.weight > 0.0:
            total_room += f.room
            weight[left_over] = f.weight
            room[left_over] = f.room
            row[left_over] = i
            total_weight += f.weight
            left_over += 1
    if spending >= total_room:
        for j in range(left_over):
            firms[row[j]].local_sales = room[j]
        return total_room
    left = spending
    full = True
    while full and left_over > 0:
        full = False
        rate = left / total_weight
        total_weight = 0.0
        kept = 0
        for j in range(left_over):
            if weight[j] * rate >= room[j]:
                firms[row[j]].local_sales = room[j]
                left -= room[j]
                full = True
            else:
                total_weight += weight[j]
                weight[kept] = weight[j]
                room[kept] = room[j]
                row[kept] = row[j]
                kept += 1
        left_over = kept
        left = max(0.0, left)
    if left_over > 0:
        rate = left / total_weight
        for j in range(left_over):
            firms[row[j]].local_sales = weight[j] * rate
    return spending
