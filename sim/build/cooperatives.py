"""Cooperatives at month 0: one for each local market of a trade, active or on the register only."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.draws import STREAM_COOPERATIVE, uniform
from sim.tables import COOPERATIVE_DTYPE, Rows

__all__ = ["build_cooperatives"]

_ACTIVE, _POOLS = 1, 2


def build_cooperatives(
    firms: Rows, pools: Rows, active_share: float, seed: int
) -> npt.NDArray[np.void]:
    """One cooperative a pool; which firms are members stands in the firms' column.

    Args:
        firms: the first slot of each pool is the key of its draws.
        pools: local markets.
        active_share: of the cooperatives on the register.
        seed: of the population.
    """
    key = np.uint64(seed)
    table = np.zeros(pools.size, COOPERATIVE_DTYPE)
    first = pools["start"]
    table["sector"] = pools["sector"]
    table["village"] = firms["village"][first]
    table["district"] = firms["district"][first]
    for c in range(pools.size):
        slot = int(firms["slot"][first[c]])
        u = uniform(key, STREAM_COOPERATIVE, 0, slot, 1, 0, 0, _ACTIVE)
        table["active"][c] = u < active_share
        table["draw"][c] = uniform(key, STREAM_COOPERATIVE, 0, slot, 1, 0, 0, _POOLS)
    return table
