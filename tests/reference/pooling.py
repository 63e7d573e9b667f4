"""8 Pooling: parts that are too small alone are delivered together through a cooperative."""

from __future__ import annotations

from tests.reference.common import (
    clip,
    feasible,
    keeps_cold,
    perceived,
    willing,
)
from tests.reference.state import AGENCY, Firm, Line, Link, World


def set_pooling(world: World) -> None:
    """Which cooperatives pool this month, and whether these are on the catalogue."""
    for cooperative in world.cooperatives:
        cooperative.pooling = cooperative.active and cooperative.draw < world.levers.pooling
        cooperative.listed = cooperative.pooling and world.levers.coop_listed
        cooperative.pooled = 0.0


def cooperative_of(world: World, firm: Firm) -> int | None:
    """Number of the pooling cooperative that the firm is a member of."""
    pools = firm.member and world.cooperatives[firm.pool].pooling
    return firm.pool if pools else None


def can_sell(world: World, link: Link) -> bool:
    """Whether a line can buy of the firm, by itself or through a cooperative on the catalogue."""
    if feasible(world, link):
        return True
    number = cooperative_of(world, link.firm)
    listed = number is not None and world.cooperatives[number].listed
    agency = link.line.buyer.kind == AGENCY
    return agency and listed and willing(world, link) and keeps_cold(link.line, link.firm)


def partners(world: World, links: list[Link], taken: list[Link]) -> dict[int, list[Link]]:
    """Links by cooperative, the best first; who sells alone, or was just asked to, is left out."""
    groups: dict[int, list[Link]] = {}
    for link in links:
        number = cooperative_of(world, link.firm)
        if number is not None and (link.pooled or (link.order == 0.0 and link not in taken)):
            groups.setdefault(number, []).append(link)
    return groups


def of_pool(line: Line, number: int) -> list[Link]:
    """What a cooperative delivers of a line so far."""
    return [k for k in line.links if k.pooled and k.order > 0.0 and k.firm.pool == number]


def lost(world: World) -> float:
    """Quality that coordinating several makers loses."""
    return float(world.params.coordination_loss)


def good_together(world: World, line: Line, parts: list[tuple[Link, float]]) -> bool:
    """Whether the buyer expects its standard of the mean, less what coordination loses."""
    p, total = world.params, sum(amount for _, amount in parts)
    mean = sum(amount * perceived(world, link) for link, amount in parts) / total
    return bool(mean - lost(world) >= line.buyer.standard - p.quality_tolerance)


def common_quality(world: World, link: Link, own: dict[int, float]) -> float:
    """Quality of a pooled delivery: the mean by quantity, less what coordination loses."""
    together = of_pool(link.line, link.firm.pool)
    quantity = sum(part.order for part in together)
    mean = sum(part.order * own[id(part)] for part in together) / quantity
    return clip(mean - lost(world), 0.0, 1.0)
