"""Cooperatives that put small parts together until they reach a minimum lot (P9)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.jit import jit
from sim.processes.value import perceived
from sim.tables import Record, Rows

__all__ = [
    "LEAST",
    "cooperative_of",
    "listed_by_cooperative",
    "pool_parts",
    "pool_quality",
    "release_small",
    "set_pooling",
]

LEAST = 1e-9
"""Shares of a need, or of a smallest part, below this are rounding and decide nothing."""


@jit
def set_pooling(cooperatives: Rows, levers: npt.NDArray[np.void], month: int) -> bool:
    """Which cooperatives pool this month: the active ones whose draw lies below the lever.

    Returns:
        Whether any may; without the lever nothing is looked at.
    """
    share = levers[month].pooling
    if share <= 0.0 and (month == 0 or levers[month - 1].pooling <= 0.0):
        return False
    anybody = False
    for c in range(cooperatives.size):
        pools = cooperatives[c].active == 1 and cooperatives[c].draw < share
        cooperatives[c].pooling = 1 if pools else 0
        cooperatives[c].listed = 1 if pools and levers[month].coop_listed > 0.0 else 0
        cooperatives[c].pooled = 0.0
        anybody |= pools
    return anybody


@jit
def cooperative_of(firms: Rows, cooperatives: Rows, i: int) -> int:
    """Row of the pooling cooperative a firm is a member of; -1 for none."""
    if firms[i].member == 1 and cooperatives[firms[i].pool].pooling == 1:
        return firms[i].pool
    return -1


@jit
def listed_by_cooperative(
    firms: Rows, lines: Rows, links: Rows, cooperatives: Rows, k: int, e: int
) -> bool:
    """Whether all a link's firm lacks is an entry on the catalogue that its cooperative has."""
    if links[e].lacks_only == 0:
        return False
    i = links[e].firm
    c = cooperative_of(firms, cooperatives, i)
    if c < 0 or cooperatives[c].listed == 0:
        return False
    return lines[k].need_cold_chain == 0 or firms[i].cold_chain == 1


@jit
def _partner(firms: Rows, links: Rows, cooperatives: Rows, e: int) -> int:
    """The cooperative that could bring in this link's firm; -1 for none.

    Who has an order of its own, or was just proposed one, is not pooled.
    """
    if links[e].pooled == 0 and (links[e].order > 0.0 or links[e].proposal > 0.0):
        return -1
    return cooperative_of(firms, cooperatives, links[e].firm)


@jit
def pool_parts(
    firms: Rows,
    lines: Rows,
    links: Rows,
    cooperatives: Rows,
    p: Record,
    k: int,
    standard: float,
    ranked: npt.NDArray[np.int64],
    count: int,
    target: float,
    places: float,
) -> bool:
    """A line asks each cooperative, best member first, whether its members together can deliver.

    Parts of a cooperative are proposed together or not at all: their sum, with what it already has
    of the line this month, must reach the smallest part, and the mean quality the buyer expects,
    less what is lost by coordinating, its standard.

    Args:
        firms: `offered` is added to.
        lines: `pooled` is set.
        links: `proposal` and `pooled` are set.
        cooperatives: read.
        p: parameters.
        k: row of the line.
        standard: of the buyer.
        ranked: eligible links by falling utility.
        count: how many.
        target: left after the line's own proposals.
        places: suppliers that can still be handled.

    Returns:
        Whether anything was proposed.
    """
    least = LEAST * lines[k].need
    enough = lines[k].smallest * (1.0 - LEAST)
    asked = np.empty(count, np.int64)
    any_proposal = False
    for place in range(count):
        if target <= least:
            break
        c = _partner(firms, links, cooperatives, ranked[place])
        if c < 0 or _asked_before(firms, links, cooperatives, ranked, place, c):
            continue
        total = 0.0
        worth = 0.0
        for e in range(lines[k].start, lines[k].stop):
            if links[e].pooled == 1 and links[e].order > 0.0 and firms[links[e].firm].pool == c:
                total += links[e].order
                worth += links[e].order * perceived(links, e, p)
        known = total > 0.0
        if not known and places < 1.0:
            continue
        left = target
        members = 0
        for later in range(place, count):
            e = ranked[later]
            if left <= least or _partner(firms, links, cooperatives, e) != c:
                continue
            i = links[e].firm
            amount = min(left, firms[i].financeable - firms[i].ordered)
            if amount <= least:
                continue
            links[e].proposal = amount
            asked[members] = e
            members += 1
            left -= amount
            total += amount
            worth += amount * perceived(links, e, p)
        accepted = members > 0 and total >= enough
        if accepted:
            expected = worth / total - p.coordination_loss
            accepted = expected >= standard - p.quality_tolerance
        for j in range(members):
            e = asked[j]
            if accepted:
                links[e].pooled = 1
                firms[links[e].firm].offered += links[e].proposal
            else:
                links[e].proposal = 0.0
        if accepted:
            lines[k].pooled = 1
            target = left
            any_proposal = True
            if not known:
                places -= 1.0
    return any_proposal


@jit
def _asked_before(
    firms: Rows,
    links: Rows,
    cooperatives: Rows,
    ranked: npt.NDArray[np.int64],
    place: int,
    c: int,
) -> bool:
    """Whether a better link already brought the line to this cooperative in this round."""
    for earlier in range(place):
        if _partner(firms, links, cooperatives, ranked[earlier]) == c:
            return True
    return False


@jit
def release_small(firms: Rows, lines: Rows, links: Rows, k: int) -> None:
    """Proposals of a cooperative that prorating left too small together are released."""
    enough = lines[k].smallest * (1.0 - LEAST)
    for e in range(lines[k].start, lines[k].stop):
        if links[e].pooled == 0 or links[e].proposal <= 0.0:
            continue
        c = firms[links[e].firm].pool
        total = 0.0
        for other in range(lines[k].start, lines[k].stop):
            if links[other].pooled == 1 and firms[links[other].firm].pool == c:
                total += links[other].order + max(0.0, links[other].proposal)
        # Once one is released the sum is smaller still, so all of them are.
        if total < enough:
            links[e].proposal = -1.0
            links[e].small = 1
            lines[k].refused = 1


@jit
def pool_quality(
    firms: Rows, links: Rows, start: int, stop: int, own: npt.NDArray[np.float64], p: Record
) -> None:
    """One quality for what a cooperative delivers: the mean by quantity, less the coordination.

    Args:
        firms: pools are read.
        links: `common` of the pooled ones is written.
        start: first link of the line.
        stop: link after its last.
        own: (stop - start,) quality of each pooled part by itself.
        p: parameters.
    """
    for e in range(start, stop):
        if links[e].pooled == 0 or links[e].order <= 0.0:
            continue
        c = firms[links[e].firm].pool
        quantity = 0.0
        worth = 0.0
        for other in range(start, stop):
            if links[other].pooled == 1 and firms[links[other].firm].pool == c:
                quantity += links[other].order
                worth += links[other].order * own[other - start]
        links[e].common = min(1.0, max(0.0, worth / quantity - p.coordination_loss))
