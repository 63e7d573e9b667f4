"""Field experiments: what some firms get and others do not, attached to a world.

The world without is the same to the last bit, so that each treated firm has its twin: the same
slot, with the same luck, in the same world without the treatment.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from sim.errors import KemitraanError
from sim.policy import RULE_KINDS
from sim.tables import DEAL_DTYPE, TREATMENT_DTYPE, Tables
from sim.world import World

__all__ = [
    "BUYERS",
    "KINDS",
    "Field",
    "Treatment",
    "attach_treatments",
    "no_treatments",
]

BUYERS = RULE_KINDS
"""Kinds of buyers that terms of payment or a reserved share may be about."""
NO_LIMIT = 365.0
_MOST_MONTHS = 120


@dataclass(frozen=True)
class Field:
    """A number or choice that a kind of treatment takes.

    Attributes:
        unit: of a number.
        low: least value of a number.
        high: greatest value of a number.
        default: where none is given; None if one must be.
        choices: of a choice or of the items of a list.
        many: takes a list of choices.
        whole: only whole numbers.
        parameter: whose value stands where none is given.
    """

    unit: str = ""
    low: float = 0.0
    high: float = 1.0
    default: float | str | tuple[str, ...] | None = None
    choices: tuple[str, ...] = ()
    many: bool = False
    whole: bool = False
    parameter: Mapping[str, str] = field(default_factory=dict)


_MONTHS = Field("months", 1, _MOST_MONTHS, None, whole=True)
_INTENSITY = Field("share of a full match", 0.0, 1.0, 1.0)
_STANDARD = Field("quality, 0 to 1", 0.0, 1.0, 0.0)
_PREMIUM = Field("share of the firm's price", -0.9, 5.0, 0.0)
_BUYERS = Field(default=BUYERS, choices=BUYERS, many=True)

KINDS: Mapping[str, Mapping[str, Field]] = MappingProxyType(
    {
        "coaching": {
            "kind": Field(choices=("mentor", "class"), default="mentor"),
            "intensity": _INTENSITY,
            "fit": Field("share", 0.0, 1.0, 1.0),
            "months": _MONTHS,
        },
        "contract": {
            "million_rp_per_month": Field("million Rp a month at base price", 0.0, 10_000.0),
            "buyer": Field(choices=("large_buyer", "agency"), default="large_buyer"),
            "payment_days": Field(
                "days",
                0.0,
                180.0,
                math.nan,
                parameter={"large_buyer": "payment_days", "agency": "agency_payment_days"},
            ),
            "standard": _STANDARD,
            "price_premium": _PREMIUM,
            "months": _MONTHS,
        },
        "export_order": {
            "million_rp": Field("million Rp at base price, the whole order", 0.0, 100_000.0),
            "payment_days": Field("days", 0.0, 180.0, 0.0),
            "standard": _STANDARD,
            "price_premium": _PREMIUM,
            "months": Field("months", 1, _MOST_MONTHS, 1.0, whole=True),
        },
        "cash_grant": {"million_rp": Field("million Rp", 0.0, 10_000.0)},
        "loan": {
            "million_rp": Field("million Rp", 0.0, 10_000.0),
            "interest_per_month": Field("share a month", 0.0, 0.2),
            "grace_months": Field("months", 0, 60, 0.0, whole=True),
            "months": _MONTHS,
        },
        "online_training": {
            "intensity": _INTENSITY,
            "onboard": Field(choices=("true", "false"), default="true"),
            "months": _MONTHS,
        },
        "payment_terms": {
            "days_sooner": Field("days", 0.0, 180.0, 0.0),
            "max_days": Field("days", 0.0, NO_LIMIT, NO_LIMIT),
            "buyers": _BUYERS,
            "months": _MONTHS,
        },
        "reserved_share_removed": {"buyers": _BUYERS, "months": _MONTHS},
        "demand_shock": {
            "change": Field("share of local customers' spending", -1.0, 5.0),
            "from_competitors": Field("share", 0.0, 1.0, 0.0),
            "months": _MONTHS,
        },
    }
)
"""What a firm may get, and the fields of each kind.

coaching: months of a mentor or of classes, the content as fitting as `fit`. contract: a new buyer
orders so much each month, paid in so many days, of which the firm takes what it can make and
finance. export_order: one order, bought outright, over one month or several. cash_grant: once.
loan: repaid within `months`, in equal instalments once the months of grace among them are over.
online_training: of the marketplace, with a shop at the start where `onboard` and none is open; for
trades sold online. payment_terms: of all its buyers of these kinds, old and new, of an experiment's
contracts not; of several the best holds. reserved_share_removed: it no longer counts for the share
that is reserved. demand_shock: its local customers spend more or less with it, online ones as
before; the part `from_competitors` of the change is what neighbours in the same pool lose or win.
"""


@dataclass(frozen=True)
class Treatment:
    """Something that treated firms get.

    Attributes:
        kind: one of `KINDS`.
        start: first month of the run.
        months: how many; a grant is paid in the first.
        values: of the kind's fields but `months`; what is missing is at its default.
    """

    kind: str
    start: int
    months: int = 1
    values: Mapping[str, float | str | bool | Sequence[str]] = field(default_factory=dict)


def no_treatments() -> tuple[
    npt.NDArray[np.void], npt.NDArray[np.uint8], npt.NDArray[np.float64], npt.NDArray[np.void]
]:
    """The tables of a world without a field experiment."""
    return (
        np.zeros(0, TREATMENT_DTYPE),
        np.zeros((0, 0), np.uint8),
        np.zeros((0, 0)),
        np.zeros(0, DEAL_DTYPE),
    )


def attach_treatments(
    world: World, treatments: Sequence[Treatment], treated: npt.NDArray[np.bool_]
) -> None:
    """Gives treatments to firms from the world's next month on, in place.

    Args:
        world: not yet past the start of any of them.
        treatments: in their order; months are those of the run.
        treated: (treatments, firms), who gets what, by row. Only the firm that stands there now is
            treated, and nobody where the slot is vacant.

    Raises:
        KemitraanError: a treatment that is not known, that the world cannot give, or that has begun
            before now; a loan without a month to repay it in; or a mask of another shape.
    """
    shape = (len(treatments), world.n_firms)
    if treated.shape != shape:
        raise KemitraanError(f"treated: has shape {treated.shape}, expects {shape}")
    if world.tables.treatments.size:
        raise KemitraanError("this world has its treatments; give all of them at once")
    rows = np.zeros(len(treatments), TREATMENT_DTYPE)
    for t, one in enumerate(treatments):
        if one.kind not in KINDS:
            raise KemitraanError(f"treatment {one.kind!r}: is not known; known: {', '.join(KINDS)}")
        if one.start < world.month:
            raise KemitraanError(
                f"{one.kind}: starts in month {one.start}, the world is at month {world.month}"
            )
        _refuse_impossible(world, one)
        rows[t] = _row(world, one)
    firms = world.tables.firms
    deals = np.zeros(firms.size, DEAL_DTYPE)
    any_of_them = (treated & (firms["alive"] == 1)).any(axis=0)
    deals["generation"] = np.where(any_of_them, firms["generation"], -1)
    deals["most_days"] = np.inf
    world.tables = world.tables._replace(
        treatments=rows,
        treated=np.ascontiguousarray(treated & (firms["alive"] == 1), dtype=np.uint8),
        contracted=np.zeros(shape),
        deals=deals,
    )


def _refuse_impossible(world: World, one: Treatment) -> None:
    """Refuses what this world has no place for.

    Raises:
        KemitraanError: naming what is missing and what to set.
    """
    tables: Tables = world.tables
    if one.kind == "online_training" and tables.shops.size == 0:
        raise KemitraanError(
            "online_training: this world has no marketplace; set 'assume: {platform_on: 1}' in the "
            "scenario, or take ecommerce_collaboration"
        )
    if one.kind == "reserved_share_removed":
        months = slice(one.start, one.start + one.months)
        quota = world.policy.rules["quota"][months] * world.policy.rules["binding"][months]
        kinds = [BUYERS.index(name) for name in _buyers(one)]
        if not quota[:, kinds].any():
            raise KemitraanError(
                "reserved_share_removed: the scenario reserves no share with "
                f"{', '.join(_buyers(one))} in these months; take agency_procurement, or set a "
                "quota with binding 1"
            )


def _buyers(one: Treatment) -> Sequence[str]:
    given = one.values.get("buyers", BUYERS)
    if isinstance(given, str) or not isinstance(given, Sequence):
        raise KemitraanError(f"{one.kind}: buyers: expects a list of {', '.join(BUYERS)}")
    for name in given:
        if name not in BUYERS:
            raise KemitraanError(f"{one.kind}: buyers: {name!r} is not one of {', '.join(BUYERS)}")
    return given


def _number(one: Treatment, name: str) -> float:
    """A field's value, its default where none is given.

    Raises:
        KemitraanError: none is given where one must be, or it is out of range.
    """
    known = KINDS[one.kind][name]
    given = one.values.get(name, known.default)
    if given is None or not isinstance(given, int | float):
        raise KemitraanError(f"{one.kind}: {name}: give a number, {known.low:g}..{known.high:g}")
    value = float(given)
    if not (math.isnan(value) and name not in one.values) and not (
        known.low <= value <= known.high
    ):
        raise KemitraanError(
            f"{one.kind}: {name}: {value:g} is out of range [{known.low:g}..{known.high:g}]"
        )
    return value


def _row(world: World, one: Treatment) -> np.void:
    """A treatment as compiled code reads it."""
    fields = KINDS[one.kind]
    for name in one.values:
        if name not in fields:
            raise KemitraanError(
                f"{one.kind}: {name}: is not known; it takes {', '.join(fields) or 'nothing'}"
            )
    row = np.zeros(1, TREATMENT_DTYPE)
    row["kind"] = tuple(KINDS).index(one.kind)
    row["start"] = one.start
    row["stop"] = one.start + one.months
    row["buyers"] = (1 << len(BUYERS)) - 1
    row["most_days"] = NO_LIMIT
    for name in ("intensity", "fit", "standard", "change", "from_competitors"):
        if name in fields:
            row[name] = _number(one, name)
    for name, column in (
        ("price_premium", "premium"),
        ("days_sooner", "sooner"),
        ("max_days", "most_days"),
        ("interest_per_month", "interest"),
        ("grace_months", "grace"),
        ("million_rp", "amount"),
        ("million_rp_per_month", "amount"),
        ("payment_days", "days"),
    ):
        if name in fields:
            row[column] = _number(one, name)
    if one.kind == "export_order":
        row["amount"] /= one.months
    if one.kind == "loan" and int(row["grace"][0]) >= one.months:
        raise KemitraanError(
            f"loan: grace_months: {int(row['grace'][0])} leaves no month to repay in; give fewer "
            f"than months ({one.months}), or more months"
        )
    if one.kind == "contract" and "payment_days" not in one.values:
        buyer = str(one.values.get("buyer", "large_buyer"))
        row["days"] = world.params[0][fields["payment_days"].parameter[buyer]]
    if "buyers" in fields:
        row["buyers"] = sum(1 << BUYERS.index(name) for name in dict.fromkeys(_buyers(one)))
    row["by_mentor"] = str(one.values.get("kind", "mentor")) == "mentor"
    row["onboard"] = str(one.values.get("onboard", True)).lower() == "true"
    treatment: np.void = row[0]
    return treatment
