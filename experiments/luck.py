"""How much of the variance of a single run is luck: the share that the seed holds.

Replicates of a point differ by their seeds alone. The variance within points, averaged over them,
is the seed's, by itself and together with the parameters; what is left of the variance between
points is the parameters'.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from experiments.saltelli import RESAMPLES, resampled_rows, tails

__all__ = ["SeedShare", "seed_share"]

Floats = npt.NDArray[np.float64]


class SeedShare(NamedTuple):
    """A share from 0 to 1 and its percentile interval over resampled points."""

    value: float
    low: float
    high: float


def seed_share(
    values: Floats, seed: int, *, common: bool = False, resamples: int = RESAMPLES
) -> SeedShare | None:
    """The share, or none with a single replicate or too few finite points.

    Args:
        values: (units, points, replicates): the outcome; units are what is resampled as a whole,
            and all points of all units are independent draws from the ranges.
        seed: of the resampling, not zero.
        common: whether all points have the same seeds; else each has its own.
        resamples: how often.
    """
    usable = np.isfinite(values).all(axis=(1, 2))
    kept, replicates = values[usable], values.shape[2]
    if replicates < 2 or len(kept) < 2:
        return None
    count = kept.shape[0] * kept.shape[1]
    means = kept.mean(axis=2)
    centre = float(means.mean())
    means = means - centre
    within = kept.var(axis=2, ddof=1)
    weights = np.vstack(
        [np.full(len(kept), 1.0 / len(kept)), resampled_rows(len(kept), resamples, seed)]
    )
    inside = weights @ within.mean(axis=1)
    square = weights @ (means**2).mean(axis=1)
    between = (square - (weights @ means.mean(axis=1)) ** 2) * count / (count - 1)
    # The mean of a point's replicates still holds a part of its luck. Luck that is the same at all
    # points moves none of them against another, and only its interplay is in there.
    held = inside / replicates
    if common:
        held = held * _interplay(kept.reshape(count, replicates))
    own = np.maximum(between - held, 0.0)
    whole = own + inside
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(whole > 0.0, inside / whole, 0.0)
    low, high = tails(share[1:])
    return SeedShare(float(share[0]), float(low), float(high))


def _interplay(values: Floats) -> float:
    """Part of the variance within points that is the seed's only together with parameters."""
    within = float(values.var(axis=1, ddof=1).mean())
    rest = values - values.mean(axis=1, keepdims=True) - values.mean(axis=0) + values.mean()
    count, replicates = values.shape
    together = float((rest**2).sum()) / ((count - 1) * (replicates - 1))
    return min(1.0, together / within) if within > 0.0 else 0.0
