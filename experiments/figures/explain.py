"""What an effect hangs on, as dots with intervals; and the effect along a lever's values."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.explain.report import title
from experiments.explain.tables import ASSUMPTION, LUCK, RUNS
from experiments.explain.words import say
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
from experiments.words import number, unit_words
from sim.errors import KemitraanError
from sim.outcomes import OUTCOMES

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from experiments.explain.explanation import Explanation

__all__ = ["flip", "shares", "write_figures"]

NAMED, LUCK_COLOUR, BAND, FILL = "#0072B2", "#D55E00", "#EEEEEE", "#C9DEEC"
ROWS = 12
_LINE, _COLUMNS = 0.27, 3
_PANEL = (2.75, 2.3)


def shares(
    result: Explanation,
    scenario: str | None = None,
    *,
    ax: Axes | None = None,
    lang: str = "en",
) -> Axes:
    """Shares of the variance: dot and interval, the strongest first, luck last.

    The band is what chance alone gives the strongest assumption; it does not hold for shares that
    further runs tell, which are filled.
    """
    part = result.part(scenario)
    table = result.variance[result.variance["scenario"] == part.scenario]
    axes = own_axes(ax, (7.5, _height(table)))
    rows = [row for _, row in table[table["what"] == ASSUMPTION].head(ROWS).iterrows()]
    luck = table[(table["what"] == LUCK) & table["share"].map(math.isfinite)]
    rows += [row for _, row in luck.iterrows()]
    if not rows:
        raise KemitraanError(f"{part.scenario}: the effect has nothing to explain, and no figure")
    axes.axvspan(0.0, 100.0 * part.shares.floor, color=BAND, zorder=0, linewidth=0)
    right = 0.0
    for y, row in enumerate(rows):
        shade = _shade(row)
        low, high = (100.0 * max(0.0, float(row[end])) for end in ("low", "high"))
        x = 100.0 * max(0.0, float(row["share"]))
        axes.plot([low, high], [y, y], color=shade, linewidth=1.6, zorder=2)
        filled = row["told_by"] == RUNS
        axes.plot([x], [y], marker="D" if row["what"] == LUCK else "o", color=shade, markersize=6,
                  markerfacecolor=shade if filled else "#FFFFFF", zorder=3,
                  clip_on=False)  # fmt: skip
        right = max(right, high, x)
    names = [say("luck", lang) if r["what"] == LUCK else str(r["name"]) for r in rows]
    axes.set_yticks(range(len(rows)), names, fontsize=8)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlim(0, min(105.0, 1.05 * right) if right > 0 else 1.0)
    axes.set_xlabel(say("axis_ranks" if part.scale.ranked else "axis", lang))
    localise(axes, lang, "x")
    axes.set_title(title(part.drawn, part.scenario, lang), **TITLE)
    _legend(axes, lang)
    put_caption(axes, _caption(result, lang, n=part.shares.draws, k=len(part.columns)), 0.55,
                left=-1.6)  # fmt: skip
    return hold_text(axes, ax)


def _height(table: pd.DataFrame) -> float:
    """Inches that the rows need."""
    return 1.4 + _LINE * (1 + min(ROWS, int((table["what"] == ASSUMPTION).sum())))


def _shade(row: pd.Series) -> str:
    if row["what"] == LUCK:
        return LUCK_COLOUR
    return NAMED if row["named"] else BASELINE


def _legend(ax: Axes, lang: str) -> None:
    """What marks, colours and the band mean, beside the Axes."""
    from matplotlib.lines import Line2D  # noqa: PLC0415
    from matplotlib.patches import Patch  # noqa: PLC0415

    def mark(key: str, shape: str, shade: str, inside: str) -> Line2D:
        return Line2D([], [], marker=shape, color=shade, markerfacecolor=inside, linestyle="",
                      markersize=5, label=say(key, lang))  # fmt: skip

    handles = [
        mark("fig_named", "o", NAMED, NAMED),
        mark("fig_unclear", "o", BASELINE, BASELINE),
        mark("fig_runs", "o", "#222222", "#222222"),
        mark("fig_draws", "o", "#222222", "#FFFFFF"),
        mark("fig_luck", "D", LUCK_COLOUR, LUCK_COLOUR),
        Patch(color=BAND, label=say("fig_floor", lang)),
    ]
    ax.legend(handles=handles, fontsize=7.5, loc="upper left", bbox_to_anchor=(1.01, 1.0))


def flip(
    result: Explanation,
    name: str,
    scenario: str | None = None,
    *,
    ax: Axes | None = None,
    lang: str = "en",
    captioned: bool = True,
) -> Axes:
    """The effect along the values of a lever or an assumption, with zero and the present value.

    Raises:
        KemitraanError: it was not traced.
    """
    part = result.part(scenario)
    own = result.curves[result.curves["scenario"] == part.scenario]
    rows = own[own["name"] == name]
    if rows.empty:
        listed = ", ".join(dict.fromkeys(own["name"])) or "none"
        raise KemitraanError(f"no curve of {name!r} for {part.scenario}; there are: {listed}")
    axes = own_axes(ax, (4.8, 3.4))
    x = rows["value"].to_numpy()
    ran = rows["told_by"].iloc[0] == RUNS
    axes.fill_between(x, rows["low"], rows["high"], color=FILL, linewidth=0, zorder=1)
    axes.plot(x, rows["effect"], color=NAMED, linewidth=1.4, marker="o" if ran else "",
              markersize=4.5, linestyle="-" if ran else "--", zorder=3)  # fmt: skip
    axes.axhline(0.0, color="#222222", linewidth=0.8, zorder=2)
    flips = result.flips
    told = flips[(flips["scenario"] == part.scenario) & (flips["name"] == name)].iloc[0]
    axes.axvline(told["value"], color=BASELINE, linewidth=0.9, linestyle=":", zorder=1)
    if math.isfinite(told["flips_at"]) and told["clear"]:
        axes.plot([told["flips_at"]], [0.0], marker="X", color=LUCK_COLOUR, markersize=8, zorder=4,
                  linestyle="")  # fmt: skip
    if x.min() > 0.0 and x.max() > 30.0 * x.min():
        axes.set_xscale("log")
    axes.margins(x=0.03)
    axes.set_xlabel(f"{unit_words(str(told['unit']), lang)}", fontsize=8)
    unit = unit_words(OUTCOMES[result.outcome].unit, lang)
    axes.set_ylabel(f"{OUTCOMES[result.outcome].label[lang]}, {unit}", fontsize=8)
    axes.tick_params(labelsize=8)
    localise(axes, lang, "x")
    localise(axes, lang, "y")
    axes.set_title(name, loc="left", fontsize=8.5, fontweight="bold")
    if captioned:
        put_caption(axes, _flip_caption(result, part.scenario, lang), 0.55, left=-0.6)
    return hold_text(axes, ax)


def _caption(result: Explanation, lang: str, **values: object) -> str:
    drawn = result.drawn
    runs = 0 if result.ran is None else result.ran.plan.runs
    return say(
        "fig_caption",
        lang,
        runs=number(runs, lang, digits=0),
        seed=drawn.seed,
        region=drawn.about["region"],
        firms=number(float(drawn.about["plan"]["firms"]), lang),
        **values,
    )


def _flip_caption(result: Explanation, scenario: str, lang: str) -> str:
    part = result.part(scenario)
    which = say("typical" if part.scale.ranked else "expected", lang)
    head = title(part.drawn, scenario, lang)
    return f"{head}. {say('fig_flip_caption', lang, which=which)}"


def write_figures(result: Explanation, folder: Path, lang: str = "en") -> list[Path]:
    """Draws and writes the figures of every scenario; the paths written, in order."""
    import matplotlib as mpl  # noqa: PLC0415  # 0.4 s
    from matplotlib.figure import Figure  # noqa: PLC0415

    written: list[Path] = []
    with mpl.rc_context(dict(RC)):
        for part in result.parts:
            if part.why_not:
                continue
            table = result.variance[result.variance["scenario"] == part.scenario]
            figure = Figure(figsize=(7.5, _height(table)))
            shares(result, part.scenario, ax=figure.add_subplot(), lang=lang)
            written += save(figure, folder, f"shares_{part.scenario}")
            own = result.curves[result.curves["scenario"] == part.scenario]
            order = own.drop_duplicates("name").sort_values("what", ascending=False, kind="stable")
            names = list(order["name"])
            if names:
                written += save(_panels(result, part.scenario, names, lang), folder,
                                f"flips_{part.scenario}")  # fmt: skip
    return written


def _panels(result: Explanation, scenario: str, names: list[str], lang: str) -> Figure:
    """One panel a lever, then one an assumption, on scales of their own."""
    from matplotlib.figure import Figure  # noqa: PLC0415

    lines = -(-len(names) // _COLUMNS)
    width, height = _PANEL[0] * min(_COLUMNS, len(names)), _PANEL[1] * lines
    figure = Figure(figsize=(width, height + 0.9), layout="constrained")
    grid = figure.subplots(lines, min(_COLUMNS, len(names)), squeeze=False)
    for ax, name in zip(grid.flat, names, strict=False):
        flip(result, name, scenario, ax=ax, lang=lang, captioned=False)
        if ax not in grid[:, 0]:
            ax.set_ylabel("")
    for ax in list(grid.flat)[len(names) :]:
        ax.set_visible(False)
    figure.supxlabel(_flip_caption(result, scenario, lang), fontsize=7.5, color="#444444", x=0.0,
                     ha="left", wrap=True)  # fmt: skip
    return figure
