"""Signed or bought? Hotels signed, buying and on paper over time, as a whole and by good."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from experiments.figures.fan import mark_policy, years
from experiments.figures.style import TITLE, caption, hold_text, own_axes, put_caption
from experiments.stakeholder_words import group_words
from experiments.unit import SERIES, SERIES_GOODS
from experiments.words import say
from sim.errors import KemitraanError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from experiments.comparison import Comparison

__all__ = ["signed_goods", "signing_scenarios", "states", "states_caption"]

_WORDS = ("states_buying", "states_paper", "states_signed", "states_hotels")
_BUYING, _PAPER, _SIGNED = "#009E73", "#E69F00", "#000000"


def _shares(comparison: Comparison, scenario: str, good: str | None) -> npt.NDArray[np.float64]:
    """(months, 3): percent of hotels signed, buying, on paper; mean over the draws."""
    names = comparison.study.names
    if scenario not in names:
        raise KemitraanError(f"no scenario {scenario!r} here; known: {', '.join(names)}")
    at = names.index(scenario)
    means, good_means = comparison.mean_series
    series = means[at]
    hotels = np.maximum(series[:, SERIES.index("hotels")], 1e-9)[:, None]
    if good is None:
        columns = [SERIES.index(f"hotels_{state}") for state in SERIES_GOODS]
        return np.asarray(100.0 * series[:, columns] / hotels)
    goods = list(comparison.goods)
    if good not in goods:
        raise KemitraanError(f"no good {good!r} here; known: {', '.join(goods)}")
    state = good_means[at, :, goods.index(good)]
    return np.asarray(100.0 * state / hotels)


def signing_scenarios(comparison: Comparison) -> list[str]:
    """Scenarios in which a hotel signs at all."""
    return [s for s in comparison.scenarios if _shares(comparison, s, None)[:, 0].max() > 0]


def signed_goods(comparison: Comparison, scenario: str) -> list[str]:
    """Goods that hotels sign for in a scenario."""
    return [g for g in comparison.goods if _shares(comparison, scenario, g)[:, 0].max() > 0]


def states(
    comparison: Comparison,
    scenario: str | None = None,
    *,
    good: str | None = None,
    ax: Axes | None = None,
    lang: str = "en",
    captioned: bool = True,
) -> Axes:
    """Areas of hotels buying and on paper under the line of those that signed.

    Args:
        comparison: finished.
        scenario: the first in which hotels sign, if none.
        good: one good; hotels as a whole if none.
        ax: drawn on, if given.
        lang: "en" or "id".
        captioned: with a caption below.
    """
    name = scenario or (signing_scenarios(comparison) or [comparison.scenarios[0]])[0]
    share = _shares(comparison, name, good)
    axes = own_axes(ax, (7.0, 3.4))
    words = [say(key, lang) for key in _WORDS]
    # A month is a step from its first day to its last: nothing is signed before the policy starts.
    months = years(comparison)
    time = np.append(months, months[-1] + 1 / 12)
    signed, buying, paper = np.vstack([share, share[-1:]]).T
    axes.fill_between(time, 0, buying, color=_BUYING, alpha=0.75, linewidth=0, label=words[0],
                      step="post")  # fmt: skip
    axes.fill_between(time, buying, buying + paper, facecolor=_PAPER, alpha=0.6, linewidth=0,
                      hatch="////", edgecolor="#7a5200", label=words[1], step="post")  # fmt: skip
    axes.plot(time, signed, color=_SIGNED, linewidth=1.3, label=words[2], drawstyle="steps-post")
    axes.set_ylim(0, 122)
    axes.set_xlim(time[0], time[-1])
    axes.set_yticks([0, 25, 50, 75, 100])
    axes.set_ylabel(say("states_axis", lang))
    mark_policy(axes, comparison, lang)
    what = group_words(good, lang) if good else words[3]
    axes.set_title(f"{what}: {name}" if captioned else what, **TITLE)
    if captioned:
        axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), fontsize=8)
        put_caption(axes, states_caption(comparison, lang), 0.4, left=-0.5)
    return hold_text(axes, ax)


def states_caption(comparison: Comparison, lang: str) -> str:
    """What the areas are."""
    return caption(comparison, lang, say("states_caption", lang))
