"""One month from top to bottom: the schedule of `docs/processes.md` as one compiled function.

The loop over months is Python's and calls `run_month` once a month, so that hooks, collection and
the Mesa path come for free. Within a step all rows act on the same state.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.firm_month import begin_month, end_month
from sim.jit import Integer, jit
from sim.parameters.calendar import POLICY_MONTH
from sim.platform_month import end_online
from sim.processes.acquisition import acquire_certificates
from sim.processes.catalogue import register_firms
from sim.processes.coaching import coach
from sim.processes.compliance import choose_modes
from sim.processes.delivery import account_buyers, hotel_cost
from sim.processes.enforcement import cover_buyers, enforce, plan_inspections, shock_buyers
from sim.processes.events import hold_events
from sim.processes.grants import give_grants
from sim.processes.ledger import check_orders, check_pool
from sim.processes.local_market import fill_pool, set_room, set_spending, set_wholesale
from sim.processes.measured import measure_agencies, measure_hotels, measure_lines
from sim.processes.online_market import trade_online
from sim.processes.orders import count_refused, order_floor, order_voluntary, set_needs
from sim.processes.pooling import set_pooling
from sim.processes.treatments import (
    deliver_contracts,
    order_contracts,
    remove_reserve,
    shock_demand,
    treat,
)
from sim.processes.value import redraw_candidates, value_links
from sim.tables import KIND_AGENCY, Record, Tables

__all__ = ["run_month"]

_PRESSURE, _HIRED_SUM, _HIRED_0 = range(3)


@jit
def buy(
    tables: Tables,
    rules: npt.NDArray[np.void],
    covers: npt.NDArray[np.uint8],
    levers: npt.NDArray[np.void],
    p: Record,
    seed: Integer,
    month: int,
    scratch: npt.NDArray[np.float64],
    flow: npt.NDArray[np.float64],
) -> tuple[float, float]:
    """Steps 6 to 8: buyers value candidates, choose a mode and order."""
    cooperatives = tables.cooperatives
    pooling = set_pooling(cooperatives, levers, month)
    firms, buyers, lines, links = tables.firms, tables.buyers, tables.lines, tables.links
    if month > 0 and month % 12 == 0 and lines.size > 0:
        places = int(p.candidates * p.redrawn_share)
        redraw_candidates(lines, links, tables.reserve, tables.reserve_distance, places)
    value_links(firms, buyers, lines, links, tables.goods, rules, p, seed, month)
    if tables.treatments.size > 0:
        remove_reserve(tables, month)
    choose_modes(buyers, lines, rules, covers, levers, p, month, scratch[0], scratch[1])
    set_needs(buyers, lines, links, tables.goods, rules, p, month)
    order_voluntary(firms, buyers, lines, links, cooperatives, rules, p, month, pooling)
    order_floor(firms, buyers, lines, links, cooperatives, rules, covers, p, month, pooling)
    flow[22], flow[23] = count_refused(firms, lines, links, cooperatives, pooling)
    return acquire_certificates(firms, buyers, lines, links, rules, p, seed, month)


@jit
def trade(
    tables: Tables,
    lever: Record,
    p: Record,
    seed: Integer,
    month: int,
    residual: Record,
    pool_scratch: npt.NDArray[np.float64],
) -> None:
    """Steps 9 to 11: spending, online sales, room, exact filling; and the ledger of the markets."""
    firms = tables.firms
    shops = tables.shops
    pools = tables.pools
    pending = np.empty(tables.lines.size)
    for k in range(tables.lines.size):
        pending[k] = tables.lines[k].pending
    set_wholesale(tables.buyers, tables.lines, tables.goods, tables.sector_state, p, month)
    set_spending(
        pools,
        tables.gravity,
        tables.sector_state,
        p,
        pool_scratch[0],
        pool_scratch[1],
        pool_scratch[2],
    )
    check_orders(tables, pending, p, residual, month)
    if shops.size > 0:
        trade_online(tables, lever, p, seed, month, residual)
    # After it: what is spent online is not what local customers spend.
    if tables.treatments.size > 0:
        shock_demand(tables, month)
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
                set_room(firms[i], p, shops[i].quantity if shops.size > 0 else 0.0)
            else:
                firms[i].room = 0.0
        pools[h].sold = fill_pool(firms, start, stop, pools[h].spending, weight, room, row)
        check_pool(firms, shops, start, stop, pools[h].spending, worst, tables.treatments.size > 0)
    residual.local_market = worst[0]
    residual.orders_within_finance = worst[1]
    residual.sales_within_capacity = worst[2]


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
    seed: Integer,
    population_seed: Integer,
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
    online: npt.NDArray[np.void],
    good_state: npt.NDArray[np.float64],
    ledger: npt.NDArray[np.void],
) -> None:
    """All of one month, in the order of the schedule.

    Args:
        tables: the world; changed in place.
        eligible: (sectors,) flags: sectors that supply what hotels, restaurants or agencies buy.
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
        online: (months,), row `month` is written where there is a platform.
        good_state: (months, goods, 7), row `month` is written.
        ledger: (months,), row `month` is written.
    """
    p = params[0]
    row = monthly[month]
    lever = levers[month]
    firms, buyers, lines, links = tables.firms, tables.buyers, tables.lines, tables.links
    flow = np.zeros(32)

    # 3 forum: with a later version; 4 grants, coaching, catalogue and events, from the state at the
    # end of the last month: what was learned begins to be forgotten in the same month
    grants = give_grants(firms, eligible, lever, seed, month, scale)
    coaching = coach(tables, lever, p, seed, month, scale, row)
    registered = register_firms(firms, tables.goods, covers, lever, seed, month, scale)
    hold_events(firms, buyers, eligible, lever, p, seed, month, scale)
    if tables.treatments.size > 0:
        flow[24] = treat(tables, p, month)
    # 1, 2 shocks, forgetting, unit cost; 7 financeable capacity, firm by firm
    shock_buyers(buyers, p, seed, month)
    row.wage_pressure = tables.state[_PRESSURE]
    begin_month(tables, p, seed, month)
    if tables.treatments.size > 0:
        order_contracts(tables, month)
    # 5 inspections planned
    cover_buyers(buyers, rules, month)
    visits = plan_inspections(buyers, rules, levers, p, seed, month, scale)
    # 6, 8 candidates, modes, orders
    acquired, certificates_paid = buy(tables, rules, covers, levers, p, seed, month, scratch, flow)
    # 9, 10, 11 platform, room and local market; export comes with a later version
    trade(tables, lever, p, seed, month, ledger[month], pool_scratch)
    # 12, 13, 15 delivery, invoices and trust, link by link
    account_buyers(
        firms,
        tables.shops,
        tables.receivables,
        buyers,
        lines,
        links,
        tables.cooperatives,
        tables.deals,
        tables.goods,
        covers,
        lever,
        p,
        seed,
        month,
        flow,
    )
    if tables.treatments.size > 0:
        deliver_contracts(tables, lever, p, seed, month, flow)
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
    # 9 again: what shops made of the month, who opens and who gives up
    platform_cost = end_online(tables, lever, p, seed, population_seed, month, scale, online[month])
    press_wages(tables.state, flow[17], p, month)
    # 19 public accounts, outcomes, ledger
    measure_lines(buyers, lines, tables.goods, rules, covers, p, month)
    measure_hotels(buyers, lines, good_state[month], scratch[0], row, scale)
    measure_agencies(buyers, lines, scratch[0], row)
    _account_agencies(tables, row, scale, flow)
    row.registrations = scale * registered
    row.events = lever.events
    _account(
        tables,
        p,
        lever,
        row,
        scale,
        grants,
        coaching,
        visits,
        sanctions,
        fines,
        acquired,
        platform_cost,
        flow,
    )


@jit
def _account_agencies(
    tables: Tables, row: Record, scale: int, flow: npt.NDArray[np.float64]
) -> None:
    """What agencies need, buy and pay extra, and what cooperatives brought in, over the region."""
    buyers = tables.buyers
    lines = tables.lines
    need = direct = rest = cost = pooling = 0.0
    for k in range(lines.size):
        if buyers[lines[k].buyer].kind == KIND_AGENCY:
            need += lines[k].need
            direct += lines[k].ordered
            rest += lines[k].rest
    for b in range(buyers.size):
        if buyers[b].kind == KIND_AGENCY:
            cost += buyers[b].cost
    for c in range(tables.cooperatives.size):
        pooling += tables.cooperatives[c].pooling
    row.agency_need = scale * need
    row.agency_direct = scale * direct
    row.agency_rest = scale * rest
    row.agency_cost = scale * cost
    row.lot_failures = scale * flow[22]
    row.pooled_direct = scale * flow[23]
    row.cooperatives_pooling = pooling / max(1, tables.cooperatives.size)


@jit
def _account(
    tables: Tables,
    p: Record,
    lever: Record,
    row: Record,
    scale: int,
    grants: float,
    coaching: float,
    visits: int,
    sanctions: float,
    fines: float,
    acquired: float,
    platform_cost: float,
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
    cost, nights = hotel_cost(buyers, scale)
    row.need = scale * need
    row.direct = scale * direct
    row.via_wholesale = scale * via
    row.outside = scale * (1.0 - p.displacement) * (need - direct)
    # Agencies' part of it goes by its own share, spread over the months until they order again.
    if row.agencies > 0.0:
        others = (row.need - row.agency_need) - (row.direct - row.agency_direct)
        row.outside = (1.0 - p.displacement) * others
        row.outside += (1.0 - p.agency_displacement) * row.agency_rest
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
        + platform_cost
        + scale * coaching
        + row.registrations * p.registration_cost
        + row.events * p.event_cost
    )
    row.acquisitions = scale * acquired
    row.invoices = scale * flow[1]
    row.late_invoices = scale * flow[2]
    row.defects = scale * flow[3]
    row.returned = scale * flow[4]
    row.trust_buyers = scale * flow[5]
    row.trust_firms = scale * flow[6]
    row.relations = scale * flow[7]
