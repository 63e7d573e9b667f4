"""10 Room left for the local market, in money."""

from __future__ import annotations

from tests.reference.common import positive
from tests.reference.state import Draws, Firm, World


def affordable(world: World, firm: Firm) -> float:
    """What the cash and credit left by orders pay for; cash customers finance the rest."""
    cost = firm.unit_cost
    made = firm.ordered + firm.shop.quantity
    means = positive(firm.cash + firm.line * firm.capacity - cost * made)
    return float(means / (cost * world.params.cash_sale_finance))


def room(world: World, draws: Draws) -> None:
    """Sets what each firm can still make and finance for cash customers, at its own price."""
    for firm in world.firms:
        firm.room = 0.0
        if firm.alive:
            quantity = min(firm.y_max - firm.ordered - firm.shop.quantity, affordable(world, firm))
            firm.room = firm.price * positive(quantity)
