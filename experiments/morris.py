"""Morris screening: a design by SALib, and what one step of each factor does to an outcome.

A trajectory is a walk through the ranges on which each factor moves once, by two thirds of its
range. An elementary effect is the change of the outcome over that step, for a whole range; mu* is
its mean size over the trajectories, mu its mean, sigma its spread. A dummy factor moves no
parameter: its step deals other luck, and what the outcome then changes by is the noise floor.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from experiments.design import Job, in_range
from experiments.factors import DUMMY, Factor
from sim.draws import replicate_seed

__all__ = [
    "CONFIDENCE",
    "LEVELS",
    "RESAMPLES",
    "Design",
    "Indices",
    "indices",
    "make_design",
    "make_rows",
]

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]
LEVELS = 4
CONFIDENCE = 0.95
RESAMPLES = 1000
_STEP = LEVELS / (2 * (LEVELS - 1))  # of the range
# Numbers of the seeds beside the replicates'; the highest, so that no trajectory has them.
_SEED_DESIGN, _SEED_BOOTSTRAP, _SEED_SALIB = (1 << 32) - 1, (1 << 32) - 2, (1 << 32) - 3


@dataclass(frozen=True)
class Design:
    """Rows of parameter values, trajectory after trajectory.

    Attributes:
        factors: what is moved, the dummy last.
        levels: (rows, columns) level 0 to 3 of each parameter, the dummy in the last column.
        seed: of the experiment.
    """

    factors: tuple[Factor, ...]
    levels: Codes
    seed: int

    @property
    def points(self) -> int:
        """Rows of a trajectory."""
        return len(self.factors) + 1

    @property
    def samples(self) -> int:
        """Trajectories."""
        return len(self.levels) // self.points

    @property
    def ranges(self) -> dict[str, tuple[float, float]]:
        """Ends of every parameter that is moved, in the order of the columns."""
        return {k: ends for one in self.factors for k, ends in one.ranges.items()}

    @property
    def owner(self) -> Codes:
        """The factor of each column."""
        counts = [max(1, len(one.ranges)) for one in self.factors]
        return np.repeat(np.arange(len(self.factors)), counts)

    @property
    def problem(self) -> dict[str, Any]:
        """The same as SALib's problem dictionary, in places from 0 to 1 of each range."""
        names = [*self.ranges, DUMMY]
        return {
            "num_vars": len(names),
            "names": names,
            "bounds": [[0.0, 1.0]] * len(names),
            "groups": [self.factors[k].name for k in self.owner],
        }

    @cached_property
    def columns(self) -> dict[str, Floats]:
        """Each parameter's value in every row."""
        return {
            name: np.clip(
                in_range(low, high, self.levels[:, k].astype(np.float64), LEVELS - 1), low, high
            )
            for k, (name, (low, high)) in enumerate(self.ranges.items())
        }

    @property
    def luck(self) -> Codes:
        """(rows,) which of two sets of seeds: the dummy's step goes from one to the other."""
        return (self.levels[:, -1] >= LEVELS // 2).astype(np.int64)


def make_design(factors: Sequence[Factor], samples: int, seed: int) -> Design:
    """Independent random trajectories; the first ones are the same however many there are.

    Not the optimised choice of SALib: trajectories picked for their distance are no random sample,
    and intervals from resampling them would say nothing.

    Args:
        factors: what is moved, without the dummy.
        samples: trajectories.
        seed: of the experiment.
    """
    from SALib.sample import morris  # noqa: PLC0415  # 1 s

    moved = (*factors, Factor(DUMMY, DUMMY, {}))
    bare = Design(moved, np.zeros((0, 0), np.int64), seed)
    places = morris.sample(
        bare.problem, samples, num_levels=LEVELS, seed=replicate_seed(seed, _SEED_DESIGN) or 1
    )
    return Design(moved, np.rint(places * (LEVELS - 1)).astype(np.int64), seed)


def make_rows(design: Design, replicates: int) -> list[Job]:
    """A job for each row and replicate, in this order.

    All rows of a trajectory have the same seeds, so that a step changes nothing but its factor;
    other trajectories have others, so that their spread holds luck too. After the dummy's step the
    rows have a second set.
    """
    names = list(design.columns)
    table = np.array([design.columns[name] for name in names]).T.reshape(len(design.levels), -1)
    jobs = []
    for row, luck in enumerate(design.luck):
        own = replicate_seed(design.seed, row // design.points)
        changes = dict(zip(names, table[row].tolist(), strict=True))
        jobs += [
            Job("morris", r, replicate_seed(own, 2 * r + int(luck)), changes)
            for r in range(replicates)
        ]
    return jobs


@dataclass(frozen=True)
class Indices:
    """What the steps did to one outcome; arrays have one entry a factor, the dummy last.

    Attributes:
        mu_star: mean size of the elementary effects.
        low: end of its interval, by resampling trajectories.
        high: the other end.
        conf: half width of SALib's interval, which is symmetric.
        mu: mean of the elementary effects; not a number for a group, whose members move both ways.
        mu_low: end of its interval.
        mu_high: the other end.
        sim_low: end of the interval of mu over replicates alone; needs two of them.
        sim_high: the other end.
        sigma: spread of the elementary effects; not a number for a group.
        sigma_low: end of its interval.
        sigma_high: the other end.
        above_dummy: whether mu* is above the dummy's in 97.5 % of the resamplings.
        kept: trajectories used.
        lost: trajectories left out for a value that is not finite.
    """

    mu_star: Floats
    low: Floats
    high: Floats
    conf: Floats
    mu: Floats
    mu_low: Floats
    mu_high: Floats
    sim_low: Floats
    sim_high: Floats
    sigma: Floats
    sigma_low: Floats
    sigma_high: Floats
    above_dummy: npt.NDArray[np.bool_]
    kept: int
    lost: tuple[int, ...]


def indices(design: Design, outcome: Floats) -> Indices | None:
    """Indices of one outcome; none where fewer than two trajectories are finite.

    Args:
        design: the rows.
        outcome: (rows, replicates) values; the mean over replicates counts.
    """
    from SALib.analyze import morris  # noqa: PLC0415  # 1 s

    from experiments.effects import mean_interval  # noqa: PLC0415

    walks = outcome.reshape(design.samples, design.points, -1)
    usable = np.isfinite(walks).all(axis=(1, 2))
    if usable.sum() < 2:
        return None
    rows = np.repeat(usable, design.points)
    means = walks.mean(axis=2)
    found = morris.analyze(
        design.problem,
        design.levels[rows] / (LEVELS - 1),
        means[usable].ravel(),
        num_resamples=RESAMPLES,
        conf_level=CONFIDENCE,
        num_levels=LEVELS,
        seed=replicate_seed(design.seed, _SEED_SALIB) or 1,
    )
    effects = _elementary(design, means[:, :, None])[usable, :, 0]
    single = np.array([len(one.ranges) < 2 for one in design.factors])
    size, plain, spread = _resampled(effects, design.seed)
    ahead = np.quantile(size - size[:, -1:], (1 - CONFIDENCE) / 2, axis=0)
    over_luck = _elementary(design, walks)[usable].mean(axis=0).T
    sim = mean_interval(over_luck)

    def ends(sample: Floats) -> tuple[Floats, Floats]:
        tail = (1 - CONFIDENCE) / 2
        low, high = np.quantile(sample, (tail, 1 - tail), axis=0)
        return low, high

    def of_one(sample: Floats) -> Floats:
        return np.where(single, sample, np.nan)

    (low, high), mu, sigma = ends(size), ends(plain), ends(spread)
    return Indices(
        mu_star=_plain(found["mu_star"]),
        low=low,
        high=high,
        conf=_plain(found["mu_star_conf"]),
        mu=of_one(_plain(found["mu"])),
        mu_low=of_one(mu[0]),
        mu_high=of_one(mu[1]),
        sim_low=of_one(sim[0]),
        sim_high=of_one(sim[1]),
        sigma=_plain(found["sigma"]),
        sigma_low=of_one(sigma[0]),
        sigma_high=of_one(sigma[1]),
        above_dummy=ahead > 0.0,
        kept=int(usable.sum()),
        lost=tuple(int(k) for k in np.flatnonzero(~usable)),
    )


def _plain(found: Any) -> Floats:  # noqa: ANN401  # SALib mixes masked and other arrays
    return np.ma.filled(np.ma.asarray(found, np.float64), np.nan)


def _elementary(design: Design, walks: Floats) -> Floats:
    """(trajectories, factors, replicates): change for a whole range, upwards."""
    levels = design.levels.reshape(design.samples, design.points, -1)
    steps = np.diff(levels, axis=1)
    column = np.argmax(steps != 0, axis=2)  # of a group its first; its sign means nothing
    sign = np.sign(np.take_along_axis(steps, column[:, :, None], axis=2))
    change = np.diff(walks, axis=1) * sign / _STEP
    order = np.argsort(design.owner[column], axis=1)  # each factor moves once
    return np.take_along_axis(change, order[:, :, None], axis=1)


def _resampled(effects: Floats, seed: int) -> tuple[Floats, Floats, Floats]:
    """mu*, mu and sigma of resampled trajectories, all factors of a sample from the same ones."""
    count = len(effects)
    rng = np.random.default_rng(replicate_seed(seed, _SEED_BOOTSTRAP))
    drawn = rng.integers(count, size=(RESAMPLES, count))
    weight = np.apply_along_axis(np.bincount, 1, drawn, minlength=count) / count
    mu = weight @ effects
    variance = np.maximum(weight @ effects**2 - mu**2, 0.0) * count / (count - 1)
    return weight @ np.abs(effects), mu, np.sqrt(variance)
