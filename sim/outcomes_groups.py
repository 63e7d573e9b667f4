"""Outcomes by group: size class, trade, district, owner's sex; and purchases by good."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from sim.outcomes_monthly import GOOD_FIELDS
from sim.outcomes_record import Record, Window, gaining_twins
from sim.tables import SIZE_CLASSES
from sim.world import Names

__all__ = ["GROUPINGS", "GROUP_OUTCOMES", "group_names", "group_values"]

GROUPINGS = ("size_class", "sector", "district", "owner_sex", "good")
"""Ways to split; `good` splits hotels' purchases, the others split firms."""

_FIRM = MappingProxyType(
    {
        "profit": "",
        "profit_per_firm": "firms of the group in business at the year's end",
        "revenue": "",
        "revenue_per_firm": "firms of the group in business at the year's end",
        "in_business": "firms of the group alive at month 23; at the window's end",
        "firms": "",
        "profit_per_eligible": "firms of the group and of eligible sectors at the year's end",
        "revenue_per_eligible": "firms of the group and of eligible sectors at the year's end",
        "firms_eligible": "",
        "firms_gaining": "the same firms in both runs at the window's end, grouped as in the"
        " baseline",
        "jobs": "owners and hired at the year's end",
    }
)
_GOOD = MappingProxyType(
    {
        "hotels_signed": "all hotels, at the window's end",
        "hotels_buying": "all hotels, at the window's end",
        "hotels_on_paper": "all hotels, at the window's end",
        "hotels_still_buying": "all hotels, at the window's end",
        "hotels_newly_buying": "all hotels, at the window's end",
        "hotel_purchases": "",
    }
)
GROUP_OUTCOMES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {by: _GOOD if by == "good" else _FIRM for by in GROUPINGS}
)
"""Outcomes of each grouping with their denominators."""

_SEX = ("man", "woman")


def group_names(names: Names, by: str) -> tuple[str, ...]:
    """The groups of a grouping, in order."""
    return {
        "size_class": SIZE_CLASSES,
        "sector": names.sectors,
        "district": names.districts,
        "owner_sex": _SEX,
        "good": names.goods,
    }[by]


def group_values(
    record: Record, window: Window, by: str, baseline: Record | None = None
) -> npt.NDArray[np.float64]:
    """(outcomes, groups): values in the order of `GROUP_OUTCOMES[by]` and `group_names`.

    A slot's year belongs to the group of the firm that stands there at the year's end. Firms that
    gain belong to the group they are in without the policy, lest it move them between groups.

    Args:
        record: of the run.
        window: over which.
        by: one of `GROUPINGS`.
        baseline: of the baseline; none for the baseline itself, where no firm gains.
    """
    if by == "good":
        return _by_good(record, window)
    world = record.world
    count = len(group_names(world.names, by))
    supplies = world.eligible[world.firms.sector] == 1
    # All firms, then those of eligible sectors.
    profit, revenue, firms = np.zeros((2, count)), np.zeros((2, count)), np.zeros((2, count))
    jobs = np.zeros(count)
    for year in range(window.first_year, window.stop_year):
        code = _codes(record, by, year)
        alive = world.yearly.alive[year] == 1
        for k, mask in enumerate((np.ones_like(supplies), supplies)):
            profit[k] += np.bincount(code[mask], world.yearly.profit[year][mask], count)
            revenue[k] += np.bincount(code[mask], world.yearly.revenue[year][mask], count)
            firms[k] += np.bincount(code[mask & alive], minlength=count)
        jobs += np.bincount(code, alive + world.yearly.hired[year], count)
    years = window.stop_year - window.first_year
    with np.errstate(invalid="ignore", divide="ignore"):
        per_firm = 1e6 / (12.0 * firms)
        profit_each = np.where(firms > 0, profit * per_firm, np.nan)
        revenue_each = np.where(firms > 0, revenue * per_firm, np.nan)
    return np.array(
        [
            world.scale * profit[0] / window.months,
            profit_each[0],
            world.scale * revenue[0] / window.months,
            revenue_each[0],
            _in_business(record, window, by, count),
            world.scale * firms[0] / years,
            profit_each[1],
            revenue_each[1],
            world.scale * firms[1] / years,
            world.scale * _gaining(record, baseline, window, by, count),
            world.scale * jobs / years,
        ]
    )


def _gaining(
    record: Record, baseline: Record | None, window: Window, by: str, count: int
) -> npt.NDArray[np.float64]:
    """Firms of each group that gain more than the threshold a month."""
    if baseline is None:
        return np.zeros(count)
    code = _codes(baseline, by, window.last_year)
    gaining = np.bincount(code[gaining_twins(record, baseline, window)], minlength=count)
    return gaining.astype(np.float64)


def _codes(record: Record, by: str, year: int) -> npt.NDArray[np.int64]:
    firms = record.world.firms
    if by == "sector":
        return np.asarray(firms.sector, dtype=np.int64)
    if by == "district":
        return np.asarray(firms.district, dtype=np.int64)
    table = record.size_class if by == "size_class" else record.woman
    return np.asarray(table[year], dtype=np.int64)


def _in_business(record: Record, window: Window, by: str, count: int) -> npt.NDArray[np.float64]:
    """Percent of each group's firms of month 23 that still stand."""
    if window.first_year < 2:
        return np.full(count, np.nan)
    cohort = record.cohort
    code = _codes(record, by, 1)
    there = cohort >= 0
    stayed = there & (record.generation[window.last_year] == cohort)
    began = np.bincount(code[there], minlength=count).astype(np.float64)
    ended = np.bincount(code[stayed], minlength=count)
    return np.where(began > 0, 100.0 * ended / np.maximum(began, 1.0), np.nan)


def _by_good(record: Record, window: Window) -> npt.NDArray[np.float64]:
    state = record.world.good_state
    end = state[window.stop - 1]
    hotels = max(1e-9, float(record.world.monthly["hotels"][window.stop - 1]))
    shares = [100.0 * end[:, GOOD_FIELDS.index(f)] / hotels for f in _STATES]
    direct = state[window.start : window.stop, :, GOOD_FIELDS.index("direct")].mean(axis=0)
    return np.array([*shares, direct])


_STATES = ("signed", "buying", "paper", "still_buying", "newly")
