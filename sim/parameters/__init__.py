"""Every number of the model with its evidence, and every lever a policy can pull.

`registry()` reads the entries of this folder once; `Parameters` is one full set of
values; `levers()` is the grammar of policies. Pure Python: nothing heavy is imported.
"""

from sim.parameters.calendar import POLICY_MONTH, STALE_MONTHS
from sim.parameters.evidence import Evidence, evidence
from sim.parameters.goods import PROPERTIES, goods_names
from sim.parameters.levers import Lever, lever_groups, levers
from sim.parameters.registry import (
    SWITCHES,
    TRIALS,
    Parameter,
    RegistryError,
    Source,
    assumed,
    fixed_guesses,
    registry,
    stale,
)
from sim.parameters.values import ParameterError, Parameters

__all__ = [
    "POLICY_MONTH",
    "PROPERTIES",
    "STALE_MONTHS",
    "SWITCHES",
    "TRIALS",
    "Evidence",
    "Lever",
    "Parameter",
    "ParameterError",
    "Parameters",
    "RegistryError",
    "Source",
    "assumed",
    "evidence",
    "fixed_guesses",
    "goods_names",
    "lever_groups",
    "levers",
    "registry",
    "stale",
]
