"""One run of all targets: a set of values and a seed, with what scenarios and trials they name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from experiments.calibration.measures import MEASURES
from experiments.calibration.targets import BASELINE, READINGS, Target
from experiments.design import Job, Study
from experiments.groups import GROUP_OUTCOMES, group_names, group_values, sites_of
from experiments.unit import check_ceiling, check_ledger, start_world
from sim.errors import KemitraanError
from sim.outcomes import OUTCOMES, View, windows
from sim.outcomes_record import Record, follow
from sim.policy import compile_policy
from sim.shocks import compile_shocks

__all__ = ["FINE", "TrialEstimates", "target_values", "trial_door"]

Floats = npt.NDArray[np.float64]
TrialEstimates = Callable[..., Mapping[str, float]]
"""Of a trial's name, with parameters, region, seed and scale: estimates by name."""

FINE = "fine"
"""Role of a job at the finer scale."""
_TRIALS, _ESTIMATES = "experiments.trials.estimates", "trial_estimates"


class _Asked(NamedTuple):
    """A number to read from a run."""

    outcome: str
    window: str
    by: str
    group: str

    def stop(self, months: int) -> int:
        """Months the run must have gone."""
        if self.outcome in MEASURES:
            return int(self.window.split()[1]) + 1
        return windows(months)[self.window].stop

    @property
    def of_twins(self) -> bool:
        """Whether it needs the baseline's run."""
        if self.outcome in MEASURES:
            return False
        return bool(self.by) or OUTCOMES[self.outcome].twin


def trial_door() -> TrialEstimates:
    """What replays a trial.

    Raises:
        KemitraanError: this version has no trials.
    """
    try:
        found = getattr(import_module(_TRIALS), _ESTIMATES)
    except (ImportError, AttributeError):
        raise KemitraanError(
            "the targets name trials, which this version cannot replay; give those rows the role "
            "check or cannot, or leave them out"
        ) from None
    return found  # type: ignore[no-any-return]


def target_values(
    targets: Sequence[Target], study: Study, job: Job, *, finer: int | None = None
) -> Floats:
    """(targets,): what a run gives for each target; not a number where it gives none.

    Args:
        targets: of scenarios of the study, or of trials.
        study: the baseline first.
        job: values and seed; of the role "fine" it runs at another scale.
        finer: that scale.

    Raises:
        ModelError: an identity of the ledger or a ceiling does not hold.
    """
    if job.role == FINE and finer is not None:
        study = replace(study, scale=finer)
    read = _of_scenarios([t for t in targets if not t.trial], study, job)
    estimates = _of_trials([t for t in targets if t.trial], study, job)
    found = np.full(len(targets), np.nan)
    for k, target in enumerate(targets):
        if target.trial:
            found[k] = estimates[target.trial].get(target.outcome, np.nan)
            continue
        asked = _asked(target)
        level = read[target.scenario, asked]
        if target.reading == READINGS[0]:
            found[k] = level
            continue
        before = read[BASELINE, asked]
        effect = level - before
        relative = target.reading == READINGS[2]
        found[k] = (100.0 * effect / before if before else np.nan) if relative else effect
    return found


def _asked(target: Target) -> _Asked:
    return _Asked(target.outcome, target.window, target.by, target.group)


def _of_trials(targets: Iterable[Target], study: Study, job: Job) -> dict[str, Mapping[str, float]]:
    """Estimates of each trial that is named, by its name."""
    names = list(dict.fromkeys(target.trial for target in targets))
    if not names:
        return {}
    estimates = trial_door()
    values = {name: value for name, value in job.changes.items() if name not in study.guesses}
    parameters = study.parameters.replace(check=False, **values)
    return {
        name: estimates(
            trial_file(name),
            parameters=parameters,
            region=study.region,
            seed=job.seed,
            scale=study.scale,
        )
        for name in names
    }


def trial_file(name: str) -> str | Path:
    """The file of a trial that stands beside the targets; else the name, of one of all trials."""
    path = Path(__file__).with_name("trials") / f"{name}.yaml"
    return path if path.is_file() else name


def _of_scenarios(
    targets: Sequence[Target], study: Study, job: Job
) -> dict[tuple[str, _Asked], float]:
    """Every number that is asked for, by scenario; a run goes no further than it must."""
    wanted: dict[str, dict[_Asked, int]] = {name: {} for name in study.names}
    for target in targets:
        asked = _asked(target)
        wanted[target.scenario][asked] = asked.stop(study.months)
        if target.reading != READINGS[0]:
            wanted[BASELINE][asked] = asked.stop(study.months)
    read: dict[tuple[str, _Asked], float] = {}
    if not targets:
        return read
    start = start_world(study, job)
    branch = study.branch_month
    early = {
        asked: stop for asks in wanted.values() for asked, stop in asks.items() if stop <= branch
    }
    values, before = _run(follow(start, 0), early, None, branch)
    read.update({(name, asked): v for name in study.names for asked, v in values.items()})
    twins = [s for asks in wanted.values() for asked, s in asks.items() if asked.of_twins]
    baseline: Record | None = None
    for scenario in study.scenarios:
        late = {asked: s for asked, s in wanted[scenario.name].items() if s > branch}
        last = max([*late.values(), *(twins if baseline is None else [])], default=0)
        if last == 0 and baseline is not None:
            continue
        policy = compile_policy(scenario.levers, start.names.goods, study.months)
        shocks = compile_shocks(
            scenario.shocks, start.names.sectors, study.months, study.region.name
        )
        record = follow(before.world.copy(policy, shocks), branch, before)
        values, record = _run(record, late, baseline, max(last, branch))
        read.update({(scenario.name, asked): v for asked, v in values.items()})
        check_ledger(record.world, scenario.name)
        check_ceiling(record.world, scenario.name)
        baseline = record if baseline is None else baseline
    return read


def _run(
    record: Record, asks: Mapping[_Asked, int], baseline: Record | None, last: int
) -> tuple[dict[_Asked, float], Record]:
    """Runs on to a month and reads each number as soon as it is there."""
    found: dict[_Asked, float] = {}
    for stop in sorted({*asks.values(), last}):
        record = follow(record.world, stop, record)
        now = [asked for asked, at in asks.items() if at == stop]
        found.update({asked: _read(asked, record, baseline) for asked in now})
    return found, record


def _read(asked: _Asked, record: Record, baseline: Record | None) -> float:
    months = record.world.months
    if asked.outcome in MEASURES:
        return MEASURES[asked.outcome].compute(record, asked.stop(months) - 1)
    window = windows(months)[asked.window]
    if asked.by:
        sites = sites_of(record if baseline is None else baseline)
        table = group_values(record, baseline, sites, window, asked.by)
        row = list(GROUP_OUTCOMES[asked.by]).index(asked.outcome)
        groups = group_names(record.world.names, asked.by)
        return float(table[row, groups.index(asked.group)])
    outcome = OUTCOMES[asked.outcome]
    if outcome.twin and baseline is None:
        return 0.0
    return float(outcome.compute(View(record, baseline, window)))
