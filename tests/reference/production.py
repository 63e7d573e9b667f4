"""12 Production and delivery."""

from __future__ import annotations

from tests.reference.common import clip, key_of, positive, quality
from tests.reference.pooling import common_quality
from tests.reference.state import Draws, Firm, Link, World


def noise(world: World, link: Link, draws: Draws) -> float:
    """Chance in the quality of a delivery."""
    p, firm = world.params, link.firm
    standardisation = world.goods[link.line.good].standardisation
    steadied = 1.0 - p.practice_steadiness * firm.practice
    steadied *= 1.0 - p.standard_steadiness * standardisation
    spread = p.quality_noise * steadied
    return float(spread * draws.normal("quality", world.month, *key_of(link)))


def stress(world: World, firm: Firm) -> float:
    """Quality lost by a firm that works close to its capacity."""
    p = world.params
    return float(p.load_stress * positive(firm.utilisation - p.load_threshold))


def sent_back(world: World, link: Link) -> float:
    """What the buyer returns of a delivery, unpaid."""
    return float(world.params.return_share * link.order if link.defect else 0.0)


def delivered_quality(world: World, link: Link, draws: Draws) -> float:
    """Quality of this month's delivery."""
    chance = noise(world, link, draws)
    return clip(quality(link.firm) + chance - stress(world, link.firm), 0.0, 1.0)


def is_defect(world: World, link: Link, delivered: float) -> bool:
    """Whether a delivery falls short of the buyer's standard."""
    return delivered < link.line.buyer.standard - world.params.quality_tolerance


def production(world: World, draws: Draws) -> None:
    """Makes what was allotted and delivers it; defects are sent back in part."""
    for firm in world.firms:
        firm.output = firm.utilisation = 0.0
        if firm.alive:
            firm.output = firm.ordered + firm.local_sales / firm.price + firm.shop.quantity
            firm.utilisation = firm.output / firm.y_max
    ordered = [link for link in world.links if link.order > 0.0]
    own = {id(link): delivered_quality(world, link, draws) for link in ordered}
    for link in world.links:
        link.defect = False
        link.returned = 0.0
        if link.order > 0.0:
            delivered = common_quality(world, link, own) if link.pooled else own[id(link)]
            link.defect = is_defect(world, link, delivered)
            link.returned = sent_back(world, link)
            link.quality_sum += delivered
            link.deliveries += 1.0
