"""Who gains and who loses: every stakeholder's paired difference, first and last policy year."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, cast

from experiments.choices import known
from experiments.figures.style import (
    TITLE,
    caption,
    colour,
    hold_text,
    localise,
    marker,
    own_axes,
    put_caption,
)
from experiments.report import spread, window_title
from experiments.stakeholder_report import EACH, IN_ALL
from experiments.stakeholder_table import SAME, UNCLEAR, stakeholder_windows
from experiments.stakeholder_words import say
from experiments.stakeholders import line_of
from experiments.words import number, supported, unit_words, with_interval

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from experiments.comparison import Comparison

__all__ = ["stakeholder_caption", "stakeholder_chart", "stakeholder_figures"]

_BUYERS = ("hotels", "restaurants", "other_buyers", "agencies")
_ROWS_EACH = (
    *((name, "profit_per_firm") for name in EACH),
    *((name, "extra_cost_per_buyer") for name in _BUYERS),
    ("treasury", "public_cost_per_eligible"),
)
_ROWS_TOTAL = (*((name, "profit") for name in EACH), *IN_ALL)
_STEP, _GAP = 0.2, 0.12
_FOOT = 0.9


def stakeholder_height(*, each: bool, windows: int = 2) -> float:
    """Inches that the chart's rows need."""
    rows = _ROWS_EACH if each else _ROWS_TOTAL
    return len(rows) * (_STEP * windows + _GAP) + _FOOT


def stakeholder_chart(
    comparison: Comparison,
    scenario: str | None = None,
    windows: Sequence[str] | None = None,
    *,
    each: bool = False,
    ax: Axes | None = None,
    lang: str = "en",
    captioned: bool = True,
) -> Axes:
    """A line a stakeholder and year: thick bar the range over assumptions, thin the error.

    A gain of theirs is right of zero, so costs are drawn, and written, with a minus.

    Args:
        comparison: finished.
        scenario: the first if none.
        windows: the policy's first and last year if none.
        each: by head, every line on its own scale, instead of in all on one.
        ax: drawn into; a new figure if none.
        lang: "en" or "id".
        captioned: with the caption under it.

    Raises:
        KemitraanError: no such scenario or window.
    """
    known("scenario", [scenario] if scenario else [], comparison.scenarios)
    name = scenario or comparison.scenarios[0]
    shown = list(windows or stakeholder_windows(comparison.study.months))
    table = comparison.stakeholders(shown)
    table = table[table["scenario"] == name].set_index(["stakeholder", "measure", "window"])
    high = stakeholder_height(each=each, windows=len(shown))
    axes = own_axes(ax, (9.0, high), (3.24, high - 0.75))
    height, largest = 0.0, 0.0
    for stakeholder, measure in _ROWS_EACH if each else _ROWS_TOTAL:
        keys = [key for w in shown if (key := (stakeholder, measure, w)) in table.index]
        if not keys:
            continue
        rows = [_gain(cast("pd.Series", table.xs(key)), stakeholder, measure) for key in keys]
        ends = max(_end(row) for row in rows)
        largest = max(largest, ends)
        height -= _GAP
        axes.axhline(height + _GAP / 2, color="#DDDDDD", linewidth=0.5, zorder=0)
        middle = height - _STEP * len(rows) / 2
        axes.annotate(_label(stakeholder, measure, lang), (0, middle), xytext=(-8, 0),
                      xycoords=("axes fraction", "data"), textcoords="offset points", ha="right",
                      va="center", fontsize=8, annotation_clip=False)  # fmt: skip
        for key, row in zip(keys, rows, strict=True):
            height -= _STEP
            filled = key[2] == shown[-1]
            scale = (ends or 1.0) if each else 1.0
            _draw(axes, comparison, name, row, height + _STEP / 2, scale, filled=filled)
            words = f"{window_title(comparison, key[2], lang).capitalize()}:  {_words(row, lang)}"
            axes.annotate(words, (1, height + _STEP / 2), xytext=(8, 0), fontsize=7.5,
                          xycoords=("axes fraction", "data"), textcoords="offset points",
                          va="center", annotation_clip=False)  # fmt: skip
    axes.axvline(0, color="#000000", linewidth=0.8, zorder=0)
    axes.set_ylim(height - _GAP / 2, 0.0)
    axes.set_yticks([])
    for side in ("left", "right", "top"):
        axes.spines[side].set_visible(False)
    if each:
        axes.set_xlim(-1.05, 1.05)
        axes.set_xticks([])
        axes.spines["bottom"].set_visible(False)
    else:
        axes.set_xlim(-1.05 * (largest or 1.0), 1.05 * (largest or 1.0))
        localise(axes, lang, "x")
        axes.tick_params(axis="x", labelsize=7.5)
        unit = unit_words("Rp m a month", lang)
        axes.set_xlabel(say("loss_gain", lang, unit=unit), fontsize=8)
    kind = say("who_each" if each else "who_total", lang)
    axes.set_title(f"{say('who', lang)}, {kind}: {name}", **(TITLE | {"loc": "center"}))
    if captioned:
        below = 0.1 if each else 0.5
        put_caption(axes, stakeholder_caption(comparison, shown, lang), below, left=-2.3)
    return hold_text(axes, ax)


def stakeholder_caption(comparison: Comparison, shown: Sequence[str], lang: str) -> str:
    """What is compared with what, and what the bars are."""
    first, last = (window_title(comparison, w, lang).capitalize() for w in (shown[0], shown[-1]))
    held = comparison.uncertainty == "seeds"
    return caption(
        comparison,
        lang,
        say("who_caption", lang, baseline=comparison.baseline, first=first, last=last),
        say("band_fixed" if held else "band_range", lang),
    )


def _label(stakeholder: str, measure: str, lang: str) -> str:
    inset = "   " if stakeholder == "partners_new" else ""
    who = say(f"who_{stakeholder}", lang)
    if stakeholder in EACH:
        return inset + who
    what = say(f"measure_{measure}", lang)
    return f"{who}, {what}"


def _gain(row: pd.Series, stakeholder: str, measure: str) -> pd.Series:
    """The row with more of it a gain: costs change sign, and their interval turns round."""
    if line_of(stakeholder, measure).better >= 0:
        return row
    turned = row.copy()
    turned["mean"] = -row["mean"]
    for kind in ("sim", "range"):
        turned[f"{kind}_low"], turned[f"{kind}_high"] = -row[f"{kind}_high"], -row[f"{kind}_low"]
    return turned


def _end(row: pd.Series) -> float:
    ends = [abs(float(row[c])) for c in ("mean", "sim_low", "sim_high", "range_low", "range_high")]
    return max((end for end in ends if math.isfinite(end)), default=0.0)


def _draw(
    ax: Axes,
    comparison: Comparison,
    scenario: str,
    row: pd.Series,
    y: float,
    scale: float,
    *,
    filled: bool,
) -> None:
    shade = colour(comparison, scenario)
    if math.isfinite(row["range_low"]):
        ends = [float(row["range_low"]) / scale, float(row["range_high"]) / scale]
        ax.plot(ends, [y, y], color=shade, linewidth=6.5, alpha=0.45 if filled else 0.22,
                solid_capstyle="butt", zorder=1)  # fmt: skip
    if math.isfinite(row["sim_low"]):
        ends = [float(row["sim_low"]) / scale, float(row["sim_high"]) / scale]
        ax.plot(ends, [y, y], color="#000000", linewidth=1.1, zorder=2, marker="|", markersize=5)
    ax.plot([float(row["mean"]) / scale], [y], marker=marker(comparison, scenario),
            color=shade if filled else "#FFFFFF", markeredgecolor="#000000" if filled else shade,
            markeredgewidth=0.5 if filled else 1.3, markersize=5.5, zorder=3)  # fmt: skip


def _words(row: pd.Series, lang: str) -> str:
    """The figure, and the verdict with the smallest effect that would have shown."""
    verdict = str(row["verdict"])
    if verdict == SAME:
        return say(SAME, lang)
    low, high = spread(row)
    text = with_interval(float(row["mean"]), low, high, lang)
    least = float(row["smallest_effect"])
    if verdict == UNCLEAR and math.isfinite(least):
        digits = supported(-least, least)
        return f"{text}  {say('shows_from', lang, least=number(least, lang, digits=digits))}"
    return f"{text}  {say(verdict, lang)}"


def stakeholder_figures(comparison: Comparison, lang: str) -> Iterator[tuple[Figure, str]]:
    """One figure a scenario, in all above and by head below, with the name of its file."""
    from matplotlib.figure import Figure  # noqa: PLC0415

    shown = stakeholder_windows(comparison.study.months)
    if not shown:
        return
    above, below = (stakeholder_height(each=each, windows=len(shown)) for each in (False, True))
    height = above + below + 0.7
    for name in comparison.scenarios:
        figure = Figure(figsize=(9.0, height))
        top = figure.add_axes((0.27, 1 - (above - 0.4) / height, 0.36, (above - 0.75) / height))
        bottom = figure.add_axes((0.27, 0.9 / height, 0.36, (below - 0.75) / height))
        for ax, each in ((top, False), (bottom, True)):
            stakeholder_chart(comparison, name, shown, each=each, ax=ax, lang=lang, captioned=each)
        yield figure, f"stakeholders_{name}"
