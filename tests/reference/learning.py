"""16 Learning by supplying and from neighbours."""

from __future__ import annotations

from tests.reference.common import positive, quality
from tests.reference.state import Draws, Firm, World


def neighbours(firm: Firm, living: list[Firm]) -> list[Firm]:
    """Living firms of other sectors in the same village."""
    return [f for f in living if f.village == firm.village and f.sector != firm.sector]


def learning(world: World, draws: Draws) -> None:
    """Raises practice and learned quality, from the state before this step and before trust."""
    p = world.params
    living = world.living()
    learned = {id(firm): 0.0 for firm in world.firms}
    for link in world.links:
        if link.order > 0.0:
            trusted = link.trust_buyer if link.trust_before is None else link.trust_before
            gap = positive(link.line.buyer.standard - quality(link.firm))
            learned[id(link.firm)] += link.order / link.firm.output * gap * trusted
    villages: dict[int, list[Firm]] = {}
    for firm in living:
        villages.setdefault(firm.village, []).append(firm)
    practice: list[float] = []
    for firm in living:
        supply = firm.ordered / firm.output if firm.output > 0.0 else 0.0
        near = neighbours(firm, villages[firm.village])
        gain = p.supplying_practice * supply * (1.0 - firm.practice)
        if near:
            mean = sum(other.practice for other in near) / len(near)
            gain += p.peer_learning * positive(mean - firm.practice)
        practice.append(firm.practice + gain)
    for firm, m in zip(living, practice, strict=True):
        firm.practice = m
        raised = firm.learned_quality + p.supplying_quality * learned[id(firm)]
        firm.learned_quality = min(raised, 1.0 - firm.base_quality)
