"""Expected public cost of a policy by month: one additive term a cost driver.

It is the line `row.public_cost` of `sim.month` before anything has run: what the levers promise to
pay, at given parameters. A comparison at equal money sizes levers with it. A new driver in that
line needs a term here; `tests/test_policy_cost.py` reads the line and holds the two together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

import numpy as np
import numpy.typing as npt

from sim.parameters import POLICY_MONTH
from sim.policy import Policy

__all__ = [
    "COST_TERMS",
    "UNFORESEEN",
    "CostTerm",
    "expected_cost",
    "policy_months",
    "spendable",
]

LAST_POLICY_YEAR = 7

Months = npt.NDArray[np.float64]


class Values(Protocol):
    """Parameter values by name; `sim.parameters.Parameters` is one."""

    def __getitem__(self, name: str, /) -> float:
        """The value of a parameter."""


@dataclass(frozen=True)
class CostTerm:
    """One additive part of the public cost.

    Attributes:
        doc: what is paid for, by language.
        drivers: what the line of `sim.month` reads for it: `lever.x`, `p.x` or a sum of the month.
        levers: the levers this part is proportional to, each with the others held.
        along: levers that cost nothing of their own but may be scaled together with `levers`.
        moves: False where nothing else in the model reads the money, so that more of it buys
            nothing; a comparison says so.
        of: (months,) million rupiah a month over the region, from policy and parameters.
    """

    doc: Mapping[str, str]
    drivers: tuple[str, ...]
    levers: tuple[str, ...]
    of: Callable[[Policy, Values], Months]
    along: tuple[str, ...] = ()
    moves: bool = True


def _grants(policy: Policy, p: Values) -> Months:
    """The budget is paid out while there are firms to draw; without awards nobody is paid."""
    paid = np.where(policy.levers["grant_awards"] > 0.0, policy.levers["grant_budget"], 0.0)
    return np.asarray(paid * (1.0 + p["grant_administration"]))


def _places(field: str, cost: str) -> Callable[[Policy, Values], Months]:
    """Places a month at so much each; none where no marketplace is modelled."""

    def of(policy: Policy, p: Values) -> Months:
        there = p["platform_on"] > 0.0 and p["online_share"] > 0.0
        return np.asarray(policy.levers[field] * (p[cost] if there else 0.0))

    return of


COST_TERMS: Mapping[str, CostTerm] = MappingProxyType(
    {
        "office": CostTerm(
            doc={"en": "office", "id": "kantor"},
            drivers=("lever.office",),
            levers=("programme.office_million_rp_per_month",),
            of=lambda policy, _: np.asarray(policy.levers["office"]),
            moves=False,
        ),
        "inspection": CostTerm(
            doc={"en": "inspectors' hours", "id": "jam kerja pemeriksa"},
            drivers=("lever.hours", "p.inspector_wage"),
            levers=("inspection.hours_per_month",),
            of=lambda policy, p: np.asarray(policy.levers["hours"] * p["inspector_wage"]),
        ),
        "grants": CostTerm(
            doc={"en": "grants and paying them out", "id": "bantuan dan penyalurannya"},
            drivers=("grants", "p.grant_administration"),
            levers=("cash_grant.million_rp_per_year",),
            of=_grants,
            along=("cash_grant.firms_per_year",),
        ),
        "coaching": CostTerm(
            doc={"en": "coaching", "id": "pembinaan"},
            drivers=("coaching",),
            levers=("coaching.places",),
            of=lambda policy, _: np.asarray(
                policy.levers["coaching_places"] * policy.levers["coaching_cost"]
            ),
        ),
        "registrations": CostTerm(
            doc={"en": "registration on the catalogue", "id": "pendaftaran di katalog"},
            drivers=("row.registrations", "p.registration_cost"),
            levers=("agency.registrations_per_year",),
            of=lambda policy, p: np.asarray(
                policy.levers["registrations"] * p["registration_cost"]
            ),
        ),
        # Events are whole ones, so that their cost moves in steps and no factor can meet a budget.
        "events": CostTerm(
            doc={"en": "matching events", "id": "temu usaha"},
            drivers=("row.events", "p.event_cost"),
            levers=(),
            of=lambda policy, p: np.asarray(policy.levers["events"] * p["event_cost"]),
        ),
        "onboarding": CostTerm(
            doc={"en": "opening shops", "id": "pembukaan toko daring"},
            drivers=("platform_cost",),
            levers=("platform.onboarding_places",),
            of=_places("onboarding", "onboarding_cost"),
        ),
        "training": CostTerm(
            doc={"en": "online training", "id": "pelatihan daring"},
            drivers=("platform_cost",),
            levers=("platform.training_places",),
            of=_places("training", "training_cost"),
        ),
    }
)
"""Every part of the public cost that the levers promise, in the order in which it is shown."""

UNFORESEEN = ("platform.fee_subsidy", "platform.free_orders", "platform.promotion")
"""Levers whose cost follows sales of the run, so that nothing can be expected before it."""


def spendable() -> Mapping[str, str]:
    """Levers that a budget can be spent on, each with the name of its term."""
    return {lever: name for name, term in COST_TERMS.items() for lever in term.levers}


def policy_months(months: int) -> slice:
    """The policy years of a run of so many months: whole years from month 24 on, at most five.

    They are the window 'policy' of the outcomes; empty where the run is shorter than 36 months.
    """
    return slice(POLICY_MONTH, 12 * min(LAST_POLICY_YEAR, months // 12))


def expected_cost(policy: Policy, parameters: Values) -> dict[str, Months]:
    """Million rupiah a month over the region by term, (months,) each.

    Args:
        policy: compiled lever settings.
        parameters: values, such as the inspectors' wage.
    """
    return {name: term.of(policy, parameters) for name, term in COST_TERMS.items()}
