"""The door to the model: `import kemitraan as km`.

It hands on the public names of `sim`, `scenarios` and `experiments`; nothing heavy is imported
until a name is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from kemitraan._own import check_packages

if TYPE_CHECKING:
    from experiments.as_function import ModelFunction, as_function, problem
    from experiments.budget import load_scenario
    from experiments.ceiling import ceiling
    from experiments.compare import Comparison, compare
    from experiments.page.write import report
    from experiments.sensitivity import Sensitivity, sensitivity
    from scenarios.faults import ScenarioError
    from scenarios.region import Region, list_regions, load_region
    from scenarios.scenario import Scenario, list_scenarios
    from sim.agents import Cooperative, CorporateBuyer, Mentor, Platform, Regulator, Umkm
    from sim.ecosystem import Ecosystem
    from sim.errors import KemitraanError
    from sim.outcomes import OUTCOMES
    from sim.parameters import Parameters, levers, registry
    from sim.trace import Trace

    __version__: str

check_packages("sim", "scenarios", "experiments")

_HOME = {
    "Comparison": "experiments.compare",
    "Cooperative": "sim.agents",
    "CorporateBuyer": "sim.agents",
    "Ecosystem": "sim.ecosystem",
    "KemitraanError": "sim.errors",
    "ModelFunction": "experiments.as_function",
    "Mentor": "sim.agents",
    "OUTCOMES": "sim.outcomes",
    "Parameters": "sim.parameters",
    "Platform": "sim.agents",
    "Region": "scenarios.region",
    "Regulator": "sim.agents",
    "Scenario": "scenarios.scenario",
    "ScenarioError": "scenarios.faults",
    "Sensitivity": "experiments.sensitivity",
    "Trace": "sim.trace",
    "Umkm": "sim.agents",
    "as_function": "experiments.as_function",
    "ceiling": "experiments.ceiling",
    "compare": "experiments.compare",
    "levers": "sim.parameters",
    "list_regions": "scenarios.region",
    "list_scenarios": "scenarios.scenario",
    "load_region": "scenarios.region",
    "load_scenario": "experiments.budget",
    "problem": "experiments.as_function",
    "registry": "sim.parameters",
    "report": "experiments.page.write",
    "sensitivity": "experiments.sensitivity",
}

__all__ = [
    "OUTCOMES",
    "Comparison",
    "Cooperative",
    "CorporateBuyer",
    "Ecosystem",
    "KemitraanError",
    "Mentor",
    "ModelFunction",
    "Parameters",
    "Platform",
    "Region",
    "Regulator",
    "Scenario",
    "ScenarioError",
    "Sensitivity",
    "Trace",
    "Umkm",
    "__version__",
    "as_function",
    "ceiling",
    "compare",
    "levers",
    "list_regions",
    "list_scenarios",
    "load_region",
    "load_scenario",
    "problem",
    "registry",
    "report",
    "sensitivity",
]


def __getattr__(name: str) -> object:
    if name == "__version__":
        return _version()
    if name not in _HOME:
        raise AttributeError(f"module 'kemitraan' has no attribute {name!r}")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415  # 40 ms

    try:
        return version("kemitraan")
    except PackageNotFoundError:
        return "not installed"
