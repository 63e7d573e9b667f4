"""The breakdown of `--by` on the screen: each headline outcome by group, with both intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from experiments.ensemble_words import sets_legend
from experiments.groups import GROUP_OUTCOMES
from experiments.report import effect_cells, laid_out, window_title
from experiments.stakeholder_words import group_words
from experiments.stakeholder_words import say as say_group
from experiments.words import number, say, unit_words
from sim.outcomes import OUTCOMES

if TYPE_CHECKING:
    import pandas as pd

    from experiments.comparison import Comparison

__all__ = ["GROUP_TABLE", "group_lines", "outcome_words"]

GROUP_TABLE = (
    "profit", "profit_per_firm", "profit_per_eligible", "revenue", "revenue_per_firm",
    "revenue_per_eligible", "firms_gaining", "in_business", "jobs", "hotel_purchases",
    "hotels_signed", "hotels_buying", "hotels_newly_buying", "hotels_still_buying",
    "hotels_on_paper",
)  # fmt: skip
"""Outcomes shown, where the grouping has them."""
_MISSING = "-"


def outcome_words(outcome: str, lang: str) -> str:
    """The name of an outcome of groups for people."""
    if outcome.endswith(("_per_firm", "_eligible")):
        return say_group(outcome, lang)
    return OUTCOMES[outcome].label[lang]


def group_lines(comparison: Comparison, window: str, by: str, lang: str, width: int) -> list[str]:
    """The tables of one window as aligned text, an outcome after the other.

    Args:
        comparison: finished.
        window: such as "policy".
        by: one of `experiments.groups.GROUPINGS`.
        lang: "en" or "id".
        width: of the screen.
    """
    names = [name for name in GROUP_TABLE if name in GROUP_OUTCOMES[by]]
    effects = comparison.effects(names, window, by)
    when = window_title(comparison, window, lang)
    lines = [f"{when}, {say_group(f'by_{by}', lang)}, {say('against', lang)} {comparison.baseline}"]
    for name in names:
        own = effects[effects["outcome"] == name]
        if len(own):
            lines += [*_outcome(comparison, own, lang, width), ""]
    varied = comparison.uncertainty != "seeds"
    legend = say("group_legend" if varied else "fixed_legend", lang)
    legend += sets_legend(comparison.sets, lang)
    return [*lines, f"{legend}  {say('mark', lang)}"]


def _outcome(comparison: Comparison, effects: pd.DataFrame, lang: str, width: int) -> list[str]:
    """One outcome: a line a group, with its level in the baseline."""
    index = effects.set_index(["scenario", "group"])
    first = effects.iloc[0]
    body = []
    for group, level in effects.groupby("group", sort=False)["level_baseline"].first().items():
        cells = [
            _cell(cast("pd.Series", index.xs((name, group))), lang)
            if (name, group) in index.index
            else _MISSING
            for name in comparison.scenarios
        ]
        body.append([f"  {group_words(str(group), lang)}", number(float(level), lang), *cells])
    label = outcome_words(str(first["outcome"]), lang)
    unit = str(first["unit"])
    head = label if unit == "firms" else f"{label}, {unit_words(unit, lang)}"
    return laid_out([head, comparison.baseline, *comparison.scenarios], body, width, fixed=2)


def _cell(row: pd.Series, lang: str) -> str:
    """Both intervals in one cell, the simulation error in brackets."""
    effect, error = effect_cells(row, lang)
    return effect if error in ("", _MISSING) else f"{effect} ({error})"
