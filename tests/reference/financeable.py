"""7 Financeable capacity: what a firm can make with its cash and credit line."""

from __future__ import annotations

from tests.reference.common import positive
from tests.reference.state import Draws, Firm, World


def affordable(world: World, firm: Firm) -> float:
    """What cash and credit pay for, once the month's fixed cost is kept back."""
    kept = world.params.fixed_cost * firm.capacity
    return positive(firm.cash + firm.line * firm.capacity - kept) / firm.unit_cost


def financeable(world: World, draws: Draws) -> None:
    """Sets the largest order volume each firm can take this month; closed firms take none."""
    for firm in world.firms:
        firm.financeable = min(firm.y_max, affordable(world, firm)) if firm.alive else 0.0
