"""How a variance divides: dots with intervals, how they settle, and how they change by month."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from experiments.decomposition_report import SHARE, rows_words
from experiments.factors import DUMMY
from experiments.figures.files import save
from experiments.figures.style import (
    BASELINE,
    RC,
    TITLE,
    hold_text,
    localise,
    own_axes,
    put_caption,
)
from experiments.report import window_title
from experiments.sensitivity_report import factor_name, what
from experiments.sensitivity_words import say as told
from experiments.shares_words import say
from experiments.words import number
from sim.parameters import POLICY_MONTH

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from experiments.decomposition import Decomposition

__all__ = ["by_month", "dots", "settling", "write_figures"]

CLEAR, DUMMY_COLOUR, BAND = "#0072B2", "#D55E00", "#EEEEEE"
LINES = ("#0072B2", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
"""Colours of the leading factors where each is a line; marks and ends tell them apart too."""
_MARKS = "os^vD"
ROWS = 25
_OPEN = 50.0  # percent of the variance
_LINE = 0.26


def dots(result: Decomposition, outcome: str, *, ax: Axes | None = None, lang: str = "en") -> Axes:
    """Every factor's indices with intervals, the strongest first; the dummy last and as a band."""
    axes = own_axes(ax, (7.5, dots_height(result)))
    lead, *others = result.indices
    scale = 100.0 if lead in SHARE else 1.0
    rows = result.ranked(outcome)
    dummy = _dummy(result, outcome, lead)
    beside = {index: result.rows_of(outcome, index).set_index("parameter") for index in others}
    shown = [*(row for _, row in rows.head(ROWS).iterrows()), dummy]
    if result.method == "sobol":
        # A share below luck's is a share all the same: a line to compare with, no floor.
        at = scale * float(dummy["estimate"])
        axes.axvline(at, color=DUMMY_COLOUR, linewidth=0.9, linestyle="--", zorder=0)
    else:
        floor = scale * max(0.0, float(dummy["high"]))
        axes.axvspan(0.0, floor, color=BAND, zorder=0, linewidth=0)
    for y, row in enumerate(shown):
        shade = _shade(row)
        gap = 0.13 if others else 0.0
        _dot(axes, row, y - gap, scale, shade, "D" if row["kind"] == DUMMY else "o", filled=True)
        for one in beside.values():
            _dot(axes, one.loc[row["parameter"]], y + gap, scale, shade, "s", filled=False)
    axes.axvline(0.0, color="#222222", linewidth=0.8, zorder=1)
    axes.set_yticks(range(len(shown)), [factor_name(row, lang) for row in shown], fontsize=8)
    axes.set_ylim(len(shown) - 0.4, -0.6)
    axes.set_xlabel(_axis(lead, lang))
    localise(axes, lang, "x")
    title = "dots_title" if lead in SHARE else "dots_title_other"
    axes.set_title(say(title, lang, what=what(result, outcome, lang, inside=True)), **TITLE)
    _legend(axes, lang, luck=result.method == "sobol", second=bool(others))
    text = _caption(result, outcome, lang)
    if len(rows) > ROWS:
        units = told(f"units_{result.plan['by']}", lang)
        text += " " + told("hides", lang, n=len(rows) - ROWS, units=units)
    put_caption(axes, text, 0.55, left=-1.6)
    return hold_text(axes, ax)


def dots_height(result: Decomposition) -> float:
    """Inches that the dots need."""
    return 1.6 + _LINE * (min(ROWS, len(result.factors) - 1) + 1)


def _dot(
    ax: Axes, row: pd.Series, y: float, scale: float, shade: str, mark: str, *, filled: bool
) -> None:
    value, low, high = (scale * float(row[key]) for key in ("estimate", "low", "high"))
    ax.plot([low, high], [y, y], color=shade, linewidth=1.6 if filled else 0.9, zorder=2)
    ax.plot(
        [value], [y], marker=mark, color=shade, markersize=5.5 if filled else 4.5, zorder=3,
        markerfacecolor=shade if filled else "#FFFFFF", linestyle="", clip_on=False,
    )  # fmt: skip


def _dummy(result: Decomposition, outcome: str, index: str) -> pd.Series:
    rows = result.rows_of(outcome, index)
    found: pd.Series = rows[rows["kind"] == DUMMY].iloc[0]
    return found


def _shade(row: pd.Series) -> str:
    if row["kind"] == DUMMY:
        return DUMMY_COLOUR
    return CLEAR if row["above_dummy"] else BASELINE


def _axis(index: str, lang: str) -> str:
    return say("axis_share" if index in SHARE else f"axis_{index}", lang)


def _legend(ax: Axes, lang: str, *, luck: bool, second: bool) -> None:
    """What marks and colours mean, beside the Axes."""
    from matplotlib.lines import Line2D  # noqa: PLC0415
    from matplotlib.patches import Patch  # noqa: PLC0415

    def mark(label: str, shape: str, shade: str, face: str | None = None) -> Line2D:
        return Line2D([], [], marker=shape, color=shade, linestyle="", markersize=5, label=label,
                      markerfacecolor=shade if face is None else face)  # fmt: skip

    handles: list[Line2D | Patch] = []
    if second:
        handles.append(mark(say("in_all", lang), "o", "#222222"))
        handles.append(mark(say("by_itself", lang), "s", "#222222", "#FFFFFF"))
    handles += [mark(say("told", lang), "o", CLEAR), mark(told("below", lang), "o", BASELINE)]
    deals = told("luck", lang) if luck else say("nothing", lang)
    handles.append(mark(f"{told('dummy', lang)}: {deals}", "D", DUMMY_COLOUR))
    handles.append(
        Line2D([], [], color=DUMMY_COLOUR, linestyle="--", label=say("luck_line", lang))
        if luck
        else Patch(color=BAND, label=say("floor", lang))
    )
    ax.legend(handles=handles, fontsize=7.5, loc="upper left", bbox_to_anchor=(1.01, 1.0))


def settling(
    result: Decomposition, outcome: str, *, ax: Axes | None = None, lang: str = "en"
) -> Axes:
    """The leading factors' index with its interval, from parts of the sample to all of it."""
    axes = own_axes(ax, (7.5, 4.4))
    table = result.convergence(outcome)
    scale = 100.0 if result.indices[0] in SHARE else 1.0
    sizes = sorted(int(size) for size in table["samples"].unique())
    leading = list(result.ranked(outcome)["parameter"].head(len(LINES)))
    spread = np.linspace(-0.12, 0.12, len(leading) + 1)
    ends = []
    for k, name in enumerate([*leading, DUMMY]):
        rows = table[table["parameter"] == name].sort_values("samples")
        shade = DUMMY_COLOUR if name == DUMMY else LINES[k]
        mark = "D" if name == DUMMY else _MARKS[k]
        x = np.array([sizes.index(int(size)) for size in rows["samples"]]) + spread[k]
        y = scale * rows["estimate"].to_numpy(dtype=np.float64)
        low, high = (scale * rows[key].to_numpy(dtype=np.float64) for key in ("low", "high"))
        axes.vlines(x, low, high, color=shade, linewidth=1.2, zorder=2)
        axes.plot(x, y, marker=mark, color=shade, markersize=4.5, linewidth=0.9, zorder=3)
        label = told("dummy", lang) if name == DUMMY else name
        ends.append((float(x[-1]), float(y[-1]), label, shade))
    axes.axhline(0.0, color="#222222", linewidth=0.8, zorder=1)
    axes.set_xticks(range(len(sizes)), [number(float(s), lang, digits=0) for s in sizes])
    axes.set_xlim(-0.4, len(sizes) - 0.6)
    _name_ends(axes, ends, len(sizes) - 0.55)
    axes.set_xlabel(rows_words(result, lang))
    axes.set_ylabel(_axis(result.indices[0], lang))
    localise(axes, lang, "y")
    words = what(result, outcome, lang, inside=True)
    axes.set_title(say("settling_title", lang, what=words), **TITLE)
    put_caption(axes, _caption(result, outcome, lang), 0.55, left=-0.5)
    return hold_text(axes, ax)


def by_month(
    result: Decomposition, outcome: str, *, ax: Axes | None = None, lang: str = "en"
) -> Axes:
    """The leading factors' total index in every month, with its interval as a band.

    What a month's interval leaves open by more than half of the variance is left out.
    """
    axes = own_axes(ax, (7.5, 4.4))
    table = result.months_of(outcome)
    table = table[table["index"] == result.indices[0]]
    # Months before anything differs have no variance to divide.
    moved = table.groupby("month")["high"].transform("max") > 0.0
    table = table[moved]
    leading = list(result.ranked(outcome)["parameter"].head(len(LINES)))
    ends = []
    last = 0
    for k, name in enumerate([*leading, DUMMY]):
        rows = table[table["parameter"] == name].sort_values("month")
        if rows.empty:
            continue
        shade = DUMMY_COLOUR if name == DUMMY else LINES[k]
        month = rows["month"].to_numpy(dtype=np.int64)
        value, low, high = (
            100.0 * rows[key].to_numpy(dtype=np.float64) for key in ("estimate", "low", "high")
        )
        open_ = high - low > _OPEN
        value, low, high = (np.where(open_, np.nan, ends_of) for ends_of in (value, low, high))
        axes.fill_between(month, low, high, color=shade, alpha=0.15, linewidth=0, zorder=1)
        axes.plot(month, value, color=shade, linewidth=1.2, zorder=3, marker=".", markersize=3,
                  linestyle="--" if name == DUMMY else "-")  # fmt: skip
        last = max(last, int(month[-1]))
        label = told("dummy", lang) if name == DUMMY else name
        if not open_.all():
            at = value[~open_][-1]
            ends.append((float(month[-1]), min(100.0, float(at)), label, shade))
    axes.axhline(0.0, color="#222222", linewidth=0.8, zorder=1)
    axes.axvline(POLICY_MONTH, color="#888888", linewidth=0.8, linestyle=":", zorder=1)
    axes.annotate(say("policy_starts", lang), (POLICY_MONTH, 1.0), xytext=(3, -9), fontsize=7.5,
                  xycoords=("data", "axes fraction"), textcoords="offset points",
                  color="#666666")  # fmt: skip
    axes.set_xlim(0, last + 1)
    axes.set_ylim(-4.0, 108.0)  # an index far above one is no share of anything: too few rows
    _name_ends(axes, ends, last + 1.5)
    axes.set_xlabel(say("months_x", lang))
    axes.set_ylabel(_axis(result.indices[0], lang))
    localise(axes, lang, "y")
    words = what(result, outcome, lang, inside=True)
    axes.set_title(say("months_title", lang, what=words), **TITLE)
    text = f"{_caption(result, outcome, lang)} {say('months_open', lang, n=int(_OPEN))}"
    put_caption(axes, text, 0.55, left=-0.5)
    return hold_text(axes, ax)


def _name_ends(ax: Axes, ends: list[tuple[float, float, str, str]], x: float) -> None:
    """Names at the ends of lines, pushed apart where they would cover one another."""
    low, high = ax.get_ylim()
    least = 0.06 * (high - low)
    at = -np.inf
    for _, y, label, shade in sorted(ends, key=lambda end: end[1]):
        at = max(y, at + least)
        ax.annotate(label, (x, at), fontsize=7.5, va="center", color=shade, annotation_clip=False)


def _caption(result: Decomposition, outcome: str, lang: str) -> str:
    plan = result.plan
    words = {
        "what": what(result, outcome, lang),
        "jobs": number(float(str(plan["units"])), lang, digits=0),
        "seed": plan["seed"],
    }
    if result.own is not None:
        return say("caption_function", lang, **words)
    return say(
        "caption",
        lang,
        **words,
        window=window_title(result, result.window, lang).lower(),
        units=told("pairs" if result.baseline else "runs", lang),
        region=result.study.region.name,
        firms=number(float(str(plan["firms"])), lang),
    )


def write_figures(result: Decomposition, folder: Path, lang: str = "en") -> list[Path]:
    """Draws and writes the figures of every outcome shown; the paths written, in order."""
    import matplotlib as mpl  # noqa: PLC0415  # 0.4 s
    from matplotlib.figure import Figure  # noqa: PLC0415

    written: list[Path] = []
    with mpl.rc_context(dict(RC)):
        for outcome in result.outcomes:
            if result.rows_of(outcome).empty:
                continue
            figure = Figure(figsize=(7.5, dots_height(result)))
            dots(result, outcome, ax=figure.add_subplot(), lang=lang)
            written += save(figure, folder, f"shares_{outcome}")
            if result.method != "fast":
                figure = Figure(figsize=(7.5, 4.4))
                settling(result, outcome, ax=figure.add_subplot(), lang=lang)
                written += save(figure, folder, f"convergence_{outcome}")
            if outcome in result.monthly:
                figure = Figure(figsize=(7.5, 4.4))
                by_month(result, outcome, ax=figure.add_subplot(), lang=lang)
                written += save(figure, folder, f"months_{outcome}")
    return written
