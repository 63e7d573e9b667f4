"""Expected public cost of scenarios: what their levers promise to pay, and what follows sales.

What the levers promise is that of `sim.policy_cost` over the policy years of the run, at the values
that stand where assumptions are held fixed. What follows sales only trial runs can tell, see
`experiments.trial`.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from scenarios.scenario import Scenario
from sim.parameters import Parameters, goods_names
from sim.policy import compile_policy
from sim.policy_cost import COST_TERMS, UNFORESEEN, expected_cost, policy_months, spendable

__all__ = [
    "cost_by_term",
    "cost_outside",
    "idle_terms",
    "lever_value",
    "unforeseen",
    "yearly_cost",
]


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
    return [name for name in UNFORESEEN if lever_value(scenario, name) > 0.0]


def idle_terms(scenario: Scenario) -> list[str]:
    """Levers of a scenario's budget whose money nothing in the model reads."""
    terms = spendable()
    spend_on = scenario.budget.spend_on if scenario.budget else ()
    return [name for name in spend_on if name in terms and not COST_TERMS[terms[name]].moves]


def lever_value(scenario: Scenario, name: str) -> float:
    """The number a lever is set to; 0 where it is not set, or no number."""
    setting = scenario.levers.get(name)
    return float(setting.value) if setting and isinstance(setting.value, float | int) else 0.0
