"""6, 8 and 19 Which links count for what is reserved."""

from __future__ import annotations

from tests.reference.state import Link, World


def near(world: World, link: Link) -> bool:
    """Whether what the firm delivers counts for the floor."""
    return link.distance <= world.rule(link.line.buyer.kind).radius and not link.barred
