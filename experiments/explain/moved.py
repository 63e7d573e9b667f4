"""Shares of assumptions that were moved alone, to four values in the same draws and luck.

Whatever a draw has besides is the same at all four, so that differences between them are the
assumption's own. Their mean over draws gives its first-order share, and their spread within draws
what it does together with others and with luck. Such runs owe nothing to the choice of the
assumption: no share is too large because it was the largest of many.

The values are those of Gauss and Lobatto, the two ends among them: sums with their weights are
integrals over the range for a polynomial of degree five, and so the variance of a curve that bends.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from experiments.explain.shares import CONFIDENCE, PERMUTATIONS, ends, variances
from sim.draws import replicate_seed

__all__ = ["PLACES", "WEIGHTS", "Moved", "moved_share"]

Floats = npt.NDArray[np.float64]
PLACES = (0.0, (1.0 - math.sqrt(0.2)) / 2.0, (1.0 + math.sqrt(0.2)) / 2.0, 1.0)
"""Of the range, at which an assumption is run."""
WEIGHTS = np.array([1.0, 5.0, 5.0, 1.0]) / 12.0
_SEED_DEAL = (1 << 32) - 14
_SAME = 1.0 - 1e-12
_ROUNDING = 1e-12


@dataclass(frozen=True)
class Moved:
    """What runs say of one assumption.

    Attributes:
        share: of the variance of the effect, chance taken off; may lie below zero.
        low: end of its interval, by resampling draws.
        high: the other end.
        together: share with all that it does together with others and with luck.
        direction: +1 where the effect rises with it, -1 where it falls, 0 where it bends back.
        named: told apart from noise.
    """

    share: float
    low: float
    high: float
    together: float
    direction: int
    named: bool


def moved_share(part: Floats, whole: Floats, drawn: Floats, seed: int, tests: int) -> Moved:
    """The share of an assumption run at `PLACES`.

    Args:
        part: (first draws, 4) effects on the scale.
        whole: (draws,) effects in the comparison, whose variance is shared out.
        drawn: (resamples, draws) how often each draw counts.
        seed: of dealing the values of a draw anew.
        tests: assumptions that are run at once; all that are named are right in 95 of 100 studies.
    """
    off = part - (part @ WEIGHTS)[:, None]
    # What weights leave of values that are all alike is rounding, and no difference.
    off = np.where(np.abs(off) > _ROUNDING * np.abs(part).max(), off, 0.0)
    variance = whole.var(ddof=1, keepdims=True)
    one = _share(off, np.ones((1, len(part))), variance)[0]
    # A resample needs two of the draws that were run, and has noise once more, taken off once more.
    weight, below = drawn[:, : len(part)], variances(whole, drawn)
    good = (below > 0.0) & ((weight > 0).sum(axis=1) > 1)
    low, high = ends(_share(off, weight[good], below[good], times=2.0))
    steps = np.sign(np.diff(off.mean(axis=0)))
    return Moved(
        share=float(one),
        low=low,
        high=high,
        together=float((off**2 @ WEIGHTS).mean() / variance[0]),
        direction=int(steps[0]) if np.all(steps == steps[0]) else 0,
        named=_dealt(off, seed) <= (1.0 - CONFIDENCE) / max(1, tests),
    )


def _share(off: Floats, drawn: Floats, variance: Floats, times: float = 1.0) -> Floats:
    """Variance of the mean curve over that of the effect, less what noise adds to it."""
    count = drawn.sum(axis=1, keepdims=True)
    mean = drawn @ off / count
    noise = (drawn @ off**2 / count - mean**2) / np.maximum(count - 1.0, 1.0)
    return np.asarray((mean**2 - times * noise) @ WEIGHTS / variance)


def _dealt(off: Floats, seed: int) -> float:
    """How often values dealt anew within each draw make as large a difference."""
    power = float(off.mean(axis=0) ** 2 @ WEIGHTS)
    if not power > 0.0:
        return 1.0
    rng = np.random.default_rng(replicate_seed(seed, _SEED_DEAL))
    dealt = rng.permuted(np.tile(off, (PERMUTATIONS, 1, 1)), axis=2)
    dealt = dealt - (dealt @ WEIGHTS)[:, :, None]
    many = dealt.mean(axis=1) ** 2 @ WEIGHTS >= power * _SAME
    return (1.0 + float(many.sum())) / (PERMUTATIONS + 1.0)
