"""1 Shocks: productivity of firms, dropped demand of buyers."""

from __future__ import annotations

from tests.reference.state import Draws, World


def shock_productivity(world: World, draws: Draws) -> None:
    """Moves the productivity of living firms by a month."""
    p = world.params
    for firm in world.living():
        noise = draws.normal("productivity", world.month, firm.slot, 0, firm.generation)
        firm.productivity = (
            p.productivity_persistence * firm.productivity + p.productivity_sd * noise
        )


def shock_buyers(world: World, draws: Draws) -> None:
    """Begins and ends the shocks of buyers."""
    p = world.params
    for buyer in world.buyers:
        u = draws.uniform("buyer_shock", world.month, buyer.number)
        if buyer.shocked:
            buyer.shocked = u >= 1.0 / p.buyer_shock_months
        else:
            buyer.shocked = u < p.buyer_shock_hazard


def shocks(world: World, draws: Draws) -> None:
    """Both, of a month."""
    shock_productivity(world, draws)
    shock_buyers(world, draws)
