"""The worlds that are measured."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from scenarios import load_region, load_scenario
from scenarios.region import Region
from sim.case import Case
from sim.world import World

__all__ = ["BUNDLE", "MANDATE", "firm_months", "mandated_world", "region", "world_under"]

MANDATE = "mandated_hotel_partnership"
BUNDLE = "bundle"


@cache
def region(firms: int | None = None) -> Region:
    """Surabaya; with another number of firms and the same buyers if asked."""
    city = load_region("surabaya")
    return city if firms is None else replace(city, firms=firms)


def mandated_world(scale: int, months: int, seed: int = 1, place: Region | None = None) -> World:
    """A new world under the mandate, which is in force from month 24."""
    return world_under(MANDATE, scale, months, seed, place)


def world_under(
    name: str, scale: int, months: int, seed: int = 1, place: Region | None = None
) -> World:
    """A new world under a scenario that comes with the project."""
    scenario = load_scenario(name)
    return Case.of(scenario, place or region(), seed=seed, scale=scale, months=months).world()


def firm_months(world: World, start: int, stop: int) -> float:
    """Living firms of the sample, summed over months: vacant slots do not count."""
    return float(world.column("firms")[start:stop].sum()) / world.scale
