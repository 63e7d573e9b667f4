"""The grammar of a scenario file: its keys, their limits, and how a key may carry its unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from sim.parameters import POLICY_MONTH, Lever, lever_groups, levers

__all__ = [
    "ASSUME_KEYS",
    "BUDGET_KEYS",
    "DEFAULT_END",
    "DEFAULT_MONTHS",
    "DEFAULT_START",
    "FIRST_MONTH",
    "FUTURE_GROUPS",
    "INSTRUMENTS",
    "LANGUAGES",
    "MAX_MONTHS",
    "PRICE_YEAR",
    "SHOCK_KEYS",
    "TIMING_KEYS",
    "TOP_KEYS",
    "Spelling",
    "plain",
    "spellings",
]

TOP_KEYS = (
    "name",
    "title",
    "description",
    "extends",
    "region",
    "months",
    "first_month",
    "instrument",
    "budget",
    "shocks",
    "levers",
    "assume",
)
BUDGET_KEYS = ("million_rp_per_year", "price_year", "spend_on")
SHOCK_KEYS = ("month", "months", "sector", "region", "size", "cost")
TIMING_KEYS = ("start", "ramp_months", "end")
ASSUME_KEYS = ("value", "range", "source")
LANGUAGES = ("en", "id")
INSTRUMENTS = ("memorandum", "perbup", "perda")
FUTURE_GROUPS = (
    "export",
    "forum",
    "data_sharing",
)
"""Lever groups of later versions, so that their names get a plain answer."""

DEFAULT_MONTHS = 108
"""24 before the policy, 60 with it, 24 after its funding stops."""

DEFAULT_START = POLICY_MONTH
DEFAULT_END = 83
FIRST_MONTH = "2025-01"
MAX_MONTHS = 600
PRICE_YEAR = 2026
"""The year whose prices amounts are in; the model has no other."""


@dataclass(frozen=True)
class Spelling:
    """How a written key maps to a lever: `value * times / per` is in the lever's own unit.

    Two numbers instead of one factor, so that 7 percent is exactly 0.07.
    """

    lever: Lever
    times: float = 1.0
    per: float = 1.0

    def to_native(self, value: float) -> float:
        """A written number in the lever's own unit."""
        return value * self.times / self.per

    def to_written(self, value: float) -> float:
        """A number in the lever's unit as it would be written under this key."""
        return value * self.per / self.times


@cache
def spellings(group: str) -> Mapping[str, Spelling]:
    """Every key a group's levers may be written under, own names first.

    A bare key means the lever's own unit; `_km`, `_days` and `_million_rp` may be left
    out or stand; shares may end in `_share` or `_percent`, money in `_billion_rp`.
    """
    own = {key: Spelling(levers()[f"{group}.{key}"]) for key in lever_groups()[group].keys}
    found = dict(own)
    for key, spelling in own.items():
        other: dict[str, Spelling] = {}
        if spelling.lever.unit == "share":
            other[f"{key}_share"] = spelling
            other[f"{key}_percent"] = Spelling(spelling.lever, per=100.0)
        for suffix in ("_km", "_days", "_million_rp"):
            other[key.replace(suffix, "")] = spelling
        if "million_rp" in key:
            other[key.replace("million_rp", "billion_rp")] = Spelling(spelling.lever, times=1000.0)
        for name, meaning in other.items():
            found.setdefault(name, meaning)
    return MappingProxyType(found)


def plain(value: object) -> str:
    """A value as a user would write it: 20 rather than 20.0, a list in brackets."""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(plain(item) for item in value)}]"
    return "none" if value is None else str(value)
