"""The platform at month 0: shops, sellers elsewhere and the outside market (P14).

It exists where the parameter `platform_on` is 1 and households spend a share online. It does not
change what households spend, so that a region has the same total with and without it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from sim.draws import STREAM_SHOP, uniform
from sim.jit import Integer, jit
from sim.processes.ranking import visibility
from sim.processes.shops import draw_readiness
from sim.tables import ONLINE_DTYPE, PLATFORM_DTYPE, SHOP_DTYPE, Record, Rows

__all__ = ["LEAST_SHARE", "SHIPPED", "build_platform", "outside_market", "shares_held"]

SHIPPED: Mapping[str, float] = MappingProxyType(
    {"laundry": 0.0, "building_materials": 0.0, "other_services": 0.0}
)
"""Trades that cannot be sent by parcel, by sector; all others are sold online (assumed)."""

ROUNDS = 20
LEAST_SHARE = 0.01
"""Rivals are measured against a marketplace of at least this share of firms."""


@jit
def shares_held(held: float, home_advantage: float, rival_mass: float) -> tuple[float, float]:
    """Shares of local and of outside buyers' money that sellers of the region get.

    Args:
        held: share of the region's firms that have an established shop.
        home_advantage: weight of a near seller with local buyers.
        rival_mass: weight of sellers elsewhere over all firms of the region.
    """
    near = held * home_advantage
    return near / (near + rival_mass), held / (held + rival_mass)


@jit
def outside_market(households: float, near: float, far: float, balance: float) -> float:
    """Spending of the outside market that makes online trade balance at month 0, or a part of it.

    Args:
        households: what local households spend online.
        near: share of it that sellers of the region get.
        far: share of the outside market that they get.
        balance: their sales to it over what local households buy elsewhere.
    """
    return balance * households * (1.0 - near) / far


def build_platform(
    firms: Rows,
    pools: Rows,
    params: npt.NDArray[np.void],
    sectors: Sequence[str],
    seed: Integer,
) -> tuple[Rows, Rows, Rows]:
    """Shops, online markets of the sectors and the platform; of length zero where there is none.

    Args:
        firms: at month 0.
        pools: with their households.
        params: one row.
        sectors: names, in order.
        seed: of the population.
    """
    p = params[0]
    if p["platform_on"] <= 0.0 or p["online_share"] <= 0.0:
        return (
            np.zeros(0, SHOP_DTYPE),
            np.zeros(0, ONLINE_DTYPE),
            np.zeros(0, PLATFORM_DTYPE),
        )
    shops = np.zeros(firms.size, SHOP_DTYPE)
    online = np.zeros(len(sectors), ONLINE_DTYPE)
    rows = np.arange(len(sectors))
    online["start"] = np.searchsorted(firms["sector"], rows)
    online["stop"] = np.searchsorted(firms["sector"], rows, side="right")
    online["share"] = [p["online_share"] * SHIPPED.get(name, 1.0) for name in sectors]
    platform = np.zeros(1, PLATFORM_DTYPE)
    traders = firms["alive"][online["share"][firms["sector"]] > 0.0].sum()
    share = p["platform_share"] * firms["alive"].sum() / max(1, traders)
    _lay_out(firms, pools, shops, online, params, min(1.0, share), LEAST_SHARE, seed)
    return shops, online, platform


@jit
def _lay_out(
    firms: Rows,
    pools: Rows,
    shops: Rows,
    online: Rows,
    params: npt.NDArray[np.void],
    share: float,
    least: float,
    seed: Integer,
) -> None:
    """Readiness, established shops, sellers elsewhere and the outside market, by sector."""
    p = params[0]
    for i in range(firms.size):
        shops[i].generation = firms[i].generation
        shops[i].readiness = draw_readiness(firms[i].slot, firms[i].generation, p, seed)
    largest = 0
    for s in range(online.size):
        largest = max(largest, online[s].stop - online[s].start)
    chance = np.zeros(largest)
    sales = np.zeros(largest)
    weight = np.zeros(largest)
    for s in range(online.size):
        if online[s].share > 0.0 and online[s].stop > online[s].start:
            households = 0.0
            for h in range(pools.size):
                if pools[h].sector == s:
                    households += pools[h].households
            online[s].households = online[s].share * households
            _establish(firms, shops, online[s], p, share, least, chance, sales, weight)
            for i in range(online[s].start, online[s].stop):
                j = i - online[s].start
                u = uniform(seed, STREAM_SHOP, 0, firms[i].slot, 0, firms[i].generation, 0, 2)
                if firms[i].alive == 1 and u < chance[j]:
                    _open_established(firms[i], shops[i], sales[j], p)


@jit
def _establish(
    firms: Rows,
    shops: Rows,
    market: Record,
    p: Record,
    share: float,
    least: float,
    chance: npt.NDArray[np.float64],
    sales: npt.NDArray[np.float64],
    weight: npt.NDArray[np.float64],
) -> None:
    """What every firm's shop would sell and weigh if it were one of the established ones.

    A firm has a shop in proportion to its readiness. Sales follow weights and weights sales, round
    by round. Expected values over firms set the rivals and the outside market, not the shops that
    happen to be drawn, so that a small sample has the same competition.
    """
    first, stop = market.start, market.stop
    ready = alive = 0.0
    for i in range(first, stop):
        if firms[i].alive == 1:
            ready += shops[i].readiness
            alive += 1.0
    mean = ready / alive if alive > 0.0 else 1.0
    held = max(least, share)
    near, far = shares_held(held, p.home_advantage, p.rival_mass)
    market.outside = outside_market(market.households, near, far, p.online_balance)
    total = near * market.households + far * market.outside
    expected = 0.0
    for i in range(first, stop):
        j = i - first
        chance[j] = 0.0
        if firms[i].alive == 1:
            chance[j] = min(1.0, held * shops[i].readiness / max(1e-9, mean))
            expected += chance[j]
    for i in range(first, stop):
        sales[i - first] = total / max(1e-9, expected) if firms[i].alive == 1 else 0.0
    memory = max(0.02, p.ranking_forgetting)
    weights = 0.0
    for _ in range(ROUNDS):
        weights = 0.0
        for i in range(first, stop):
            j = i - first
            recent = sales[j] / p.order_value / memory
            quality = (p.rating_prior * p.quality_mean + recent * firms[i].quality) / (
                p.rating_prior + recent
            )
            seen = visibility(recent, quality - p.quality_mean, p.ranking_power, p.rating_weight)
            weight[j] = 0.0
            if firms[i].alive == 1:
                price = math.exp(-p.price_attraction * firms[i].log_price)
                weight[j] = shops[i].readiness * seen * price
            weights += chance[j] * weight[j]
        for i in range(first, stop):
            j = i - first
            # The rest of its capacity is sold elsewhere.
            most = p.shop_start_most * firms[i].capacity * firms[i].price
            sales[j] = min(most, total * weight[j] / max(1e-9, weights))
    market.rivals = p.rival_mass * weights / held
    if share < held:
        for j in range(stop - first):
            chance[j] *= share / held


@jit
def _open_established(f: Record, shop: Record, sales: float, p: Record) -> None:
    """A shop that has sold so much for long."""
    shop.open = 1
    shop.opened = 1
    shop.months = f.age
    shop.expectation = sales
    shop.recent = sales / p.order_value / max(0.02, p.ranking_forgetting)
    shop.rated = shop.recent
    shop.rating_sum = shop.rated * f.quality
