"""11 What UMKM behind wholesalers and contractors supply of what buyers do not buy directly."""

from __future__ import annotations

from tests.reference.rounds import unmet
from tests.reference.state import AGENCY, Line, World


def by_contractors(world: World, line: Line) -> float:
    """What an agency's contractors supply this month: a twelfth of what was left to them."""
    line.pending += unmet(line)
    if line.interval == 1 or (world.month + line.phase) % 12 == 0:
        line.rest, line.pending = line.pending / line.interval, 0.0
    return line.rest


def wholesale(world: World) -> tuple[dict[int, float], float]:
    """What UMKM behind wholesalers supply of what is not bought directly, by sector; all of it."""
    p = world.params
    behind: dict[int, float] = {}
    total = 0.0
    for line in world.lines:
        agency = line.buyer.kind == AGENCY
        supplied = by_contractors(world, line) if agency else unmet(line)
        share = p.agency_displacement if agency else p.displacement
        sector = world.goods[line.good].sector
        behind[sector] = behind.get(sector, 0.0) + share * supplied
        total += supplied
    return behind, total
