"""One month, readable from top to bottom: the schedule of `docs/processes.md` as one compiled function.

The loop over months is Python's and calls `run_month` once a month, so that hooks, collection and
the Mesa path come for free. Within a step all rows act on the same state.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from sim.jit import jit
from sim.processes.compliance import choose_modes
from sim.processes.delivery import account_buyers, hotel_cost
from sim.processes.demography import close_firm, enter, survive
from sim.processes.enforcement import cover_buyers, enforce, plan_inspections, shock_buyers
from sim.processes.grants import give_grants
from sim.processes.ledger import check_orders, check_pool, check_stocks
from sim.processes.local_market import fill_pool, set_room, set_spending, set_wholesale
from sim.processes.measured import measure_hotels, measure_lines
from sim.processes.money import earn, invest, learn_by_supplying
from sim.processes.orders import acquire_certificates, order_floor, order_voluntary, set_needs
from sim.processes.production import (
    advance_productivity,
    attractiveness,
    finance,
    forget,
    produce,
    set_cost_and_capacity,
)
from sim.processes.value import redraw_candidates, value_links
from sim.tables import RECEIVABLE_MONTHS, Record, Tables

__all__ = ["POLICY_MONTH", "STATE", "begin_month", "end_month", "run_month"]

POLICY_MONTH = 24
"""Month at which cohorts are fixed and reference levels taken; burn-in ends before it."""

STATE = (
    "wage_pressure",
    "hired_sum",
    "hired_reference",
    "ever_partners",
    "generations",
    "cash_before",
    "receivables_before",
)
"""Scalars that last from month to month, in the order of `Tables.state`."""
_PRESSURE, _HIRED_SUM, _HIRED_0, _EVER, _GENERATIONS, _CASH, _RECEIVABLES = range(7)


@jit
def begin_month(tables: Tables, p: Record, seed: int, month: int) -> None:
    """Steps 1, 2 and 7 of every firm; capacity and attractiveness of every pool."""
    firms = tables.firms
    pools = tables.pools
    pressure = tables.state[_PRESSURE]
    tables.village_practice[:] = 0.0
    tables.village_firms[:] = 0.0
    for h in range(pools.size):
        capacity = 0.0
        attraction = 0.0
        for i in range(pools[h].start, pools[h].stop):
            firms[i].ordered = 0.0
            firms[i].invoiced = 0.0
            firms[i].learning = 0.0
            if firms[i].alive == 0:
                firms[i].weight = 0.0
                firms[i].financeable = 0.0
                continue
            advance_productivity(firms[i], p, seed, month)
            forget(firms[i], p)
            set_cost_and_capacity(firms[i], p, pressure)
            finance(firms[i])
            pull = attractiveness(firms[i], p)
            firms[i].weight = firms[i].capacity * math.exp(pull)
            capacity += firms[i].capacity
            attraction += firms[i].capacity * pull
            tables.village_practice[firms[i].village, firms[i].sector] += firms[i].practice
            tables.village_firms[firms[i].village, firms[i].sector] += 1.0
        pools[h].capacity = capacity
        pools[h].attractiveness = attraction / capacity if capacity > 0.0 else 0.0
    if month == POLICY_MONTH:
        alive = 0.0
        for i in range(firms.size):
            alive += firms[i].alive
        tables.state[_GENERATIONS] = alive


@jit
def buy(
    tables: Tables,
    rules: npt.NDArray[np.void],
    covers: npt.NDArray[np.uint8],
    levers: npt.NDArray[np.void],
    p: Record,
    seed: int,
    month: int,
    scratch: npt.NDArray[np.float64],
) -> tuple[float, float]:
    """Steps 6 to 8: buyers value candidates, choose a mode and order."""
    firms, buyers, lines, links = tables.firms, tables.buyers, tables.lines, tables.links
    if month > 0 and month % 12 == 0 and lines.size > 0:
        places = int(p.candidates) // 8
        redraw_candidates(firms, buyers, lines, links, tables.reserve, places)
    value_links(firms, buyers, lines, links, tables.goods, rules, p, seed, month)
    choose_modes(buyers, lines, rules, covers, levers, p, month, scratch[0], scratch[1])
    set_needs(buyers, lines, links, tables.goods, p, month)
    order_voluntary(firms, buyers, lines, links, rules, month)
    order_floor(firms, buyers, lines, links, rules, covers, p, month)
    return acquire_certificates(firms, buyers, lines, links, p, seed, month)


@jit
def trade_locally(
    tables: Tables, p: Record, residual: Record, pool_scratch: npt.NDArray[np.float64]
) -> None:
    """Steps 10 and 11: room, spending, exact filling; and the ledger of the markets."""
    firms = tables.firms
    pools = tables.pools
    set_wholesale(tables.lines, tables.goods, tables.sector_state, p)
    set_spending(
        pools,
        tables.gravity,
        tables.sector_state,
        p,
        pool_scratch[0],
        pool_scratch[1],
        pool_scratch[2],
    )
    check_orders(tables, p, residual)
    worst = np.zeros(3)
    largest = 0
    for h in range(pools.size):
        largest = max(largest, pools[h].stop - pools[h].start)
    weight = np.empty(largest)
    room = np.empty(largest)
    row = np.empty(largest, np.int64)
    # Pool by pool, so that its firms stay in the nearest cache from room to check.
    for h in range(pools.size):
        start = pools[h].start
        stop = pools[h].stop
        for i in range(start, stop):
            if firms[i].alive == 1:
                set_room(firms[i], p)
            else:
                firms[i].room = 0.0
        pools[h].sold = fill_pool(firms, start, stop, pools[h].spending, weight, room, row)
        check_pool(firms, start, stop, pools[h].spending, worst)
    residual.local_market = worst[0]
    residual.orders_within_finance = worst[1]
    residual.sales_within_capacity = worst[2]


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
    seed: int,
    population_seed: int,
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
    costs = receipts = 0.0
    survivors = initial = 0.0
    cash = cash_size = receivables = bounds = 0.0
    for i in range(firms.size):
        if firms[i].alive == 0:
            firms[i].revenue = 0.0
            firms[i].profit = 0.0
            firms[i].output = 0.0
            continue
        s = firms[i].sector
        produce(firms[i])
        fixed = p.fixed_cost * firms[i].capacity
        paid_interest = earn(firms[i], p, month)
        interest += paid_interest
        drawings += firms[i].drawings
        receipts += firms[i].received
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
        sector_state[s, 1] += firms[i].profit_sum / 12.0
        sector_state[s, 4] += firms[i].capacity
        fate = survive(firms[i], p, seed, month)
        if fate == 0:
            f = firms[i]
            cash += f.cash
            cash_size += abs(f.cash)
            owed = 0.0
            for ring in range(RECEIVABLE_MONTHS):
                owed += f.receivables[ring]
            receivables += owed
            bounds = max(bounds, max(-f.practice, f.practice - 1.0))
            bounds = max(bounds, max(-f.quality, f.quality - 1.0))
            if f.generation == f.cohort:
                survivors += 1.0
            if f.generation == 0:
                initial += 1.0
        if fate > 0:
            off, taken = close_firm(firms[i])
            written_off += off
            closed_cash += taken
            closures += 1.0
            firms[i].alive = 2
            if fate == 2:
                insolvencies += 1.0
                if firms[i].ordered > 0.0 or served_year[year, i] == 1:
                    partner_insolvencies += 1.0
    entries = 0.0
    entry_cash = 0.0
    for i in range(firms.size):
        if firms[i].alive == 0:
            if enter(firms[i], sector_state, tables.goods, p, sizes, population_seed, seed, month):
                entries += 1.0
                entry_cash += firms[i].cash
                cash += firms[i].cash
                cash_size += firms[i].cash
        elif firms[i].alive == 2:
            firms[i].alive = 0
        if month == POLICY_MONTH - 1:
            firms[i].cohort = firms[i].generation if firms[i].alive == 1 else -1
        if (month + 1) % 12 == 0:
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
    row.receivables = scale * receivables
    check_stocks(tables, cash, cash_size, receivables, bounds, flow, residual)


@jit
def press_wages(state: npt.NDArray[np.float64], hired: float, p: Record, month: int) -> None:
    """Unit cost of the next month rises with hired labour above its last burn-in year (P7)."""
    state[_PRESSURE] = 0.0
    if POLICY_MONTH - 12 <= month < POLICY_MONTH:
        state[_HIRED_SUM] += hired
        state[_HIRED_0] = state[_HIRED_SUM] / 12.0
    if month >= POLICY_MONTH - 1 and state[_HIRED_0] > 0.0:
        state[_PRESSURE] = p.wage_pressure * max(0.0, hired / state[_HIRED_0] - 1.0)


@jit
def run_month(
    tables: Tables,
    eligible: npt.NDArray[np.uint8],
    rules: npt.NDArray[np.void],
    covers: npt.NDArray[np.uint8],
    levers: npt.NDArray[np.void],
    params: npt.NDArray[np.void],
    sizes: npt.NDArray[np.float64],
    seed: int,
    population_seed: int,
    month: int,
    scale: int,
    scratch: npt.NDArray[np.float64],
    pool_scratch: npt.NDArray[np.float64],
    peers: npt.NDArray[np.float64],
    yearly: tuple[
        npt.NDArray[np.float64],
        npt.NDArray[np.float64],
        npt.NDArray[np.float64],
        npt.NDArray[np.uint8],
        npt.NDArray[np.uint8],
    ],
    monthly: npt.NDArray[np.void],
    good_state: npt.NDArray[np.float64],
    ledger: npt.NDArray[np.void],
) -> None:
    """All of one month, in the order of the schedule.

    Args:
        tables: the world; changed in place.
        eligible: (sectors,) flags: sectors that supply what hotels or restaurants buy.
        rules: (months, kinds).
        covers: (kinds, goods).
        levers: (months,).
        params: one row of parameters.
        sizes: (3, 5), see `draw_firm`.
        seed: of the run.
        population_seed: of the firms' attributes.
        month: from 0.
        scale: slots of the region one slot of the sample stands for.
        scratch: (4, at least buyers and districts).
        pool_scratch: (3, pools).
        peers: scratch, (villages, sectors).
        yearly: (years, firms) each: profit, revenue, hired, alive, served.
        monthly: (months,), row `month` is written.
        good_state: (months, goods, 6), row `month` is written.
        ledger: (months,), row `month` is written.
    """
    p = params[0]
    row = monthly[month]
    lever = levers[month]
    firms, buyers, lines, links = tables.firms, tables.buyers, tables.lines, tables.links
    flow = np.zeros(24)

    # 3 forum, 4 coaching: with later versions; grants touch nothing that steps 1 and 2 read
    grants = give_grants(firms, eligible, lever, seed, month, scale)
    # 1, 2 shocks, forgetting, unit cost; 7 financeable capacity, firm by firm
    shock_buyers(buyers, p, seed, month)
    row.wage_pressure = tables.state[_PRESSURE]
    begin_month(tables, p, seed, month)
    # 5 inspections planned
    cover_buyers(buyers, rules, month)
    visits = plan_inspections(buyers, rules, levers, p, seed, month, scale)
    # 6, 8 candidates, modes, orders
    acquired, certificates_paid = buy(tables, rules, covers, levers, p, seed, month, scratch)
    # 9 platform and export: with later versions; 10, 11 room and local market
    trade_locally(tables, p, ledger[month], pool_scratch)
    # 12, 13, 15 delivery, invoices and trust, link by link
    account_buyers(firms, buyers, lines, links, tables.goods, covers, lever, p, seed, month, flow)
    # 14 inspections, sanctions, beliefs
    sanctions, fines = enforce(buyers, rules, levers, p, seed, month, scratch[2], scratch[3])
    flow[18] = grants
    flow[19] = certificates_paid
    # 12, 13, 16, 17, 18 firms: output, money, learning, investment, exit and entry
    end_month(
        tables,
        eligible,
        p,
        sizes,
        seed,
        population_seed,
        month,
        scale,
        peers,
        yearly,
        row,
        ledger[month],
        flow,
    )
    press_wages(tables.state, flow[17], p, month)
    # 19 public accounts, outcomes, ledger
    measure_lines(buyers, lines, tables.goods, rules, covers, p, month)
    measure_hotels(buyers, lines, good_state[month], scratch[0], scratch[1], row, scale)
    _account(tables, p, lever, row, scale, grants, visits, sanctions, fines, acquired, flow)


@jit
def _account(
    tables: Tables,
    p: Record,
    lever: Record,
    row: Record,
    scale: int,
    grants: float,
    visits: int,
    sanctions: float,
    fines: float,
    acquired: float,
    flow: npt.NDArray[np.float64],
) -> None:
    """Public cost, purchases and relations of the month, over the region."""
    buyers = tables.buyers
    lines = tables.lines
    need = direct = hotel_need = hotel_direct = restaurant_direct = via = 0.0
    for k in range(lines.size):
        kind = buyers[lines[k].buyer].kind
        need += lines[k].need
        direct += lines[k].ordered
        if kind == 0:
            hotel_need += lines[k].need
            hotel_direct += lines[k].ordered
        elif kind == 1:
            restaurant_direct += lines[k].ordered
    for s in range(tables.sector_state.shape[0]):
        via += tables.sector_state[s, 3]
    spending = 0.0
    for h in range(tables.pools.size):
        spending += tables.pools[h].spending
    cost, nights = hotel_cost(buyers)
    row.need = scale * need
    row.direct = scale * direct
    row.via_wholesale = scale * via
    row.outside = scale * (1.0 - p.displacement) * (need - direct)
    row.hotel_need = scale * hotel_need
    row.hotel_direct = scale * hotel_direct
    row.restaurant_direct = scale * restaurant_direct
    row.local_spending = scale * spending
    row.hotel_cost = cost
    row.room_nights = nights
    row.inspections = scale * visits
    row.sanctions = sanctions
    row.fines = fines
    row.grants = scale * grants
    row.public_cost = (
        lever.office
        + lever.hours * p.inspector_wage
        + scale * grants * (1.0 + p.grant_administration)
    )
    row.acquisitions = scale * acquired
    row.invoices = scale * flow[1]
    row.late_invoices = scale * flow[2]
    row.defects = scale * flow[3]
    row.returned = scale * flow[4]
    row.trust_buyers = scale * flow[5]
    row.trust_firms = scale * flow[6]
    row.relations = scale * flow[7]
