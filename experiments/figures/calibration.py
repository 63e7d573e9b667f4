"""What a calibration left: values of the informed parameters, and the targets beside the runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from experiments.calibration.report import outcome_label
from experiments.calibration.words import say
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
from experiments.words import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from experiments.calibration.result import Calibration

__all__ = ["parameters_left", "targets_met", "write_figures"]

LEFT, MARK, BAND = "#0072B2", "#D55E00", "#EEEEEE"
ROWS = 25
_LINE = 0.26
_DOTS = 200
_MOST_OFF = 12.0
"""Tolerances beyond which a bar is cut off."""


def parameters_left(result: Calibration, *, ax: Axes | None = None, lang: str = "en") -> Axes:
    """Each informed parameter in parts of its range: what is left, over the whole range."""
    rows = _informed(result)
    axes = own_axes(ax, (7.5, parameters_height(result)))
    points = result.history.points[result.members][:_DOTS]
    for y, k in enumerate(rows):
        one, (low, high) = result.spreads[k], list(result.problem.ranges.values())[k]
        name = result.problem.names[k]
        axes.plot([0.05, 0.95], [y, y], color=BAND, linewidth=9, solid_capstyle="butt", zorder=0)
        # Members as dots beside one another, so that no two hide a third.
        shift = 0.28 * (((np.arange(len(points)) * 0.618034) % 1.0) - 0.5)
        axes.plot(points[:, k], y + shift, ".", color=LEFT, markersize=2, alpha=0.35, zorder=1)
        axes.plot([one.p05, one.p95], [y, y], color=LEFT, linewidth=2.2, zorder=2)
        axes.plot([one.p50], [y], marker="o", color=LEFT, markersize=5, linestyle="", zorder=3)
        value = (result.problem.study.value(name) - low) / (high - low)
        axes.plot([value], [y], marker="|", color=MARK, markersize=11, markeredgewidth=1.8,
                  linestyle="", zorder=4, clip_on=False)  # fmt: skip
        axes.annotate(f"{number(low, lang)}..{number(high, lang)}", (1.02, y), fontsize=7.5,
                      va="center", annotation_clip=False, color="#444444")  # fmt: skip
    axes.set_yticks(range(len(rows)), [result.problem.names[k] for k in rows], fontsize=8)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlim(0, 1)
    axes.set_xlabel(say("x_range", lang))
    localise(axes, lang, "x")
    axes.set_title(say("title_parameters", lang), **TITLE)
    put_caption(axes, _caption(result, "caption_parameters", lang), 0.55, left=-1.6)
    return hold_text(axes, ax)


def _informed(result: Calibration) -> list[int]:
    """Places of the informed parameters, the most narrowed first; the nearest to it if none is."""
    order = np.argsort([-one.distance for one in result.spreads], kind="stable")
    found = [int(k) for k in order if result.spreads[k].informed]
    return (found or [int(k) for k in order[:5]])[:ROWS]


def parameters_height(result: Calibration) -> float:
    """Inches that the figure of the parameters needs."""
    return 1.4 + _LINE * len(_informed(result))


def targets_met(result: Calibration, *, ax: Axes | None = None, lang: str = "en") -> Axes:
    """How far runs are from each target, in its tolerances: before, and in what is left."""
    axes = own_axes(ax, (7.5, targets_height(result)))
    axes.axvspan(-3.0, 3.0, color=BAND, zorder=0, linewidth=0)
    axes.axvline(0.0, color="#999999", linewidth=0.8, zorder=1)
    labels = []
    for y, (_, row) in enumerate(result.targets.iterrows()):
        size = float(np.hypot(row["sd"], row["discrepancy"]))
        for name, shade, shift, wide in (("before", BASELINE, -0.13, 2.0), ("left", LEFT, 0.13, 3)):
            keys = [f"{name}_{p}" for p in ("p05", "p50", "p95")]
            low, middle, high = (
                float(
                    np.clip((float(row[key]) - float(row["value"])) / size, -_MOST_OFF, _MOST_OFF)
                )
                for key in keys
            )
            axes.plot([low, high], [y + shift] * 2, color=shade, linewidth=wide, zorder=2)
            axes.plot([middle], [y + shift], marker="o", color=shade, markersize=4, linestyle="",
                      zorder=3)  # fmt: skip
        mark = f" ({say('left_out', lang)})" if row["status"] == "left out" else ""
        labels.append(f"{row['target']}: {outcome_label(result, y, lang)}{mark}")
    axes.set_yticks(range(len(labels)), labels, fontsize=8)
    axes.set_ylim(len(labels) - 0.4, -0.6)
    axes.set_xlabel(say("x_targets", lang))
    localise(axes, lang, "x")
    axes.set_title(say("title_targets", lang), **TITLE)
    from matplotlib.lines import Line2D  # noqa: PLC0415

    handles = [
        Line2D([], [], color=BASELINE, linewidth=2, label=say("before", lang)),
        Line2D([], [], color=LEFT, linewidth=3, label=say("left", lang)),
    ]
    axes.legend(handles=handles, fontsize=7.5, loc="upper left", bbox_to_anchor=(1.01, 1.0))
    put_caption(axes, _caption(result, "caption_targets", lang), 0.55, left=-3.2)
    return hold_text(axes, ax)


def targets_height(result: Calibration) -> float:
    """Inches that the figure of the targets needs."""
    return 1.4 + 2 * _LINE * len(result.targets)


def _caption(result: Calibration, key: str, lang: str) -> str:
    plan = result.plan
    return say(
        key,
        lang,
        members=number(float(len(result.members)), lang, digits=0),
        runs=number(float(str(plan["runs"])), lang, digits=0),
        firms=number(float(str(plan["firms"])), lang),
        region=result.problem.study.region.name,
        seed=plan["seed"],
    )


def write_figures(result: Calibration, folder: Path, lang: str = "en") -> list[Path]:
    """Draws and writes both figures; the paths written, in order."""
    import matplotlib as mpl  # noqa: PLC0415  # 0.4 s
    from matplotlib.figure import Figure  # noqa: PLC0415

    written: list[Path] = []
    with mpl.rc_context(dict(RC)):
        if len(result.members):
            figure = Figure(figsize=(7.5, parameters_height(result)))
            parameters_left(result, ax=figure.add_subplot(), lang=lang)
            written += save(figure, folder, "parameters")
        figure = Figure(figsize=(7.5, targets_height(result)))
        targets_met(result, ax=figure.add_subplot(), lang=lang)
        written += save(figure, folder, "targets")
    return written
