"""The main figure: paired effects of each scenario with both intervals."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

from experiments.catalogue import told
from experiments.figures.style import (
    TITLE,
    caption,
    colour,
    hold_text,
    marker,
    own_axes,
    put_caption,
)
from experiments.report import spread, window_title
from experiments.stakeholder_table import clear, nothing
from experiments.stakeholder_words import say as say_group
from experiments.words import say, unit_words, with_interval
from sim.errors import KemitraanError
from sim.outcomes import OUTCOMES, Outcome

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from experiments.comparison import Comparison

__all__ = ["ALL", "FOREST_OUTCOMES", "HEADLINES", "forest", "forest_height", "forest_outcomes"]

ALL = "all"
"""Stands for every outcome of the figure, of which the headlines are shown if none is named."""
HEADLINES = ("profit", "profit_per_eligible", "same_trade", "hotel_cost", "public_cost",
             "net_benefit")  # fmt: skip
"""The six that weigh most on the page: with seven scenarios they still fill one sheet."""

FOREST_OUTCOMES = (
    "profit", "profit_per_eligible", "profit_per_micro", "revenue", "revenue_per_eligible",
    "revenue_per_micro", "firms_gaining", "in_business", "jobs", "ever_partnered", "hotels_buying",
    "hotels_on_paper", "same_trade", "hotel_cost", "public_cost", "public_cost_per_eligible",
    "fines", "net_benefit", "outside_loss", "gini",
)  # fmt: skip
_POLICY_ONLY = (
    "hotels_buying", "hotels_on_paper", "public_cost", "public_cost_per_eligible",
)  # fmt: skip
_ROW, _HEAD, _FOOT = 0.2, 0.34, 0.9
_WIDE = 9.0
_REMARK_WIDTH = 84  # two lines at most
_FILES = ("policy", "after")  # windows with a figure in the folder


def forest_outcomes(window: str, *, every: bool = False) -> tuple[str, ...]:
    """The headlines, or every outcome: after funding stops there is nothing to sign or pay."""
    names = FOREST_OUTCOMES if every else HEADLINES
    if window != "after":
        return names
    return tuple(name for name in names if name not in _POLICY_ONLY)


def forest_height(comparison: Comparison, outcomes: Sequence[str] = FOREST_OUTCOMES) -> float:
    """Inches that a forest of so many outcomes needs."""
    return len(outcomes) * (_HEAD + _ROW * len(comparison.scenarios)) + _FOOT


def _size(height: float) -> tuple[tuple[float, float], tuple[float, float]]:
    """Inches of a figure of one's own and of its Axes, as in the folder."""
    return (_WIDE, height), (0.36 * _WIDE, height - _FOOT)


def forest(
    comparison: Comparison,
    outcomes: str | Sequence[str] | None = None,
    window: str = "policy",
    *,
    ax: Axes | None = None,
    lang: str = "en",
) -> Axes:
    """Effects against the baseline: thick bar the range over assumptions, thin the error.

    Each outcome has its own scale, from its largest end to zero, so that outcomes of different
    units share one zero line; the numbers stand at the right.

    Args:
        comparison: finished.
        outcomes: one or several, or "all"; the headlines if none.
        window: over which.
        ax: drawn into; a new figure if none.
        lang: "en" or "id".

    Raises:
        KemitraanError: no outcome is left to show.
    """
    if outcomes is None or outcomes == ALL:
        names = list(forest_outcomes(window, every=outcomes == ALL))
    else:
        names = [outcomes] if isinstance(outcomes, str) else list(outcomes)
    table = comparison.effects(names, window)
    present = set(table["outcome"])
    shown = [name for name in names if name in present]
    if not shown:
        raise KemitraanError(f"no effects of {', '.join(names)} in the window {window!r}")
    axes = own_axes(ax, *_size(forest_height(comparison, shown)))
    height = 0.0
    for name in shown:
        rows = table[table["outcome"] == name]
        largest = _largest(rows)
        height -= _HEAD
        one = OUTCOMES[name]
        text = f"{one.label[lang]}, {unit_words(one.unit, lang)}"
        axes.text(-1.08, height + 0.1, text, fontweight="bold", ha="right", fontsize=8.5)
        remark = textwrap.fill(_remark(one, lang), _REMARK_WIDTH)
        # Over the bars, where there is room beside the names; the zero line stops for it.
        axes.text(-1.05, height + 0.06, remark, fontsize=6.5, color="#666666", va="bottom",
                  bbox={"facecolor": "#FFFFFF", "edgecolor": "none", "pad": 0.8})  # fmt: skip
        for scenario in comparison.scenarios:
            height -= _ROW
            for _, row in rows[rows["scenario"] == scenario].iterrows():
                _row(axes, comparison, scenario, row, height + _ROW / 2, largest, lang)
            axes.text(-1.08, height + _ROW / 2, scenario, ha="right", va="center", fontsize=8)
    axes.axvline(0, color="#000000", linewidth=0.8, zorder=0)
    axes.set_xlim(-1.05, 1.05)
    axes.set_ylim(height - 0.08, 0.0)
    axes.set_yticks([])
    axes.set_xticks([])
    for side in ("left", "right", "top", "bottom"):
        axes.spines[side].set_visible(False)
    axes.set_title(
        f"{say('forest_title', lang)}: {window_title(comparison, window, lang).capitalize()}, "
        f"{say('against', lang)} {comparison.baseline}",
        **(TITLE | {"loc": "center"}),
    )
    text = _which(outcomes, window, lang) + _caption(comparison, window, lang)
    put_caption(axes, text, 0.1, left=-2.6)
    return hold_text(axes, ax)


def _remark(outcome: Outcome, lang: str) -> str:
    """Which way is better, and of whom."""
    whom = outcome.denominator or outcome.for_whom
    better = say(f"better_{outcome.better}", lang)
    return say("forest_remark", lang, better=better, whom=told(whom, lang, "whom"))


def _largest(rows: pd.DataFrame) -> float:
    ends = rows[["mean", "range_low", "range_high", "sim_low", "sim_high"]].abs()
    largest = float(ends.max().max())
    return largest if math.isfinite(largest) and largest > 0 else 1.0


def _row(
    ax: Axes,
    comparison: Comparison,
    scenario: str,
    row: pd.Series,
    y: float,
    largest: float,
    lang: str,
) -> None:
    shade = colour(comparison, scenario)
    low, high = spread(row)
    varied = math.isfinite(row["range_low"])
    if varied:
        ax.plot([low / largest, high / largest], [y, y], color=shade, linewidth=6.5, alpha=0.4,
                solid_capstyle="butt", zorder=1)  # fmt: skip
    if math.isfinite(row["sim_low"]):
        ends = [row["sim_low"] / largest, row["sim_high"] / largest]
        ax.plot(ends, [y, y], color="#000000", linewidth=1.1, zorder=2, marker="|", markersize=5)
    ax.plot([row["mean"] / largest], [y], marker=marker(comparison, scenario), color=shade,
            markeredgecolor="#000000", markeredgewidth=0.5, markersize=5.5, zorder=3)  # fmt: skip
    text = with_interval(float(row["mean"]), low, high, lang)
    text += "" if clear(row) or nothing(row) else " ?"
    if row["mean"] == low == high == row["sim_low"] == row["sim_high"] == 0:
        text = say("same", lang)
    if math.isfinite(row["share_better"]) and low < high:
        better = round(float(row["share_better"]) * int(row["pairs"]))
        text += "   " + say("forest_share", lang, k=better, n=int(row["pairs"]))
    ax.text(1.08, y, text, va="center", fontsize=7.5)


def _which(outcomes: str | Sequence[str] | None, window: str, lang: str) -> str:
    """Which outcomes these are, and where the others stand; nothing where they were named."""
    if outcomes is not None and outcomes != ALL:
        return ""
    every = len(forest_outcomes(window, every=True))
    key = "forest_headlines" if outcomes is None else "forest_every"
    stem = f"effects_{window}"
    where = say("forest_file", lang, name=f"{stem}_all" if outcomes is None else stem)
    call = 'plot_effects("all")' if outcomes is None else "plot_effects()"
    places = f"{where}, {call}" if window in _FILES else call
    shown = len(forest_outcomes(window))
    return say(key, lang, n=shown, all=every, where=places) + " "


def _caption(comparison: Comparison, window: str, lang: str) -> str:
    when = window_title(comparison, window, lang).lower()
    band = say("forest_held" if comparison.uncertainty == "seeds" else "forest_varied", lang)
    scale = say("forest_scale", lang, when=when)
    return caption(comparison, lang, scale, f"{band} {say_group('mark', lang)}")
