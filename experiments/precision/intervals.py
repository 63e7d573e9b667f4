"""How sure a mean effect and a share of better runs are: columns beside a table of effects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from experiments.bootstrap import CONFIDENCE, mean_intervals
from experiments.choices import known
from experiments.design import DRAW
from experiments.effects import EFFECT_COLUMNS
from experiments.unit import Cell

if TYPE_CHECKING:
    import pandas as pd

    from experiments.comparison import Comparison

__all__ = ["BOOTSTRAP", "INTERVAL_COLUMNS", "effects_shown", "wilson", "with_intervals"]

BOOTSTRAP = "bootstrap"
INTERVAL_COLUMNS = ("mean_low", "mean_high", "share_low", "share_high")
_Z = 1.959963984540054

Floats = npt.NDArray[np.float64]


def wilson(share: npt.ArrayLike, runs: npt.ArrayLike) -> tuple[Floats, Floats]:
    """95 % interval of a share of independent runs (Wilson 1927, doi:10.2307/2276774).

    Args:
        share: of the runs, 0 to 1.
        runs: how many; an interval of none is not a number.
    """
    p, n = np.asarray(share, dtype=np.float64), np.asarray(runs, dtype=np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        shrink = 1.0 + _Z**2 / n
        centre = (p + _Z**2 / (2.0 * n)) / shrink
        half = _Z * np.sqrt(p * (1.0 - p) / n + _Z**2 / (4.0 * n * n)) / shrink
    # At 0 and at 1 the interval ends there; rounding must not say otherwise.
    low = np.where(p <= 0.0, 0.0, np.maximum(0.0, centre - half))
    high = np.where(p >= 1.0, 1.0, np.minimum(1.0, centre + half))
    lost = ~np.isfinite(centre)
    return np.where(lost, np.nan, low), np.where(lost, np.nan, high)


def effects_shown(comparison: Comparison, chosen: pd.DataFrame, asked: str | None) -> pd.DataFrame:
    """Rows of `Comparison.all_effects` with the columns of `Comparison.effects`.

    Args:
        comparison: finished.
        chosen: some rows.
        asked: "bootstrap" adds `INTERVAL_COLUMNS`; none adds nothing.

    Raises:
        KemitraanError: another kind of interval.
    """
    known("kind of interval", [] if asked is None else [asked], [BOOTSTRAP])
    if asked is None:
        return chosen[list(EFFECT_COLUMNS)]
    return with_intervals(comparison, chosen)[[*EFFECT_COLUMNS, *INTERVAL_COLUMNS]]


def with_intervals(comparison: Comparison, table: pd.DataFrame) -> pd.DataFrame:
    """A table of effects with the columns `INTERVAL_COLUMNS`.

    `mean_low` and `mean_high` bound the mean over the draws (over seeds, where assumptions are held
    fixed) with 95 %, by resampling runs, the same resamples in every row; `share_low` and
    `share_high` the share of such runs that are better. All hold if the assumptions do.

    Args:
        comparison: finished.
        table: rows of `Comparison.all_effects`, with the column `by`.
    """
    found = table.copy()
    low, high = _means(comparison, table)
    found["mean_low"], found["mean_high"] = low, high
    found["share_low"], found["share_high"] = wilson(table["share_better"], table["pairs"])
    lost = ~np.isfinite(table["share_better"].to_numpy(dtype=np.float64))
    found.loc[lost, ["share_low", "share_high"]] = np.nan
    return found


def _means(comparison: Comparison, table: pd.DataFrame) -> tuple[Floats, Floats]:
    place = {cell: k for k, cell in enumerate(comparison.layout)}
    of = {name: k for k, name in enumerate(comparison.study.names)}
    keys: Sequence[tuple[str, str, str, str, str]] = list(
        zip(*(table[c] for c in ("scenario", "outcome", "by", "group", "window")), strict=True)
    )
    cells = [place[Cell(*key[1:])] for key in keys]
    scenarios = [of[key[0]] for key in keys]
    levels = comparison.differences.levels[DRAW]
    if not cells:
        return np.empty(0), np.empty(0)
    sample = levels[:, scenarios, cells] - levels[:, 0, cells]
    return mean_intervals(sample, comparison.study.seed, confidence=CONFIDENCE)
