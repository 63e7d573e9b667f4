"""9, after 18: shops are rated and given up; what follows of them, and the platform's cost."""

from __future__ import annotations

from tests.reference.common import clip, positive
from tests.reference.online_choice import trades_online
from tests.reference.shop_opening import expected_margin, join, train
from tests.reference.state import Draws, Firm, Shop, World


def new_shop(world: World, firm: Firm, draws: Draws) -> Shop:
    """The row of a firm that has entered: no shop, its own readiness."""
    p = world.params
    luck = draws.normal("shop", 0, firm.slot, 0, firm.generation)
    readiness = clip(p.readiness_mean + p.readiness_sd * luck, 0.0, 1.0)
    return Shop(generation=firm.generation, readiness=readiness)


def rate(world: World, firm: Firm, shop: Shop, draws: Draws) -> None:
    """Orders are remembered and rated by what was delivered."""
    p = world.params
    shop.recent = shop.recent * (1.0 - p.ranking_forgetting) + shop.orders
    if shop.orders > 0.0:
        spread = p.quality_noise * (1.0 - p.practice_steadiness * firm.practice) / shop.orders**0.5
        luck = draws.normal("shop_orders", world.month, firm.slot, 0, firm.generation, 0, 2)
        stress = p.load_stress * positive(firm.utilisation - p.load_threshold)
        quality = firm.base_quality + firm.learned_quality
        shop.rating_sum += shop.orders * clip(quality + spread * luck - stress, 0.0, 1.0)
        shop.rated += shop.orders


def weigh_up(world: World, firm: Firm, shop: Shop) -> None:
    """Gives the shop up after months that left less than a part of what was hoped."""
    p = world.params
    shop.months += 1
    shop.idle = 0 if shop.sales > 0.0 else shop.idle + 1
    hoped = positive(expected_margin(world, firm, shop.expectation))
    poor = expected_margin(world, firm, shop.sales) < p.shop_patience * hoped
    shop.below = shop.below + 1 if poor else 0
    shop.expectation += p.expectation_learning * (shop.sales - shop.expectation)
    if shop.below >= p.patience_months:
        shop.open, shop.months, shop.below, shop.expectation = False, 0, 0, 0.0


def shops(world: World, draws: Draws) -> None:
    """All that shops make of the month; `platform_cost` is the region's."""
    world.platform_cost = 0.0
    if not world.online:
        return
    p = world.params
    for firm in world.firms:
        shop = firm.shop
        if not firm.alive:
            shop.open = shop.opened = False
            shop.pending = 0.0
        elif shop.generation != firm.generation:
            firm.shop = new_shop(world, firm, draws)
        elif shop.open:
            rate(world, firm, shop, draws)
            weigh_up(world, firm, shop)
        elif shop.opened:
            shop.idle += 1
            shop.recent *= 1.0 - p.ranking_forgetting
    traders = [firm for firm in world.living() if trades_online(world, firm)]
    trained = train(world, traders, draws)
    onboarded = join(world, traders, draws)
    cost = onboarded * p.onboarding_cost + trained * p.training_cost + world.fees_borne
    cost += world.levers.promotion * p.promotion_cost * world.sold_outside
    world.platform_cost = world.scale * cost
