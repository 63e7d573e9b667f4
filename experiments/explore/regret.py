"""Regret: how much better the best scenario would have been in the same draw."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from experiments.effects import quantile
from sim.outcomes import OUTCOMES

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["REGRET_COLUMNS", "best_of", "regret_of", "regret_table"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

REGRET_COLUMNS = (
    "outcome", "unit", "window", "scenario", "mean", "p90", "largest", "best", "draws", "left_out",
)  # fmt: skip


def regret_of(values: Floats, better: int) -> Floats:
    """(draws, scenarios): the best value of a draw less the own one, never below zero.

    A draw in which a scenario has no finite value has none for any of them, as they could not be
    set side by side.

    Args:
        values: (draws, scenarios).
        better: 1 where more is better, -1 where less is.
    """
    usable = np.asarray(np.isfinite(values).all(axis=1))
    signed = np.where(usable[:, np.newaxis], better * values, np.nan)
    return np.asarray(signed.max(axis=1, keepdims=True) - signed)


def best_of(values: Floats, better: int) -> Ints:
    """(draws,): number of the best scenario; of equal ones the first; -1 where there is none."""
    regret = regret_of(values, better)
    usable = np.asarray(np.isfinite(regret).all(axis=1))
    first = np.argmin(np.where(usable[:, np.newaxis], regret, 0.0), axis=1)
    return np.where(usable, first, -1)


def regret_table(
    values: Floats, outcomes: Sequence[str], scenarios: Sequence[str], window: str
) -> pd.DataFrame:
    """One row an outcome and scenario, with the columns `REGRET_COLUMNS`.

    `mean`, `p90` and `largest` are over draws, in the outcome's unit; `best` counts the draws in
    which no scenario was better (ties count for each), `left_out` those without a finite value.

    Args:
        values: (draws, scenarios, outcomes), levels.
        outcomes: that have a direction.
        scenarios: doing nothing among them.
        window: of the values.
    """
    import pandas as pd  # noqa: PLC0415  # 0.4 s

    rows = []
    for k, outcome in enumerate(outcomes):
        regret = regret_of(values[:, :, k], OUTCOMES[outcome].better)
        usable = np.isfinite(regret).all(axis=1)
        kept = regret[usable]
        p90 = quantile(kept, 0.9) if len(kept) else np.full(len(scenarios), np.nan)
        for s, scenario in enumerate(scenarios):
            own = kept[:, s]
            rows.append(
                (
                    outcome, OUTCOMES[outcome].unit, window, scenario,
                    float(own.mean()) if len(own) else np.nan, float(p90[s]),
                    float(own.max()) if len(own) else np.nan, int(np.sum(own == 0.0)), len(own),
                    int(np.sum(~usable)),
                )
            )  # fmt: skip
    return pd.DataFrame(rows, columns=list(REGRET_COLUMNS))
