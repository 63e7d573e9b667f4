"""Step 4: firms that the office helps onto the catalogue from which agencies buy (P9)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.draws import STREAM_CATALOGUE, uniform
from sim.jit import Integer, jit
from sim.tables import KIND_AGENCY, Record, Rows

__all__ = ["register_firms"]


@jit
def register_firms(
    firms: Rows,
    goods: npt.NDArray[np.void],
    covers: npt.NDArray[np.uint8],
    lever: Record,
    seed: Integer,
    month: int,
    scale: int,
) -> float:
    """Firms of the trades that the agencies' rule names are drawn, and listed for its goods.

    Args:
        firms: `certificates` change.
        goods: their sectors.
        covers: (kinds, goods).
        lever: this month's row; registrations a month over the region.
        seed: of the run.
        month: of the run.
        scale: slots of the region one slot of the sample stands for.

    Returns:
        Firms of the sample that were registered.
    """
    if lever.registrations <= 0.0:
        return 0.0
    sectors = 0
    for g in range(goods.size):
        sectors = max(sectors, goods[g].sector + 1)
    listed = np.zeros(sectors, np.int64)
    for g in range(goods.size):
        if covers[KIND_AGENCY, g] == 1:
            listed[goods[g].sector] |= np.int64(1) << g
    waiting = 0
    for i in range(firms.size):
        if firms[i].alive == 0 or firms[i].sector >= sectors:
            continue
        if listed[firms[i].sector] & ~firms[i].certificates != 0:
            waiting += 1
    if waiting == 0:
        return 0.0
    chance = min(1.0, lever.registrations / (scale * waiting))
    registered = 0.0
    for i in range(firms.size):
        if firms[i].alive == 0 or firms[i].sector >= sectors:
            continue
        if listed[firms[i].sector] & ~firms[i].certificates == 0:
            continue
        u = uniform(seed, STREAM_CATALOGUE, month, firms[i].slot, 0, firms[i].generation, 0, 0)
        if u < chance:
            firms[i].certificates |= listed[firms[i].sector]
            registered += 1.0
    return registered
