"""What it would be worth to know an assumption: a narrower range, a settled or another sign.

If an assumption were known, its own part of the variance would be gone. For each value that it may
turn out to have, the effect is expected to be normal on the scale of the study around the curve of
the assumption, with the variance that is left. From this follows how often the sign would be
settled, and how often the expected effect would have the other sign than today.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from experiments.explain.scale import normal_chance

__all__ = ["SETTLED", "Worth", "worth_of"]

Floats = npt.NDArray[np.float64]
SETTLED = 0.95
"""Chance of one sign from which on it counts as settled."""


@dataclass(frozen=True)
class Worth:
    """What knowing one assumption would bring.

    Attributes:
        narrows: part by which the range of the effect would become narrower.
        settles: chance that one sign would have a chance of 95 % or more.
        turns: chance that the expected effect would have the other sign.
    """

    narrows: float
    settles: float
    turns: float


def worth_of(share: float, curve: Floats, middle: float, variance: float, zero: float) -> Worth:
    """The worth of knowing an assumption.

    Args:
        share: of the variance that is its own, chance taken off.
        curve: (draws,) what it adds to the effect at the values of the draws.
        middle: of the effect on the scale.
        variance: likewise.
        zero: where no effect lies on it.
    """
    share = min(max(share, 0.0), 1.0)
    spread = float(curve.var())
    # A curve fitted to noise swings too far: its variance is made to be the share.
    shrunk = curve * math.sqrt(share * variance / spread) if spread > 0.0 else curve
    means = middle + shrunk - shrunk.mean() - zero
    left = math.sqrt(max((1.0 - share) * variance, 1e-300))
    chance = normal_chance(means / left)
    settled = (chance >= SETTLED) | (chance <= 1.0 - SETTLED)
    return Worth(
        narrows=1.0 - math.sqrt(1.0 - share),
        settles=float(settled.mean()),
        turns=float((np.sign(means) == -np.sign(middle - zero)).mean()) if middle != zero else 0.0,
    )
