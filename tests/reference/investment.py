"""17 Investment in capacity, paid from cash."""

from __future__ import annotations

import math

from tests.reference.common import clip, positive, working_cash
from tests.reference.state import Draws, Firm, World


def follow(world: World, firm: Firm) -> float:
    """Growth towards normal utilisation."""
    p = world.params
    return float(p.investment_rate * (firm.utilisation - p.normal_utilisation))


def from_idle_cash(world: World, firm: Firm, kept: float) -> float:
    """Growth that a busy firm with more cash than its cushion wants on top."""
    p = world.params
    idle = firm.cash - p.investment_cushion * kept
    if firm.utilisation <= p.normal_utilisation or idle <= 0.0:
        return 0.0
    return float(p.cash_investment * idle / (p.investment_cost * firm.capacity))


def noise(world: World, firm: Firm, draws: Draws) -> float:
    """Chance in growth."""
    key = (firm.slot, 0, firm.generation)
    return float(
        world.params.capacity_sd * draws.normal("productivity", world.month, *key, index=1)
    )


def wanted_growth(world: World, firm: Firm, kept: float, draws: Draws) -> float:
    """Log growth a firm wants: it follows utilisation, idle cash and chance."""
    drift = follow(world, firm) + from_idle_cash(world, firm, kept)
    cap = world.params.growth_cap
    return clip(drift, -cap, cap) + noise(world, firm, draws)


def investment(world: World, draws: Draws) -> None:
    """Shrinks firms freely and lets them grow as far as their cash above working cash goes."""
    p = world.params
    for firm in world.living():
        kept = working_cash(world, firm)
        spare = positive(firm.cash - kept)
        growth = wanted_growth(world, firm, kept, draws)
        if growth > 0.0:
            reach = max(1e-9 * kept, (p.investment_cushion - 1.0) * kept)
            growth *= min(1.0, spare / reach)
        full = p.investment_cost * firm.capacity
        cost = full * positive(math.exp(growth) - 1.0)
        if cost > spare:
            cost = spare
            firm.capacity *= 1.0 + cost / full
        else:
            firm.capacity *= math.exp(growth)
        firm.cash -= cost
