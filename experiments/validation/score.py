"""Scoring: what the frozen rules say of simulated figures, without a run in sight."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from experiments.validation.rows import Row, Score

__all__ = ["CANNOT", "HIT", "MISS", "VERDICTS", "RowScore", "RuleScore", "score_row"]

Floats = npt.NDArray[np.float64]

HIT, MISS, CANNOT = "hit", "miss", "cannot express"
VERDICTS = (HIT, MISS, CANNOT)


@dataclass(frozen=True)
class RuleScore:
    """What one rule says.

    Attributes:
        rule: as frozen.
        share: of the draws that keep to it by themselves.
        met: whether the rule is met.
    """

    rule: Score
    share: float
    met: bool


@dataclass(frozen=True)
class RowScore:
    """What came out for a row.

    Attributes:
        verdict: "hit", "miss" or "cannot express".
        draws: with a figure.
        lost: draws without one.
        low: the 5 % point over draws, of the row's main figure; nan where there is none.
        median: likewise.
        high: the 95 % point.
        rules: what each says.
    """

    verdict: str
    draws: int
    lost: int
    low: float
    median: float
    high: float
    rules: tuple[RuleScore, ...] = ()

    @property
    def missed(self) -> tuple[str, ...]:
        """Names of the rules that are not met, each once."""
        return tuple(dict.fromkeys(one.rule.rule for one in self.rules if not one.met))

    def share_of(self, *rules: str) -> float:
        """Least share of draws that keep to rules of these kinds; nan where there is none."""
        found = [one.share for one in self.rules if one.rule.rule in rules]
        return min(found, default=float("nan"))


def score_row(row: Row, values: Mapping[str, Floats], agreement: float) -> RowScore:
    """Scores a row by its own rules.

    Args:
        row: as frozen.
        values: (draws,) of each of its figures, by name; nan where a draw gives none.
        agreement: share of draws that a sign or an order needs.
    """
    if not row.can_express:
        return RowScore(CANNOT, 0, 0, np.nan, np.nan, np.nan)
    main = values["main"]
    sound = main[np.isfinite(main)]
    rules = tuple(_rule(one, values, agreement) for one in row.scores)
    low, median, high = (
        np.quantile(sound, (0.05, 0.5, 0.95)) if sound.size else (np.nan, np.nan, np.nan)
    )
    if sound.size and row.scores[0].rule == "share":
        median = sound.mean()
    return RowScore(
        HIT if all(one.met for one in rules) else MISS,
        int(sound.size),
        int(main.size - sound.size),
        float(low),
        float(median),
        float(high),
        rules,
    )


def _rule(one: Score, values: Mapping[str, Floats], agreement: float) -> RuleScore:
    """A rule without a single sound draw is not met: what gives no figure hits nothing."""
    figure = values[one.figure]
    below = values[one.below] if one.below else np.zeros_like(figure)
    sound = np.isfinite(figure) & np.isfinite(below)
    figure, below = figure[sound], below[sound]
    if not figure.size:
        return RuleScore(one, np.nan, met=False)
    if one.rule in ("sign", "order"):
        right = figure > below if one.positive else figure < below
        share = float(right.mean())
        return RuleScore(one, share, met=share >= agreement)
    inside = (figure >= one.low) & (figure <= one.high)
    share = float(inside.mean())
    level = float(figure.mean() if one.rule == "share" else np.median(figure))
    return RuleScore(one, share, met=one.low <= level <= one.high)
