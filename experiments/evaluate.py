"""The one place where the runs of a design are made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar, cast

import numpy as np
import numpy.typing as npt

from experiments.batch.backend import Backend
from experiments.design import Job, Study
from experiments.runner import run_units
from experiments.unit import runs
from sim.outcomes import monthly_values, window_values, windows

__all__ = ["RegionRun", "RegionUnit", "by_seed", "evaluate"]

Floats = npt.NDArray[np.float64]
S = TypeVar("S")
T = TypeVar("T")


class RegionRun(NamedTuple):
    """Numbers of a unit for the region as a whole.

    Attributes:
        values: (scenarios, windows, outcomes).
        months: (months, outcomes asked by month): the effect, or the level without a baseline.
    """

    values: Floats
    months: Floats


@dataclass(frozen=True)
class RegionUnit:
    """Runs a replicate of all scenarios and measures the region, groups left out.

    Attributes:
        monthly: outcomes that are wanted month by month too.
    """

    monthly: tuple[str, ...] = ()

    def __call__(self, study: Study, job: Job) -> RegionRun:
        """Runs it.

        Raises:
            ModelError: an identity of the ledger or a ceiling does not hold.
        """
        values, months = [], []
        every = windows(study.months)
        for record, baseline in runs(study, job):
            values.append([list(window_values(record, w, baseline).values()) for w in every])
            months.append(monthly_values(record, self.monthly, baseline))
        effect = months[1] - months[0] if len(months) > 1 else months[0]
        return RegionRun(np.array(values), effect)


def evaluate(
    unit: Callable[[S, Job], T],
    study: S,
    jobs: Sequence[Job],
    workers: int,
    *,
    unit_seconds: float = 0.0,
    progress: Callable[[int], None] = lambda _: None,
    backend: Backend | None = None,
) -> list[T]:
    """What a function gives for each job, in the order of the jobs.

    Args:
        unit: of a study and a job; a module's own function, or an object of a module's own class.
        study: what the jobs share.
        jobs: what to run.
        workers: processes; the answer is the same for any number.
        unit_seconds: time of one job, for the size of chunks.
        progress: called with the number of jobs just done.
        backend: that runs them, in place of so many processes of this machine.
    """
    # Runs of one seed share parts of month 0, and are made one after another.
    order = by_seed(jobs)
    found = run_units(
        unit,
        study,
        [jobs[k] for k in order],
        workers,
        unit_seconds=unit_seconds,
        progress=progress,
        backend=backend,
    )
    back: list[T | None] = [None] * len(found)
    for k, one in zip(order, found, strict=True):
        back[k] = one
    return cast("list[T]", back)


def by_seed(jobs: Sequence[Job]) -> list[int]:
    """Numbers of the jobs, those of a seed side by side, seeds in the order they first appear."""
    first: dict[int, int] = {}
    place = [first.setdefault(job.seed, k) for k, job in enumerate(jobs)]
    return sorted(range(len(jobs)), key=place.__getitem__)
