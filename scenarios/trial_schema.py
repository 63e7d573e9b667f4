"""The grammar of a trial file: its keys, what may be asked of firms, and what the model has not.

The kinds of treatment and their fields come from the simulation, see `FieldLike`; the names of
outcomes stand here, and `experiments.trials.observe` says how each is read from a firm.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple, Protocol

from scenarios.region_data import SECTORS

__all__ = [
    "BUYERS",
    "COST_KEYS",
    "DEFAULT_OUTCOMES",
    "DISTANCE_TO",
    "ELIGIBLE_CHOICES",
    "ELIGIBLE_FLAGS",
    "ELIGIBLE_KEYS",
    "ELIGIBLE_RANGES",
    "ESTIMATOR_KEYS",
    "LOG_OUTCOMES",
    "OUTCOMES",
    "PAST_ORDERS",
    "REFUSED",
    "TREATED_KEYS",
    "TRIAL_KEYS",
    "FieldLike",
    "Kinds",
    "Limits",
    "nearest_thing",
]

TRIAL_KEYS = (
    "name",
    "title",
    "description",
    "scenario",
    "region",
    "eligible",
    "units",
    "treated",
    "treatment",
    "start",
    "horizons",
    "recall_months",
    "outcomes",
    "take_up",
    "attrition",
    "closed",
    "estimator",
    "replicates",
    "spillover",
    "costs",
)
TREATED_KEYS = ("share", "by")
ATTRITION_KEYS = ("treated", "control")
ESTIMATOR_KEYS = ("adjust", "form")
COST_KEYS = ("million_rp_per_unit", "million_rp_per_interview", "fixed")

BUYERS = ("hotel", "restaurant", "large_buyer", "agency")
DISTANCE_TO = BUYERS
PAST_ORDERS = ("ever", "never", "last_year", "not_last_year")

OUTCOMES = (
    "profit",
    "revenue",
    "revenue_outside",
    "buyer_sales",
    "workers",
    "in_business",
    "quality",
    "practice",
    "information",
    "capacity",
    "cash",
    "late_payments",
    "online",
)
"""Columns of a firm that a trial can follow."""
DEFAULT_OUTCOMES = ("profit", "revenue", "in_business")
LOG_OUTCOMES = ("revenue", "revenue_outside", "workers", "capacity")
"""Those with a logarithm: the others are zero or below for firms that stand."""


class Limits(NamedTuple):
    """Least and greatest value of a number of a firm, and its unit."""

    low: float
    high: float
    unit: str


ELIGIBLE_CHOICES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "size": ("micro", "small", "medium"),
        "sector": tuple(SECTORS),
        "owner_sex": ("woman", "man"),
    }
)
ELIGIBLE_FLAGS = ("online", "formal")
ELIGIBLE_RANGES: Mapping[str, Limits] = MappingProxyType(
    {
        "age_months": Limits(0, 2400, "months"),
        "distance_km": Limits(0.0, 1000.0, "km"),
        "revenue": Limits(0.0, 100_000.0, "million Rp a month"),
        "workers": Limits(1.0, 10_000.0, "persons"),
        "practice": Limits(0.0, 1.0, "0 to 1"),
        "quality": Limits(0.0, 1.0, "0 to 1"),
        "cash": Limits(-100_000.0, 100_000.0, "million Rp"),
    }
)
ELIGIBLE_KEYS = (
    "size",
    "sector",
    "owner_sex",
    "age_months",
    "online",
    "formal",
    "distance_km",
    "distance_to",
    "past_orders",
    "district",
    "revenue",
    "workers",
    "practice",
    "quality",
    "cash",
)


class FieldLike(Protocol):
    """A field of a kind of treatment; `sim.treatment.Field` is one."""

    @property
    def unit(self) -> str:
        """Of a number."""

    @property
    def low(self) -> float:
        """Least value of a number."""

    @property
    def high(self) -> float:
        """Greatest value of a number."""

    @property
    def default(self) -> float | str | tuple[str, ...] | None:
        """Where none is given; none if one must be, nan if the model's own value holds."""

    @property
    def choices(self) -> tuple[str, ...]:
        """What a choice, or an item of a list, may be."""

    @property
    def many(self) -> bool:
        """Takes a list of choices."""

    @property
    def whole(self) -> bool:
        """Only whole numbers."""


Kinds = Mapping[str, Mapping[str, FieldLike]]


@dataclass(frozen=True)
class Refusal:
    """Something an experiment may ask for and the model has not.

    Attributes:
        why: it cannot be done.
        instead: the nearest thing that works.
    """

    why: str
    instead: str

    def __str__(self) -> str:
        return f"{self.why}; nearest thing that works: {self.instead}"


_OWNERS = "of owners the model knows nothing but their sex"
_BY_BUYER = "firms are treated here, not buyers or the city"

_ELIGIBLE: Mapping[tuple[str, ...], Refusal] = {
    ("gender", "sex", "women", "female"): Refusal("is called otherwise here", "owner_sex: woman"),
    (
        "education",
        "schooling",
        "literacy",
        "numeracy",
        "experience",
        "skills",
        "training",
        "ability",
    ): Refusal(_OWNERS, "practice: [low, high], the firm's business practice"),
    ("age", "owner_age", "age_years", "years"): Refusal(
        "of owners the model knows no age", "age_months: [low, high], the age of the firm"
    ),
    (
        "ethnicity",
        "religion",
        "disability",
        "marital_status",
        "married",
        "household_size",
        "children",
        "income",
        "poverty",
        "poor",
        "migrant",
        "refugee",
    ): Refusal(_OWNERS, "owner_sex, size or revenue"),
    ("village", "ward", "location", "rural", "urban", "kecamatan"): Refusal(
        "wards are too many to be named here", "district or distance_km"
    ),
    ("exporter", "export", "exports"): Refusal(
        "no firm of the model exports before the trial", "past_orders, of the region's buyers"
    ),
    (
        "registered",
        "permit",
        "licence",
        "license",
        "nib",
        "tax",
        "informal",
        "loan",
        "debt",
        "credit",
        "bank",
        "has_loan",
    ): Refusal("permits and loans before the trial are not in the model",
               "formal: true, a firm with bank credit"),
    ("certificate", "certificates", "halal", "halal_certificate", "bpom"): Refusal(
        "certificates belong to goods", "sector, and past_orders"
    ),
    ("good", "goods", "product"): Refusal("firms have a trade, not one good", "sector"),
    ("profit", "sales", "turnover", "omzet"): Refusal(
        "firms are chosen by what they sell, net of nothing", "revenue: [low, high]"
    ),
}  # fmt: skip
_KINDS: Mapping[tuple[str, ...], Refusal] = {
    (
        "inspection",
        "quota",
        "mandate",
        "obligation",
        "memorandum",
        "fine",
        "sanction",
        "hotel",
        "restaurant",
        "large_buyer",
        "agency",
        "reserved_share",
        "buyer_training",
        "buyer_information",
        "audit",
    ): Refusal(
        _BY_BUYER,
        "a scenario with that lever: kemitraan compare; or reserved_share_removed, by firm",
    ),
    ("matching_event", "matching", "fair", "introduction", "buyer_introduction", "temu_usaha"): (
        Refusal("events are of a whole region", "contract, or the scenario matching_event")
    ),
    ("certificate", "certification", "halal", "catalogue", "registration"): Refusal(
        "certificates are not given firm by firm", "the scenario agency_procurement"
    ),
    ("cooperative", "pooling"): Refusal(
        "a cooperative is of a whole pool", "the scenario agency_procurement_pooling"
    ),
    ("wage_subsidy", "wages", "hiring", "workers", "labour"): Refusal(
        "wages are not the firm's own in the model", "cash_grant of the same amount"
    ),
    ("tax", "tax_cut", "formalisation", "formalization", "permit"): Refusal(
        "taxes and permits are not in the model", "cash_grant, or payment_terms"
    ),
    ("insurance", "savings", "savings_account", "mobile_money", "bank_account"): Refusal(
        "the model has cash and one credit line a firm", "loan or cash_grant"
    ),
    ("price", "discount", "price_subsidy", "voucher", "subsidy"): Refusal(
        "prices are fixed in the model", "demand_shock, or contract with a price_premium"
    ),
    ("platform", "marketplace", "onboarding", "shop", "e_commerce", "ecommerce"): Refusal(
        "is called otherwise here", "online_training: {onboard: true}"
    ),
    ("training", "class", "mentor", "mentoring", "consulting", "business_training"): Refusal(
        "is called otherwise here", "coaching: {kind: mentor} or {kind: class}"
    ),
    ("grant", "cash", "capital", "equipment", "in_kind_grant"): Refusal(
        "is called otherwise here", "cash_grant: {million_rp: 5}"
    ),
    ("credit", "microcredit", "microfinance", "bank_credit"): Refusal(
        "is called otherwise here", "loan: {million_rp: 10, interest_per_month: 0.01}"
    ),
    ("export", "exports", "foreign_buyer"): Refusal(
        "is called otherwise here", "export_order: {million_rp: 50}"
    ),
    ("order", "orders", "procurement", "subcontract", "demand"): Refusal(
        "is called otherwise here", "contract: {million_rp_per_month: 2, months: 12}"
    ),
}
_OUTCOMES: Mapping[tuple[str, ...], Refusal] = {
    ("sales", "turnover", "omzet"): Refusal("is called otherwise here", "revenue"),
    ("employment", "jobs", "employees", "labour", "hired"): Refusal(
        "is called otherwise here", "workers, the owner among them"
    ),
    ("survival", "alive", "closed", "exit"): Refusal("is called otherwise here", "in_business"),
    ("consumption", "income", "household_income", "welfare", "poverty", "happiness"): Refusal(
        "households of owners are not in the model", "profit"
    ),
    ("hours", "wages", "wage"): Refusal("hours and wages are not in the model", "workers"),
    ("price", "prices", "markup", "mark_up"): Refusal(
        "prices of firms do not change in the model", "revenue and quality"
    ),
    ("productivity", "tfp", "efficiency"): Refusal(
        "productivity is not surveyed", "practice, capacity or profit"
    ),
    ("exports", "export", "exporting"): Refusal(
        "exports are only what the trial itself orders", "revenue and revenue_outside"
    ),
    ("investment", "capital", "assets", "inventory", "stock"): Refusal(
        "the model has one stock of capital", "capacity, or cash"
    ),
    ("loans", "debt", "credit"): Refusal("loans before the trial are not in the model", "cash"),
    ("skills", "management", "business_practices", "knowledge"): Refusal(
        "is called otherwise here", "practice or information"
    ),
}
REFUSED: Mapping[str, Mapping[tuple[str, ...], Refusal]] = MappingProxyType(
    {"eligible": _ELIGIBLE, "treatment": _KINDS, "outcomes": _OUTCOMES}
)
"""What field experiments ask for and the model has not, by block and name."""


def nearest_thing(block: str, name: str) -> str | None:
    """Why a name cannot be had in a block, and what can; none for a name nobody foresaw."""
    plain = name.lower().replace("-", "_").replace(" ", "_")
    for names, refusal in REFUSED[block].items():
        if plain in names:
            return str(refusal)
    return None
