"""`sensitivity`: which assumptions an effect hangs on."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import Any

from experiments.batch.backend import Backend
from experiments.batch.backends import backend_of
from experiments.batch.ended import check_on_error
from experiments.batch.manifest import MANIFEST
from experiments.choices import known
from experiments.compare import ScenarioLike, load_study, teller
from experiments.decomposition import Decomposition
from experiments.design import Job, Study
from experiments.evaluate import RegionRun
from experiments.factors import ALL, GROUPS, KINDS, OTHERS, Factor, choose_factors, with_others
from experiments.limits import MOST_SEED, whole
from experiments.morris import Design, make_design
from experiments.planned import SCREENED, Planned
from experiments.runner import Pilot, pilot, warm
from experiments.sampling import Sample, make_sample
from experiments.screening import Screening
from experiments.sensitivity_batch import run_planned
from experiments.sensitivity_plan import METHODS, MOST_SAMPLES, SAMPLES, check_size, plan_line
from experiments.shares_words import say
from experiments.studied import Sensitivity
from scenarios.region import Region
from sim.errors import KemitraanError
from sim.outcomes import MONTHLY_OUTCOMES, OUTCOMES, windows

__all__ = ["METHODS", "SAMPLES", "Decomposition", "Screening", "Sensitivity", "sensitivity"]

_MOST_REPLICATES = 10_000
_MOST_LEADING = 1_000
_LONG = 0.5  # seconds of a run that is not timed by itself
_FOLDS: Mapping[tuple[str, ...], str] = {(GROUPS,): "group", (KINDS,): "kind"}
_SEED_SCREENING = 1  # added to the experiment's for the screening before a Sobol study


def sensitivity(
    scenario: ScenarioLike | None = None,
    region: str | PathLike[str] | Region | None = None,
    effect_of: ScenarioLike | None = "no_policy",
    outcomes: str | Sequence[str] | None = None,
    method: str = "morris",
    samples: int | None = None,
    replicates: int = 1,
    seed: int = 1,
    jobs: int | None = None,
    out: str | PathLike[str] | Callable[[], Path] | None = None,
    scale: int | str | None = None,
    months: int | None = None,
    *,
    parameters: str | Sequence[str] = ALL,
    groups: str = "none",
    window: str = "policy",
    second_order: bool = False,
    screen: int | None = None,
    monthly: bool = True,
    function: Callable[..., Any] | None = None,
    problem: Mapping[str, Any] | None = None,
    on_error: str = "record",
    backend: str | None = None,
    scheduler: str | None = None,
    lang: str = "en",
    quiet: bool = False,
) -> Sensitivity:
    """Moves assumptions through their ranges and measures what an effect does.

    Args:
        scenario: a name, a file or a scenario.
        region: a region, its name or folder; the scenario's own if none.
        effect_of: the baseline; what is studied is the difference from it, in the same row and
            with the same luck. None studies the level of the scenario itself.
        outcomes: one or several names, or "all"; "profit" if none.
        method: "morris": screening by elementary effects. "sobol": shares of the variance, first
            and total order. "fast", "rbd-fast", "delta", "pawn": by SALib.
        samples: trajectories (morris, each with one point more than there are factors), base rows
            (sobol, a power of two), points of a search curve (fast), or rows; see `SAMPLES`.
        replicates: runs of each point with other luck. Their mean counts, and their dispersion is
            studied beside it.
        seed: of the experiment; the same seed gives the same numbers.
        jobs: processes; as many as there are processors if none.
        out: folder for runs, tables, figures and the manifest, there from the first run: what is
            finished outlives the process, and `kemitraan resume` goes on with it. Or a function
            that makes it, called when all is known. Nothing is written if none.
        scale: keep every so many-th firm and buyer; "auto" (or none) keeps at most 20,000 firms.
        months: length of the runs instead of the scenarios'.
        parameters: "all" assumed ones, "every" one with a range, "groups" of the registry, "kinds"
            of evidence, or names of parameters and groups.
        groups: "group" moves the chosen parameters by the registry's groups, "kind" by kind of
            evidence, so that all guesses are one factor.
        window: "policy", "after", "year 1", ...
        second_order: with sobol, pairs of factors too, for nearly twice the runs.
        screen: with sobol, screen by Morris first and study so many leading factors one by one;
            all others move as one group, so that what they hold is measured.
        monthly: with sobol, shares of the outcomes asked for in every month too.
        function: any Python function in place of the model: of an array (parameters,), and of a
            `seed` if it has such a parameter; gives a number or one for each outcome.
        problem: the function's parameters as a SALib problem: names, bounds, perhaps groups, dists
            and outputs. With a folder, calling again with the same arguments goes on with it.
        on_error: "record" notes a run that fails and goes on without it, where there is a folder;
            "stop" ends at the first.
        backend: "local", processes of this machine, or "dask"; see `docs/machines.md`.
        scheduler: address of a dask scheduler, whose workers are all used; none for a cluster on
            this machine.
        lang: language of messages and figures.
        quiet: no messages and no progress on stderr.

    Returns:
        A `Screening` for morris, else a `Decomposition`; with `.table`, figures and words.

    Raises:
        KemitraanError: wrong use.
        BatchError: a run failed and `on_error` is "stop", or the disk is full.
        Interrupted: by the user, with a folder.
    """
    check_on_error(on_error)
    known("method", [method], METHODS)
    samples = whole(SAMPLES[method] if samples is None else samples, "--samples", 2, MOST_SAMPLES)
    replicates = whole(replicates, "--replicates", 1, _MOST_REPLICATES)
    if not 1 <= replicates <= _MOST_REPLICATES:
        raise KemitraanError(f"--replicates {replicates}: is outside 1..{_MOST_REPLICATES}")
    seed = whole(seed, "--seed", 0, MOST_SEED)
    pool = backend_of(backend, scheduler, jobs)
    place = _place(out, own=function is not None)
    _check_method(method, second_order=second_order, screen=screen)
    if function is not None:
        from experiments.own_study import study_function  # noqa: PLC0415  # rarely

        if scenario is not None:
            raise KemitraanError("function: a scenario was given too; name one or the other")
        return study_function(
            function, problem, outcomes, method, samples, replicates, seed, pool,
            second_order=second_order, place=place, on_error=on_error, lang=lang, quiet=quiet,
        )  # fmt: skip
    if scenario is None:
        raise KemitraanError("nothing to study: name a scenario, or give a function")
    chosen = _outcomes("profit" if outcomes is None else outcomes)
    study, replaced = load_study(scenario, effect_of, region, seed, scale, months, lang)
    _refuse_itself(study)
    known("window", [window], windows(study.months))
    factors = choose_factors(parameters, study, groups)
    fold = _FOLDS.get(_names(parameters), groups)
    asked = _Asked(
        method, samples, replicates, seed, pool, chosen, window, fold, lang, quiet,
        second_order, monthly, place, on_error,
    )  # fmt: skip
    return _study(study, factors, replaced, asked, screen)


def _place(
    out: str | PathLike[str] | Callable[[], Path] | None, *, own: bool
) -> Callable[[], Path] | None:
    """What makes the folder; one that can be gone on with may be there for a function."""
    if out is None:
        return None
    if not isinstance(out, str | PathLike):
        return out
    from experiments.batch.experiment import beginnings  # noqa: PLC0415  # pyarrow only now
    from experiments.store import check_target, make_folder  # noqa: PLC0415
    from experiments.study_json import INPUTS  # noqa: PLC0415

    target = Path(out)
    if not (own and (target / MANIFEST).is_file()):
        check_target(target, beginnings([INPUTS, SCREENED]))
    return lambda: make_folder(target)


@dataclass(frozen=True)
class _Asked:
    """What was asked for, checked."""

    method: str
    samples: int
    replicates: int
    seed: int
    backend: Backend
    outcomes: tuple[str, ...]
    window: str
    fold: str
    lang: str
    quiet: bool
    second_order: bool = False
    monthly: bool = True
    place: Callable[[], Path] | None = None
    on_error: str = "record"


def _study(
    study: Study,
    factors: tuple[Factor, ...],
    replaced: Sequence[str],
    asked: _Asked,
    screen: int | None,
) -> Sensitivity:
    """Runs the study, after a screening where one was asked for."""
    tell = teller(quiet=asked.quiet)
    for line in replaced:
        tell(line)
    if screen is None or screen >= len(factors):
        return _run(study, factors, asked)
    seed = (asked.seed + _SEED_SCREENING) % (MOST_SEED + 1)
    before = replace(asked, method="morris", samples=SAMPLES["morris"], seed=seed, place=None)
    found = _run(study, factors, before)
    assert isinstance(found, Screening)  # noqa: S101  # by its method
    leading = found.leading(screen)
    kept = with_others(factors, leading)
    rest = len(factors) - len(leading)
    tell(say("screened", asked.lang, items=", ".join(leading), n=rest))
    return _run(study, kept, asked, found)


def _run(
    study: Study,
    factors: tuple[Factor, ...],
    asked: _Asked,
    screening: Screening | None = None,
) -> Sensitivity:
    """Runs one design."""
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
    return run_planned(
        replace(planned, plan=plan),
        asked.place,
        backend=asked.backend,
        unit_seconds=trial.unit_seconds,
        on_error=asked.on_error,
        lang=asked.lang,
        quiet=asked.quiet,
    )


def _check_method(method: str, *, second_order: bool, screen: int | None) -> None:
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
