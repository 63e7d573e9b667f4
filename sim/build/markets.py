"""Local markets at month 0: pools, household spending, gravity (P6)."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from sim.jit import jit
from sim.processes.money import normal_profit
from sim.processes.production import attractiveness
from sim.tables import KIND_AGENCY, POOL_DTYPE, Gravity, Rows

__all__ = ["build_markets", "join_pools"]

BALANCING_ROUNDS = 40


def join_pools(
    sector: npt.NDArray[np.int32],
    village: npt.NDArray[np.int32],
    district: npt.NDArray[np.int32],
    least: int,
) -> npt.NDArray[np.int32]:
    """Pool of each slot: villages of a sector joined in order until they hold `least` slots.

    Neighbours in a district come first; what is left of a district joins its last pool, or the
    next district where the district has none.
    """
    pool = np.zeros(sector.size, np.int32)
    current = -1
    for s in range(int(sector.max()) + 1 if sector.size else 0):
        rows = np.flatnonzero(sector == s)
        if rows.size == 0:
            continue
        current += 1
        first_of_sector = current
        held = 0
        last_district = -1
        start_of_pool = rows[0]
        begins = np.flatnonzero(np.diff(village[rows], prepend=-1))
        for at, begin in enumerate(begins):
            stop = begins[at + 1] if at + 1 < begins.size else rows.size
            block = rows[begin:stop]
            here = int(district[block[0]])
            if held >= least:
                current += 1
                held = 0
                start_of_pool = block[0]
            elif (
                held > 0
                and here != last_district
                and current > first_of_sector
                and district[start_of_pool - 1] == last_district
            ):
                # The rest of the district that ended joins the pool before it.
                pool[start_of_pool : block[0]] = current - 1
                held = 0
                start_of_pool = block[0]
            pool[block] = current
            held += block.size
            last_district = here
        if held < least and current > first_of_sector:
            pool[pool == current] = current - 1
            current -= 1
    return pool


def build_markets(
    firms: Rows,
    goods: npt.NDArray[np.void],
    buyers: Rows,
    lines: Rows,
    params: npt.NDArray[np.void],
    sites: npt.NDArray[np.float64],
    sectors: int,
) -> tuple[Rows, Gravity, npt.NDArray[np.float64]]:
    """Pools such that, with the purchases of wholesalers, utilisation at month 0 is normal.

    Returns:
        Pools, gravity tables, and the state of the sectors (capacity, 12-month profit, normal
        profit rate at month 0, wholesale, capacity at entry).
    """
    p = params[0]
    least = int(p["pool_minimum"])
    firms["pool"] = join_pools(firms["sector"], firms["village"], firms["district"], least)
    count = int(firms["pool"].max()) + 1
    start = np.searchsorted(firms["pool"], np.arange(count)).astype(np.int64)
    stop = np.searchsorted(firms["pool"], np.arange(count), side="right").astype(np.int64)
    pool_sector = firms["sector"][start].astype(np.int32)
    first_pool = np.searchsorted(pool_sector, np.arange(sectors + 1)).astype(np.int64)
    sizes = np.diff(first_pool)
    offset = np.concatenate(([0], np.cumsum(sizes * sizes))).astype(np.int64)
    pools = np.zeros(count, POOL_DTYPE)
    pools["sector"] = pool_sector
    pools["start"] = start
    pools["stop"] = stop
    # By sector: demand of agencies, which has its own share from UMKM, and of the others.
    demand = np.zeros((2, sectors))
    agency = buyers["kind"][lines["buyer"]] == KIND_AGENCY
    for k in range(lines.size):
        demand[int(agency[k]), goods[lines["good"][k]]["sector"]] += lines["demand"][k]
    sector_state = np.zeros((sectors, 7))
    sector_state[:, 5:] = 1.0  # no shock
    centre = np.zeros((count, 2))
    share = np.zeros(int(offset[-1]))
    _set_pools(firms, pools, params, demand, sites, centre, sector_state)
    _balance(pools, first_pool, offset, share, centre, params)
    return pools, Gravity(first_pool, offset, share), sector_state


@jit
def _set_pools(
    firms: Rows,
    pools: Rows,
    params: npt.NDArray[np.void],
    demand: npt.NDArray[np.float64],
    sites: npt.NDArray[np.float64],
    centre: npt.NDArray[np.float64],
    sector_state: npt.NDArray[np.float64],
) -> None:
    """Capacity, attractiveness, household spending and centre of each pool."""
    p = params[0]
    for h in range(pools.size):
        capacity = 0.0
        pull = 0.0
        value = 0.0
        for i in range(pools[h].start, pools[h].stop):
            centre[h, 0] += sites[firms[i].village, 0]
            centre[h, 1] += sites[firms[i].village, 1]
            if firms[i].alive == 0:
                continue
            capacity += firms[i].capacity
            pull += firms[i].capacity * attractiveness(firms[i], p)
            value += firms[i].capacity * firms[i].price
            sector_state[pools[h].sector, 2] += normal_profit(firms[i], p)
        size = pools[h].stop - pools[h].start
        centre[h, 0] /= size
        centre[h, 1] /= size
        pools[h].capacity_0 = max(1e-9, capacity)
        pools[h].capacity = capacity
        pools[h].attractiveness_0 = pull / max(1e-9, capacity)
        pools[h].households = p.normal_utilisation * value
        sector_state[pools[h].sector, 0] += capacity
    for h in range(pools.size):
        s = pools[h].sector
        behind = p.displacement * demand[0, s] + p.agency_displacement * demand[1, s]
        wholesale = behind * pools[h].capacity / max(1e-9, sector_state[s, 0])
        pools[h].households = max(0.0, pools[h].households - wholesale)
    for s in range(sector_state.shape[0]):
        sector_state[s, 2] /= max(1e-9, sector_state[s, 0])


@jit
def _balance(
    pools: Rows,
    first_pool: npt.NDArray[np.int64],
    offset: npt.NDArray[np.int64],
    share: npt.NDArray[np.float64],
    centre: npt.NDArray[np.float64],
    params: npt.NDArray[np.void],
) -> None:
    """Doubly constrained gravity by balancing rows and columns in turn (Furness).

    The flow table is symmetric in its decay and has the same margins on both sides, so one factor
    a pool serves both: T_oh = a_o a_h exp(-d / range), found by damped scaling.
    """
    p = params[0]
    for s in range(first_pool.size - 1):
        first = first_pool[s]
        size = first_pool[s + 1] - first
        at = offset[s]
        for o in range(size):
            for h in range(size):
                dx = centre[first + o, 0] - centre[first + h, 0]
                dy = centre[first + o, 1] - centre[first + h, 1]
                distance = math.sqrt(dx * dx + dy * dy)
                share[at + o * size + h] = math.exp(-distance / p.customer_range)
        factor = np.zeros(size)
        for o in range(size):
            factor[o] = math.sqrt(pools[first + o].households)
        for _ in range(BALANCING_ROUNDS):
            for o in range(size):
                total = 0.0
                for h in range(size):
                    total += share[at + o * size + h] * factor[h]
                if total > 0.0:
                    # Square root: the geometric mean of old and new, which converges.
                    factor[o] = math.sqrt(factor[o] * pools[first + o].households / total)
        for o in range(size):
            for h in range(size):
                share[at + o * size + h] *= factor[o] * factor[h]
