"""What a month is: tables, processes in order, keyed draws, ledger.

`Ecosystem` is the notebook's door (a `mesa.Model`); `build_world` and `simulate` are the headless
path, which agrees with it bit for bit. Nothing heavy is imported until it is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.ecosystem import Ecosystem
    from sim.outcomes import OUTCOMES
    from sim.parameters import Parameters
    from sim.policy import compile_policy
    from sim.population import build_world
    from sim.run import simulate
    from sim.world import World

__all__ = [
    "OUTCOMES",
    "Ecosystem",
    "Parameters",
    "World",
    "build_world",
    "compile_policy",
    "simulate",
]

_HOMES = {
    "OUTCOMES": "sim.outcomes",
    "Ecosystem": "sim.ecosystem",
    "Parameters": "sim.parameters",
    "World": "sim.world",
    "build_world": "sim.population",
    "compile_policy": "sim.policy",
    "simulate": "sim.run",
}


def __getattr__(name: str) -> object:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'sim' has no attribute {name!r}")
