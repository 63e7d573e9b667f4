"""18 Entry: who takes a vacant slot, and with what."""

from __future__ import annotations

import math

from tests.reference.common import clip, normal_profit, unit_cost
from tests.reference.state import Draws, Firm, World


def response(world: World, rate: float, usual: float) -> float:
    """Log factor on entry where profits differ from what is usual."""
    p = world.params
    return clip(p.entry_response * (rate / usual - 1.0), -p.entry_pull, p.entry_pull)


def entry_chance(world: World, sector: int, living: list[Firm]) -> float:
    """Chance that a vacant slot of the sector is taken this month."""
    firms = [firm for firm in living if firm.sector == sector]
    capacity = sum(firm.capacity for firm in firms)
    profit = sum(sum(firm.profit_ring) / len(firm.profit_ring) for firm in firms)
    usual = max(world.profit_rate_0[sector], 0.01)
    # A sector without a living firm tells entrants nothing: its rate counts as usual.
    rate = profit / capacity if capacity > 0.0 else usual
    pull = math.exp(response(world, rate, usual))
    return 1.0 - math.exp(-world.params.entry_rate * pull)


def enter(world: World, firm: Firm) -> None:
    """Puts the next generation on the slot, with the attributes drawn for it."""
    firm.generation += 1
    firm.alive = True
    firm.age = firm.insolvent_months = 0
    firm.granted = False
    firm.learned_quality = firm.productivity = firm.hired = 0.0
    firm.receivables = [0.0] * len(firm.receivables)
    drawn = world.draw_firm(world, firm) if world.draw_firm else {}
    for name, attribute in drawn.items():
        setattr(firm, name, attribute)
    if "unit_cost" not in drawn:
        firm.unit_cost = unit_cost(world, firm)
    firm.profit_ring = [normal_profit(world, firm)] * len(firm.profit_ring)


def entry(world: World, vacant: list[Firm], chances: dict[int, float], draws: Draws) -> None:
    """Fills some of the vacant slots."""
    for firm in vacant:
        u = draws.uniform("entry", world.month, firm.slot, 0, firm.generation)
        if u < chances[firm.sector]:
            enter(world, firm)
