"""The firms a buyer knows for a good: a weighted draw without replacement (P8, P9)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.build.kept import Kept
from sim.build.nearby import Cells, draw_nearby, make_cells
from sim.build.sites import Sites
from sim.draws import STREAM_CANDIDATES, uniform
from sim.jit import Integer, jit
from sim.tables import LINK_DTYPE, Rows

if TYPE_CHECKING:
    from sim.parameters import Parameters

__all__ = ["MOST_ASKED", "draw_candidates"]


@jit
def _top_by_gumbel(
    sites: Sites,
    first: int,
    last: int,
    x: float,
    y: float,
    reach: float,
    buyer_number: int,
    good: int,
    seed: Integer,
    rows: npt.NDArray[np.int32],
    score: npt.NDArray[np.float64],
    distance: npt.NDArray[np.float64],
) -> int:
    """Firms that stand for the slots with the largest -distance / reach + Gumbel, best first.

    The largest of weights plus Gumbel noise are a draw without replacement in proportion to
    exp(weight), so a longer list begins with the shorter one. A firm that stands for several slots
    is drawn with the largest of theirs, at that slot's distance.

    Args:
        sites: of all slots of the region.
        first: first slot of the sector.
        last: slot after its last.
        x: buyer's site, km.
        y: buyer's site, km.
        reach: km over which the weight falls by a factor e.
        buyer_number: key.
        good: key.
        seed: key.
        rows: (wanted,), written.
        score: (wanted,), scratch.
        distance: (wanted,), written: km.

    Returns:
        How many were found.
    """
    wanted = rows.size
    if first == last or sites.row[first] < 0:
        return 0  # a sector without a sampled firm: nobody stands for its slots
    found = 0
    least = -math.inf
    least_at = 0
    threshold = 0.0
    mine = -1  # place in the list of the firm that stands for the slot in hand
    for slot in range(first, last):
        u = uniform(seed, STREAM_CANDIDATES, 0, slot, buyer_number + 1, 0, good, 0)
        # A firm at no distance would need at least this uniform: most are done here.
        if u <= threshold:
            continue
        dx = sites.x[slot] - x
        dy = sites.y[slot] - y
        km = math.sqrt(dx * dx + dy * dy)
        value = -km / reach - math.log(-math.log(u))
        i = sites.row[slot]
        if mine >= 0 and rows[mine] == i:
            if value <= score[mine]:
                continue
        elif found < wanted:
            mine = found
            found += 1
        elif value > least:
            mine = least_at
        else:
            continue
        rows[mine] = i
        score[mine] = value
        distance[mine] = km
        if found == wanted:
            least = math.inf
            for j in range(wanted):
                if score[j] < least:
                    least = score[j]
                    least_at = j
            threshold = math.exp(-math.exp(-least))
    for j in range(1, found):
        value = score[j]
        row = rows[j]
        km = distance[j]
        at = j
        while at > 0 and (score[at - 1] < value or (score[at - 1] == value and rows[at - 1] > row)):
            score[at] = score[at - 1]
            rows[at] = rows[at - 1]
            distance[at] = distance[at - 1]
            at -= 1
        score[at] = value
        rows[at] = row
        distance[at] = km
    return found


@jit
def _note(
    rows: npt.NDArray[np.int32],
    km: npt.NDArray[np.float64],
    places: int,
    at: int,
    firm: npt.NDArray[np.int32],
    distance: npt.NDArray[np.float64],
    reserved: npt.NDArray[np.int32],
    reserved_distance: npt.NDArray[np.float64],
) -> int:
    """Writes a line's firms, the first to its places from `at` on, the others to its reserve.

    Returns:
        Where the next line's places begin.
    """
    for j in range(rows.size):
        if j < places:
            firm[at] = rows[j]
            distance[at] = km[j]
            at += 1
        else:
            reserved[j - places] = rows[j]
            reserved_distance[j - places] = km[j]
    return at


@jit
def _fill(
    sites: Sites,
    buyers: Rows,
    lines: Rows,
    bounds: npt.NDArray[np.int64],
    goods: npt.NDArray[np.void],
    reserved: npt.NDArray[np.int32],
    reserved_distance: npt.NDArray[np.float64],
    places: int,
    reach: float,
    seed: Integer,
    firm: npt.NDArray[np.int32],
    distance: npt.NDArray[np.float64],
) -> int:
    """Links of every line, end to end; returns how many."""
    reserve = reserved.shape[1]
    rows = np.zeros(places + reserve, np.int32)
    score = np.zeros(places + reserve)
    km = np.zeros(places + reserve)
    at = 0
    for k in range(lines.size):
        b = lines[k].buyer
        sector = goods[lines[k].good].sector
        found = _top_by_gumbel(
            sites,
            bounds[sector],
            bounds[sector + 1],
            buyers[b].x,
            buyers[b].y,
            reach,
            buyers[b].number,
            lines[k].good,
            seed,
            rows,
            score,
            km,
        )
        lines[k].start = at
        at = _note(
            rows[:found], km[:found], places, at, firm, distance, reserved[k], reserved_distance[k]
        )
        lines[k].stop = at
    return at


@jit
def _fill_nearby(
    sites: Sites,
    cells: Cells,
    buyers: Rows,
    lines: Rows,
    bounds: npt.NDArray[np.int64],
    goods: npt.NDArray[np.void],
    reserved: npt.NDArray[np.int32],
    reserved_distance: npt.NDArray[np.float64],
    places: int,
    reach: float,
    seed: Integer,
    firm: npt.NDArray[np.int32],
    distance: npt.NDArray[np.float64],
) -> int:
    """`_fill` by `draw_nearby`; what that does not find, the whole sector is asked for."""
    wanted = places + reserved.shape[1]
    rows = np.zeros(wanted, np.int32)
    km = np.zeros(wanted)
    more = np.zeros(2 * wanted, np.int32)
    more_score = np.zeros(2 * wanted)
    more_km = np.zeros(2 * wanted)
    sums = np.zeros(cells.first.size // (bounds.size - 1))
    firms = 0
    for slot in range(sites.row.size):
        firms = max(firms, sites.row[slot] + 1)
    seen = np.full(firms, -1, np.int64)
    at = 0
    for k in range(lines.size):
        b = lines[k].buyer
        good = lines[k].good
        sector = goods[good].sector
        x, y, number = buyers[b].x, buyers[b].y, buyers[b].number
        found = draw_nearby(
            sites, cells, sector, x, y, reach, number, good, seed, sums, rows, km, seen, k
        )
        if found < wanted:
            # What is left over has the same law whatever was drawn before it. Of so many more at
            # least as many are new as there are places.
            there = _top_by_gumbel(
                sites,
                bounds[sector],
                bounds[sector + 1],
                x,
                y,
                reach,
                number,
                good,
                seed,
                more,
                more_score,
                more_km,
            )
            for j in range(there):
                if found < wanted and seen[more[j]] != k:
                    seen[more[j]] = k
                    rows[found] = more[j]
                    km[found] = more_km[j]
                    found += 1
        lines[k].start = at
        at = _note(
            rows[:found], km[:found], places, at, firm, distance, reserved[k], reserved_distance[k]
        )
        lines[k].stop = at
    return at


def draw_candidates(
    sites: Sites,
    buyers: Rows,
    lines: Rows,
    goods: npt.NDArray[np.void],
    p: Parameters,
    seed: int,
    redraws: int,
) -> tuple[npt.NDArray[np.void], npt.NDArray[np.int32], npt.NDArray[np.float64]]:
    """Candidates of every line, and the reserve that yearly redraws go on with.

    Args:
        sites: of all slots of the region.
        buyers: sites are read.
        lines: `start` and `stop` are written.
        goods: properties.
        p: parameters.
        seed: of the population.
        redraws: how often `redrawn_share` of the places will be redrawn.

    Returns:
        Links, and (lines, length) rows of firms, -1 where there are no more, with their distances;
        not to be changed, as the next world of the same seed and buyers may be given the same ones.
    """
    places = int(p["candidates"])
    length = max(1, int(places * p["redrawn_share"]) * redraws)
    reach = p["candidate_range"]

    def draw() -> _Drawn:
        return _draw(sites, buyers, lines, goods, places, length, reach, seed)

    # All that the draw reads; what else a row holds, such as a demand, changes no candidate.
    keys = (
        *sites, buyers["x"], buyers["y"], buyers["number"], lines["buyer"], lines["good"],
        goods["sector"],
    )  # fmt: skip
    small = sites.sector.size * max(1, lines.size) <= _MOST
    drawn = _KEPT.get((places, length, reach, seed), keys, draw) if small else draw()
    lines["start"], lines["stop"] = drawn.start, drawn.stop
    links = np.zeros(drawn.firm.size, LINK_DTYPE)
    links["firm"] = drawn.firm
    links["distance"] = drawn.distance
    links["generation"] = -1
    links["trust_buyer"] = p["trust_start"]
    links["trust_firm"] = p["trust_start"]
    links["utility"] = -np.inf
    return links, drawn.reserve, drawn.reserve_distance


class _Drawn(NamedTuple):
    """Candidates of every line, end to end, and the reserve."""

    firm: npt.NDArray[np.int32]
    distance: npt.NDArray[np.float64]
    start: npt.NDArray[np.int32]
    stop: npt.NDArray[np.int32]
    reserve: npt.NDArray[np.int32]
    reserve_distance: npt.NDArray[np.float64]


_KEPT: Kept[_Drawn] = Kept()
_MOST = 500_000_000
"""Slots times lines above which candidates are not kept, so that memory stays small."""
MOST_ASKED = 4_000_000_000
"""Slots times lines up to which every slot is asked for every line; seven times those of Surabaya.
Above it candidates are drawn in the other way, to the same law: see `sim.build.nearby`."""


def _draw(
    sites: Sites,
    buyers: Rows,
    lines: Rows,
    goods: npt.NDArray[np.void],
    places: int,
    length: int,
    reach: float,
    seed: int,
) -> _Drawn:
    most = lines.size * places
    firm = np.zeros(most, np.int32)
    distance = np.zeros(most)
    reserve = np.full((lines.size, length), -1, np.int32)
    reserve_distance = np.zeros(reserve.shape)
    sectors = max(int(sites.sector.max(initial=0)), int(goods["sector"].max())) + 1
    bounds = np.searchsorted(sites.sector, np.arange(sectors + 1)).astype(np.int64)
    common = (
        buyers, lines, bounds, goods, reserve, reserve_distance, places, reach, np.uint64(seed),
        firm, distance,
    )  # fmt: skip
    if sites.sector.size * lines.size <= MOST_ASKED:
        count = _fill(sites, *common)
    else:
        count = _fill_nearby(sites, make_cells(sites, sectors), *common)
    return _Drawn(
        firm[:count].copy(),
        distance[:count].copy(),
        lines["start"].copy(),
        lines["stop"].copy(),
        reserve,
        reserve_distance,
    )
