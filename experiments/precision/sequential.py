"""Runs are done until what was asked is known: looks at fixed numbers of runs, and a stop.

A look is taken when every run up to its number is done, and says the same however the runs came:
the stop is a function of the first runs of the design and of nothing else. Runs stop where every
target is reached at a look and was at the look before (the look-ahead of Hoad, Robinson and Davies
2010, doi:10.1057/jors.2009.121), or at the cap.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.bootstrap import CONFIDENCE, mean_intervals
from experiments.limits import MOST_REPLICATES, whole
from experiments.precision.boundary import boundary, looks_between
from experiments.precision.criteria import Target, read_criteria, targets_of
from sim.errors import KemitraanError

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "FEWEST", "MOST", "PRECISION_COLUMNS", "Finding", "Look", "Precision", "Sequential",
    "empty_table", "of_plain", "read_precision",
]  # fmt: skip

FEWEST = 16
"""Pairs of a first look: resampling fewer says little."""
MOST = 1024
"""Pairs of the cap if none is asked, or as many as the first look has."""
PRECISION_COLUMNS = (
    "outcome", "scenario", "window", "asked", "mean", "low", "high", "half_width", "reached",
    "runs", "runs_needed",
)  # fmt: skip
_RESAMPLES = 10_000
_PURPOSE = 1
_AHEAD = 1
"""Looks before the last at which a target must have been reached too."""

Floats = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class Precision:
    """What is asked of the number of runs.

    Attributes:
        asked: criteria, as typed.
        targets: each criterion with each scenario.
        looks: numbers of pairs at which runs are looked at; the last is the cap.
        seed: of the experiment.
    """

    asked: tuple[str, ...]
    targets: tuple[Target, ...]
    looks: tuple[int, ...]
    seed: int

    @property
    def bound(self) -> float:
        """Standard errors on each side that hold at all looks at once."""
        return boundary(self.looks, CONFIDENCE)

    @property
    def each(self) -> float:
        """Confidence of the interval of a single look, so that all hold with `CONFIDENCE`."""
        return 2.0 * NormalDist().cdf(self.bound) - 1.0

    def plain(self) -> dict[str, Any]:
        """As plain JSON: what a folder needs to go on, and what a reader needs to judge."""
        return {
            "asked": list(self.asked),
            "looks": list(self.looks),
            "confidence": CONFIDENCE,
            "confidence_of_a_look": round(self.each, 6),
            "interval": f"percentiles of {_RESAMPLES} resamplings of the runs",
        }

    def judge(self, effects: Floats) -> tuple[Finding, ...]:
        """What some runs say of each target.

        Args:
            effects: (runs, targets), paired effects.
        """
        low, high = mean_intervals(
            effects, self.seed, confidence=self.each, resamples=_RESAMPLES, purpose=_PURPOSE
        )
        found = []
        for k, target in enumerate(self.targets):
            own = effects[np.isfinite(effects[:, k]), k]
            mean = float(own.mean()) if own.size else float("nan")
            if own.size and not np.ptp(own):
                mean = float(own[0])  # what never varies comes out exactly
            ends = float(low[k]), float(high[k])
            found.append(
                Finding(target, mean, *ends, reached=target.reached(mean, *ends), runs=own.size)
            )
        return tuple(found)


@dataclass(frozen=True)
class Finding:
    """What a look says of a target.

    Attributes:
        target: what is asked.
        mean: of the paired effect.
        low: end of its interval, which allows for all looks.
        high: the other end.
        reached: whether it is as asked.
        runs: with a number.
    """

    target: Target
    mean: float
    low: float
    high: float
    reached: bool
    runs: int

    @property
    def half_width(self) -> float:
        """Of the interval."""
        return (self.high - self.low) / 2.0

    @property
    def needed(self) -> float:
        """About so many runs would do; not a number where none can be told."""
        return self.target.needed(self.runs, self.mean, self.low, self.high)

    def row(self) -> tuple[Any, ...]:
        """The values of `PRECISION_COLUMNS`."""
        one = self.target.criterion
        return (
            one.outcome, self.target.scenario, one.window, one.asked, self.mean, self.low,
            self.high, self.half_width, self.reached, self.runs, self.needed,
        )  # fmt: skip


@dataclass(frozen=True)
class Look:
    """One look.

    Attributes:
        pairs: of the design.
        findings: one a target.
    """

    pairs: int
    findings: tuple[Finding, ...]

    @property
    def reached(self) -> bool:
        """Whether every target is."""
        return all(one.reached for one in self.findings)

    def plain(self) -> dict[str, Any]:
        """As plain JSON."""
        return {
            "pairs": self.pairs,
            "reached": sum(one.reached for one in self.findings),
            "of": len(self.findings),
        }


class Sequential:
    """Takes effects as runs end, and says up to which run of the design the work goes.

    Args:
        precision: what is asked.
        extra: runs of the design that are no draws, behind those of the first look.
        read: gives the paired effects, (targets,), of a run's record.

    Attributes:
        noted: called after each look.
        looks: that were taken.
        stopped: pairs at which the work ended; none while it goes on.
    """

    def __init__(self, precision: Precision, extra: int, read: Callable[[Floats], Floats]) -> None:
        self.precision = precision
        self.noted: Callable[[], None] = lambda: None
        self._read = read
        self._extra = extra
        self._effects: dict[int, Floats] = {}
        self.looks: list[Look] = []
        self.stopped: int | None = None

    @property
    def first(self) -> int:
        """Runs of the design up to the first look."""
        return self.runs_of(self.precision.looks[0])

    def runs_of(self, pairs: int) -> int:
        """Runs of the design that hold so many pairs."""
        return pairs + self._extra

    def take(self, run: int, record: Floats) -> None:
        """Notes the effects of a run; of one that is no draw nothing is noted."""
        begin = self.precision.looks[0]
        if run < begin:
            self._effects[run] = self._read(record)
        elif run >= begin + self._extra:
            self._effects[run - self._extra] = self._read(record)

    def __call__(self) -> int:
        """Runs of the design that are wanted, all that were wanted before being done."""
        looks = self.precision.looks
        while self.stopped is None:
            pairs = looks[len(self.looks)]
            there = [self._effects[k] for k in range(pairs) if k in self._effects]
            size = len(self.precision.targets)
            sample = np.array(there) if there else np.full((2, size), np.nan)
            self.looks.append(Look(pairs, self.precision.judge(sample)))
            enough = len(self.looks) > _AHEAD and all(
                one.reached for one in self.looks[-1 - _AHEAD :]
            )
            self.noted()
            if not enough and pairs != looks[-1]:
                return self.runs_of(looks[len(self.looks)])
            self.stopped = pairs
        return self.runs_of(self.stopped)

    @property
    def table(self) -> pd.DataFrame:
        """What the last look says, with the columns `PRECISION_COLUMNS`."""
        import pandas as pd  # noqa: PLC0415  # 0.4 s

        rows = [one.row() for one in self.looks[-1].findings]
        return pd.DataFrame(rows, columns=list(PRECISION_COLUMNS))

    def plain(self) -> dict[str, Any]:
        """What was asked, looked at and reached, as plain JSON."""
        last = self.looks[-1]
        return {
            **self.precision.plain(),
            "taken": [look.plain() for look in self.looks],
            "pairs": last.pairs,
            "reached": last.reached,
        }


def empty_table() -> pd.DataFrame:
    """The table where nothing was asked."""
    import pandas as pd  # noqa: PLC0415  # 0.4 s

    return pd.DataFrame(columns=list(PRECISION_COLUMNS))


def read_precision(
    asked: str | Sequence[str] | None,
    *,
    scenarios: Sequence[str],
    months: int,
    first: int,
    most: int | None,
    seed: int,
) -> Precision | None:
    """What is asked of the number of runs; none if nothing is.

    Args:
        asked: criteria as typed.
        scenarios: that are compared, without the baseline.
        months: of the runs.
        first: pairs of the first look.
        most: pairs of the cap; `MOST`, or the first look's if that has more, if none.
        seed: of the experiment.

    Raises:
        KemitraanError: a criterion cannot be read, or a number is out of range.
    """
    criteria = read_criteria(asked, scenarios, months)
    if not criteria:
        if most is not None:
            raise KemitraanError(
                f"--max-replicates {most}: is the cap of --precision, which is not asked; "
                "give --precision 'profit: sign', or --replicates alone"
            )
        return None
    if first < FEWEST:
        raise KemitraanError(
            f"--replicates {first}: is too few for the first look of --precision; {FEWEST} at least"
        )
    cap = (
        max(MOST, first)
        if most is None
        else whole(most, "--max-replicates", first, MOST_REPLICATES)
    )
    if not first <= cap <= MOST_REPLICATES:
        raise KemitraanError(
            f"--max-replicates {cap}: is outside {first}..{MOST_REPLICATES}, from --replicates on"
        )
    return Precision(
        tuple(one.text for one in criteria),
        targets_of(criteria, scenarios),
        looks_between(first, cap),
        seed,
    )


def of_plain(
    plain: Mapping[str, Any], scenarios: Sequence[str], months: int, seed: int
) -> Precision:
    """From what `Precision.plain` gave."""
    criteria = read_criteria(list(plain["asked"]), scenarios, months)
    looks = tuple(int(one) for one in plain["looks"])
    return Precision(
        tuple(one.text for one in criteria), targets_of(criteria, scenarios), looks, seed
    )
