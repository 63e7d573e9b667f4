"""4 Support: help onto the catalogue, and matching events."""

from __future__ import annotations

import math

from tests.reference.state import AGENCY, HOTEL, RESTAURANT, Draws, World


def register(world: World, draws: Draws) -> None:
    """Lists drawn firms for the goods of their sector that the agencies' rule names."""
    world.registered = 0
    wanted: dict[int, int] = {}
    for good in world.rule(AGENCY).goods:
        sector = world.goods[good].sector
        wanted[sector] = wanted.get(sector, 0) | 1 << good
    waiting = [f for f in world.living() if wanted.get(f.sector, 0) & ~f.certificates]
    for firm in waiting:
        chance = world.levers.registrations / (world.scale * len(waiting))
        if draws.uniform("catalogue", world.month, firm.slot, 0, firm.generation) < chance:
            firm.certificates |= wanted[firm.sector]
            world.registered += 1


def invite(world: World, draws: Draws) -> None:
    """Draws the firms and buyers that meet; they find each other cheaper for some months."""
    guests = world.levers.events * world.levers.event_firms
    until = world.month + math.floor(world.params.event_months + 0.5)
    kinds = (HOTEL, RESTAURANT, AGENCY)
    sectors = [world.goods[k.good].sector for k in world.lines if k.buyer.kind in kinds]
    eligible = [firm for firm in world.living() if firm.sector in sectors]
    if guests <= 0.0 or not eligible:
        return
    for firm in eligible:
        chance = guests / (world.scale * len(eligible))
        if draws.uniform("event", world.month, firm.slot, 0, firm.generation) < chance:
            firm.event_until = until
    hosts = guests / world.params.event_firms_per_buyer
    everybody = sum(buyer.weight for buyer in world.buyers)
    for buyer in world.buyers:
        if draws.uniform("event", world.month, 0, buyer.number + 1) < hosts / everybody:
            buyer.event_until = until


def support(world: World, draws: Draws) -> None:
    """What the office does for firms besides grants."""
    register(world, draws)
    invite(world, draws)
