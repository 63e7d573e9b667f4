"""12 Production and delivery."""

from __future__ import annotations

from tests.reference.common import clip, positive, quality
from tests.reference.state import Draws, Link, World


def delivered_quality(world: World, link: Link, draws: Draws) -> float:
    """Quality of this month's delivery."""
    p, firm = world.params, link.firm
    standardisation = world.goods[link.line.good].standardisation
    key = (firm.slot, link.line.buyer.number + 1, firm.generation, link.line.good)
    spread = p.quality_noise * (1.0 - 0.5 * firm.practice) * (1.0 - 0.5 * standardisation)
    noise = spread * draws.normal("quality", world.month, *key)
    stress = p.load_stress * positive(firm.utilisation - 0.9)
    return clip(quality(firm) + noise - stress, 0.0, 1.0)


def production(world: World, draws: Draws) -> None:
    """Makes what was allotted and delivers it; defects are sent back in part."""
    p = world.params
    for firm in world.firms:
        firm.output = firm.utilisation = 0.0
        if firm.alive:
            firm.output = firm.ordered + firm.local_sales / firm.price
            firm.utilisation = firm.output / firm.y_max
    for link in world.links:
        link.defect = False
        link.returned = 0.0
        if link.order > 0.0:
            delivered = delivered_quality(world, link, draws)
            link.defect = delivered < link.line.buyer.standard - p.quality_tolerance
            link.returned = p.return_share * link.order if link.defect else 0.0
            link.quality_sum += delivered
            link.deliveries += 1.0
