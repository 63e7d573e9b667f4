"""The firms a buyer knows for a good: a weighted draw without replacement (P8, P9)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sim.draws import STREAM_CANDIDATES, uniform
from sim.jit import Integer, jit
from sim.tables import LINK_DTYPE, Rows

if TYPE_CHECKING:
    from sim.parameters import Parameters

__all__ = ["draw_candidates"]


@jit
def _top_by_gumbel(
    firms: Rows,
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
) -> int:
    """Rows of the firms first..last with the largest -distance / reach + Gumbel, best first.

    The largest of weights plus Gumbel noise are a draw without replacement in proportion to
    exp(weight), so a longer list begins with the shorter one.

    Args:
        firms: sites and slots are read.
        first: first row of the sector.
        last: row after its last.
        x: buyer's site, km.
        y: buyer's site, km.
        reach: km over which the weight falls by a factor e.
        buyer_number: key.
        good: key.
        seed: key.
        rows: (wanted,), written.
        score: (wanted,), scratch.

    Returns:
        How many were found.
    """
    wanted = rows.size
    found = 0
    least = -math.inf
    least_at = 0
    threshold = 0.0
    for i in range(first, last):
        u = uniform(seed, STREAM_CANDIDATES, 0, firms[i].slot, buyer_number + 1, 0, good, 0)
        # A firm at no distance would need at least this uniform: most are done here.
        if u <= threshold:
            continue
        dx = firms[i].x - x
        dy = firms[i].y - y
        value = -math.sqrt(dx * dx + dy * dy) / reach - math.log(-math.log(u))
        if found < wanted:
            rows[found] = i
            score[found] = value
            found += 1
        elif value > least:
            rows[least_at] = i
            score[least_at] = value
        else:
            continue
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
        at = j
        while at > 0 and (score[at - 1] < value or (score[at - 1] == value and rows[at - 1] > row)):
            score[at] = score[at - 1]
            rows[at] = rows[at - 1]
            at -= 1
        score[at] = value
        rows[at] = row
    return found


@jit
def _fill(
    firms: Rows,
    buyers: Rows,
    lines: Rows,
    bounds: npt.NDArray[np.int64],
    goods: npt.NDArray[np.void],
    reserved: npt.NDArray[np.int32],
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
    at = 0
    for k in range(lines.size):
        b = lines[k].buyer
        sector = goods[lines[k].good].sector
        found = _top_by_gumbel(
            firms,
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
        )
        lines[k].start = at
        for j in range(found):
            i = rows[j]
            if j < places:
                firm[at] = i
                dx = firms[i].x - buyers[b].x
                dy = firms[i].y - buyers[b].y
                distance[at] = math.sqrt(dx * dx + dy * dy)
                at += 1
            else:
                reserved[k, j - places] = i
        lines[k].stop = at
    return at


def draw_candidates(
    firms: Rows,
    buyers: Rows,
    lines: Rows,
    goods: npt.NDArray[np.void],
    p: Parameters,
    seed: int,
    redraws: int,
) -> tuple[npt.NDArray[np.void], npt.NDArray[np.int32]]:
    """Candidates of every line, and the reserve that yearly redraws go on with.

    Args:
        firms: sites and sectors are read.
        buyers: sites are read.
        lines: `start` and `stop` are written.
        goods: properties.
        p: parameters.
        seed: of the population.
        redraws: how often `redrawn_share` of the places will be redrawn.

    Returns:
        Links, and (lines, length) rows of firms; -1 where there are no more.
    """
    places = int(p["candidates"])
    most = lines.size * places
    firm = np.zeros(most, np.int32)
    distance = np.zeros(most)
    reserve = np.full(
        (lines.size, max(1, int(places * p["redrawn_share"]) * redraws)), -1, np.int32
    )
    sectors = max(int(firms["sector"].max(initial=0)), int(goods["sector"].max())) + 1
    bounds = np.searchsorted(firms["sector"], np.arange(sectors + 1)).astype(np.int64)
    count = _fill(
        firms,
        buyers,
        lines,
        bounds,
        goods,
        reserve,
        places,
        p["candidate_range"],
        np.uint64(seed),
        firm,
        distance,
    )
    links = np.zeros(count, LINK_DTYPE)
    links["firm"] = firm[:count]
    links["distance"] = distance[:count]
    links["generation"] = -1
    links["trust_buyer"] = p["trust_start"]
    links["trust_firm"] = p["trust_start"]
    links["utility"] = -np.inf
    return links, reserve
