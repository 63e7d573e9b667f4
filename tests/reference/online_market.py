"""9 Platform: spending that is made online, who sells it, returns, fees and payouts."""

from __future__ import annotations

import math

from tests.reference.common import positive
from tests.reference.local_market import household_spending
from tests.reference.online_choice import divide, kept, pull
from tests.reference.state import Draws, Firm, Shop, World


def settle(world: World, firm: Firm, shop: Shop) -> None:
    """Returns, fees, costs, and what is paid out now and later."""
    p, levers = world.params, world.levers
    shop.quantity = shop.sales / firm.price
    shop.revenue = shop.sales * kept(world, firm)
    by_platform = positive(shop.orders - positive(p.free_orders - shop.rated))
    by_firm = positive(shop.orders - positive(p.free_orders + levers.free_orders - shop.rated))
    full = p.commission * shop.revenue + p.order_fee * by_platform
    shop.fees = (1.0 - levers.fee_subsidy) * p.commission * shop.revenue + p.order_fee * by_firm
    world.fees_borne += full - shop.fees
    shop.costs = p.online_logistics * shop.sales + p.shop_cost
    net, later = shop.revenue - shop.fees, p.payout_days / 30.0
    shop.payout, shop.pending = shop.pending + net - later * net, later * net


def sell(world: World, sector: int, draws: Draws) -> None:
    """One trade's month online, in whole orders."""
    p, market = world.params, world.online[sector]
    sellers = [f for f in world.living() if f.sector == sector and f.shop.open]
    weights = {f.slot: pull(world, f) for f in sellers}
    room = {f.slot: f.price * positive(f.financeable - f.ordered) for f in sellers}
    most = dict(room)
    near = divide(market.households, market.rivals / p.home_advantage, sellers, weights, room)
    promoted = market.rivals / (1.0 + world.levers.promotion)
    far = divide(market.outside, promoted, sellers, weights, room)
    market.sold = market.sold_outside = 0.0
    for firm in sellers:
        k, shop = firm.slot, firm.shop
        if near[k] + far[k] > 0.0:
            left = market.households + market.outside - market.sold
            luck = draws.uniform("shop_orders", world.month, k, 0, firm.generation)
            whole = math.floor((near[k] + far[k]) / p.order_value + luck)
            ends = (math.floor(most[k] / p.order_value), math.floor(left / p.order_value))
            shop.orders = float(max(0, min(whole, *ends)))
            shop.sales = shop.orders * p.order_value
            shop.outside = shop.sales * far[k] / (near[k] + far[k])
            shop.total += shop.sales
            market.sold += shop.sales
            market.sold_outside += shop.outside
        settle(world, firm, shop)
    world.sold_outside += market.sold_outside
    market.elsewhere = market.households + market.outside - market.sold


def online_market(world: World, draws: Draws) -> None:
    """Moves spending online and sells it; shops that are closed are paid what is due."""
    world.fees_borne = world.sold_outside = 0.0
    if not world.online:
        return
    spending = household_spending(world)
    for firm in world.firms:
        shop = firm.shop
        shop.orders = shop.sales = shop.outside = shop.quantity = 0.0
        shop.revenue = shop.fees = shop.costs = 0.0
        if not (firm.alive and shop.open):
            shop.payout, shop.pending = shop.pending, 0.0
    for sector, market in enumerate(world.online):
        total = sum(spending[h] for h, pool in enumerate(world.pools) if pool.sector == sector)
        market.households = market.share * total
        sell(world, sector, draws)
