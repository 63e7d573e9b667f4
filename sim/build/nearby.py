"""Slots by cell of a grid, so that a buyer's candidates are drawn without asking every slot.

Where slots times order lines are billions, keying a draw for each pair is a wall. The same law has
a shorter way: slots are drawn one after the other in proportion to exp(-distance / reach), and what
was drawn before is passed over. A cell is drawn by the most that its slots can weigh, then a slot
of it, which is kept with the probability that makes up the difference: none is approximated.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.build.sites import Sites
from sim.draws import STREAM_CANDIDATES, uniform, uniform_pair
from sim.jit import Integer, jit

__all__ = ["Cells", "draw_nearby", "make_cells"]

_SIDE = 32
"""Cells along each side of the grid."""
_KEPT_INDEX, _BLOCK = 1, 1
_TRIES = 64
"""Draws a place wanted; where more would be needed, few firms hold nearly all of the weight."""


class Cells(NamedTuple):
    """Slots of a sector by cell.

    Attributes:
        order: slots, sector by sector and cell by cell.
        first: (sectors x cells + 1,) where each begins in `order`.
        box: (4,) west, south and the width and height of a cell, km.
    """

    order: npt.NDArray[np.int32]
    first: npt.NDArray[np.int64]
    box: npt.NDArray[np.float64]


def make_cells(sites: Sites, sectors: int) -> Cells:
    """The grid over all slots of a region."""
    west, south = float(sites.x.min()), float(sites.y.min())
    width = max((float(sites.x.max()) - west) / _SIDE, 1e-9)
    height = max((float(sites.y.max()) - south) / _SIDE, 1e-9)
    cell = _cells_of(sites, west, south, width, height)
    counts = np.bincount(cell, minlength=sectors * _SIDE * _SIDE)
    first = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
    order = np.argsort(cell, kind="stable").astype(np.int32)
    return Cells(order, first, np.array([west, south, width, height]))


@jit
def _cells_of(
    sites: Sites, west: float, south: float, width: float, height: float
) -> npt.NDArray[np.int32]:
    """(slots,): number of each slot's cell, those of a sector together."""
    found = np.empty(sites.x.size, np.int32)
    for slot in range(sites.x.size):
        across = min(_SIDE - 1, int((sites.x[slot] - west) / width))
        up = min(_SIDE - 1, int((sites.y[slot] - south) / height))
        found[slot] = (sites.sector[slot] * _SIDE + up) * _SIDE + across
    return found


@jit
def draw_nearby(
    sites: Sites,
    cells: Cells,
    sector: int,
    x: float,
    y: float,
    reach: float,
    buyer_number: int,
    good: int,
    seed: Integer,
    sums: npt.NDArray[np.float64],
    rows: npt.NDArray[np.int32],
    distance: npt.NDArray[np.float64],
    seen: npt.NDArray[np.int64],
    mark: int,
) -> int:
    """Firms that stand for slots drawn without replacement, in proportion to exp(-distance/reach).

    A firm that stands for several slots is drawn with the first of them, at that slot's distance.

    Args:
        sites: of all slots of the region.
        cells: of them.
        sector: of the good.
        x: buyer's site, km.
        y: buyer's site, km.
        reach: km over which the weight falls by a factor e.
        buyer_number: key.
        good: key.
        seed: key.
        sums: (cells of a sector,), scratch.
        rows: (wanted,), written: firms in the order of the draw.
        distance: (wanted,), written: km.
        seen: (firms,) last mark of each; those found get this one.
        mark: of this order line, unlike all before.

    Returns:
        How many were found; fewer than wanted where `_TRIES` a place were not enough.
    """
    wanted = rows.size
    west, south, width, height = cells.box
    base = sector * _SIDE * _SIDE
    total = 0.0
    for c in range(_SIDE * _SIDE):
        inside = cells.first[base + c + 1] - cells.first[base + c]
        if inside > 0:
            total += inside * math.exp(-_near(c, x, y, west, south, width, height) / reach)
        sums[c] = total
    if total <= 0.0:
        return 0
    found = 0
    for trial in range(wanted * _TRIES):
        u, v = uniform_pair(seed, STREAM_CANDIDATES, 0, trial, buyer_number + 1, 0, good, _BLOCK)
        c = min(int(np.searchsorted(sums, u * total, side="right")), sums.size - 1)
        begin, end = cells.first[base + c], cells.first[base + c + 1]
        if begin == end:  # rounding at the very end
            continue
        slot = cells.order[begin + min(end - begin - 1, int(v * (end - begin)))]
        dx = sites.x[slot] - x
        dy = sites.y[slot] - y
        km = math.sqrt(dx * dx + dy * dy)
        least = _near(c, x, y, west, south, width, height)
        keep = uniform(seed, STREAM_CANDIDATES, 0, trial, buyer_number + 1, 0, good, _KEPT_INDEX)
        if keep >= math.exp((least - km) / reach):
            continue
        row = sites.row[slot]
        if row < 0 or seen[row] == mark:
            continue
        seen[row] = mark
        rows[found] = row
        distance[found] = km
        found += 1
        if found == wanted:
            break
    return found


@jit
def _near(
    cell: int, x: float, y: float, west: float, south: float, width: float, height: float
) -> float:
    """Least distance of a point from a cell, km."""
    left = west + (cell % _SIDE) * width
    low = south + (cell // _SIDE) * height
    dx = max(0.0, left - x, x - left - width)
    dy = max(0.0, low - y, y - low - height)
    return math.sqrt(dx * dx + dy * dy)
