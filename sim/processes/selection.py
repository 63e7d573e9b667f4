"""Step 4, selection: mentor programmes choose among applicants by their own criteria (P4)."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from sim.draws import STREAM_COACHING, normal, uniform
from sim.jit import Integer, jit
from sim.tables import COACHED, WAITING, Record, Rows, Tables

__all__ = ["LOOK", "PLACES", "admit", "full_cost", "nearest_content", "score", "stage"]

PLACES = 5
YEAR = 12
LOOK = 1_000
"""First index of what a programme sees in an applicant besides its criteria."""


@jit
def _quality(f: Record) -> float:
    return min(1.0, max(0.0, f.base_quality + f.learned_quality))


@jit
def stage(f: Record) -> float:
    """How far a firm has come, 0 to 1: mean of practice, quality and formality."""
    return (f.practice + _quality(f) + f.formal) / 3.0


@jit
def nearest_content(programmes: Rows, at: float) -> int:
    """Programme with places whose content is made for firms nearest to this stage."""
    best = -1
    least = math.inf
    for j in range(programmes.size):
        gap = abs(at - programmes[j].target)
        if programmes[j].share > 0.0 and gap < least:
            least = gap
            best = j
    return best


@jit
def score(
    f: Record,
    criteria: npt.NDArray[np.float64],
    x: float,
    y: float,
    usual: float,
    p: Record,
) -> float:
    """What a programme sees in a firm by its criteria; features lie between 0 and 1.

    Args:
        f: the firm.
        criteria: weights of growth potential, need, export readiness, formality, proximity.
        x: of the programme's office.
        y: of the programme's office.
        usual: normal monthly profit of its sector over capacity, at month 0.
        p: parameters.
    """
    income = f.profit_sum / 12.0
    growth = min(1.0, max(0.0, 0.5 * income / f.capacity / max(0.01, usual)))
    poverty = p.need_income / (p.need_income + max(0.0, income))
    need = 0.5 * (1.0 - f.practice) + 0.5 * poverty
    export = 0.5 * _quality(f) + (0.5 if f.certificates != 0 else 0.0)
    near = math.exp(-math.hypot(f.x - x, f.y - y) / p.programme_range)
    return (
        criteria[0] * growth
        + criteria[1] * need
        + criteria[2] * export
        + criteria[3] * f.formal
        + criteria[4] * near
    )


@jit
def full_cost(lever: Record, p: Record) -> float:
    """Cost of a match at full intensity, by its kind."""
    return p.mentor_full_cost if lever.coaching_kind == 0.0 else p.class_full_cost


@jit
def _places(programmes: Rows, j: int, lever: Record, seed: Integer, month: int, scale: int) -> int:
    """Places of a programme this month in the sample: the remainder is drawn."""
    exact = lever.coaching_places * programmes[j].share / scale
    whole = math.floor(exact)
    extra = uniform(seed, STREAM_COACHING, month, j, 1, 0, 0, PLACES) < exact - whole
    return int(whole) + (1 if extra else 0)


@jit
def admit(tables: Tables, lever: Record, p: Record, seed: Integer, month: int, scale: int) -> None:
    """Programmes take turns; each takes the waiting firm it likes best.

    Args:
        tables: `coaching` and the programmes' counts change.
        lever: this month's row.
        p: parameters.
        seed: of the run.
        month: of the run.
        scale: slots of the region one slot of the sample stands for.
    """
    firms, rows, programmes = tables.firms, tables.coaching, tables.programmes
    count = programmes.size
    left = np.zeros(count, np.int64)
    for j in range(count):
        programmes[j].admitted = 0
        programmes[j].waited = 0.0
        programmes[j].cost = 0.0
        if month % YEAR == 0 or lever.coaching_places <= 0.0:
            programmes[j].free = 0
        if lever.coaching_places > 0.0:
            left[j] = programmes[j].free + _places(programmes, j, lever, seed, month, scale)
            programmes[j].free = 0
    waiting = np.empty(rows.size, np.int64)
    n_waiting = 0
    for i in range(rows.size):
        if rows[i].state == WAITING:
            waiting[n_waiting] = i
            n_waiting += 1
    # Joint criteria: all programmes' own, moved towards their mean.
    criteria = np.zeros((count, 5))
    for j in range(count):
        for k in range(5):
            mean = 0.0
            for other in range(count):
                mean += programmes[other].criteria[k] / count
            criteria[j, k] = (1.0 - lever.aligned) * programmes[j].criteria[k]
            criteria[j, k] += lever.aligned * mean
    scores = np.empty((count, n_waiting))
    for j in range(count):
        for w in range(n_waiting):
            i = waiting[w]
            scores[j, w] = -math.inf
            if rows[i].programme == j or rows[i].programme == -1:
                usual = tables.sector_state[firms[i].sector, 2]
                seen = score(firms[i], criteria[j], programmes[j].x, programmes[j].y, usual, p)
                gen = firms[i].generation
                look = normal(seed, STREAM_COACHING, 0, firms[i].slot, 0, gen, 0, LOOK + j)
                scores[j, w] = seen + p.selection_noise * look
    going = True
    while going:
        going = False
        for j in range(count):
            if left[j] <= 0:
                continue
            best = -1
            for w in range(n_waiting):
                if scores[j, w] == -math.inf or rows[waiting[w]].state != WAITING:
                    continue
                if (
                    best < 0
                    or scores[j, w] > scores[j, best]
                    or (
                        scores[j, w] == scores[j, best]
                        and firms[waiting[w]].slot < firms[waiting[best]].slot
                    )
                ):
                    best = w
            if best < 0:
                programmes[j].free = left[j]
                left[j] = 0
                continue
            left[j] -= 1
            going = True
            i = waiting[best]
            cost = lever.coaching_cost * programmes[j].cost_ratio
            programmes[j].admitted += 1
            programmes[j].waited += rows[i].waited
            programmes[j].cost += cost
            rows[i].state = COACHED
            rows[i].programme = j
            rows[i].waited = 0
            rows[i].left = int(lever.coaching_months)
            rows[i].since = 0
            rows[i].pending = 1
            rows[i].admissions += 1
            rows[i].time = cost / full_cost(lever, p)
            rows[i].revenue_before = firms[i].revenue
    for j in range(count):
        programmes[j].waiting = 0
    for w in range(n_waiting):
        i = waiting[w]
        if rows[i].state == WAITING and rows[i].programme >= 0:
            programmes[rows[i].programme].waiting += 1
