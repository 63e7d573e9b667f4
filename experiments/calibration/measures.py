"""What a target may ask of a run beside the declared outcomes: published figures in their own form.

An outcome is read over whole years, and is what policies are compared by. A published figure is
often of another kind: the state of some month, or a share nobody compares policies by. Such a
measure is declared here, with its unit and of whom it is; no run is changed by it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from sim.outcomes_record import YEAR, Record

__all__ = ["MEASURES", "PLATFORM_OUTCOMES", "Measure"]

_BILLION = 1000.0  # million rupiah

PLATFORM_OUTCOMES = (
    "shops", "selling_online", "shops_dormant", "online_sales", "online_sales_outside",
    "online_bought_elsewhere", "sales_per_shop", "platform_fees", "online_gini", "platform_cost",
)  # fmt: skip
"""Declared outcomes that are no number where the marketplace is not modelled."""


@dataclass(frozen=True)
class Measure:
    """One declared measure.

    Attributes:
        name: key in tables and files.
        unit: of the value.
        label: name for people, by language.
        denominator: what it is a share of.
        compute: reads the value at the end of a month of a run that has come so far.
        platform: whether it is no number without the marketplace.
    """

    name: str
    unit: str
    label: Mapping[str, str]
    denominator: str
    compute: Callable[[Record, int], float]
    platform: bool = False


def _dead(record: Record, month: int) -> float:
    """Percent of the firms of month 0 that closed by the end of a month."""
    world = record.world
    # Written down at the end of month 0: those that closed in it belong to the stock.
    left = world.column("initial_survivors")
    start = left[0] + world.column("closures")[0]
    return 100.0 * (1.0 - float(left[month]) / float(start)) if start > 0 else np.nan


def _with_order(record: Record, month: int) -> float:
    """Percent of sites of manufacturing trades with a delivered order in the year of a month."""
    world = record.world
    makes = world.manufacturing[world.firms.sector] == 1
    return (
        100.0 * float(world.yearly.served[month // YEAR][makes].mean()) if makes.any() else np.nan
    )


def _signed(record: Record, month: int) -> float:
    hotels = float(record.world.column("hotels")[month])
    signed = float(record.world.column("hotels_signed")[month])
    return 100.0 * signed / hotels if hotels > 0 else np.nan


def _shops(low: float, high: float) -> Callable[[Record, int], float]:
    """Percent of open shops whose firm sold so much, million rupiah, in the year that ends."""

    def compute(record: Record, month: int) -> float:
        world = record.world
        if world.tables.shops.size == 0:
            return np.nan
        open_now = (world.shops.open == 1) & (world.firms.alive == 1)
        if not open_now.any():
            return np.nan
        sales = world.yearly.revenue[month // YEAR][open_now]
        return 100.0 * float(((sales >= low) & (sales < high)).mean())

    return compute


def _row(
    name: str,
    unit: str,
    words: tuple[str, str],
    denominator: str,
    compute: Callable[[Record, int], float],
    *,
    platform: bool = False,
) -> Measure:
    label = MappingProxyType({"en": words[0], "id": words[1]})
    return Measure(name, unit, label, denominator, compute, platform)


_OPEN = "firms with an open shop at the year's end"
_DECLARED = (
    _row(
        "initial_dead",
        "% of firms",
        ("firms of month 0 that closed since", "usaha dari bulan 0 yang sudah berhenti"),
        "firms in business at month 0",
        _dead,
    ),
    _row(
        "manufacturers_with_order",
        "% of firms",
        ("manufacturers with a buyer's order in the year",
         "usaha industri dengan pesanan pembeli dalam setahun"),
        "sites of manufacturing trades",
        _with_order,
    ),
    _row(
        "hotels_signed_at",
        "% of hotels",
        ("hotels signed by that month", "hotel yang sudah menandatangani pada bulan itu"),
        "all hotels",
        _signed,
    ),
    _row(
        "shops_under_300m",
        "% of shops",
        ("online sellers that sell less than Rp 300 m a year",
         "penjual daring beromzet di bawah Rp300 jt setahun"),
        _OPEN,
        _shops(0.0, 300.0),
        platform=True,
    ),
    _row(
        "shops_300m_to_2500m",
        "% of shops",
        ("online sellers that sell Rp 300 m to 2.5 bn a year",
         "penjual daring beromzet Rp300 jt sampai 2,5 miliar setahun"),
        _OPEN,
        _shops(300.0, 2.5 * _BILLION),
        platform=True,
    ),
    _row(
        "shops_over_2500m",
        "% of shops",
        ("online sellers that sell more than Rp 2.5 bn a year",
         "penjual daring beromzet di atas Rp2,5 miliar setahun"),
        _OPEN,
        _shops(2.5 * _BILLION, np.inf),
        platform=True,
    ),
)  # fmt: skip

MEASURES: Mapping[str, Measure] = MappingProxyType({m.name: m for m in _DECLARED})
"""Every measure by name. Its window is `month N`: the end of that month, counted from 0."""
