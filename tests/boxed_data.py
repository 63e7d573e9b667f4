"""Keyed points in a unit cube, with hits in a known box, on a slope, or nowhere."""

from __future__ import annotations

import numpy as np

from experiments.design import latin_hypercube
from sim.draws import uniform

STREAM = 251  # of sim.draws; nothing else has it


def cube(seed, count, width):
    """(count, width) points of a Latin hypercube."""
    return latin_hypercube(seed, count, {f"x{k}": (0.0, 1.0) for k in range(width)})


def luck(seed, count):
    """(count,) uniform numbers."""
    return np.array([uniform(np.uint64(seed), STREAM, 0, i, 0, 0, 0, 0) for i in range(count)])


def boxed(seed, count, width, sides, inside=0.9, outside=0.08):
    """Points, and hits that are frequent where every (column, low, high) holds."""
    points = cube(seed, count, width)
    there = np.ones(count, dtype=np.bool_)
    for column, low, high in sides:
        there &= (points[:, column] > low) & (points[:, column] < high)
    return points, luck(seed, count) < np.where(there, inside, outside)


def noise(seed, count, width, base=0.3):
    """Points, and hits that have nothing to do with them."""
    return cube(seed, count, width), luck(seed, count) < base
