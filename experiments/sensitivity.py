"""`sensitivity`: which assumptions an effect hangs on."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path

import numpy as np

from experiments.choices import known
from experiments.compare import ScenarioLike, load_study, progress_bar, teller
from experiments.design import Job, Study
from experiments.factors import ALL, GROUPS, choose_factors
from experiments.limits import MOST_JOBS, MOST_SEED, whole
from experiments.morris import make_design, make_rows
from experiments.runner import Pilot, default_jobs, pilot, run_units, warm
from experiments.screening import Sensitivity
from experiments.sensitivity_words import say
from experiments.unit import region_values
from experiments.words import number
from experiments.words import say as said
from scenarios.region import Region
from sim.errors import KemitraanError
from sim.outcomes import OUTCOMES, windows

__all__ = ["METHODS", "SAMPLES", "Sensitivity", "sensitivity"]

METHODS = ("morris",)
SAMPLES = 10
"""Trajectories if nothing is asked."""
_MOST_SAMPLES = 10_000
_MOST_JOBS = 1_000_000
_LONG = 0.5  # seconds of a run that is not timed by itself


def sensitivity(
    scenario: ScenarioLike,
    region: str | PathLike[str] | Region | None = None,
    effect_of: ScenarioLike | None = "no_policy",
    outcomes: str | Sequence[str] = ("profit",),
    method: str = "morris",
    samples: int = SAMPLES,
    replicates: int = 1,
    seed: int = 1,
    jobs: int | None = None,
    out: str | PathLike[str] | None = None,
    scale: int | str | None = None,
    months: int | None = None,
    *,
    parameters: str | Sequence[str] = ALL,
    window: str = "policy",
    lang: str = "en",
    quiet: bool = False,
) -> Sensitivity:
    """Moves assumptions through their ranges and measures what an effect does.

    Args:
        scenario: a name, a file or a scenario.
        region: a region, its name or folder; the scenario's own if none.
        effect_of: the baseline; what is studied is the difference from it, in the same row and
            with the same luck. None studies the level of the scenario itself.
        outcomes: one or several names, or "all".
        method: "morris": screening by elementary effects.
        samples: trajectories; each has one point more than there are factors.
        replicates: runs of each point with other luck, of which the mean counts.
        seed: of the experiment; the same seed gives the same numbers.
        jobs: processes; as many as there are processors if none.
        out: folder for tables, figures and the manifest; nothing is written if none.
        scale: keep every so many-th firm and buyer; "auto" (or none) keeps at most 20,000 firms.
        months: length of the runs instead of the scenarios'.
        parameters: "all" assumed ones, "groups" of the registry, or names of either.
        window: "policy", "after", "year 1", ...
        lang: language of messages and figures.
        quiet: no messages and no progress on stderr.

    Returns:
        The ranking, with `.table`, figures and words.

    Raises:
        KemitraanError: wrong use.
    """
    from experiments.sensitivity_store import save_folder  # noqa: PLC0415  # pyarrow only now
    from experiments.store import check_target  # noqa: PLC0415

    samples = whole(samples, "--samples", 2, _MOST_SAMPLES)
    replicates = whole(replicates, "--replicates", 1, _MOST_SAMPLES)
    seed = whole(seed, "--seed", 0, MOST_SEED)
    workers = default_jobs() if jobs is None else whole(jobs, "--jobs", 1, MOST_JOBS)
    target = None if out is None else check_target(Path(out))
    known("method", [method], METHODS)
    chosen = _outcomes(outcomes)
    study, replaced = load_study(scenario, effect_of, region, seed, scale, months, lang)
    _refuse_itself(study)
    known("window", [window], windows(study.months))
    factors = choose_factors(parameters, study)
    ranges = {name: ends for one in factors for name, ends in one.ranges.items()}
    study = replace(study, varied=ranges)
    _check_size(samples, replicates, len(factors))
    if not 1 <= workers <= MOST_JOBS:
        raise KemitraanError(f"--jobs {workers}: is outside 1..{MOST_JOBS}")
    design = make_design(factors, samples, seed)
    work = make_rows(design, replicates)
    workers = min(workers, len(work))
    tell = teller(quiet=quiet)
    for line in replaced:
        tell(line)
    warm(tell, lang)
    trial = _timed(study, work, workers)
    plan = {
        "method": method,
        "scenarios": len(study.scenarios),
        "samples": samples,
        "points": design.points,
        "replicates": replicates,
        "runs": len(work) * len(study.scenarios),
        "units": len(work),
        "factors": len(factors),
        "by": "groups" if parameters == GROUPS else "parameters",
        "assumptions_varied": len(ranges),
        "firms": study.firms,
        "months": study.months,
        "scale": study.scale,
        "seed": seed,
        "jobs": workers,
        "seconds": round(trial.seconds, 1),
    }
    tell(plan_line(plan, lang))
    begun = time.perf_counter()
    with progress_bar(len(work), quiet=quiet) as advance:
        found = run_units(
            region_values, study, work, workers, unit_seconds=trial.unit_seconds, progress=advance
        )
    result = Sensitivity(
        study,
        design,
        np.array(found),
        plan,
        outcomes=chosen,
        window=window,
        seconds=time.perf_counter() - begun,
    )
    if target is not None:
        result.folder = save_folder(result, target, lang=lang)
    return result


def _refuse_itself(study: Study) -> None:
    """Refuses the effect of a scenario against itself.

    Raises:
        KemitraanError: the baseline is the scenario.
    """
    first = study.scenarios[0]
    again = f"{first.name}_again"  # as `make_study` calls it
    if any(s.name == again and replace(s, name=first.name) == first for s in study.scenarios[1:]):
        raise KemitraanError(
            f"--effect-of {first.name}: is the scenario itself, so that every effect would be "
            "zero; name another baseline, or write --effect-of none for the level"
        )


def _timed(study: Study, work: Sequence[Job], workers: int) -> Pilot:
    """What the pilot says; of small runs, where building and measuring weigh more, one is timed."""
    trial = pilot(study, work, workers)
    if trial.unit_seconds > _LONG:
        return trial
    region_values(study, work[0])
    begun = time.perf_counter()
    region_values(study, work[-1])
    each = time.perf_counter() - begun
    return Pilot(each, trial.seconds + (each - trial.unit_seconds) * len(work) / workers)


def plan_line(plan: dict[str, object], lang: str = "en") -> str:
    """What will be run, in one line."""
    seconds = float(str(plan["seconds"]))
    cores = int(str(plan["jobs"]))
    kind = str(plan["by"])
    return say(
        "plan",
        lang,
        samples=plan["samples"],
        points=plan["points"],
        replicates=say(
            "replicate" if plan["replicates"] == 1 else "replicates", lang, n=plan["replicates"]
        ),
        jobs=number(float(str(plan["units"])), lang, digits=0),
        units=say("pairs" if plan["scenarios"] == 2 else "runs", lang),
        firms=number(float(str(plan["firms"])), lang),
        months=plan["months"],
        time=f"{seconds / 60:.1f} min" if seconds >= 90 else f"{max(1, seconds):.0f} s",
        cores=f"{cores} {said('core' if cores == 1 else 'cores', lang)}",
        factors=say(kind, lang, n=plan["factors"], m=plan["assumptions_varied"]),
    )


def _outcomes(asked: str | Sequence[str]) -> tuple[str, ...]:
    """Names as asked, each once."""
    names = asked.split(",") if isinstance(asked, str) else list(asked)
    names = [name.strip() for name in names]
    if names == [ALL]:
        return tuple(OUTCOMES)
    known("outcome", names, OUTCOMES)
    return tuple(dict.fromkeys(names))


def _check_size(samples: int, replicates: int, factors: int) -> None:
    """Refuses a design that says nothing, or that nobody can wait for.

    Raises:
        KemitraanError: it is out of range.
    """
    if not 2 <= samples <= _MOST_SAMPLES:
        raise KemitraanError(
            f"--samples {samples}: is outside 2..{_MOST_SAMPLES} trajectories; "
            f"{SAMPLES} are a first look"
        )
    if not 1 <= replicates <= _MOST_SAMPLES:
        raise KemitraanError(f"--replicates {replicates}: is outside 1..{_MOST_SAMPLES}")
    if factors < 1:
        raise KemitraanError("--parameters: nothing is left to move; name parameters with a range")
    units = samples * replicates * (factors + 2)
    if units > _MOST_JOBS:
        raise KemitraanError(
            f"--samples {samples}: makes {units:,} pairs of runs, at most {_MOST_JOBS:,}; "
            "take fewer, or --parameters groups"
        )
