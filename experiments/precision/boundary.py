"""When runs are looked at, and how much wider an interval must be since one looks several times.

An interval of 95 % that is looked at until it pleases holds less than 95 %. Repeated confidence
intervals (Jennison and Turnbull 1989, doi:10.1111/j.2517-6161.1989.tb01433.x) hold at all looks at
once with 95 %, so that they hold at the look where one stops, whatever made one stop. Their width
is the same multiple of the standard error at every look (Pocock 1977, doi:10.1093/biomet/64.2.191),
here for looks at any numbers of runs, by the recursion of Armitage, McPherson and Rowe (1969,
doi:10.2307/2343787).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

__all__ = ["GROWTH", "boundary", "crossing", "looks_between"]

GROWTH = 1.25
"""A look comes when there are so many times the runs of the look before."""
_STEP = 8
_NODES = 96
_HALVINGS = 48

Floats = npt.NDArray[np.float64]


def looks_between(first: int, most: int) -> tuple[int, ...]:
    """Numbers of pairs at which runs are looked at, rising from the first to the cap.

    Args:
        first: pairs of the first look.
        most: pairs of the last, the cap.
    """
    found = [first]
    while found[-1] < most:
        after = -(-math.ceil(found[-1] * GROWTH) // _STEP) * _STEP
        # A last look of a few runs more would say nothing new.
        near = most - after < 0.5 * (after - found[-1])
        found.append(most if near else after)
    return tuple(found)


def crossing(bound: float, looks: Sequence[int]) -> float:
    """Chance that a mean of independent values is ever further from its true value than the bound.

    Args:
        bound: in standard errors.
        looks: numbers of values at which it is looked at, rising.
    """
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    nodes, weights = nodes * bound, weights * bound
    inside = _normal(nodes)
    for before, after in pairwise(looks):
        share = math.sqrt(before / after)
        rest = math.sqrt(1.0 - before / after)
        step = _normal((nodes[:, None] - share * nodes[None, :]) / rest) / rest
        inside = (step * (weights * inside)[None, :]).sum(axis=1)
    return 1.0 - float((weights * inside).sum())


@cache
def boundary(looks: tuple[int, ...], confidence: float = 0.95) -> float:
    """Standard errors on each side of the mean that hold at all looks at once.

    Args:
        looks: numbers of values at which it is looked at, rising.
        confidence: that all of them hold.
    """
    each = (1.0 - confidence) / 2.0
    low = NormalDist().inv_cdf(1.0 - each)
    high = NormalDist().inv_cdf(1.0 - each / len(looks))  # Bonferroni's is never too small
    if len(looks) == 1:
        return low
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        low, high = (low, middle) if crossing(middle, looks) < 1.0 - confidence else (middle, high)
    return high


def _normal(x: Floats) -> Floats:
    return np.asarray(np.exp(-0.5 * x * x) / math.sqrt(2.0 * math.pi))
