"""Shock series as numbers: factors on households' spending and on unit cost, month by month.

A shock is part of the world a scenario lives in, not of its policy. Without any the factors are 1,
and a run is the same to the last bit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

__all__ = ["EVERY_SECTOR", "Shocks", "compile_shocks"]

EVERY_SECTOR = "all"


class ShockLike(Protocol):
    """What is needed of a shock; `scenarios.Shock` is one."""

    @property
    def month(self) -> int:
        """First month, from 0."""

    @property
    def months(self) -> int:
        """How long it lasts."""

    @property
    def sector(self) -> str:
        """A trade, or "all"."""

    @property
    def size(self) -> float:
        """Relative change of households' spending."""

    @property
    def cost(self) -> float:
        """Relative change of unit cost."""

    @property
    def region(self) -> str | None:
        """The one region it strikes; everywhere if none."""


class Shocks(NamedTuple):
    """Factors by month and sector, (months, sectors) each; 1 is a month like any other."""

    spending: npt.NDArray[np.float64]
    cost: npt.NDArray[np.float64]


def compile_shocks(
    shocks: Iterable[ShockLike], sectors: Sequence[str], months: int, region: str
) -> Shocks | None:
    """The factors of a series; none where nothing strikes this region.

    Shocks that overlap multiply. What lies beyond the run is cut off.

    Args:
        shocks: in any order.
        sectors: the region's trades, in order.
        months: length of the run.
        region: name of the region of the run.

    Raises:
        ValueError: a sector that the region does not have.
    """
    found = [shock for shock in shocks if shock.region in (None, region)]
    if not found:
        return None
    series = Shocks(np.ones((months, len(sectors))), np.ones((months, len(sectors))))
    for shock in found:
        which = slice(None) if shock.sector == EVERY_SECTOR else sectors.index(shock.sector)
        spell = slice(max(0, shock.month), max(0, shock.month + shock.months))
        series.spending[spell, which] *= 1.0 + shock.size
        series.cost[spell, which] *= 1.0 + shock.cost
    return series
