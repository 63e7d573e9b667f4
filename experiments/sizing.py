"""Equal money: levers sized so that a scenario's expected public cost is a given amount.

The levers a scenario names in `spend_on` are multiplied by one factor. What the levers promise is
linear in it, so that the factor is exact; where a part of the cost follows sales, it is searched
for with trial runs (`experiments.trial`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from experiments.costs import lever_value, unforeseen, yearly_cost
from experiments.places import place_of
from experiments.trial import Trial
from scenarios.budget_checks import Budget
from scenarios.faults import Fault, ScenarioError
from scenarios.scenario import LeverSetting, Scenario
from scenarios.schema import plain
from sim.errors import KemitraanError
from sim.parameters import Parameters, levers
from sim.policy_cost import COST_TERMS, UNFORESEEN, spendable

__all__ = ["equalise", "full_cost", "size"]

_SHORTEST = 36
_CLOSE = 1e-3
"""Part of the amount that a cost which follows sales may be off."""


def full_cost(scenario: Scenario, parameters: Parameters, trial: Trial) -> float:
    """Expected public cost in a policy year, million rupiah, with what follows sales."""
    return yearly_cost(scenario, parameters) + trial.cost(scenario)


@dataclass(frozen=True)
class _Spending:
    """How the cost of a scenario follows the factor of its `spend_on` levers.

    Attributes:
        base: the scenario at factor one.
        low: least factor within the ranges of the levers.
        high: largest.
        narrow: the lever whose range ends there.
        fixed: promised by levers at factor zero, million rupiah in a policy year.
        slope: promised more at each unit of the factor.
        trial: finds what follows sales.
    """

    base: Scenario
    low: float
    high: float
    narrow: str
    fixed: float
    slope: float
    trial: Trial

    @property
    def follows_sales(self) -> bool:
        """Whether a part of the cost does."""
        return bool(unforeseen(self.base))

    def cost(self, factor: float) -> float:
        """Expected public cost in a policy year at a factor."""
        promised = self.fixed + self.slope * factor
        if not self.follows_sales:
            return promised
        return promised + self.trial.cost(_scaled(self.base, factor))

    @property
    def least(self) -> float:
        """At the least factor."""
        return self.cost(self.low)

    @property
    def most(self) -> float:
        """At the largest."""
        return self.cost(self.high)

    def factor(self, amount: float) -> float:
        """The factor at which the cost is the amount, which lies between least and most."""
        if not self.follows_sales:
            return (amount - self.fixed) / self.slope
        from scipy.optimize import brentq  # noqa: PLC0415  # 0.2 s

        # Most of the way the cost is near to linear: few runs find a narrow bracket first.
        low, high = self.low, min(self.high, 1.0)
        while self.cost(high) < amount:
            low, high = high, min(self.high, 2.0 * high)
        off = _CLOSE * amount
        return float(
            brentq(
                lambda factor: self._off(factor, amount, off), low, high, rtol=_CLOSE, maxiter=40
            )
        )

    def _off(self, factor: float, amount: float, close: float) -> float:
        """By how much the cost misses the amount; nothing where it is close."""
        off = self.cost(factor) - amount
        return 0.0 if abs(off) <= close else off


def size(
    scenario: Scenario,
    parameters: Parameters,
    million_rp_per_year: float | None = None,
    trial: Trial | None = None,
) -> Scenario:
    """The scenario with its `spend_on` levers scaled to an expected public cost.

    Args:
        scenario: with a budget that names levers.
        parameters: values at which the cost is expected.
        million_rp_per_year: in a policy year; the budget's own amount if none.
        trial: runs that tell what follows sales, where a lever does; in the scenario's own region
            if none.

    Returns:
        The scenario, its budget marked as applied; `origin` of a sized lever says so.

    Raises:
        ScenarioError: a lever that the cost does not follow, or no size within the levers' ranges
            costs that much; with the amounts that would fit.
    """
    budget = scenario.budget
    if budget is None:
        raise KemitraanError(_cannot(scenario, parameters, million_rp_per_year))
    amount = budget.million_rp_per_year if million_rp_per_year is None else million_rp_per_year
    if amount is None:
        raise KemitraanError(
            f"{scenario.name}: its budget names no amount; write million_rp_per_year"
        )
    spending = _spending(scenario, budget, parameters, trial)
    _check_fits(spending, budget, amount)
    sized = _scaled(spending.base, spending.factor(amount))
    changed = {
        f"levers.{name}": _origin(scenario, name, million_rp_per_year) for name in budget.spend_on
    }
    return replace(
        sized,
        origin={**scenario.origin, **changed},
        budget=replace(budget, million_rp_per_year=amount, applied=True),
    )


def equalise(
    scenarios: Sequence[Scenario],
    parameters: Parameters,
    million_rp_per_year: float | None,
    trial: Trial,
) -> list[Scenario]:
    """The scenarios, sized to the same expected public cost.

    Args:
        scenarios: without the baseline.
        parameters: values at which the cost is expected.
        million_rp_per_year: the amount; if none, what the first scenario costs as it stands, or,
            where others cannot be sized to that, the smallest that one of the scenarios costs and
            all others can be sized to.
        trial: runs that tell what follows sales.

    Raises:
        KemitraanError: scenarios that name no levers to spend on, or that cannot be sized to the
            amount, all of them at once.
    """
    own = None
    if million_rp_per_year is None:
        own = _own_amount(scenarios, parameters, trial)
        amount = full_cost(scenarios[own], parameters, trial)
    else:
        amount = float(million_rp_per_year)
    lacking = [one for k, one in enumerate(scenarios) if k != own and one.budget is None]
    if lacking:
        raise KemitraanError(
            "\n".join(_cannot(one, parameters, million_rp_per_year) for one in lacking)
        )
    sized: list[Scenario] = []
    faults: list[Fault] = []
    for k, one in enumerate(scenarios):
        try:
            sized.append(one if k == own else size(one, parameters, amount, trial))
        except ScenarioError as error:
            faults += error.faults
    if faults:
        raise ScenarioError(faults)
    return sized


def _own_amount(scenarios: Sequence[Scenario], parameters: Parameters, trial: Trial) -> int:
    """The scenario whose own cost is the amount for all: the first, unless that fits not all."""
    costs = [full_cost(one, parameters, trial) for one in scenarios]
    if costs[0] <= 0.0:
        raise KemitraanError(
            f"--equal-budget: the first scenario, {scenarios[0].name}, costs no public money; "
            "give an amount in million Rp a year"
        )
    fits = [_fitting(one, parameters, trial) for one in scenarios]
    others = sorted(range(1, len(scenarios)), key=costs.__getitem__)
    for k in [0, *others]:
        rest = [ends for other, ends in enumerate(fits) if other != k]
        if costs[k] > 0.0 and all(least <= costs[k] <= most for least, most in rest):
            return k
    return 0  # whose cost does not fit either, and the errors say for whom


def _fitting(scenario: Scenario, parameters: Parameters, trial: Trial) -> tuple[float, float]:
    """Least and most that a scenario can be sized to; nothing fits where it cannot be."""
    if scenario.budget is None:
        return np.inf, -np.inf
    try:
        spending = _spending(scenario, scenario.budget, parameters, trial)
    except ScenarioError:
        return np.inf, -np.inf
    return spending.least, spending.most


def _spending(
    scenario: Scenario, budget: Budget, parameters: Parameters, trial: Trial | None
) -> _Spending:
    """How the cost follows the factor.

    Raises:
        ScenarioError: a lever that the cost does not follow, or a run without a policy year.
    """
    faults = _lever_faults(scenario, budget)
    if scenario.months < _SHORTEST:
        message = (
            f"a run of {scenario.months} months has no policy year to spend it in; "
            f"at least {_SHORTEST} are needed"
        )
        faults.append(budget.fault("million_rp_per_year", message, scenario.name))
    if faults:
        raise ScenarioError(faults)
    base = _with_bases(scenario, budget)
    at = [yearly_cost(_scaled(base, f), parameters) for f in (0.0, 1.0, 2.0)]
    fixed, slope = at[0], at[1] - at[0]
    if abs(at[2] - at[1] - slope) > 1e-9 * max(1.0, at[2]):
        raise AssertionError(f"{scenario.name}: public cost is not linear in {budget.spend_on}")
    low, high, narrow = 0.0, np.inf, budget.spend_on[0]
    for name in budget.spend_on:
        lever, value = levers()[name], lever_value(base, name)
        low = max(low, (lever.low or 0.0) / value)
        if (lever.high or 0.0) / value < high:
            high, narrow = (lever.high or 0.0) / value, name
    runs = Trial(lambda: place_of(scenario), parameters) if trial is None else trial
    return _Spending(base, low, high, narrow, fixed, slope, runs)


def _check_fits(spending: _Spending, budget: Budget, amount: float) -> None:
    """Refuses an amount that no factor meets, with those that some would."""
    base, key = spending.base, "million_rp_per_year"
    names = " and ".join(budget.spend_on)
    least, most = spending.least, spending.most
    if most <= least:
        message = (
            f"{names} cost nothing in the policy years as they stand (from "
            f"{_when(base, budget)}); set what belongs to them, or other months"
        )
        raise ScenarioError([budget.fault(budget.spend_on[0], message, base.name)])
    asked = f"Rp {plain(round(amount, 3))} million a year"
    # Ends that trial runs found are told in whole millions that do fit.
    low, high = (math.ceil(least), math.floor(most)) if spending.follows_sales else (least, most)
    fits = f"budgets of Rp {plain(round(low, 3))} to {plain(round(high, 3))} million a year fit"
    if amount < least:
        message = (
            f"{asked} is less than what {base.name} costs without {names}, "
            f"Rp {plain(round(least, 3))} million; {fits}"
        )
        raise ScenarioError([budget.fault(key, message, base.name)])
    if amount > most:
        lever, narrow = levers()[spending.narrow], spending.narrow
        ends = f"[{plain(lever.low or 0.0)}..{plain(lever.high or 0.0)}]"
        if spending.follows_sales:
            message = f"for {asked} {narrow} would have to be out of range {ends}; {fits}"
        else:
            needed = plain(round(lever_value(base, narrow) * spending.factor(amount), 3))
            message = f"for {asked} {narrow} would have to be {needed}, out of range {ends}; {fits}"
        raise ScenarioError([budget.fault(key, message, base.name)])


def _cannot(scenario: Scenario, parameters: Parameters, amount: float | None) -> str:
    """Why a scenario without `spend_on` cannot be sized, and what to do.

    Args:
        scenario: its levers are looked at.
        parameters: values at which the cost is expected.
        amount: that was asked for, if one was.
    """
    drivers = _drivers()
    costly = [name for name in scenario.levers if name in drivers and lever_value(scenario, name)]
    begin = f"--equal-budget: {scenario.name} cannot be sized, because"
    if costly:
        return (
            f"{begin} it does not say what money is spent on. Write into its file, with levers of "
            f"its own: budget: {{spend_on: [{', '.join(costly)}]}}; or leave it out"
        )
    own = yearly_cost(scenario, parameters)
    if own <= 0.0:
        return f"{begin} none of its levers costs public money; leave it out"
    # What is left is paid for whole things, see `sim.policy_cost`.
    begin = f"{begin} matching events come whole; leave it out"
    costs = f"what it costs, Rp {plain(round(own, 3))} million a year"
    if amount is None:
        return f"{begin}, since not all others can be sized to {costs}"
    return (
        f"{begin}, or size the others to it: --equal-budget without a number takes {costs}, "
        "if all others can be sized to that"
    )


def _lever_faults(scenario: Scenario, budget: Budget) -> list[Fault]:
    """Levers that the cost does not follow."""
    drivers = _drivers()
    faults = []
    along = {name: term.levers for term in COST_TERMS.values() for name in term.along}
    unset = [name for name in budget.spend_on if not lever_value(scenario, name)]
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


def _drivers() -> list[str]:
    """Levers that money can be spent on."""
    return [*spendable(), *UNFORESEEN]


def _with_bases(scenario: Scenario, budget: Budget) -> Scenario:
    """A single lever without a value starts at one unit; only the proportion counts."""
    settings = dict(scenario.levers)
    for name in budget.spend_on:
        if lever_value(scenario, name) == 0.0 and name in settings:
            settings[name] = replace(settings[name], value=1.0)
    return replace(scenario, levers=settings)


def _scaled(scenario: Scenario, factor: float) -> Scenario:
    settings: dict[str, LeverSetting] = dict(scenario.levers)
    for name in scenario.budget.spend_on if scenario.budget else ():
        if name in settings:
            settings[name] = replace(settings[name], value=lever_value(scenario, name) * factor)
    return replace(scenario, levers=settings)


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
    value = lever_value(scenario, name)
    if not value or before == "default":
        return f"budget ({source})"
    if before.startswith("budget ("):
        _, was, rest = before.partition("), was ")
        return f"budget ({source}{was}{rest}" if was else f"budget ({source})"
    return f"budget ({source}), was {plain(value)} ({before})"
