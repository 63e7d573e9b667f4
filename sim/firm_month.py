"""The firms' part of a month: what comes before the markets and what comes after, row by row.

Processes that touch one firm only are called one after the other on its row while that row is in
the nearest cache; that is the schedule of `docs/processes.md` as long as no firm reads another.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from sim.draws import STREAM_EXIT
from sim.exponentials import fill_exponentials
from sim.jit import Integer, jit
from sim.parameters.calendar import POLICY_MONTH
from sim.processes.demography import close_firm, enter, survive
from sim.processes.ledger import check_stocks, outside_unit, outstanding
from sim.processes.luck import BLOCK, draw_firms
from sim.processes.money import earn, invest, learn_by_supplying
from sim.processes.production import (
    advance_productivity,
    attractiveness,
    draw_shocks,
    finance,
    forget,
    log_capacity,
    log_cost,
    produce,
    set_cost_and_capacity,
)
from sim.tables import Record, Rows, Tables

__all__ = ["STATE", "begin_month", "end_month"]

STATE = (
    "wage_pressure",  # ratio: added to everybody's unit cost this month
    "hired_sum",  # persons: hired labour, added up over months 12 to 23, in the sample
    "hired_reference",  # persons: its mean over these months
    "ever_partners",  # number: generations with a delivered order since the policy's start
    "generations",  # number: alive at or after the policy's start
    "cash_before",  # Rp m: all firms' cash at the end of the month before
    "receivables_before",  # Rp m: likewise what buyers owe
    "cooperatives_before",  # Rp m: likewise the cooperatives' accounts
)
"""Scalars that last from month to month, in the order of `Tables.state`."""
_PRESSURE, _HIRED_SUM, _HIRED_0, _EVER, _GENERATIONS, _CASH, _RECEIVABLES = range(7)


@jit
def begin_month(tables: Tables, p: Record, seed: Integer, month: int) -> None:
    """Steps 1, 2 and 7 of every firm; capacity and attractiveness of every pool."""
    firms = tables.firms
    pools = tables.pools
    pressure = tables.state[_PRESSURE]
    tables.village_practice[:] = 0.0
    tables.village_firms[:] = 0.0
    exponents = np.empty((3, BLOCK))
    powers = np.empty((3, BLOCK))
    keys = np.empty((2, BLOCK), np.uint64)
    draws = np.empty((4, BLOCK))
    places = np.empty(BLOCK, np.int64)
    first = ready = 0
    for h in range(pools.size):
        capacity = 0.0
        attraction = 0.0
        # Firms of a pool stand by slot, those of a village mostly together.
        sector = pools[h].sector
        shock = tables.sector_state[sector, 6]
        village = 0
        practice = count = 0.0
        for i in range(pools[h].start, pools[h].stop):
            if i >= ready:
                first = i
                ready = draw_shocks(firms, i, seed, month, keys, draws, places)
                _advance(firms, p, i, ready, draws, exponents, powers, places)
            firms[i].ordered = 0.0
            firms[i].invoiced = 0.0
            firms[i].fees = 0.0
            firms[i].learning = 0.0
            if firms[i].alive == 0:
                firms[i].weight = 0.0
                firms[i].financeable = 0.0
                continue
            j = i - first
            set_cost_and_capacity(firms[i], p, pressure, shock, powers[0, j], powers[1, j])
            finance(firms[i], p)
            firms[i].weight = firms[i].capacity * powers[2, j]
            capacity += firms[i].capacity
            attraction += firms[i].capacity * exponents[2, j]
            if firms[i].village != village:
                tables.village_practice[village, sector] += practice
                tables.village_firms[village, sector] += count
                village = firms[i].village
                practice = count = 0.0
            practice += firms[i].practice
            count += 1.0
        tables.village_practice[village, sector] += practice
        tables.village_firms[village, sector] += count
        pools[h].capacity = capacity
        pools[h].attractiveness = attraction / capacity if capacity > 0.0 else 0.0
    if month == POLICY_MONTH:
        alive = 0.0
        for i in range(firms.size):
            alive += firms[i].alive
        tables.state[_GENERATIONS] = alive


@jit
def _advance(
    firms: Rows,
    p: Record,
    start: int,
    stop: int,
    draws: npt.NDArray[np.float64],
    exponents: npt.NDArray[np.float64],
    powers: npt.NDArray[np.float64],
    scratch: npt.NDArray[np.int64],
) -> None:
    """Shocks and forgetting of rows start..stop, and the exponentials that follow from them.

    Args:
        firms: changed.
        p: parameters.
        start: first row of the block.
        stop: row after its last.
        draws: see `draw_shocks`.
        exponents: (3, BLOCK), written: `log_cost`, `log_capacity`, `attractiveness`.
        powers: (3, BLOCK), written: their exponentials.
        scratch: (BLOCK,).
    """
    for i in range(start, stop):
        j = i - start
        exponents[0, j] = exponents[1, j] = exponents[2, j] = 0.0
        if firms[i].alive == 1:
            firms[i].growth_shock = draws[3, j]
            advance_productivity(firms[i], p, draws[2, j])
            forget(firms[i], p)
            exponents[0, j] = log_cost(firms[i], p)
            exponents[1, j] = log_capacity(firms[i], p)
            exponents[2, j] = attractiveness(firms[i], p)
    for row in range(3):
        fill_exponentials(exponents[row], stop - start, powers[row], scratch)


@jit
def _set_peers(tables: Tables, mean: npt.NDArray[np.float64]) -> None:
    """Mean practice of the other sectors, by village and sector."""
    for v in range(mean.shape[0]):
        total = 0.0
        count = 0.0
        for s in range(mean.shape[1]):
            total += tables.village_practice[v, s]
            count += tables.village_firms[v, s]
        for s in range(mean.shape[1]):
            others = count - tables.village_firms[v, s]
            mean[v, s] = -1.0
            if others > 0.5:
                mean[v, s] = (total - tables.village_practice[v, s]) / others


@jit
def end_month(
    tables: Tables,
    eligible: npt.NDArray[np.uint8],
    p: Record,
    sizes: npt.NDArray[np.float64],
    seed: Integer,
    population_seed: Integer,
    month: int,
    scale: int,
    peers: npt.NDArray[np.float64],
    yearly: tuple[
        npt.NDArray[np.float64],
        npt.NDArray[np.float64],
        npt.NDArray[np.float64],
        npt.NDArray[np.uint8],
        npt.NDArray[np.uint8],
    ],
    row: Record,
    residual: Record,
    flow: npt.NDArray[np.float64],
) -> None:
    """Steps 12, 13, 16 to 18 of every firm, and the sums of step 19 over firms."""
    firms = tables.firms
    sector_state = tables.sector_state
    year = month // 12
    profit_year, revenue_year, hired_year, alive_year, served_year = yearly
    for s in range(sector_state.shape[0]):
        sector_state[s, 1] = 0.0
        sector_state[s, 4] = 0.0
    _set_peers(tables, peers)
    n_firms = n_eligible = n_micro = n_micro_eligible = 0.0
    revenue = revenue_eligible = revenue_micro = 0.0
    profit = profit_eligible = profit_micro = 0.0
    hired = partners = drawings = interest = investment = 0.0
    quality = practice = utilisation = local = 0.0
    closures = insolvencies = partner_insolvencies = written_off = closed_cash = 0.0
    costs = receipts = fees = invoiced = 0.0
    online = tables.shops.size > 0
    trial = tables.deals.size > 0
    paid_out = shop_costs = loan_payments = 0.0
    survivors = initial = 0.0
    cash = cash_size = bounds = 0.0
    ageing = math.exp(-1.0 / p.youth_months)
    vacant = np.empty(firms.size, np.int64)
    n_vacant = 0
    keys = np.empty((2, BLOCK), np.uint64)
    draws = np.empty((2, BLOCK))
    first = drawn = 0
    sector = 0
    sector_profit = sector_capacity = 0.0
    for i in range(firms.size):
        if i >= drawn:
            first = i
            drawn = draw_firms(firms, i, seed, STREAM_EXIT, month, keys, draws)
        if firms[i].alive == 0:
            vacant[n_vacant] = i
            n_vacant += 1
            cash += firms[i].cash  # none, and the ledger says so
            firms[i].revenue = 0.0
            firms[i].profit = 0.0
            firms[i].output = 0.0
            continue
        s = firms[i].sector
        made = sold = charges = paid = 0.0
        if online:
            shop = tables.shops[i]
            made = shop.quantity
            sold = shop.revenue
            charges = shop.fees + shop.costs
            paid = shop.payout - shop.costs
            paid_out += shop.payout
            shop_costs += shop.costs
        if trial:
            deal = tables.deals[i]
            charges += deal.interest
            paid -= deal.interest + deal.instalment
            loan_payments += deal.interest + deal.instalment
        produce(firms[i], made)
        fixed = p.fixed_cost * firms[i].capacity
        paid_interest = earn(
            firms[i], p, tables.profit_ring, tables.receivables, i, month, sold, charges, paid
        )
        interest += paid_interest
        drawings += firms[i].drawings
        receipts += firms[i].received
        fees += firms[i].fees
        invoiced += firms[i].invoiced
        costs += firms[i].unit_cost * firms[i].output + fixed
        learn_by_supplying(firms[i], p, peers[firms[i].village, s])
        investment += invest(firms[i], p)
        is_eligible = eligible[s] == 1
        n_firms += 1.0
        revenue += firms[i].revenue
        profit += firms[i].profit
        hired += firms[i].hired
        local += firms[i].local_sales
        quality += firms[i].quality
        practice += firms[i].practice
        utilisation += firms[i].utilisation
        if is_eligible:
            n_eligible += 1.0
            revenue_eligible += firms[i].revenue
            profit_eligible += firms[i].profit
        if firms[i].size_class == 0:
            n_micro += 1.0
            revenue_micro += firms[i].revenue
            profit_micro += firms[i].profit
            if is_eligible:
                n_micro_eligible += 1.0
        profit_year[year, i] += firms[i].profit
        revenue_year[year, i] += firms[i].revenue
        if firms[i].ordered > 0.0:
            partners += 1.0
            served_year[year, i] = 1
            if month >= POLICY_MONTH and firms[i].ever_partner == 0:
                firms[i].ever_partner = 1
                tables.state[_EVER] += 1.0
        if s != sector:
            sector_state[sector, 1] += sector_profit / 12.0
            sector_state[sector, 4] += sector_capacity
            sector = s
            sector_profit = sector_capacity = 0.0
        sector_profit += firms[i].profit_sum
        sector_capacity += firms[i].capacity
        fate = survive(firms[i], p, ageing, draws[0, i - first])
        if fate == 0:
            f = firms[i]
            cash += f.cash
            cash_size += abs(f.cash)
            bounds = outside_unit(bounds, f.practice)
            bounds = outside_unit(bounds, f.base_quality + f.learned_quality)
            if f.generation == f.cohort:
                survivors += 1.0
            if f.generation == 0:
                initial += 1.0
        if fate > 0:
            off, taken = close_firm(firms[i], tables.receivables, i)
            written_off += off
            closed_cash += taken
            closures += 1.0
            if fate == 2:
                insolvencies += 1.0
                if firms[i].ordered > 0.0 or served_year[year, i] == 1:
                    partner_insolvencies += 1.0
    sector_state[sector, 1] += sector_profit / 12.0
    sector_state[sector, 4] += sector_capacity
    entries = 0.0
    entry_cash = 0.0
    # Slots vacant before this step may be taken; those that closed in it wait a month.
    for j in range(n_vacant):
        i = vacant[j]
        if enter(
            firms[i],
            tables.profit_ring,
            i,
            sector_state,
            tables.goods,
            p,
            sizes,
            population_seed,
            seed,
            month,
        ):
            entries += 1.0
            entry_cash += firms[i].cash
            cash += firms[i].cash
            cash_size += firms[i].cash
    if month == POLICY_MONTH - 1:
        for i in range(firms.size):
            firms[i].cohort = firms[i].generation if firms[i].alive == 1 else -1
    if (month + 1) % 12 == 0:
        for i in range(firms.size):
            alive_year[year, i] = firms[i].alive
            hired_year[year, i] = firms[i].hired * firms[i].alive
    if month >= POLICY_MONTH:
        tables.state[_GENERATIONS] += entries
    row.firms = scale * n_firms
    row.firms_eligible = scale * n_eligible
    row.firms_micro = scale * n_micro
    row.firms_micro_eligible = scale * n_micro_eligible
    row.survivors = scale * (survivors if month >= POLICY_MONTH else n_firms)
    row.initial_survivors = scale * initial
    row.revenue = scale * revenue
    row.revenue_eligible = scale * revenue_eligible
    row.revenue_micro = scale * revenue_micro
    row.profit = scale * profit
    row.profit_eligible = scale * profit_eligible
    row.profit_micro = scale * profit_micro
    row.hired = scale * hired
    row.partners = scale * partners
    row.ever_partners = scale * tables.state[_EVER]
    row.generations = scale * tables.state[_GENERATIONS]
    row.closures = scale * closures
    row.insolvencies = scale * insolvencies
    row.partner_insolvencies = scale * partner_insolvencies
    row.entries = scale * entries
    row.drawings = scale * drawings
    row.interest = scale * interest
    row.investment = scale * investment
    row.cooperative_fees = scale * fees
    row.written_off = scale * written_off
    row.local_sales = scale * local
    row.quality = scale * quality
    row.practice = scale * practice
    row.utilisation = scale * utilisation
    # Sums of the sample that the ledger needs.
    flow[8] = local
    flow[9] = receipts
    flow[10] = costs
    flow[11] = interest
    flow[12] = drawings
    flow[13] = investment
    flow[14] = closed_cash
    flow[15] = entry_cash
    flow[16] = written_off
    flow[17] = hired
    flow[30] = paid_out
    flow[31] = shop_costs
    flow[20] = fees
    flow[21] = invoiced
    flow[25] = loan_payments
    receivables = outstanding(tables.receivables)
    row.receivables = scale * receivables
    check_stocks(tables, cash, cash_size, receivables, bounds, flow, residual)
