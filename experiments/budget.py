"""Scenarios ready to run: a budget with an amount has sized the levers that it names."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from experiments.sizing import size
from scenarios.scenario import Scenario
from scenarios.scenario import load_scenario as read_scenario
from sim.errors import KemitraanError
from sim.parameters import Parameters

__all__ = ["load_scenario", "own_parameters", "refuse_unsized"]


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
