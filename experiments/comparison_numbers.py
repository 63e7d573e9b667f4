"""The numbers of a comparison by role, from memory or from its folder."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt

from experiments.comparison_record import StoredResults
from experiments.design import DRAW, Job
from experiments.effects import Differences
from experiments.unit import Result

__all__ = ["Numbers"]


class Numbers:
    """A part of `experiments.comparison.Comparison`.

    Attributes:
        jobs: the replicates that have numbers, in order.
        results: their numbers, in the same order.
    """

    jobs: Sequence[Job]
    results: Sequence[Result]

    def of_role(self, role: str) -> list[int]:
        """Places in `results` of the replicates of one role, see `experiments.design.Job`."""
        return [k for k, job in enumerate(self.jobs) if job.role == role]

    def series(self, role: str) -> npt.NDArray[np.float64]:
        """(replicates, scenarios, months, `SERIES`) of one role, see `experiments.unit`."""
        if isinstance(self.results, StoredResults):
            return self.results.series(self.of_role(role))
        return np.stack([self.results[k].series for k in self.of_role(role)])

    def good_series(self, role: str) -> npt.NDArray[np.float64]:
        """(replicates, scenarios, months, goods, `SERIES_GOODS`) of one role."""
        if isinstance(self.results, StoredResults):
            return self.results.goods(self.of_role(role))
        return np.stack([self.results[k].goods for k in self.of_role(role)])

    @cached_property
    def mean_series(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Means over the draws of `series` and of `good_series`."""
        return self.series(DRAW).mean(axis=0), self.good_series(DRAW).mean(axis=0)

    @cached_property
    def differences(self) -> Differences:
        """All values by role."""
        roles = dict.fromkeys(job.role for job in self.jobs)
        if isinstance(self.results, StoredResults):
            return Differences({k: self.results.numbers(self.of_role(k)) for k in roles})
        every = self.results
        return Differences(
            {k: np.stack([every[i].numbers for i in self.of_role(k)]) for k in roles}
        )
