"""Step 19 for buyers: who signed, who buys, who is on paper; per good and per hotel (P10)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.jit import jit
from sim.parameters.calendar import POLICY_MONTH
from sim.tables import COMPLIANCE_MONTHS, KIND_AGENCY, KIND_HOTEL, MODE_NONE, Record, Rows

__all__ = ["measure_agencies", "measure_hotels", "measure_lines"]

EXACTLY_HALF = 1.0 - 1e-9
"""A floor met in one of two months is exactly half: rounding must not decide."""


@jit
def base_share(line: Record) -> float:
    """Share of its need that a buyer took from UMKM in its last year of the burn-in."""
    return line.base_delivered / line.base_need if line.base_need > 0.0 else 0.0


@jit
def measure_lines(
    buyers: Rows,
    lines: Rows,
    goods: npt.NDArray[np.void],
    rules: npt.NDArray[np.void],
    covers: npt.NDArray[np.uint8],
    p: Record,
    month: int,
) -> None:
    """Measured states of each line and buyer, from deliveries under the agreement, not intentions.

    A buyer is buying when the deliveries of its covered goods together reach half their floors,
    each as a monthly mean over the good's own window. It is newly buying when its share of the need
    in the last year of the burn-in would not have reached that.
    """
    for b in range(buyers.size):
        buyers[b].buying = 0
        buyers[b].basket_delivered = 0.0
        buyers[b].basket_floor = 0.0
        buyers[b].basket_base = 0.0
    at = month % COMPLIANCE_MONTHS
    for k in range(lines.size):
        b = lines[k].buyer
        if POLICY_MONTH - 12 <= month < POLICY_MONTH:
            lines[k].base_delivered += lines[k].delivered
            lines[k].base_need += lines[k].need
        rule = rules[month, buyers[b].kind]
        covered = buyers[b].covered == 1 and covers[buyers[b].kind, lines[k].good] == 1
        joined = covered and buyers[b].mode != MODE_NONE
        asked = rule.quota if rule.binding > 0.0 else p.pledged_share
        lines[k].agreed_ring[at] = lines[k].agreed if joined else 0.0
        lines[k].floor_ring[at] = asked * lines[k].need if covered else 0.0
        lines[k].base_ring[at] = base_share(lines[k]) * lines[k].need if covered else 0.0
        lines[k].signed = 0
        lines[k].buying = 0
        lines[k].on_paper = 0
        lines[k].newly = 0
        if not covered:
            lines[k].buying_months = 0
            continue
        delivered = 0.0
        floor = 0.0
        base = 0.0
        for back in range(min(goods[lines[k].good].window, month + 1)):
            row = (month - back) % COMPLIANCE_MONTHS
            delivered += lines[k].agreed_ring[row]
            floor += lines[k].floor_ring[row]
            base += lines[k].base_ring[row]
        signed = joined or rule.binding > 0.0
        buying = signed and floor > 0.0 and delivered >= 0.5 * floor * EXACTLY_HALF
        lines[k].signed = 1 if signed else 0
        lines[k].buying = 1 if buying else 0
        lines[k].on_paper = 1 if joined and not buying else 0
        lines[k].newly = 1 if buying and base < 0.5 * floor * EXACTLY_HALF else 0
        lines[k].buying_months = lines[k].buying_months + 1 if buying else 0
        if signed:
            months = min(goods[lines[k].good].window, month + 1)
            buyers[b].basket_delivered += delivered / months
            buyers[b].basket_floor += floor / months
            buyers[b].basket_base += base / months
    for b in range(buyers.size):
        buyer = buyers[b]
        enough = buyer.basket_delivered >= 0.5 * buyer.basket_floor * EXACTLY_HALF
        before = buyer.basket_base >= 0.5 * buyer.basket_floor * EXACTLY_HALF
        buyer.buying = 1 if buyer.basket_floor > 0.0 and enough else 0
        buyer.newly = 1 if buyer.buying == 1 and not before else 0
        buyer.buying_months = buyer.buying_months + 1 if buyer.buying == 1 else 0


@jit
def measure_hotels(
    buyers: Rows,
    lines: Rows,
    good_state: npt.NDArray[np.float64],
    signed: npt.NDArray[np.float64],
    row: Record,
    scale: int,
) -> None:
    """Counts of hotels over the region, by good and as a whole.

    Args:
        buyers: read.
        lines: read.
        good_state: (goods, 7), written: the fields of `GOOD_FIELDS`.
        signed: scratch, (buyers,).
        row: monthly outcomes, written.
        scale: slots of the region one slot of the sample stands for.
    """
    for g in range(good_state.shape[0]):
        for column in range(good_state.shape[1]):
            good_state[g, column] = 0.0
    for b in range(buyers.size):
        signed[b] = 0.0
    new = 0.0
    for k in range(lines.size):
        b = lines[k].buyer
        if buyers[b].kind != KIND_HOTEL:
            continue
        g = lines[k].good
        weight = buyers[b].weight
        good_state[g, 0] += weight * lines[k].signed
        good_state[g, 1] += weight * lines[k].buying
        good_state[g, 2] += weight * lines[k].on_paper
        good_state[g, 3] += scale * lines[k].need
        good_state[g, 4] += scale * lines[k].ordered
        if lines[k].buying_months >= 12:
            good_state[g, 5] += weight
        good_state[g, 6] += weight * lines[k].newly
        if lines[k].signed == 1:
            signed[b] = 1.0
            new += lines[k].delivered - base_share(lines[k]) * lines[k].need
    hotels = 0.0
    n_signed = 0.0
    n_buying = 0.0
    n_still = 0.0
    n_newly = 0.0
    n_paper = 0.0
    covered = 0.0
    belief = 0.0
    for b in range(buyers.size):
        if buyers[b].kind != KIND_HOTEL:
            continue
        weight = buyers[b].weight
        hotels += weight
        n_signed += weight * signed[b]
        n_buying += weight * buyers[b].buying
        n_newly += weight * buyers[b].newly
        if buyers[b].buying_months >= 12:
            n_still += weight
        if signed[b] > 0.0 and buyers[b].mode != MODE_NONE and buyers[b].buying == 0:
            n_paper += weight
        if buyers[b].covered == 1:
            covered += weight
            belief += weight * buyers[b].belief
    row.hotels = hotels
    row.hotels_signed = n_signed
    row.hotels_buying = n_buying
    row.hotels_still_buying = n_still
    row.hotels_newly = n_newly
    row.hotel_new = scale * new
    row.hotels_paper = n_paper
    row.covered_hotels = covered
    row.belief = belief


@jit
def measure_agencies(
    buyers: Rows, lines: Rows, signed: npt.NDArray[np.float64], row: Record
) -> None:
    """Counts of agencies' procuring units over the region: signed, buying, on paper.

    Args:
        buyers: read.
        lines: read.
        signed: scratch, (buyers,).
        row: monthly outcomes, written.
    """
    for b in range(buyers.size):
        signed[b] = 0.0
    for k in range(lines.size):
        if lines[k].signed == 1:
            signed[lines[k].buyer] = 1.0
    units = 0.0
    n_signed = 0.0
    n_buying = 0.0
    n_paper = 0.0
    for b in range(buyers.size):
        if buyers[b].kind != KIND_AGENCY:
            continue
        weight = buyers[b].weight
        units += weight
        n_signed += weight * signed[b]
        n_buying += weight * buyers[b].buying
        if signed[b] > 0.0 and buyers[b].mode != MODE_NONE and buyers[b].buying == 0:
            n_paper += weight
    row.agencies = units
    row.agencies_signed = n_signed
    row.agencies_buying = n_buying
    row.agencies_paper = n_paper
