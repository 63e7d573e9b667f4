"""One simulated trial: the months before once, then the world with it and the same world without.

What comes back is a row of figures for each outcome and survey: what a researcher estimates, and
the truth beside it, which only a model knows: the same firm with the same luck, had nobody been
treated.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, cast

import numpy as np
import numpy.typing as npt

from experiments.design import Job, Study
from experiments.trials.assign import Assignment, assign
from experiments.trials.estimate import Estimate, anova_icc, design_matrix, itt, least_squares, tot
from experiments.trials.observe import Before, burn_in, follow, in_form
from experiments.unit import check_ceiling, check_ledger
from scenarios.region_ranges import drawn_region
from scenarios.trial import Trial
from sim.errors import KemitraanError
from sim.policy import compile_policy
from sim.population import build_world
from sim.shocks import compile_shocks
from sim.treatment import Treatment, attach_treatments

if TYPE_CHECKING:
    from sim.population import RegionLike
    from sim.world import World

__all__ = ["CELL_DTYPE", "Counts", "Replicate", "TrialStudy", "run_trial_unit", "start_world"]

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
_FEWEST = 4
FEWEST_SEEN = 10
"""Control units on either side that a comparison of exposed and not exposed ones needs."""

CELL_DTYPE = np.dtype(
    [
        (name, "f8")
        for name in (
            "itt", "itt_error", "itt_half", "tot", "tot_error", "tot_half", "first_stage",
            "control_mean", "surveyed", "attrited", "attrited_treated", "attrited_control",
            "attrition_error",
            # the same firms in both worlds: mean difference, and mean in the world without
            "truth", "truth_base", "truth_tot", "truth_tot_base",
            "spillover", "spillover_base", "spillover_firms",
            "spillover_control", "spillover_control_base",
            # control units in markets with treated firms against those in markets without
            "seen", "seen_error", "seen_half", "seen_base",
            # what the size of a pilot hangs on
            "sd_control", "sd_treated", "correlation", "icc", "residual_sd",
        )
    ]
)  # fmt: skip
"""One outcome at one survey; nan where a figure cannot be had."""


@dataclass(frozen=True)
class TrialStudy(Study):
    """What the replicates of a trial share.

    Attributes:
        trial: as asked.
    """

    trial: Trial = field(kw_only=True)


class Counts(NamedTuple):
    """Firms of one replicate."""

    eligible: int
    units: int
    treated: int
    takes: int
    villages: int
    villages_treated: int


@dataclass(frozen=True)
class Replicate:
    """Figures of one simulated trial.

    Attributes:
        cells: (outcomes, horizons), `CELL_DTYPE`.
        counts: of firms.
        seconds: processor time it took.
    """

    cells: npt.NDArray[np.void]
    counts: Counts
    seconds: float


def start_world(study: TrialStudy, job: Job) -> tuple[World, Before]:
    """A replicate's world at the trial's start, and what a first survey sees of it."""
    own = {name: value for name, value in job.changes.items() if name in study.guesses}
    others = {name: value for name, value in job.changes.items() if name not in own}
    world = build_world(
        cast("RegionLike", drawn_region(study.region, own)),
        study.parameters.replace(check=False, **others),
        seed=job.seed,
        scale=study.scale,
        months=study.months,
        first_calendar_month=int(study.first_month[5:7]),
    )
    scenario = study.trial.scenario
    world.attach(compile_policy(scenario.levers, world.names.goods, study.months))
    world.shocks = compile_shocks(
        scenario.shocks, world.names.sectors, study.months, study.region.name
    )
    return world, burn_in(world, study.trial)


def run_trial_unit(study: Study, job: Job) -> Replicate:
    """One simulated trial.

    Args:
        study: a `TrialStudy`.
        job: its seed and values.

    Raises:
        TypeError: it is a study without a trial.
        ModelError: an identity of the ledger or a ceiling does not hold.
        KemitraanError: a treatment that this world cannot give, or too few firms.
    """
    if not isinstance(study, TrialStudy):
        raise TypeError(f"{type(study).__name__} has no trial")
    begun = time.process_time()
    trial = study.trial
    world, before = start_world(study, job)
    units = assign(world, trial, before, job.seed)
    if units.rows.size < _FEWEST:
        raise KemitraanError(
            f"{trial.name}: only {units.rows.size} of {world.n_firms:,} firms may take part at "
            f"scale {study.scale}: take a smaller --scale, or ask for less under 'eligible:'"
        )
    takers = np.zeros(world.n_firms, bool)
    takers[units.rows[units.takes]] = True
    with_it = world.copy() if trial.treatments else world
    without = follow(world, trial, before.generation)
    y = without
    if trial.treatments:
        _treat(with_it, trial, takers)
        y = follow(with_it, trial, before.generation)
        check_ledger(with_it, trial.name)
        check_ceiling(with_it, trial.name)
    return Replicate(
        _cells(trial, world, before, units, takers, y, without),
        Counts(
            units.eligible,
            units.rows.size,
            int(units.treated.sum()),
            int(units.takes.sum()),
            int(np.unique(units.village).size),
            int(np.unique(units.village[units.treated]).size),
        ),
        time.process_time() - begun,
    )


def _treat(world: World, trial: Trial, takers: Mask) -> None:
    treatments = [
        Treatment(one.kind, trial.start + one.start, one.months, one.settings)
        for one in trial.treatments
    ]
    attach_treatments(world, treatments, np.tile(takers, (len(treatments), 1)))


def _cells(
    trial: Trial,
    world: World,
    before: Before,
    units: Assignment,
    takers: Mask,
    with_it: Floats,
    without: Floats,
) -> npt.NDArray[np.void]:
    """(outcomes, horizons): all figures, from what surveys of both worlds would see."""
    y, y0 = in_form(with_it, trial.form), in_form(without, trial.form)
    cells = np.full((len(trial.outcomes), len(trial.horizons)), np.nan, CELL_DTYPE)
    near = _near(world, before, takers)
    for o, name in enumerate(trial.outcomes):
        first = in_form(before.values[name], trial.form)
        for h in range(len(trial.horizons)):
            cell = cells[o, h]
            _estimates(cell, trial, units, y[o, h][units.rows], first[units.rows])
            _truths(cell, units, y[o, h], y0[o, h])
            if trial.spillover:
                _spillovers(cell, units, near & ~takers, y[o, h], y0[o, h])
                _seen(cell, trial, units, near, world.tables.firms["pool"], y[o, h], first)
    return cells


def _estimates(
    cell: npt.NDArray[np.void], trial: Trial, units: Assignment, y: Floats, first: Floats
) -> None:
    """What a researcher finds among the units that were surveyed."""
    there = ~units.lost & np.isfinite(y)
    cell["surveyed"] = there.sum()
    cell["attrited"] = 1.0 - there.mean()
    missing = (~there).astype(np.float64)
    for arm, mask in (("treated", units.treated), ("control", ~units.treated)):
        cell[f"attrited_{arm}"] = missing[mask].mean() if mask.any() else math.nan
    village = units.village if trial.by == "village" else None
    cell["attrition_error"] = itt(missing, units.treated, None, village).error
    y, treated, takes = y[there], units.treated[there], units.takes[there]
    village = None if village is None else village[there]
    baseline = first[there] if trial.adjust else None
    if not treated.any() or treated.all():
        return
    cell["control_mean"] = y[~treated].mean()
    effect = itt(y, treated, baseline, village)
    on_takers, cell["first_stage"] = tot(y, treated, takes, baseline, village)
    _put(cell, "itt", effect)
    _put(cell, "tot", on_takers)
    _spread(cell, y, treated, first[there], baseline, units.village[there])


def _put(cell: npt.NDArray[np.void], name: str, found: Estimate) -> None:
    cell[name], cell[f"{name}_error"], cell[f"{name}_half"] = found.value, found.error, found.half


def _spread(
    cell: npt.NDArray[np.void],
    y: Floats,
    treated: Mask,
    first: Floats,
    baseline: Floats | None,
    village: npt.NDArray[np.int64],
) -> None:
    """Variance, correlation with the outcome before, and likeness within villages."""
    for name, arm in (("sd_control", ~treated), ("sd_treated", treated)):
        cell[name] = y[arm].std(ddof=1) if arm.sum() > 1 else math.nan
    known = ~treated & np.isfinite(first)
    if known.sum() > 2 and y[known].std() > 0.0 and first[known].std() > 0.0:
        cell["correlation"] = np.corrcoef(first[known], y[known])[0, 1]
    X = design_matrix(treated, baseline)
    if y.size > X.shape[1]:
        residuals = least_squares(y, X)[2]
        cell["residual_sd"] = math.sqrt(float(residuals @ residuals) / (y.size - X.shape[1]))
        cell["icc"] = anova_icc(residuals, village)


def _truths(cell: npt.NDArray[np.void], units: Assignment, y: Floats, y0: Floats) -> None:
    """The same firms in both worlds: all assigned, and those who took it up."""
    for name, mask in (("truth", units.treated), ("truth_tot", units.takes)):
        cell[name], cell[f"{name}_base"], _ = _twins(units.rows[mask], y, y0)


def _twins(rows: npt.NDArray[np.int64], y: Floats, y0: Floats) -> tuple[float, float, int]:
    """Mean difference, mean in the world without, and of how many firms."""
    one, other = y[rows], y0[rows]
    both = np.isfinite(one) & np.isfinite(other)
    if not both.any():
        return math.nan, math.nan, 0
    return (
        float((one[both] - other[both]).mean()),
        float(other[both].mean()),
        int(both.sum()),
    )


def _near(world: World, before: Before, takers: Mask) -> Mask:
    """Firms of local markets in which somebody is treated, (firms,)."""
    pool = world.tables.firms["pool"]
    count = np.bincount(pool, takers, max(1, world.tables.pools.size))
    found: Mask = (before.generation >= 0) & (count[pool] > 0)
    return found


def _spillovers(
    cell: npt.NDArray[np.void], units: Assignment, near: Mask, y: Floats, y0: Floats
) -> None:
    """The same untreated firms in both worlds: all near treated ones, and control units."""
    found = _twins(np.flatnonzero(near), y, y0)
    cell["spillover"], cell["spillover_base"], cell["spillover_firms"] = found
    found = _twins(units.rows[~units.treated], y, y0)
    cell["spillover_control"], cell["spillover_control_base"], _ = found


def _seen(
    cell: npt.NDArray[np.void],
    trial: Trial,
    units: Assignment,
    near: Mask,
    pool: npt.NDArray[np.int32],
    y: Floats,
    first: Floats,
) -> None:
    """What a researcher makes of it: control units near treated firms against those far from any.

    Standard errors are clustered by market. No estimate where one of the two groups has few units.
    """
    control = ~units.treated & ~units.lost & np.isfinite(y[units.rows])
    rows = units.rows[control]
    exposed = near[rows]
    if min(exposed.sum(), (~exposed).sum()) < FEWEST_SEEN:
        return
    baseline = first[rows] if trial.adjust else None
    found = itt(y[rows], exposed, baseline, pool[rows].astype(np.int64))
    _put(cell, "seen", found)
    cell["seen_base"] = y[rows][~exposed].mean()
