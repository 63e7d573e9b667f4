"""Step 9: who is seen on a marketplace, and how buyers' money is shared among sellers (P14)."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from sim.jit import jit

__all__ = ["allot", "visibility"]


@jit
def visibility(recent: float, rating: float, ranking: float, rating_weight: float) -> float:
    """Weight of a shop in the ranking: (1 + recent orders)^beta exp(gamma rating).

    Sellers that sold are shown first and sell more: below 1 the power lets equal sellers become
    equal again, at 1 early luck lasts (a Polya urn), above 1 one seller takes all.

    Args:
        recent: orders that the ranking remembers.
        rating: over the prior of a shop without one.
        ranking: beta.
        rating_weight: gamma.
    """
    return math.exp(ranking * math.log(1.0 + recent) + rating_weight * rating)


@jit
def allot(
    money: float,
    rivals: float,
    weight: npt.NDArray[np.float64],
    room: npt.NDArray[np.float64],
    count: int,
    asked: npt.NDArray[np.float64],
    active: npt.NDArray[np.int64],
) -> float:
    """Shares money by weight among shops with room and sellers elsewhere, who always have room.

    A shop that reaches its room is taken out at its room, and the remainder is shared among the
    others: a fixed sum is divided, whoever joins.

    Args:
        money: of these buyers, million rupiah.
        rivals: weight of sellers elsewhere.
        weight: of each shop, (count,) or longer; `room`, `asked` and `active` alike.
        room: most that each can sell; lowered by what is asked.
        count: shops.
        asked: written: what these buyers want to spend at each.
        active: scratch.

    Returns:
        What shops were asked for together; the rest is spent with sellers elsewhere.
    """
    total = rivals
    active_count = 0
    for j in range(count):
        asked[j] = 0.0
        if weight[j] > 0.0 and room[j] > 0.0:
            total += weight[j]
            active[active_count] = j
            active_count += 1
    left = money
    full = True
    while full and active_count > 0:
        full = False
        rate = left / total
        total = rivals
        kept = 0
        for a in range(active_count):
            j = active[a]
            if weight[j] * rate >= room[j]:
                asked[j] = room[j]
                left -= room[j]
                full = True
            else:
                total += weight[j]
                active[kept] = j
                kept += 1
        active_count = kept
        left = max(0.0, left)
    if active_count > 0:
        rate = left / total
        for a in range(active_count):
            asked[active[a]] = weight[active[a]] * rate
    placed = 0.0
    for j in range(count):
        placed += asked[j]
        room[j] = max(0.0, room[j] - asked[j])
    return placed
