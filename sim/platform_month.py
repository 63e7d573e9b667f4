"""The end of a platform's month: who gives up, learns, opens; its public cost and its record."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.draws import STREAM_SHOP_CHOICE, uniform
from sim.jit import Integer, jit
from sim.processes.shops import (
    begin_shop,
    close_shop,
    gain_readiness,
    open_shop,
    rate,
    shop_margin,
    weigh_up,
)
from sim.tables import Record, Rows, Tables

__all__ = ["end_online"]


@jit
def end_online(
    tables: Tables,
    lever: Record,
    p: Record,
    seed: Integer,
    population_seed: Integer,
    month: int,
    scale: int,
    row: Record,
) -> float:
    """What follows step 18 for the shops; returns the platform's public cost over the region.

    Args:
        tables: after exit and entry.
        lever: this month's row.
        p: parameters.
        seed: of the run.
        population_seed: of the firms' attributes.
        month: of the run.
        scale: slots of the region one slot of the sample stands for.
        row: of the platform's monthly record, written.
    """
    if tables.shops.size == 0:
        return 0.0
    firms, shops, site = tables.firms, tables.shops, tables.platform[0]
    row.online_gini = _gini(shops)
    _settle(tables, lever, p, seed, population_seed, month)
    _train(tables, lever, p, seed, month, scale)
    _join(tables, lever, p, seed, month, scale)
    site.cost = (
        site.onboarded * p.onboarding_cost
        + site.trained * p.training_cost
        + site.subsidy
        + site.promotion
    )
    ever = dormant = readiness = traders = 0.0
    for i in range(firms.size):
        if firms[i].alive == 0 or tables.online[firms[i].sector].share <= 0.0:
            continue
        traders += 1.0
        readiness += shops[i].readiness
        # A shop opened this month has not been for sale yet.
        if shops[i].opened == 1:
            ever += 1.0
            if shops[i].idle >= p.dormant_months:
                dormant += 1.0
    _record(tables, scale, row)
    row.shops_ever = scale * ever
    row.shops_dormant = scale * dormant
    row.online_firms = scale * traders
    row.readiness = scale * readiness
    row.platform_cost = scale * site.cost
    return float(scale * site.cost)


@jit
def _settle(
    tables: Tables,
    lever: Record,
    p: Record,
    seed: Integer,
    population_seed: Integer,
    month: int,
) -> None:
    """Ratings and second thoughts of every shop; rows of closed firms are cleared."""
    firms, shops, site = tables.firms, tables.shops, tables.platform[0]
    site.dropped = 0.0
    for i in range(firms.size):
        f = firms[i]
        shop = shops[i]
        if f.alive == 0 or f.generation != shop.generation:
            # What the platform still owes goes to the owner, out of the model, as the cash does.
            site.pending -= shop.pending
            shop.pending = 0.0
            shop.opened = 0
            close_shop(shop)
            if f.alive == 1:
                begin_shop(f, shop, p, population_seed)
            continue
        if shop.open == 1:
            rate(f, shop, p, seed, month)
            if weigh_up(f, shop, lever.fee_subsidy, p):
                close_shop(shop)
                site.dropped += 1.0
        elif shop.opened == 1:
            shop.idle += 1
            shop.recent -= p.ranking_forgetting * shop.recent


@jit
def _train(tables: Tables, lever: Record, p: Record, seed: Integer, month: int, scale: int) -> None:
    """Places of training by a keyed lottery among firms without one; readiness of all."""
    firms, shops, online, site = tables.firms, tables.shops, tables.online, tables.platform[0]
    site.trained = 0.0
    if lever.training > 0.0:
        waiting = 0
        for i in range(firms.size):
            if _trader(firms[i], online) and shops[i].trained == 0:
                waiting += 1
        chance = min(1.0, lever.training / (scale * max(1, waiting)))
        for i in range(firms.size):
            if _trader(firms[i], online) and shops[i].trained == 0:
                slot, gen = firms[i].slot, firms[i].generation
                if uniform(seed, STREAM_SHOP_CHOICE, month, slot, 0, gen, 0, 0) < chance:
                    shops[i].trained = 1
                    shops[i].training += 1.0
                    site.trained += 1.0
    for i in range(shops.size):
        if shops[i].training > 0.0:
            gain_readiness(shops[i], p)


@jit
def _trader(f: Record, online: Rows) -> bool:
    """Whether a living firm stands there whose trade is sold online.

    Of the tables it takes what it reads: all of them at each firm took most of the month's time.
    """
    return bool(f.alive == 1 and online[f.sector].share > 0.0)


@jit
def _join(tables: Tables, lever: Record, p: Record, seed: Integer, month: int, scale: int) -> None:
    """Shops opened from next month on: places of onboarding, then firms that expect a margin.

    A firm expects what shops in its village sold on average this month, mixed with a prior. It
    sees who is open, not who gave up.
    """
    firms, shops, online, site = tables.firms, tables.shops, tables.online, tables.platform[0]
    villages = tables.village_firms.shape[0]
    seen = np.zeros(villages)
    sold = np.zeros(villages)
    here = np.zeros(villages)
    waiting = 0
    for i in range(firms.size):
        if firms[i].alive == 0:
            continue
        v = firms[i].village
        here[v] += 1.0
        if shops[i].open == 1:
            seen[v] += 1.0
            sold[v] += shops[i].sales
        if _trader(firms[i], online) and shops[i].opened == 0:
            waiting += 1
    site.opened = site.onboarded = 0.0
    places = min(1.0, lever.onboarding / (scale * max(1, waiting)))
    for i in range(firms.size):
        if not _trader(firms[i], online) or shops[i].opened == 1:
            continue
        v = firms[i].village
        expected = (p.shop_prior_weight * p.shop_prior + scale * sold[v]) / (
            p.shop_prior_weight + scale * seen[v]
        )
        slot, gen = firms[i].slot, firms[i].generation
        if places > 0.0 and (uniform(seed, STREAM_SHOP_CHOICE, month, slot, 0, gen, 0, 1) < places):
            open_shop(shops[i], expected)
            site.onboarded += 1.0
            site.opened += 1.0
            continue
        hazard = p.shop_curiosity + p.shop_imitation * seen[v] / here[v]
        if uniform(seed, STREAM_SHOP_CHOICE, month, slot, 0, gen, 0, 2) < hazard and (
            shop_margin(expected, firms[i], lever.fee_subsidy, p) > 0.0
        ):
            open_shop(shops[i], expected)
            site.opened += 1.0


@jit
def _gini(shops: Rows) -> float:
    """Gini of the month's sales over open shops; 0 where nothing was sold."""
    sales: npt.NDArray[np.float64] = np.empty(shops.size)
    count = 0
    total = 0.0
    for i in range(shops.size):
        if shops[i].open == 1:
            sales[count] = shops[i].sales
            total += sales[count]
            count += 1
    if total <= 0.0:
        return 0.0
    ordered = np.sort(sales[:count])
    ranked = 0.0
    for j in range(count):
        ranked += (2.0 * (j + 1) - count - 1.0) * ordered[j]
    return ranked / (count * total)


@jit
def _record(tables: Tables, scale: int, row: Record) -> None:
    """Sums of the month over the region, from the platform's row and the sectors'."""
    site = tables.platform[0]
    households = outside = elsewhere = 0.0
    for s in range(tables.online.size):
        households += tables.online[s].households
        outside += tables.online[s].outside
        elsewhere += tables.online[s].elsewhere
    row.shops = scale * site.shops
    row.shops_opened = scale * site.opened
    row.shops_dropped = scale * site.dropped
    row.shops_onboarded = scale * site.onboarded
    row.shops_trained = scale * site.trained
    row.online_households = scale * households
    row.online_demand_outside = scale * outside
    row.online_sales = scale * site.sales
    row.online_sales_outside = scale * site.outside
    row.online_elsewhere = scale * elsewhere
    row.online_returned = scale * site.returned
    row.platform_fees = scale * site.fees
    row.platform_subsidy = scale * (site.subsidy + site.promotion)
