"""`sensitivity`: which assumptions an effect hangs on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.batch.backends import backend_of
from experiments.batch.ended import check_on_error
from experiments.batch.manifest import MANIFEST
from experiments.compare import ScenarioLike, teller
from experiments.decomposition import Decomposition
from experiments.design import Study
from experiments.factors import ALL, Factor, with_others
from experiments.planned import SCREENED
from experiments.screening import Screening
from experiments.sensitivity_batch import run_planned
from experiments.sensitivity_plan import METHODS, SAMPLES
from experiments.sensitivity_ready import (
    Asked,
    check_method,
    make_ready,
    read_numbers,
    read_study,
    screening_of,
)
from experiments.shares_words import say
from experiments.studied import Sensitivity
from scenarios.region import Region
from sim.errors import KemitraanError

if TYPE_CHECKING:
    from experiments.forecast import Forecast

__all__ = [
    "METHODS", "SAMPLES", "Decomposition", "Screening", "Sensitivity", "plan_sensitivity",
    "sensitivity",
]  # fmt: skip


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
    numbers = read_numbers(method, samples, replicates, seed)
    pool = backend_of(backend, scheduler, jobs)
    place = _place(out, own=function is not None)
    check_method(method, second_order=second_order, screen=screen)
    if function is not None:
        from experiments.own_study import study_function  # noqa: PLC0415  # rarely

        if scenario is not None:
            raise KemitraanError("function: a scenario was given too; name one or the other")
        return study_function(
            function, problem, outcomes, method, *numbers, pool,
            second_order=second_order, place=place, on_error=on_error, lang=lang, quiet=quiet,
        )  # fmt: skip
    found = read_study(
        scenario, region, effect_of, outcomes, method, numbers, scale, months, parameters, groups,
        window, screen,
        Asked(pool, lang=lang, quiet=quiet, second_order=second_order, monthly=monthly,
              place=place, on_error=on_error),
    )  # fmt: skip
    return _study(*found, screen)


def plan_sensitivity(
    scenario: ScenarioLike,
    region: str | PathLike[str] | Region | None = None,
    effect_of: ScenarioLike | None = "no_policy",
    outcomes: str | Sequence[str] | None = None,
    method: str = "morris",
    samples: int | None = None,
    replicates: int = 1,
    seed: int = 1,
    jobs: int | None = None,
    out: str | PathLike[str] | None = None,
    scale: int | str | None = None,
    months: int | None = None,
    *,
    parameters: str | Sequence[str] = ALL,
    groups: str = "none",
    window: str = "policy",
    second_order: bool = False,
    screen: int | None = None,
    monthly: bool = True,
    backend: str | None = None,
    scheduler: str | None = None,
    lang: str = "en",
    quiet: bool = False,
) -> Forecast:
    """What a study would take, from a timed trial; nothing is started.

    The arguments are those of `sensitivity`; `out` is where the folder would be, runs/ if none. A
    screening is counted in, with as many factors behind it as it will leave.

    Raises:
        KemitraanError: as `sensitivity` would.
    """
    from experiments.sensitivity_forecast import forecast_of  # noqa: PLC0415  # pyarrow only now

    study, factors, replaced, asked = read_study(
        scenario, region, effect_of, outcomes, method,
        read_numbers(method, samples, replicates, seed), scale, months, parameters, groups,
        window, screen,
        Asked(backend_of(backend, scheduler, jobs), lang=lang, quiet=quiet,
              second_order=second_order, monthly=monthly),
    )  # fmt: skip
    tell = teller(quiet=quiet)
    for line in replaced:
        tell(line)
    if screen is None or screen >= len(factors):
        return forecast_of([make_ready(study, factors, asked)], out)
    first = make_ready(study, factors, screening_of(asked))
    kept = with_others(factors, [one.name for one in factors[:screen]])
    return forecast_of([first, make_ready(study, kept, asked)], out)


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


def _study(
    study: Study,
    factors: tuple[Factor, ...],
    replaced: Sequence[str],
    asked: Asked,
    screen: int | None,
) -> Sensitivity:
    """Runs the study, after a screening where one was asked for."""
    tell = teller(quiet=asked.quiet)
    for line in replaced:
        tell(line)
    if screen is None or screen >= len(factors):
        return _run(study, factors, asked)
    found = _run(study, factors, screening_of(asked))
    assert isinstance(found, Screening)  # noqa: S101  # by its method
    leading = found.leading(screen)
    kept = with_others(factors, leading)
    rest = len(factors) - len(leading)
    tell(say("screened", asked.lang, items=", ".join(leading), n=rest))
    return _run(study, kept, asked, found)


def _run(
    study: Study,
    factors: tuple[Factor, ...],
    asked: Asked,
    screening: Screening | None = None,
) -> Sensitivity:
    """Runs one design."""
    planned, trial, _ = make_ready(study, factors, asked, screening)
    return run_planned(
        planned,
        asked.place,
        backend=asked.backend,
        unit_seconds=trial.unit_seconds,
        on_error=asked.on_error,
        lang=asked.lang,
        quiet=asked.quiet,
    )
