"""Keyed draws of firms, a block of neighbouring rows at a time.

One draw after the other costs most of a month; many at once are done in vector instructions. The
numbers are those of `sim.draws.uniform_pair`, bit for bit, whatever the block.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.draws import fill_uniform_pairs
from sim.jit import Integer, jit
from sim.tables import Rows

__all__ = ["BLOCK", "draw_firms"]

BLOCK = 64
"""Rows drawn for at once: their rows and draws stay in the nearest cache until they are used."""


@jit
def draw_firms(
    firms: Rows,
    start: int,
    seed: Integer,
    stream: Integer,
    month: int,
    keys: npt.NDArray[np.uint64],
    draws: npt.NDArray[np.float64],
) -> int:
    """Two uniforms for each of the next `BLOCK` rows, vacant ones too.

    Args:
        firms: slot and generation are read.
        start: first row of the block.
        seed: of the run.
        stream: what the draws are for.
        month: of the run.
        keys: scratch, (2, BLOCK).
        draws: (2 or more, BLOCK); the first two rows are written, in the order of rows.

    Returns:
        Row after the last of the block.
    """
    stop = min(start + BLOCK, firms.size)
    for i in range(start, stop):
        keys[0, i - start] = np.uint64(firms[i].slot)
        keys[1, i - start] = np.uint64(firms[i].generation)
    fill_uniform_pairs(seed, stream, month, keys[0], keys[1], stop - start, draws[0], draws[1])
    return stop
