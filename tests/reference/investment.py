"""17 Investment in capacity, paid from cash."""

from __future__ import annotations

import math

from tests.reference.common import clip, positive, working_cash
from tests.reference.state import Draws, World


def investment(world: World, draws: Draws) -> None:
    """Changes the capacity of firms whose cash exceeds their cushion."""
    p = world.params
    for firm in world.living():
        kept = working_cash(world, firm)
        if firm.cash > p.investment_cushion * kept:
            drift = p.investment_rate * (firm.utilisation - p.normal_utilisation)
            key = (firm.slot, 0, firm.generation)
            noise = draws.normal("productivity", world.month, *key, index=1)
            growth = math.exp(clip(drift, -0.02, 0.02) + p.capacity_sd * noise)
            cost = p.investment_cost * firm.capacity * positive(growth - 1.0)
            if firm.cash - cost >= kept:
                firm.capacity *= growth
                firm.cash -= cost
