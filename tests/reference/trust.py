"""15 Trust of each link, both sides."""

from __future__ import annotations

from tests.reference.state import Draws, Link, World


def deal(world: World, link: Link) -> None:
    """Moves trust by the month's dealings."""
    p = world.params
    if link.defect:
        link.trust_buyer -= p.trust_loss_defect * link.trust_buyer
    else:
        link.trust_buyer += p.trust_gain * (1.0 - link.trust_buyer)
    if link.late:
        link.trust_firm -= p.trust_loss_late * link.trust_firm
    else:
        link.trust_firm += p.trust_gain * (1.0 - link.trust_firm)


def fade(world: World, link: Link) -> None:
    """Lets trust fall back to what strangers have."""
    p = world.params
    link.trust_buyer -= p.trust_decay * (link.trust_buyer - p.trust_start)
    link.trust_firm -= p.trust_decay * (link.trust_firm - p.trust_start)


def trust(world: World, draws: Draws) -> None:
    """Moves trust by the month's dealings, lets it fade, and ages active links."""
    for link in world.links:
        link.trust_before = link.trust_buyer
        if link.order > 0.0:
            deal(world, link)
        fade(world, link)
        link.age += 1 if link.active else 0
