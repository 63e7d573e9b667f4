"""The last lines of a comparison on the screen: a line a scenario, the headline effects only."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from experiments.ensemble_words import sets_legend
from experiments.report import effect_cells, laid_out, window_title, wrapped
from experiments.words import say, unit_words
from sim.outcomes import OUTCOMES

if TYPE_CHECKING:
    import pandas as pd

    from experiments.comparison import Comparison

__all__ = ["SHORT_OUTCOMES", "outcome_head", "short_lines"]

SHORT_OUTCOMES = ("profit", "firms_gaining", "in_business", "public_cost")
"""Income, who gains, survival, and what it costs."""
_FEWEST = 2


def outcome_head(name: str, lang: str) -> str:
    """The head of an outcome's column."""
    one = OUTCOMES[name]
    unit = "" if one.unit == "firms" else f", {unit_words(one.unit, lang)}"
    return f"{one.label[lang]}{unit}"


def short_lines(comparison: Comparison, window: str, lang: str, width: int) -> list[str]:
    """A line a scenario; nothing where one scenario has its table just above.

    Args:
        comparison: finished.
        window: such as "policy".
        lang: "en" or "id".
        width: of the screen.
    """
    names = comparison.scenarios
    if len(names) < _FEWEST:
        return []
    found = comparison.effects(list(SHORT_OUTCOMES), window).set_index(["scenario", "outcome"])
    body = []
    for name in names:
        cells = [
            effect_cells(cast("pd.Series", found.xs((name, one))), lang)[0]
            if (name, one) in found.index
            else "-"
            for one in SHORT_OUTCOMES
        ]
        body.append([f"  {name}", *cells])
    when = window_title(comparison, window, lang)
    title = say("in_short", lang, when=when, baseline=comparison.baseline)
    varied = comparison.uncertainty != "seeds"
    legend = say("range_legend" if varied else "fixed_legend", lang)
    legend = f"{legend}{sets_legend(comparison.sets, lang)}  {say('mark', lang)}"
    heads = ["", *(outcome_head(one, lang) for one in SHORT_OUTCOMES)]
    return [title, *laid_out(heads, body, width), *wrapped([legend], width)]
