"""18 Exit and entry."""

from __future__ import annotations

import math

from tests.reference.common import clip, logistic, normal_profit, unit_cost
from tests.reference.state import Draws, Firm, World


def is_insolvent(firm: Firm) -> bool:
    """Counts months running with cash below minus the credit line; true from the second."""
    below = firm.cash < -firm.line * firm.capacity
    firm.insolvent_months = firm.insolvent_months + 1 if below else 0
    return firm.insolvent_months >= 2


def weakness(world: World, firm: Firm) -> float:
    """Part of the hazard of a firm that earns little."""
    p = world.params
    rate = sum(firm.profit_ring) / len(firm.profit_ring) / firm.capacity
    reference = p.exit_reference * normal_profit(world, firm) / firm.capacity
    return float(p.exit_weak * logistic(-p.exit_slope * (rate - reference)))


def youth(world: World, firm: Firm) -> float:
    """Part of the hazard of a young firm."""
    return float(world.params.exit_young * math.exp(-firm.age / 12.0))


def exit_hazard(world: World, firm: Firm) -> float:
    """Chance that a solvent firm closes this month."""
    return float(world.params.exit_base + weakness(world, firm) + youth(world, firm))


def is_drawn_to_close(world: World, firm: Firm, draws: Draws) -> bool:
    """Whether a solvent firm closes this month."""
    u = draws.uniform("exit", world.month, firm.slot, 0, firm.generation)
    return u < exit_hazard(world, firm)


def response(world: World, rate: float, usual: float) -> float:
    """Log factor on entry where profits differ from what is usual."""
    return clip(world.params.entry_response * (rate / usual - 1.0), -2.0, 2.0)


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


def exit_entry(world: World, draws: Draws) -> None:
    """Closes firms and fills slots that were vacant before; writes off receivables."""
    living = world.living()
    vacant = [firm for firm in world.firms if not firm.alive]
    sectors = {firm.sector for firm in vacant}
    chances = {sector: entry_chance(world, sector, living) for sector in sectors}
    world.written_off = 0.0
    for firm in living:
        if is_insolvent(firm) or is_drawn_to_close(world, firm, draws):
            firm.alive = False
            world.written_off += sum(firm.receivables)
            firm.receivables = [0.0] * len(firm.receivables)
        else:
            firm.age += 1
    entry(world, vacant, chances, draws)
