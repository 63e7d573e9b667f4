"""An exploration made ready: scenarios sized to the same money, draws, a timed trial, the plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike
from typing import TYPE_CHECKING, Any

from experiments.asked import ScenarioLike, amount_of, check_amount, load_study
from experiments.batch.backend import Backend
from experiments.batch.backends import backend_of
from experiments.choices import known
from experiments.compare import plan_line
from experiments.design import DRAW, ENSEMBLE, Study, make_jobs
from experiments.ensembles import sets_of, with_sets
from experiments.explore.asked import Asked
from experiments.explore.words import say
from experiments.limits import MOST_REPLICATES, MOST_SEED, whole
from experiments.progress import teller
from experiments.runner import Pilot, pilot, warm
from scenarios.region import Region
from sim.errors import KemitraanError
from sim.outcomes import windows

if TYPE_CHECKING:
    from experiments.batch.job import Job
    from experiments.calibration.ensemble import Ensemble

__all__ = ["REPLICATES", "VARIED", "Given", "Prepared", "prepare"]

REPLICATES = 256
"""Draws when nothing is asked: fewer seldom show more than one limit beyond luck."""
VARIED = (ENSEMBLE, "parameters")
_FEW_RUNS = 2  # of what make_jobs adds beside the draws, and nothing here reads


@dataclass(frozen=True)
class Given:
    """What new runs are made from; see `explore` for each, and for what none stands for."""

    scenarios: Sequence[ScenarioLike]
    region: str | PathLike[str] | Region | None = None
    baseline: ScenarioLike | None = None
    uncertainty: str | None = None
    ensemble: str | PathLike[str] | Ensemble | None = None
    replicates: int | None = None
    seed: int | None = None
    jobs: int | None = None
    backend: str | None = None
    scheduler: str | None = None
    scale: int | str | None = None
    months: int | None = None
    equal_budget: float | bool | None = None


@dataclass(frozen=True)
class Prepared:
    """An exploration, ready to run.

    Attributes:
        study: what the runs share; its scenarios are sized.
        uncertainty: "ensemble" or "parameters".
        why_unequal: why scenarios could not be sized to the same money; empty where they were, or
            nobody wanted it.
        jobs: all draws.
        backend: that runs them.
        workers: processes that share them.
        trial: what a short trial says about the whole.
        plan: what will be run, as plain JSON.
        asked: of the draws.
    """

    study: Study
    uncertainty: str
    why_unequal: str
    jobs: Sequence[Job]
    backend: Backend
    workers: int
    trial: Pilot
    plan: dict[str, Any]
    asked: Asked


def prepare(given: Given, asked: Asked, lang: str, *, quiet: bool) -> Prepared:
    """Reads everything, sizes levers, times a trial and tells the plan.

    Raises:
        KemitraanError: wrong use, or scenarios that cannot stand side by side.
    """
    replicates = REPLICATES if given.replicates is None else given.replicates
    replicates = whole(replicates, "--replicates", 2, MOST_REPLICATES)
    seed = whole(1 if given.seed is None else given.seed, "--seed", 0, MOST_SEED)
    uncertainty = ENSEMBLE if given.uncertainty is None else given.uncertainty
    if uncertainty not in VARIED:
        raise KemitraanError(
            f"--uncertainty {uncertainty}: explore varies assumptions; known: {', '.join(VARIED)}"
        )
    pool = backend_of(given.backend, given.scheduler, given.jobs)
    tell = teller(quiet=quiet)
    study, replaced, why = _study(given, seed, lang)
    known("window", [asked.window], windows(study.months))
    study = with_sets(study, uncertainty, given.ensemble)
    every = make_jobs(study, uncertainty, replicates, _FEW_RUNS)
    work = [job for job in every if job.role == DRAW]
    workers = min(pool.workers, len(work))
    for line in replaced:
        tell(line)
    if why:
        tell(say("unequal_why", lang, why=why))
    warm(tell, lang)
    trial = pilot(study, work, workers)
    money = len(study.scenarios) > 2 and given.equal_budget is not False and not why
    plan = {
        "scenarios": len(study.scenarios),
        "pairs": replicates,
        "extra_pairs": 0,
        "firms": study.firms,
        "months": study.months,
        "scale": study.scale,
        "seed": seed,
        "uncertainty": uncertainty,
        "assumptions_varied": len(study.varied),
        **({} if study.ensemble is None else sets_of(study)),
        **({"equal_budget": amount_of(study)} if money else {}),
        "jobs": workers,
        "seconds": round(trial.seconds, 1),
    }
    tell(plan_line(plan, lang))
    return Prepared(study, uncertainty, why, work, pool, workers, trial, plan, asked)


def _study(given: Given, seed: int, lang: str) -> tuple[Study, list[str], str]:
    """What is run, lines on replaced values, and why money is not equal where it could not be."""
    baseline = "no_policy" if given.baseline is None else given.baseline
    scenarios = list(given.scenarios)
    money = given.equal_budget
    if money is None:
        money = len(scenarios) > 1
    elif not isinstance(money, bool):
        check_amount(money)
    common = (scenarios, baseline, given.region, seed, given.scale, given.months, lang)
    try:
        study, lines = load_study(*common, equal_budget=money)
    except KemitraanError as error:
        if given.equal_budget is not None or not money:
            raise
        # What has nothing to do with money is wrong without it too, and is told.
        study, lines = load_study(*common)
        return study, lines, str(error).removeprefix("--equal-budget: ")
    return study, lines, ""
