"""14 Inspections, sanctions, beliefs."""

from __future__ import annotations

import math

from tests.reference.common import clip, is_covered
from tests.reference.state import NONE, PAPER, Buyer, Draws, World


def found_out(world: World, buyer: Buyer, draws: Draws) -> bool:
    """Whether a visit shows that the buyer does not comply: depth sees through papers."""
    if buyer.mode == PAPER:
        u = draws.uniform("inspection", world.month, buyer.number + 1, index=3)
        return u < world.levers.depth
    return buyer.mode == NONE


def enforcement(world: World, draws: Draws) -> None:
    """Visits, sanctions, and what covered buyers come to believe."""
    p = world.params
    delay = min(math.floor(p.sanction_delay + 0.5), 12)
    for buyer in world.buyers:
        buyer.sanctioned = False
        if buyer.visited and found_out(world, buyer, draws):
            u = draws.uniform("sanction", world.month, buyer.number)
            buyer.sanctioned = u < p.sanction_probability
        if buyer.sanctioned:
            fine = world.levers.fine * (1.0 + p.sanction_escalation * buyer.sanctions)
            buyer.fines_due[(world.month + delay) % len(buyer.fines_due)] += fine
            buyer.sanctions += 1
    bound = [
        buyer
        for buyer in world.buyers
        if world.rule(buyer.kind).binding and is_covered(world, buyer, draws)
    ]
    for buyer in bound:
        near = [other for other in bound if other.district == buyer.district]
        news = sum(other.sanctioned for other in near) / len(near)
        belief = buyer.belief
        belief += p.belief_learning * (float(buyer.visited) - buyer.belief)
        belief += p.belief_news * (news - buyer.belief)
        buyer.belief = clip(belief, 0.0, 1.0)
