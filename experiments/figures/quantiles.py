"""Effects along the distribution of profit: quantiles of it, and tenths of the firms before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from experiments.figures.style import (
    BASELINE,
    TITLE,
    caption,
    colour,
    hold_text,
    localise,
    own_axes,
    put_caption,
)
from experiments.precision.quantile_effects import BY_DECILE, BY_QUANTILE
from experiments.precision.words import say
from experiments.report import window_title
from experiments.words import unit_words
from sim.errors import KemitraanError
from sim.outcomes import windows

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from experiments.comparison import Comparison

__all__ = ["quantile_chart", "quantile_figures"]

_SIZE = (8.4, 3.6)
_COLUMNS = 2
_ASIDE = 0.012
_KINDS = ((BY_QUANTILE, "o"), (BY_DECILE, "s"))


def quantile_chart(
    comparison: Comparison,
    scenario: str | None = None,
    window: str = "policy",
    *,
    ax: Axes | None = None,
    lang: str = "en",
    captioned: bool = True,
) -> Axes:
    """Dots with intervals of a scenario: quantile effects, and effects by tenth before the policy.

    The thin line bounds the mean over the runs (95 %), the thick bar holds 5-95 % of the draws. In
    per cent of the level without the policy at the same place, where every level is above zero.

    Args:
        comparison: finished.
        scenario: the first if none.
        window: over which.
        ax: drawn into; a new figure if none.
        lang: "en" or "id".
        captioned: with a caption below.

    Raises:
        KemitraanError: no such scenario or window, or no numbers of it.
    """
    name = comparison.scenarios[0] if scenario is None else scenario
    table = comparison.quantile_effects("profit", window)
    rows = table[table["scenario"] == name]
    if rows.empty:
        raise KemitraanError(
            f"no quantile effects of {name!r}; compared: {', '.join(comparison.scenarios)}"
        )
    relative = bool((table["level_baseline"] > 0.0).all())
    axes = own_axes(ax, _SIZE)
    for k, (by, mark) in enumerate(_KINDS):
        shade = colour(comparison, name) if by == BY_QUANTILE else BASELINE
        own = rows[rows["by"] == by]
        shown = _scaled(own, relative=relative)
        x = own["place"].to_numpy() + (-_ASIDE if k == 0 else _ASIDE)
        axes.vlines(x, shown["range_low"], shown["range_high"], color=shade, linewidth=5.0,
                    alpha=0.3, zorder=1)  # fmt: skip
        axes.vlines(x, shown["low"], shown["high"], color="#000000", linewidth=1.0, zorder=2)
        axes.plot(x, shown["mean"], linestyle="none", marker=mark, markersize=5.5 - k, color=shade,
                  markeredgecolor="#000000", markeredgewidth=0.5, zorder=3,
                  label=say(f"figure_{by}", lang))  # fmt: skip
    axes.axhline(0, color="#000000", linewidth=0.8, zorder=0)
    axes.set_xlim(0, 1)
    axes.set_xticks([0.1, 0.25, 0.5, 0.75, 0.9], ["10 %", "25 %", "50 %", "75 %", "90 %"])
    localise(axes, lang, unit=" %" if relative else "")
    axes.tick_params(labelsize=8)
    unit = say("percent_of", lang) if relative else unit_words(str(rows["unit"].iloc[0]), lang)
    axes.set_ylabel(unit, fontsize=8)
    axes.set_title(name, **TITLE)
    if captioned:
        axes.set_xlabel(say("figure_place", lang), fontsize=8)
        axes.legend(fontsize=8, loc="lower right", bbox_to_anchor=(1, 1), ncols=2)
        put_caption(axes, quantile_caption(comparison, window, lang), 0.5, left=-0.6)
    return hold_text(axes, ax)


def _scaled(rows: pd.DataFrame, *, relative: bool) -> pd.DataFrame:
    """Effects as they are, or in per cent of the level without the policy."""
    columns = ["mean", "low", "high", "range_low", "range_high"]
    if not relative:
        return rows[columns]
    scaled: pd.DataFrame = rows[columns].div(rows["level_baseline"], axis=0) * 100.0
    return scaled


def quantile_caption(comparison: Comparison, window: str, lang: str) -> str:
    """What the dots, lines and bars are, and why the two kinds differ."""
    bars = "figure_fixed" if comparison.uncertainty == "seeds" else "figure_bars"
    when = window_title(comparison, window, lang).lower()
    return caption(
        comparison,
        lang,
        say("figure_caption", lang, when=when, baseline=comparison.baseline),
        say(bars, lang),
    )


def quantile_figures(comparison: Comparison, lang: str) -> Iterator[tuple[Figure, str]]:
    """A panel a scenario over the policy years, with the name of the file.

    Each on its own scale: beside a scenario that moves everything the others would show nothing.
    """
    from matplotlib.figure import Figure  # noqa: PLC0415
    from matplotlib.lines import Line2D  # noqa: PLC0415

    if "policy" not in windows(comparison.study.months):
        return
    names = comparison.scenarios
    columns = min(_COLUMNS, len(names))
    lines = -(-len(names) // columns)
    height = 2.5 * lines + 1.2
    figure = Figure(figsize=(4.6 * columns if columns > 1 else 7.0, height))
    grid = figure.subplots(lines, columns, sharex=True, squeeze=False)
    figure.subplots_adjust(left=0.09, right=0.98, top=1 - 0.65 / height, bottom=0.6 / height,
                           hspace=0.3, wspace=0.22)  # fmt: skip
    flat = list(grid.flat)
    for ax, name in zip(flat, names, strict=False):
        quantile_chart(comparison, name, ax=ax, lang=lang, captioned=False)
        if ax not in grid[:, 0]:
            ax.set_ylabel("")
    for ax in flat[len(names) :]:
        ax.set_visible(False)
    for ax in flat[max(0, len(names) - columns) : len(names)]:
        ax.tick_params(labelbottom=True)
        ax.set_xlabel(say("figure_place", lang), fontsize=8)
    figure.legend(
        handles=[
            Line2D([], [], linestyle="none", marker=mark, markersize=5.5, color="#FFFFFF",
                   markeredgecolor="#000000", label=say(f"figure_{by}", lang))
            for by, mark in _KINDS
        ], loc="upper left", ncols=2, fontsize=8, bbox_to_anchor=(0.08, 1),
    )  # fmt: skip
    told = quantile_caption(comparison, "policy", lang)
    if len(names) > 1:
        told = f"{say('figure_scales', lang)} {told}"
    put_caption(grid[-1, 0], told, 0.5, left=-0.5)
    yield figure, "quantile_effects"
