"""What the derived values of goods were computed from, and how much of them therefore is a guess.

A figure worked out from a published price and an assumed volume is no better known than the volume.
The table of goods names only the figure's own kind, so the inputs stand here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import NamedTuple

from sim.parameters.entries import Parameter

__all__ = ["GUESSES", "VALUE_INPUTS", "Part", "guessed_part", "is_guess"]

GUESSES = ("assumed", "synthetic")
"""Kinds of figures for which nothing was found."""


class Part(NamedTuple):
    """A part of a hotel's demand for a good: its size, and the kind of each input behind it."""

    million_rp_month: float
    inputs: Mapping[str, str]


_SIZE = {"rooms of the average hotel (E053)": "derived", "its occupancy (E055)": "measured"}

VALUE_INPUTS: Mapping[str, tuple[Part, ...]] = MappingProxyType(
    {
        "slippers": (
            Part(3.1, {"1,026 pairs a hotel (E048)": "derived", "Rp 3,000 a pair": "measured"}),
        ),
        "batik_uniforms": (
            Part(
                3.75,
                {
                    "150 pieces an order": "assumed",
                    "one order a year": "assumed",
                    "Rp 300,000 a piece": "measured",
                },
            ),
        ),
        "food_ingredients": (
            Part(5.9, {"chicken, 147 kg a hotel (E049)": "derived", "its price": "measured"}),
            Part(7.0, {"eggs, 211 kg a hotel (E050)": "derived", "their price": "measured"}),
            Part(1.5, {"vegetables, 124 kg a hotel": "derived", "their price": "assumed"}),
            Part(6.3, {"fruit, 316 kg a hotel": "derived", "its price": "assumed"}),
        ),
        "cakes": (
            Part(
                6.5, {"2 pieces a room-night": "assumed", "Rp 2,000 a piece": "measured", **_SIZE}
            ),
        ),
        "laundry_bags": (
            Part(0.8, {"0.1 bags a room-night": "assumed", "Rp 5,000 a bag": "measured", **_SIZE}),
        ),
        "laundry_service": (
            Part(
                42.5,
                {
                    "4 kg a room-night": "literature",
                    "Rp 6,500 a kg": "measured",
                    # No figure says how many have a plant of their own.
                    "every hotel gives its laundry out": "assumed",
                    **_SIZE,
                },
            ),
        ),
    }
)
"""Behind each `goods.<good>.value` that was derived, in million Rp a hotel and month."""


def is_guess(kinds: Collection[str]) -> bool:
    """Whether a product of figures of these kinds rests on a guess: one is enough."""
    return any(kind in GUESSES for kind in kinds)


def guessed_part(good: str, parameter: Parameter, assumed: Collection[str] = ()) -> float:
    """Share, 0 to 1, of what a hotel buys of a good that rests on a guess.

    Args:
        good: its name.
        parameter: the registry's entry of its value.
        assumed: parameters that a scenario sets by itself.
    """
    if parameter.name in assumed or parameter.kind == "assumed":
        return 1.0
    if parameter.kind != "estimated":
        return 0.0
    parts = VALUE_INPUTS.get(good, ())
    total = sum(part.million_rp_month for part in parts)
    if not total:
        return 1.0  # computed from inputs that nobody named
    return sum(p.million_rp_month for p in parts if is_guess(p.inputs.values())) / total
