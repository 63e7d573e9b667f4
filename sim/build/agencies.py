"""What a region's budgets buy: agencies as procuring units of one good each (P8, P9)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from sim.parameters import Parameters
    from sim.population import RegionLike

__all__ = ["Unit", "agency_demand", "agency_units"]


class Unit(NamedTuple):
    """Procuring units that buy one good: schools and their clusters, works by district.

    Attributes:
        good: its number.
        units: how many of them the region has.
        demand: of one, million rupiah a month.
        month: of the year in which a yearly good is ordered; 0: by the season of works.
    """

    good: int
    units: int
    demand: float
    month: int


def agency_demand(region: RegionLike, p: Parameters) -> dict[str, float]:
    """What agencies buy, million rupiah a month by good; nothing where a region has no budget."""
    return {
        good: figure.value * p["agency_demand"] / 12.0
        for good, figure in region.government.items()
        if figure.value > 0.0
    }


def agency_units(region: RegionLike, p: Parameters, goods: Sequence[str]) -> list[Unit]:
    """Equal units, one for so many people, for each good that a budget names."""
    people = float(region.districts["population"].sum())
    count = max(1, round(people / p["agency_people"]))
    demand = agency_demand(region, p)
    return [
        Unit(g, count, demand[good] / count, int(region.government[good].month))
        for g, good in enumerate(goods)
        if good in demand
    ]
