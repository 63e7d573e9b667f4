"""The design of a pilot: how many firms and months, what it costs, and whether it would do."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import numpy.typing as npt

from experiments.choices import plain_rows
from experiments.design import DRAW
from experiments.trials.power_formulas import (
    clusters_allow,
    detectable,
    power_of,
    rounds_factor,
    units_needed,
)
from scenarios.trial import Given, Trial
from sim.parameters import levers

if TYPE_CHECKING:
    import pandas as pd

    from experiments.trials.result import TrialResult
    from sim.parameters import Parameters

__all__ = ["COLUMNS", "ROUNDS", "Cost", "PilotDesign", "cost_of", "design_pilot", "detected"]

ROUNDS = (1, 2, 4, 8)
"""Rounds of surveys after the start whose mean is the outcome."""
CRITICAL = 1.96
COLUMNS = (
    "outcome", "horizon", "rounds", "effect", "relative", "sd", "correlation", "icc", "take_up",
    "attrited", "detectable", "power", "simulated", "units", "treated", "villages", "cost",
)  # fmt: skip
"""effect: that a trial would see; sd: left by the regression; detectable: with the power asked for,
at the file's units; power, simulated: at the file's units, by formula and in the replicates; units:
needed, attrition among them; cost: million rupiah."""


@dataclass(frozen=True)
class Cost:
    """What a pilot costs, million rupiah.

    Attributes:
        per_unit: for each firm that takes the treatment up.
        per_interview: for each unit and round, the one before the start among them.
        fixed: whatever the size.
        sources: where each figure comes from; a part that nobody knows is counted as zero and
            named.
    """

    per_unit: float
    per_interview: float
    fixed: float
    sources: tuple[tuple[str, str], ...]

    def total(self, units: float, share: float, take_up: float, rounds: int) -> float:
        """Of a pilot of so many units."""
        return (
            self.fixed
            + self.per_unit * units * share * take_up
            + self.per_interview * units * (1 + rounds)
        )


@dataclass(frozen=True)
class PilotDesign:
    """How large a pilot must be.

    Attributes:
        asked: the power asked for.
        table: one row an outcome, survey and number of rounds; columns `COLUMNS`.
        best: the row of the first outcome that costs least, or needs fewest units; none where none
            would do.
        eligible: firms of the region that may take part.
        checked: share of simulated trials of that size that find the effect; none where it was not
            checked.
        replicates: trials of the check.
        cost: what the figures of cost rest on.
    """

    asked: float
    table: pd.DataFrame
    best: pd.Series | None
    eligible: float
    checked: float | None
    replicates: int
    cost: Cost

    def to_json(self) -> dict[str, Any]:
        """As plain JSON."""
        return {
            "power": self.asked,
            "table": plain_rows(self.table),
            "best": None if self.best is None else plain_rows(self.best.to_frame().T)[0],
            "eligible": self.eligible,
            "checked": self.checked,
            "replicates": self.replicates,
            "cost_sources": dict(self.cost.sources),
        }


def design_pilot(
    result: TrialResult, power: float, check: Callable[[int, int], float | None]
) -> PilotDesign:
    """How many firms and months detect the effect, from simulated trials.

    Args:
        result: replicates of the trial at the file's size.
        power: asked for.
        check: simulates trials with a survey after so many months and so many units, and gives the
            share that finds the effect on the first outcome; none where the region has too few
            firms.
    """
    import pandas as pd  # noqa: PLC0415

    trial, cost = result.trial, cost_of(result.trial, result.study.parameters)
    drawn = [r.cells for r, j in zip(result.results, result.jobs, strict=True) if j.role == DRAW]
    cells = np.array(drawn)
    rows = []
    for o, outcome in enumerate(trial.outcomes):
        for h, horizon in enumerate(trial.horizons):
            for rounds in ROUNDS:
                row = _row(result, cells[:, o, h], power, rounds, cost)
                rows.append({"outcome": outcome, "horizon": horizon, "rounds": rounds, **row})
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    best = _best(table, trial, float(str(result.plan["eligible"])))
    checked = None if best is None else check(int(best["horizon"]), int(best["units"]))
    return PilotDesign(
        power, table, best, float(str(result.plan["eligible"])), checked, len(drawn), cost
    )


def _best(table: pd.DataFrame, trial: Trial, eligible: float) -> pd.Series | None:
    """Of the first outcome with one round, what costs least and the region can hold."""
    own = table[(table["outcome"] == trial.outcomes[0]) & (table["rounds"] == 1)]
    fits = own[np.isfinite(own["units"]) & (own["units"] <= eligible)]
    own = fits if len(fits) else own[np.isfinite(own["units"])]
    if own.empty:
        return None
    order = own.sort_values(["cost", "units", "horizon"], kind="stable")
    return cast("pd.Series", order.iloc[0])


def _row(
    result: TrialResult,
    cell: npt.NDArray[np.void],
    power: float,
    rounds: int,
    cost: Cost,
) -> dict[str, float]:
    trial = result.trial
    effect = _mean(cell["truth"]) - _mean(cell["spillover_control"], 0.0)
    base = _mean(cell["control_mean"])
    sd = math.sqrt(_mean(cell["residual_sd"] ** 2))
    correlation = _mean(cell["correlation"])
    if rounds > 1 and not math.isfinite(correlation):
        # All stood before the trial: nothing is known of how two surveys go together.
        sd = math.nan
    elif trial.adjust and rounds > 1:
        sd *= math.sqrt(max(0.0, rounds_factor(correlation, rounds)))
    elif rounds > 1:
        sd *= math.sqrt((1.0 + (rounds - 1.0) * correlation) / rounds)
    icc, attrited = _mean(cell["icc"], 0.0), _mean(cell["attrited"])
    take_up = _mean(cell["first_stage"], trial.take_up)
    surveyed, villages = _mean(cell["surveyed"]), result.counts["villages"]
    by_village = trial.by == "village"
    # What so many units are worth where villages are drawn.
    worth = surveyed / (1.0 + (surveyed / villages - 1.0) * icc) if by_village else surveyed
    alone = units_needed(effect, sd, trial.share, power)
    needed = clusters_allow(alone, villages, icc) if by_village else alone
    units = max(4.0, math.ceil(needed / (1.0 - attrited))) if math.isfinite(needed) else needed
    return {
        "effect": effect,
        "relative": _relative(effect, base, trial.form),
        "sd": sd,
        "correlation": correlation,
        "icc": icc,
        "take_up": take_up,
        "attrited": attrited,
        "detectable": detectable(worth, sd, trial.share, power),
        "power": power_of(effect, worth, sd, trial.share),
        "simulated": detected(cell) if rounds == 1 else math.nan,
        "units": units,
        "treated": math.ceil(units * trial.share) if math.isfinite(units) else math.inf,
        "villages": villages if by_village else math.nan,
        "cost": cost.total(units, trial.share, take_up, rounds),
    }


def detected(cell: npt.NDArray[np.void]) -> float:
    """Share of trials whose estimate lies more than 1.96 standard errors from zero."""
    known = np.isfinite(cell["itt"]) & np.isfinite(cell["itt_error"])
    found = np.abs(cell["itt"][known]) > CRITICAL * cell["itt_error"][known]
    return float(found.mean()) if known.any() else math.nan


def _mean(values: npt.NDArray[np.float64], otherwise: float = math.nan) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else otherwise


def _relative(effect: float, base: float, form: str) -> float:
    if form == "log":
        return 100.0 * math.expm1(effect)
    return 100.0 * effect / abs(base) if base else math.nan


def cost_of(trial: Trial, parameters: Parameters) -> Cost:
    """What the file says, else what the registry and the levers say of a head; named either way."""
    costs, sources = trial.costs, []
    if costs.per_unit is None:
        parts = [_known(one, parameters) for one in trial.treatments]
        per_unit = math.fsum(amount for amount, _ in parts)
        sources += [(one.kind, source) for one, (_, source) in zip(trial.treatments, parts,
                                                                  strict=True)]  # fmt: skip
    else:
        per_unit = costs.per_unit
        sources.append(("million_rp_per_unit", "file"))
    for name, value in (
        ("million_rp_per_interview", costs.per_interview),
        ("fixed", costs.fixed),
    ):
        sources.append((name, "unknown" if value is None else "file"))
    return Cost(per_unit, costs.per_interview or 0.0, costs.fixed or 0.0, tuple(sources))


_COACHING = "coaching.cost_million_rp_per_head"


def _known(one: Given, parameters: Parameters) -> tuple[float, str]:
    """Million rupiah a head that the model counts as public cost of a treatment, and its name."""
    if one.kind == "coaching":
        return float(str(levers()[_COACHING].null)), _COACHING
    if one.kind == "cash_grant":
        amount = float(str(one.settings["million_rp"]))
        return amount * (1.0 + parameters["grant_administration"]), "grant_administration"
    if one.kind == "online_training":
        shop = one.settings.get("onboard", "true") == "true"
        amount = parameters["training_cost"] + (parameters["onboarding_cost"] if shop else 0.0)
        return amount, "training_cost, onboarding_cost" if shop else "training_cost"
    return 0.0, "unknown"
