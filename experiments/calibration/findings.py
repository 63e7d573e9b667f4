"""What a calibration found: which parameters the data inform, which targets conflict, what is left.

A parameter is *informed* where its values in what is left differ from an even spread over its range
by more than a sample of that size does by chance (Kolmogorov and Smirnov's distance, at a level for
all parameters together); two are *tied* where their ranks go together likewise. What is neither
stayed what it was: a guess.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from experiments.calibration.waves import History

__all__ = ["Pair", "Spread", "never_together", "spreads", "tied"]

Floats = npt.NDArray[np.float64]

_LEVEL = 0.01
"""Chance that any parameter at all is called informed, or any pair tied, where none is."""
_INNER = 0.9
"""Part of a range between the 5 % and 95 % points of an even spread."""
_EXPECTED = 8.0
"""Runs that should meet two targets at once by chance, before that none did says something."""


class Spread(NamedTuple):
    """One parameter in what is left, in parts of its range.

    Attributes:
        p05: 5 % point of the values.
        p50: middle.
        p95: 95 % point.
        width: of the inner 90 %, over that of an even spread.
        distance: largest between the distributions of the values and an even spread.
        informed: whether that is more than chance.
    """

    p05: float
    p50: float
    p95: float
    width: float
    distance: float
    informed: bool


class Pair(NamedTuple):
    """Two parameters, or two targets, by place.

    Attributes:
        first: place.
        second: place.
        value: rank correlation, or the runs that should have met both by chance.
    """

    first: int
    second: int
    value: float


def spreads(points: Floats) -> list[Spread]:
    """How far each parameter is narrowed.

    Args:
        points: (members, parameters) in the unit cube.
    """
    count, parameters = points.shape
    if count == 0:
        return [
            Spread(math.nan, math.nan, math.nan, math.nan, math.nan, informed=False)
        ] * parameters
    ordered = np.sort(points, axis=0)
    rank = np.arange(1, count + 1)[:, np.newaxis]
    above = (rank / count - ordered).max(axis=0)
    below = (ordered - (rank - 1) / count).max(axis=0)
    distance = np.maximum(above, below)
    allowed = math.sqrt(math.log(2.0 * parameters / _LEVEL) / (2.0 * count))
    low, middle, high = np.quantile(points, (0.05, 0.5, 0.95), axis=0)
    return [
        Spread(
            float(low[k]), float(middle[k]), float(high[k]), float(high[k] - low[k]) / _INNER,
            float(distance[k]), bool(distance[k] > allowed),
        )
        for k in range(parameters)
    ]  # fmt: skip


def tied(points: Floats) -> list[Pair]:
    """Pairs of parameters whose ranks go together by more than chance, the strongest first."""
    count, parameters = points.shape
    if count < 3 or parameters < 2:
        return []
    ranks = np.argsort(np.argsort(points, axis=0, kind="stable"), axis=0).astype(np.float64)
    ranks -= ranks.mean(axis=0)
    size = np.sqrt((ranks**2).sum(axis=0))
    together = (ranks.T @ ranks) / np.outer(size, size)
    pairs = parameters * (parameters - 1) / 2
    # A normal deviate beyond which one of so many pairs comes with that chance (Mills' bound).
    allowed = math.sqrt(2.0 * math.log(pairs / _LEVEL)) / math.sqrt(count - 1)
    first, second = np.triu_indices(parameters, 1)
    values = together[first, second]
    found = [
        Pair(int(first[k]), int(second[k]), float(values[k]))
        for k in np.flatnonzero(np.abs(values) > allowed)
    ]
    return sorted(found, key=lambda pair: -abs(pair.value))


def never_together(history: History) -> list[Pair]:
    """Pairs of targets that runs met one at a time and never at once, though chance would have.

    Only rows of the first wave count: later ones were chosen.
    """
    first = history.waves[0].far <= history.cut
    count, targets = first.shape
    met = first.sum(axis=0)
    both = first.T.astype(np.int64) @ first.astype(np.int64)
    found = []
    for a in range(targets):
        for b in range(a + 1, targets):
            expected = float(met[a]) * float(met[b]) / count
            if both[a, b] == 0 and expected >= _EXPECTED:
                found.append(Pair(a, b, expected))
    return found
