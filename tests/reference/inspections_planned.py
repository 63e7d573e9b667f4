"""5 Inspections planned: who is visited this month."""

from __future__ import annotations

import math

from tests.reference.common import is_covered
from tests.reference.state import Buyer, Draws, World


def attention(world: World, buyer: Buyer) -> float:
    """How much likelier than an ordinary buyer this one is to be visited."""
    targeting = world.levers.targeting
    picked = (targeting == "risk" and not buyer.buying) or (targeting == "complaint" and buyer.late)
    return 1.0 + world.params.inspection_risk_weight if picked else 1.0


def inspections_planned(world: World, draws: Draws) -> None:
    """Marks which buyers are covered, and which of those under a binding rule are visited."""
    p = world.params
    hours = p.inspection_hours_base + p.inspection_hours_depth * world.levers.depth
    expected = world.levers.hours / hours / world.scale
    visits = math.floor(expected)
    if draws.uniform("inspection", world.month, 0, index=0) < expected - visits:
        visits += 1

    queue: list[tuple[float, int, Buyer]] = []
    for buyer in world.buyers:
        buyer.visited = False
        buyer.covered = is_covered(world, buyer, draws)
        if buyer.covered and world.rule(buyer.kind).binding:
            u = draws.uniform("inspection", world.month, buyer.number + 1, index=2)
            queue.append((-math.log(u) / attention(world, buyer), buyer.number, buyer))
    for _, _, buyer in sorted(queue, key=lambda entry: entry[:2])[:visits]:
        buyer.visited = True
