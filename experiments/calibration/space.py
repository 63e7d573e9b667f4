"""Points spread evenly over what is left of the parameter space.

The space left is where no target is implausible, which can be a millionth of the whole. It is
reached in steps (Drovandi, Nott and Pagendam 2017, A semi-automatic method for history matching
using sequential Monte Carlo): a crowd of points fills the whole cube; those worse than a level are
replaced by copies of the better ones; all of them wander below the level; the level is lowered,
until it is the cut. The parts kept in each step multiply to the share of the space that is left.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.draws import fill_uniform_pairs, replicate_seed

__all__ = ["Crowd", "begin", "narrow", "spread", "stratified", "uniforms"]

Floats = npt.NDArray[np.float64]
Score = Callable[[Floats], Floats]

STREAM = 253
"""Of `sim.draws`: no process of the model has it."""
_KEEP = 0.25
"""Part of the crowd that stays at a step."""
_SWEEPS = 120
"""Moves of every point below a level; a third of them for a level on the way."""
_MOST_LEVELS = 60
_STUCK = 6
"""Levels in a row that hardly fall before the search is given up."""
_LEAST_FALL = 0.01
_REDRAWN = 3
_JITTER = 1e-4


class Crowd(NamedTuple):
    """Points of the space left.

    Attributes:
        points: (points, parameters) in the unit cube.
        scores: (points,) of them.
        share: of the unit cube that is left.
        level: the score that none of them exceeds; above the cut where it was not reached.
    """

    points: Floats
    scores: Floats
    share: float
    level: float


def uniforms(seed: int, step: int, rows: int, columns: int) -> Floats:
    """(rows, columns) keyed uniforms: a function of the seed, the step and the place alone.

    Args:
        seed: 64 bits; of one search.
        step: 0 to 4095.
        rows: so many.
        columns: at most 131,072.
    """
    pairs = -(-columns // 2)
    first, second = np.empty(rows * pairs), np.empty(rows * pairs)
    entity = np.repeat(np.arange(rows, dtype=np.uint64), pairs)
    part = np.tile(np.arange(pairs, dtype=np.uint64), rows)
    fill_uniform_pairs(np.uint64(seed), STREAM, step, entity, part, first.size, first, second)
    both = np.stack([first.reshape(rows, pairs), second.reshape(rows, pairs)], axis=2)
    return np.ascontiguousarray(both.reshape(rows, 2 * pairs)[:, :columns])


def stratified(seed: int, rows: int, columns: int) -> Floats:
    """(rows, columns): a Latin hypercube, every column cut into `rows` parts, each drawn from once.

    Args:
        seed: of the design.
        rows: how many.
        columns: how many.
    """
    order = np.argsort(uniforms(seed, 0, rows, columns), axis=0, kind="stable")
    part = np.argsort(order, axis=0, kind="stable")
    return np.asarray((part + uniforms(seed, 1, rows, columns)) / rows)


def begin(seed: int, size: int, parameters: int) -> Crowd:
    """A crowd over the whole cube."""
    points = uniforms(replicate_seed(seed, 0), 0, size, parameters)
    return Crowd(points, np.full(size, -np.inf), 1.0, np.inf)


def narrow(crowd: Crowd, score: Score, cut: float, active: Sequence[int], seed: int) -> Crowd:
    """The crowd in the part of its space where no score exceeds the cut.

    Args:
        crowd: fills the space so far evenly.
        score: of points; below the crowd's level wherever the crowd may go.
        cut: the score to get below.
        active: columns that the score reads; the others are drawn anew.
        seed: of the search; another for every search.

    Returns:
        The crowd, with the share left; its level is above the cut where nothing was found below.
    """
    columns = np.array(sorted(active), dtype=np.int64)
    points, share, level = crowd.points, crowd.share, np.inf
    scores = score(points)
    stuck = 0
    for step in range(_MOST_LEVELS):
        fallen = max(cut, float(np.quantile(scores, _KEEP)))
        if np.mean(scores <= cut) >= _KEEP:
            fallen = cut
        stuck = stuck + 1 if level - fallen < _LEAST_FALL else 0
        level = min(level, fallen)
        alive = np.flatnonzero(scores <= level)
        share *= alive.size / scores.size
        # The better ones, each as often as the next, as far as the places go.
        chosen = alive[np.arange(scores.size) * alive.size // scores.size]
        points, scores = points[chosen].copy(), scores[chosen].copy()
        last = level <= cut or stuck >= _STUCK
        sweeps = _SWEEPS if last else max(4, _SWEEPS // 3)
        if columns.size:
            own = replicate_seed(seed, 1 + step)
            _wander(points, scores, score, level, columns, sweeps, own)
        if last:
            break
    fresh = uniforms(replicate_seed(seed, 0), 0, *points.shape)
    idle = np.setdiff1d(np.arange(points.shape[1]), columns)
    points[:, idle] = fresh[:, idle]
    return Crowd(points, scores, share, level)


def _wander(
    points: Floats, scores: Floats, score: Score, level: float, columns: npt.NDArray[np.int64],
    sweeps: int, seed: int,
) -> None:  # fmt: skip
    """Moves every point about below the level, in place, so that all of it is as likely.

    By turns a step along the difference of two other points (ter Braak 2006, in halves, so that no
    point's step depends on itself), and a few parameters drawn anew. Both are as likely as their
    way back; a step out of the cube is not taken.
    """
    half = len(points) // 2
    for sweep in range(sweeps):
        for part, own in enumerate((slice(0, half), slice(half, None))):
            others = points[half:] if part == 0 else points[:half]
            drawn = uniforms(seed, 2 * sweep + part, len(points[own]), columns.size + 6)
            make = _step_along if sweep % 2 == 0 else _draw_some
            tried = make(points[own], others, columns, drawn)
            inside = np.all((tried > 0.0) & (tried < 1.0), axis=1)
            found = np.full(len(tried), np.inf)
            if inside.any():
                found[inside] = score(tried[inside])
            taken = found <= level
            points[own] = np.where(taken[:, np.newaxis], tried, points[own])
            scores[own] = np.where(taken, found, scores[own])


def _step_along(
    own: Floats, others: Floats, columns: npt.NDArray[np.int64], drawn: Floats
) -> Floats:
    """A step in some of the columns along the difference of two of the others."""
    size = columns.size
    at = drawn[:, size:]
    a = np.minimum((at[:, 0] * len(others)).astype(np.int64), len(others) - 1)
    # Another one than a: any of the places after it, round the end.
    b = (a + 1 + (at[:, 1] * (len(others) - 1)).astype(np.int64)) % len(others)
    part = np.array([0.05, 0.2, 0.5, 1.0])[np.minimum((at[:, 2] * 4).astype(np.int64), 3)]
    moved = drawn[:, :size] < np.maximum(part, 1.5 / size)[:, np.newaxis]
    count = np.maximum(moved.sum(axis=1), 1)
    length = 2.38 / np.sqrt(2.0 * count) * (0.1 + 0.9 * at[:, 3])
    shift = length[:, np.newaxis] * (others[a] - others[b])[:, columns]
    shift += _JITTER * (2.0 * at[:, 4:5] - 1.0)
    tried = own.copy()
    tried[:, columns] += np.where(moved, shift, 0.0)
    return tried


def _draw_some(
    own: Floats,
    others: Floats,  # noqa: ARG001  # as `_step_along` has them
    columns: npt.NDArray[np.int64],
    drawn: Floats,
) -> Floats:
    """One to three of the columns drawn anew."""
    size = columns.size
    at = drawn[:, size:]
    tried = own.copy()
    count = 1 + np.minimum((at[:, 0] * _REDRAWN).astype(np.int64), _REDRAWN - 1)
    for k in range(_REDRAWN):
        which = columns[np.minimum((at[:, 1 + k] * size).astype(np.int64), size - 1)]
        rows = np.flatnonzero(k < count)
        # The column's own uniform of this sweep: used once, since only what it names moves.
        tried[rows, which[rows]] = drawn[rows, np.searchsorted(columns, which[rows])]
    return tried


def spread(crowd: Crowd, rows: int, active: Sequence[int], seed: int) -> Floats:
    """(rows, parameters): a design of the space left.

    Rows are points of the crowd, each at most once while there are enough; the columns that no
    score reads come from a hypercube instead, so that they are spread as evenly as can be.

    Args:
        crowd: fills the space left.
        rows: how many.
        active: columns that scores read.
        seed: of the design.
    """
    order = np.argsort(uniforms(seed, 2, len(crowd.points), 1)[:, 0], kind="stable")
    chosen = np.resize(order, rows)
    found = stratified(seed, rows, crowd.points.shape[1])
    columns = np.array(sorted(active), dtype=np.int64)
    found[:, columns] = crowd.points[chosen][:, columns]
    return found
