"""From many simulated trials to one tidy table: what one trial finds, and the truth beside it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from experiments.design import DRAW, FIXED, Job
from experiments.trials.estimate import critical
from experiments.trials.observe import OUTCOMES

if TYPE_CHECKING:
    import pandas as pd

    from experiments.trials.unit import Replicate
    from scenarios.trial import Trial

__all__ = ["COLUMNS", "ESTIMANDS", "attrition_table", "relative", "trial_table"]

Floats = npt.NDArray[np.float64]


class Estimand(NamedTuple):
    """A row of the table: where its figures stand in `CELL_DTYPE`.

    Attributes:
        value: the figure.
        base: what it is related to.
        error: standard error over units, and half the interval; empty where there is none.
        truth: what an interval should cover; empty where nothing is compared.
    """

    value: str
    base: str
    error: str = ""
    truth: str = ""


ESTIMANDS = {
    "itt": Estimand("itt", "control_mean", "itt", "truth"),
    "truth": Estimand("truth", "truth_base"),
    "tot": Estimand("tot", "control_mean", "tot", "truth_tot"),
    "truth_tot": Estimand("truth_tot", "truth_tot_base"),
    "spillover": Estimand("spillover", "spillover_base"),
    "spillover_control": Estimand("spillover_control", "spillover_control_base"),
    "spillover_seen": Estimand("seen", "seen_base", "seen"),
}
"""Estimated: `itt`, `tot`, `spillover_seen` (control units in markets with treated firms against
those in markets without). Same-slot truth, the trial's world less the same world without: `truth`
(all assigned), `truth_tot` (who took it up), `spillover` (untreated firms of markets with treated
ones), `spillover_control` (control units)."""

COLUMNS = (
    "outcome", "horizon", "estimand", "unit", "estimate", "relative", "se", "low", "high",
    "sim_low", "sim_high", "range_low", "range_high", "control_mean", "units", "attrited",
    "take_up", "replicates", "coverage",
)  # fmt: skip
"""Of the table. se: over units, of one trial (root of the mean square); low, high: the 95 %
interval of one trial, about the mean estimate; sim_low, sim_high: of the mean over replicates;
range_low, range_high: 5 to 95 % of the truth over drawn assumptions; relative: percent of the
control mean, or of the same firms' mean without the trial; coverage: share of trials whose
interval holds the truth."""


def trial_table(
    trial: Trial, jobs: Sequence[Job], results: Sequence[Replicate], uncertainty: str
) -> pd.DataFrame:
    """One row an outcome, survey and estimand; the columns are `COLUMNS`."""
    import pandas as pd  # noqa: PLC0415  # 0.3 s

    cells = np.array([r.cells for r in results])
    drawn = cells[[job.role == DRAW for job in jobs]]
    # With assumptions varied, chance alone shows where they are held.
    held = drawn if uncertainty == "seeds" else cells[[job.role == FIXED for job in jobs]]
    units = float(np.mean([r.counts.units for r in results]))
    names = [n for n in ESTIMANDS if trial.spillover or not n.startswith("spillover")]
    rows = []
    for o, outcome in enumerate(trial.outcomes):
        for h, horizon in enumerate(trial.horizons):
            for name in names:
                row = _row(ESTIMANDS[name], drawn[:, o, h], held[:, o, h], trial.form, uncertainty)
                row |= {
                    "outcome": outcome,
                    "horizon": horizon,
                    "estimand": name,
                    "unit": OUTCOMES[outcome].unit if trial.form == "level" else "log",
                    "control_mean": _mean(drawn["control_mean"][:, o, h]),
                    "units": units,
                    "attrited": _mean(drawn["attrited"][:, o, h]),
                    "take_up": _mean(drawn["first_stage"][:, o, h]),
                    "replicates": drawn.shape[0],
                }
                rows.append(row)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _row(
    one: Estimand,
    drawn: npt.NDArray[np.void],
    held: npt.NDArray[np.void],
    form: str,
    uncertainty: str,
) -> dict[str, object]:
    values = drawn[one.value]
    estimate = _mean(values)
    row: dict[str, object] = {
        "estimate": estimate,
        "relative": relative(estimate, _mean(drawn[one.base]), form),
    }
    low, high = math.nan, math.nan
    if one.error:
        row["se"] = math.sqrt(_mean(drawn[f"{one.error}_error"] ** 2))
        half = _mean(drawn[f"{one.error}_half"])
        low, high = estimate - half, estimate + half
    row["low"], row["high"] = low, high
    row["sim_low"], row["sim_high"] = _simulation(held[one.value])
    if uncertainty != "seeds" and not one.error:
        row["range_low"], row["range_high"] = _range(values)
    if one.truth:
        known = np.isfinite(drawn[f"{one.error}_half"]) & np.isfinite(drawn[one.truth])
        gap = np.abs(values - drawn[one.truth])[known]
        if gap.size:
            row["coverage"] = float((gap <= drawn[f"{one.error}_half"][known]).mean())
    return row


def relative(estimate: float, base: float, form: str) -> float:
    """Percent of a mean; of logarithms, of the level."""
    if form == "log":
        return 100.0 * math.expm1(estimate)
    return 100.0 * estimate / abs(base) if base else math.nan


def _mean(values: Floats) -> float:
    """Over the trials in which a figure could be had."""
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else math.nan


def _simulation(values: Floats) -> tuple[float, float]:
    """95 % interval of the mean over trials, by Student's t."""
    known = values[np.isfinite(values)]
    if known.size < 2:
        return math.nan, math.nan
    half = critical(known.size - 1) * float(known.std(ddof=1)) / math.sqrt(known.size)
    return float(known.mean()) - half, float(known.mean()) + half


def _range(values: Floats) -> tuple[float, float]:
    known = values[np.isfinite(values)]
    if known.size < 2:
        return math.nan, math.nan
    low, high = np.percentile(known, [5.0, 95.0])
    return float(low), float(high)


def attrition_table(
    trial: Trial, jobs: Sequence[Job], results: Sequence[Replicate]
) -> pd.DataFrame:
    """Units without an outcome in each arm, and the difference between arms with its error.

    Those not found and, where closed firms have no value, those that closed.
    """
    import pandas as pd  # noqa: PLC0415

    cells = np.array([r.cells for r, job in zip(results, jobs, strict=True) if job.role == DRAW])
    rows = []
    for o, outcome in enumerate(trial.outcomes):
        for h, horizon in enumerate(trial.horizons):
            cell = cells[:, o, h]
            treated, control = (_mean(cell[f"attrited_{arm}"]) for arm in ("treated", "control"))
            error = math.sqrt(_mean(cell["attrition_error"] ** 2))
            rows.append((outcome, horizon, treated, control, treated - control, error))
    columns = ["outcome", "horizon", "treated", "control", "difference", "se"]
    return pd.DataFrame(rows, columns=columns)
