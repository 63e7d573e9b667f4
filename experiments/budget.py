"""Equal money: levers sized so that a scenario's expected public cost is a given amount.

Expected cost is that of `sim.policy_cost` over the policy years of the run, at the values that
stand where assumptions are held fixed. The levers a scenario names in `spend_on` are multiplied by
one factor; the cost is linear in them, so the factor is exact.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from scenarios.budget_checks import Budget
from scenarios.faults import Fault, ScenarioError
from scenarios.scenario import LeverSetting, Scenario
from scenarios.scenario import load_scenario as read_scenario
from scenarios.schema import plain
from sim.errors import KemitraanError
from sim.parameters import Parameters, goods_names, levers
from sim.policy import compile_policy
from sim.policy_cost import COST_TERMS, UNFORESEEN, expected_cost, policy_months, spendable

__all__ = [
    "cost_by_term",
    "cost_outside",
    "equalise",
    "idle_terms",
    "load_scenario",
    "own_parameters",
    "refuse_unsized",
    "size",
    "unforeseen",
    "yearly_cost",
]

_SHORTEST = 36


def load_scenario(
    name_or_path: str | Path,
    levers: Mapping[str, Any] | None = None,
    assume: Mapping[str, Any] | None = None,
    *,
    region: str | None = None,
    months: int | None = None,
    budget: Mapping[str, Any] | None = None,
) -> Scenario:
    """A scenario, ready to run: a budget with an amount has sized its levers.

    Args:
        name_or_path: name of a shipped scenario, or a scenario file.
        levers: settings that replace the file's, such as `{"hotel.quota": 0.2}`; also
            `hotel.start`, `hotel.ramp_months` and `hotel.end`.
        assume: assumptions that replace the file's: a number, or
            `{"value": ..., "range": [low, high], "source": ...}`.
        region: replaces the file's region.
        months: replaces the file's length of the run; a policy that would last longer
            is cut off.
        budget: keys that replace the file's, such as `{"million_rp_per_year": 2000}`.

    Raises:
        ScenarioError: with every fault of every file and of the values given, or because no size
            of the levers costs that much.
    """
    scenario = read_scenario(
        name_or_path, levers, assume, region=region, months=months, budget=budget
    )
    if scenario.budget is None or not scenario.budget.waits:
        return scenario
    return size(scenario, own_parameters(scenario))


def own_parameters(scenario: Scenario) -> Parameters:
    """The registry's values, with what the scenario assumes."""
    return Parameters.default().replace(
        check=False, **{name: one.value for name, one in scenario.assume.items()}
    )


def cost_by_term(
    scenario: Scenario, parameters: Parameters, months: int | None = None
) -> dict[str, float]:
    """Expected public cost by term, million rupiah in a policy year; terms of 0 are left out.

    Args:
        scenario: its levers are taken as they stand.
        parameters: values, such as the inspectors' wage.
        months: length of the run instead of the scenario's.
    """
    found = replace(scenario, months=months) if months else scenario
    return {name: cost for name, cost in _costs(found, parameters).items() if cost}


def cost_outside(scenario: Scenario, parameters: Parameters, months: int) -> float:
    """Expected public cost outside the policy years of a run, million rupiah in all."""
    window = policy_months(months)
    policy = compile_policy(scenario.levers, goods_names(), months)
    total = np.sum(list(expected_cost(policy, parameters).values()), axis=0)
    return float(np.sum(total[: window.start]) + np.sum(total[window.stop :]))


def yearly_cost(scenario: Scenario, parameters: Parameters) -> float:
    """Expected public cost in a policy year, million rupiah."""
    return sum(_costs(scenario, parameters).values())


def _costs(scenario: Scenario, parameters: Parameters) -> dict[str, float]:
    window = policy_months(scenario.months)
    policy = compile_policy(scenario.levers, goods_names(), scenario.months)
    years = max(0, window.stop - window.start) / 12
    return {
        name: float(np.sum(months[window])) / years if years else 0.0
        for name, months in expected_cost(policy, parameters).items()
    }


def unforeseen(scenario: Scenario) -> list[str]:
    """Levers of a scenario whose cost follows sales, and is in no expectation."""
    return [name for name in UNFORESEEN if _value(scenario, name) > 0.0]


def idle_terms(scenario: Scenario) -> list[str]:
    """Levers of a scenario's budget whose money nothing in the model reads."""
    terms = spendable()
    spend_on = scenario.budget.spend_on if scenario.budget else ()
    return [name for name in spend_on if name in terms and not COST_TERMS[terms[name]].moves]


def refuse_unsized(scenario: Scenario) -> None:
    """Refuses a scenario whose budget has not sized its levers: it would run with other money.

    Raises:
        KemitraanError: it has an amount that waits.
    """
    if scenario.budget is not None and scenario.budget.waits:
        raise KemitraanError(
            f"{scenario.name}: its budget has not sized the levers yet; "
            "load it with km.load_scenario"
        )


@dataclass(frozen=True)
class _Spending:
    """What a scenario costs at no and at one time its `spend_on` levers."""

    fixed: float
    variable: float


def size(
    scenario: Scenario, parameters: Parameters, million_rp_per_year: float | None = None
) -> Scenario:
    """The scenario with its `spend_on` levers scaled to an expected public cost.

    Args:
        scenario: with a budget that names levers.
        parameters: values at which the cost is expected.
        million_rp_per_year: in a policy year; the budget's own amount if none.

    Returns:
        The scenario, its budget marked as applied; `origin` of a sized lever says so.

    Raises:
        ScenarioError: a lever that the cost does not follow, or no size within the levers' ranges
            costs that much; with the amounts that would fit.
    """
    budget = scenario.budget
    if budget is None:
        raise KemitraanError(_cannot(scenario))
    amount = budget.million_rp_per_year if million_rp_per_year is None else million_rp_per_year
    if amount is None:
        raise KemitraanError(
            f"{scenario.name}: its budget names no amount; write million_rp_per_year"
        )
    faults = _lever_faults(scenario, budget)
    if scenario.months < _SHORTEST:
        faults.append(
            budget.fault(
                "million_rp_per_year",
                f"a run of {scenario.months} months has no policy year to spend it in; "
                f"at least {_SHORTEST} are needed",
                scenario.name,
            )
        )
    if faults:
        raise ScenarioError(faults)
    base = _with_bases(scenario, budget)
    spending = _spending(base, parameters)
    factor = _factor(base, budget, spending, amount)
    sized = _scaled(base, budget, factor)
    changed = {
        f"levers.{name}": _origin(scenario, name, million_rp_per_year) for name in budget.spend_on
    }
    return replace(
        sized,
        origin={**scenario.origin, **changed},
        budget=replace(budget, million_rp_per_year=amount, applied=True),
    )


def equalise(
    scenarios: Sequence[Scenario], parameters: Parameters, million_rp_per_year: float | None
) -> list[Scenario]:
    """The scenarios, sized to the same expected public cost.

    Args:
        scenarios: without the baseline.
        parameters: values at which the cost is expected.
        million_rp_per_year: the amount; what the first scenario costs as it stands if none.

    Raises:
        KemitraanError: scenarios that name no levers to spend on, all of them at once.
    """
    own = million_rp_per_year is None
    amount = yearly_cost(scenarios[0], parameters) if own else float(million_rp_per_year or 0.0)
    if own and amount <= 0.0:
        raise KemitraanError(
            f"--equal-budget: the first scenario, {scenarios[0].name}, costs no public money; "
            "give an amount in million Rp a year"
        )
    to_size = scenarios[1:] if own else scenarios
    lacking = [one for one in to_size if one.budget is None]
    if lacking:
        raise KemitraanError("\n".join(_cannot(one) for one in lacking))
    sized = [size(one, parameters, amount) for one in to_size]
    return [*scenarios[:1], *sized] if own else sized


def _cannot(scenario: Scenario) -> str:
    costly = [name for name in scenario.levers if name in spendable()]
    example = ", ".join(costly) if costly else "cash_grant.million_rp_per_year"
    none = "" if costly else " (it pulls none whose cost could be scaled)"
    return (
        f"--equal-budget: {scenario.name} cannot be sized, because it does not say what money is "
        f"spent on. Write into its file, with levers of its own{none}: "
        f"budget: {{spend_on: [{example}]}}; or leave it out"
    )


def _lever_faults(scenario: Scenario, budget: Budget) -> list[Fault]:
    """Levers that the cost does not follow."""
    drivers = spendable()
    faults = []
    along = {name: term.levers for term in COST_TERMS.values() for name in term.along}
    unset = [name for name in budget.spend_on if not _value(scenario, name)]
    for name in budget.spend_on:
        if name in along and not any(other in budget.spend_on for other in along[name]):
            message = f"{name} costs nothing by itself: name {along[name][0]} with it"
        elif name not in drivers and name not in along:
            known = ", ".join([*drivers, *along])
            message = f"public cost does not follow {name}; it follows {known}"
        elif name in unset and len(budget.spend_on) > 1:
            message = f"{name} is not set: with several levers each needs a value to scale"
        else:
            continue
        faults.append(budget.fault(name, message, scenario.name))
    return faults


def _value(scenario: Scenario, name: str) -> float:
    setting = scenario.levers.get(name)
    return float(setting.value) if setting and isinstance(setting.value, float | int) else 0.0


def _with_bases(scenario: Scenario, budget: Budget) -> Scenario:
    """A single lever without a value starts at one unit; only the proportion counts."""
    settings = dict(scenario.levers)
    for name in budget.spend_on:
        if _value(scenario, name) == 0.0 and name in settings:
            settings[name] = replace(settings[name], value=1.0)
    return replace(scenario, levers=settings)


def _scaled(scenario: Scenario, budget: Budget, factor: float) -> Scenario:
    settings: dict[str, LeverSetting] = dict(scenario.levers)
    for name in budget.spend_on:
        if name in settings:
            settings[name] = replace(settings[name], value=_value(scenario, name) * factor)
    return replace(scenario, levers=settings)


def _spending(scenario: Scenario, parameters: Parameters) -> _Spending:
    budget = scenario.budget
    if budget is None:
        raise AssertionError(scenario.name)
    at = [yearly_cost(_scaled(scenario, budget, f), parameters) for f in (0.0, 1.0, 2.0)]
    fixed, variable = at[0], at[1] - at[0]
    if abs(at[2] - at[1] - variable) > 1e-9 * max(1.0, at[2]):
        raise AssertionError(f"{scenario.name}: public cost is not linear in {budget.spend_on}")
    return _Spending(fixed, variable)


def _factor(scenario: Scenario, budget: Budget, spending: _Spending, amount: float) -> float:
    """What the levers are multiplied by."""
    key = "million_rp_per_year"
    asked = f"Rp {plain(round(amount, 3))} million a year"
    if spending.variable <= 0.0:
        names = " and ".join(budget.spend_on)
        message = (
            f"{names} cost nothing in the policy years as they stand (from "
            f"{_when(scenario, budget)}); set what belongs to them, or other months"
        )
        raise ScenarioError([budget.fault(budget.spend_on[0], message, scenario.name)])
    factor = (amount - spending.fixed) / spending.variable
    low, high = 0.0, np.inf
    narrow = budget.spend_on[0]
    for name in budget.spend_on:
        lever, value = levers()[name], _value(scenario, name)
        low = max(low, (lever.low or 0.0) / value)
        if (lever.high or 0.0) / value < high:
            high, narrow = (lever.high or 0.0) / value, name
    least, most = (spending.fixed + spending.variable * f for f in (low, high))
    fits = f"budgets of Rp {plain(round(least, 3))} to {plain(round(most, 3))} million a year fit"
    if factor < low:
        message = (
            f"{asked} is less than what {scenario.name} costs without "
            f"{' and '.join(budget.spend_on)}, Rp {plain(round(spending.fixed, 3))} million; {fits}"
        )
        raise ScenarioError([budget.fault(key, message, scenario.name)])
    if factor > high:
        lever = levers()[narrow]
        needed = plain(round(_value(scenario, narrow) * factor, 3))
        message = (
            f"for {asked} {narrow} would have to be {needed}, out of range "
            f"[{plain(lever.low or 0.0)}..{plain(lever.high or 0.0)}]; {fits}"
        )
        raise ScenarioError([budget.fault(key, message, scenario.name)])
    return factor


def _when(scenario: Scenario, budget: Budget) -> str:
    setting = scenario.levers.get(budget.spend_on[0])
    if setting is None:
        return "no month"
    return f"{scenario.calendar(setting.start)} to {scenario.calendar(setting.end)}"


def _origin(scenario: Scenario, name: str, given: float | None) -> str:
    """Where a sized value comes from: the budget, and what it was before."""
    if given is None:
        source = scenario.origin.get("budget.million_rp_per_year", "budget")
    else:
        source = "--equal-budget"
    before = scenario.origin.get(f"levers.{name}", "default")
    value = _value(scenario, name)
    if not value or before == "default":
        return f"budget ({source})"
    if before.startswith("budget ("):
        _, was, rest = before.partition("), was ")
        return f"budget ({source}{was}{rest}" if was else f"budget ({source})"
    return f"budget ({source}), was {plain(value)} ({before})"
