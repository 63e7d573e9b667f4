"""A sensitivity study made ready: what was asked, checked; its design, a timed trial, the plan."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import NamedTuple

from experiments.batch.backend import Backend
from experiments.choices import known
from experiments.compare import ScenarioLike, load_study, teller
from experiments.design import Job, Study
from experiments.evaluate import RegionRun
from experiments.factors import ALL, GROUPS, KINDS, OTHERS, Factor, choose_factors
from experiments.limits import MOST_SEED, whole
from experiments.morris import Design, make_design
from experiments.planned import Planned
from experiments.runner import Pilot, pilot, warm
from experiments.sampling import Sample, make_sample
from experiments.screening import Screening
from experiments.sensitivity_plan import METHODS, MOST_SAMPLES, SAMPLES, check_size, plan_line
from scenarios.region import Region
from sim.errors import KemitraanError
from sim.outcomes import MONTHLY_OUTCOMES, OUTCOMES, windows

__all__ = [
    "Asked", "Ready", "check_method", "make_ready", "read_numbers", "read_study", "screening_of",
]  # fmt: skip

_MOST_REPLICATES = 10_000
_MOST_LEADING = 1_000
_LONG = 0.5  # seconds of a run that is not timed by itself
_FOLDS: Mapping[tuple[str, ...], str] = {(GROUPS,): "group", (KINDS,): "kind"}
_SEED_SCREENING = 1  # added to the experiment's for the screening before a Sobol study


def read_numbers(
    method: str, samples: int | None, replicates: int, seed: int
) -> tuple[int, int, int]:
    """Samples, replicates and seed, checked.

    Raises:
        KemitraanError: one is out of range, or there is no such method.
    """
    known("method", [method], METHODS)
    samples = whole(SAMPLES[method] if samples is None else samples, "--samples", 2, MOST_SAMPLES)
    replicates = whole(replicates, "--replicates", 1, _MOST_REPLICATES)
    if not 1 <= replicates <= _MOST_REPLICATES:
        raise KemitraanError(f"--replicates {replicates}: is outside 1..{_MOST_REPLICATES}")
    seed = whole(seed, "--seed", 0, MOST_SEED)
    return samples, replicates, seed


def read_study(
    scenario: ScenarioLike | None,
    region: str | PathLike[str] | Region | None,
    effect_of: ScenarioLike | None,
    outcomes: str | Sequence[str] | None,
    method: str,
    numbers: tuple[int, int, int],
    scale: int | str | None,
    months: int | None,
    parameters: str | Sequence[str],
    groups: str,
    window: str,
    screen: int | None,
    given: Asked,
) -> tuple[Study, tuple[Factor, ...], list[str], Asked]:
    """What is studied, its factors, lines on replaced values, and all that was asked.

    Raises:
        KemitraanError: wrong use.
    """
    check_method(method, second_order=given.second_order, screen=screen)
    if scenario is None:
        raise KemitraanError("nothing to study: name a scenario, or give a function")
    samples, replicates, seed = numbers
    chosen = _outcomes("profit" if outcomes is None else outcomes)
    study, replaced = load_study(scenario, effect_of, region, seed, scale, months, given.lang)
    _refuse_itself(study)
    known("window", [window], windows(study.months))
    factors = choose_factors(parameters, study, groups)
    fold = _FOLDS.get(_names(parameters), groups)
    asked = replace(
        given, method=method, samples=samples, replicates=replicates, seed=seed, outcomes=chosen,
        window=window, fold=fold,
    )  # fmt: skip
    return study, factors, replaced, asked


@dataclass(frozen=True)
class Asked:
    """What was asked for, checked."""

    backend: Backend
    lang: str
    quiet: bool
    method: str = ""
    samples: int = 0
    replicates: int = 1
    seed: int = 1
    outcomes: tuple[str, ...] = ()
    window: str = ""
    fold: str = ""
    second_order: bool = False
    monthly: bool = True
    place: Callable[[], Path] | None = None
    on_error: str = "record"


def screening_of(asked: Asked) -> Asked:
    """The screening before a Sobol study."""
    seed = (asked.seed + _SEED_SCREENING) % (MOST_SEED + 1)
    return replace(asked, method="morris", samples=SAMPLES["morris"], seed=seed, place=None)


class Ready(NamedTuple):
    """A design, ready to run.

    Attributes:
        planned: what is run.
        trial: what a short trial says about the whole.
        here: processes of this machine, which need its memory.
    """

    planned: Planned
    trial: Pilot
    here: int


def make_ready(
    study: Study,
    factors: tuple[Factor, ...],
    asked: Asked,
    screening: Screening | None = None,
) -> Ready:
    """Makes one design, times a trial and tells the plan."""
    ranges = {name: ends for one in factors for name, ends in one.ranges.items()}
    study = replace(study, varied=ranges)
    method, samples, replicates = asked.method, asked.samples, asked.replicates
    check_size(method, samples, replicates, len(factors), second_order=asked.second_order)
    design: Design | Sample
    monthly: tuple[str, ...] = ()
    if method == "morris":
        design = make_design(factors, samples, asked.seed)
    else:
        design = make_sample(method, factors, samples, asked.seed, second_order=asked.second_order)
        wanted = asked.outcomes if method == "sobol" and asked.monthly else ()
        monthly = tuple(name for name in wanted if name in MONTHLY_OUTCOMES)
    planned = Planned(
        study, design, replicates, {}, asked.outcomes, asked.window, monthly, screening
    )
    work = planned.jobs
    workers = min(asked.backend.workers, len(work))
    tell = teller(quiet=asked.quiet)
    warm(tell, asked.lang)
    trial = _timed(planned.unit, study, work, workers)
    plan: dict[str, object] = {
        "method": method,
        "scenarios": len(study.scenarios),
        "samples": samples,
        "points": design.points,
        "replicates": replicates,
        "runs": len(work) * len(study.scenarios),
        "units": len(work),
        "factors": len(factors),
        "by": "groups" if asked.fold != "none" else "parameters",
        "fold": asked.fold,
        "assumptions_varied": len(ranges),
        "firms": study.firms,
        "months": study.months,
        "scale": study.scale,
        "seed": asked.seed,
        "jobs": workers,
        "seconds": round(trial.seconds, 1),
    }
    tell(plan_line(plan, asked.lang))
    if screening is not None:
        kept = [one.name for one in factors if one.name != OTHERS]
        rest = len(screening.factors) - 1 - len(kept)
        plan["screened"] = {"kept": kept, "others": rest, "runs": screening.plan["runs"]}
    return Ready(replace(planned, plan=plan), trial, min(workers, asked.backend.here))


def check_method(method: str, *, second_order: bool, screen: int | None) -> None:
    """Refuses what only a Sobol design can do.

    Raises:
        KemitraanError: another method was asked for it, or a number of factors is out of range.
    """
    if method != "sobol" and (second_order or screen is not None):
        option = "--second-order" if second_order else f"--screen {screen}"
        raise KemitraanError(f"{option}: needs --method sobol, not {method}")
    if screen is not None and not 1 <= whole(screen, "--screen", 1, _MOST_LEADING) <= _MOST_LEADING:
        raise KemitraanError(f"--screen {screen}: is outside 1..{_MOST_LEADING}")


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


def _timed(
    unit: Callable[[Study, Job], RegionRun], study: Study, work: Sequence[Job], workers: int
) -> Pilot:
    """What the pilot says; of small runs, where building and measuring weigh more, some are timed.

    Neighbouring rows share parts of month 0, so that neighbours are timed.
    """
    trial = pilot(study, work, workers)
    if trial.unit_seconds > _LONG:
        return trial
    middle = len(work) // 2
    some = work[middle : middle + 4]
    unit(study, some[0])
    begun = time.perf_counter()
    for job in some:
        unit(study, job)
    each = (time.perf_counter() - begun) / len(some)
    return Pilot(each, trial.seconds + (each - trial.unit_seconds) * len(work) / workers)


def _names(asked: str | Sequence[str]) -> tuple[str, ...]:
    names = asked.split(",") if isinstance(asked, str) else list(asked)
    return tuple(name.strip() for name in names)


def _outcomes(asked: str | Sequence[str]) -> tuple[str, ...]:
    """Names as asked, each once."""
    names = _names(asked)
    if names == (ALL,):
        return tuple(OUTCOMES)
    known("outcome", names, OUTCOMES)
    return tuple(dict.fromkeys(names))
