"""How many firms a trial needs: the arithmetic, without any run.

Two-sided test at 5 %, normal approximation, as in textbooks (Duflo, Glennerster and Kremer 2007).
Analysis of covariance leaves the part `1 - correlation**2` of the variance; several rounds of
surveys leave less still (McKenzie 2012); drawing villages asks for more firms (Moulton 1986).
"""

from __future__ import annotations

import math

from scipy.special import ndtri

__all__ = ["clusters_allow", "detectable", "power_of", "rounds_factor", "units_needed"]

SIGNIFICANCE = 0.05


def _reach(power: float) -> float:
    """Standard errors that an effect must be away from zero."""
    return float(ndtri(1.0 - SIGNIFICANCE / 2.0) + ndtri(power))


def units_needed(effect: float, sd: float, share: float, power: float) -> float:
    """Surveyed units that detect an effect with a given power; infinite for no effect.

    Args:
        effect: to detect.
        sd: standard deviation of what the regression leaves unexplained.
        share: of the units that is assigned.
        power: chance to detect it.
    """
    if math.isnan(sd) or math.isnan(effect):
        return math.nan
    if effect == 0.0:
        return math.inf
    return (_reach(power) * sd / effect) ** 2 / (share * (1.0 - share))


def detectable(units: float, sd: float, share: float, power: float) -> float:
    """The smallest effect that so many surveyed units detect with a given power."""
    return _reach(power) * sd / math.sqrt(share * (1.0 - share) * units) if units > 0 else math.inf


def power_of(effect: float, units: float, sd: float, share: float) -> float:
    """Chance that an estimate is 1.96 standard errors away from zero, on the effect's side."""
    from scipy.special import ndtr  # noqa: PLC0415  # beside its inverse

    if units <= 0 or sd <= 0.0:
        return math.nan
    away = abs(effect) * math.sqrt(share * (1.0 - share) * units) / sd
    return float(ndtr(away - ndtri(1.0 - SIGNIFICANCE / 2.0)))


def rounds_factor(correlation: float, rounds: int, before: int = 1) -> float:
    """Variance after so many rounds of surveys, over that after one round.

    Analysis of covariance on the mean of the rounds, any two of which correlate alike.

    Args:
        correlation: of a firm's outcome between two rounds.
        rounds: after the start.
        before: rounds before it.
    """

    def left(after: int) -> float:
        kept = (1.0 + (after - 1.0) * correlation) / after
        return kept - before * correlation**2 / (1.0 + (before - 1.0) * correlation)

    whole = left(1)
    return left(rounds) / whole if whole > 0.0 else 1.0


def clusters_allow(units: float, villages: float, icc: float) -> float:
    """Units to survey where villages are drawn, for what so many would do where firms are.

    The villages are those there are: more units are more in each, and each adds less. Infinite
    where no number of firms in these villages would do.
    """
    if math.isnan(units):
        return math.nan
    if villages <= 0 or math.isinf(units):
        return math.inf
    room = 1.0 - units * icc / villages
    return units * (1.0 - icc) / room if room > 0.0 else math.inf
