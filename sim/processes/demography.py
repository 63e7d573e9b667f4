"""Step 18 and month 0: who a firm is, when it closes, who comes after it (P18)."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from sim.draws import (
    STREAM_CERTIFICATE,
    STREAM_COOPERATIVE,
    STREAM_ENTRY,
    STREAM_POPULATION,
    normal,
    uniform,
)
from sim.jit import Integer, jit
from sim.processes.money import normal_profit, working_cash
from sim.processes.production import (
    attractiveness,
    log_capacity,
    log_cost,
    set_cost_and_capacity,
)
from sim.quantiles import normal_quantile
from sim.tables import PROFIT_MONTHS, RECEIVABLE_MONTHS, Record

__all__ = ["close_firm", "draw_firm", "enter", "exit_hazard", "mark_insolvent", "survive"]

# Index of each attribute in the population stream: fixed, since moving one moves numbers.
_SALES, _WOMAN, _FORMAL, _CASH, _PRICE, _COST, _QUALITY, _PRACTICE, _Z = range(1, 10)
_COLD = 10
INDEX_X, INDEX_Y, INDEX_AGE, INDEX_ALIVE = 12, 13, 14, 15


@jit
def draw_firm(
    f: Record,
    goods: npt.NDArray[np.void],
    p: Record,
    sizes: npt.NDArray[np.float64],
    capacity_ratio: float,
    seed: Integer,
) -> float:
    """Attributes of the firm of this slot and generation, at age 0; its normal monthly profit.

    Args:
        f: written; slot, sector, size class and generation are read.
        goods: their certificates are drawn by good.
        p: parameters.
        sizes: (3, 5) by size class: cumulative share, mu and sigma of log monthly sales, share of
            that law below the legal ceiling, sales a month for one hired worker.
        capacity_ratio: multiplies capacity (entrants start smaller).
        seed: of the population.
    """
    slot = f.slot
    gen = f.generation
    size = f.size_class
    u = uniform(seed, STREAM_POPULATION, 0, slot, 0, gen, 0, _SALES)
    # Inverse CDF of the law cut at the ceiling.
    sales = math.exp(sizes[size, 1] + sizes[size, 2] * normal_quantile(u * sizes[size, 3]))
    woman = uniform(seed, STREAM_POPULATION, 0, slot, 0, gen, 0, _WOMAN) < p.women_share
    by_sex = (p.women_capacity if woman else 1.0) / (1.0 - p.women_share * (1.0 - p.women_capacity))
    capacity = capacity_ratio * by_sex * sales / p.normal_utilisation
    f.woman = 1 if woman else 0
    f.capacity = capacity
    f.sales_per_worker = sizes[size, 4]
    formal = uniform(seed, STREAM_POPULATION, 0, slot, 0, gen, 0, _FORMAL) < p.formal_credit_share
    f.formal = 1 if formal else 0
    f.line = p.credit_line if formal else p.informal_line
    spread = p.price_sd
    log_price = spread * normal(seed, STREAM_POPULATION, 0, slot, 0, gen, 0, _PRICE)
    log_price -= 0.5 * spread * spread
    f.log_price = log_price
    f.price = math.exp(log_price)
    deviation = normal(seed, STREAM_POPULATION, 0, slot, 0, gen, 0, _COST)
    f.cost_factor = f.price * math.exp(p.unit_cost_sd * deviation)
    deviation = normal(seed, STREAM_POPULATION, 0, slot, 0, gen, 0, _QUALITY)
    f.base_quality = min(
        1.0 - p.quality_margin, max(p.quality_margin, p.quality_mean + p.quality_sd * deviation)
    )
    f.learned_quality = 0.0
    f.quality = f.base_quality
    deviation = normal(seed, STREAM_POPULATION, 0, slot, 0, gen, 0, _PRACTICE)
    f.base_practice = min(1.0, max(0.0, p.practice_mean + p.practice_sd * deviation))
    f.practice = f.base_practice
    f.information = 0.0
    deviation = normal(seed, STREAM_POPULATION, 0, slot, 0, gen, 0, _Z)
    f.productivity = p.productivity_sd / math.sqrt(1.0 - p.productivity_persistence**2) * deviation
    held = np.int64(0)
    for g in range(goods.size):
        u = uniform(seed, STREAM_CERTIFICATE, 0, slot, 0, gen, g, 0)
        if goods[g].sector == f.sector and u < goods[g].certified:
            held |= np.int64(1) << g
    f.certificates = held
    cold = uniform(seed, STREAM_POPULATION, 0, slot, 0, gen, 0, _COLD) < p.cold_chain_share
    f.cold_chain = 1 if cold else 0
    u = uniform(seed, STREAM_COOPERATIVE, 0, slot, 0, gen, 0, 0)
    f.member = 1 if u < p.cooperative_membership else 0
    f.event_until = 0
    f.granted = 0
    f.ever_partner = 0
    f.insolvent_months = 0
    f.age = 0
    f.youth = 1.0
    set_cost_and_capacity(f, p, 0.0, 1.0, math.exp(log_cost(f, p)), math.exp(log_capacity(f, p)))
    f.weight = f.capacity * math.exp(attractiveness(f, p))
    u = uniform(seed, STREAM_POPULATION, 0, slot, 0, gen, 0, _CASH)
    f.cash = (
        p.start_cash
        * (1.0 - p.start_cash_spread + 2.0 * p.start_cash_spread * u)
        * working_cash(f, p)
    )
    usual = normal_profit(f, p)
    f.profit_sum = PROFIT_MONTHS * usual
    f.hired = p.normal_utilisation * capacity * f.price / f.sales_per_worker
    return usual


@jit
def exit_hazard(f: Record, p: Record) -> float:
    """Chance to close this month: base, weak profit, youth. Closing is not always bad."""
    rate = f.profit_sum / PROFIT_MONTHS / f.capacity
    usual = normal_profit(f, p) / f.capacity
    gap = p.exit_slope * (rate - p.exit_reference * usual)
    return p.exit_base + p.exit_weak / (1.0 + math.exp(gap)) + p.exit_young * f.youth


@jit
def mark_insolvent(f: Record, p: Record) -> bool:
    """Counts months running with cash below minus the credit line; true when they are too many."""
    if f.cash < -f.line * f.capacity:
        f.insolvent_months += 1
    else:
        f.insolvent_months = 0
    return f.insolvent_months >= p.insolvency_months


@jit
def survive(f: Record, p: Record, ageing: float, u: float) -> int:
    """0 goes on (a month older), 1 closes, 2 closes insolvent.

    Args:
        f: the firm.
        p: parameters.
        ageing: what a month leaves of youth, exp(-1 / youth_months).
        u: its uniform draw of `STREAM_EXIT` for this month.
    """
    if mark_insolvent(f, p):
        return 2
    # The hazard cannot exceed this, so most firms are done without it.
    if u < p.exit_base + p.exit_weak + p.exit_young * f.youth and u < exit_hazard(f, p):
        return 1
    f.age += 1
    f.youth *= ageing
    return 0


@jit
def close_firm(f: Record, receivables: npt.NDArray[np.float64], i: int) -> tuple[float, float]:
    """Empties the slot; returns receivables written off and the cash the owner takes along."""
    f.alive = 0
    cash = f.cash
    f.cash = 0.0
    written_off = 0.0
    for ring in range(RECEIVABLE_MONTHS):
        written_off += receivables[ring, i]
        receivables[ring, i] = 0.0
    return written_off, cash


@jit
def enter(
    f: Record,
    profit_ring: npt.NDArray[np.float64],
    i: int,
    sector_state: npt.NDArray[np.float64],
    goods: npt.NDArray[np.void],
    p: Record,
    sizes: npt.NDArray[np.float64],
    population_seed: Integer,
    seed: Integer,
    month: int,
) -> bool:
    """A vacant slot is taken with a chance that follows the sector's profit rate.

    The site keeps its size class: a stall is followed by a stall, a workshop by a workshop.
    """
    s = f.sector
    usual = max(0.01, sector_state[s, 2])
    rate = sector_state[s, 1] / sector_state[s, 4] if sector_state[s, 4] > 0.0 else usual
    pull = min(p.entry_pull, max(-p.entry_pull, p.entry_response * (rate / usual - 1.0)))
    chance = 1.0 - math.exp(-p.entry_rate * math.exp(pull))
    slot = f.slot
    gen = f.generation
    if uniform(seed, STREAM_ENTRY, month, slot, 0, gen, 0, 0) >= chance:
        return False
    f.generation = gen + 1
    f.alive = 1
    usual = draw_firm(f, goods, p, sizes, p.entrant_capacity, population_seed)
    for ring in range(PROFIT_MONTHS):
        profit_ring[ring, i] = usual
    return True
