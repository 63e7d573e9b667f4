"""2 Forgetting and unit cost."""

from __future__ import annotations

import math

from tests.reference.common import unit_cost
from tests.reference.state import Draws, World


def forgetting_and_cost(world: World, draws: Draws) -> None:
    """Lets practice, information and learned quality fade; sets unit cost and capacity."""
    p = world.params
    for firm in world.living():
        firm.practice -= p.practice_forgetting * (firm.practice - firm.base_practice)
        firm.information -= p.information_forgetting * firm.information
        firm.learned_quality *= 1.0 - p.quality_decay
        firm.unit_cost = unit_cost(world, firm)
        firm.y_max = firm.capacity * math.exp(p.productivity_capacity * firm.productivity)
