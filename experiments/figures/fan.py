"""How an effect or a level unfolds: median, 50 %, 90 % and a few single runs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from experiments.design import DRAW
from experiments.figures.style import (
    TITLE,
    caption,
    colour,
    dashes,
    hold_text,
    localise,
    own_axes,
    put_caption,
)
from experiments.unit import SERIES
from experiments.words import say, unit_words
from sim.errors import KemitraanError
from sim.outcomes import OUTCOMES

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from experiments.comparison import Comparison

__all__ = ["FAN_OUTCOMES", "fan", "fan_series", "mark_policy", "years"]

FAN_OUTCOMES = {
    "profit": "profit", "revenue": "revenue", "firms": "firms", "direct_purchases": "direct",
    "hotels_buying": "hotels_buying", "hotels_signed": "hotels_signed",
    "hotels_on_paper": "hotels_paper",
}  # fmt: skip
"""Outcomes with a monthly series, and its name."""
_SINGLE = 4
_SHARES = frozenset({"hotels_buying", "hotels_signed", "hotels_on_paper"})


def fan_series(
    comparison: Comparison, outcome: str, scenario: str, *, effect: bool
) -> npt.NDArray[np.float64]:
    """(runs, months): an outcome's months in each parameter draw.

    Raises:
        KemitraanError: no monthly series is kept of the outcome, or the scenario is not there.
    """
    if outcome not in FAN_OUTCOMES:
        known = ", ".join(FAN_OUTCOMES)
        raise KemitraanError(f"no months are kept of {outcome!r}; known: {known}")
    names = comparison.study.names
    if scenario not in names:
        raise KemitraanError(f"no scenario {scenario!r} here; known: {', '.join(names)}")
    column = SERIES.index(FAN_OUTCOMES[outcome])
    runs = comparison.series(DRAW)
    series = runs[:, :, :, column]
    if outcome in _SHARES:
        hotels = runs[:, :, :, SERIES.index("hotels")]
        series = 100.0 * series / np.where(hotels > 0, hotels, 1.0)
    own = series[:, names.index(scenario)]
    return np.asarray(own - series[:, 0] if effect else own)


def fan(
    comparison: Comparison,
    outcome: str,
    scenario: str | None = None,
    *,
    effect: bool = True,
    ax: Axes | None = None,
    lang: str = "en",
    captioned: bool = True,
) -> Axes:
    """A fan of the paired effect, or of the level, month by month."""
    name = scenario or comparison.scenarios[0]
    sample = fan_series(comparison, outcome, name, effect=effect)
    axes = own_axes(ax, (7.5, 3.6))
    shade = colour(comparison, name)
    time = years(comparison)
    low, quarter, middle, three, high = np.quantile(sample, (0.05, 0.25, 0.5, 0.75, 0.95), axis=0)
    axes.fill_between(time, low, high, color=shade, alpha=0.18, linewidth=0)
    axes.fill_between(time, quarter, three, color=shade, alpha=0.32, linewidth=0)
    singles = np.unique(np.linspace(0, len(sample) - 1, min(_SINGLE, len(sample))).astype(int))
    for run in singles:
        axes.plot(time, sample[run], color="#333333", linewidth=0.45, alpha=0.75)
    axes.plot(time, middle, color=shade, linewidth=1.9, linestyle=dashes(comparison, name))
    if effect:
        axes.axhline(0, color="#000000", linewidth=0.7)
    mark_policy(axes, comparison, lang)
    axes.set_xlim(time[0], time[-1] + 0.1)
    axes.set_ylim(*_frame(low, high, zero=effect))
    word = say("fan_median", lang)
    axes.annotate(word, (time[-1], middle[-1]), xytext=(6, 0), textcoords="offset points",
                  va="center", fontsize=7.5, color=shade, annotation_clip=False)  # fmt: skip
    one = OUTCOMES[outcome]
    axes.set_ylabel(unit_words(one.unit, lang))
    localise(axes, lang)
    what = say("fan_effect" if effect else "fan_level", lang)
    axes.set_title(f"{one.label[lang]}: {what}, {name}", **TITLE)
    if captioned:
        put_caption(axes, fan_caption(comparison, outcome, len(singles), lang), 0.4, left=-0.5)
    return hold_text(axes, ax)


def _frame(
    low: npt.NDArray[np.float64], high: npt.NDArray[np.float64], *, zero: bool
) -> tuple[float, float]:
    """Limits that show the bands: one month of one run must not flatten them."""
    least, most = float(low.min()), float(high.max())
    if zero:
        least, most = min(least, 0.0), max(most, 0.0)
    room = 0.3 * (most - least) or 1.0
    # A level that is never below zero gets no axis below it.
    floor = -0.1 * room if least >= 0.0 and not zero else -math.inf
    return max(least - room, floor), most + room


def fan_caption(comparison: Comparison, outcome: str, singles: int, lang: str) -> str:
    """What the bands of a fan are."""
    one = OUTCOMES[outcome]
    held = comparison.uncertainty == "seeds"
    text = say(
        "fan_caption",
        lang,
        label=one.label[lang],
        unit=unit_words(one.unit, lang),
        whom=say("fan_whom", lang) if outcome in _SHARES else "",
        of=say("fan_held" if held else "fan_varied", lang),
        singles=singles,
    )
    return caption(comparison, lang, text)


def years(comparison: Comparison) -> npt.NDArray[np.float64]:
    """Calendar time of each month, in years."""
    first = comparison.study.first_month
    start = int(first[:4]) + (int(first[5:7]) - 1) / 12
    return start + np.arange(comparison.study.months) / 12.0


def mark_policy(ax: Axes, comparison: Comparison, lang: str) -> None:
    """Upright lines where the policies begin and end."""
    settings = [s for one in comparison.study.scenarios for s in one.levers.values()]
    time = years(comparison)
    if not settings:
        return
    begin, end = min(s.start for s in settings), max(s.end for s in settings)
    words = say("policy_starts", lang), say("policy_ends", lang)
    for month, word in ((begin, words[0]), (end + 1, words[1])):
        if 0 <= month < comparison.study.months:
            ax.axvline(time[month], color="#888888", linewidth=0.8, linestyle=":")
            ax.annotate(word, (time[month], 1.0), xycoords=("data", "axes fraction"), fontsize=7,
                        xytext=(2, -1), textcoords="offset points", va="top",
                        color="#666666")  # fmt: skip
