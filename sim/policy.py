"""Lever settings as numbers: what a policy asks in each month.

A policy is data. The kernels read the rows of these arrays and know no scenario by name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

__all__ = [
    "COACHING_KINDS",
    "LEVERS_DTYPE",
    "RULE_DTYPE",
    "TARGETING",
    "LeverLike",
    "Policy",
    "compile_policy",
    "no_policy",
    "rises",
]

RULE_DTYPE = np.dtype(
    [
        (name, "f8")
        for name in (
            "in_force",
            "binding",
            "quota",
            "coverage",
            "radius",
            "price_cap",
            "publicity",
            "audit",
            "gate",
            "most",
        )
    ]
)
"""One row a month and buyer kind: what the kind is asked to do. gate: certificates are asked for;
most: suppliers a procuring unit of an agency can handle a month, where above its own number."""

LEVERS_DTYPE = np.dtype(
    [
        (name, "f8")
        for name in (
            "hours",
            "depth",
            "fine",
            "targeting",
            "payment_rule",
            "max_days",
            "grant_budget",
            "grant_awards",
            "office",
            "onboarding",
            "training",
            "fee_subsidy",
            "promotion",
            "free_orders",
            "coaching_places",
            "coaching_kind",
            "coaching_cost",
            "coaching_months",
            "aligned",
            "referral",
            "shared_pool",
            "online_training",
            "registrations",
            "events",
            "event_firms",
            "pooling",
            "coop_listed",
        )
    ]
)
"""One row a month. hours of inspection a month over the region; fine, grant_budget and office in
million rupiah (a case, a month, a month); grant_awards, onboarding, training, coaching_places and
registrations (on the catalogue) a month over the region; fee_subsidy and promotion are shares,
free_orders are a shop's; coaching_cost in million rupiah a head; events of the month, event_firms
invited to each; pooling: share of the active cooperatives that pool, coop_listed: these are on the
catalogue for their members."""

TARGETING = ("random", "risk", "complaint")
COACHING_KINDS = ("mentor", "class")
RULE_KINDS = ("hotel", "restaurant", "large_buyer", "agency")
"""Groups of levers that speak of buyers, by number of the kind."""
BUYER_KIND_COUNT = len(RULE_KINDS)
DEFAULT_RADIUS = 1000.0
DEFAULT_PRICE_CAP = 0.15
DEFAULT_MAX_DAYS = 365.0
DEFAULT_COACHING_COST = 6.25
DEFAULT_COACHING_MONTHS = 6.0

# Fields of the arrays that rise with the ramp; the others are on from start to end.
_RULE_KEYS = {
    "binding": ("binding", False),
    "quota": ("quota", True),
    "coverage": ("coverage", True),
    "radius_km": ("radius", False),
    "price_cap": ("price_cap", False),
    "publicity": ("publicity", True),
    "audit_publication": ("audit", False),
    "catalogue_required": ("gate", False),
    "admin_orders_per_month": ("most", False),
}
_MONTH_KEYS = {
    "inspection.hours_per_month": ("hours", True, 1.0),
    "inspection.depth": ("depth", False, 1.0),
    "inspection.sanction_million_rp": ("fine", False, 1.0),
    "payment.max_days": ("max_days", False, 1.0),
    "cash_grant.million_rp_per_year": ("grant_budget", True, 1 / 12),
    "cash_grant.firms_per_year": ("grant_awards", True, 1 / 12),
    "programme.office_million_rp_per_month": ("office", False, 1.0),
    "platform.onboarding_places": ("onboarding", True, 1 / 12),
    "platform.training_places": ("training", True, 1 / 12),
    "platform.fee_subsidy": ("fee_subsidy", False, 1.0),
    "platform.promotion": ("promotion", True, 1.0),
    "platform.free_orders": ("free_orders", False, 1.0),
    "agency.registrations_per_year": ("registrations", True, 1 / 12),
    "matching_event.firms": ("event_firms", False, 1.0),
    "cooperative.pooling": ("pooling", True, 1.0),
    "cooperative.on_catalogue": ("coop_listed", False, 1.0),
    "coaching.places": ("coaching_places", True, 1 / 12),
}
# How firms are coached. These hold from the start to the end of the run: after the last places are
# given, whoever has one is coached to the end of the match.
_COACHING_KEYS = {
    "coaching.cost_million_rp_per_head": "coaching_cost",
    "coaching.months": "coaching_months",
    "coaching.aligned": "aligned",
    "coaching.referral": "referral",
    "coaching.shared_pool": "shared_pool",
    "coaching.online_training": "online_training",
}


class LeverLike(Protocol):
    """What is needed of a lever's setting; `scenarios.LeverSetting` is one."""

    @property
    def value(self) -> float | str | tuple[str, ...]:
        """Number, choice or list of goods."""

    @property
    def start(self) -> int:
        """First month, from 0."""

    @property
    def ramp_months(self) -> int:
        """Months over which the lever rises from nothing to its value."""

    @property
    def end(self) -> int:
        """Last month, inclusive."""


class Policy(NamedTuple):
    """Lever settings month by month.

    Attributes:
        rules: (months, buyer kinds), `RULE_DTYPE`.
        covers: (buyer kinds, goods), 1 where the kind's rule names the good.
        levers: (months,), `LEVERS_DTYPE`.
    """

    rules: npt.NDArray[np.void]
    covers: npt.NDArray[np.uint8]
    levers: npt.NDArray[np.void]

    @property
    def coaches(self) -> bool:
        """Whether there are places for coaching in any month."""
        return bool(self.levers["coaching_places"].any())


def no_policy(goods: Sequence[str], months: int) -> Policy:
    """Every lever at its null in every month."""
    return compile_policy({}, goods, months)


def rises(name: str, levers: Mapping[str, LeverLike]) -> bool:
    """Whether a lever rises over its group's ramp; the others are whole from the start.

    Args:
        name: of the lever, such as "hotel.coverage".
        levers: the settings it stands among; an obligation covers all it covers at once.
    """
    group, key = name.split(".", 1)
    if group in RULE_KINDS and key in _RULE_KEYS:
        binding = levers.get(f"{group}.binding")
        bound = binding is not None and float(binding.value) > 0  # type: ignore[arg-type]
        return _RULE_KEYS[key][1] and not (bound and key == "coverage")
    return name in _MONTH_KEYS and _MONTH_KEYS[name][1]


def compile_policy(levers: Mapping[str, LeverLike], goods: Sequence[str], months: int) -> Policy:
    """Arrays of the lever settings.

    Args:
        levers: settings by name, such as "hotel.quota"; what is missing is at its null.
        goods: the region's goods, in order.
        months: length of the run.

    Returns:
        The policy; a rule is in force while its coverage is above zero and it names a good.

    Raises:
        KeyError: a lever that no process reads.
    """
    rules = np.zeros((months, BUYER_KIND_COUNT), RULE_DTYPE)
    rules["radius"] = DEFAULT_RADIUS
    rules["price_cap"] = DEFAULT_PRICE_CAP
    rules["gate"] = 1.0
    whole_coverage = np.zeros((months, BUYER_KIND_COUNT))
    covers = np.zeros((BUYER_KIND_COUNT, len(goods)), np.uint8)
    table = np.zeros(months, LEVERS_DTYPE)
    table["max_days"] = DEFAULT_MAX_DAYS
    table["coaching_cost"] = DEFAULT_COACHING_COST
    table["coaching_months"] = DEFAULT_COACHING_MONTHS
    for name, setting in levers.items():
        group, key = name.split(".", 1)
        strength = _strength(setting, months)
        on = strength >= 0
        if name in _MONTH_KEYS:
            field, ramped, factor = _MONTH_KEYS[name]
            value = float(setting.value) * factor  # type: ignore[arg-type]
            table[field][on] = value * strength[on] if ramped else value
        elif name == "matching_event.per_year":
            table["events"] = _events(float(setting.value), setting, months)  # type: ignore[arg-type]
        elif name == "inspection.targeting":
            table["targeting"][on] = TARGETING.index(str(setting.value))
        elif group in RULE_KINDS:
            kind = RULE_KINDS.index(group)
            if key == "goods":
                for good in setting.value if isinstance(setting.value, tuple) else ():
                    covers[kind, list(goods).index(good)] = 1
                continue
            field, ramped = _RULE_KEYS[key]
            value = float(setting.value)  # type: ignore[arg-type]
            rules[field][on, kind] = value * strength[on] if ramped else value
            if field == "coverage":
                whole_coverage[on, kind] = value
        elif name == "coaching.kind":
            table["coaching_kind"][setting.start :] = COACHING_KINDS.index(str(setting.value))
        elif name in _COACHING_KEYS:
            table[_COACHING_KEYS[name]][setting.start :] = float(setting.value)  # type: ignore[arg-type]
        else:
            raise KeyError(name)
    # Who is asked grows month by month under a memorandum, what is asked under an obligation:
    # both at once would square the ramp.
    for kind in range(len(RULE_KINDS)):
        bound = rules["binding"][:, kind] > 0
        rules["coverage"][bound, kind] = whole_coverage[bound, kind]
    table["payment_rule"] = table["max_days"] < DEFAULT_MAX_DAYS
    names_a_good = np.asarray(covers.any(axis=1))
    rules["in_force"] = (rules["coverage"] > 0) & names_a_good[np.newaxis, :]
    return Policy(rules, covers, table)


def _events(per_year: float, setting: LeverLike, months: int) -> npt.NDArray[np.float64]:
    """Events of each month: the first at the start, the others evenly over the year."""
    since = np.arange(months, dtype=np.float64) - setting.start
    # Rounded, so that twelve twelfths are one.
    held = np.ceil(np.round(np.stack([since, since + 1.0]) * per_year / 12.0, 9))
    on = (since >= 0) & (np.arange(months) <= setting.end)
    return np.where(on, held[1] - held[0], 0.0)


def _strength(setting: LeverLike, months: int) -> npt.NDArray[np.float64]:
    """Share of the lever's value in each month; -1 where it is off."""
    month = np.arange(months, dtype=np.float64)
    strength = np.full(months, -1.0)
    on = (month >= setting.start) & (month <= setting.end)
    if setting.ramp_months > 0:
        strength[on] = np.minimum(1.0, (month[on] - setting.start + 1) / setting.ramp_months)
    else:
        strength[on] = 1.0
    return strength
