"""Change by group: the effect on each size, sex, trade or distance, with both intervals."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

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
from experiments.group_report import outcome_words
from experiments.report import spread, window_title
from experiments.stakeholder_table import SAME, clear
from experiments.stakeholder_words import group_words, say, whom_words
from experiments.words import unit_words, with_interval
from sim.errors import KemitraanError
from sim.outcomes import windows

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from experiments.comparison import Comparison

__all__ = ["group_chart", "group_figures"]

_ROW, _GAP, _FOOT = 0.19, 0.12, 1.1
_FIGURES = {"change_by_group": ("size_class", "owner_sex", "distance"),
            "change_by_sector": ("sector",)}  # fmt: skip
_MONEY = "Rp"
_PER_FIRM = "profit_per_firm"


def group_chart(
    comparison: Comparison,
    outcome: str = "profit_per_firm",
    by: str = "size_class",
    window: str = "policy",
    *,
    ax: Axes | None = None,
    lang: str = "en",
    captioned: bool = True,
) -> Axes:
    """A line a group and scenario: thick bar the range over assumptions, thin the error.

    Money is drawn as a percentage of the group's level without the policy where every group earns
    something, so that small and large firms share one axis; the numbers stand at the right.

    Raises:
        KemitraanError: an unknown outcome, grouping or window, or no such group.
    """
    table = comparison.effects(outcome, window, by)
    if table.empty:
        raise KemitraanError(f"no effects of {outcome} by {by} in the window {window!r}")
    groups = list(dict.fromkeys(table["group"]))
    unit = str(table["unit"].iloc[0])
    base = table.groupby("group")["level_baseline"].min()
    relative = unit.startswith(_MONEY) and bool((base > 0).all())
    axes = _own(ax, _height(comparison, len(groups)))
    height = 0.0
    for group in groups:
        height -= _GAP
        axes.axhline(height + _GAP / 2, color="#DDDDDD", linewidth=0.5, zorder=0)
        rows = table[table["group"] == group].set_index("scenario")
        names = [name for name in comparison.scenarios if name in rows.index]
        axes.annotate(group_words(group, lang), (0, height - _ROW * len(names) / 2),
                      xytext=(-8, 0), xycoords=("axes fraction", "data"), ha="right", va="center",
                      textcoords="offset points", fontsize=8, annotation_clip=False)  # fmt: skip
        for name in names:
            height -= _ROW
            row = rows.loc[name]
            scale = float(row["level_baseline"]) / 100.0 if relative else 1.0
            _draw(axes, comparison, name, row, height + _ROW / 2, scale)
            axes.annotate(_words(row, name, lang), (1, height + _ROW / 2), xytext=(8, 0),
                          xycoords=("axes fraction", "data"), textcoords="offset points",
                          fontsize=7.5, va="center", color="#222222",
                          annotation_clip=False)  # fmt: skip
    axes.axvline(0, color="#000000", linewidth=0.8, zorder=0)
    axes.set_ylim(height - _GAP / 2, 0.0)
    axes.set_yticks([])
    for side in ("left", "right", "top"):
        axes.spines[side].set_visible(False)
    localise(axes, lang, "x")
    axes.tick_params(axis="x", labelsize=7.5)
    shown = say("percent_of", lang) if relative else unit_words(unit, lang)
    axes.set_xlabel(shown, fontsize=8)
    axes.set_title(f"{say('groups_title', lang)}: {say(f'by_{by}', lang)}", **TITLE)
    if captioned:
        text = group_caption(comparison, [table], outcome, window, lang)
        put_caption(axes, text, 0.5, left=-1.4)
    return hold_text(axes, ax)


def _own(ax: Axes | None, height: float) -> Axes:
    """The Axes given, or of one's own, as wide as in the folder."""
    return own_axes(ax, (9.0, height + _FOOT), (3.6, height))


def group_caption(
    comparison: Comparison,
    tables: Sequence[pd.DataFrame],
    outcome: str,
    window: str,
    lang: str,
) -> str:
    """What is compared, of whom, and what the bars are."""
    whom = dict.fromkeys(str(table["denominator"].iloc[0]) for table in tables)
    held = comparison.uncertainty == "seeds"
    return caption(
        comparison,
        lang,
        say(
            "groups_caption",
            lang,
            outcome=_capital(outcome_words(outcome, lang)),
            unit=unit_words(str(tables[0]["unit"].iloc[0]), lang),
            when=window_title(comparison, window, lang).lower(),
            baseline=comparison.baseline,
            whom="; ".join(whom_words(one, lang) for one in whom),
        ),
        say("band_fixed" if held else "band_range", lang),
        say("mark", lang),
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _height(comparison: Comparison, groups: int) -> float:
    return groups * (_ROW * len(comparison.scenarios) + _GAP)


def _draw(
    ax: Axes, comparison: Comparison, scenario: str, row: pd.Series, y: float, scale: float
) -> None:
    shade = colour(comparison, scenario)
    if math.isfinite(row["range_low"]):
        ends = [float(row["range_low"]) / scale, float(row["range_high"]) / scale]
        ax.plot(ends, [y, y], color=shade, linewidth=6.0, alpha=0.4, solid_capstyle="butt",
                zorder=1)  # fmt: skip
    if math.isfinite(row["sim_low"]):
        ends = [float(row["sim_low"]) / scale, float(row["sim_high"]) / scale]
        ax.plot(ends, [y, y], color="#000000", linewidth=1.1, zorder=2, marker="|", markersize=4.5)
    ax.plot([float(row["mean"]) / scale], [y], marker=marker(comparison, scenario), color=shade,
            markeredgecolor="#000000", markeredgewidth=0.5, markersize=5, zorder=3)  # fmt: skip


def _words(row: pd.Series, scenario: str, lang: str) -> str:
    low, high = spread(row)
    if row["mean"] == low == high == 0.0:
        return f"{say(SAME, lang)}   {scenario}"
    mark = "" if clear(row) else " ?"
    return f"{with_interval(float(row['mean']), low, high, lang)}{mark}   {scenario}"


def group_figures(comparison: Comparison, lang: str) -> Iterator[tuple[Figure, str]]:
    """Figures of the policy years with a panel a grouping, each with the name of its file."""
    if "policy" not in windows(comparison.study.months):
        return
    for name, groupings in _FIGURES.items():
        # A grouping is empty where no group of it has a number.
        known = [by for by in groupings if not comparison.effects(_PER_FIRM, "policy", by).empty]
        if known:
            yield _panels(comparison, known, lang), name


def _panels(comparison: Comparison, groupings: Sequence[str], lang: str) -> Figure:
    from matplotlib.figure import Figure  # noqa: PLC0415

    tables = {by: comparison.effects(_PER_FIRM, "policy", by) for by in groupings}
    sizes = [_height(comparison, table["group"].nunique()) for table in tables.values()]
    between, foot = 0.85, 0.8
    height = sum(sizes) + between * len(sizes) + foot
    figure = Figure(figsize=(9.0, height))
    top = height - 0.35
    panels = []
    for by, size in zip(tables, sizes, strict=True):
        panels.append(figure.add_axes((0.2, (top - size) / height, 0.4, size / height)))
        group_chart(comparison, by=by, ax=panels[-1], lang=lang, captioned=False)
        top -= size + between
    text = group_caption(comparison, [*tables.values()], _PER_FIRM, "policy", lang)
    put_caption(panels[-1], text, 0.55, left=-1.6)
    return figure
