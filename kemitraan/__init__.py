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
    from experiments.calibration.calibrate import calibrate
    from experiments.calibration.ensemble import Ensemble, load_ensemble
    from experiments.calibration.result import Calibration
    from experiments.ceiling import ceiling
    from experiments.compare import Comparison, compare
    from experiments.explain.explain import explain
    from experiments.explain.explanation import Explanation
    from experiments.explore.exploration import Exploration
    from experiments.explore.explore import explore
    from experiments.packing.make import pack
    from experiments.packing.reproduce import reproduce
    from experiments.page.write import report
    from experiments.resume import rerun, resume, status, verify
    from experiments.sensitivity import Sensitivity, sensitivity
    from experiments.trials.files import list_trials, load_trial
    from experiments.trials.result import TrialResult
    from experiments.trials.run import trial
    from experiments.validation.result import Validation
    from experiments.validation.validate import validate
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
    "Calibration": "experiments.calibration.result",
    "Comparison": "experiments.compare",
    "Cooperative": "sim.agents",
    "CorporateBuyer": "sim.agents",
    "Ecosystem": "sim.ecosystem",
    "Explanation": "experiments.explain.explanation",
    "Ensemble": "experiments.calibration.ensemble",
    "Exploration": "experiments.explore.exploration",
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
    "TrialResult": "experiments.trials.result",
    "Umkm": "sim.agents",
    "Validation": "experiments.validation.result",
    "calibrate": "experiments.calibration.calibrate",
    "as_function": "experiments.as_function",
    "ceiling": "experiments.ceiling",
    "compare": "experiments.compare",
    "explain": "experiments.explain.explain",
    "explore": "experiments.explore.explore",
    "levers": "sim.parameters",
    "list_regions": "scenarios.region",
    "list_scenarios": "scenarios.scenario",
    "list_trials": "experiments.trials.files",
    "load_ensemble": "experiments.calibration.ensemble",
    "load_region": "scenarios.region",
    "load_scenario": "experiments.budget",
    "load_trial": "experiments.trials.files",
    "pack": "experiments.packing.make",
    "problem": "experiments.as_function",
    "registry": "sim.parameters",
    "report": "experiments.page.write",
    "reproduce": "experiments.packing.reproduce",
    "rerun": "experiments.resume",
    "resume": "experiments.resume",
    "sensitivity": "experiments.sensitivity",
    "status": "experiments.resume",
    "trial": "experiments.trials.run",
    "validate": "experiments.validation.validate",
    "verify": "experiments.resume",
}

__all__ = [
    "OUTCOMES",
    "Calibration",
    "Comparison",
    "Cooperative",
    "CorporateBuyer",
    "Ecosystem",
    "Ensemble",
    "Explanation",
    "Exploration",
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
    "TrialResult",
    "Umkm",
    "Validation",
    "__version__",
    "as_function",
    "calibrate",
    "ceiling",
    "compare",
    "explain",
    "explore",
    "levers",
    "list_regions",
    "list_scenarios",
    "list_trials",
    "load_ensemble",
    "load_region",
    "load_scenario",
    "load_trial",
    "pack",
    "problem",
    "registry",
    "report",
    "reproduce",
    "rerun",
    "resume",
    "sensitivity",
    "status",
    "trial",
    "validate",
    "verify",
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
