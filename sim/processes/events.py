"""Step 4: matching events, where invited firms and buyers meet (P8, P9)."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from sim.draws import STREAM_EVENT, uniform
from sim.jit import Integer, jit
from sim.tables import Record, Rows

__all__ = ["hold_events"]


@jit
def hold_events(
    firms: Rows,
    buyers: Rows,
    eligible: npt.NDArray[np.uint8],
    lever: Record,
    p: Record,
    seed: Integer,
    month: int,
    scale: int,
) -> None:
    """Firms and buyers are invited, each with the same chance; they find each other cheaper.

    Args:
        firms: `event_until` of the invited.
        buyers: likewise; all kinds may come.
        eligible: (sectors,) flags.
        lever: this month's row; events, and firms invited to each over the region.
        p: parameters.
        seed: of the run.
        month: of the run.
        scale: slots of the region one slot of the sample stands for.
    """
    guests = lever.events * lever.event_firms
    if guests <= 0.0:
        return
    until = month + math.floor(p.event_months + 0.5)
    possible = 0
    for i in range(firms.size):
        if firms[i].alive == 1 and eligible[firms[i].sector] == 1:
            possible += 1
    hosts = 0.0
    for b in range(buyers.size):
        hosts += buyers[b].weight
    if possible == 0 or hosts <= 0.0:
        return
    chance = min(1.0, guests / (scale * possible))
    for i in range(firms.size):
        if firms[i].alive == 1 and eligible[firms[i].sector] == 1:
            u = uniform(seed, STREAM_EVENT, month, firms[i].slot, 0, firms[i].generation, 0, 0)
            if u < chance:
                firms[i].event_until = until
    chance = min(1.0, guests / (p.event_firms_per_buyer * hosts))
    for b in range(buyers.size):
        if uniform(seed, STREAM_EVENT, month, 0, buyers[b].number + 1, 0, 0, 0) < chance:
            buyers[b].event_until = until
