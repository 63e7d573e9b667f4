"""18 Exit and entry."""

from __future__ import annotations

import math

from tests.reference.common import normal_profit
from tests.reference.entry import entry, entry_chance
from tests.reference.state import Draws, Firm, World


def logistic(value: float) -> float:
    """1 / (1 + exp(-value)), without overflow."""
    if value >= 0.0:
        return 1.0 / (1.0 + math.exp(-value))
    return math.exp(value) / (1.0 + math.exp(value))


def is_insolvent(world: World, firm: Firm) -> bool:
    """Counts months running with cash below minus the credit line; true when they are too many."""
    below = firm.cash < -firm.line * firm.capacity
    firm.insolvent_months = firm.insolvent_months + 1 if below else 0
    return firm.insolvent_months >= world.params.insolvency_months


def weakness(world: World, firm: Firm) -> float:
    """Part of the hazard of a firm that earns little."""
    p = world.params
    rate = sum(firm.profit_ring) / len(firm.profit_ring) / firm.capacity
    reference = p.exit_reference * normal_profit(world, firm) / firm.capacity
    return float(p.exit_weak * logistic(-p.exit_slope * (rate - reference)))


def youth(world: World, firm: Firm) -> float:
    """Part of the hazard of a young firm."""
    p = world.params
    return float(p.exit_young * math.exp(-firm.age / p.youth_months))


def exit_hazard(world: World, firm: Firm) -> float:
    """Chance that a solvent firm closes this month."""
    return float(world.params.exit_base + weakness(world, firm) + youth(world, firm))


def is_drawn_to_close(world: World, firm: Firm, draws: Draws) -> bool:
    """Whether a solvent firm closes this month."""
    u = draws.uniform("exit", world.month, firm.slot, 0, firm.generation)
    return u < exit_hazard(world, firm)


def exit_entry(world: World, draws: Draws) -> None:
    """Closes firms and fills slots that were vacant before; writes off receivables."""
    living = world.living()
    vacant = [firm for firm in world.firms if not firm.alive]
    sectors = {firm.sector for firm in vacant}
    chances = {sector: entry_chance(world, sector, living) for sector in sectors}
    world.written_off = 0.0
    for firm in living:
        if is_insolvent(world, firm) or is_drawn_to_close(world, firm, draws):
            firm.alive = False
            world.written_off += sum(firm.receivables)
            firm.receivables = [0.0] * len(firm.receivables)
        else:
            firm.age += 1
    entry(world, vacant, chances, draws)
