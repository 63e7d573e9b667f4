"""First numbers while a comparison still runs: marked as what they are, on the error stream."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import numpy as np

from experiments.design import DRAW, Job, Study
from experiments.in_short import SHORT_OUTCOMES, outcome_head
from experiments.report import laid_out
from experiments.unit import Result
from experiments.words import say, with_interval
from sim.outcomes import OUTCOMES, windows

__all__ = ["Preliminary"]

_PAIRS = 8
"""Pairs after which first numbers are told."""
_FEWEST = 2
_SECONDS = 15.0
"""So many seconds after the start fewer pairs will do."""
_WORTH = 10.0
"""Seconds of the plan below which the end is near enough."""
_WIDTH = 160


class Preliminary:
    """Collects results as they come and tells once what the first pairs say.

    Means and extremes over so few pairs are no result: which pairs come first depends on the
    machine, so that nothing of it is kept.

    Args:
        study: what is run.
        jobs: all of it.
        tell: says a line.
        lang: "en" or "id".
        seconds: that the plan expects.
    """

    def __init__(
        self,
        study: Study,
        jobs: Sequence[Job],
        tell: Callable[[str], None],
        lang: str,
        seconds: float,
    ) -> None:
        self._study = study
        self._jobs = jobs
        self._tell = tell
        self._lang = lang
        self._draws = sum(job.role == DRAW for job in jobs)
        self._found: list[Result] = []
        self._begun = time.perf_counter()
        self._done = seconds < _WORTH or "policy" not in windows(study.months)

    def __call__(self, index: int, result: Result) -> None:
        """Takes the result of a job."""
        if self._done or self._jobs[index].role != DRAW:
            return
        self._found.append(result)
        many = len(self._found)
        late = time.perf_counter() - self._begun >= _SECONDS
        if many >= self._draws:
            self._done = True
        elif many >= _PAIRS or (late and many >= _FEWEST):
            self._done = True
            for line in self.lines():
                self._tell(line)

    def lines(self) -> list[str]:
        """One row a scenario: mean effect and extremes over the pairs so far."""
        lang, names = self._lang, self._study.names
        # Within a window the outcomes of the region come first, see `experiments.unit.cells`.
        found = list(windows(self._study.months))
        at = found.index("policy")
        heads = [""]
        columns: list[list[str]] = [list(names[1:])]
        numbers = np.stack([one.numbers for one in self._found])
        policy = numbers.reshape(*numbers.shape[:2], len(found), -1)[:, :, at]
        for name in SHORT_OUTCOMES:
            heads.append(outcome_head(name, lang))
            values = policy[:, :, list(OUTCOMES).index(name)]
            effects = values[:, 1:] - values[:, :1]
            columns.append([
                with_interval(float(own.mean()), float(own.min()), float(own.max()), lang)
                for own in effects.T
            ])  # fmt: skip
        body = [list(row) for row in zip(*columns, strict=True)]
        title = say("preliminary", lang, k=len(self._found), n=self._draws, baseline=names[0])
        return [title, *laid_out(heads, body, _WIDTH)]
