"""Points in the ranges, by SALib's designs, and the luck that each of them gets.

Every design has a dummy beside its factors: a column that no parameter hangs on. In a Sobol design
it deals other luck, so that luck is a factor like the others and its indices say how much of the
variance it holds. All points of a base row but the dummy's share their luck, and other base rows
have other: indices are averages over luck, not those of one seed. In a FAST design all points of a
search curve share it, as the method knows no noise. In the others each point has its own luck, and
the dummy is the noise floor.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from experiments.design import Job, in_range
from experiments.factors import DUMMY, Factor
from experiments.given_data import CURVES, GIVEN
from sim.draws import replicate_seed
from sim.errors import KemitraanError

__all__ = ["LEAST", "SAMPLERS", "Sample", "check_samples", "make_sample", "sample_jobs"]

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]
SAMPLERS = ("sobol", "fast", *GIVEN)
LEAST: Mapping[str, int] = {"sobol": 8, "fast": 65, "rbd-fast": 100, "delta": 100, "pawn": 100}
"""Fewest samples of each method."""
# Numbers of the seeds beside the replicates'; the highest, so that no row has them.
_SEED_DESIGN, _SEED_BOOTSTRAP = (1 << 32) - 4, (1 << 32) - 5


@dataclass(frozen=True)
class Sample:
    """Rows of points, in the order of SALib's design.

    Attributes:
        method: one of `SAMPLERS`.
        factors: what is moved, the dummy last.
        places: (rows, columns) place in each parameter's range, from 0 to 1, the dummy's last.
        samples: base rows, points of a search curve, or rows, as asked.
        seed: of the experiment.
        second_order: whether a Sobol design has the points for pairs.
        given: a SALib problem whose distributions turn places into values; ranges are uniform
            without one.
    """

    method: str
    factors: tuple[Factor, ...]
    places: Floats
    samples: int
    seed: int
    second_order: bool = False
    given: Mapping[str, Any] | None = None

    @property
    def rows(self) -> int:
        """Points in all."""
        return len(self.places)

    @property
    def points(self) -> int:
        """Rows that belong together: of a base row, or of a factor's search curves, else one."""
        if self.method != "sobol":
            return 1
        count = len(self.factors)
        return (2 * count if self.second_order else count) + 2

    @property
    def ranges(self) -> dict[str, tuple[float, float]]:
        """Ends of every parameter that is moved, in the order of the columns."""
        return {k: ends for one in self.factors for k, ends in one.ranges.items()}

    @property
    def problem(self) -> dict[str, Any]:
        """The same as SALib's problem dictionary, in places from 0 to 1 of each range."""
        return _problem(self.factors)

    @cached_property
    def columns(self) -> dict[str, Floats]:
        """Each parameter's value in every row."""
        places = self.places[:, :-1]
        if self.given is not None:
            from SALib.util import scale_samples  # noqa: PLC0415  # 1 s

            # SALib writes into what it is given.
            scaled = scale_samples(places.copy(), dict(self.given))
            return {name: scaled[:, k] for k, name in enumerate(self.ranges)}
        return {
            name: np.clip(in_range(low, high, places[:, k], 1), low, high)
            for k, (name, (low, high)) in enumerate(self.ranges.items())
        }

    @cached_property
    def luck(self) -> Codes:
        """(rows,) number of each row's set of seeds."""
        if self.method == "fast":
            return np.zeros(self.rows, np.int64)
        if self.method != "sobol":
            return np.arange(self.rows)
        base = np.zeros(self.points, np.int64)
        count = len(self.factors)
        base[count] = base[-1] = 1  # the dummy taken from B, and B itself
        if self.second_order:
            base[count + 1 : -2] = 1  # B with a factor from A; with the dummy from A it is A's
        row = np.arange(self.rows)
        return 2 * (row // self.points) + base[row % self.points]

    @property
    def bootstrap_seed(self) -> int:
        """Of the resampling for intervals; never zero, which SALib ignores."""
        return replicate_seed(self.seed, _SEED_BOOTSTRAP) or 1

    def part(self, samples: int) -> Sample:
        """The design of the first samples, whose rows are the first ones of this."""
        rows = samples * self.points
        return Sample(
            self.method, self.factors, self.places[:rows], samples, self.seed, self.second_order,
            self.given,
        )  # fmt: skip


def _problem(factors: Sequence[Factor]) -> dict[str, Any]:
    columns = [(one.name, name) for one in factors for name in (one.ranges or (DUMMY,))]
    owners, names = [owner for owner, _ in columns], [name for _, name in columns]
    problem: dict[str, Any] = {
        "num_vars": len(names),
        "names": names,
        "bounds": [[0.0, 1.0]] * len(names),
    }
    return problem if names == owners else {**problem, "groups": owners}


def check_samples(method: str, samples: int) -> None:
    """Refuses a number of samples that a method cannot use.

    Raises:
        KemitraanError: too few, or for Sobol no power of two.
    """
    least = LEAST[method]
    if samples < least:
        raise KemitraanError(f"--samples {samples}: {method} needs at least {least}")
    if method == "sobol" and samples & (samples - 1):
        above = 1 << samples.bit_length()
        raise KemitraanError(
            f"--samples {samples}: Sobol points are balanced for powers of two only; take "
            f"{above // 2} or {above}"
        )


def make_sample(
    method: str,
    factors: Sequence[Factor],
    samples: int,
    seed: int,
    *,
    second_order: bool = False,
    given: Mapping[str, Any] | None = None,
) -> Sample:
    """The points of a design, made by SALib.

    Args:
        method: one of `SAMPLERS`.
        factors: what is moved, without the dummy.
        samples: base rows (sobol), points of each search curve (fast), or rows.
        seed: of the experiment.
        second_order: for sobol, points for the indices of pairs too.
        given: a SALib problem of the same parameters with distributions of its own.

    Raises:
        KemitraanError: a number of samples, or a group, that the method cannot use.
    """
    check_samples(method, samples)
    moved = (*factors, Factor(DUMMY, DUMMY, {}))
    groups = [one.name for one in factors if len(one.ranges) > 1]
    if method != "sobol" and groups:
        raise KemitraanError(
            f"--method {method}: moves parameters one by one, not the group {groups[0]}; "
            "take morris or sobol for groups"
        )
    own = replicate_seed(seed, _SEED_DESIGN) or 1
    problem = _problem(moved)
    if method == "sobol":
        from SALib.sample import sobol  # noqa: PLC0415  # 1 s

        places = sobol.sample(problem, samples, calc_second_order=second_order, seed=own)
    elif method == "fast":
        from SALib.sample import fast_sampler  # noqa: PLC0415  # 1 s

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            places = np.concatenate(
                [
                    fast_sampler.sample(dict(problem), samples, seed=replicate_seed(own, k) or 1)
                    for k in range(CURVES)
                ]
            )
    else:
        from SALib.sample import latin  # noqa: PLC0415  # 1 s

        places = latin.sample(problem, samples, seed=own)
    return Sample(method, moved, np.asarray(places), samples, seed, second_order, given)


def sample_jobs(sample: Sample, replicates: int) -> list[Job]:
    """A job for each row and replicate, in this order; rows of one luck have the same seeds."""
    names = list(sample.columns)
    table = np.array([sample.columns[name] for name in names]).T.reshape(sample.rows, -1)
    jobs = []
    for row, luck in enumerate(sample.luck):
        own = replicate_seed(sample.seed, int(luck))
        changes = dict(zip(names, table[row].tolist(), strict=True))
        jobs += [Job(sample.method, r, replicate_seed(own, r), changes) for r in range(replicates)]
    return jobs
