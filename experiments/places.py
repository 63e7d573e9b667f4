"""The region of a run: the one given by flag or in the call, else the scenario's own."""

from __future__ import annotations

from os import PathLike

from scenarios.region import Region, RegionError, load_region
from scenarios.scenario import Scenario

__all__ = ["place_of"]


def place_of(scenario: Scenario, given: str | PathLike[str] | Region | None = None) -> Region:
    """Loads the region.

    Args:
        scenario: whose own region is used if none is given.
        given: a region, its name or folder.

    Raises:
        RegionError: it is not there or has faults; names the scenario's line if that asks for it.
    """
    if given is not None:
        return load_region(given)
    try:
        return load_region(scenario.region)
    except RegionError as error:
        where = scenario.origin.get("region", "")
        if error.faults or where in ("", "flag", "default"):
            raise
        raise RegionError(f"{where}: region: {error}") from error
