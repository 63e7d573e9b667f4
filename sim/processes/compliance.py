"""Step 6, second half: none, genuine or paper (P10)."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from sim.jit import jit
from sim.tables import MODE_GENUINE, MODE_NONE, MODE_PAPER, Record, Rows

__all__ = ["choose_modes", "mode_values"]


@jit
def mode_values(
    rule: Record,
    lever: Record,
    p: Record,
    belief: float,
    sanctions: float,
    covered_demand: float,
    mean_best: float,
) -> tuple[float, float, float]:
    """Worth of none, genuine and paper, each as a share of monthly demand for the covered goods.

    Paper escapes a visit that only looks at papers (depth 0) and is caught in proportion to depth.
    Under a memorandum there is no sanction: only publicity.
    """
    sanction = (
        rule.binding
        * p.sanction_probability
        * lever.fine
        * (1.0 + p.sanction_escalation * sanctions)
        / covered_demand
    )
    asked = rule.quota if rule.binding > 0.0 else p.pledged_share
    none = -belief * sanction
    genuine = asked * max(mean_best, -rule.price_cap) + p.reputation_genuine * rule.publicity
    paper = (
        -p.paper_cost
        - belief * lever.depth * sanction
        + p.reputation_paper * rule.publicity * (1.0 - p.audit_erosion * rule.audit)
    )
    return none, genuine, paper


@jit
def choose_modes(
    buyers: Rows,
    lines: Rows,
    rules: npt.NDArray[np.void],
    covers: npt.NDArray[np.uint8],
    levers: npt.NDArray[np.void],
    p: Record,
    month: int,
    demand: npt.NDArray[np.float64],
    value: npt.NDArray[np.float64],
) -> None:
    """Each covered buyer chooses every third month by a logit with lasting tastes.

    Args:
        buyers: changed in place.
        lines: read.
        rules: (months, kinds).
        covers: (kinds, goods).
        levers: (months,).
        p: parameters.
        month: of the run.
        demand: scratch, (buyers,).
        value: scratch, (buyers,).
    """
    lever = levers[month]
    for b in range(buyers.size):
        demand[b] = 0.0
        value[b] = 0.0
        if buyers[b].covered == 0:
            buyers[b].mode = MODE_NONE
    if month % 3 != 0:
        return
    for k in range(lines.size):
        b = lines[k].buyer
        if buyers[b].covered == 0 or covers[buyers[b].kind, lines[k].good] == 0:
            continue
        cap = rules[month, buyers[b].kind].price_cap
        demand[b] += lines[k].demand
        value[b] += lines[k].demand * max(lines[k].best, -cap)
    for b in range(buyers.size):
        if buyers[b].covered == 0 or demand[b] <= 0.0:
            continue
        none, genuine, paper = mode_values(
            rules[month, buyers[b].kind],
            lever,
            p,
            buyers[b].belief,
            float(buyers[b].sanctions),
            demand[b] / buyers[b].ratio,
            value[b] / demand[b],
        )
        best = -math.inf
        for option in range(3):
            worth = none
            if option == MODE_GENUINE:
                worth = genuine
            elif option == MODE_PAPER:
                worth = paper
            score = worth / p.choice_scale + buyers[b].mode_taste[option]
            if score > best:
                best = score
                buyers[b].mode = option
