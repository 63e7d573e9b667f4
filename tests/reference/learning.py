"""16 Learning by supplying and from neighbours."""

from __future__ import annotations

from tests.reference.common import positive, quality
from tests.reference.contracts import quality_taught as taught_by_contracts
from tests.reference.state import Draws, Firm, Link, World


def neighbours(firm: Firm, living: list[Firm]) -> list[Firm]:
    """Living firms of other sectors in the same village."""
    return [f for f in living if f.village == firm.village and f.sector != firm.sector]


def by_supplying(world: World, firm: Firm) -> float:
    """Practice gained from what buyers ask for."""
    supply = firm.ordered / firm.output if firm.output > 0.0 else 0.0
    return float(world.params.supplying_practice * supply * (1.0 - firm.practice))


def from_peers(world: World, firm: Firm, near: list[Firm]) -> float:
    """Practice gained from better neighbours."""
    if not near:
        return 0.0
    mean = sum(other.practice for other in near) / len(near)
    return float(world.params.peer_learning * positive(mean - firm.practice))


def quality_taught(world: World, link: Link) -> float:
    """Quality that a buyer above the firm's own teaches, the more it trusts the firm."""
    trusted = link.trust_buyer if link.trust_before is None else link.trust_before
    gap = positive(link.line.buyer.standard - quality(link.firm))
    return float(world.params.supplying_quality * link.order / link.firm.output * gap * trusted)


def learning(world: World, draws: Draws) -> None:
    """Raises practice and learned quality, from the state before this step and before trust."""
    living = world.living()
    learned = {id(firm): 0.0 for firm in world.firms}
    for link in world.links:
        if link.order > 0.0:
            learned[id(link.firm)] += quality_taught(world, link)
    taught = {id(firm): taught_by_contracts(world, firm) for firm in living}
    villages: dict[int, list[Firm]] = {}
    for firm in living:
        villages.setdefault(firm.village, []).append(firm)
    practice: list[float] = []
    for firm in living:
        near = neighbours(firm, villages[firm.village])
        practice.append(firm.practice + by_supplying(world, firm) + from_peers(world, firm, near))
    for firm, m in zip(living, practice, strict=True):
        firm.practice = m
        raised = firm.learned_quality + learned[id(firm)] + taught[id(firm)]
        firm.learned_quality = min(raised, 1.0 - firm.base_quality)
