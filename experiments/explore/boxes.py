"""A box in the space of assumptions: limits on some of them, and what each limit is worth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["ABOVE", "BELOW", "LOSE", "Box", "Limit", "quasi_p", "simplified"]

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

ABOVE, BELOW = 1, -1
LOSE = 0.05
"""A limit whose quasi-p-value is above this is not worth its place in a sentence."""


@dataclass(frozen=True, order=True)
class Limit:
    """One side of a box.

    Attributes:
        column: of the points.
        side: `ABOVE` keeps what lies above the value, `BELOW` what lies below it.
        value: in the column's own unit.
    """

    column: int
    side: int
    value: float

    def keeps(self, points: Floats) -> Flags:
        """(points,): which of (points, columns) are on the kept side."""
        own = points[:, self.column]
        return own > self.value if self.side == ABOVE else own < self.value


@dataclass(frozen=True)
class Box:
    """Points that every limit keeps; no limit is all of the space.

    Attributes:
        limits: at most one for each column and side, in that order.
    """

    limits: tuple[Limit, ...] = ()

    def cut(self, limit: Limit) -> Box:
        """The box with one more limit; it replaces an older one of the same column and side."""
        rest = [x for x in self.limits if (x.column, x.side) != (limit.column, limit.side)]
        return Box(tuple(sorted([*rest, limit])))

    def without(self, limit: Limit) -> Box:
        """The box with a limit taken off."""
        return Box(tuple(x for x in self.limits if x != limit))

    @property
    def columns(self) -> tuple[int, ...]:
        """Columns with a limit, each once."""
        return tuple(dict.fromkeys(x.column for x in self.limits))

    def inside(self, points: Floats) -> Flags:
        """(points,): which of (points, columns) are in the box."""
        found = np.ones(len(points), dtype=np.bool_)
        for limit in self.limits:
            found &= limit.keeps(points)
        return found


def quasi_p(box: Box, points: Floats, hit: Flags) -> list[float]:
    """How likely the box's density were without each of its limits, in their order.

    Bryant and Lempert's quasi-p-value: take one limit off, and let the hits in the box be drawn
    from the density of that wider box. The value is the binomial probability of at least as many
    hits as there are. It is no p-value of a test, as the limits were chosen with the same points.

    Args:
        box: with limits.
        points: (points, columns).
        hit: (points,), whether a point is of interest.
    """
    from scipy.special import bdtrc  # noqa: PLC0415  # 0.1 s

    kept = np.array([limit.keeps(points) for limit in box.limits], dtype=np.bool_)
    kept = kept.reshape(-1, len(points))
    missed = (~kept).sum(axis=0)
    inside = missed == 0
    count, hits = int(inside.sum()), int(hit[inside].sum())
    found = []
    for own in kept:
        wide = inside | ((missed == 1) & ~own)
        density = float(hit[wide].mean()) if wide.any() else 0.0
        found.append(float(bdtrc(hits - 1, count, density)) if hits else 1.0)
    return found


def simplified(box: Box, points: Floats, hit: Flags) -> tuple[Box, tuple[Limit, ...]]:
    """The box without limits that do nothing for its density, and those limits.

    The weakest goes first, and all others are judged anew, until each has a quasi-p-value of at
    most `LOSE`, or one is left.
    """
    dropped: list[Limit] = []
    while len(box.limits) > 1:
        values = quasi_p(box, points, hit)
        worst = int(np.argmax(values))
        if values[worst] <= LOSE:
            break
        dropped.append(box.limits[worst])
        box = box.without(box.limits[worst])
    return box, tuple(dropped)
