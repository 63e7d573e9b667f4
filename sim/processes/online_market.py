"""Step 9: online buyers, sellers here and elsewhere, whole orders, fees and payouts (P14)."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from sim.draws import STREAM_SHOP_ORDERS, uniform
from sim.jit import Integer, jit
from sim.processes.ledger import worse
from sim.processes.ranking import allot, visibility
from sim.tables import Record, Rows, Tables

__all__ = ["charge", "rating", "take_online", "trade_online", "value_shops"]


@jit
def rating(shop: Record, p: Record) -> float:
    """Mean rating of a shop, pulled to the prior while few have rated (Bayes)."""
    prior = p.rating_prior
    return (prior * p.quality_mean + shop.rating_sum) / (prior + shop.rated)


@jit
def take_online(
    pools: Rows, online: Rows, sector_state: npt.NDArray[np.float64], residual: Record
) -> None:
    """Moves the share of households' spending that is made online out of the local pools.

    Args:
        pools: `spending` (households and wholesale) is lowered.
        online: `share` is read, `households` written.
        sector_state: capacity (column 0) and wholesale (column 3) are read.
        residual: row of the ledger: `online_market` becomes what was lost on the way.
    """
    for s in range(online.size):
        online[s].households = 0.0
    before = after = moved = 0.0
    for h in range(pools.size):
        s = pools[h].sector
        before += pools[h].spending
        if pools[h].capacity > 0.0:
            wholesale = sector_state[s, 3] * (pools[h].capacity / sector_state[s, 0])
            part = online[s].share * max(0.0, pools[h].spending - wholesale)
            pools[h].spending -= part
            online[s].households += part
        after += pools[h].spending
    for s in range(online.size):
        moved += online[s].households
    residual.online_market = abs(before - after - moved) / max(1e-9, before)


@jit
def value_shops(firms: Rows, shops: Rows, p: Record) -> None:
    """Weight and room of every open shop; zeros for the others.

    A shop sells at most what the firm can make and finance beside its orders from buyers.
    """
    for i in range(firms.size):
        shop = shops[i]
        f = firms[i]
        shop.weight = 0.0
        shop.room = 0.0
        if f.alive == 0 or shop.open == 0:
            continue
        seen = visibility(
            shop.recent, rating(shop, p) - p.quality_mean, p.ranking_power, p.rating_weight
        )
        shop.weight = shop.readiness * seen * math.exp(-p.price_attraction * f.log_price)
        shop.room = f.price * max(0.0, f.financeable - f.ordered)


@jit
def charge(f: Record, shop: Record, lever: Record, p: Record) -> float:
    """Returns, fees, costs and payout of this month's sales; the fees that the city bears.

    The order fee is waived for the first orders of a new shop by the platform, and for some more
    by the city where it pays for them.
    """
    sales = shop.sales
    shop.quantity = sales / f.price
    shop.revenue = sales * (1.0 - p.online_returns * (1.0 - f.quality))
    commission = p.commission * shop.revenue
    subsidy = lever.fee_subsidy * commission
    waived = max(0.0, p.free_orders - shop.rated)
    charged = max(0.0, shop.orders - waived)
    borne = max(0.0, shop.orders - max(0.0, p.free_orders + lever.free_orders - shop.rated))
    subsidy += p.order_fee * (charged - borne)
    shop.fees = commission + p.order_fee * charged - subsidy
    shop.costs = p.online_logistics * sales + p.shop_cost
    net = shop.revenue - shop.fees
    later = p.payout_days / 30.0
    shop.payout = shop.pending + (1.0 - later) * net
    shop.pending = later * net
    return subsidy


@jit
def trade_online(
    tables: Tables, lever: Record, p: Record, seed: Integer, month: int, residual: Record
) -> None:
    """All of step 9: spending moved online, sellers chosen, whole orders, fees and payouts.

    Local households choose first, then the outside market; each divides its money among open shops
    and sellers elsewhere. A shop gets whole orders, the remainder by chance; what is not sold by
    shops of the region is sold by sellers elsewhere.

    Args:
        tables: after `set_spending` and the orders of buyers.
        lever: this month's row.
        p: parameters.
        seed: of the run.
        month: of the run.
        residual: row of the ledger: `online_market` and `payouts` are written.
    """
    firms, shops, online = tables.firms, tables.shops, tables.online
    take_online(tables.pools, online, tables.sector_state, residual)
    value_shops(firms, shops, p)
    site = tables.platform[0]
    weight = np.empty(shops.size)
    room = np.empty(shops.size)
    near = np.empty(shops.size)
    far = np.empty(shops.size)
    row = np.empty(shops.size, np.int64)
    active = np.empty(shops.size, np.int64)
    worst = residual.online_market
    for s in range(online.size):
        market = online[s]
        count = 0
        for i in range(market.start, market.stop):
            if shops[i].weight > 0.0:
                weight[count] = shops[i].weight
                room[count] = shops[i].room
                row[count] = i
                count += 1
        rivals = market.rivals
        here = allot(
            market.households, rivals / p.home_advantage, weight, room, count, near, active
        )
        there = allot(
            market.outside, rivals / (1.0 + lever.promotion), weight, room, count, far, active
        )
        worst = worse(worst, (here - market.households) / max(1e-9, market.households))
        worst = worse(worst, (there - market.outside) / max(1e-9, market.outside))
        for j in range(count):
            shops[row[j]].asked = near[j] + far[j]
            shops[row[j]].asked_outside = far[j]
    site.shops = site.sales = site.outside = site.returned = site.fees = site.subsidy = 0.0
    for s in range(online.size):
        online[s].sold = 0.0
        online[s].sold_outside = 0.0
    paid = net = after = 0.0
    for i in range(shops.size):
        shop = shops[i]
        shop.orders = shop.sales = shop.outside = 0.0
        shop.quantity = shop.revenue = shop.fees = shop.costs = 0.0
        if firms[i].alive == 0 or shop.open == 0:
            shop.payout = shop.pending
            shop.pending = 0.0
            paid += shop.payout
            continue
        if shop.weight > 0.0 and shop.room > 0.0 and shop.asked > 0.0:
            s = firms[i].sector
            left = online[s].households + online[s].outside - online[s].sold
            _take_orders(firms[i], shop, left, p, seed, month)
            online[s].sold += shop.sales
            online[s].sold_outside += shop.outside
            worst = worse(worst, (shop.sales - shop.room) / shop.room)
        site.subsidy += charge(firms[i], shop, lever, p)
        site.shops += 1.0
        site.sales += shop.sales
        site.outside += shop.outside
        site.returned += shop.sales - shop.revenue
        site.fees += shop.fees
        paid += shop.payout
        net += shop.revenue - shop.fees
        after += shop.pending
    for s in range(online.size):
        spent = online[s].households + online[s].outside
        online[s].elsewhere = spent - online[s].sold
    residual.online_market = worst
    change = net - paid
    residual.payouts = abs(after - site.pending - change) / max(1e-9, site.pending + net)
    site.pending = after
    site.promotion = lever.promotion * p.promotion_cost * site.outside


@jit
def _take_orders(
    f: Record, shop: Record, left: float, p: Record, seed: Integer, month: int
) -> None:
    """Whole orders: what is asked over the value of an order, the remainder by chance.

    Never more than the shop has room for, or than is left of the buyers' money (`left`).
    """
    value = p.order_value
    u = uniform(seed, STREAM_SHOP_ORDERS, month, f.slot, 0, f.generation, 0, 0)
    orders = math.floor(shop.asked / value + u)
    shop.orders = max(0.0, min(orders, math.floor(shop.room / value), math.floor(left / value)))
    shop.sales = shop.orders * value
    shop.outside = shop.sales * (shop.asked_outside / shop.asked)
    shop.total += shop.sales
