"""Where an effect changes its sign, as a lever or an assumption goes through its values.

A curve is the effect at some values, everything else averaged over the draws; it flips where it
goes through zero between two of them. The interval comes from resampling draws, and with it how
many of the resamples flip at all.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from experiments.explain.scale import Scale
from experiments.explain.shares import ends

__all__ = ["SELDOM", "SURELY", "Curve", "Flip", "curve_of", "find_flip", "run_means"]

Floats = npt.NDArray[np.float64]
SURELY = 0.9
"""Part of the resamples from which on a flip, or that there is none, is not doubted."""
SELDOM = 0.5
"""Part of the resamples below which an interval of the place is not told."""
_ZERO = 1e-9
_FEWEST = 3  # distinct runs in a resample that can say how two effects go together


@dataclass(frozen=True)
class Curve:
    """An effect at some values of one thing, the rest averaged over the draws.

    Attributes:
        places: the values, rising.
        means: (places,) on the scale.
        sample: (resamples, places) likewise.
        draws: that the values were run in, or that the curve was fitted to.
        runs: whether the values were run; fitted to the draws if not.
        idle: whether they were, and not one run came out otherwise.
    """

    places: tuple[float, ...]
    means: Floats
    sample: Floats
    draws: int
    runs: bool
    idle: bool = False

    def ends_of(self, place: int) -> tuple[float, float]:
        """Interval of the mean at one of the values."""
        return ends(self.sample[:, place])


@dataclass(frozen=True)
class Flip:
    """Where a curve goes through zero, nearest to the present value.

    Attributes:
        at: the value; nan where it does not flip.
        low: end of the interval among resamples that flip; nan where few of them do.
        high: the other end.
        sure: part of the resamples that flip.
    """

    at: float
    low: float
    high: float
    sure: float

    @property
    def flips(self) -> bool:
        """Whether the curve itself goes through zero."""
        return math.isfinite(self.at)

    @property
    def clear(self) -> bool:
        """Whether nine in ten resamples agree that it flips, or that it does not."""
        return self.sure >= SURELY if self.flips else self.sure <= 1.0 - SURELY


def run_means(whole: Floats, part: Floats, drawn: Floats) -> Floats:
    """(resamples, values): mean effect at each value over all draws, though run in the first only.

    The effect at a value goes together with that of the same draw in the comparison. How the first
    draws differ there from all is known, and so it is taken into account (regression estimator).

    Args:
        whole: (draws,) effects in the comparison.
        part: (first draws, values) effects at the values.
        drawn: (resamples, draws) how often each draw counts.
    """
    first = len(part)
    weight = drawn[:, :first]
    total = np.maximum(weight.sum(axis=1), 1.0)[:, None]
    means = weight @ part / total
    before = (weight @ whole[:first])[:, None] / total
    spread = (weight @ whole[:first] ** 2)[:, None] / total - before**2
    joint = (weight * whole[:first]) @ part / total - before * means
    enough = ((weight > 0).sum(axis=1) > _FEWEST)[:, None] & (
        spread > _ZERO * max(float(whole.var()), 1e-300)
    )
    slope = np.where(enough, joint / np.where(enough, spread, 1.0), 0.0)
    everywhere = (drawn @ whole / drawn.sum(axis=1))[:, None]
    return np.asarray(means + slope * (everywhere - before))


def curve_of(
    values: Sequence[float],
    whole: Floats,
    part: Floats,
    drawn: Floats,
    present: int | None = None,
) -> Curve:
    """The curve of a thing whose values were run.

    Args:
        values: rising.
        whole: (draws,) effects in the comparison, on the scale.
        part: (first draws, values) at the values; the present one's are those of the comparison.
        drawn: (resamples, draws) how often each draw counts.
        present: place of the value that all draws were run at, if there is one.
    """
    every = np.vstack([np.ones((1, len(whole))), drawn])
    found = run_means(whole, part, every)
    if present is not None:
        found[:, present] = every @ whole / every.sum(axis=1)
    idle = bool(np.all(part == part[:, :1]))
    return Curve(tuple(values), found[0], found[1:], len(part), runs=True, idle=idle)


def find_flip(curve: Curve, scale: Scale, present: float) -> Flip:
    """Where the curve goes through zero, the place nearest to the present value.

    Exactly zero at a value, as without any policy, is no change of sign.
    """
    at = _crossings(curve.places, curve.means[None], scale.zero, present)[0]
    places = _crossings(curve.places, curve.sample, scale.zero, present)
    there = places[np.isfinite(places)]
    sure = len(there) / len(places)
    low, high = ends(there) if sure >= SELDOM else (math.nan, math.nan)
    return Flip(float(at), low, high, sure)


def _crossings(values: Sequence[float], curves: Floats, zero: float, present: float) -> Floats:
    """(curves,) the value at which each goes through zero nearest to the present one, or nan."""
    where = np.asarray(values)
    off = curves - zero
    small = _ZERO * max(float(np.abs(off).max(initial=0.0)), 1e-300)
    off = np.where(np.abs(off) <= small, 0.0, off)
    first, second = off[:, :-1], off[:, 1:]
    cross = first * second < 0.0
    part = np.where(cross, first / np.where(cross, first - second, 1.0), 0.0)
    roots = where[:-1] + part * (where[1:] - where[:-1])
    # Nearest in steps of the values: those of a radius lie far apart at one end.
    home = float(np.interp(present, where, np.arange(len(where))))
    away = np.where(cross, np.abs(np.arange(len(where) - 1) + part - home), np.inf)
    best = np.argmin(away, axis=1)
    rows = np.arange(len(curves))
    return np.where(np.isfinite(away[rows, best]), roots[rows, best], np.nan)
