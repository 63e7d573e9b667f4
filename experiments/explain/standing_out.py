"""Which assumptions a comparison may name: those that stand out from luck, by the draws it has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from experiments.comparison import FEWEST_PAIRS, HEADLINE_OUTCOME, Comparison
from experiments.explain.drawn import Drawn, read_drawn
from experiments.explain.scale import Scale, make_scale
from experiments.explain.shares import standing_out
from sim.errors import KemitraanError

__all__ = ["FEW", "SAME", "Studied", "named_assumptions", "studied"]

Floats = npt.NDArray[np.float64]
SAME, FEW = "same", "few"
"""Why there is nothing to explain: all draws alike, or too few of them have the outcome."""


@dataclass(frozen=True)
class Studied:
    """An effect as it is studied.

    Attributes:
        usable: (draws,) which have the outcome.
        why_not: `SAME` or `FEW` where there is nothing to explain.
        scale: of the study.
        effect: (usable draws,) on the scale.
        columns: assumptions that can move it, in the comparison.
    """

    usable: npt.NDArray[np.bool_]
    why_not: str
    scale: Scale
    effect: Floats
    columns: tuple[int, ...]


def studied(drawn: Drawn, scenario: str) -> Studied:
    """The effect of a scenario, on the scale of the study, and what can move it."""
    effects = drawn.effects[scenario]
    usable = np.isfinite(effects)
    plain = effects[usable]
    spread = float(np.ptp(plain)) if len(plain) else 0.0
    size = float(np.abs(plain).max(initial=0.0))
    why_not = ""
    if len(plain) < FEWEST_PAIRS:
        why_not = FEW
    elif spread <= 1e-12 * max(size, 1e-300):
        why_not = SAME
    if why_not:
        scale = Scale(ranked=False, values=plain[:0], scores=plain[:0], slope=1.0)
        return Studied(usable, why_not, scale, plain, ())
    scale = make_scale(plain)
    return Studied(usable, "", scale, scale.to(plain), tuple(drawn.moving(scenario)))


def named_assumptions(
    result: Comparison, outcome: str = HEADLINE_OUTCOME, window: str = "policy"
) -> Mapping[str, tuple[str, ...]]:
    """What `explain` would name of a comparison's own draws, the first named first.

    Args:
        result: finished.
        outcome: its name.
        window: over which.

    Returns:
        Names by scenario; none where no assumption clears the bar, or nothing can be explained.
    """
    nothing: dict[str, tuple[str, ...]] = dict.fromkeys(result.scenarios, ())
    try:
        drawn = read_drawn(result, outcome, window)
    except KemitraanError:  # too few draws, or held assumptions: nobody may name anything
        return nothing
    found = nothing
    for scenario in result.scenarios:
        one = studied(drawn, scenario)
        if one.why_not:
            continue
        points = drawn.points[one.usable][:, list(one.columns)]
        named = standing_out(points, one.effect, drawn.seed)
        found[scenario] = tuple(drawn.names[one.columns[k]] for k in named)
    return found
