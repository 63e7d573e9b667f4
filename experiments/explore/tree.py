"""CART, a tree of splits: regions of the space of assumptions, each with the labels in it.

Breiman, Friedman, Olshen and Stone (1984), Classification and regression trees: every split is the
one that makes the labels on either side most alike (Gini). In place of pruning a split stays only
where shuffled labels of the same node hardly ever split as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from experiments.explore.boxes import ABOVE, BELOW, Box, Limit
from experiments.explore.luck import SHUFFLES, orders
from experiments.explore.prim import FEWEST, MASS, Space

__all__ = ["DEEPEST", "LUCKY", "Node", "grow"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

DEEPEST = 3
"""Splits on the way to a leaf."""
LUCKY = 0.05
"""Part of shuffled labels that may split a node as well as its own labels do."""
_ROOM = 4_000_000  # numbers that are counted at once


@dataclass(frozen=True)
class Node:
    """A region and the labels in it.

    Attributes:
        box: the splits on the way.
        counts: points of each label.
        gain: by how much the split lowers the Gini impurity, as a part of all points of the node;
            0 without a split.
        p: part of shuffled labels of the node, the own ones among them, that split it as well;
            1 where it could not be split.
        low: what lies below the split; none at a leaf.
        high: what lies above it.
    """

    box: Box
    counts: tuple[int, ...]
    gain: float = 0.0
    p: float = 1.0
    low: Node | None = None
    high: Node | None = None

    @property
    def points(self) -> int:
        """How many points are in the region."""
        return sum(self.counts)

    def leaves(self) -> Iterator[Node]:
        """The last regions, from below."""
        if self.low is None or self.high is None:
            yield self
            return
        yield from self.low.leaves()
        yield from self.high.leaves()

    def splits(self) -> Iterator[Node]:
        """Regions that are split, from the first on."""
        if self.low is not None and self.high is not None:
            yield self
            yield from self.low.splits()
            yield from self.high.splits()

    @property
    def limit(self) -> Limit | None:
        """What the split keeps above it; none at a leaf."""
        if self.high is None:
            return None
        return next(x for x in self.high.box.limits if x not in self.box.limits)


def grow(points: Floats, labels: Ints, kinds: int, seed: int, *, shuffles: int = SHUFFLES) -> Node:
    """A tree whose splits stand out from luck.

    Args:
        points: (points, columns).
        labels: (points,), from 0 to `kinds` - 1.
        kinds: how many labels there are.
        seed: of the shuffles.
        shuffles: of the labels, at each node.
    """
    one_hot = np.eye(kinds, dtype=np.float64)[labels]
    fewest = max(FEWEST, int(np.ceil(MASS * len(labels))))
    everything = np.arange(len(labels))
    return _grow(points, one_hot, everything, Box(), fewest, seed, shuffles, DEEPEST)


def _grow(
    points: Floats,
    one_hot: Floats,
    rows: Ints,
    box: Box,
    fewest: int,
    seed: int,
    shuffles: int,
    depth: int,
) -> Node:
    own, own_points = one_hot[rows], points[rows]
    counts = tuple(int(c) for c in own.sum(axis=0))
    if depth == 0 or len(rows) < 2 * fewest or max(counts) == len(rows):
        return Node(box, counts)
    space = Space.of(own_points)
    allowed = _allowed(space, fewest)
    if not allowed.any():
        return Node(box, counts)
    gains = _gains(space, own, allowed)
    column, at = np.unravel_index(int(np.argmax(gains)), gains.shape)
    gain = float(gains[column, at])
    if gain <= 0.0:
        return Node(box, counts)
    as_good = 0
    for order in orders(seed, shuffles, len(rows)):
        as_good += bool(_gains(space, own[order], allowed).max() >= gain - 1e-12)
        if 1 + as_good > LUCKY * (1 + shuffles):
            return Node(box, counts, p=(1 + as_good) / (1 + shuffles))
    ends = space.order[column, at], space.order[column, at + 1]
    low, high = (float(own_points[i, column]) for i in ends)
    value = low + 0.5 * (high - low)
    below, above = Limit(int(column), BELOW, value), Limit(int(column), ABOVE, value)
    sides = [
        _grow(
            points, one_hot, rows[limit.keeps(own_points)], box.cut(limit), fewest, seed, shuffles,
            depth - 1,
        )
        for limit in (below, above)
    ]  # fmt: skip
    return Node(box, counts, gain, (1 + as_good) / (1 + shuffles), sides[0], sides[1])


def _allowed(space: Space, fewest: int) -> npt.NDArray[np.bool_]:
    """(columns, points - 1): whether a split behind the point leaves enough on both sides."""
    ordered = np.take_along_axis(space.points.T, space.order, axis=1)
    size = np.arange(1, ordered.shape[1])
    roomy = (size >= fewest) & (ordered.shape[1] - size >= fewest)
    return np.asarray((ordered[:, 1:] > ordered[:, :-1]) & roomy)


def _gains(space: Space, own: Floats, allowed: npt.NDArray[np.bool_]) -> Floats:
    """(columns, points - 1): what each split takes off the Gini impurity of the node."""
    count, kinds = own.shape
    left_size = np.arange(1, count)
    whole = own.sum(axis=0)
    most = max(1, _ROOM // count)
    found = np.empty((len(space.order), count - 1))
    for begin in range(0, len(space.order), most):
        part = slice(begin, begin + most)
        order = space.order[part]
        squares = np.zeros((2, len(order), count - 1))
        for kind in range(kinds):
            left = own[:, kind][order].cumsum(axis=1)[:, :-1]
            squares[0] += left**2
            squares[1] += (whole[kind] - left) ** 2
        found[part] = squares[0] / left_size + squares[1] / (count - left_size)
    gain = (found - float((whole**2).sum()) / count) / count
    return np.where(allowed, gain, -np.inf)
