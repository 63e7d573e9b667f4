"""Intervals of means over runs by resampling whole runs: the same resamples for every number.

Percentile intervals (Efron 1979, doi:10.1214/aos/1176344552), their level a little wider so that
they hold in small samples too: percentiles take the spread for that of the sample and the normal's
tails for Student's (Hesterberg 2015, doi:10.1080/00031305.2015.1089789, section 5.3).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from experiments.saltelli import tails

__all__ = ["CONFIDENCE", "RESAMPLES", "expanded", "mean_intervals", "resample_counts"]

CONFIDENCE = 0.95
RESAMPLES = 2_000
_STREAM = 250  # of sim.draws; no process of the model has it
_BLOCK = 1 << 22  # numbers of a block, so that memory stays small
_MOST_RESAMPLES = 1 << 17  # sim.draws has 16 bits for a pair of them

Floats = npt.NDArray[np.float64]


def resample_counts(
    runs: int, seed: int, resamples: int = RESAMPLES, purpose: int = 0
) -> Iterator[Floats]:
    """(some resamples, runs): how often each run is drawn, block after block of resamples.

    Args:
        runs: in the sample.
        seed: of the experiment; draws are keyed, so that they are the same everywhere.
        resamples: how many, even.
        purpose: what for; another one gives other resamples.
    """
    from sim.draws import fill_uniform_pairs  # noqa: PLC0415  # numba

    if resamples % 2 or not 0 < resamples <= _MOST_RESAMPLES:
        raise ValueError(f"{resamples} resamples: an even number of at most {_MOST_RESAMPLES}")
    width = max(1, _BLOCK // max(1, 2 * runs))
    entity = np.arange(runs, dtype=np.uint64)
    for start in range(0, resamples // 2, width):
        some = np.arange(start, min(start + width, resamples // 2), dtype=np.uint64)
        a, gen = np.tile(entity, some.size), np.repeat(some, runs)
        drawn = np.empty((2, a.size))
        fill_uniform_pairs(np.uint64(seed), _STREAM, purpose, a, gen, a.size, drawn[0], drawn[1])
        chosen = (drawn * runs).astype(np.int64).reshape(2, some.size, runs)
        rows = np.arange(2 * some.size).reshape(2, some.size, 1)
        flat = (chosen + runs * rows).ravel()
        counted = np.bincount(flat, minlength=2 * some.size * runs)
        yield counted.reshape(-1, runs).astype(np.float64)


def expanded(confidence: float, runs: int) -> float:
    """The level of percentiles of resampled means that holds with the confidence in such a sample.

    Args:
        confidence: wanted.
        runs: of the sample, two at least.
    """
    from scipy.special import stdtrit  # noqa: PLC0415  # 0.1 s

    t = float(stdtrit(runs - 1, (1.0 + confidence) / 2.0))
    return 2.0 * NormalDist().cdf(math.sqrt(runs / (runs - 1)) * t) - 1.0


def mean_intervals(
    sample: Floats,
    seed: int,
    *,
    confidence: float = CONFIDENCE,
    resamples: int = RESAMPLES,
    purpose: int = 0,
) -> tuple[Floats, Floats]:
    """Low and high end of the interval of the mean of each column, over its finite values.

    Args:
        sample: (runs, columns); what is not a number is left out of its column.
        seed: of the experiment.
        confidence: that the interval holds the mean.
        resamples: how often runs are drawn anew, whole rows at a time.
        purpose: which resamples.

    Returns:
        Two arrays, (columns,); not a number where fewer than two values are finite.
    """
    runs, columns = sample.shape
    there = np.isfinite(sample)
    many = there.sum(axis=0)
    low, high = np.full(columns, np.nan), np.full(columns, np.nan)
    usable = np.flatnonzero(many > 1)
    width = max(1, _BLOCK // resamples)
    small = runs * resamples <= 2 * _BLOCK
    held = list(resample_counts(runs, seed, resamples, purpose)) if small and usable.size else None
    for start in range(0, usable.size, width):
        some = usable[start : start + width]
        own, mask = sample[:, some], there[:, some]
        # About the first value, so that what never varies comes out exactly.
        centre = own[np.argmax(mask, axis=0), np.arange(some.size)]
        filled = np.where(mask, own - centre, 0.0)
        whole = bool(mask.all())
        means = np.empty((some.size, resamples))
        at = 0
        for block in held or resample_counts(runs, seed, resamples, purpose):
            total = (block @ filled).T
            weight = np.float64(runs) if whole else (block @ mask.astype(np.float64)).T
            with np.errstate(invalid="ignore", divide="ignore"):
                means[:, at : at + len(block)] = total / weight
            at += len(block)
        means = np.where(np.isfinite(means), means, 0.0)  # a resample without any value of a column
        for size in np.unique(many[some]):
            alike = many[some] == size
            ends = tails(means[alike], expanded(confidence, int(size)))
            low[some[alike]], high[some[alike]] = (end + centre[alike] for end in ends)
    return low, high
