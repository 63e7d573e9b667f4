"""The two figures of docking: closed forms as lines, our kernels as marks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.docking.lattice import Lattice, Setting
from experiments.docking.market import Market, one_by_one
from experiments.docking.salganik import (
    ARMS,
    gini,
    limit_shares,
    noise_alone,
    unpredictability,
)
from experiments.docking.zaklan import CRITICAL, HIGH, LOW, mean_field_share, minority_share
from experiments.figures.style import RC, colour_at

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["draw_salganik", "draw_zaklan"]

_MARKS = ("o", "s", "^")


def _three(width: float = 10.0) -> tuple[Figure, list[Axes]]:
    """A figure with three Axes in a row."""
    from matplotlib.figure import Figure  # noqa: PLC0415  # only where a figure is asked for

    figure = Figure(figsize=(width, 3.3), layout="constrained")
    return figure, list(figure.subplots(1, 3))


def _share(setting: Setting, periods: int) -> float:
    """Evaders in percent, without the first quarter of the path."""
    return 100.0 * float(Lattice(setting).path(periods)[periods // 4 :].mean())


def draw_zaklan(periods: int = 600) -> Figure:
    """Evaders by temperature, by chance of an audit, and over time."""
    from matplotlib import rc_context  # noqa: PLC0415

    with rc_context(dict(RC)):
        figure, (left, middle, right) = _three()
        _by_temperature(left, periods)
        _by_audit(middle, periods)
        for at, audit in enumerate((0.0, 0.005, 0.05)):
            path = 100.0 * Lattice(Setting(LOW, audit, 10, evading=True)).path(120)
            right.plot(np.arange(1, 121), path, color=colour_at(at), ls=("-", "--", "-.")[at])
            place = ((60, 87), (52, 45), (16, 12))[at]
            right.text(*place, f"p = {audit:g}", color=colour_at(at))
        right.set(title=f"All evade at first, T = {LOW:g}, k = 10", xlabel="period", ylim=(0, 100))
        for axes in (left, middle, right):
            axes.set_ylabel("buyers that evade, %")
    return figure


def _by_temperature(axes: Axes, periods: int) -> None:
    fine = np.linspace(1.0, 4.0, 400)
    exact = np.array([100.0 * minority_share(t) for t in fine])
    axes.plot(fine, exact, color="black", lw=1, label="exact, no audits")
    axes.plot(fine[fine < CRITICAL], 100.0 - exact[fine < CRITICAL], color="black", lw=1)
    grid = np.array([1.25, 1.5, 1.75, 2.0, 2.15, 2.4, 2.75, 3.0, 3.5, 4.0])
    series = (
        ("honest at first", 0.0, False),
        ("evading at first", 0.0, True),
        ("p = 0.05, k = 10", 0.05, True),
    )
    for at, (label, audit, evading) in enumerate(series):
        found = [_share(Setting(t, audit, 10, side=60, evading=evading), periods) for t in grid]
        axes.plot(grid, found, _MARKS[at], color=colour_at(at), ms=4, label=label)
    axes.legend(fontsize=7, loc="upper right")
    axes.set(title="With and without audits", xlabel="temperature T", ylim=(0, 100))


def _by_audit(axes: Axes, periods: int) -> None:
    fine = np.linspace(0.0, 1.0, 200)
    grid = (0.05, 0.2, 0.5, 0.9)
    for at, spell in enumerate((1, 10, 50)):
        curve = [100.0 * mean_field_share(HIGH, p, spell) for p in fine]
        axes.plot(fine, curve, color=colour_at(at), lw=1)
        found = [_share(Setting(HIGH, p, spell), periods) for p in grid]
        axes.plot(grid, found, _MARKS[at], color=colour_at(at), ms=4, label=f"k = {spell}")
    axes.legend(fontsize=7, loc="center right", bbox_to_anchor=(1.0, 0.45))
    axes.set(title=f"T = {HIGH:g}; lines: mean field", xlabel="chance of an audit p", ylim=(0, 60))


def draw_salganik(sets: int = 10) -> Figure:
    """Inequality, unpredictability, and success against appeal, arm by arm."""
    from matplotlib import rc_context  # noqa: PLC0415

    with rc_context(dict(RC)):
        figure, (left, middle, right) = _three()
        appeal = limit_shares(Market(0.0))
        for at, (name, power) in enumerate(ARMS.items()):
            found = [one_by_one(Market(power, seed=seed)) for seed in range(sets)]
            look: dict[str, Any] = {"color": colour_at(at), "marker": _MARKS[at], "ls": "", "ms": 4}
            beside = at + np.linspace(-0.15, 0.15, sets)
            left.plot(beside, [gini(o) for o in found], **look)
            middle.plot(beside, [unpredictability(o) for o in found], **look)
            shares = found[0] / found[0].sum(axis=1, keepdims=True)
            if at > 0:
                x = np.tile(100.0 * appeal, len(shares))
                right.plot(x, 100.0 * shares.ravel(), **{**look, "ms": 3}, alpha=0.6, label=name)
        left.set(title="Inequality", ylabel="Gini of market shares", ylim=(0, 0.8))
        middle.set(title="Unpredictability", ylabel="difference between two worlds", ylim=(0, None))
        middle.axhline(noise_alone(Market(0.0)), color="black", lw=0.8, ls=":")
        middle.text(2.35, noise_alone(Market(0.0)) - 0.0004, "chance alone", fontsize=7,
                    ha="right", va="top")  # fmt: skip
        for axes in (left, middle):
            axes.set_xticks(range(3), ["independent\nβ = 0", "weak\nβ = 0.5", "strong\nβ = 1"])
            axes.set_xlim(-0.4, 2.4)
        ends = 100.0 * appeal[[0, -1]]
        right.plot(ends, ends, color="black", lw=1, label="as in the independent arm")
        right.set(title="Success in eight worlds", xlabel="appeal, % of choices without influence",
                  ylabel="market share, %", ylim=(0, None))  # fmt: skip
        right.legend(fontsize=7, loc="upper left")
    return figure
