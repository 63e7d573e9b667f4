"""Rows at month 0: sites, attributes and ages."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sim.draws import STREAM_POPULATION, uniform
from sim.jit import Integer, jit
from sim.processes.demography import INDEX_AGE, INDEX_ALIVE, INDEX_X, INDEX_Y, draw_firm
from sim.tables import Rows

if TYPE_CHECKING:
    from sim.parameters import Parameters

__all__ = ["place", "populate", "stationary_ages"]

OLDEST = 600
GOLDEN = 0.6180339887498949


@jit
def place(
    x: float, y: float, area: float, draw_radius: float, draw_angle: float
) -> tuple[float, float]:
    """A synthetic site: uniform in a disc of the village's area around its centroid (km)."""
    radius = math.sqrt(area / math.pi) * math.sqrt(draw_radius)
    angle = 2.0 * math.pi * draw_angle
    return x + radius * math.cos(angle), y + radius * math.sin(angle)


def stationary_ages(p: Parameters) -> npt.NDArray[np.float64]:
    """Cumulative distribution of age in months under the exit hazard at normal profit, (600,)."""
    # A firm at its normal rate is at -slope (1 - reference) n; n of about 7 % of capacity.
    usual = p["normal_utilisation"] * (1.0 - p["unit_cost"]) - p["fixed_cost"]
    gap = p["exit_slope"] * (1.0 - p["exit_reference"]) * usual
    weak = p["exit_weak"] / (1.0 + math.exp(gap))
    alive = 1.0
    ages = np.zeros(OLDEST)
    total = 0.0
    for age in range(OLDEST):
        total += alive
        ages[age] = total
        alive *= 1.0 - (
            p["exit_base"] + weak + p["exit_young"] * math.exp(-age / p["youth_months"])
        )
    return ages / total


@jit
def populate(
    firms: Rows,
    profit_ring: npt.NDArray[np.float64],
    goods: npt.NDArray[np.void],
    params: npt.NDArray[np.void],
    sizes: npt.NDArray[np.float64],
    sites: npt.NDArray[np.float64],
    ages: npt.NDArray[np.float64],
    seed: Integer,
) -> None:
    """Draws the firm of every slot at month 0.

    Size classes are spread evenly over slots (a golden-ratio sequence with a keyed shift), so that
    the few large firms are not many in one run and none in the next; all else is drawn by slot.

    Args:
        firms: written.
        profit_ring: (12, firms), written.
        goods: properties.
        params: one row.
        sizes: (3, 5), see `draw_firm`.
        sites: (villages, 3): x, y in km and area in km2.
        ages: cumulative distribution of age, (months,).
        seed: of the population.
    """
    p = params[0]
    shift = uniform(seed, STREAM_POPULATION, 0, 0, 1, 0, 0, 0)
    for i in range(firms.size):
        slot = firms[i].slot
        v = firms[i].village
        firms[i].x, firms[i].y = place(
            sites[v, 0],
            sites[v, 1],
            sites[v, 2],
            uniform(seed, STREAM_POPULATION, 0, slot, 0, 0, 0, INDEX_X),
            uniform(seed, STREAM_POPULATION, 0, slot, 0, 0, 0, INDEX_Y),
        )
        class_draw = (shift + slot * GOLDEN) % 1.0
        size = 0
        while size < 2 and class_draw >= sizes[size, 0]:
            size += 1
        firms[i].size_class = size
        usual = draw_firm(firms[i], goods, p, sizes, 1.0, seed)
        for ring in range(profit_ring.shape[0]):
            profit_ring[ring, i] = usual
        u = uniform(seed, STREAM_POPULATION, 0, slot, 0, 0, 0, INDEX_AGE)
        age = np.searchsorted(ages, u)
        firms[i].age = age
        firms[i].youth = math.exp(-age / p.youth_months)
        u = uniform(seed, STREAM_POPULATION, 0, slot, 0, 0, 0, INDEX_ALIVE)
        firms[i].alive = 1 if u >= p.vacancy else 0
        if firms[i].alive == 0:
            firms[i].weight = 0.0
            firms[i].cash = 0.0
