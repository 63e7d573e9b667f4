"""What one trial finds by survey: dot and interval, with the truth beside it."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.figures.files import save
from experiments.figures.style import (
    RC,
    TITLE,
    colour_at,
    hold_text,
    localise,
    own_axes,
    put_caption,
)
from experiments.trials.words import outcome_words, say
from experiments.words import number
from experiments.words import say as said

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from experiments.trials.result import TrialResult

__all__ = ["estimates", "write_figures"]

_SIZE = (6.4, 3.6)
_SERIES = (("itt", "truth", 0, "o"), ("tot", "truth_tot", 1, "s"))
_APART = 0.16


def estimates(
    result: TrialResult, outcome: str, *, ax: Axes | None = None, lang: str = "en"
) -> Axes:
    """Estimates with the interval of one trial, by survey, and the truth as open marks.

    Effects on those who took the treatment up stand beside those on all to whom it was offered,
    where not everybody did.
    """
    axes = own_axes(ax, _SIZE)
    rows = result.rows(outcome)
    both = bool((rows["take_up"] < 0.995).any())
    shown = _SERIES if both else _SERIES[:1]
    for k, (name, truth, place, mark) in enumerate(shown):
        shift = (k - (len(shown) - 1) / 2) * 2 * _APART
        _series(axes, result, rows, (name, truth), shift, (colour_at(place), mark), lang)
    axes.axhline(0.0, color="#000000", linewidth=0.8, zorder=0)
    horizons = result.trial.horizons
    axes.set_xticks(range(len(horizons)), [str(h) for h in horizons])
    axes.set_xlim(-0.6, len(horizons) - 0.4)
    axes.set_xlabel(say("plot_x", lang))
    axes.set_ylabel(outcome_words(outcome, lang, result.trial.form))
    localise(axes, lang)
    title = outcome_words(outcome, lang, result.trial.form).split(",")[0].capitalize()
    axes.set_title(say("plot_title", lang, outcome=title), **TITLE)
    axes.legend(fontsize=7.5, loc="upper left", bbox_to_anchor=(1.01, 1.0))
    put_caption(axes, _caption(result, lang), 0.55, left=-0.5)
    return hold_text(axes, ax)


def _series(
    axes: Axes,
    result: TrialResult,
    rows: pd.DataFrame,
    names: tuple[str, str],
    shift: float,
    look: tuple[str, str],
    lang: str,
) -> None:
    """One estimand over the surveys."""
    found, true = (
        rows[rows["estimand"] == name].set_index("horizon")[["estimate", "low", "high"]]
        for name in names
    )
    shade, mark = look
    for k, horizon in enumerate(result.trial.horizons):
        value, low, high = (float(x) for x in found.loc[horizon].to_numpy())
        x = k + shift
        label = say(f"plot_{names[0]}", lang) if k == 0 else None
        if math.isfinite(low):
            axes.plot([x, x], [low, high], color=shade, linewidth=1.8, zorder=2)
        axes.plot([x], [value], marker=mark, color=shade, markersize=6, linestyle="", zorder=3,
                  label=label)  # fmt: skip
        axes.annotate(number(value, lang, signed=True), (x, value), xytext=(-6, 3), fontsize=7,
                      textcoords="offset points", ha="right", color="#222222")  # fmt: skip
        label = f"{say('plot_truth', lang)} ({names[0].upper()})" if k == 0 else None
        axes.plot([x + _APART * 0.75], [float(true.loc[horizon].to_numpy()[0])], marker=mark,
                  markerfacecolor="#FFFFFF", markeredgecolor=shade, markersize=6, linestyle="",
                  zorder=4, label=label)  # fmt: skip


def _caption(result: TrialResult, lang: str) -> str:
    plan, trial = result.plan, result.trial
    held = (
        said("held", lang)
        if result.uncertainty == "seeds"
        else said("varied", lang, n=len(result.study.varied))
    )
    return say(
        "plot_caption",
        lang,
        title=trial.title[lang],
        region=plan["region"],
        scenario=plan["scenario"],
        units=number(result.counts["units"], lang, digits=0),
        n=plan["replicates"],
        seed=plan["seed"],
        how=held,
    )


def write_figures(result: TrialResult, folder: Path, lang: str = "en") -> list[Path]:
    """Draws and writes the figure of every outcome; the paths written, in order."""
    import matplotlib as mpl  # noqa: PLC0415  # 0.4 s
    from matplotlib.figure import Figure  # noqa: PLC0415

    written: list[Path] = []
    with mpl.rc_context(dict(RC)):
        for outcome in result.trial.outcomes:
            figure = Figure(figsize=_SIZE)
            estimates(result, outcome, ax=figure.add_subplot(), lang=lang)
            written += save(figure, folder, f"trial_{outcome}")
    return written
