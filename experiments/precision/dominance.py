"""Stochastic dominance between scenarios: one that every taste, or every cautious one, prefers.

First order: at every value the share of runs that are at most as good is no larger, and somewhere
smaller; whoever prefers more to less prefers it. Second order: the same of the summed shares;
whoever also shuns spread prefers it (Hadar and Russell 1969). Both are found on the runs as they
are, and beside it in what share of resamples of the runs they hold, as the tests of Davidson and
Duclos (2000, doi:10.1111/1468-0262.00151) and Barrett and Donald (2003,
doi:10.1111/1468-0262.00390) resample; it is no level of a test.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from experiments.bootstrap import RESAMPLES, resample_counts
from experiments.choices import known
from experiments.design import DRAW
from experiments.unit import Cell
from sim.errors import KemitraanError
from sim.outcomes import OUTCOMES, windows

if TYPE_CHECKING:
    import pandas as pd

    from experiments.comparison import Comparison

__all__ = ["DOMINANCE_COLUMNS", "Dominance", "dominance_of", "dominance_table"]

DOMINANCE_COLUMNS = (
    "scenario", "over", "outcome", "window", "order", "dominates", "share", "runs",
)  # fmt: skip
_PURPOSE = 2
_ROUNDING = 1e-12

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


class Dominance(NamedTuple):
    """Whether one sample dominates another, in one order.

    Attributes:
        order: 1 or 2.
        first: whether the first dominates the second, on the runs as they are.
        second: whether the second dominates the first.
        first_share: of resamples in which the first does, 0 to 1.
        second_share: likewise.
    """

    order: int
    first: bool
    second: bool
    first_share: float
    second_share: float


def dominance_of(
    first: Floats, second: Floats, seed: int, *, resamples: int = RESAMPLES
) -> tuple[Dominance, Dominance]:
    """First and second order between two samples of the same runs, more being better.

    Runs are resampled as pairs, since both scenarios had the same luck. Equal values are one step
    of both distributions, so that ties decide nothing; where all are equal neither dominates.

    Args:
        first: (runs,), finite.
        second: (runs,), of the same runs.
        seed: of the experiment.
        resamples: how often.
    """
    runs = len(first)
    values = np.concatenate([first, second])
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    # Only where the next value is another one has the distribution taken its step.
    step = np.append(np.diff(ordered) > 0.0, True)  # a value, no option
    gaps = np.diff(ordered, append=ordered[-1:])
    run, sign = order % runs, np.where(order < runs, -1.0, 1.0)
    room = _ROUNDING * runs * max(1e-300, float(np.abs(ordered).max()))

    def held(counts: Floats) -> Iterator[tuple[Flags, Flags]]:
        """By order: where the first dominates, and where the second does, of some resamples."""
        # How much larger the share of the second is that is at most so good, times the runs.
        gap = np.cumsum(counts[:, run] * sign, axis=1)
        yield _sides(gap[:, step], 0.0)
        yield _sides(np.cumsum(gap * gaps, axis=1), room)

    as_it_is = list(held(np.ones((1, runs))))
    totals = np.zeros((2, 2))
    for counts in resample_counts(runs, seed, resamples, _PURPOSE):
        totals += [[side.sum() for side in sides] for sides in held(counts)]
    return tuple(  # type: ignore[return-value]  # two of them
        Dominance(k + 1, bool(one[0]), bool(other[0]), *(totals[k] / resamples).tolist())
        for k, (one, other) in enumerate(as_it_is)
    )


def _sides(gap: Floats, room: float) -> tuple[Flags, Flags]:
    """Rows that are nowhere below zero and somewhere above, and those the other way round."""
    low, high = gap.min(axis=1), gap.max(axis=1)
    return (low >= -room) & (high > room), (high <= room) & (low < -room)


def dominance_table(comparison: Comparison, outcome: str, window: str) -> pd.DataFrame:
    """Every ordered pair of scenarios, the baseline among them, with `DOMINANCE_COLUMNS`.

    Raises:
        KemitraanError: an unknown outcome or window, or an outcome of which neither more nor less
            is better.
    """
    import pandas as pd  # noqa: PLC0415  # 0.4 s

    known("outcome", [outcome], OUTCOMES)
    known("window", [window], windows(comparison.study.months))
    better = OUTCOMES[outcome].better
    if better == 0:
        directed = ", ".join(name for name, one in OUTCOMES.items() if one.better)
        raise KemitraanError(
            f"outcome {outcome!r}: neither more nor less of it is better, so nothing dominates; "
            f"outcomes that have a direction: {directed}"
        )
    at = comparison.layout.index(Cell(outcome, "", "all", window))
    values = better * comparison.differences.levels[DRAW][:, :, at]
    names = comparison.study.names
    rows = []
    for i, j in combinations(range(len(names)), 2):
        both = np.isfinite(values[:, i]) & np.isfinite(values[:, j])
        count = int(both.sum())
        if count < 2:  # nothing to resample
            continue
        for one in dominance_of(values[both, i], values[both, j], comparison.study.seed):
            about = (outcome, window, one.order)
            rows.append((names[i], names[j], *about, one.first, one.first_share, count))
            rows.append((names[j], names[i], *about, one.second, one.second_share, count))
    rank = {name: k for k, name in enumerate(names)}
    rows.sort(key=lambda row: (rank[row[0]], rank[row[1]], row[4]))
    return pd.DataFrame(rows, columns=list(DOMINANCE_COLUMNS))
