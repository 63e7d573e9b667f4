"""15 Trust of each link, both sides."""

from __future__ import annotations

from tests.reference.state import Draws, World


def trust(world: World, draws: Draws) -> None:
    """Moves trust by the month's dealings, lets it fade, and ages active links."""
    p = world.params
    for link in world.links:
        link.trust_before = link.trust_buyer
        if link.order > 0.0:
            if link.defect:
                link.trust_buyer -= p.trust_loss_defect * link.trust_buyer
            else:
                link.trust_buyer += p.trust_gain * (1.0 - link.trust_buyer)
            if link.late:
                link.trust_firm -= p.trust_loss_late * link.trust_firm
            else:
                link.trust_firm += p.trust_gain * (1.0 - link.trust_firm)
        link.trust_buyer -= p.trust_decay * (link.trust_buyer - p.trust_start)
        link.trust_firm -= p.trust_decay * (link.trust_firm - p.trust_start)
        link.age = link.age + 1 if link.active else 0
