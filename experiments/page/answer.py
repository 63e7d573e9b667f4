"""The answer in three sentences, built from numbers by rule: effect, both uncertainties, runs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from experiments.page.words import amount, say
from experiments.words import number, supported, unit_words, with_error
from sim.outcomes import OUTCOMES, windows

if TYPE_CHECKING:
    from experiments.page.folder import Kept

__all__ = ["HEADLINE", "Effect", "Sentence", "answer", "effect_of", "span"]

HEADLINE = "profit"
"""What the answer speaks of."""


@dataclass(frozen=True)
class Effect:
    """A paired effect with its two intervals, as the folder has it."""

    scenario: str
    outcome: str
    unit: str
    level: float
    mean: float
    sim: tuple[float, float]
    range: tuple[float, float]
    share_better: float
    pairs: int

    @property
    def intervals(self) -> list[tuple[float, float]]:
        """The intervals there are: range, then simulation error."""
        return [pair for pair in (self.range, self.sim) if all(map(math.isfinite, pair))]

    @property
    def shown(self) -> tuple[float, float]:
        """The wider story: the range where assumptions were varied, else the simulation error."""
        return self.range if math.isfinite(self.range[0]) else self.sim

    @property
    def same(self) -> bool:
        """No difference in any run."""
        return self.mean == 0.0 and all(pair == (0.0, 0.0) for pair in self.intervals)

    @property
    def clear(self) -> bool:
        """No interval reaches across zero, one at least stays off it, the mean on their side."""
        sides = {-1 for low, _ in self.intervals if low < 0.0}
        sides |= {1 for _, high in self.intervals if high > 0.0}
        return sides == {1 if self.mean > 0.0 else -1}

    @property
    def least(self) -> float:
        """The smallest effect that would have shown: half the widest interval."""
        return max(((high - low) / 2 for low, high in self.intervals), default=math.nan)

    @property
    def better(self) -> int:
        """Runs in which the scenario did better; -1 where neither way is better."""
        return round(self.share_better * self.pairs) if math.isfinite(self.share_better) else -1


def effect_of(kept: Kept, scenario: str, outcome: str, window: str = "policy") -> Effect | None:
    """An effect of the folder, or none where it has none."""
    table = kept.effects
    found = table[
        (table["scenario"] == scenario)
        & (table["outcome"] == outcome)
        & (table["window"] == window)
    ]
    if found.empty:
        return None
    row = found.iloc[0]
    return Effect(
        scenario,
        outcome,
        str(row["unit"]),
        float(row["level_baseline"]),
        float(row["mean"]),
        (float(row["sim_low"]), float(row["sim_high"])),
        (float(row["range_low"]), float(row["range_high"])),
        float(row["share_better"]),
        int(row["pairs"]),
    )


def span(kept: Kept, window: str) -> str:
    """Calendar years of a window: 2027-2031."""
    cut = windows(int(kept.manifest["months"]))[window]
    year, month = (int(part) for part in str(kept.manifest["first_month"]).split("-"))
    first = year * 12 + month - 1 + cut.start
    last = first + cut.months - 1
    if month == 1:
        ends = [str(first // 12), str(last // 12)]
    else:
        ends = [f"{at // 12}-{at % 12 + 1:02d}" for at in (first, last)]
    return ends[0] if ends[0] == ends[1] else " - ".join(ends) if month != 1 else "-".join(ends)


@dataclass(frozen=True)
class Sentence:
    """A sentence: its beginning, an item for each scenario, its end."""

    head: str
    items: tuple[str, ...]
    tail: str = ""


def answer(kept: Kept, letters: Sequence[str], lang: str) -> list[Sentence]:
    """Three sentences on the headline outcome.

    Args:
        kept: the folder.
        letters: what the page calls each scenario.
        lang: "en" or "id".
    """
    found = [
        (letter, one)
        for letter, name in zip(letters, kept.names, strict=True)
        if (one := effect_of(kept, name, HEADLINE)) is not None
    ]
    named = {"span": span(kept, "policy"), "baseline": kept.title(kept.baseline, lang)}
    kind = "varied" if kept.varied else "held"
    effects = Sentence(
        say(f"answer_effect_{kind}", lang, **named),
        tuple(
            f"{letter}, {kept.title(one.scenario, lang)}: {_effect(one, lang)}"
            for letter, one in found
        ),
    )
    return [effects, _simulation(kept, found, lang), _runs(kept, found, lang)]


def _effect(one: Effect, lang: str) -> str:
    if one.same:
        return say("same", lang)
    low, high = one.shown
    text = amount(one.mean, one.unit, lang, low=low, high=high)
    if not one.clear:
        return say("unclear", lang, effect=text, least=least_words(one, lang))
    share = f"{number(100 * abs(one.mean / one.level), lang)} %" if one.level else "-"
    return say("higher" if one.mean > 0 else "lower", lang, effect=text, share=share)


def least_words(one: Effect, lang: str) -> str:
    """The smallest effect that would have shown, with as many digits as its interval has."""
    digits = supported(-one.least, one.least)
    return amount(one.least, one.unit, lang, signed=False, digits=digits)


def simulation_words(one: Effect, lang: str) -> str:
    """The effect with assumptions held fixed, and its simulation error."""
    low, high = one.sim
    if not (math.isfinite(low) and math.isfinite(high)):
        return "-"
    if low == high == 0.0:
        return "0 ±0"
    return with_error((low + high) / 2, low, high, lang)


def _simulation(kept: Kept, found: Sequence[tuple[str, Effect]], lang: str) -> Sentence:
    if not kept.varied:
        return Sentence(say("answer_simulation_held", lang), ())
    runs = int(kept.manifest["plan"]["extra_pairs"]) // 3
    unit = OUTCOMES[HEADLINE].unit
    items = tuple(f"{letter} {simulation_words(one, lang)}" for letter, one in found)
    return Sentence(
        say("answer_simulation", lang, n=runs, unit=unit_words(unit, lang)),
        items,
        say("answer_simulation_end", lang),
    )


def _runs(kept: Kept, found: Sequence[tuple[str, Effect]], lang: str) -> Sentence:
    plan = kept.manifest["plan"]
    items = tuple(
        say("better_in", lang, name=letter, k=one.better, n=one.pairs)
        for letter, one in found
        if one.better >= 0
    )
    return Sentence(
        say("answer_runs", lang, n=kept.pairs, firms=number(float(plan["firms"]), lang)),
        items,
        say("if_assumptions", lang),
    )
