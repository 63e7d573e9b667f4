"""Robustness in figures: regret, a box of draws on two assumptions, and its trade-off."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from experiments.explore.boxes import ABOVE
from experiments.explore.prim import Space
from experiments.explore.report import label, money_words, window_words
from experiments.explore.search import Found, strength
from experiments.explore.sentences import parameter_words, share, what, where
from experiments.explore.words import say
from experiments.figures.files import save
from experiments.figures.style import (
    BASELINE,
    RC,
    TITLE,
    colour_at,
    hold_text,
    localise,
    own_axes,
    places_of,
    put_caption,
)
from experiments.words import number, unit_words

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from experiments.explore.exploration import Exploration
    from experiments.explore.questions import Answer

__all__ = ["box_chart", "regret_chart", "trade_off_chart", "two_strongest", "write_figures"]

HIT, OTHER, BOX, LUCK = "#D55E00", "#9A9A9A", "#0072B2", "#E4E4E4"
_FAINT = 0.25
_BOX_SIZE = (4.6, 3.9)
_ROW = 0.42
_AXIS = 46  # letters beside an axis
_FAR = 3.0
"""Where the axis of regret ends at most, in what nine in ten draws stay below."""


def _found(one: Answer) -> Found:
    if one.found is None:
        raise AssertionError(one.question.name)
    return one.found


def regret_chart(
    result: Exploration, outcome: str, *, ax: Axes | None = None, lang: str = "en"
) -> Axes:
    """Dot: mean regret; thick: up to what nine in ten draws stay below; thin: up to the largest."""
    table = result.regret[result.regret["outcome"] == outcome].reset_index(drop=True)
    axes = own_axes(ax, (7.5, _regret_height(result)))
    places = places_of(result.scenarios)
    shades = [BASELINE, *(colour_at(place) for place in places)]
    right = _right(table)
    for y, (row, shade) in enumerate(zip(table.to_dict("records"), shades, strict=True)):
        beyond = row["largest"] > right
        axes.plot([0, min(row["largest"], right)], [y, y], color=shade, linewidth=1.0, zorder=2)
        axes.plot([0, row["p90"]], [y, y], color=shade, linewidth=5.0, alpha=0.45, zorder=2,
                  solid_capstyle="butt")  # fmt: skip
        axes.plot([min(row["largest"], right)], [y], marker=">" if beyond else "|", color=shade,
                  markersize=6 if beyond else 8, zorder=3, clip_on=False)  # fmt: skip
        if beyond:
            axes.annotate(number(row["largest"], lang), (right, y), xytext=(-8, 4), ha="right",
                          textcoords="offset points", fontsize=7.5, color="#444444")  # fmt: skip
        axes.plot([row["mean"]], [y], marker="o", color=shade, markersize=6, zorder=4)
        best = say("of", lang, k=row["best"], n=row["draws"])
        axes.annotate(
            say("best_note", lang, best=best), (1.02, y), xycoords=("axes fraction", "data"),
            fontsize=8, va="center",
        )  # fmt: skip
    axes.set_yticks(range(len(table)), list(table["scenario"]), fontsize=8)
    axes.set_ylim(len(table) - 0.4, -0.6)
    axes.set_xlim(0.0, right)
    axes.set_xlabel(label(outcome, lang))
    localise(axes, lang, "x")
    axes.set_title(say("regret_figure", lang, outcome=label(outcome, lang)), **TITLE)
    text = say("regret_caption", lang, n=len(result.draws.scenarios), **_common(result, lang))
    put_caption(axes, text, 0.5, left=-1.6)
    return hold_text(axes, ax)


def _right(table: pd.DataFrame) -> float:
    """End of the axis: where one draw would press all others together, an arrow leads to it."""
    most, usual = (float(np.nan_to_num(table[key].to_numpy()).max()) for key in ("largest", "p90"))
    return min(1.04 * most, _FAR * usual) if usual > 0.0 else 1.04 * most or 1.0


def _regret_height(result: Exploration) -> float:
    return 1.2 + _ROW * len(result.draws.scenarios)


def _common(result: Exploration, lang: str) -> dict[str, object]:
    """What every caption says: window, draws, money, seed and region."""
    about = result.draws.about
    return {
        "window": window_words(about, result.window, lang).lower(),
        "draws": result.draws.count,
        "money": money_words(result, lang),
        "seed": result.draws.seed,
        "region": about["region"],
        "firms": number(float(about["firms"]), lang),
    }


def two_strongest(result: Exploration, one: Answer) -> tuple[int, int]:
    """Columns of the two assumptions a box is drawn on.

    Those of its limits with the smallest quasi-p-values; with one limit only, the column that goes
    together with the hits most besides.
    """
    found = _found(one)
    ranked = sorted(zip(found.quasi, found.box.limits, strict=True), key=lambda pair: pair[0])
    chosen = list(dict.fromkeys(limit.column for _, limit in ranked))
    usable, hits = one.question.hits(result.draws)
    own = strength(Space.of(result.draws.points[usable]), hits[usable])
    others = [int(k) for k in np.argsort(-own, kind="stable") if int(k) not in chosen]
    both = [*chosen, *others, *others][:2]
    return (both[0], both[1]) if len(both) == 2 else (both[0], both[0])


def box_chart(
    result: Exploration, one: Answer, *, ax: Axes | None = None, lang: str = "en"
) -> Axes:
    """The draws on two assumptions: where the question's answer is yes, and the box around them."""
    from matplotlib.patches import Rectangle  # noqa: PLC0415

    axes, found = own_axes(ax, _BOX_SIZE), _found(one)
    columns = two_strongest(result, one)
    usable, hits = one.question.hits(result.draws)
    points, hit = result.draws.points[usable], hits[usable]
    # Draws that another limit of the box keeps out are faint: the picture is a cut through it.
    elsewhere = np.ones(len(points), dtype=np.bool_)
    for limit in found.box.limits:
        if limit.column not in columns:
            elsewhere &= limit.keeps(points)
    ends = [(float(points[:, c].min()), float(points[:, c].max())) for c in columns]
    for yes, shade, mark, name in ((False, OTHER, "o", "other"), (True, HIT, "s", "hit")):
        for inside, alpha in ((False, _FAINT), (True, 0.9)):
            own = (hit == yes) & (elsewhere == inside)
            if not own.any():
                continue
            axes.plot(
                points[own, columns[0]], points[own, columns[1]], marker=mark, linestyle="",
                markersize=4.2, color=shade, alpha=alpha, zorder=3 if yes else 2,
                markerfacecolor=shade if yes else "none",
                label=say(f"{one.question.kind}_{name}", lang) if inside else None,
            )  # fmt: skip
    sides = [_sides(found, column, end) for column, end in zip(columns, ends, strict=True)]
    corner = (sides[0][0], sides[1][0])
    size = (sides[0][1] - sides[0][0], sides[1][1] - sides[1][0])
    axes.add_patch(
        Rectangle(corner, *size, fill=False, edgecolor=BOX, linewidth=1.8, zorder=4, clip_on=False)
    )
    axes.add_patch(Rectangle(corner, *size, facecolor=BOX, alpha=0.08, linewidth=0, zorder=1))
    for axis, column, end in zip("xy", columns, ends, strict=True):
        margin = 0.03 * (end[1] - end[0])
        getattr(axes, f"set_{axis}lim")(end[0] - margin, end[1] + margin)
        getattr(axes, f"set_{axis}label")(_axis_words(result, column, lang), fontsize=8)
        localise(axes, lang, axis)
    cells = {"coverage": share(found.coverage, lang), "density": share(found.density, lang)}
    key = "box_figure" if one.clear else "box_figure_luck"
    axes.set_title(say(key, lang, **cells), **TITLE)
    axes.legend(fontsize=7.5, loc="upper left", bbox_to_anchor=(0.0, -0.17), ncols=2)
    if ax is None:
        put_caption(axes, _box_caption(result, one, lang), 0.85, left=-0.5)
    return hold_text(axes, ax)


def _axis_words(result: Exploration, column: int, lang: str) -> str:
    name = result.draws.parameters[column]
    unit = unit_words(result.draws.unit(name), lang)
    words = parameter_words(name, lang)
    return textwrap.fill(f"{words}, {unit}" if unit else words, _AXIS)


def _sides(found: Found, column: int, ends: tuple[float, float]) -> tuple[float, float]:
    """Ends of the box on a column; those of the draws where it has no limit."""
    low, high = ends
    for limit in found.box.limits:
        if limit.column == column:
            low, high = (limit.value, high) if limit.side == ABOVE else (low, limit.value)
    return low, high


def _box_caption(result: Exploration, one: Answer, lang: str) -> str:
    found = _found(one)
    drawn = two_strongest(result, one)
    rest = [c for c in found.box.columns if c not in drawn]
    text = say(
        "box_caption",
        lang,
        what=what(one.question, lang),
        where=where(found.box, result.draws, lang),
        points=found.points,
        hits=one.hits,
        **_common(result, lang),
    )
    return f"{text} {say('box_further', lang)}" if rest else text


def trade_off_chart(
    result: Exploration, one: Answer, *, ax: Axes | None = None, lang: str = "en"
) -> Axes:
    """Coverage and density of every box on the way; grey is what shuffled labels reach."""
    axes, found = own_axes(ax, _BOX_SIZE), _found(one)
    own, base = found.rung.peeling, one.base
    low, high = (100.0 * found.noise.density(own.points, q) for q in (0.05, 0.95))
    scale = own.mass / base  # of a density at this size to its coverage
    axes.fill(
        [*(low * scale), *(high * scale)[::-1]], [*low, *high[::-1]], color=LUCK, linewidth=0,
        zorder=0, label=say("luck_band", lang),
    )  # fmt: skip
    axes.axhline(100.0 * base, color=BASELINE, linewidth=0.9, linestyle="--", zorder=1)
    axes.annotate(
        say("base_rate", lang, base=share(base, lang)), (0.02, 100.0 * base),
        xycoords=("axes fraction", "data"), xytext=(0, 2), textcoords="offset points",
        fontsize=7.5, color="#444444",
    )  # fmt: skip
    every = found.rungs[-1]
    if not found.rung.every:
        axes.plot(100.0 * every.peeling.coverage, 100.0 * every.peeling.density, color=OTHER,
                  linewidth=0.9, linestyle=":", zorder=2,
                  label=say("all_columns", lang))  # fmt: skip
    axes.plot(100.0 * own.coverage, 100.0 * own.density, color=BOX, linewidth=1.2, marker="o",
              markersize=3.2, zorder=3,
              label=say("boxes_label", lang, n=len(found.rung.columns)))  # fmt: skip
    before = 0
    for k, box in enumerate(found.rung.boxes):
        count = len(box.columns)
        if count != before:
            axes.annotate(
                str(count), (100.0 * own.coverage[k], 100.0 * own.density[k]), xytext=(4, 3),
                textcoords="offset points", fontsize=7.5, color=BOX, zorder=4,
            )  # fmt: skip
        before = count
    axes.plot([100.0 * found.coverage], [100.0 * found.density], marker="D", color=HIT,
              markersize=7, linestyle="", zorder=5, label=say("told_label", lang))  # fmt: skip
    axes.set_xlim(0.0, 103.0)
    axes.set_ylim(0.0, 103.0)
    axes.set_xlabel(say("coverage_axis", lang), fontsize=8)
    axes.set_ylabel(say("density_axis", lang), fontsize=8)
    axes.set_title(say("trade_off_figure", lang, n=len(own.points)), **TITLE)
    axes.legend(fontsize=7.5, loc="upper left", bbox_to_anchor=(0.0, -0.17), ncols=2)
    if ax is None:
        put_caption(axes, _trade_off_caption(result, one, lang), 1.0, left=-0.5)
    return hold_text(axes, ax)


def _trade_off_caption(result: Exploration, one: Answer, lang: str) -> str:
    found = _found(one)
    return say(
        "trade_off_caption",
        lang,
        what=what(one.question, lang),
        shuffles=len(found.noise.gains),
        as_good=found.as_good,
        **_common(result, lang),
    )


def write_figures(result: Exploration, folder: Path, lang: str = "en") -> list[Path]:
    """Draws and writes the figures of every outcome and question; the paths written, in order."""
    import matplotlib as mpl  # noqa: PLC0415  # 0.4 s
    from matplotlib.figure import Figure  # noqa: PLC0415

    written: list[Path] = []
    with mpl.rc_context(dict(RC)):
        for outcome in result.outcomes:
            figure = Figure(figsize=(7.5, _regret_height(result)))
            regret_chart(result, outcome, ax=figure.add_subplot(), lang=lang)
            written += save(figure, folder, f"regret_{outcome}")
        for one in result.answers:
            if one.found is None:
                continue
            figure = Figure(figsize=(10.4, 4.2))
            axes = figure.subplots(1, 2)
            figure.subplots_adjust(left=0.07, right=0.98, wspace=0.24)
            box_chart(result, one, ax=axes[0], lang=lang)
            trade_off_chart(result, one, ax=axes[1], lang=lang)
            title = what(one.question, lang)
            figure.suptitle(title, x=0.07, ha="left", fontsize=11, fontweight="bold", y=1.03)
            captions = (_box_caption(result, one, lang), _trade_off_caption(result, one, lang))
            put_caption(axes[0], " ".join(captions), 1.05, left=-0.5)
            written += save(figure, folder, f"box_{one.question.name}")
    return written
