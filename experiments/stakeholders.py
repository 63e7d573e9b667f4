"""Who gains and who loses: same-slot twins of a run and its baseline, and the other side's money.

Firms are those that stood when the policy began, month 23, the same firm in both runs. What a firm
earns in the window, nothing once it has closed, is compared with what it earns in the baseline.
What firms that came later earn on the same sites is a line of its own, so that the four lines of
firms add up to the difference of the region's profit.

Beside them stands the naive gap, what a survey within the policy run would find: partners' mean
profit less that of the same trade. It is what they earned anyway plus the effect; the same firms'
gap in the baseline says how much of it is selection.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.outcomes_record import Record, Window
from sim.tables import BUYER_KINDS, KIND_AGENCY, KIND_HOTEL, KIND_RESTAURANT

__all__ = ["FIRM_GROUPS", "LINES", "NAIVE", "PARTS", "STAKEHOLDER", "STAKEHOLDERS", "Line",
           "line_of", "stakeholder_values"]  # fmt: skip

STAKEHOLDER = "stakeholder"
"""What `by` says in the cells of a unit."""
FIRM_GROUPS = ("partners", "same_trade", "other_trades", "new_firms")
"""Lines of firms whose profits add up to the region's."""
_PARTNERS_NEW = "partners_new"
_NAMED = (KIND_HOTEL, KIND_RESTAURANT, KIND_AGENCY)
_BUYERS: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {
        "hotels": (KIND_HOTEL,),
        "restaurants": (KIND_RESTAURANT,),
        "other_buyers": tuple(k for k in range(len(BUYER_KINDS)) if k not in _NAMED),
        "agencies": (KIND_AGENCY,),
    }
)
STAKEHOLDERS = ("partners", _PARTNERS_NEW, "same_trade", "other_trades", "new_firms", "all_umkm",
                *_BUYERS, "treasury", "outside_sellers")  # fmt: skip
"""All of them, in the order of tables."""
NAIVE = "naive_gap"
"""The measure that is selection and no effect."""
PARTS = ("", ".baseline", ".count")
"""What is kept of a line: the effect, the level in the baseline, how many it is of."""
_FIRST_YEAR = 2

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


class Line(NamedTuple):
    """One line of the table.

    Attributes:
        stakeholder: of whom, see `STAKEHOLDERS`.
        measure: of what.
        unit: of the value.
        better: 1 where more is a gain of theirs, -1 where it is a loss, 0 where it is neither.
        denominator: whom a figure per head is divided by; empty for sums.
    """

    stakeholder: str
    measure: str
    unit: str
    better: int
    denominator: str


_SUM, _EACH = "Rp m a month", "Rp a month"
_OF = MappingProxyType(
    {
        "partners": "firms of month 23 with a buyer's order since then under the policy;"
        " closed ones count",
        _PARTNERS_NEW: "partners that have no buyer's order in the baseline; closed ones count",
        "same_trade": "other firms of month 23 in eligible sectors; closed ones count",
        "other_trades": "other firms of month 23 in other sectors; closed ones count",
        "new_firms": "sites where a firm that came after month 23 stands in either run",
    }
)


def _lines() -> tuple[Line, ...]:
    found: list[Line] = []
    for name, whom in _OF.items():
        found += [Line(name, "profit", _SUM, 1, ""), Line(name, "profit_per_firm", _EACH, 1, whom)]
        if name != "new_firms":
            found.append(Line(name, "in_business", "% of firms", 1, whom))
        if name == "partners":
            found.append(Line(name, NAIVE, _EACH, 0, whom))
    found.append(Line("all_umkm", "profit", _SUM, 1, ""))
    found.append(Line("all_umkm", "grants", _SUM, 1, ""))
    for name in _BUYERS:
        found += [
            Line(name, "extra_cost", _SUM, -1, ""),
            Line(name, "extra_cost_per_buyer", _EACH, -1, f"all {name.replace('_', ' ')}"),
        ]
    eligible = "living firms of the sectors that make what hotels, restaurants or agencies buy"
    return (
        *found,
        Line("treasury", "public_cost", _SUM, -1, ""),
        Line("treasury", "public_cost_per_eligible", _EACH, -1, eligible),
        Line("treasury", "fines", _SUM, 1, ""),
        Line("outside_sellers", "sales", _SUM, 1, ""),
    )


LINES = _lines()
"""All lines, in the order of tables."""
_BY_KEY = {(line.stakeholder, line.measure): line for line in LINES}


def line_of(stakeholder: str, outcome: str) -> Line:
    """The line of a cell, whichever of the `PARTS` it holds."""
    return _BY_KEY[stakeholder, outcome.split(".", maxsplit=1)[0]]


class _Value(NamedTuple):
    """What a run says of one line."""

    effect: float
    level: float  # in the baseline
    number: float = np.nan


def stakeholder_values(record: Record, baseline: Record | None, window: Window) -> Floats:
    """(parts, lines): values in the order of `PARTS` and `LINES`.

    Args:
        record: of the run.
        baseline: of the baseline; none for the baseline itself, whose effects are zero.
        window: over which.
    """
    if baseline is None:
        # Levels, numbers and the naive gap are no effects: no numbers here, so no differences.
        effects = [np.nan if line.measure == NAIVE else 0.0 for line in LINES]
        return np.vstack([effects, np.full((2, len(LINES)), np.nan)])
    values = {**_of_firms(record, baseline, window), **_of_money(record, baseline, window)}
    return np.array([values[line.stakeholder, line.measure] for line in LINES]).T


class _Side(NamedTuple):
    """What one run's sites earn in a window, (slots,), Rp m a month."""

    first: Floats  # the firm of month 23
    later: Floats  # whoever came after it
    partner: Flags  # the firm of month 23 had a buyer's order since
    standing: Flags  # it stands at the window's end
    newcomer: Flags  # one of the later firms stood there in the window


def _side(record: Record, window: Window) -> _Side:
    yearly, new = record.world.yearly, record.newcomers
    years, since = slice(window.first_year, window.stop_year), slice(_FIRST_YEAR, window.stop_year)
    later = new.profit[years].sum(axis=0)
    cohort = record.cohort
    return _Side(
        (yearly.profit[years].sum(axis=0) - later) / window.months,
        later / window.months,
        ((yearly.served[since] == 1) & (new.served[since] == 0)).any(axis=0) & (cohort >= 0),
        (record.generation[window.last_year] == cohort) & (cohort >= 0),
        np.asarray(new.months[years].any(axis=0)),
    )


def _of_firms(record: Record, baseline: Record, window: Window) -> dict[tuple[str, str], _Value]:
    world = record.world
    own, other = _side(record, window), _side(baseline, window)
    # A policy that starts early may leave another firm on the site at month 23: no twin then.
    twin = (record.cohort == baseline.cohort) & (record.cohort >= 0)
    supplies = world.eligible[world.firms.sector] == 1
    rest = twin & ~own.partner
    groups = {
        "partners": twin & own.partner,
        _PARTNERS_NEW: twin & own.partner & ~other.partner,
        "same_trade": rest & supplies,
        "other_trades": rest & ~supplies,
    }
    scale = float(world.scale)
    found: dict[tuple[str, str], _Value] = {}
    for name, mask in groups.items():
        gain, level = (own.first - other.first)[mask].sum(), other.first[mask].sum()
        stays, stayed = (100.0 * side.standing[mask].sum() for side in (own, other))
        number = int(mask.sum())
        found[name, "profit"] = _Value(scale * gain, scale * level, scale * number)
        found[name, "profit_per_firm"] = _each(1e6 * gain, 1e6 * level, number, scale)
        found[name, "in_business"] = _each(stays - stayed, stayed, number, scale)
    now, then = (side.later + np.where(twin, 0.0, side.first) for side in (own, other))
    other_firm = ~twin & ((record.cohort >= 0) | (baseline.cohort >= 0))
    sites = int((other_firm | own.newcomer | other.newcomer).sum())
    gain, level = (now - then).sum(), then.sum()
    found["new_firms", "profit"] = _Value(scale * gain, scale * level, scale * sites)
    found["new_firms", "profit_per_firm"] = _each(1e6 * gain, 1e6 * level, sites, scale)
    whole, before = (side.first.sum() + side.later.sum() for side in (own, other))
    found["all_umkm", "profit"] = _Value(scale * (whole - before), scale * before)
    # The same firms' gap in the baseline is what they would have had anyway.
    gap, anyway = (
        _mean(side.first, groups["partners"]) - _mean(side.first, groups["same_trade"])
        for side in (own, other)
    )
    found["partners", NAIVE] = _Value(gap, anyway, scale * groups["partners"].sum())
    return found


def _each(effect: float, level: float, number: int, scale: float) -> _Value:
    """Per head; no number where there is nobody."""
    if number == 0:
        return _Value(np.nan, np.nan, 0.0)
    return _Value(effect / number, level / number, scale * number)


def _mean(profit: Floats, mask: Flags) -> float:
    return 1e6 * float(profit[mask].mean()) if mask.any() else np.nan


def _of_money(record: Record, baseline: Record, window: Window) -> dict[tuple[str, str], _Value]:
    cut = slice(window.start, window.stop)

    def change(name: str) -> _Value:
        now, then = (float(r.world.monthly[name][cut].mean()) for r in (record, baseline))
        return _Value(now - then, then)

    found: dict[tuple[str, str], _Value] = {}
    buyers = record.world.buyers
    for name, kinds in _BUYERS.items():
        now, then = (
            float(r.buyer_cost[cut][:, list(kinds)].sum(axis=1).mean()) for r in (record, baseline)
        )
        number = float(buyers.weight[np.isin(buyers.kind, kinds)].sum())
        found[name, "extra_cost"] = _Value(now - then, then, number)
        each = 1e6 / number if number > 0 else np.nan
        found[name, "extra_cost_per_buyer"] = _Value(each * (now - then), each * then, number)
    # One number of firms for both, so that no cost appears where only the number moved.
    cost = change("public_cost")
    firms = float(record.world.monthly["firms_eligible"][cut].mean())
    each = 1e6 / firms if firms > 0 else np.nan
    found["treasury", "public_cost"] = cost
    found["treasury", "public_cost_per_eligible"] = _Value(
        each * cost.effect, each * cost.level, firms
    )
    found["treasury", "fines"] = change("fines")
    found["all_umkm", "grants"] = change("grants")
    found["outside_sellers", "sales"] = _outside(record, baseline, cut)
    return found


def _outside(record: Record, baseline: Record, cut: slice) -> _Value:
    """Suppliers of large buyers, and sellers elsewhere on a marketplace where there is one."""
    now, then = (
        float(
            r.world.monthly["outside"][cut].mean() + r.world.online["online_elsewhere"][cut].mean()
        )
        for r in (record, baseline)
    )
    return _Value(now - then, then)
