"""Where the slots of the whole region stand, and which sampled slot stands for each."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.build.firms import place
from sim.build.kept import Kept
from sim.draws import STREAM_POPULATION, uniform
from sim.jit import Integer, jit
from sim.processes.demography import INDEX_X, INDEX_Y

__all__ = ["Sites", "lay_sites"]


_MOST = 1_000_000
"""Slots above which sites are not kept from one world to the next, so that memory stays small."""


class Sites(NamedTuple):
    """Every slot of the region, in the order of sector, village and number: one value a slot.

    A sampled firm stands for the slots around its own. Who is near a buyer follows from the sites
    of all of them, so that distances do not grow as the sample gets coarser.
    """

    x: npt.NDArray[np.float64]  # km
    y: npt.NDArray[np.float64]
    sector: npt.NDArray[np.int32]
    row: npt.NDArray[np.int32]  # of the sampled firm of the same sector that stands for it


@jit
def _scatter(
    village: npt.NDArray[np.int32],
    villages: npt.NDArray[np.float64],
    seed: Integer,
    x: npt.NDArray[np.float64],
    y: npt.NDArray[np.float64],
) -> None:
    """The sites that `populate` gives to these slots, had they been sampled."""
    for slot in range(village.size):
        v = village[slot]
        x[slot], y[slot] = place(
            villages[v, 0],
            villages[v, 1],
            villages[v, 2],
            uniform(seed, STREAM_POPULATION, 0, slot, 0, 0, 0, INDEX_X),
            uniform(seed, STREAM_POPULATION, 0, slot, 0, 0, 0, INDEX_Y),
        )


def lay_sites(
    sector: npt.NDArray[np.int32],
    village: npt.NDArray[np.int32],
    villages: npt.NDArray[np.float64],
    kept: npt.NDArray[np.int64],
    scale: int,
    seed: int,
) -> Sites:
    """Sites of all slots, and their stand-ins.

    Args:
        sector: of every slot of the region.
        village: of every slot.
        villages: (villages, 3): x, y in km and area in km2.
        kept: numbers of the sampled slots, rising.
        scale: slots of the region one slot of the sample stands for.
        seed: of the population.

    Returns:
        Sites; a slot whose sector has no sampled slot has row -1. Not to be changed: the next
        world of the same seed and places is given the same ones.
    """

    def lay() -> Sites:
        return _lay(sector, village, villages, kept, scale, seed)

    if sector.size > _MOST:
        return lay()
    return _KEPT.get((scale, seed), (sector, village, villages, kept), lay)


def _lay(
    sector: npt.NDArray[np.int32],
    village: npt.NDArray[np.int32],
    villages: npt.NDArray[np.float64],
    kept: npt.NDArray[np.int64],
    scale: int,
    seed: int,
) -> Sites:
    x, y = np.empty(sector.size), np.empty(sector.size)
    _scatter(village, villages, np.uint64(seed), x, y)
    sampled = sector[kept]
    first = np.searchsorted(sampled, sector, side="left")
    last = np.searchsorted(sampled, sector, side="right") - 1
    # The sampled slot of the same stretch of numbers, or the nearest one of the sector.
    row = np.clip(np.arange(sector.size) // scale, first, last)
    return Sites(x, y, sector, np.where(first <= last, row, -1).astype(np.int32))


_KEPT: Kept[Sites] = Kept()
