"""4 Grants: a keyed lottery among eligible firms."""

from __future__ import annotations

from tests.reference.state import AGENCY, HOTEL, RESTAURANT, Draws, World


def grants(world: World, draws: Draws) -> None:
    """Pays grants; `world.granted` is what the sample received this month."""
    world.granted = 0.0
    budget, awards = world.levers.grant_budget, world.levers.grant_awards
    if budget <= 0.0 or awards <= 0.0:
        return
    sectors = [
        world.goods[line.good].sector
        for line in world.lines
        if line.buyer.kind in (HOTEL, RESTAURANT, AGENCY)
    ]
    eligible = [f for f in world.living() if f.sector in sectors and not f.granted]
    for firm in eligible:
        chance = min(1.0, awards / (world.scale * len(eligible)))
        if draws.uniform("grant", world.month, firm.slot, 0, firm.generation) < chance:
            firm.cash += budget / awards
            firm.granted = True
            world.granted += budget / awards
