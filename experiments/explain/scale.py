"""The scale that shares are taken on: the effect itself, or its order where few runs hold it all.

A variance is a fair measure of spread only where it is spread over the runs. Where three runs of
sixty hold most of it, its shares say what these three have in common and nothing else. Then the
order of the runs is studied: each effect is replaced by the normal score of its rank, and
"expected" becomes "typical", the middle of the distribution.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = [
    "FEW_RUNS",
    "HEAVY",
    "Scale",
    "held_by_few",
    "make_scale",
    "normal_chance",
    "normal_scores",
]

Floats = npt.NDArray[np.float64]
FEW_RUNS = 0.05
"""Part of the runs that counts as few."""
HEAVY = 0.5
"""Part of the variance from which on few runs hold too much of it; of a normal sample of 64 the
three farthest runs hold about 0.2, of an exponential one about 0.4."""
_ENOUGH = 1e-12
_BEYOND = 1.0  # standard deviations; what no draw has shown is not carried further


@dataclass(frozen=True)
class Scale:
    """A monotone map of effects, with its inverse.

    Attributes:
        ranked: whether it is that of ranks; the identity if not.
        values: distinct effects of the draws, rising; only where ranked.
        scores: what they become.
        slope: score per unit of effect beyond the ends.
    """

    ranked: bool
    values: Floats
    scores: Floats
    slope: float

    def to(self, effects: Floats) -> Floats:
        """Effects on the scale; beyond the draws it goes on in a line, not far."""
        if not self.ranked:
            return np.asarray(effects, dtype=np.float64)
        inside = np.interp(effects, self.values, self.scores)
        low, high = self.values[0], self.values[-1]
        beyond = np.minimum(effects - low, 0.0) + np.maximum(effects - high, 0.0)
        return np.asarray(inside + np.clip(self.slope * beyond, -_BEYOND, _BEYOND))

    def back(self, scores: Floats) -> Floats:
        """The effects that have these scores."""
        if not self.ranked:
            return np.asarray(scores, dtype=np.float64)
        inside = np.interp(scores, self.scores, self.values)
        low, high = self.scores[0], self.scores[-1]
        beyond = np.minimum(scores - low, 0.0) + np.maximum(scores - high, 0.0)
        return np.asarray(inside + beyond / self.slope)

    @property
    def zero(self) -> float:
        """Where no effect lies."""
        return float(self.to(np.zeros(1))[0])


def held_by_few(effects: Floats) -> float:
    """The part of the variance that the farthest 5 % of the runs hold."""
    off = np.sort((effects - effects.mean()) ** 2)[::-1]
    total = float(off.sum())
    few = max(1, round(FEW_RUNS * len(effects)))
    return float(off[:few].sum()) / total if total > 0.0 else 0.0


def make_scale(effects: Floats) -> Scale:
    """The scale for the effects of a scenario in all draws, which are finite and not all alike."""
    if held_by_few(effects) <= HEAVY:
        return Scale(ranked=False, values=effects[:0], scores=effects[:0], slope=1.0)
    values, count = np.unique(effects, return_counts=True)
    last = np.cumsum(count)
    middle = (last - count / 2.0) / len(effects)
    scores = normal_scores(middle)
    # Beyond the ends as steep as in the middle half, which no outlier bends.
    low, high = np.quantile(effects, (0.25, 0.75))
    width = float(high - low)
    if width < _ENOUGH:
        width = float(values[-1] - values[0])
    return Scale(ranked=True, values=values, scores=scores, slope=1.349 / width)


def normal_scores(chances: Floats) -> Floats:
    """Quantiles of the normal distribution."""
    from scipy.special import ndtri  # noqa: PLC0415  # 0.1 s

    return np.asarray(ndtri(chances), dtype=np.float64)


def normal_chance(scores: Floats) -> Floats:
    """Chance that a normal draw lies below."""
    from scipy.special import ndtr  # noqa: PLC0415

    return np.asarray(ndtr(scores), dtype=np.float64)
