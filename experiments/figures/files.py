"""The figures of a comparison's folder, as SVG and PNG."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from experiments.figures.districts import district_figures
from experiments.figures.fan import fan, fan_caption
from experiments.figures.forest import ALL, forest, forest_height, forest_outcomes
from experiments.figures.groups import group_figures
from experiments.figures.quantiles import quantile_figures
from experiments.figures.stakeholders import stakeholder_figures
from experiments.figures.states import signed_goods, signing_scenarios, states, states_caption
from experiments.figures.style import RC, put_caption
from experiments.words import say
from sim.outcomes import windows

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from experiments.comparison import Comparison

__all__ = ["save", "write_figures"]

_FLAT = 8.0
"""Ratio of the widest to the narrowest panel above which each has its own scale."""
_COLUMNS = 3
_SINGLE = 4


def write_figures(comparison: Comparison, folder: Path, lang: str = "en") -> list[Path]:
    """Draws and writes every figure; the paths written, in order.

    Args:
        comparison: finished.
        folder: there already.
        lang: "en" or "id".
    """
    import matplotlib as mpl  # noqa: PLC0415  # 0.4 s

    written: list[Path] = []
    with mpl.rc_context(dict(RC)):
        for window in ("policy", "after"):
            if window not in windows(comparison.study.months):
                continue
            for shown, name in ((None, f"effects_{window}"), (ALL, f"effects_{window}_all")):
                outcomes = forest_outcomes(window, every=shown == ALL)
                figure, ax = _one(9.0, forest_height(comparison, outcomes))
                forest(comparison, shown, window, ax=ax, lang=lang)
                written += save(figure, folder, name)
        for outcome, effect in (("profit", True), ("profit", False), ("hotels_buying", False)):
            kind = "effect" if effect else "level"
            written += save(
                _fans(comparison, outcome, effect=effect, lang=lang),
                folder,
                f"fan_{outcome}_{kind}",
            )
        for scenario in signing_scenarios(comparison):
            written += save(_goods(comparison, scenario, lang), folder, f"hotels_{scenario}")
        for draw in (stakeholder_figures, group_figures, quantile_figures, district_figures):
            for figure, name in draw(comparison, lang):
                written += save(figure, folder, name)
    return written


def _one(width: float, height: float) -> tuple[Figure, Axes]:
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=(width, height))
    # The forest writes names and numbers beside its Axes, which take the middle.
    ax: Axes = figure.add_axes((0.29, 0.5 / height, 0.36, 1 - 0.9 / height))
    return figure, ax


def _fans(comparison: Comparison, outcome: str, *, effect: bool, lang: str) -> Figure:
    """One panel a scenario, on one scale unless that flattens one of them to a line."""
    from matplotlib.figure import Figure  # noqa: PLC0415

    names = list(comparison.scenarios) if effect else list(comparison.study.names)
    note = ""
    if outcome == "hotels_buying":
        signing = signing_scenarios(comparison)
        others = [name for name in names if name not in signing]
        if signing and others:  # flat lines at zero say nothing
            names = signing
            note = " " + say("none_signs", lang, items=", ".join(others))
    height = 1.9 * len(names) + 0.9
    figure = Figure(figsize=(8.0, height))
    axes = figure.subplots(len(names), 1, sharex=True, squeeze=False)[:, 0]
    figure.subplots_adjust(left=0.12, right=0.9, top=1 - 0.35 / height, bottom=0.75 / height,
                           hspace=0.32)  # fmt: skip
    frames = []
    for ax, name in zip(axes, names, strict=True):
        fan(comparison, outcome, name, effect=effect, ax=ax, lang=lang, captioned=False)
        frames.append(ax.get_ylim())
    spans = [high - low for low, high in frames]
    if max(spans) <= _FLAT * min(spans):
        for ax in axes:
            ax.set_ylim(min(low for low, _ in frames), max(high for _, high in frames))
    else:
        note += " " + say("fan_own_scale", lang)
    singles = min(_SINGLE, int(str(comparison.plan["pairs"])))
    text = fan_caption(comparison, outcome, singles, lang) + note
    put_caption(axes[-1], text, 0.35, left=-0.7)
    return figure


def _goods(comparison: Comparison, scenario: str, lang: str) -> Figure:
    """Hotels as a whole, then good by good."""
    from matplotlib.figure import Figure  # noqa: PLC0415

    panels: list[str | None] = [None, *signed_goods(comparison, scenario)]
    lines = -(-len(panels) // _COLUMNS)
    height = 2.0 * lines + 1.3
    figure = Figure(figsize=(9.0, height))
    grid = figure.subplots(lines, _COLUMNS, sharex=True, sharey=True, squeeze=False)
    figure.subplots_adjust(left=0.07, right=0.98, top=1 - 0.7 / height, bottom=0.75 / height,
                           hspace=0.3, wspace=0.12)  # fmt: skip
    flat = list(grid.flat)
    for ax, good in zip(flat, panels, strict=False):
        states(comparison, scenario, good=good, ax=ax, lang=lang, captioned=False)
        if ax not in grid[:, 0]:
            ax.set_ylabel("")
    for ax in flat[len(panels) :]:
        ax.set_visible(False)
    for ax in flat[max(0, len(panels) - _COLUMNS) : len(panels)]:
        ax.tick_params(labelbottom=True)
    handles, labels = flat[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="upper right", ncols=3, fontsize=8, bbox_to_anchor=(0.98, 1))
    figure.suptitle(scenario, x=0.07, ha="left", fontsize=11, fontweight="bold", y=1 - 0.1 / height)
    put_caption(grid[-1, 0], states_caption(comparison, lang), 0.35, left=-0.4)
    return figure


def save(figure: Figure, folder: Path, name: str) -> list[Path]:
    """As SVG without dates, so that the same numbers give the same bytes, and as PNG."""
    svg, png = folder / f"{name}.svg", folder / f"{name}.png"
    for path, meta in ((svg, {"Date": None, "Creator": None}), (png, {"Software": None})):
        figure.savefig(path, metadata=meta, bbox_inches="tight", pad_inches=0.12)
    return [svg, png]
