"""`explore`: how scenarios stand up to what is not known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.asked import check_amount
from experiments.choices import LONGEST, known
from experiments.compare import (
    ScenarioLike,
    load_study,
    plan_line,
    progress_bar,
    teller,
)
from experiments.comparison import Comparison
from experiments.costs import yearly_cost
from experiments.design import DRAW, ENSEMBLE, Study, make_jobs
from experiments.ensembles import sets_of, with_sets
from experiments.explore.draws import Draws, from_comparison, of_study
from experiments.explore.exploration import Exploration
from experiments.explore.folder import read_draws
from experiments.explore.notes import run_notes
from experiments.explore.satisfy import read_wishes
from experiments.explore.words import say
from experiments.limits import MOST_JOBS, MOST_REPLICATES, MOST_SEED, whole
from experiments.runner import default_jobs, pilot, run_units, warm
from experiments.unit import region_values
from scenarios.region import Region
from scenarios.scenario import Scenario, list_scenarios
from sim.errors import KemitraanError
from sim.outcomes import OUTCOMES, windows

if TYPE_CHECKING:
    from experiments.calibration.ensemble import Ensemble

__all__ = ["OUTCOMES_SHOWN", "REPLICATES", "SCENARIOS", "explore", "folder_of"]

SCENARIOS = ("mandated_hotel_partnership", "voluntary_coaching", "cash_grant")
"""Explored when none is named."""
OUTCOMES_SHOWN = ("profit", "in_business", "jobs", "net_benefit")
"""Outcomes when none is named; questions are about the first."""
REPLICATES = 256
"""Draws when nothing is asked: fewer seldom show more than one limit beyond luck."""
VARIED = (ENSEMBLE, "parameters")
_FEW_RUNS = 2  # of what make_jobs adds beside the draws, and nothing here reads


def explore(
    scenarios: ScenarioLike | Sequence[ScenarioLike] | Comparison = SCENARIOS,
    region: str | PathLike[str] | Region | None = None,
    baseline: ScenarioLike | None = None,
    uncertainty: str | None = None,
    replicates: int | None = None,
    seed: int | None = None,
    jobs: int | None = None,
    out: str | PathLike[str] | None = None,
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
        out: folder for tables, figures and the manifest; nothing is written if none.
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
        lang: language of messages and figures.
        quiet: no messages and no progress on stderr.

    Returns:
        The exploration, with tables, figures and sentences.

    Raises:
        KemitraanError: wrong use, or scenarios that cannot stand side by side.
    """
    from experiments.explore.store import save_folder  # noqa: PLC0415  # pyarrow only now
    from experiments.store import check_target  # noqa: PLC0415

    target = None if out is None else check_target(Path(out))
    chosen = _outcomes(outcomes)
    wishes = read_wishes([satisfy] if isinstance(satisfy, str) else list(satisfy), chosen)
    known("window", [window], windows(LONGEST))
    run = {
        "--region": region, "--baseline": baseline, "--uncertainty": uncertainty,
        "--replicates": replicates, "--seed": seed, "--jobs": jobs, "--scale": scale,
        "--months": months, "--equal-budget": equal_budget, "--ensemble": ensemble,
    }  # fmt: skip
    there = folder_of(scenarios)
    if isinstance(scenarios, Comparison) or there is not None:
        _refuse_of_runs(run, "the comparison" if there is None else str(there))
        draws = from_comparison(scenarios) if isinstance(scenarios, Comparison) else None
        draws = read_draws(there) if there is not None else draws
        plan = {} if draws is None else _plan_of(draws)
    else:
        draws, plan = _run(
            _listed(scenarios), region, "no_policy" if baseline is None else baseline,
            ENSEMBLE if uncertainty is None else uncertainty, ensemble,
            whole(REPLICATES if replicates is None else replicates, "--replicates", 2,
                  MOST_REPLICATES),
            whole(1 if seed is None else seed, "--seed", 0, MOST_SEED),
            jobs, scale, months, equal_budget, window, lang, quiet=quiet,
        )  # fmt: skip
    if draws is None:  # never: it is one of the three
        raise AssertionError
    known("window", [window], windows(draws.months))
    others = [against] if isinstance(against, str) else against
    result = Exploration(
        draws, chosen, window, wishes, plan, asked=bool(satisfy), focus=focus, against=others
    )
    if target is not None:
        result.folder = save_folder(result, target, lang=lang)
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


def _outcomes(asked: str | Sequence[str]) -> tuple[str, ...]:
    """Names as asked, each once.

    Raises:
        KemitraanError: one is not known, or has no direction.
    """
    names = asked.split(",") if isinstance(asked, str) else list(asked)
    names = [name.strip() for name in names]
    known("outcome", names, OUTCOMES)
    flat = [name for name in names if not OUTCOMES[name].better]
    if flat or not names:
        raise KemitraanError(
            f"--outcomes {', '.join(flat) or 'none'}: neither more nor less of it is better, so "
            "that no scenario is the best; name outcomes with a direction, see 'kemitraan list "
            "outcomes'"
        )
    return tuple(dict.fromkeys(names))


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


def _run(
    scenarios: list[ScenarioLike],
    region: str | PathLike[str] | Region | None,
    baseline: ScenarioLike,
    uncertainty: str,
    ensemble: str | PathLike[str] | Ensemble | None,
    replicates: int,
    seed: int,
    jobs: int | None,
    scale: int | str | None,
    months: int | None,
    equal_budget: float | bool | None,
    window: str,
    lang: str,
    *,
    quiet: bool,
) -> tuple[Draws, dict[str, Any]]:
    """Draws of new runs, and their plan."""
    if uncertainty not in VARIED:
        raise KemitraanError(
            f"--uncertainty {uncertainty}: explore varies assumptions; known: {', '.join(VARIED)}"
        )
    workers = default_jobs() if jobs is None else whole(jobs, "--jobs", 1, MOST_JOBS)
    if not 1 <= workers <= MOST_JOBS:
        raise KemitraanError(f"--jobs {workers}: is outside 1..{MOST_JOBS}")
    tell = teller(quiet=quiet)
    study, replaced, why = _study(
        scenarios, baseline, region, seed, scale, months, lang, equal_budget
    )
    known("window", [window], windows(study.months))
    study = with_sets(study, uncertainty, ensemble)
    work = [j for j in make_jobs(study, uncertainty, replicates, _FEW_RUNS) if j.role == DRAW]
    workers = min(workers, len(work))
    for line in replaced:
        tell(line)
    if why:
        tell(say("unequal_why", lang, why=why))
    warm(tell, lang)
    trial = pilot(study, work, workers)
    money = len(study.scenarios) > 2 and equal_budget is not False and not why
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
        **({"equal_budget": _amount(study)} if money else {}),
        "jobs": workers,
        "seconds": round(trial.seconds, 1),
    }
    tell(plan_line(plan, lang))
    with progress_bar(len(work), quiet=quiet) as advance:
        found = run_units(
            region_values, study, work, workers, unit_seconds=trial.unit_seconds, progress=advance
        )
    notes = {language: run_notes(study, why, language) for language in ("en", "id")}
    return of_study(study, work, np.array(found), plan, uncertainty, notes), plan


def _study(
    scenarios: list[ScenarioLike],
    baseline: ScenarioLike,
    region: str | PathLike[str] | Region | None,
    seed: int,
    scale: int | str | None,
    months: int | None,
    lang: str,
    equal_budget: float | bool | None,
) -> tuple[Study, list[str], str]:
    """What is run, lines on replaced values, and why money is not equal where it could not be."""
    asked = equal_budget
    if asked is None:
        asked = len(scenarios) > 1
    elif not isinstance(asked, bool):
        check_amount(asked)
    try:
        study, lines = load_study(
            scenarios, baseline, region, seed, scale, months, lang, equal_budget=asked
        )
    except KemitraanError as error:
        if equal_budget is not None or not asked:
            raise
        why = str(error).removeprefix("--equal-budget: ")
        # What has nothing to do with money is wrong without it too, and is told.
        study, lines = load_study(scenarios, baseline, region, seed, scale, months, lang)
        return study, lines, why
    return study, lines, ""


def _amount(study: Study) -> float:
    """Million rupiah a policy year that every scenario was sized to."""
    first = replace(study.scenarios[1], months=study.months)
    return yearly_cost(first, study.parameters) + study.follows_sales.get(first.name, 0.0)
