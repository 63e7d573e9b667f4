"""6 Candidates: once a year some places of a line go to the next firms of its draw."""

from __future__ import annotations

from tests.reference.state import Draws, Line, World

NOBODY = -1


def redraw(line: Line) -> None:
    """Gives an eighth of the line's places, those next in turn without a relation, away."""
    places = len(line.links)
    wanted = min(places // 8, len(line.reserve))
    for _ in range(places):
        if wanted == 0:
            return
        link = line.links[line.cursor]
        line.cursor = (line.cursor + 1) % places
        if not link.active:
            link.firm, link.distance = line.reserve.pop(0)
            link.generation = NOBODY
            wanted -= 1


def candidates(world: World, draws: Draws) -> None:
    """Redraws in every month divisible by 12, but not in month 0."""
    if world.month > 0 and world.month % 12 == 0:
        for line in world.lines:
            redraw(line)


def ranked_slots(
    line: Line, places: list[tuple[int, float]], reach: float, draws: Draws
) -> list[int]:
    """Slots in the order of the draw: first the K known, then the reserve.

    Args:
        line: the line that looks for firms.
        places: every slot of the good's sector, with its distance.
        reach: the parameter candidate_range.
        draws: keyed draws.
    """
    scores = [
        (
            distance / reach
            - draws.gumbel("candidates", 0, slot, line.buyer.number + 1, 0, line.good),
            slot,
        )
        for slot, distance in places
    ]
    return [slot for _, slot in sorted(scores)]
