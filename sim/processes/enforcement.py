"""Steps 5 and 14: who is covered and visited, what is found, fined and believed (P11)."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from sim.draws import STREAM_BUYER_SHOCK, STREAM_INSPECTION, STREAM_SANCTION, uniform
from sim.jit import Integer, jit
from sim.tables import FINE_MONTHS, MODE_NONE, MODE_PAPER, Record, Rows

__all__ = ["cover_buyers", "enforce", "plan_inspections", "shock_buyers"]


@jit
def shock_buyers(buyers: Rows, p: Record, seed: Integer, month: int) -> None:
    """Demand of a buyer drops for a spell (P8b); hazard 0 is the null."""
    if p.buyer_shock_hazard <= 0.0 or p.buyer_shock_size <= 0.0:
        return
    for b in range(buyers.size):
        u = uniform(seed, STREAM_BUYER_SHOCK, month, buyers[b].number, 0, 0, 0, 0)
        if buyers[b].shocked == 1:
            if u < 1.0 / p.buyer_shock_months:
                buyers[b].shocked = 0
        elif u < p.buyer_shock_hazard:
            buyers[b].shocked = 1


@jit
def cover_buyers(buyers: Rows, rules: npt.NDArray[np.void], month: int) -> None:
    """A buyer is covered while its lasting draw lies below the coverage of its kind's rule."""
    for b in range(buyers.size):
        rule = rules[month, buyers[b].kind]
        covered = rule.in_force > 0.0 and buyers[b].coverage_draw < rule.coverage
        buyers[b].covered = 1 if covered else 0


@jit
def plan_inspections(
    buyers: Rows,
    rules: npt.NDArray[np.void],
    levers: npt.NDArray[np.void],
    p: Record,
    seed: Integer,
    month: int,
    scale: int,
) -> int:
    """Visits of the month: hours over hours a visit, so that depth costs frequency.

    Returns:
        Number of buyers of the sample visited.
    """
    lever = levers[month]
    for b in range(buyers.size):
        buyers[b].visited = 0
    if lever.hours <= 0.0:
        return 0
    per_visit = p.inspection_hours_base + p.inspection_hours_depth * lever.depth
    expected = lever.hours / per_visit / scale
    planned = math.floor(expected)
    if uniform(seed, STREAM_INSPECTION, month, 0, 0, 0, 0, 0) < expected - planned:
        planned += 1
    visited = 0
    # Smallest arrival time next, again and again: few visits, no sorting.
    while visited < planned:
        best = -1
        best_time = math.inf
        for b in range(buyers.size):
            if buyers[b].covered == 0 or buyers[b].visited == 1:
                continue
            if rules[month, buyers[b].kind].binding <= 0.0:
                continue
            time = _arrival(buyers, b, lever.targeting, p, seed, month)
            if time < best_time:
                best = b
                best_time = time
        if best < 0:
            break
        buyers[best].visited = 1
        visited += 1
    return visited


@jit
def _arrival(buyers: Rows, b: int, targeting: float, p: Record, seed: Integer, month: int) -> float:
    """Exponential arrival time of the inspector; twice the weight, half the mean."""
    weight = 1.0
    risky = targeting == 1.0 and buyers[b].buying == 0
    complained = targeting == 2.0 and buyers[b].late == 1
    if risky or complained:
        weight += p.inspection_risk_weight
    u = uniform(seed, STREAM_INSPECTION, month, buyers[b].number + 1, 0, 0, 0, 2)
    return -math.log(u) / weight


@jit
def enforce(
    buyers: Rows,
    rules: npt.NDArray[np.void],
    levers: npt.NDArray[np.void],
    p: Record,
    seed: Integer,
    month: int,
    district_cover: npt.NDArray[np.float64],
    district_news: npt.NDArray[np.float64],
) -> tuple[float, float]:
    """Violations found and fined; beliefs of the chance of a visit.

    No purchase at all is always found. Papers alone are found out in proportion to the depth of
    verification, and never by a visit that only looks at papers.

    Args:
        buyers: changed in place.
        rules: (months, kinds).
        levers: (months,).
        p: parameters.
        seed: of the run.
        month: of the run.
        district_cover: scratch, (districts,).
        district_news: scratch, (districts,).

    Returns:
        Sanctions imposed (weighted to the region) and fines paid this month (million rupiah).
    """
    lever = levers[month]
    sanctions = 0.0
    fines = 0.0
    delay = math.floor(p.sanction_delay + 0.5)
    for d in range(district_cover.size):
        district_cover[d] = 0.0
        district_news[d] = 0.0
    for b in range(buyers.size):
        buyers[b].sanctioned = 0
        if buyers[b].covered == 0 or rules[month, buyers[b].kind].binding <= 0.0:
            continue
        district_cover[buyers[b].district] += 1.0
        if buyers[b].visited == 0:
            continue
        found = buyers[b].mode == MODE_NONE
        if buyers[b].mode == MODE_PAPER:
            u = uniform(seed, STREAM_INSPECTION, month, buyers[b].number + 1, 0, 0, 0, 3)
            found = u < lever.depth
        if not found:
            continue
        u = uniform(seed, STREAM_SANCTION, month, buyers[b].number, 0, 0, 0, 0)
        if u < p.sanction_probability:
            amount = lever.fine * (1.0 + p.sanction_escalation * buyers[b].sanctions)
            buyers[b].fines_due[(month + delay) % FINE_MONTHS] += amount
            buyers[b].sanctions += 1
            buyers[b].sanctioned = 1
            district_news[buyers[b].district] += 1.0
            sanctions += buyers[b].weight
    for b in range(buyers.size):
        due = buyers[b].fines_due[month % FINE_MONTHS]
        buyers[b].fines_due[month % FINE_MONTHS] = 0.0
        buyers[b].cost += due * buyers[b].ratio
        fines += due * buyers[b].weight
        if buyers[b].covered == 0 or rules[month, buyers[b].kind].binding <= 0.0:
            continue
        d = buyers[b].district
        news = district_news[d] / district_cover[d]
        belief = buyers[b].belief
        belief += p.belief_learning * (buyers[b].visited - belief) + p.belief_news * (news - belief)
        buyers[b].belief = min(1.0, max(0.0, belief))
    return sanctions, fines
