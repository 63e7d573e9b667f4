"""Which levers of a policy are moved one by one, and between which values."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from scenarios.faults import did_you_mean
from scenarios.scenario import Scenario
from sim.errors import KemitraanError
from sim.parameters import Lever, levers

__all__ = ["FARTHEST", "lever_grid", "named_levers", "pulled_levers", "set_by"]

FARTHEST = 4.0
"""A lever is moved at most to so many times its value: beyond, nothing is like the policy."""
_WIDE = 10.0  # ratio of two ends from which the middle is their geometric one
_GROUPS = ("hotel", "agency", "coaching", "platform", "cash_grant", "restaurant", "large_buyer",
           "inspection", "matching_event", "cooperative", "payment", "programme")  # fmt: skip
_ONLY_COSTS = "programme."
_KEYS = (
    "quota", "places", "coverage", "onboarding_places", "million_rp_per_year", "per_year",
    "pooling", "hours_per_month", "max_days", "training_places", "registrations_per_year",
    "sanction_million_rp", "depth", "publicity", "radius_km", "fee_subsidy", "promotion",
    "online_training", "firms", "firms_per_year", "price_cap", "audit_publication",
)  # fmt: skip
"""The size of a policy first, then how it is enforced, then its details."""


def pulled_levers(values: Mapping[str, object]) -> list[str]:
    """Levers with an amount that stand away from nothing; switches are left out.

    The main one of each group first, then the second of each, and so on; last what only costs.

    Args:
        values: what a scenario sets, by lever.
    """
    found = [
        name
        for name, value in values.items()
        if _amount(levers()[name]) and value != levers()[name].null
    ]
    # An obligation covers all or some: its size is the quota.
    bound = {n.split(".")[0] for n in found if n.endswith(".quota")}
    place = {
        name: (_rank(name, bound), _order(_GROUPS, name.split(".")[0]), name) for name in found
    }
    by_group: dict[str, list[str]] = {}
    for name in sorted(found, key=lambda n: place[n]):
        by_group.setdefault(name.split(".")[0], []).append(name)
    turn = {name: k for names in by_group.values() for k, name in enumerate(names)}
    turn |= {name: len(found) for name in found if name.startswith(_ONLY_COSTS)}
    return sorted(found, key=lambda n: (turn[n], place[n][1], place[n]))


def set_by(scenario: Scenario) -> dict[str, object]:
    """What a scenario sets, by lever."""
    return {name: setting.value for name, setting in scenario.levers.items()}


def _rank(name: str, bound: set[str]) -> int:
    group, _, key = name.partition(".")
    if key == "coverage" and group in bound:
        return len(_KEYS)
    return _order(_KEYS, key)


def _order(known: Sequence[str], name: str) -> int:
    return known.index(name) if name in known else len(known)


def _amount(lever: Lever) -> bool:
    """Whether a lever is one that may be more or less, and not a choice or a switch."""
    return lever.kind == "number" and not (lever.whole and lever.low == 0.0 and lever.high == 1.0)


def named_levers(scenarios: Sequence[Scenario], names: Sequence[str]) -> dict[str, list[str]]:
    """Levers that were asked for, by scenario.

    Raises:
        KemitraanError: none of the scenarios pulls one, or it is none that can be moved.
    """
    there = {one.name: pulled_levers(set_by(one)) for one in scenarios}
    every = list(dict.fromkeys(name for found in there.values() for name in found))
    for name in names:
        if name not in levers():
            raise KemitraanError(f"--levers {name}: is no lever{did_you_mean(name, every)}")
        if not _amount(levers()[name]):
            raise KemitraanError(
                f"--levers {name}: is a choice or a switch, and has no value in between"
            )
        if name not in every:
            listed = ", ".join(every) or "none"
            raise KemitraanError(
                f"--levers {name}: stays at its null in {', '.join(there)}; levers that are "
                f"pulled there: {listed}"
            )
    return {one: [name for name in names if name in found] for one, found in there.items()}


def lever_grid(name: str, value: float) -> tuple[float, ...]:
    """Five values of a lever in rising order, its null and the present value among them.

    The others lie half way to null, at the far end of its range or at four times the value where
    that is nearer, and half way there. A whole lever takes whole values. Fewer where the present
    value stands at an end.
    """
    lever = levers()[name]
    null = float(str(lever.null))
    low, high = float(lever.low or 0.0), float(lever.high or 0.0)
    if value >= null:
        far = min(high, FARTHEST * value) if value > 0.0 else high
    else:
        far = max(low, value / FARTHEST) if value > 0.0 else low
    if math.isclose(far, value):
        points = [null + (value - null) * part for part in (0.0, 0.25, 0.5, 0.75, 1.0)]
    else:
        points = [null, _middle(null, value), value, _middle(value, far), far]
    if lever.whole:
        points = [float(round(x)) for x in points]
    found: list[float] = []
    for x in sorted(points, key=lambda x: (x != value, x)):  # the present value stays as it is
        if low <= x <= high and not any(math.isclose(x, other, abs_tol=1e-12) for other in found):
            found.append(x)
    return tuple(sorted(found))


def _middle(first: float, second: float) -> float:
    """Half way; of two ends that are far apart in size their geometric mean."""
    low, high = sorted((first, second))
    if low > 0.0 and high > _WIDE * low:
        return float(f"{math.sqrt(low * high):.3g}")
    return (first + second) / 2.0
