"""From a small sample to the one a comparison runs: what a finer run of the same point would say.

Small samples are cheap and some of what they say is not what a larger one says: few buyers, each
with few firms near. A part of the points is therefore run at the finer scale too, each with luck of
its own, and per target a line is laid through what both say. The line also takes away the luck that
all rows share. What lies off it counts as variance.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["Bridge", "lay_bridge", "no_bridge"]

Floats = npt.NDArray[np.float64]

_CLEAR = 3.0
"""Standard errors from which a slope counts; below it the line is a shift alone."""
_FEWEST = 8


class Bridge(NamedTuple):
    """A line for each target, (targets,) each.

    Attributes:
        offset: what is added.
        slope: by which the coarse value is multiplied first.
        variance: of the fine mean about the line.
        shift: mean difference of fine and coarse, for reading.
        rows: points that were run at both scales.
    """

    offset: Floats
    slope: Floats
    variance: Floats
    shift: Floats
    rows: int

    def across(self, values: Floats) -> Floats:
        """What the fine sample would say, (rows, targets)."""
        return self.offset + self.slope * values


def no_bridge(noise: Floats) -> Bridge:
    """Values as they are, with the variance of their mean by luck."""
    zero = np.zeros(noise.size)
    return Bridge(zero, np.ones(noise.size), noise, zero, 0)


def lay_bridge(coarse: Floats, fine: Floats, noise: Floats) -> Bridge:
    """Lines through points run at both scales.

    Args:
        coarse: (rows, targets), means over replicates.
        fine: (rows, replicates, targets), at least two replicates, of other luck in every row.
        noise: (targets,) variance of a coarse row's mean by luck, where a line cannot be laid.
    """
    found = no_bridge(noise.copy())
    offset, slope, variance, shift = (x.copy() for x in found[:4])
    for j in range(coarse.shape[1]):
        x, each = coarse[:, j], fine[:, :, j]
        sound = np.isfinite(x) & np.isfinite(each).all(axis=1)
        if sound.sum() < _FEWEST:
            continue
        x, y = x[sound], each[sound].mean(axis=1)
        luck = float(each[sound].var(axis=1, ddof=1).mean()) / each.shape[1]
        offset[j], slope[j], rest = _line(x, y)
        # A fine mean is off by its own luck too, which is not the line's fault.
        variance[j] = max(rest - luck, 0.0) + rest / len(x)
        shift[j] = float(np.mean(y - x))
    return Bridge(offset, slope, variance, shift, len(coarse))


def _line(x: Floats, y: Floats) -> tuple[float, float, float]:
    """Offset, slope and variance of the rest; the slope is 1 where the data do not say otherwise.

    What differs is the shift: fine = coarse + a + c (coarse - mean).
    """
    shift = y - x
    middle = float(x.mean())
    spread = float(((x - middle) ** 2).sum())
    mean = float(shift.mean())
    flat = float(((shift - mean) ** 2).sum()) / (len(x) - 1)
    if spread <= 0.0:
        return mean, 1.0, flat
    tilt = float((x - middle) @ (shift - mean)) / spread
    rest = float(((shift - mean - tilt * (x - middle)) ** 2).sum()) / (len(x) - 2)
    if rest <= 0.0 or abs(tilt) <= _CLEAR * np.sqrt(rest / spread):
        return mean, 1.0, flat
    return mean - tilt * middle, 1.0 + tilt, rest
