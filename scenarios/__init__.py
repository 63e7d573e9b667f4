"""What is asked of the model: regions, scenarios and their strict reading."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scenarios.faults import Fault, ScenarioError
    from scenarios.region import Region, list_regions, load_region
    from scenarios.scenario import (
        Assumption,
        Budget,
        LeverSetting,
        Scenario,
        Shock,
        list_scenarios,
        load_scenario,
    )

__all__ = [
    "Assumption",
    "Budget",
    "Fault",
    "LeverSetting",
    "Region",
    "Scenario",
    "ScenarioError",
    "Shock",
    "list_regions",
    "list_scenarios",
    "load_region",
    "load_scenario",
]

_HOME = {
    "Assumption": "scenario",
    "Budget": "scenario",
    "Fault": "faults",
    "LeverSetting": "scenario",
    "Region": "region",
    "Scenario": "scenario",
    "ScenarioError": "faults",
    "Shock": "scenario",
    "list_regions": "region",
    "list_scenarios": "scenario",
    "load_region": "region",
    "load_scenario": "scenario",
}


def __getattr__(name: str) -> object:
    # Loaded on first use: `kemitraan --help` must not wait for tables and YAML.
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
