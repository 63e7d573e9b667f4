"""Compiled loops that run one process over a world, where the month runs several at a time."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from sim.draws import STREAM_EXIT, STREAM_PRODUCTIVITY, normal, uniform
from sim.jit import Integer, jit
from sim.processes.delivery import deliver, delivered_quality, invoice, update_trust
from sim.processes.demography import close_firm, enter, survive
from sim.processes.luck import BLOCK
from sim.processes.money import earn, invest, learn_by_supplying
from sim.processes.pooling import pool_quality
from sim.processes.production import (
    advance_productivity,
    draw_shocks,
    forget,
    log_capacity,
    log_cost,
    produce,
    set_cost_and_capacity,
)
from sim.tables import Rows, Tables

Params = npt.NDArray[np.void]


@jit
def advance_all(firms: Rows, params: Params, seed: Integer, month: int) -> None:
    """Step 1 of every living firm."""
    p = params[0]
    keys = np.empty((2, BLOCK), np.uint64)
    draws = np.empty((4, BLOCK))
    places = np.empty(BLOCK, np.int64)
    first = drawn = 0
    for i in range(firms.size):
        if i >= drawn:
            first = i
            drawn = draw_shocks(firms, i, seed, month, keys, draws, places)
        if firms[i].alive == 1:
            firms[i].growth_shock = draws[3, i - first]
            advance_productivity(firms[i], p, draws[2, i - first])


@jit
def forget_all(
    firms: Rows, sector_state: npt.NDArray[np.float64], params: Params, pressure: float
) -> None:
    """Step 2 of every living firm."""
    p = params[0]
    for i in range(firms.size):
        if firms[i].alive == 1:
            forget(firms[i], p)
            cost, capacity = math.exp(log_cost(firms[i], p)), math.exp(log_capacity(firms[i], p))
            shock = sector_state[firms[i].sector, 6]
            set_cost_and_capacity(firms[i], p, pressure, shock, cost, capacity)


@jit
def produce_all(tables: Tables) -> None:
    """Step 12 of every firm; closed ones make nothing."""
    firms, shops = tables.firms, tables.shops
    for i in range(firms.size):
        firms[i].output = 0.0
        firms[i].utilisation = 0.0
        if firms[i].alive == 1:
            produce(firms[i], shops[i].quantity if shops.size > 0 else 0.0)


@jit
def deliver_all(tables: Tables, params: Params, seed: Integer, month: int) -> None:
    """Step 12 of every link with an order."""
    p = params[0]
    buyers, lines, links = tables.buyers, tables.lines, tables.links
    for k in range(lines.size):
        b = lines[k].buyer
        good = lines[k].good
        looseness = tables.goods[good].standardisation
        own = np.zeros(lines[k].stop - lines[k].start)
        for e in range(lines[k].start, lines[k].stop):
            if links[e].pooled == 1 and links[e].order > 0.0:
                own[e - lines[k].start] = delivered_quality(
                    tables.firms,
                    tables.shops,
                    links,
                    e,
                    looseness,
                    buyers[b].number,
                    good,
                    p,
                    seed,
                    month,
                )
        pool_quality(tables.firms, links, lines[k].start, lines[k].stop, own, p)
        for e in range(lines[k].start, lines[k].stop):
            if links[e].order > 0.0:
                deliver(
                    tables.firms,
                    tables.shops,
                    links,
                    e,
                    buyers[b].standard,
                    looseness,
                    buyers[b].number,
                    good,
                    p,
                    seed,
                    month,
                )


@jit
def invoice_all(
    tables: Tables,
    levers: npt.NDArray[np.void],
    params: Params,
    seed: Integer,
    month: int,
) -> None:
    """First half of step 13: invoices of all deliveries."""
    p = params[0]
    lever = levers[month]
    buyers, lines, links = tables.buyers, tables.lines, tables.links
    for b in range(buyers.size):
        buyers[b].late = 0
    for i in range(tables.firms.size):
        tables.firms[i].invoiced = 0.0
        tables.firms[i].fees = 0.0
    for k in range(lines.size):
        b = lines[k].buyer
        for e in range(lines[k].start, lines[k].stop):
            if links[e].order > 0.0:
                invoice(
                    tables.firms,
                    tables.receivables,
                    links,
                    tables.cooperatives,
                    e,
                    buyers[b].payment_days,
                    lever,
                    buyers[b].number,
                    lines[k].good,
                    p,
                    seed,
                    month,
                )
                if links[e].late == 1:
                    buyers[b].late = 1


@jit
def earn_all(tables: Tables, params: Params, month: int) -> None:
    """Second half of step 13, of every living firm."""
    p = params[0]
    firms = tables.firms
    for i in range(firms.size):
        if firms[i].alive == 1:
            online = charges = paid = 0.0
            if tables.shops.size > 0:
                shop = tables.shops[i]
                online = shop.revenue
                charges = shop.fees + shop.costs
                paid = shop.payout - shop.costs
            if tables.deals.size > 0:
                deal = tables.deals[i]
                charges += deal.interest
                paid -= deal.interest + deal.instalment
            rings = tables.profit_ring, tables.receivables
            earn(firms[i], p, rings[0], rings[1], i, month, online, charges, paid)


@jit
def trust_all(links: Rows, params: Params) -> None:
    """Step 15 of every link."""
    for e in range(links.size):
        update_trust(links, e, params[0])


@jit
def learn_all(firms: Rows, params: Params, peers: npt.NDArray[np.float64]) -> None:
    """Step 16 of every living firm; `peers` as `sim.firm_month` sets them."""
    p = params[0]
    for i in range(firms.size):
        if firms[i].alive == 1:
            learn_by_supplying(firms[i], p, peers[firms[i].village, firms[i].sector])


@jit
def invest_all(firms: Rows, params: Params) -> None:
    """Step 17 of every living firm."""
    p = params[0]
    for i in range(firms.size):
        if firms[i].alive == 1:
            invest(firms[i], p)


@jit
def grow_and_reset(firms: Rows, params: Params, rate: float, seed: Integer, months: int) -> None:
    """Months of step 17 with ample cash; firms go back to a capacity of 1 at a rate a month."""
    p = params[0]
    chance = 1.0 - math.exp(-rate)
    for month in range(months):
        for i in range(firms.size):
            firms[i].growth_shock = normal(seed, STREAM_PRODUCTIVITY, month, i, 0, 0, 0, 1)
            firms[i].cash = 1e15
            invest(firms[i], p)
            if uniform(seed, STREAM_EXIT, month, i, 0, 0, 0, 0) < chance:
                firms[i].capacity = 1.0


@jit
def live_and_die(
    tables: Tables,
    params: Params,
    sizes: npt.NDArray[np.float64],
    seed: Integer,
    population_seed: Integer,
    month: int,
) -> float:
    """Step 18 in the order of `sim.firm_month.end_month`; returns receivables written off."""
    p = params[0]
    firms = tables.firms
    state = tables.sector_state
    written_off = 0.0
    state[:, 1] = 0.0
    state[:, 4] = 0.0
    vacant = np.zeros(firms.size, np.uint8)
    for i in range(firms.size):
        if firms[i].alive == 0:
            vacant[i] = 1
            continue
        state[firms[i].sector, 1] += firms[i].profit_sum / 12.0
        state[firms[i].sector, 4] += firms[i].capacity
    ageing = math.exp(-1.0 / p.youth_months)
    for i in range(firms.size):
        if vacant[i] == 1:
            continue
        u = uniform(seed, STREAM_EXIT, month, firms[i].slot, 0, firms[i].generation, 0, 0)
        if survive(firms[i], p, ageing, u) > 0:
            off, _ = close_firm(firms[i], tables.receivables, i)
            written_off += off
    for i in range(firms.size):
        if vacant[i] == 1:
            ring = tables.profit_ring
            enter(firms[i], ring, i, state, tables.goods, p, sizes, population_seed, seed, month)
    return written_off
