"""Shares of assumptions that were moved alone: low, middle and high, in the same draws and luck.

Whatever a draw has besides is the same at all three values, so that differences between them are
the assumption's own. Their mean over draws gives its first-order share, and their spread within
draws what it does together with others. Runs made for this owe nothing to the choice of the
assumption, so that no share is too large because it was the largest.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from experiments.explain.shares import CONFIDENCE, PERMUTATIONS, ends
from sim.draws import replicate_seed

__all__ = ["PLACES", "Moved", "moved_share"]

Floats = npt.NDArray[np.float64]
PLACES = (0.0, 0.5, 1.0)
"""Of the range, at which an assumption is run."""
_SEED_DEAL = (1 << 32) - 14
# A parabola through the three places, as a + straight u + bent (u^2 - 1/3) with u from -1 to 1.
_STRAIGHT = np.array([-0.5, 0.0, 0.5])
_BENT = np.array([0.5, -1.0, 0.5])


@dataclass(frozen=True)
class Moved:
    """What runs say of one assumption.

    Attributes:
        share: of the variance of the effect, chance taken off; may lie below zero.
        low: end of its interval, by resampling draws.
        high: the other end.
        together: share with everything it does together with others and with luck.
        direction: +1 where the effect rises with it, -1 where it falls, 0 where it bends back.
        named: told apart from noise.
    """

    share: float
    low: float
    high: float
    together: float
    direction: int
    named: bool


def moved_share(part: Floats, variance: float, drawn: Floats, seed: int, tests: int) -> Moved:
    """The share of an assumption run at the three places of `PLACES`.

    Args:
        part: (draws, 3) effects on the scale.
        variance: of the effect over all draws.
        drawn: (resamples, draws) how often each draw counts.
        seed: of dealing the places of a draw anew.
        tests: assumptions that are run at once; all named are right in 95 of 100 studies.
    """
    off = part - part.mean(axis=1, keepdims=True)
    draws = len(part)
    one = _share(off, np.ones((1, draws)), variance)[0]
    sample = _share(off, drawn[drawn.sum(axis=1) > 1], variance, times=2.0)
    low, high = ends(sample)
    means = off.mean(axis=0)
    steps = np.sign(_slopes(means))
    within = float((_power(off @ _STRAIGHT, off @ _BENT)).mean()) / variance
    return Moved(
        share=float(one),
        low=low,
        high=high,
        together=within,
        direction=int(steps[0]) if np.all(steps == steps[0]) else 0,
        named=_dealt(off, seed) <= (1.0 - CONFIDENCE) / max(1, tests),
    )


def _power(straight: Floats, bent: Floats) -> Floats:
    """Variance over the range of a straight and a bent part."""
    return straight**2 / 3.0 + 4.0 / 45.0 * bent**2


def _share(off: Floats, drawn: Floats, variance: float, times: float = 1.0) -> Floats:
    """Variance of the mean curve over that of the effect, less what noise adds to it."""
    count = drawn.sum(axis=1)
    total = 0.0
    for contrast, weight in ((_STRAIGHT, 1.0 / 3.0), (_BENT, 4.0 / 45.0)):
        own = off @ contrast
        mean = drawn @ own / count
        noise = (drawn @ own**2 / count - mean**2) / np.maximum(count - 1.0, 1.0)
        total = total + weight * (mean**2 - times * noise)
    return np.asarray(total / variance)


def _slopes(means: Floats) -> Floats:
    """Steepness of the parabola from one end of the range to the other."""
    places = np.linspace(-1.0, 1.0, 21)
    return np.asarray(means @ _STRAIGHT + 2.0 * places * (means @ _BENT))


def _dealt(off: Floats, seed: int) -> float:
    """How often places dealt anew within each draw make as large a difference."""
    rng = np.random.default_rng(replicate_seed(seed, _SEED_DEAL))
    power = float(_power(off.mean(axis=0) @ _STRAIGHT, off.mean(axis=0) @ _BENT))
    if not power > 0.0 or math.isclose(power, 0.0, abs_tol=1e-300):
        return 1.0
    dealt = rng.permuted(np.tile(off, (PERMUTATIONS, 1, 1)), axis=2).mean(axis=1)
    many = _power(dealt @ _STRAIGHT, dealt @ _BENT) >= power * (1.0 - 1e-12)
    return (1.0 + float(many.sum())) / (PERMUTATIONS + 1.0)
