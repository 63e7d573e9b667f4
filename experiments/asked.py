"""What is asked: scenarios, baseline and region as one study, levers sized to money."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from numbers import Real
from os import PathLike
from pathlib import Path

from experiments.budget import load_scenario
from experiments.costs import unforeseen, yearly_cost
from experiments.design import Study, common_length, common_values, make_study
from experiments.limits import MOST_SEED, SHORTEST, check_length, read_scale, whole
from experiments.overrides import override_lines
from experiments.places import place_of
from experiments.sizing import equalise, size
from experiments.trial import Trial
from scenarios.budget_checks import MOST_MILLION_RP
from scenarios.region import Region
from scenarios.scenario import Scenario
from scenarios.schema import MAX_MONTHS
from sim.errors import KemitraanError

__all__ = ["ScenarioLike", "amount_of", "check_amount", "load_study"]

ScenarioLike = str | PathLike[str] | Scenario


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


def amount_of(study: Study) -> float:
    """Million rupiah a year that every scenario of an equal comparison was sized to."""
    first = replace(study.scenarios[1], months=study.months)
    return yearly_cost(first, study.parameters) + study.follows_sales.get(first.name, 0.0)


def _load(one: ScenarioLike, months: int | None) -> Scenario:
    if isinstance(one, Scenario):
        return one
    return load_scenario(one if isinstance(one, str) else Path(one), months=months)
