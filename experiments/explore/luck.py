"""Shuffles and halves of the draws, keyed: what a search finds where there is nothing to find."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["HALVES", "SHUFFLES", "halves", "orders"]

Ints = npt.NDArray[np.int64]

SHUFFLES = 199
"""Shuffled copies of the labels; with the labels themselves two hundred."""
HALVES = 50
"""Times that half of the draws are searched by themselves."""
_STREAM = 252  # of sim.draws; no process of the model has it
_SHUFFLE, _HALF = 0, 1


def orders(seed: int, count: int, size: int, *, kind: int = _SHUFFLE) -> Ints:
    """(count, size): so many random orders of the numbers below `size`.

    An order depends on the seed, its own number and the numbers it orders, and on nothing else.
    """
    from sim.draws import fill_uniform_pairs  # noqa: PLC0415  # numba

    entity = np.arange(size, dtype=np.uint64)
    first, second = np.empty(size), np.empty(size)
    found = np.empty((count, size), dtype=np.int64)
    for k in range(count):
        turn = np.full(size, k, dtype=np.uint64)
        fill_uniform_pairs(np.uint64(seed), _STREAM, kind, entity, turn, size, first, second)
        found[k] = np.argsort(first, kind="stable")
    return found


def halves(seed: int, size: int, count: int = HALVES) -> list[tuple[Ints, Ints]]:
    """So many pairs of halves of the numbers below `size`, each in rising order."""
    middle = size // 2
    cut = orders(seed, count, size, kind=_HALF)
    return [(np.sort(row[:middle]), np.sort(row[middle:])) for row in cut]
