"""The forest of the page: where each bar, line and mark stands, in percent of the width.

Drawn as inline SVG with places in percent, so that its letters keep their size on a telephone and
on paper; one drawing an outcome, so that they stand in two columns where there is room. Each
outcome has its own scale, from its largest end to zero.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from experiments.figures.style import colour_at, places_of
from experiments.page.answer import Effect, effect_of
from experiments.words import unit_words, with_interval
from sim.outcomes import OUTCOMES

if TYPE_CHECKING:
    from experiments.page.folder import Kept

__all__ = ["MARKS", "Forest", "Group", "Row", "forest", "outcomes_shown"]

_IN_ORDER = ("profit", "profit_per_eligible", "same_trade", "jobs", "in_business", "hotel_cost",
             "public_cost", "net_benefit")  # fmt: skip
_BY_WEIGHT = ("profit", "public_cost", "same_trade", "profit_per_eligible", "hotel_cost",
              "net_benefit", "jobs", "in_business")  # fmt: skip
_MOST_ROWS = 24  # on two sheets of paper
_FEWEST = 4
_LEFT, _RIGHT = 6.0, 57.0  # percent of the width between which bars stand
_HEAD, _ROW, _CLOSE = 20, 17, 15  # px
_MANY = 4  # with more scenarios than these rows stand closer
MARKS = (
    '<circle r="4.2"/>',
    '<rect x="-3.8" y="-3.8" width="7.6" height="7.6"/>',
    '<path d="M0-5 4.8 3.8H-4.8z"/>',
    '<path d="M0-5.2 4.6 0 0 5.2-4.6 0z"/>',
    '<path d="M0 5 4.8-3.8H-4.8z"/>',
    '<path d="M-1.6-4.8H1.6V-1.6H4.8V1.6H1.6V4.8H-1.6V1.6H-4.8V-1.6H-1.6z"/>',
    '<path d="M-4-2-2-4 0-2 2-4 4-2 2 0 4 2 2 4 0 2-2 4-4 2-2 0z"/>',
)
"""Shapes around (0, 0), one a place of `experiments.figures.style`, the same forms as there."""


@dataclass(frozen=True)
class Row:
    """One scenario's effect; places in percent, y in px."""

    letter: str
    mark: str
    colour: str
    y: float
    at: float
    bar: tuple[float, float] | None
    line: tuple[float, float] | None
    text: str
    effect: Effect


@dataclass(frozen=True)
class Group:
    """One outcome."""

    outcome: str
    label: str
    remark: str
    height: float
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Forest:
    """All of it, in percent: the upright line of zero, and where the figures begin."""

    groups: tuple[Group, ...]
    zero: float = (_LEFT + _RIGHT) / 2
    figures: float = _RIGHT + 3.0
    head: float = _HEAD


def outcomes_shown(kept: Kept) -> list[str]:
    """Outcomes of the figure: all eight for three scenarios, fewer for more."""
    there = [n for n in _BY_WEIGHT if any(effect_of(kept, s, n) for s in kept.names)]
    chosen = there[: max(_FEWEST, _MOST_ROWS // len(kept.names))]
    return [name for name in _IN_ORDER if name in chosen]


def forest(kept: Kept, letters: Sequence[str], lang: str) -> Forest:
    """The figure's geometry and words."""
    places = places_of(kept.names)
    groups = []
    step = _CLOSE if len(kept.names) > _MANY else _ROW
    for outcome in outcomes_shown(kept):
        found = [effect_of(kept, name, outcome) for name in kept.names]
        there = [one for one in found if one is not None]
        largest = _largest(there)
        rows: list[Row] = []
        for letter, place, one in zip(letters, places, found, strict=True):
            if one is None:
                continue
            rows.append(_row(letter, place, one, _HEAD + step * (len(rows) + 0.5), largest, lang))
        declared = OUTCOMES[outcome]
        label = f"{declared.label[lang]}, {unit_words(declared.unit, lang)}"
        height = _HEAD + step * len(rows) + 2
        groups.append(Group(outcome, label, f"better_{declared.better}", height, tuple(rows)))
    return Forest(tuple(groups))


def _ends(one: Effect) -> Iterator[float]:
    yield one.mean
    for low, high in one.intervals:
        yield low
        yield high


def _largest(effects: Sequence[Effect]) -> float:
    found = [abs(end) for one in effects for end in _ends(one) if math.isfinite(end)]
    return max(found, default=0.0) or 1.0


def _row(letter: str, place: int, one: Effect, y: float, largest: float, lang: str) -> Row:
    def at(value: float) -> float:
        return round(_LEFT + (value / largest + 1.0) / 2.0 * (_RIGHT - _LEFT), 2)

    def pair(ends: tuple[float, float]) -> tuple[float, float] | None:
        return (at(ends[0]), at(ends[1])) if all(map(math.isfinite, ends)) else None

    text = "0" if one.same else with_interval(one.mean, *one.shown, lang)
    return Row(
        letter,
        MARKS[place % len(MARKS)],
        colour_at(place),
        y,
        at(one.mean),
        pair(one.range),
        pair(one.sim),
        text + ("" if one.clear or one.same else " ?"),
        one,
    )
