"""Ways to split effects: those of `sim.outcomes_groups`, three that look at the site, and one more.

`distance` and `baseline_decile` split sites, whoever stands there later: by the nearest hotel, and
by what the firm there earned before the policy. `partner_status` splits twins, the same firm in a
run and in its baseline, by whether buyers ordered from it in either. `profit_quantile` splits
nobody: it holds quantiles of the distribution of profit over firms, so that a difference is one
between distributions, whoever stands where in them.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim import outcomes_groups as firms
from sim.outcomes_record import Record, Window, gaining_twins
from sim.tables import KIND_HOTEL
from sim.world import Names

__all__ = [
    "GROUPINGS",
    "GROUP_OUTCOMES",
    "QUANTILES",
    "Sites",
    "group_names",
    "group_values",
    "sites_of",
]

BANDS_KM = (1.0, 2.0, 5.0, 20.0)
DECILES = 10
QUANTILES = (0.10, 0.25, 0.50, 0.75, 0.90)
"""Of the distribution of profit over firms."""
_BEFORE = 1
"""Year before the policy, from 0."""

_SITE = "sites of the group with a firm at the year's end; distance: to the nearest simulated hotel"
_SUPPLIER = "sites of the group with a firm of eligible sectors at the year's end"
_TWIN = "twins of the group: the same firm in both runs at the window's end"
_BY_SITE = MappingProxyType(
    {
        "profit": "",
        "profit_per_firm": _SITE,
        "revenue": "",
        "revenue_per_firm": _SITE,
        "in_business": "firms of the group alive at month 23; at the window's end",
        "firms": "",
        "profit_per_eligible": _SUPPLIER,
        "revenue_per_eligible": _SUPPLIER,
        "firms_eligible": "",
        "firms_gaining": "the same firms in both runs at the window's end",
        "jobs": "owners and hired at the year's end",
    }
)
_BY_TWIN = MappingProxyType(
    {
        "profit": "",
        "profit_per_firm": _TWIN,
        "revenue": "",
        "revenue_per_firm": _TWIN,
        "firms": "",
    }
)
_SPREAD = MappingProxyType(
    {"profit_per_firm": "sites with a firm at the year's end, each year by itself"}
)
_STATUS = (
    "orders in both",
    "orders with policy only",
    "orders in baseline only",
    "same trade, no orders",
    "other trades",
    "another firm or none",
)
_OWN = ("partner_status", "distance", "baseline_decile", "profit_quantile")

GROUPINGS = (*firms.GROUPINGS, *_OWN)
"""All ways to split."""
GROUP_OUTCOMES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        **firms.GROUP_OUTCOMES,
        "partner_status": _BY_TWIN,
        "distance": _BY_SITE,
        "baseline_decile": _BY_SITE,
        "profit_quantile": _SPREAD,
    }
)
"""Outcomes of each grouping with their denominators. Those of `partner_status` are differences from
the same firm in the baseline, and zero there; `firms` is how many are in the group, a level."""

Codes = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class Sites(NamedTuple):
    """Group of each site, the same in all scenarios of a unit."""

    distance: Codes
    baseline_decile: Codes


def group_names(names: Names, by: str) -> tuple[str, ...]:
    """The groups of a grouping, in order."""
    if by == "partner_status":
        return _STATUS
    if by == "distance":
        ends = [f"{km:g}" for km in BANDS_KM]
        inner = [f"{low} to {high} km" for low, high in pairwise(ends)]
        return (f"under {ends[0]} km", *inner, f"{ends[-1]} km or more")
    if by == "baseline_decile":
        return (*(f"decile {k}" for k in range(1, DECILES + 1)), "vacant then")
    if by == "profit_quantile":
        return tuple(f"{100 * q:.0f} %" for q in QUANTILES)
    return firms.group_names(names, by)


def sites_of(baseline: Record) -> Sites:
    """Groups of the sites of a unit.

    Args:
        baseline: the run of the baseline, at its end.
    """
    world = baseline.world
    hotels = world.buyers[world.buyers.kind == KIND_HOTEL]
    nearest = np.full(world.n_firms, np.inf)
    for x, y in zip(hotels.x, hotels.y, strict=True):
        np.minimum(nearest, np.hypot(world.firms.x - x, world.firms.y - y), out=nearest)
    there = np.flatnonzero(baseline.cohort >= 0)
    decile = np.full(world.n_firms, DECILES, np.int64)
    order = there[np.argsort(world.yearly.profit[_BEFORE][there], kind="stable")]
    decile[order] = np.arange(order.size) * DECILES // max(1, order.size)
    return Sites(np.digitize(nearest, BANDS_KM).astype(np.int64), decile)


def group_values(
    record: Record, baseline: Record | None, sites: Sites, window: Window, by: str
) -> Floats:
    """(outcomes, groups): values in the order of `GROUP_OUTCOMES[by]` and `group_names`.

    Args:
        record: of the run.
        baseline: of the baseline; none for the baseline itself.
        sites: of the unit.
        window: over which.
        by: one of `GROUPINGS`.
    """
    if by not in _OWN:
        return firms.group_values(record, window, by, baseline)
    count = len(group_names(record.world.names, by))
    if by == "partner_status":
        return _by_twin(record, baseline, window, count)
    if by == "profit_quantile":
        return _quantiles(record, window)
    return _by_site(record, baseline, window, getattr(sites, by), count)


def _by_site(
    record: Record, baseline: Record | None, window: Window, code: Codes, count: int
) -> Floats:
    world = record.world
    years = slice(window.first_year, window.stop_year)
    # Once with all sites, once with those of eligible sectors.
    masks = np.ones(world.n_firms), (world.eligible[world.firms.sector] == 1).astype(np.float64)
    profit, revenue, standing = (
        [np.bincount(code, mask * column[years].sum(axis=0), count) for mask in masks]
        for column in (world.yearly.profit, world.yearly.revenue, world.yearly.alive == 1)
    )
    number = window.stop_year - window.first_year
    gaining, at_work = np.zeros(world.n_firms), world.yearly.hired + (world.yearly.alive == 1)
    if baseline is not None:
        gaining += gaining_twins(record, baseline, window)
    return np.array(
        [
            world.scale * profit[0] / window.months,
            _ratio(1e6 * profit[0], 12.0 * standing[0]),
            world.scale * revenue[0] / window.months,
            _ratio(1e6 * revenue[0], 12.0 * standing[0]),
            _in_business(record, window, code, count),
            world.scale * standing[0] / number,
            _ratio(1e6 * profit[1], 12.0 * standing[1]),
            _ratio(1e6 * revenue[1], 12.0 * standing[1]),
            world.scale * standing[1] / number,
            world.scale * np.bincount(code, gaining, count),
            world.scale * np.bincount(code, at_work[years].sum(axis=0), count) / number,
        ]
    )


def _in_business(record: Record, window: Window, code: Codes, count: int) -> Floats:
    """Percent of each group's firms of month 23 that still stand."""
    if window.first_year <= _BEFORE:
        return np.full(count, np.nan)
    there = record.cohort >= 0
    stayed = there & (record.generation[window.last_year] == record.cohort)
    began = np.bincount(code[there], minlength=count).astype(np.float64)
    return _ratio(100.0 * np.bincount(code[stayed], minlength=count), began)


def _by_twin(record: Record, baseline: Record | None, window: Window, count: int) -> Floats:
    if baseline is None:
        # Nobody is counted here, so that the numbers of firms are no effects.
        return np.vstack([np.zeros((len(_BY_TWIN) - 1, count)), np.full(count, np.nan)])
    world, other = record.world, baseline.world
    years = slice(window.first_year, window.stop_year)
    now, then = record.generation[window.last_year], baseline.generation[window.last_year]
    with_policy = world.yearly.served[years].any(axis=0)
    without = other.yearly.served[years].any(axis=0)
    code = np.select(
        [
            (now != then) | (now < 0),
            with_policy & without,
            with_policy,
            without,
            world.eligible[world.firms.sector] == 1,
        ],
        [5, 0, 1, 2, 3],
        4,
    )
    gains = [
        (own[years].sum(axis=0) - theirs[years].sum(axis=0)) / window.months
        for own, theirs in (
            (world.yearly.profit, other.yearly.profit),
            (world.yearly.revenue, other.yearly.revenue),
        )
    ]
    number = np.bincount(code, minlength=count).astype(np.float64)
    profit, revenue = (np.bincount(code, gain, count) for gain in gains)
    return np.array(
        [
            world.scale * profit,
            _ratio(1e6 * profit, number),
            world.scale * revenue,
            _ratio(1e6 * revenue, number),
            world.scale * number,
        ]
    )


def _quantiles(record: Record, window: Window) -> Floats:
    """(1, quantiles) of profit, Rp a month, over firms and years of the window.

    Every simulated firm stands for as many of the region, so that all have the same weight. Between
    two firms a quantile is interpolated, as numpy does; not a number where nobody stands.
    """
    yearly = record.world.yearly
    years = slice(window.first_year, window.stop_year)
    profit = yearly.profit[years][yearly.alive[years] == 1]
    if not profit.size:
        return np.full((1, len(QUANTILES)), np.nan)
    place = np.array(QUANTILES) * (profit.size - 1)
    low = np.floor(place).astype(np.int64)
    high = np.minimum(low + 1, profit.size - 1)
    # In place: the selection above is a copy already.
    profit.partition(np.unique([*low, *high]))
    first, second = profit[low], profit[high]
    return np.asarray(1e6 / 12.0 * (first + (place - low) * (second - first))[np.newaxis])


def _ratio(above: npt.ArrayLike, below: npt.ArrayLike) -> Floats:
    """Quotients; not a number where nobody is in the group."""
    top, count = np.asarray(above, np.float64), np.asarray(below, np.float64)
    return np.where(count > 0, top / np.where(count > 0, count, 1.0), np.nan)
