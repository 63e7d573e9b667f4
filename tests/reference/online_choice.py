"""9 Platform: how buyers choose among shops and sellers elsewhere."""

from __future__ import annotations

import math

from tests.reference.common import positive, quality
from tests.reference.state import Firm, Shop, World


def trades_online(world: World, firm: Firm) -> bool:
    """Whether what the firm makes can be sent."""
    return bool(world.online) and world.online[firm.sector].share > 0.0


def sent_back(world: World, firm: Firm) -> float:
    """Part of sales that is sent back and refunded."""
    return float(world.params.online_returns * (1.0 - quality(firm)))


def kept(world: World, firm: Firm) -> float:
    """Part of sales that is not sent back."""
    return 1.0 - sent_back(world, firm)


def rating(world: World, shop: Shop) -> float:
    """Mean rating, with the prior's orders among them."""
    p = world.params
    total = p.rating_prior * p.quality_mean + shop.rating_sum
    return float(total / (p.rating_prior + shop.rated))


def ranked(world: World, shop: Shop) -> float:
    """How the ranking shows a shop that sold before."""
    return float((1.0 + shop.recent) ** world.params.ranking_power)


def liked(world: World, shop: Shop) -> float:
    """What a shop's rating adds."""
    p = world.params
    return math.exp(p.rating_weight * (rating(world, shop) - p.quality_mean))


def pull(world: World, firm: Firm) -> float:
    """Weight of an open shop among buyers: readiness, ranking, rating and price."""
    seen = ranked(world, firm.shop) * liked(world, firm.shop)
    return float(firm.shop.readiness * seen * firm.price**-world.params.price_attraction)


def divide(money: float, rivals: float, sellers: list[Firm], weights: dict[int, float],
           room: dict[int, float]) -> dict[int, float]:  # fmt: skip
    """What buyers ask of each seller; full ones are taken out at their room, rivals never are."""
    asked = dict.fromkeys(weights, 0.0)
    active = [firm.slot for firm in sellers if weights[firm.slot] > 0.0 and room[firm.slot] > 0.0]
    while active:
        total = rivals + sum(weights[k] for k in active)
        full = [k for k in active if money * weights[k] / total >= room[k]]
        if not full:
            asked.update((k, money * weights[k] / total) for k in active)
            break
        for k in full:
            asked[k] = room[k]
            money -= room[k]
        active = [k for k in active if k not in full]
    room.update({k: positive(most - asked[k]) for k, most in room.items()})
    return asked
