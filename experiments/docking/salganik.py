"""Salganik, Dodds and Watts (2006), Science 311: the music market by our ranking.

What is measured in the worlds of `experiments.docking.market`, as the paper measures it, with
closed forms beside it. Orders are (worlds, songs), worst song first.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd

from experiments.docking.market import Market, by_the_month, one_by_one
from sim.parameters import Parameters

__all__ = [
    "ARMS",
    "extremes",
    "gini",
    "limit_shares",
    "noise_alone",
    "rank_correlation",
    "table_of_arms",
    "unpredictability",
]

Floats = npt.NDArray[np.float64]
ARMS = {"independent": 0.0, "weak influence": 0.5, "strong influence": 1.0}
"""Power of past orders in the ranking (`ranking_power`); 0.5 is the registry's value."""


def _shares(orders: Floats) -> Floats:
    return np.asarray(orders / orders.sum(axis=1, keepdims=True))


def gini(orders: Floats) -> float:
    """Gini coefficient of market shares, the mean over worlds; 0 is equal, near 1 one has all."""
    ordered = np.sort(_shares(orders), axis=1)
    songs = ordered.shape[1]
    ranks = 2.0 * np.arange(1, songs + 1) - songs - 1.0
    return float((ordered @ ranks).mean() / songs)


def unpredictability(orders: Floats) -> float:
    """Mean difference of a song's market shares between two worlds, over songs and all pairs."""
    shares = _shares(orders)
    pairs = [np.abs(shares[a] - shares[b]).mean() for a, b in combinations(range(len(shares)), 2)]
    return float(np.mean(pairs))


def rank_correlation(orders: Floats) -> float:
    """Spearman's correlation of quality and success, the mean over worlds."""
    from scipy.stats import spearmanr  # noqa: PLC0415  # slow to import

    quality = np.arange(orders.shape[1])
    return float(np.mean([spearmanr(quality, world).statistic for world in orders]))


def extremes(orders: Floats, ends: int = 5) -> tuple[float, float, float]:
    """How far quality decides: of the best, of the worst and of those between, over worlds.

    Args:
        orders: (worlds, songs), worst song first.
        ends: how many songs count as best, and as worst.

    Returns:
        Share of the best that end in the lower half, of the worst that end in the upper half, and
        the mean over the songs between of the ranks they span across worlds, as a share of all.
    """
    songs = orders.shape[1]
    # Of songs with equal orders the worse one stands lower: chance does not help it.
    place = np.argsort(np.argsort(orders, axis=1, kind="stable"), axis=1)
    fell = float((place[:, -ends:] < songs / 2).mean())
    rose = float((place[:, :ends] >= songs / 2).mean())
    span = float(np.ptp(place[:, ends:-ends], axis=0).mean()) / (songs - 1)
    return fell, rose, span


def limit_shares(market: Market) -> Floats:
    """Shares after many orders, for a power below 1: appeal to the power of 1 / (1 - beta)."""
    appeal = Parameters.default()["rating_weight"] * market.quality
    grown = np.exp(appeal / (1.0 - market.power))
    return np.asarray(grown / grown.sum())


def noise_alone(market: Market) -> float:
    """Unpredictability that independent choices of so many participants leave, by normal law."""
    share = limit_shares(market._replace(power=0.0))
    return float((2.0 * np.sqrt(share * (1.0 - share) / (np.pi * market.participants))).mean())


def table_of_arms(sets: int = 10) -> pd.DataFrame:
    """All arms, the mean over so many sets of worlds; below, orders divided by the month."""
    rows = []
    for way, worlds in (("one by one", one_by_one), ("by the month", by_the_month)):
        for name, power in ARMS.items():
            found = [worlds(Market(power, seed=seed)) for seed in range(sets)]
            fell, rose, span = np.mean([extremes(orders) for orders in found], axis=0)
            rows.append(
                {
                    "orders": way,
                    "arm": name,
                    "beta": power,
                    "Gini": np.mean([gini(orders) for orders in found]),
                    "unpredictability": np.mean([unpredictability(orders) for orders in found]),
                    "rank correlation": np.mean([rank_correlation(orders) for orders in found]),
                    "best in lower half": fell,
                    "worst in upper half": rose,
                    "ranks between": span,
                }
            )
    return pd.DataFrame(rows)
