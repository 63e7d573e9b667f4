"""`trial`: a field experiment replayed in the model, many times, and the design of a pilot."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path

import numpy as np

from experiments.compare import progress_bar, teller
from experiments.design import DRAW, FIXED, FIXED_REPLICATES, UNCERTAINTIES, Job, make_jobs
from experiments.ensembles import with_sets
from experiments.limits import MOST_JOBS, MOST_REPLICATES, MOST_SEED, read_scale, whole
from experiments.places import place_of
from experiments.runner import default_jobs, run_units, warm
from experiments.trials.files import load_trial
from experiments.trials.power import PilotDesign, design_pilot, detected
from experiments.trials.result import TrialResult
from experiments.trials.study import Sizing, make_trial_study
from experiments.trials.unit import Replicate, TrialStudy, run_trial_unit
from experiments.trials.words import say
from experiments.words import number
from experiments.words import say as said
from scenarios.region import Region, load_region
from scenarios.trial import Trial
from sim.errors import KemitraanError
from sim.parameters import Parameters

__all__ = ["TrialLike", "read", "trial"]

TrialLike = str | PathLike[str] | Trial
_LONG = 0.5  # seconds of a replicate that is not timed by itself


def trial(
    trial: TrialLike,
    region: str | PathLike[str] | Region | None = None,
    *,
    replicates: int | None = None,
    seed: int = 1,
    scale: int | str | None = None,
    jobs: int | None = None,
    power: float | None = None,
    uncertainty: str = "seeds",
    parameters: Parameters | None = None,
    out: str | PathLike[str] | None = None,
    lang: str = "en",
    quiet: bool = False,
) -> TrialResult:
    """Replays a field experiment: the same world with it and without, as often as asked.

    Args:
        trial: a name, a file or a trial.
        region: a region, its name or folder; the trial's own if none.
        replicates: trials to simulate; the file's if none.
        seed: of the experiment; the same seed gives the same numbers.
        scale: keep every so many-th firm and buyer; "auto" (or none) keeps no more than the units
            need.
        jobs: processes; as many as there are processors if none.
        power: designs a pilot that finds the effect with this chance, such as 0.8.
        uncertainty: "seeds" holds assumptions fixed; "parameters" varies every assumed figure over
            its range; "ensemble" takes sets of them that published figures did not rule out.
        parameters: values instead of the registry's; what they change wins over the scenario.
        out: folder for tables, figures and the manifest; nothing is written if none.
        lang: language of messages and figures.
        quiet: no messages and no progress on stderr.

    Returns:
        The result, with `.table`, `.text()`, `.plot()` and, with `power`, `.design`.

    Raises:
        ScenarioError: with every fault of the file.
        KemitraanError: wrong use, or a region with too few firms that may take part.
    """
    from experiments.store import check_target  # noqa: PLC0415  # pyarrow only now

    asked = read(trial)
    if replicates is not None:
        asked = replace(asked, replicates=whole(replicates, "--replicates", 2, MOST_REPLICATES))
    seed = whole(seed, "--seed", 0, MOST_SEED)
    workers = default_jobs() if jobs is None else whole(jobs, "--jobs", 1, MOST_JOBS)
    if not 1 <= workers <= MOST_JOBS:
        raise KemitraanError(f"--jobs {workers}: is outside 1..{MOST_JOBS}")
    if power is not None and not 0.1 <= power <= 0.99:
        raise KemitraanError(f"--power {power:g}: is outside 0.1..0.99; 0.8 is usual")
    if uncertainty not in UNCERTAINTIES:
        known = ", ".join(UNCERTAINTIES)
        raise KemitraanError(f"--uncertainty {uncertainty}: is not known; known: {known}")
    every = read_scale(scale)
    target = None if out is None else check_target(Path(out))
    tell = teller(quiet=quiet)
    place = _place(asked, region)
    warm(tell, lang)
    study, sizing = make_trial_study(asked, place, seed=seed, scale=every, parameters=parameters)
    study = with_sets(study, uncertainty, None)
    work = [
        job
        for job in make_jobs(study, uncertainty, asked.replicates, FIXED_REPLICATES)
        if job.role in (DRAW, FIXED)
    ]
    workers = min(workers, len(work))
    each = _timed(study, sizing, work)
    plan: dict[str, object] = {
        "trial": asked.name,
        "region": place.name,
        "scenario": asked.scenario.name,
        "replicates": asked.replicates,
        "extra": len(work) - asked.replicates,
        "units": asked.units,
        "eligible": round(sizing.eligible),
        "firms": study.firms,
        "months": study.months,
        "start": asked.start,
        "scale": study.scale,
        "seed": seed,
        "uncertainty": uncertainty,
        "assumptions_varied": 0 if uncertainty == "seeds" else len(study.varied),
        "jobs": workers,
        "seconds": round(each * len(work) / workers + (2.0 if workers > 1 else 0.0), 1),
    }
    tell(plan_line(plan, lang))
    begun = time.perf_counter()
    results = _run(study, work, workers, each, quiet=quiet)
    result = TrialResult(
        study, uncertainty, work, results, plan, seconds=time.perf_counter() - begun
    )
    if power is not None:
        result.design = _pilot(result, power, sizing, workers, each, quiet=quiet)
    if target is not None:
        result.save(target, lang=lang)
    return result


def read(trial: TrialLike) -> Trial:
    """The trial that a name, a file or a trial means."""
    if isinstance(trial, Trial):
        return trial
    return load_trial(trial if isinstance(trial, str) else Path(trial))


def _place(asked: Trial, region: str | PathLike[str] | Region | None) -> Region:
    if region is None and asked.region == asked.scenario.region:
        return place_of(asked.scenario)
    return load_region(asked.region if region is None else region)


def _run(
    study: TrialStudy, work: Sequence[Job], workers: int, each: float, *, quiet: bool
) -> list[Replicate]:
    with progress_bar(len(work), quiet=quiet) as advance:
        return run_units(run_trial_unit, study, work, workers, unit_seconds=each, progress=advance)


def _timed(study: TrialStudy, sizing: Sizing, work: Sequence[Job]) -> float:
    """Seconds of one replicate: one is run, but where the first look says that it would be long."""
    branches = 2 if study.trial.treatments else 1
    months = study.trial.start + branches * (study.months - study.trial.start)
    guess = sizing.seconds * study.firms * months
    if guess > _LONG:
        return guess
    begun = time.perf_counter()
    run_trial_unit(study, work[-1])
    return time.perf_counter() - begun


def _pilot(
    result: TrialResult, power: float, sizing: Sizing, workers: int, each: float, *, quiet: bool
) -> PilotDesign:
    """The design, and its check by simulation with as many trials as before."""
    asked = result.trial

    def check(horizon: int, units: int) -> float | None:
        if units > sizing.eligible:
            return None
        larger = replace(
            asked, units=units, horizons=(horizon,), outcomes=asked.outcomes[:1], spillover=False
        )
        study, _ = make_trial_study(
            larger,
            result.study.region,
            seed=result.study.seed,
            scale=None,
            parameters=result.study.parameters,
        )
        work = [job for job in result.jobs if job.role == DRAW]
        longer = each * study.firms / result.study.firms
        found = _run(study, work, workers, longer, quiet=quiet)
        return detected(np.array([r.cells[0, 0] for r in found]))

    return design_pilot(result, power, check)


def plan_line(plan: dict[str, object], lang: str = "en") -> str:
    """What will be run, in one line."""
    seconds = float(str(plan["seconds"]))
    cores = int(str(plan["jobs"]))
    varied = int(str(plan["assumptions_varied"]))
    line = say(
        "plan",
        lang,
        replicates=plan["replicates"],
        units=number(float(str(plan["units"])), lang),
        eligible=number(float(str(plan["eligible"])), lang),
        firms=number(float(str(plan["firms"])), lang),
        months=plan["months"],
        start=plan["start"],
        time=f"{seconds / 60:.1f} min" if seconds >= 90 else f"{max(1, seconds):.0f} s",
        cores=f"{cores} {said('core' if cores == 1 else 'cores', lang)}",
        assumptions=said("varied", lang, n=varied) if varied else said("held", lang),
    )
    extra = int(str(plan["extra"]))
    return f"{line} {said('extra', lang, n=extra)}" if extra else line
