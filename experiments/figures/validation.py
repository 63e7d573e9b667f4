"""Validation as a figure: where the model lands in, or beside, the band of each row."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from experiments.figures.files import save
from experiments.figures.style import RC, TITLE, hold_text, own_axes, put_caption
from experiments.validation.report import headline, notes_in, simulated_words
from experiments.validation.score import HIT
from experiments.validation.words import row_words, say
from experiments.words import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from experiments.validation.result import Validation
    from experiments.validation.rows import Row, Score

__all__ = ["bands", "bands_height", "write_figures"]

_HIT, _MISS, _BAND = "#0072B2", "#D55E00", "#d9d9d9"
_LINE = 0.3  # inches a row
_FAR = 4.0
"""Half widths of a band beyond which a figure stands at the edge, with an arrow."""
_THINNEST = 0.5


def bands(result: Validation, *, ax: Axes | None = None, lang: str = "en") -> Axes:
    """One line a row: the band shaded, range over draws and median in half widths of the band.

    Hits are filled dots, misses hollow squares; rows scored only by sign or order have no band.
    """
    rows = _banded(result)
    height = bands_height(result)
    axes = own_axes(ax, (9.0, height), (3.6, max(0.6, _LINE * len(rows))))
    axes.axvspan(-1.0, 1.0, color=_BAND, zorder=0, linewidth=0)
    for place, (row, band) in enumerate(rows):
        _line(axes, -place, result, row, band, lang)
    axes.set_xlim(-_FAR - 0.4, _FAR + 0.4)
    axes.set_ylim(-len(rows) + 0.4, 0.6)
    axes.set_yticks([-k for k in range(len(rows))])
    axes.set_yticklabels([f"{row.id}  {row_words(row.id, lang)}" for row, _ in rows])
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel(say("axis", lang))
    axes.set_title(headline(result, lang), **TITLE)
    caption = f"{say('caption', lang)} {notes_in(result, lang)[0]}"
    put_caption(axes, caption, 0.6, left=-3.0)
    return hold_text(axes, ax)


def bands_height(result: Validation) -> float:
    """Inches that the figure needs."""
    return 1.6 + _LINE * max(1, len(_banded(result)))


def _banded(result: Validation) -> list[tuple[Row, Score]]:
    """Rows with a band, and the band."""
    return [
        (row, one)
        for row in result.rows
        for one in row.scores
        if one.rule in ("size", "share") and result.scores[row.id].draws
    ]


def _line(axes: Axes, y: float, result: Validation, row: Row, band: Score, lang: str) -> None:
    score = result.scores[row.id]
    half = (band.high - band.low) / 2.0 or _THINNEST
    middle = (band.high + band.low) / 2.0
    places = [(v - middle) / half for v in (score.low, score.median, score.high)]
    low, median, high = np.clip(places, -_FAR, _FAR)
    hit = score.verdict == HIT
    colour = _HIT if hit else _MISS
    if band.rule != "share":
        axes.plot([low, high], [y, y], color=colour, linewidth=2.0, solid_capstyle="butt")
    out = abs(places[1]) > _FAR
    mark = (">" if places[1] > 0 else "<") if out else ("o" if hit else "s")
    axes.plot(
        [median],
        [y],
        mark,
        color=colour,
        markerfacecolor=colour if hit else "white",
        markersize=6,
        markeredgewidth=1.4,
    )
    ends = "..".join(number(end, lang) for end in (band.low, band.high))
    axes.annotate(
        f"{simulated_words(score, lang)}   {say('band', lang)} {ends}",
        xy=(1.0, y),
        xycoords=("axes fraction", "data"),
        xytext=(8, 0),
        textcoords="offset points",
        va="center",
        fontsize=8,
        annotation_clip=False,
    )


def write_figures(result: Validation, folder: Path, lang: str = "en") -> list[Path]:
    """Draws and writes the figure; the paths written."""
    import matplotlib as mpl  # noqa: PLC0415  # 0.4 s
    from matplotlib.figure import Figure  # noqa: PLC0415

    height = bands_height(result)
    with mpl.rc_context(dict(RC)):
        figure = Figure(figsize=(9.0, height))
        axes = figure.add_axes((0.4, 0.8 / height, 0.36, 1 - 1.2 / height))
        bands(result, ax=axes, lang=lang)
        return save(figure, folder, "validation")
