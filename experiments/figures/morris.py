"""What an outcome hangs on: the Morris map, and the strongest factors with their intervals."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

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
from experiments.sensitivity_words import say
from experiments.words import number, unit_words

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from experiments.screening import Screening

__all__ = ["morris_map", "ranking", "write_figures"]

CLEAR, DUMMY_COLOUR, BAND = "#0072B2", "#D55E00", "#EEEEEE"
NAMED = 10
ROWS = 25
_LINE = 0.24
_WAYS = {"+": "^", "-": "v", "+-": "o", "": "s"}


def morris_map(
    result: Screening, outcome: str, *, ax: Axes | None = None, lang: str = "en"
) -> Axes:
    """Mean size of the change against its spread; the band is what the dummy reaches."""
    axes = own_axes(ax, (7.5, 5.2))
    rows, dummy = result.ranked(outcome), result.dummy(outcome)
    named = [*(row for _, row in rows.head(NAMED).iterrows() if row["estimate"] > 0), dummy]
    right = 1.05 * max(float(rows["high"].max()), float(dummy["high"])) or 1.0
    top = 1.08 * max(float(rows["sigma"].max()), float(dummy["sigma"])) or right
    axes.axvspan(0.0, float(dummy["high"]), color=BAND, zorder=0, linewidth=0)
    end = min(right, top)
    axes.plot([0, end], [0, end], color="#999999", linewidth=0.8, linestyle="--", zorder=1)
    for row in named:
        ends, sigma = [float(row["low"]), float(row["high"])], float(row["sigma"])
        shade = _shade(row)
        axes.plot(ends, [sigma] * 2, color=shade, linewidth=0.9, alpha=0.35, zorder=2)
    for row in [*(row for _, row in rows[::-1].iterrows()), dummy]:
        axes.plot([row["estimate"]], [row["sigma"]], marker=_mark(row), color=_shade(row),
                  markersize=5.5, markeredgecolor="#FFFFFF", markeredgewidth=0.5, linestyle="",
                  zorder=3)  # fmt: skip
    # Room for the marks of what is zero.
    axes.set_xlim(-0.02 * right, right)
    axes.set_ylim(-0.03 * top, top)
    _labels(axes, named, right, top, lang)
    axes.set_xlabel(_with_unit("x", result, outcome, lang))
    axes.set_ylabel(_with_unit("y", result, outcome, lang))
    localise(axes, lang, "x")
    localise(axes, lang, "y")
    axes.set_title(say("map_title", lang, what=what(result, outcome, lang, inside=True)), **TITLE)
    _legend(axes, lang, line=True)
    put_caption(axes, _caption(result, outcome, lang), 0.55, left=-0.5)
    return hold_text(axes, ax)


def _shade(row: pd.Series) -> str:
    if row["kind"] == "dummy":
        return DUMMY_COLOUR
    return CLEAR if row["above_dummy"] else BASELINE


def _mark(row: pd.Series) -> str:
    return "D" if row["kind"] == "dummy" else _WAYS[str(row["direction"])]


def _labels(ax: Axes, rows: list[pd.Series], right: float, top: float, lang: str) -> None:
    """Names beside their points, in a column with leaders where they would cover one another."""
    least = 0.04 * top
    placed: list[tuple[float, float]] = []
    for row in sorted(rows, key=lambda r: (-float(r["sigma"]), -float(r["estimate"]))):
        x, y = float(row["estimate"]), float(row["sigma"])
        to_left = x > 0.72 * right
        place, at = x + (-0.018 if to_left else 0.018) * right, y + 0.45 * least
        while any(abs(at - v) < least and abs(place - u) < 0.34 * right for u, v in placed):
            at -= least / 4
        moved = y - at > least / 2
        if moved:
            place += 0.03 * right * (-1 if to_left else 1)
        placed.append((place, at))
        ax.annotate(
            factor_name(row, lang), (x, y), xytext=(place, at), textcoords="data", fontsize=7.5,
            va="center", ha="right" if to_left else "left", zorder=4,
            color=DUMMY_COLOUR if row["kind"] == "dummy" else "#222222",
            arrowprops={"arrowstyle": "-", "color": "#888888", "linewidth": 0.6, "shrinkA": 0,
                        "shrinkB": 2} if moved else None,
        )  # fmt: skip


def _legend(ax: Axes, lang: str, *, line: bool = False) -> None:
    """What marks and colours mean, beside the Axes."""
    from matplotlib.lines import Line2D  # noqa: PLC0415

    def mark(label: str, shape: str, shade: str) -> Line2D:
        return Line2D([], [], marker=shape, color=shade, linestyle="", markersize=5, label=label)

    ways = [(f"{say('direction', lang)}: {say(key, lang)}", _WAYS[key]) for key in ("+", "-", "+-")]
    handles = [mark(label, shape, "#222222") for label, shape in ways]
    handles += [mark(say("clear", lang), "o", CLEAR), mark(say("below", lang), "o", BASELINE)]
    handles.append(mark(f"{say('dummy', lang)}: {say('luck', lang)}", "D", DUMMY_COLOUR))
    if line:
        handles.append(Line2D([], [], color="#999999", linestyle="--", label=say("line", lang)))
    ax.legend(handles=handles, fontsize=7.5, loc="upper left", bbox_to_anchor=(1.01, 1.0))


def ranking(result: Screening, outcome: str, *, ax: Axes | None = None, lang: str = "en") -> Axes:
    """Dot and interval of mu*, the strongest first; the dummy last and as a band."""
    rows, dummy = result.ranked(outcome), result.dummy(outcome)
    axes = own_axes(ax, (7.5, ranking_height(result)))
    shown = [*(row for _, row in rows.head(ROWS).iterrows()), dummy]
    axes.axvspan(0.0, float(dummy["high"]), color=BAND, zorder=0, linewidth=0)
    for y, row in enumerate(shown):
        shade, mark = _shade(row), _mark(row)
        axes.plot([row["low"], row["high"]], [y, y], color=shade, linewidth=1.6, zorder=2)
        axes.plot([row["estimate"]], [y], marker=mark, color=shade, markersize=6, zorder=3,
                  clip_on=False)  # fmt: skip
    axes.set_yticks(range(len(shown)), [factor_name(row, lang) for row in shown], fontsize=8)
    axes.set_ylim(len(shown) - 0.4, -0.6)
    top = max(float(row["high"]) for row in shown)
    axes.set_xlim(0, 1.05 * top if top > 0 else 1.0)
    axes.set_xlabel(_with_unit("x", result, outcome, lang))
    localise(axes, lang, "x")
    axes.set_title(say("map_title", lang, what=what(result, outcome, lang, inside=True)), **TITLE)
    if not result.by_groups:
        _legend(axes, lang)
    text = _caption(result, outcome, lang)
    if len(rows) > ROWS:
        units = say(f"units_{result.plan['by']}", lang)
        text += " " + say("hides", lang, n=len(rows) - ROWS, units=units)
    put_caption(axes, text, 0.55, left=-1.6)
    return hold_text(axes, ax)


def ranking_height(result: Screening) -> float:
    """Inches that a ranking needs."""
    return 1.4 + _LINE * (min(ROWS, len(result.design.factors) - 1) + 1)


def _with_unit(key: str, result: Screening, outcome: str, lang: str) -> str:
    """A label of an axis; a function's outcome has no unit."""
    return say(key, lang, unit=unit_words(result.unit(outcome), lang)).rstrip(", ")


def _caption(result: Screening, outcome: str, lang: str) -> str:
    plan = result.plan
    kept = result.indices[outcome]
    words = {
        "what": what(result, outcome, lang),
        "n": result.design.samples if kept is None else kept.kept,
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
        units=say("pairs" if result.baseline else "runs", lang),
        region=result.study.region.name,
        firms=number(float(str(plan["firms"])), lang),
    )


def write_figures(result: Screening, folder: Path, lang: str = "en") -> list[Path]:
    """Draws and writes the figures of every outcome shown; the paths written, in order."""
    import matplotlib as mpl  # noqa: PLC0415  # 0.4 s
    from matplotlib.figure import Figure  # noqa: PLC0415

    written: list[Path] = []
    with mpl.rc_context(dict(RC)):
        for outcome, found in result.indices.items():
            if found is None:
                continue
            if not result.by_groups:
                figure = Figure(figsize=(7.5, 5.2))
                morris_map(result, outcome, ax=figure.add_subplot(), lang=lang)
                written += save(figure, folder, f"morris_{outcome}")
            figure = Figure(figsize=(7.5, ranking_height(result)))
            ranking(result, outcome, ax=figure.add_subplot(), lang=lang)
            written += save(figure, folder, f"ranking_{outcome}")
    return written
