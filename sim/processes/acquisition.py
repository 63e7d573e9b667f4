"""Step 8, last part: certificates and cold chain, acquired for an order within reach (P9)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.draws import STREAM_CERTIFICATE, uniform
from sim.jit import Integer, jit
from sim.processes.pooling import LEAST
from sim.tables import Record, Rows

__all__ = ["acquire_certificates"]


@jit
def acquire_certificates(
    firms: Rows,
    buyers: Rows,
    lines: Rows,
    links: Rows,
    rules: npt.NDArray[np.void],
    p: Record,
    seed: Integer,
    month: int,
) -> tuple[float, float]:
    """The best firm refused only for want of a certificate or cold chain may acquire it.

    Returns:
        Number of firms that did, and what they paid (million rupiah), in the sample.
    """
    acquired = 0.0
    paid = 0.0
    if p.certificate_hazard <= 0.0:
        return acquired, paid
    for k in range(lines.size):
        if lines[k].need - lines[k].ordered <= LEAST * lines[k].need:
            continue
        best = -1
        best_utility = 0.0
        best_slot = -1
        for e in range(lines[k].start, lines[k].stop):
            if links[e].lacks_only == 0 or links[e].utility < best_utility:
                continue
            if links[e].utility <= 0.0:
                continue
            i = links[e].firm
            if firms[i].financeable - firms[i].ordered < lines[k].smallest * (1.0 - LEAST):
                continue
            slot = firms[i].slot
            if links[e].utility > best_utility or slot < best_slot:
                best = e
                best_utility = links[e].utility
                best_slot = slot
        if best < 0:
            continue
        # Marked in `offered`, a scratch column that is zero outside the rounds.
        i = links[best].firm
        number = buyers[lines[k].buyer].number
        good = lines[k].good
        u = uniform(
            seed, STREAM_CERTIFICATE, month, best_slot, number + 1, firms[i].generation, good, 0
        )
        if (
            u < p.certificate_hazard
            and firms[i].cash > p.certificate_cost
            and firms[i].offered == 0
        ):
            firms[i].offered = 1.0
            gate = rules[month, buyers[lines[k].buyer].kind].gate
            if lines[k].need_certificate == 1 and gate > 0.0:
                firms[i].certificates |= np.int64(1) << good
            if lines[k].need_cold_chain == 1:
                firms[i].cold_chain = 1
            firms[i].cash -= p.certificate_cost
            acquired += 1.0
            paid += p.certificate_cost
    if acquired > 0.0:
        for k in range(lines.size):
            for e in range(lines[k].start, lines[k].stop):
                firms[links[e].firm].offered = 0.0
    return acquired, paid
