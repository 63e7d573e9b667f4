"""One look for every figure: Okabe-Ito colours, marks beside colours, captions that say it all."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from experiments.ensemble_words import sets_legend
from experiments.words import number, say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from experiments.comparison import Comparison

__all__ = [
    "BASELINE",
    "RC",
    "TITLE",
    "caption",
    "colour",
    "colour_at",
    "dashes",
    "hold_text",
    "localise",
    "marker",
    "own_axes",
    "places_of",
    "put_caption",
]

BASELINE = "#767676"
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#F0E442",
            "#000000")  # fmt: skip
"""Okabe and Ito's, which people with any colour vision tell apart."""
_MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
_DASHES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)), (0, (1, 1)),
           (0, (8, 2)))  # fmt: skip
# A scenario that ships with the project keeps its colour whatever stands beside it.
_PLACES: Mapping[str, int] = MappingProxyType(
    {
        "hotel_memorandum": 0,
        "mandated_hotel_partnership": 1,
        "cash_grant": 2,
        "bundle": 3,
        "voluntary_coaching": 4,
        "agency_procurement": 5,
        "ecommerce_collaboration": 6,
        "mandate_on_paper": 7,
    }
)
RC: Any = MappingProxyType(
    {
        "svg.fonttype": "none",
        "svg.hashsalt": "kemitraan",
        "font.size": 9,
        "font.family": "DejaVu Sans",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.titlesize": 10,
        "axes.titleweight": "bold",
        "axes.titlelocation": "left",
        "axes.unicode_minus": False,
        "figure.dpi": 100,
        "savefig.dpi": 144,
        "legend.frameon": False,
        "hatch.linewidth": 0.6,
    }
)
CAPTION_WIDTH = 128
_EDGE = 0.12  # inches around what is written
TITLE: dict[str, Any] = {"loc": "left", "fontsize": 10, "fontweight": "bold"}


def places_of(scenarios: Sequence[str]) -> list[int]:
    """Number of each scenario's colour, mark and dashes."""
    others = [name for name in scenarios if name not in _PLACES]
    taken = {_PLACES[name] for name in scenarios if name in _PLACES}
    free = [k for k in range(len(_COLOURS)) if k not in taken] or list(range(len(_COLOURS)))
    return [
        _PLACES[name] if name in _PLACES else free[others.index(name) % len(free)]
        for name in scenarios
    ]


def place(comparison: Comparison, scenario: str) -> int:
    """Number of a scenario's colour, mark and dashes."""
    return places_of(comparison.scenarios)[list(comparison.scenarios).index(scenario)]


def colour_at(place: int) -> str:
    """The colour of a number."""
    return _COLOURS[place % len(_COLOURS)]


def colour(comparison: Comparison, scenario: str) -> str:
    """The scenario's colour; the baseline is grey."""
    if scenario == comparison.baseline:
        return BASELINE
    return _COLOURS[place(comparison, scenario)]


def marker(comparison: Comparison, scenario: str) -> str:
    """The scenario's mark."""
    return _MARKERS[place(comparison, scenario)]


def dashes(comparison: Comparison, scenario: str) -> Any:  # noqa: ANN401  # a matplotlib style
    """The scenario's line style; the baseline is dashed."""
    if scenario == comparison.baseline:
        return _DASHES[1]
    return _DASHES[place(comparison, scenario)]


def own_axes(
    ax: Axes | None, size: tuple[float, float], inner: tuple[float, float] | None = None
) -> Axes:
    """The Axes given, or those of a new figure that a notebook shows.

    Args:
        ax: given, or none.
        size: inches of the figure.
        inner: inches of the Axes instead, for those with much text beside them.
    """
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt  # noqa: PLC0415  # only where a figure is made for a screen

    with plt.rc_context(dict(RC)):
        made: Axes = plt.subplots(figsize=size)[1]
    if inner is not None:
        wide, high = (own / whole for own, whole in zip(inner, size, strict=True))
        made.set_position(((1 - wide) / 2, (1 - high) / 2, wide, high))
    return made


def hold_text(axes: Axes, given: Axes | None) -> Axes:
    """Makes room in a figure of one's own for the text that stands beside its Axes.

    Names, numbers and the caption stand outside the Axes, and a plain `savefig` would cut them off.
    The Axes keep their size; the figure grows to hold all that was written.

    Args:
        axes: drawn.
        given: the caller's Axes, whose figure is left as it is; none for a figure of our own.
    """
    if given is not None:
        return axes
    figure: Any = axes.figure
    width, height = figure.get_size_inches()
    box = figure.get_tightbbox().padded(_EDGE)
    for one in figure.axes:
        at = one.get_position(original=True)
        one.set_position(
            (
                (at.x0 * width - box.x0) / box.width,
                (at.y0 * height - box.y0) / box.height,
                at.width * width / box.width,
                at.height * height / box.height,
            )
        )
    figure.set_size_inches(box.width, box.height)
    return axes


def localise(ax: Axes, lang: str, axis: str = "y", unit: str = "") -> None:
    """Numbers on an axis as the language writes them."""
    from matplotlib.ticker import FuncFormatter  # noqa: PLC0415

    chosen = ax.yaxis if axis == "y" else ax.xaxis
    chosen.set_major_formatter(FuncFormatter(lambda value, _: number(value, lang) + unit))


def caption(comparison: Comparison, lang: str, *parts: str) -> str:
    """What stands under a figure: its own parts, then runs, seed and region."""
    plan = comparison.plan
    tail = say(
        "runs_tail",
        lang,
        pairs=plan["pairs"],
        seed=plan["seed"],
        region=comparison.study.region.name,
        firms=number(float(str(plan["firms"])), lang),
    )
    sets = sets_legend(comparison.sets, lang).strip()
    if sets:
        tail = f"{sets[0].upper()}{sets[1:]}. {tail}"
    return " ".join([*parts, tail])


def put_caption(ax: Axes, text: str, below: float, left: float = 0.0) -> None:
    """Writes a caption under the Axes; `below` in inches under its foot, `left` in inches."""
    ax.annotate(
        textwrap.fill(text, CAPTION_WIDTH),
        xy=(0, 0),
        xycoords="axes fraction",
        xytext=(72 * left, -72 * below),
        textcoords="offset points",
        fontsize=7.5,
        color="#444444",
        va="top",
        ha="left",
        annotation_clip=False,
    )
