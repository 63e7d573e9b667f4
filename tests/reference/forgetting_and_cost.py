"""2 Forgetting and unit cost."""

from __future__ import annotations

import math

from tests.reference.common import unit_cost
from tests.reference.state import Draws, Firm, World


def forget_practice(world: World, firm: Firm) -> None:
    """Lets practice fall back to its base."""
    firm.practice -= world.params.practice_forgetting * (firm.practice - firm.base_practice)


def forget_information(world: World, firm: Firm) -> None:
    """Lets information fade."""
    firm.information -= world.params.information_forgetting * firm.information


def forget_quality(world: World, firm: Firm) -> None:
    """Lets learned quality fade."""
    firm.learned_quality *= 1.0 - world.params.quality_decay


def largest_output(world: World, firm: Firm) -> float:
    """What the firm can make this month, y_max."""
    return firm.capacity * math.exp(world.params.productivity_capacity * firm.productivity)


def forgetting_and_cost(world: World, draws: Draws) -> None:
    """Lets practice, information and learned quality fade; sets unit cost and capacity."""
    for firm in world.living():
        forget_practice(world, firm)
        forget_information(world, firm)
        forget_quality(world, firm)
        firm.unit_cost = unit_cost(world, firm) * world.cost_shock.get(firm.sector, 1.0)
        firm.y_max = largest_output(world, firm)
