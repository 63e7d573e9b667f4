"""Whether two sets of runs say the same within Monte Carlo error.

Of every outcome, window and scenario the mean over the same runs is taken in both. With d the
difference run by run, over n runs, a mean is within error where |mean(d)| is at most 3 standard
errors of d (for few runs the quantile of Student's t, n - 1 degrees of freedom, that has the
probability of 3 for a normal variable), or at most 1e-6 of the mean's size. All is well where at
most 1 in 100 means is outside, and none beyond the quantile that chance passes once in 200 times
over all of them (Bonferroni).

Where a pack holds no runs, intervals of its tables stand in for the standard error.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from experiments.batch.record import Floats

__all__ = ["Agreement", "agreement", "table_agreement"]

_ERRORS = 3.0
_BEYOND = 0.0026998  # of a normal variable, both sides
_ROUNDING = 1e-6
_SHARE = 0.01
_FAR = 0.005
_NORMAL = 1.959964
_TABLES = {
    # file: (what a row is, estimate, low, high)
    "summary.csv": (("scenario", "outcome", "window"), "mean", "sim_low", "sim_high"),
    "sensitivity.csv": (("outcome", "parameter", "index"), "estimate", "low", "high"),
}


@dataclass(frozen=True)
class Agreement:
    """How far two sets of numbers agree.

    Attributes:
        statistics: means that were compared.
        outside: of them, beyond the error of chance.
        far: of them, so far beyond that chance does not reach.
        largest: difference of two means, relative to the larger.
        runs: they are of; 0 where tables were compared.
    """

    statistics: int
    outside: int
    far: int
    largest: float
    runs: int

    @property
    def within(self) -> bool:
        """Whether chance explains the difference."""
        return self.statistics > 0 and not self.far and self.outside <= _SHARE * self.statistics


def agreement(before: Floats, now: Floats) -> Agreement:
    """Of runs.

    Args:
        before: (runs, numbers), nan where there is none.
        now: the same runs.
    """
    from scipy.stats import t  # noqa: PLC0415  # 0.3 s

    runs = len(before)
    told, told_now = np.isfinite(before), np.isfinite(now)
    lost = (told != told_now).any(axis=0)
    used = told & told_now
    count = used.sum(axis=0)
    kept = (count > 0) | lost
    difference = np.where(used, now - before, 0.0)
    divide = np.maximum(count, 1)
    mean = difference.sum(axis=0) / divide
    spread = np.where(used, (difference - mean) ** 2, 0.0).sum(axis=0)
    error = np.sqrt(spread / np.maximum(count - 1, 1) / divide)
    old = np.where(used, before, 0.0).sum(axis=0) / divide
    new = np.where(used, now, 0.0).sum(axis=0) / divide
    size = np.maximum(np.abs(old), np.abs(new))
    rounded = np.abs(mean) <= _ROUNDING * size
    free = np.maximum(count - 1, 1)
    statistics = int(kept.sum())
    near = np.maximum(_ERRORS, t.isf(_BEYOND / 2, free))
    most = t.isf(_FAR / 2 / max(1, statistics), free)
    # One run has no spread to judge by.
    judged = np.where(count > 1, error, 0.0)
    outside = kept & (lost | (~rounded & (np.abs(mean) > near * judged)))
    far = kept & (lost | (~rounded & (np.abs(mean) > most * judged)))
    relative = np.abs(mean) / np.where(size > 0, size, 1.0)
    largest = float(relative[kept].max()) if statistics else 0.0
    return Agreement(statistics, int(outside.sum()), int(far.sum()), largest, runs)


def table_agreement(before: Path, now: Path) -> Agreement | None:
    """Of the tables of two folders, where one has no runs; none where there is no such table.

    The intervals are of 95 %, and two independent estimates differ by the root of two more than
    each is off.

    Args:
        before: folder of the experiment.
        now: folder of the same experiment, done again.
    """
    import pandas as pd  # noqa: PLC0415  # loaded already by now

    for name, (keys, estimate, low, high) in _TABLES.items():
        if not ((before / name).is_file() and (now / name).is_file()):
            continue
        old, new = pd.read_csv(before / name), pd.read_csv(now / name)
        rows = [key for key in keys if key in old.columns]
        both = old.merge(new, on=rows, how="outer", suffixes=("", "_now"), indicator=True)
        return _of_estimates(
            both[estimate].to_numpy(float),
            both[f"{estimate}_now"].to_numpy(float),
            (both[high] - both[low]).to_numpy(float) / 2 / _NORMAL,
        )
    return None


def _of_estimates(old: Floats, new: Floats, error: Floats) -> Agreement:
    from scipy.stats import norm  # noqa: PLC0415  # 0.3 s

    lost = np.isfinite(old) != np.isfinite(new)
    kept = np.isfinite(old) | np.isfinite(new)
    statistics = int(kept.sum())
    with np.errstate(invalid="ignore", divide="ignore"):
        off = np.abs(new - old)
        size = np.maximum(np.abs(old), np.abs(new))
        within = np.nan_to_num(error) * np.sqrt(2.0)
        rounded = off <= _ROUNDING * size
        outside = kept & (lost | (~rounded & (off > _ERRORS * within)))
        far = kept & (lost | (~rounded & (off > norm.isf(_FAR / 2 / max(1, statistics)) * within)))
        relative = np.nan_to_num(off / np.where(size > 0, size, 1.0))
    largest = float(relative[kept].max()) if statistics else 0.0
    return Agreement(statistics, int(outside.sum()), int(far.sum()), largest, 0)


def rows_of_runs(blocks: Floats, runs: Sequence[int]) -> Floats:
    """(runs, numbers): some runs of (all runs, rows, columns), flat."""
    return blocks[list(runs)].reshape(len(runs), -1)
