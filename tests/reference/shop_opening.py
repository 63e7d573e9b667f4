"""9, after 18: who is trained, for whom a shop is opened, who opens one."""

from __future__ import annotations

import math

from tests.reference.online_choice import kept
from tests.reference.state import Draws, Firm, World


def expected_margin(world: World, firm: Firm, sales: float) -> float:
    """What sales of a month leave after cost, returns, fees, sending and time."""
    p = world.params
    income = sales * kept(world, firm)
    fees = income * p.commission * (1.0 - world.levers.fee_subsidy)
    fees += sales / p.order_value * p.order_fee
    making = sales * firm.unit_cost / firm.price
    return float(income - fees - making - sales * p.online_logistics - p.shop_cost)


def drawn(world: World, firm: Firm, draws: Draws, index: int) -> float:
    """The firm's draw for training (0), onboarding (1) or thinking of a shop (2)."""
    return draws.uniform("shop_choice", world.month, firm.slot, 0, firm.generation, 0, index)


def train(world: World, traders: list[Firm], draws: Draws) -> int:
    """Gives places by lottery; readiness of all who were taught. Returns the places taken."""
    places, taken = world.levers.training, 0
    waiting = [firm for firm in traders if not firm.shop.trained]
    for firm in waiting:
        if drawn(world, firm, draws, 0) < places / (world.scale * len(waiting)):
            firm.shop.trained, taken = True, taken + 1
            firm.shop.training += 1.0
    for firm in world.firms:
        shop = firm.shop
        taught = world.params.training_readiness * min(1.0, shop.training)
        shop.readiness += taught * (1.0 - shop.readiness)
        shop.training = 0.0
    return taken


def join(world: World, traders: list[Firm], draws: Draws) -> int:
    """Opens shops for next month; returns how many were opened by the programme."""
    p, places, onboarded = world.params, world.levers.onboarding, 0
    shops: dict[int, list[float]] = {}
    size: dict[int, int] = {}
    for firm in world.living():
        size[firm.village] = size.get(firm.village, 0) + 1
        if firm.shop.open:
            shops.setdefault(firm.village, []).append(firm.shop.sales)
    waiting = [firm for firm in traders if not firm.shop.opened]
    for firm in waiting:
        seen = shops.get(firm.village, [])
        weight = p.shop_prior_weight + world.scale * len(seen)
        hope = (p.shop_prior_weight * p.shop_prior + world.scale * math.fsum(seen)) / weight
        helped = drawn(world, firm, draws, 1) < places / (world.scale * len(waiting))
        hazard = p.shop_curiosity + p.shop_imitation * len(seen) / size[firm.village]
        thinks = drawn(world, firm, draws, 2) < hazard
        if helped or (thinks and expected_margin(world, firm, hope) > 0.0):
            firm.shop.open = firm.shop.opened = True
            firm.shop.months = firm.shop.below = firm.shop.idle = 0
            firm.shop.expectation = hope
            onboarded += helped
    return onboarded
