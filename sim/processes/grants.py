"""Step 4: cash grants by a keyed lottery among eligible firms."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.draws import STREAM_GRANT, uniform
from sim.jit import Integer, jit
from sim.tables import Record, Rows

__all__ = ["give_grants"]


@jit
def give_grants(
    firms: Rows,
    eligible: npt.NDArray[np.uint8],
    lever: Record,
    seed: Integer,
    month: int,
    scale: int,
) -> float:
    """Each eligible firm without a grant so far is drawn with the same chance.

    Args:
        firms: `cash` and `granted` change.
        eligible: (sectors,) flags.
        lever: this month's row; budget and awards a month over the region.
        seed: of the run.
        month: of the run.
        scale: slots of the region one slot of the sample stands for.

    Returns:
        Grants paid in the sample, million rupiah.
    """
    if lever.grant_budget <= 0.0 or lever.grant_awards <= 0.0:
        return 0.0
    waiting = 0
    for i in range(firms.size):
        if firms[i].alive == 1 and eligible[firms[i].sector] == 1 and firms[i].granted == 0:
            waiting += 1
    if waiting == 0:
        return 0.0
    chance = min(1.0, lever.grant_awards / (scale * waiting))
    amount = lever.grant_budget / lever.grant_awards
    paid = 0.0
    for i in range(firms.size):
        if firms[i].alive == 0 or eligible[firms[i].sector] == 0 or firms[i].granted == 1:
            continue
        u = uniform(seed, STREAM_GRANT, month, firms[i].slot, 0, firms[i].generation, 0, 0)
        if u < chance:
            firms[i].granted = 1
            firms[i].cash += amount
            paid += amount
    return paid
