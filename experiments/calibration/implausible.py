"""Implausibility: how far a target is from what the model says, over all that may part them.

    I = |z - E[f]| / sqrt(V_obs + V_disc + V_ens + V_em)

z is what was observed, with variance V_obs; V_disc is of what the model leaves out, and of carrying
a figure from one place to another; V_ens is what luck does to the mean of the replicates; V_em is
the emulator's error (Craig, Goldstein, Seheult and Smith 1997; Vernon, Goldstein and Bower 2010).
Where the model itself was run there is no V_em. A point is implausible when the largest I of all
targets is above 3 (Pukelsheim 1994, The three sigma rule: 95 % of any distribution with one peak
lie within). What is not implausible may still be wrong: it was not ruled out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from experiments.calibration.emulator import Emulator

__all__ = ["CUT", "Judge", "Wanted", "noise_of", "run_implausibility"]

Floats = npt.NDArray[np.float64]

CUT = 3.0
"""Above it a point is implausible."""


@dataclass(frozen=True)
class Wanted:
    """What targets should come to, by place.

    Attributes:
        values: (targets,) observed.
        variances: (targets,) of observation and discrepancy together.
    """

    values: Floats
    variances: Floats


def noise_of(runs: Floats) -> Floats:
    """(targets,): variance of the mean of a row's replicates by luck, the mean over rows.

    Replicates have the same seeds in every row: few seeds say little of what others would do,
    however many rows there are.

    Args:
        runs: (rows, replicates, targets); values that are not finite do not count.
    """
    count = runs.shape[1]
    within = runs.var(axis=1, ddof=1)
    sound = np.isfinite(within)
    rows = np.maximum(sound.sum(axis=0), 1)
    return np.asarray(np.where(sound, within, 0.0).sum(axis=0) / rows / count)


def run_implausibility(means: Floats, noise: Floats, wanted: Wanted) -> Floats:
    """(rows, targets) of rows that were run; infinite where a run gave no number.

    Args:
        means: (rows, targets), over replicates.
        noise: (targets,), see `noise_of`.
        wanted: the targets.
    """
    size = np.sqrt(wanted.variances + noise)
    found = np.abs(means - wanted.values) / size
    return np.where(np.isfinite(found), found, np.inf)


@dataclass(frozen=True)
class Judge:
    """What the emulators of one wave say of a point.

    Attributes:
        emulators: by place of the target; a target without one is not judged.
        noise: (targets,) of the wave's runs.
        wanted: the targets.
    """

    emulators: Mapping[int, Emulator]
    noise: Floats
    wanted: Wanted

    @property
    def active(self) -> tuple[int, ...]:
        """Columns of the parameters that any of the emulators reads."""
        used = {column: None for one in self.emulators.values() for column in one.active}
        return tuple(sorted(used))

    def each(self, points: Floats) -> Floats:
        """(points, judged targets), in the order of `emulators`.

        An emulator's error on held-out runs holds what luck did to them, so that the larger of it
        and the noise counts, not both; its leverage comes on top.
        """
        found = np.empty((len(points), len(self.emulators)))
        for k, (place, one) in enumerate(self.emulators.items()):
            mean, leverage = one.predict(points)
            variance = max(one.variance, float(self.noise[place])) + one.variance * leverage
            size = np.sqrt(float(self.wanted.variances[place]) + variance)
            found[:, k] = np.abs(float(self.wanted.values[place]) - mean) / size
        return found

    def worst(self, points: Floats) -> Floats:
        """(points,): the largest over targets."""
        if not self.emulators:
            return np.zeros(len(points))
        return np.asarray(self.each(points).max(axis=1))

    def without(self, place: int) -> Judge:
        """The same without one target."""
        rest = {k: one for k, one in self.emulators.items() if k != place}
        return Judge(rest, self.noise, self.wanted)
