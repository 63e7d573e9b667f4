"""14 Inspections, sanctions, beliefs."""

from __future__ import annotations

import math

from tests.reference.common import clip, escalation, is_covered
from tests.reference.state import NONE, PAPER, Buyer, Draws, World


def found_out(world: World, buyer: Buyer, draws: Draws) -> bool:
    """Whether a visit shows that the buyer does not comply: depth sees through papers."""
    if buyer.mode == PAPER:
        u = draws.uniform("inspection", world.month, buyer.number + 1, index=3)
        return u < world.levers.depth
    return buyer.mode == NONE


def is_sanctioned(world: World, buyer: Buyer, draws: Draws) -> bool:
    """Whether a visited buyer is found out, and the sanction upheld."""
    if not (buyer.visited and found_out(world, buyer, draws)):
        return False
    u = draws.uniform("sanction", world.month, buyer.number)
    return u < world.params.sanction_probability


def believe(world: World, buyer: Buyer, news: float) -> float:
    """What the buyer comes to believe of the chance of a visit.

    Args:
        world: of the month.
        buyer: covered by a binding rule.
        news: share of the district's buyers under such a rule that were sanctioned.
    """
    p = world.params
    belief = buyer.belief
    belief += p.belief_learning * (float(buyer.visited) - buyer.belief)
    belief += p.belief_news * (news - buyer.belief)
    return clip(belief, 0.0, 1.0)


def enforcement(world: World, draws: Draws) -> None:
    """Visits, sanctions, and what covered buyers come to believe."""
    delay = min(math.floor(world.params.sanction_delay + 0.5), 12)
    for buyer in world.buyers:
        buyer.sanctioned = is_sanctioned(world, buyer, draws)
        if buyer.sanctioned:
            fine = world.levers.fine * escalation(world, buyer)
            buyer.fines_due[(world.month + delay) % len(buyer.fines_due)] += fine
            buyer.sanctions += 1
    bound = [
        buyer
        for buyer in world.buyers
        if world.rule(buyer.kind).binding and is_covered(world, buyer, draws)
    ]
    for buyer in bound:
        near = [other for other in bound if other.district == buyer.district]
        buyer.belief = believe(world, buyer, sum(other.sanctioned for other in near) / len(near))
