"""10 Room left for the local market, in money."""

from __future__ import annotations

from tests.reference.common import positive
from tests.reference.state import Draws, World


def room(world: World, draws: Draws) -> None:
    """Sets what each firm can still make and finance for cash customers, at its own price."""
    share = world.params.cash_sale_finance
    for firm in world.firms:
        firm.room = 0.0
        if firm.alive:
            cost = firm.unit_cost
            means = positive(firm.cash + firm.line * firm.capacity - cost * firm.ordered)
            quantity = min(firm.y_max - firm.ordered, means / (cost * share))
            firm.room = firm.price * positive(quantity)
