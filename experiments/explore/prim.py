"""PRIM, the patient rule induction method: a box of high density, peeled a little at a time.

Friedman and Fisher (1999), Bump hunting in high-dimensional data; as scenario discovery Bryant and
Lempert (2010), Thinking inside the box. From the box of all points the slice of one side of one
column whose removal leaves the highest density is taken off, again and again. Every box on the way
is kept: coverage falls while density rises, and which trade of the two is wanted is the reader's
choice. Nothing is pasted back at the end; limits that are not needed are named by
`experiments.explore.boxes.simplified`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from experiments.explore.boxes import ABOVE, BELOW, Box, Limit

__all__ = ["FEWEST", "MASS", "PEEL", "Peeling", "Space", "fewest_points", "peel"]

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

PEEL = 0.05
"""Part of the points in the box that one peel removes."""
MASS = 0.05
"""Part of all points below which peeling ends."""
FEWEST = 5
"""Points below which peeling ends, whatever part they are."""


@dataclass(frozen=True)
class Space:
    """Points, with their order in every column.

    Attributes:
        points: (points, columns).
        order: (columns, points), numbers of the points from the lowest value to the highest.
    """

    points: Floats
    order: Ints

    @classmethod
    def of(cls, points: Floats) -> Space:
        """The space of (points, columns)."""
        order = np.argsort(points.T, axis=1, kind="stable").astype(np.int64)
        return cls(np.ascontiguousarray(points, dtype=np.float64), np.ascontiguousarray(order))

    def columns(self, chosen: Sequence[int]) -> Space:
        """Some of the columns only."""
        at = list(chosen)
        return Space(np.ascontiguousarray(self.points[:, at]), self.order[at])


@dataclass(frozen=True)
class Peeling:
    """Every box from that of all points to the smallest one.

    Attributes:
        cuts: the limit that each peel set.
        points: (boxes,), points in each box; one more than there are cuts.
        hits: (boxes,), points of interest in each box.
    """

    cuts: tuple[Limit, ...]
    points: Ints
    hits: Ints

    @property
    def coverage(self) -> Floats:
        """(boxes,): part of all hits that is in the box."""
        return np.asarray(self.hits / max(1, int(self.hits[0])))

    @property
    def density(self) -> Floats:
        """(boxes,): part of the box that is hits."""
        return np.asarray(self.hits / self.points)

    @property
    def mass(self) -> Floats:
        """(boxes,): part of all points that is in the box."""
        return np.asarray(self.points / self.points[0])

    @property
    def accuracy(self) -> Floats:
        """(boxes,): weighted relative accuracy, mass x (density - base rate).

        By how many hits a box of this size beats one drawn blindly, as a part of all points. All
        points together have none, and neither has a dense box of very few points.
        """
        return np.asarray(self.mass * (self.density - self.density[0]))

    @property
    def best(self) -> int:
        """The box of the highest accuracy; the largest of them."""
        return int(np.argmax(self.accuracy))

    @cached_property
    def boxes(self) -> tuple[Box, ...]:
        """Each box."""
        found = [Box()]
        for limit in self.cuts:
            found.append(found[-1].cut(limit))
        return tuple(found)


def fewest_points(count: int) -> int:
    """Points that the last box keeps, of so many."""
    return max(FEWEST, int(np.ceil(MASS * count)))


def peel(space: Space, hit: Flags, *, part: float = PEEL, fewest: int | None = None) -> Peeling:
    """Peels from all points down to a small box, or to one that holds hits only.

    Among peels that leave the same density the smaller is taken, then the one behind which the
    next slice, and the next two, hold fewer hits; then that of the first column, from below.

    Args:
        space: the points.
        hit: (points,), whether a point is of interest.
        part: of the box's points that a peel removes, at least one of them; equal values of a
            column go together.
        fewest: points that the last box has at least; `fewest_points` if none.
    """
    from experiments.explore.peeling import peel_off  # noqa: PLC0415  # numba

    least = fewest_points(len(hit)) if fewest is None else fewest
    columns, sides, left, hits = (np.empty(len(hit), dtype=np.int64) for _ in range(4))
    limits = np.empty(len(hit))
    marks = hit.astype(np.int64)
    count = peel_off(
        space.points, space.order, marks, part, least, columns, sides, limits, left, hits
    )
    cuts = tuple(
        Limit(int(columns[k]), ABOVE if sides[k] == 0 else BELOW, float(limits[k]))
        for k in range(count)
    )
    points = np.concatenate([[len(hit)], left[:count]])
    return Peeling(cuts, points, np.concatenate([[int(marks.sum())], hits[:count]]))
