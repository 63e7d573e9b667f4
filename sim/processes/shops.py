"""After step 18: ratings, expectations, who opens, is trained, and gives up a shop (P14)."""

from __future__ import annotations

import math

from sim.draws import STREAM_SHOP, STREAM_SHOP_ORDERS, normal
from sim.jit import Integer, jit
from sim.tables import Record

__all__ = [
    "begin_shop",
    "close_shop",
    "draw_readiness",
    "gain_readiness",
    "open_shop",
    "quality_of",
    "rate",
    "shop_margin",
    "weigh_up",
]


@jit
def draw_readiness(slot: int, generation: int, p: Record, seed: Integer) -> float:
    """Readiness of the firm of a slot and generation before any training, 0 to 1."""
    deviation = normal(seed, STREAM_SHOP, 0, slot, 0, generation, 0, 0)
    return min(1.0, max(0.0, p.readiness_mean + p.readiness_sd * deviation))


@jit
def begin_shop(f: Record, shop: Record, p: Record, population_seed: Integer) -> None:
    """The row of a firm that has just entered: no shop yet, nothing sold, its own readiness."""
    shop.generation = f.generation
    shop.opened = shop.trained = 0
    shop.idle = 0
    shop.training = 0.0
    shop.recent = shop.rated = shop.rating_sum = shop.total = 0.0
    shop.payout = shop.orders = shop.sales = shop.outside = shop.quantity = 0.0
    shop.revenue = shop.fees = shop.costs = 0.0
    shop.readiness = draw_readiness(f.slot, f.generation, p, population_seed)


@jit
def open_shop(shop: Record, expectation: float) -> None:
    """A shop from next month on, with what its owner expects it to sell."""
    shop.open = 1
    shop.opened = 1
    shop.months = shop.below = shop.idle = 0
    shop.expectation = expectation


@jit
def close_shop(shop: Record) -> None:
    """The shop sells no more; what it is owed is still paid out."""
    shop.open = 0
    shop.months = shop.below = 0
    shop.expectation = 0.0


@jit
def quality_of(f: Record) -> float:
    """Quality as a buyer meets it now; the column holds that of step 2."""
    return min(1.0, max(0.0, f.base_quality + f.learned_quality))


@jit
def shop_margin(sales: float, f: Record, fee_subsidy: float, p: Record) -> float:
    """What sales of a month are expected to leave after cost, returns, fees, sending and time."""
    kept = 1.0 - p.online_returns * (1.0 - quality_of(f))
    unit = kept * (1.0 - p.commission * (1.0 - fee_subsidy))
    unit -= p.order_fee / p.order_value + p.online_logistics + f.unit_cost / f.price
    return unit * sales - p.shop_cost


@jit
def rate(f: Record, shop: Record, p: Record, seed: Integer, month: int) -> None:
    """Buyers rate what they got: quality as delivered, averaged over the month's orders."""
    shop.recent += shop.orders - p.ranking_forgetting * shop.recent
    if shop.orders <= 0.0:
        return
    chance = normal(seed, STREAM_SHOP_ORDERS, month, f.slot, 0, f.generation, 0, 2)
    noise = p.quality_noise * (1.0 - p.practice_steadiness * f.practice) / math.sqrt(shop.orders)
    stress = p.load_stress * max(0.0, f.utilisation - p.load_threshold)
    got = min(1.0, max(0.0, f.base_quality + f.learned_quality + noise * chance - stress))
    shop.rated += shop.orders
    shop.rating_sum += shop.orders * got


@jit
def weigh_up(f: Record, shop: Record, fee_subsidy: float, p: Record) -> bool:
    """Counts the months of an open shop; true when its owner gives it up.

    That is after so many months running in which it left less than a part of what was expected,
    or cost more than it left. What is expected follows what is sold.
    """
    shop.months += 1
    shop.idle = shop.idle + 1 if shop.sales <= 0.0 else 0
    hoped = max(0.0, shop_margin(shop.expectation, f, fee_subsidy, p))
    if shop_margin(shop.sales, f, fee_subsidy, p) < p.shop_patience * hoped:
        shop.below += 1
    else:
        shop.below = 0
    shop.expectation += p.expectation_learning * (shop.sales - shop.expectation)
    return shop.below >= p.patience_months


@jit
def gain_readiness(shop: Record, p: Record) -> None:
    """Training of the month: g + a (1 - g), in proportion to the exposure."""
    shop.readiness += p.training_readiness * min(1.0, shop.training) * (1.0 - shop.readiness)
    shop.training = 0.0
