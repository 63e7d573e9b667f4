"""7 Financeable capacity: what a firm can make with its cash and credit line."""

from __future__ import annotations

from tests.reference.common import positive
from tests.reference.state import Draws, World


def financeable(world: World, draws: Draws) -> None:
    """Sets the largest order volume each firm can take this month; closed firms take none."""
    for firm in world.firms:
        firm.financeable = 0.0
        if firm.alive:
            kept = world.params.fixed_cost * firm.capacity
            means = positive(firm.cash + firm.line * firm.capacity - kept)
            firm.financeable = min(firm.y_max, means / firm.unit_cost)
