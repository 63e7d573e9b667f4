"""`explore`: how scenarios stand up to what is not known."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.asked import ScenarioLike
from experiments.batch.ended import check_on_error
from experiments.comparison import Comparison
from experiments.explore.asked import Asked, read_asked
from experiments.explore.draws import Draws, from_comparison
from experiments.explore.exploration import Exploration
from experiments.explore.folder import read_draws
from experiments.explore.prepare import REPLICATES, Given, Prepared, prepare
from scenarios.region import Region
from scenarios.scenario import Scenario, list_scenarios
from sim.errors import KemitraanError

if TYPE_CHECKING:
    from experiments.calibration.ensemble import Ensemble
    from experiments.forecast import Forecast

__all__ = ["OUTCOMES_SHOWN", "REPLICATES", "SCENARIOS", "explore", "folder_of", "plan_explore"]

SCENARIOS = ("mandated_hotel_partnership", "voluntary_coaching", "cash_grant")
"""Explored when none is named."""
OUTCOMES_SHOWN = ("profit", "in_business", "jobs", "net_benefit")
"""Outcomes when none is named; questions are about the first."""


def explore(
    scenarios: ScenarioLike | Sequence[ScenarioLike] | Comparison = SCENARIOS,
    region: str | PathLike[str] | Region | None = None,
    baseline: ScenarioLike | None = None,
    uncertainty: str | None = None,
    replicates: int | None = None,
    seed: int | None = None,
    jobs: int | None = None,
    out: str | PathLike[str] | Callable[[], Path] | None = None,
    scale: int | str | None = None,
    months: int | None = None,
    *,
    ensemble: str | PathLike[str] | Ensemble | None = None,
    outcomes: str | Sequence[str] = OUTCOMES_SHOWN,
    window: str = "policy",
    satisfy: str | Sequence[str] = (),
    focus: str | None = None,
    against: str | Sequence[str] | None = None,
    equal_budget: float | bool | None = None,
    on_error: str = "record",
    backend: str | None = None,
    scheduler: str | None = None,
    lang: str = "en",
    quiet: bool = False,
) -> Exploration:
    """Regret, satisficing, and where in the space of assumptions a scenario does worse.

    Args:
        scenarios: names, files or scenarios; or, in place of runs, a comparison, its folder or that
            of an earlier exploration, whose draws are then taken as they are.
        region: a region, its name or folder; the scenarios' own if none.
        baseline: what effects are measured against, and doing nothing among the choices;
            "no_policy" if none.
        uncertainty: "ensemble", if none: sets of assumptions that published figures did not rule
            out, and a Latin hypercube over the rest, the same draws in all scenarios;
            "parameters": a hypercube over every assumed figure.
        replicates: draws; 256 if none.
        seed: of the experiment, 1 if none; the same seed gives the same numbers.
        jobs: processes; as many as there are processors if none.
        out: folder for runs, tables, figures and the manifest, there from the first run: what is
            finished outlives the process, and `kemitraan resume` goes on with it. Or a function
            that makes the folder. Nothing is written if none.
        scale: keep every so many-th firm and buyer; "auto" (or none) keeps at most 20,000 firms.
        months: length of the runs instead of the scenarios'.
        ensemble: the sets, or the folder that `calibrate` wrote; the project's own if none.
        outcomes: with a direction; the first is what questions and regions are about.
        window: "policy", "after", "year 1", ...
        satisfy: thresholds for the effect against the baseline, such as "profit>0"; if none, to do
            better than the baseline in each outcome.
        focus: the scenario that questions are about; the first if none.
        against: those it is set against; all others if none.
        equal_budget: million rupiah a policy year that every scenario is sized to, or True for
            what the first costs; None does so where it can be done and says where not; False
            leaves each scenario its own cost.
        on_error: "record" notes a draw that fails and goes on without it, where there is a folder;
            "stop" ends at the first.
        backend: "local", processes of this machine, or "dask"; see `docs/machines.md`.
        scheduler: address of a dask scheduler, whose workers are all used; none for a cluster on
            this machine.
        lang: language of messages and figures.
        quiet: no messages and no progress on stderr.

    Returns:
        The exploration, with tables, figures and sentences.

    Raises:
        KemitraanError: wrong use, scenarios that cannot stand side by side, or no room on disk or
            in memory.
        BatchError: see `compare`.
        Interrupted: by the user; the draws that were finished are kept in the folder.
    """
    from experiments.explore.batch import run_prepared  # noqa: PLC0415  # pyarrow only now

    check_on_error(on_error)
    place, where = _place(out)
    asked = read_asked(outcomes, window, satisfy, focus, against)
    run = {
        "--region": region, "--baseline": baseline, "--uncertainty": uncertainty,
        "--replicates": replicates, "--seed": seed, "--jobs": jobs, "--scale": scale,
        "--months": months, "--equal-budget": equal_budget, "--ensemble": ensemble,
        "--backend": backend, "--scheduler": scheduler,
    }  # fmt: skip
    there = folder_of(scenarios)
    if isinstance(scenarios, Comparison):
        _refuse_of_runs(run, "the comparison")
        return _read(from_comparison(scenarios), asked, place, lang)
    if there is not None:
        _refuse_of_runs(run, str(there))
        return _read(read_draws(there), asked, place, lang)
    prepared = _prepared(scenarios, asked, lang, quiet=quiet, **_named(run))
    return run_prepared(prepared, place, where=where, on_error=on_error, lang=lang, quiet=quiet)


def plan_explore(
    scenarios: ScenarioLike | Sequence[ScenarioLike] = SCENARIOS,
    *,
    out: str | PathLike[str] | None = None,
    outcomes: str | Sequence[str] = OUTCOMES_SHOWN,
    window: str = "policy",
    satisfy: str | Sequence[str] = (),
    focus: str | None = None,
    against: str | Sequence[str] | None = None,
    lang: str = "en",
    quiet: bool = False,
    **runs: Any,  # noqa: ANN401  # those of `explore`
) -> Forecast:
    """What an exploration would take, from a timed trial; nothing is started.

    Args:
        scenarios: and all else as `explore` takes it.
        out: where the folder would be; runs/ if none.
        outcomes: see `explore`.
        window: see `explore`.
        satisfy: see `explore`.
        focus: see `explore`.
        against: see `explore`.
        lang: language of messages.
        quiet: no messages.
        runs: `region`, `baseline`, `uncertainty`, `replicates`, `seed`, `jobs`, `scale`, `months`,
            `ensemble`, `equal_budget`, `backend` and `scheduler` of `explore`.

    Raises:
        KemitraanError: as `explore` would, or a folder is named, in which nothing is to be run.
    """
    from experiments.explore.batch import need  # noqa: PLC0415  # pyarrow only now
    from experiments.forecast import forecast  # noqa: PLC0415

    there = folder_of(scenarios)
    if there is not None:
        raise KemitraanError(f"{there}: is explored as it is, without runs; leave --plan out")
    asked = read_asked(outcomes, window, satisfy, focus, against)
    found = _prepared(scenarios, asked, lang, quiet=quiet, **runs)
    return forecast(
        found.plan,
        units=len(found.jobs),
        scenarios=len(found.study.scenarios),
        seconds=found.trial.seconds,
        need=need(found, measured=True),
        out=out,
    )


def _named(options: Mapping[str, Any]) -> dict[str, Any]:
    """Options by the names that functions take."""
    return {name.removeprefix("--").replace("-", "_"): value for name, value in options.items()}


def _prepared(scenarios: object, asked: Asked, lang: str, *, quiet: bool, **runs: Any) -> Prepared:  # noqa: ANN401  # those of `explore`
    return prepare(Given(_listed(scenarios), **runs), asked, lang, quiet=quiet)


def _place(
    out: str | PathLike[str] | Callable[[], Path] | None,
) -> tuple[Callable[[], Path] | None, Path]:
    """What makes the folder, and where that will be.

    Raises:
        KemitraanError: it is there and holds something.
    """
    from experiments.batch.experiment import beginnings  # noqa: PLC0415  # pyarrow only now
    from experiments.store import check_target, make_folder  # noqa: PLC0415
    from experiments.study_json import INPUTS  # noqa: PLC0415

    if out is None or not isinstance(out, str | PathLike):
        return out, Path()
    target = check_target(Path(out), beginnings([INPUTS]))
    return (lambda: make_folder(target)), target


def _read(draws: Draws, asked: Asked, place: Callable[[], Path] | None, lang: str) -> Exploration:
    """The exploration of draws that are there."""
    from experiments.explore.store import save_folder  # noqa: PLC0415  # pyarrow only now

    result = asked.of(draws, _plan_of(draws))
    if place is not None:
        result.folder = save_folder(result, place, lang=lang)
    return result


def folder_of(scenarios: object) -> Path | None:
    """The folder that stands in place of scenarios; none where scenarios are meant.

    A folder that is called as a scenario that comes with the program, and holds no manifest, is
    no such folder.
    """
    if isinstance(scenarios, Sequence) and not isinstance(scenarios, str) and len(scenarios) == 1:
        scenarios = scenarios[0]
    if not isinstance(scenarios, str | PathLike):
        return None
    path = Path(scenarios)
    if not path.is_dir():
        return None
    named = str(scenarios) in list_scenarios() and not (path / "manifest.json").is_file()
    return None if named else path


def _refuse_of_runs(given: Mapping[str, object], where: str) -> None:
    """Refuses options of runs where nothing is run.

    Raises:
        KemitraanError: one is given.
    """
    asked = [name for name, value in given.items() if value is not None]
    if asked:
        raise KemitraanError(
            f"{', '.join(asked)}: belongs to runs, and {where} is explored as it is; leave it out"
        )


def _listed(scenarios: object) -> list[ScenarioLike]:
    if isinstance(scenarios, str | PathLike | Scenario):
        return [scenarios]
    return list(scenarios) if isinstance(scenarios, Sequence) else []


def _plan_of(draws: Draws) -> dict[str, Any]:
    return {
        "scenarios": len(draws.scenarios),
        "pairs": draws.count,
        "assumptions_varied": len(draws.parameters),
        **{key: draws.about[key] for key in ("firms", "scale", "months", "seed", "uncertainty")},
        **(
            {}
            if draws.about["equal_budget"] is None
            else {"equal_budget": draws.about["equal_budget"]}
        ),
    }
