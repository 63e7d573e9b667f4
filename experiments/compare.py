"""`compare`: scenarios against a baseline, with both uncertainties."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from numbers import Real
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.budget import load_scenario
from experiments.comparison import Comparison
from experiments.costs import unforeseen, yearly_cost
from experiments.design import (
    ENSEMBLE,
    FIXED_REPLICATES,
    Study,
    common_length,
    common_values,
    make_jobs,
    make_study,
)
from experiments.ensembles import sets_of, with_sets
from experiments.limits import (
    MOST_JOBS,
    MOST_REPLICATES,
    MOST_SEED,
    SHORTEST,
    check_length,
    read_scale,
    whole,
)
from experiments.overrides import override_lines
from experiments.places import place_of
from experiments.preliminary import Preliminary
from experiments.runner import default_jobs, pilot, run_jobs, warm
from experiments.sizing import equalise, size
from experiments.trial import Trial
from experiments.words import number, say
from scenarios.budget_checks import MOST_MILLION_RP
from scenarios.region import Region
from scenarios.scenario import Scenario
from scenarios.schema import MAX_MONTHS
from sim.errors import KemitraanError

if TYPE_CHECKING:
    from experiments.calibration.ensemble import Ensemble

__all__ = ["HEADLINE", "Comparison", "compare", "load_study", "progress_bar", "teller"]

HEADLINE = (
    "no_policy",
    "cash_grant",
    "voluntary_coaching",
    "hotel_memorandum",
    "mandated_hotel_partnership",
    "agency_procurement",
    "ecommerce_collaboration",
    "bundle",
)
"""Scenarios compared when none is named; the first of them is the baseline, if no other is."""

ScenarioLike = str | PathLike[str] | Scenario


def compare(
    scenarios: ScenarioLike | Sequence[ScenarioLike] = HEADLINE,
    region: str | PathLike[str] | Region | None = None,
    baseline: ScenarioLike = "no_policy",
    uncertainty: str = ENSEMBLE,
    replicates: int = 64,
    seed: int = 1,
    jobs: int | None = None,
    out: str | PathLike[str] | None = None,
    scale: int | str | None = None,
    months: int | None = None,
    *,
    ensemble: str | PathLike[str] | Ensemble | None = None,
    fixed_replicates: int = FIXED_REPLICATES,
    equal_budget: float | bool = False,
    lang: str = "en",
    quiet: bool = False,
) -> Comparison:
    """Runs scenarios and a baseline side by side and measures the differences.

    Args:
        scenarios: names, files or scenarios; one or several.
        region: a region, its name or folder; the scenarios' own if none.
        baseline: what the others are compared with.
        uncertainty: "ensemble" takes sets of assumptions that published figures did not rule out,
            the same in all scenarios of a replicate, and varies what they do not hold over its
            range; "parameters" varies every assumed figure over its range; "seeds" holds
            assumptions fixed.
        replicates: pairs.
        seed: of the experiment; the same seed gives the same numbers.
        jobs: processes; as many as there are processors if none.
        out: folder for tables, figures and the manifest; nothing is written if none.
        scale: keep every so many-th firm and buyer; "auto" (or none) keeps at most 20,000 firms.
        months: length of the runs instead of the scenarios'.
        ensemble: the sets, or the folder that `calibrate` wrote; the project's own if none.
        fixed_replicates: further pairs at the registry's values, for the simulation error, and as
            many at displacement 0 and 1; not with `uncertainty` "seeds".
        equal_budget: sizes every scenario to the same expected public cost, million rupiah in a
            policy year: a number, or True for what the first scenario costs. Each is sized by the
            levers that its `budget: {spend_on: [...]}` names.
        lang: language of messages and figures.
        quiet: no messages and no progress on stderr.

    Returns:
        The comparison, with `.effects(...)`, `.levels(...)`, figures, drivers and the ceiling.

    Raises:
        KemitraanError: wrong use, or scenarios that cannot stand side by side.
    """
    from experiments.store import check_target, write_folder  # noqa: PLC0415  # pyarrow only now

    replicates = whole(replicates, "--replicates", 2, MOST_REPLICATES)
    fixed_replicates = whole(fixed_replicates, "fixed_replicates", 2, MOST_REPLICATES)
    seed = whole(seed, "--seed", 0, MOST_SEED)
    workers = default_jobs() if jobs is None else whole(jobs, "--jobs", 1, MOST_JOBS)
    target = None if out is None else check_target(Path(out))
    study, replaced = load_study(
        scenarios, baseline, region, seed, scale, months, lang, equal_budget=equal_budget
    )
    if not 1 <= workers <= MOST_JOBS:
        raise KemitraanError(f"--jobs {workers}: is outside 1..{MOST_JOBS}")
    study = with_sets(study, uncertainty, ensemble)
    work = make_jobs(study, uncertainty, replicates, fixed_replicates)
    workers = min(workers, len(work))
    tell = teller(quiet=quiet)
    for line in replaced:
        tell(line)
    warm(tell, lang)
    trial = pilot(study, work, workers)
    plan = {
        "scenarios": len(study.scenarios),
        "pairs": replicates,
        "extra_pairs": len(work) - replicates,
        "firms": study.firms,
        "months": study.months,
        "scale": study.scale,
        "seed": seed,
        "uncertainty": uncertainty,
        "assumptions_varied": 0 if uncertainty == "seeds" else len(study.varied),
        **({} if study.ensemble is None else sets_of(study)),
        **({} if equal_budget is False else {"equal_budget": _amount_of(study)}),
        "jobs": workers,
        "seconds": round(trial.seconds, 1),
    }
    tell(plan_line(plan, lang))
    begun = time.perf_counter()
    with progress_bar(len(work), quiet=quiet) as advance:
        results = run_jobs(
            study,
            work,
            workers,
            unit_seconds=trial.unit_seconds,
            progress=advance,
            each=Preliminary(study, work, tell, lang, trial.seconds),
        )
    comparison = Comparison(
        study, uncertainty, work, results, plan, seconds=time.perf_counter() - begun
    )
    if target is not None:
        comparison.folder = write_folder(comparison, target, lang=lang)
    return comparison


def plan_line(plan: dict[str, object], lang: str = "en") -> str:
    """What will be run, in one line."""
    seconds = float(str(plan["seconds"]))
    workers = int(str(plan["jobs"]))
    varied = int(str(plan["assumptions_varied"]))
    extra = int(str(plan["extra_pairs"]))
    minutes = f"{seconds / 60:.0f} min" if seconds >= 180 else f"{max(1, seconds):.0f} s"
    assumptions = say("varied", lang, n=varied) if varied else say("held", lang)
    if "ensemble" in plan:
        assumptions += say("of_ensemble", lang, n=plan["together"], sets=plan["ensemble"])
    line = say(
        "plan",
        lang,
        scenarios=plan["scenarios"],
        pairs=plan["pairs"],
        firms=number(float(str(plan["firms"])), lang),
        months=plan["months"],
        time=minutes,
        cores=f"{workers} {say('core' if workers == 1 else 'cores', lang)}",
        assumptions=assumptions,
    )
    return f"{line} {say('extra', lang, n=extra)}" if extra else line


def load_study(
    scenarios: ScenarioLike | Sequence[ScenarioLike],
    baseline: ScenarioLike | None,
    region: str | PathLike[str] | Region | None,
    seed: int,
    scale: int | str | None,
    months: int | None,
    lang: str,
    *,
    equal_budget: float | bool = False,
) -> tuple[Study, list[str]]:
    """What is run, and a line for each value of the files that was replaced.

    Without a baseline the scenarios stand alone, and only their levels can be had.

    Raises:
        KemitraanError: there is no scenario, or they cannot stand side by side.
    """
    given = [scenarios] if isinstance(scenarios, str | PathLike | Scenario) else list(scenarios)
    if not given:
        raise KemitraanError("nothing to compare: name at least one scenario")
    every = read_scale(scale)
    seed = whole(seed, "--seed", 0, MOST_SEED)
    months = None if months is None else whole(months, "--months", SHORTEST, MAX_MONTHS)
    check_length(months)
    loaded = [_load(one, months) for one in given]
    every_one = loaded if baseline is None else [_load(baseline, months), *loaded]
    place = region.name if isinstance(region, Region) else region
    replaced = [
        *override_lines(loaded, region=None if place is None else str(place), lang=lang),
        *override_lines(every_one, months=months, lang=lang),
    ]
    if region is None:
        places = dict.fromkeys(one.region for one in loaded)
        if len(places) > 1:
            listed = ", ".join(f"{one.name} {one.region}" for one in loaded)
            raise KemitraanError(
                f"the scenarios are of different regions ({listed}): give one by --region"
            )
    there = place_of(loaded[0], region)
    trial = Trial(there, common_values(every_one)[0], seed=seed, scale=every)
    every_one, follows = _with_money(every_one, baseline is not None, months, equal_budget, trial)
    study = make_study(there, every_one, seed=seed, scale=every, months=months)
    return replace(study, follows_sales=follows), replaced


def _with_money(
    every_one: Sequence[Scenario],
    has_baseline: bool,  # a fact, not a choice
    months: int | None,
    equal_budget: float | bool,
    trial: Trial,
) -> tuple[list[Scenario], dict[str, float]]:
    """Scenarios with their levers sized to money, at the values that all of them share.

    A budget of a scenario's own is sized anew, since a scenario beside it may assume another wage;
    the same money is then asked of all but the baseline. With them comes what follows sales of the
    scenarios where a lever's cost does, from trial runs.
    """
    if equal_budget is not False and equal_budget is not True:
        check_amount(equal_budget)
    waiting = [s for s in every_one if s.budget and s.budget.million_rp_per_year is not None]
    if equal_budget is False and not waiting:
        return list(every_one), {}
    parameters = common_values(every_one)[0]
    length = common_length(every_one, months)
    # Money is counted over the policy years of the run, whatever a scenario's own length.
    found = [replace(s, months=length) for s in every_one]
    found = [
        size(s, parameters, trial=trial)
        if s.budget and s.budget.million_rp_per_year is not None
        else s
        for s in found
    ]
    # Named among the others, the baseline is not one of them.
    chosen = [
        k for k, one in enumerate(every_one) if not has_baseline or (k > 0 and one != every_one[0])
    ]
    if equal_budget is not False and chosen:
        amount = None if equal_budget is True else float(equal_budget)
        sized = equalise([found[k] for k in chosen], parameters, amount, trial)
        for k, one in zip(chosen, sized, strict=True):
            found[k] = one
    follows = {one.name: trial.cost(one) for one in found if unforeseen(one)}
    return [replace(s, months=own.months) for s, own in zip(found, every_one, strict=True)], follows


def check_amount(amount: object) -> None:
    """Refuses an amount of money that is none.

    Raises:
        KemitraanError: it is no number, or out of range.
    """
    if not isinstance(amount, Real) or not 0.0 < float(amount) <= MOST_MILLION_RP:
        shown = f"{float(amount):.12g}" if isinstance(amount, Real) else repr(amount)
        raise KemitraanError(
            f"--equal-budget {shown}: expects million Rp a year, above 0 and at most "
            f"{MOST_MILLION_RP:,.0f}"
        )


def _amount_of(study: Study) -> float:
    """Million rupiah a year that every scenario of an equal comparison was sized to."""
    first = replace(study.scenarios[1], months=study.months)
    return yearly_cost(first, study.parameters) + study.follows_sales.get(first.name, 0.0)


def _load(one: ScenarioLike, months: int | None) -> Scenario:
    if isinstance(one, Scenario):
        return one
    return load_scenario(one if isinstance(one, str) else Path(one), months=months)


def teller(*, quiet: bool) -> Callable[[str], None]:
    """What says a line on stderr, or nothing."""
    return (lambda _: None) if quiet else _tell


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


class progress_bar:  # noqa: N801  # used as a function
    """A bar on stderr, on a terminal only."""

    def __init__(self, total: int, *, quiet: bool) -> None:
        self._total = total
        self._shown = not quiet and sys.stderr.isatty()

    def __enter__(self) -> Callable[[int], None]:
        if not self._shown:
            return lambda _: None
        from rich.console import Console  # noqa: PLC0415  # 0.1 s, on a terminal only
        from rich.progress import (  # noqa: PLC0415
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TimeRemainingColumn,
        )

        columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
        self._bar.start()
        task = self._bar.add_task("", total=self._total)
        return lambda done: self._bar.advance(task, done)

    def __exit__(self, *_: object) -> None:
        if self._shown:
            self._bar.stop()
