"""Where hits lie: PRIM on few columns and on all, against what shuffled labels give.

With many columns and few draws PRIM finds a handsome box in any noise: each peel is the luckiest
of twice as many slices as there are columns. It is therefore run on the one column that goes
together with the hits most by itself, on the two most, and so on, and on all of them; the same is
done with shuffled labels, the choice of columns included. What is beyond them is told, and the
number of columns is the one whose box gains most on them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from experiments.explore.boxes import Box, Limit, quasi_p, simplified
from experiments.explore.luck import HALVES, SHUFFLES, halves, orders
from experiments.explore.prim import FEWEST, Peeling, Space, peel

__all__ = ["MOST_COLUMNS", "Found", "Noise", "Rung", "enough", "ladder", "search", "strength"]

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

MOST_COLUMNS = 5
"""Columns that a box may limit, but for the run on all: more is no sentence any more."""
_DUST = 1e-12  # of rounding


@dataclass(frozen=True)
class Rung:
    """PRIM on some of the columns.

    Attributes:
        columns: which, in rising order.
        every: whether these are all there are.
        peeling: the boxes; their columns count within `columns`.
    """

    columns: tuple[int, ...]
    every: bool
    peeling: Peeling

    @property
    def gain(self) -> float:
        """The highest weighted relative accuracy on the way."""
        return float(self.peeling.accuracy[self.peeling.best])

    @cached_property
    def boxes(self) -> tuple[Box, ...]:
        """Each box, its columns those of all points."""
        return tuple(
            Box(tuple(Limit(self.columns[x.column], x.side, x.value) for x in box.limits))
            for box in self.peeling.boxes
        )


@dataclass(frozen=True)
class Noise:
    """What shuffled labels give.

    Attributes:
        gains: (shuffles, rungs), the highest accuracy of each.
        peelings: of each shuffle, on as many columns as the rung that is told.
    """

    gains: Floats
    peelings: tuple[Peeling, ...]

    def density(self, points: Sequence[int] | npt.NDArray[np.int64], q: float) -> Floats:
        """(sizes,): quantile of the density that they reach in boxes of so many points.

        Between two boxes of a shuffle it is interpolated; below its smallest it is that one's.
        """
        at = np.asarray(points, dtype=np.float64)
        found = [np.interp(at, p.points[::-1], p.density[::-1]) for p in self.peelings]
        return np.asarray(np.quantile(np.array(found), q, axis=0))


@dataclass(frozen=True)
class Found:
    """What a search for hits gave.

    Attributes:
        rungs: PRIM on 1, 2, ... columns and on all.
        told: number of the rung whose box gains on shuffled labels, see `_told`.
        box: its box of the highest accuracy, without limits that do nothing.
        dropped: those limits.
        points: in the box.
        hits: in the box.
        quasi: quasi-p-value of each of the box's limits.
        again: part of the halves of the draws whose own box limits the same column on the same
            side, for each limit.
        held_points: in the boxes of all halves, of the draws that they were not found with.
        held_hits: hits among these.
        held_all: hits among all draws that the boxes were not found with.
        noise: what shuffled labels give.
        as_good: shuffles that stand out from the others as far as the labels themselves do.
    """

    rungs: tuple[Rung, ...]
    told: int
    box: Box
    dropped: tuple[Limit, ...]
    points: int
    hits: int
    quasi: tuple[float, ...]
    again: tuple[float, ...]
    held_points: int
    held_hits: int
    held_all: int
    noise: Noise
    as_good: int

    @property
    def rung(self) -> Rung:
        """The one that is told."""
        return self.rungs[self.told]

    @property
    def p(self) -> float:
        """Part of all labellings, these among them, that stand out as far."""
        return (1 + self.as_good) / (1 + len(self.noise.gains))

    @property
    def density(self) -> float:
        """Part of the box that is hits."""
        return self.hits / self.points

    @property
    def coverage(self) -> float:
        """Part of all hits that is in the box."""
        return self.hits / int(self.rung.peeling.hits[0])

    @property
    def held_density(self) -> float:
        """Part of hits in the boxes of halves, among draws of the other half; nan without any."""
        return self.held_hits / self.held_points if self.held_points else np.nan


def enough(hit: Flags) -> bool:
    """Whether there are hits and others enough to look for a box."""
    hits = int(hit.sum())
    return min(hits, len(hit) - hits) >= FEWEST and len(hit) >= 4 * FEWEST


def strength(space: Space, hit: Flags) -> Floats:
    """(columns,): the highest accuracy that one limit on a column has by itself, either side.

    It is the largest distance between what is below a value among hits and among all, weighted by
    the base rate; equal values go together.
    """
    marks = hit[space.order].cumsum(axis=1)
    count = marks.shape[1]
    blind = marks[:, -1:] / count * np.arange(1, count + 1)
    ordered = np.take_along_axis(space.points.T, space.order, axis=1)
    whole = np.ones(marks.shape, dtype=np.bool_)
    whole[:, :-1] = ordered[:, 1:] > ordered[:, :-1]
    return np.asarray(np.where(whole, np.abs(marks - blind), 0.0).max(axis=1) / count)


def ladder(space: Space, hit: Flags) -> tuple[Rung, ...]:
    """PRIM on the strongest column, the two strongest, ..., and on all."""
    width = len(space.order)
    ranked = np.argsort(-strength(space, hit), kind="stable")
    counts = [*range(1, min(MOST_COLUMNS, width - 1) + 1), width]
    return tuple(_rung(space, hit, ranked[:k]) for k in counts)


def _rung(space: Space, hit: Flags, chosen: Ints) -> Rung:
    columns = tuple(np.sort(chosen).tolist())
    every = len(columns) == len(space.order)
    return Rung(columns, every, peel(space if every else space.columns(columns), hit))


def search(points: Floats, hit: Flags, seed: int, *, shuffles: int = SHUFFLES) -> Found:
    """The box of hits that gains most on shuffled labels, and how far it stands out from them.

    Args:
        points: (draws, columns).
        hit: (draws,), `enough` of either kind.
        seed: of shuffles and halves.
        shuffles: how many.
    """
    space = Space.of(points)
    rungs = ladder(space, hit)
    others = [ladder(space, hit[order]) for order in orders(seed, shuffles, len(hit))]
    gains = np.array([[rung.gain for rung in one] for one in others])
    own = np.array([rung.gain for rung in rungs])
    told = _told(own, gains)
    noise = Noise(gains, tuple(one[told].peeling for one in others))
    box, dropped = simplified(rungs[told].boxes[rungs[told].peeling.best], points, hit)
    inside = box.inside(points)
    again, held = _halves(points, hit, seed, rungs[told], box)
    return Found(
        rungs=rungs,
        told=told,
        box=box,
        dropped=dropped,
        points=int(inside.sum()),
        hits=int(hit[inside].sum()),
        quasi=tuple(quasi_p(box, points, hit)),
        again=again,
        held_points=held[0],
        held_hits=held[1],
        held_all=held[2],
        noise=noise,
        as_good=_as_good(own, gains),
    )


def _told(own: Floats, gains: Floats) -> int:
    """The fewest columns whose gain on shuffled labels is hardly less than the most.

    Hardly: by no more than the spread of that gain among the shuffled labels. A further column
    would add a limit that these draws cannot tell from luck.
    """
    more = own - gains.mean(axis=0)
    most = int(np.argmax(more))
    return int(np.argmax(more >= more[most] - gains[:, most].std()))


def _as_good(own: Floats, gains: Floats) -> int:
    """Shuffles whose rung that stands out most does so as far as ours.

    Every labelling is measured by the mean and the spread of all of them together, ours among
    them, so that none is treated otherwise than the rest and the count is an exact test.
    """
    together = np.vstack([own, gains])
    spread = together.std(axis=0)
    moves = spread > _DUST
    if not moves.any():
        return len(gains)
    most = ((together - together.mean(axis=0))[:, moves] / spread[moves]).max(axis=1)
    return int(np.sum(most[1:] >= most[0] - _DUST))


def _halves(
    points: Floats, hit: Flags, seed: int, told: Rung, box: Box
) -> tuple[tuple[float, ...], tuple[int, int, int]]:
    """How often halves limit the same sides, and points, hits in and hits overall of the rest."""
    sides = [(x.column, x.side) for x in box.limits]
    count, held = dict.fromkeys(sides, 0), [0, 0, 0]
    for part, rest in halves(seed, len(hit)):
        own, marks = points[part], hit[part]
        space = Space.of(own)
        ranked = np.argsort(-strength(space, marks), kind="stable")
        rung = _rung(space, marks, ranked[: len(told.columns)])
        found, _ = simplified(rung.boxes[rung.peeling.best], own, marks)
        for x in found.limits:
            if (x.column, x.side) in count:
                count[x.column, x.side] += 1
        inside = found.inside(points[rest])
        held[0] += int(inside.sum())
        held[1] += int(hit[rest][inside].sum())
        held[2] += int(hit[rest].sum())
    return tuple(count[side] / HALVES for side in sides), (held[0], held[1], held[2])
