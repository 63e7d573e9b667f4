"""11 Field experiments: local customers spend more or less with treated firms."""

from __future__ import annotations

from tests.reference.experiment import is_there, running
from tests.reference.state import Firm, World


def shocked(
    world: World, spending: float, drawn: list[tuple[Firm, float]]
) -> tuple[float, list[tuple[Firm, float]]]:
    """Spending and weights of a pool after one shock upon the other."""
    for shock in running(world, "demand_shock"):
        hit = [firm in shock.firms and is_there(firm) for firm, _ in drawn]
        total = sum(weight for _, weight in drawn)
        own = sum(weight for (_, weight), struck in zip(drawn, hit, strict=True) if struck)
        if total > 0.0:
            spending *= 1.0 + (1.0 - shock.from_competitors) * shock.change * own / total
        drawn = [
            (firm, weight * (1.0 + shock.change * struck))
            for (firm, weight), struck in zip(drawn, hit, strict=True)
        ]
    return spending, drawn
