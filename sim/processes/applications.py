"""Step 4, applications: who asks for coaching, where, and who gives up waiting (P5)."""

from __future__ import annotations

import math

import numpy as np

from sim.draws import STREAM_COACHING, gumbel, uniform
from sim.jit import Integer, jit
from sim.processes.selection import nearest_content, stage
from sim.tables import WAITING, Record, Rows, Tables

__all__ = ["APPLIES", "CHOICE", "REFERRED", "SHARED", "apply_for_coaching"]

# Index of each draw in the stream of coaching; those of selection and teaching follow there.
APPLIES, REFERRED, SHARED = 0, 2, 4
CHOICE = 16
JUDGED_AFTER = 12


@jit
def _renew(firms: Rows, rows: Rows, p: Record) -> None:
    """Another firm starts anew, a month passes, and others judge what became of alumni.

    Success is what can be seen: revenue a year after admission against that before it. Luck of
    either month counts as much as what was learned.
    """
    for i in range(rows.size):
        if firms[i].alive == 0 or rows[i].generation != firms[i].generation:
            rows[i].generation = firms[i].generation
            rows[i].state = 0
            rows[i].programme = -1
            rows[i].waited = 0
            rows[i].left = 0
            rows[i].since = 0
            rows[i].pending = 0
            rows[i].admissions = 0
            rows[i].finished = 0
            rows[i].judged = 0
            rows[i].success = 0
            rows[i].time = 0.0
            rows[i].fatigue = 0.0
            rows[i].revenue_before = 0.0
        rows[i].training = 0.0
        rows[i].fatigue -= p.fatigue_fading * rows[i].fatigue
        if rows[i].pending == 1:
            rows[i].since += 1
            if rows[i].state == 0 and rows[i].since >= JUDGED_AFTER:
                rows[i].pending = 0
                rows[i].judged = 1
                rise = firms[i].revenue > (1.0 + p.visible_rise) * rows[i].revenue_before
                rows[i].success = 1 if rise else 0


@jit
def _give_up(rows: Rows, open_: bool, p: Record) -> None:
    """Whoever has waited too long leaves the list; all do when there are no places any more."""
    for i in range(rows.size):
        if rows[i].state != WAITING:
            continue
        rows[i].waited += 1
        if not open_ or rows[i].waited > p.waiting_patience:
            rows[i].state = 0
            rows[i].programme = -1
            rows[i].waited = 0
            if open_:
                rows[i].fatigue += 1.0


@jit
def _choose(f: Record, programmes: Rows, p: Record, seed: Integer, month: int) -> int:
    """Programme that a firm applies to: a large one, and one nearby, more often (a logit)."""
    best = -1
    most = -math.inf
    for j in range(programmes.size):
        if programmes[j].share <= 0.0:
            continue
        distance = math.hypot(f.x - programmes[j].x, f.y - programmes[j].y)
        pull = math.log(programmes[j].share) - distance / p.programme_range
        pull += gumbel(seed, STREAM_COACHING, month, f.slot, 0, f.generation, 0, CHOICE + j)
        if pull > most:
            most = pull
            best = j
    return best


@jit
def apply_for_coaching(tables: Tables, lever: Record, p: Record, seed: Integer, month: int) -> int:
    """New applications of the sample; the others' state a month on.

    Args:
        tables: `coaching` and the programmes' counts change.
        lever: this month's row.
        p: parameters.
        seed: of the run.
        month: of the run.
    """
    firms, rows, programmes = tables.firms, tables.coaching, tables.programmes
    open_ = lever.coaching_places > 0.0
    _renew(firms, rows, p)
    _give_up(rows, open_, p)
    for j in range(programmes.size):
        programmes[j].applications = 0
    if not open_:
        return 0
    living = np.zeros(tables.village_firms.shape[0])
    seen = np.zeros(living.size)
    everywhere = successes = 0.0
    for i in range(firms.size):
        if firms[i].alive == 1:
            v = firms[i].village
            living[v] += 1.0
            seen[v] += rows[i].success
            everywhere += 1.0
            successes += rows[i].success
    renown = p.application_base + p.coaching_renown * successes / max(1.0, everywhere)
    count = 0
    for i in range(firms.size):
        f = firms[i]
        if f.alive == 0 or rows[i].state != 0 or f.age < p.coaching_least_age:
            continue
        hazard = renown + p.word_of_mouth * seen[f.village] / living[f.village]
        hazard -= p.application_fatigue * rows[i].fatigue
        gen = f.generation
        if uniform(seed, STREAM_COACHING, month, f.slot, 0, gen, 0, APPLIES) >= hazard:
            continue
        j = _choose(f, programmes, p, seed, month)
        if uniform(seed, STREAM_COACHING, month, f.slot, 0, gen, 0, REFERRED) < lever.referral:
            j = nearest_content(programmes, stage(f))
        programmes[j].applications += 1
        if uniform(seed, STREAM_COACHING, month, f.slot, 0, gen, 0, SHARED) < lever.shared_pool:
            j = -1
        rows[i].state = WAITING
        rows[i].programme = j
        rows[i].waited = 0
        count += 1
    return count
