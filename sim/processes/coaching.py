"""Step 4, coaching: mentors and classes teach those admitted (P2, P3).

Coaching moves three stocks of a firm and nothing else: practice, local information and quality.
What follows for costs, customers and profit is the market's doing.
"""

from __future__ import annotations

import math

import numpy as np

from sim.draws import STREAM_COACHING, uniform
from sim.jit import Integer, jit
from sim.processes.applications import apply_for_coaching
from sim.processes.selection import admit, nearest_content, stage
from sim.tables import COACHED, WAITING, Record, Tables

__all__ = ["coach", "fit", "intensity", "learn", "teach"]

DROPOUT, HANDED_OVER = 1, 3


@jit
def intensity(time: float, firms: float, exponent: float) -> float:
    """Intensity a head, min(1, n / caseload)^xi, n the mentors' time in full matches; 0 if none."""
    if firms <= 0.0:
        return 0.0
    return math.pow(min(1.0, time / firms), exponent)


@jit
def fit(gap: float, width: float) -> float:
    """How well content made for one stage serves a firm so far from it: exp(-gap^2 / 2 width^2)."""
    return math.exp(-0.5 * (gap / width) ** 2)


@jit
def learn(f: Record, by_mentor: bool, p: Record, fitting: float, effort: float) -> None:
    """A month of coaching: practice and quality as the content fits, information from a mentor.

    Args:
        f: the firm, changed in place.
        by_mentor: else in class.
        p: parameters.
        fitting: how well the content fits, 0 to 1.
        effort: intensity times competence times the share of content that is no online training.
    """
    quality = min(1.0, max(0.0, f.base_quality + f.learned_quality))
    rate = p.mentor_practice if by_mentor else p.class_practice
    f.practice += rate * fitting * effort * (1.0 - f.practice)
    if by_mentor:
        f.information += p.mentor_information * effort * (1.0 - f.information)
    missing = max(0.0, p.coaching_standard - quality)
    f.learned_quality += p.coaching_quality * fitting * effort * missing


@jit
def teach(tables: Tables, lever: Record, p: Record, seed: Integer, month: int) -> None:
    """Every coached firm learns; some are handed over, some stay away, some finish.

    Args:
        tables: firms, `coaching` and the programmes' counts change.
        lever: this month's row.
        p: parameters.
        seed: of the run.
        month: of the run.
    """
    firms, rows, programmes = tables.firms, tables.coaching, tables.programmes
    time = np.zeros(programmes.size)
    heads = np.zeros(programmes.size)
    for i in range(rows.size):
        if rows[i].state == COACHED:
            time[rows[i].programme] += rows[i].time
            heads[rows[i].programme] += 1.0
    for j in range(programmes.size):
        programmes[j].intensity = intensity(time[j], heads[j], p.intensity_exponent)
        programmes[j].coached = 0
        programmes[j].outside = 0
        programmes[j].finished = 0
        programmes[j].dropouts = 0
    for i in range(rows.size):
        if rows[i].state != COACHED:
            continue
        j = rows[i].programme
        slot, gen = firms[i].slot, firms[i].generation
        at = stage(firms[i])
        width = p.content_width * programmes[j].width
        if abs(at - programmes[j].target) > width:
            u = uniform(seed, STREAM_COACHING, month, slot, 0, gen, 0, HANDED_OVER)
            if u < lever.referral:
                j = nearest_content(programmes, at)
                rows[i].programme = j
                width = p.content_width * programmes[j].width
        gap = at - programmes[j].target
        fitting = fit(gap, width)
        # Where no marketplace is modelled nobody is taught to sell on one.
        online = lever.online_training if tables.shops.size > 0 else 0.0
        competence = tables.competence[j, firms[i].sector]
        effort = programmes[j].intensity * competence * (1.0 - online)
        learn(firms[i], lever.coaching_kind == 0.0, p, fitting, effort)
        rows[i].training = programmes[j].intensity * online
        if tables.shops.size > 0:
            tables.shops[i].training += rows[i].training
        programmes[j].coached += 1
        if abs(gap) > width:
            programmes[j].outside += 1
        rows[i].left -= 1
        u = uniform(seed, STREAM_COACHING, month, slot, 0, gen, 0, DROPOUT)
        if u < p.dropout_base + p.dropout_misfit * (1.0 - fitting):
            programmes[j].dropouts += 1
            rows[i].pending = 0
        elif rows[i].left > 0:
            continue
        else:
            programmes[j].finished += 1
            rows[i].finished = 1
        rows[i].state = 0
        rows[i].left = 0
        rows[i].time = 0.0
        rows[i].fatigue += 1.0


@jit
def coach(
    tables: Tables, lever: Record, p: Record, seed: Integer, month: int, scale: int, row: Record
) -> float:
    """Applications, selection and teaching of a month; returns the cost of the sample, Rp m.

    Nothing is done, and nothing is there, where the policy has no coaching.

    Args:
        tables: changed in place.
        lever: this month's row.
        p: parameters.
        seed: of the run.
        month: of the run.
        scale: slots of the region one slot of the sample stands for.
        row: the month's outcomes, written.
    """
    rows, programmes = tables.coaching, tables.programmes
    if rows.size == 0:
        return 0.0
    applications = apply_for_coaching(tables, lever, p, seed, month)
    admit(tables, lever, p, seed, month, scale)
    teach(tables, lever, p, seed, month)
    admitted = waited = coached = effort = outside = dropouts = cost = 0.0
    for j in range(programmes.size):
        admitted += programmes[j].admitted
        waited += programmes[j].waited
        coached += programmes[j].coached
        effort += programmes[j].coached * programmes[j].intensity
        outside += programmes[j].outside
        dropouts += programmes[j].dropouts
        cost += programmes[j].cost
    waiting = alumni = judged = successes = 0.0
    for i in range(rows.size):
        if rows[i].state == WAITING:
            waiting += 1.0
        alumni += rows[i].finished
        judged += rows[i].judged
        successes += rows[i].success
    row.coaching_places = lever.coaching_places
    row.applications = scale * applications
    row.waiting = scale * waiting
    row.admitted = scale * admitted
    row.waited = scale * waited
    row.coached = scale * coached
    row.coaching_intensity = scale * effort
    row.outside_content = scale * outside
    row.dropouts = scale * dropouts
    row.alumni = scale * alumni
    row.alumni_judged = scale * judged
    row.visible_successes = scale * successes
    row.coaching_cost = scale * cost
    return cost
