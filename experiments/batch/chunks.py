"""Jobs that travel to a worker together: enough to be worth a message, few enough to be even."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from experiments.batch.job import Job
from experiments.batch.work import Outcome

__all__ = ["CHUNK_SECONDS", "Chunk", "Chunks"]

CHUNK_SECONDS = 0.15
_MOST = 4096
_FIRST = 8
_SHARE = 4
"""A chunk is at most so large a part of what one worker has still to do: the ends come together."""
_MOST_BYTES = 4 << 20
_WEIGHT = 0.3
_LEAST_SECONDS = 1e-6


class Chunk(NamedTuple):
    """Jobs of one message.

    Attributes:
        members: number of each run, and its job.
        kills: workers that ended while they ran it.
    """

    members: tuple[tuple[int, Job], ...]
    kills: int = 0


class Chunks(Iterator[Chunk]):
    """Cuts what waits into chunks of about `CHUNK_SECONDS`, as runs turn out to be long.

    Args:
        waiting: numbers of the runs, in their order.
        jobs: of the design.
        total: how many wait.
        workers: that share them.
        unit_seconds: of a run, as far as is known; 0 if nothing is.
        record_bytes: of a run's result, so that a chunk is no burden.
    """

    def __init__(
        self,
        waiting: Iterable[int],
        jobs: Sequence[Job],
        *,
        total: int,
        workers: int,
        unit_seconds: float = 0.0,
        record_bytes: int = 0,
    ) -> None:
        self._waiting = iter(waiting)
        self._jobs = jobs
        self._left = total
        self._workers = max(1, workers)
        self._most = max(1, min(_MOST, _MOST_BYTES // max(1, record_bytes)))
        self._known = unit_seconds > 0.0
        self.unit_seconds = unit_seconds

    def __next__(self) -> Chunk:
        members = []
        for _ in range(self._size()):
            run = next(self._waiting, None)
            if run is None:
                break
            members.append((run, self._jobs[run]))
        if not members:
            raise StopIteration
        self._left -= len(members)
        return Chunk(tuple(members))

    def more(self, count: int) -> None:
        """Takes note that so many more runs wait."""
        self._left += count

    @property
    def left(self) -> int:
        """Runs that are not in a chunk yet."""
        return self._left

    @property
    def seconds(self) -> float:
        """What a chunk should take."""
        return max(CHUNK_SECONDS, self.unit_seconds)

    def learn(self, outcomes: Sequence[Outcome]) -> None:
        """Takes note of how long runs took."""
        if not outcomes:
            return
        mean = sum(one.seconds for one in outcomes) / len(outcomes)
        mean = max(mean, _LEAST_SECONDS)
        weight = _WEIGHT if self._known else 1.0
        self.unit_seconds += weight * (mean - self.unit_seconds)
        self._known = True

    def _size(self) -> int:
        most = min(self._most, max(1, self._left // (self._workers * _SHARE)))
        if not self._known:
            return min(_FIRST, most)
        return max(1, min(most, round(CHUNK_SECONDS / max(self.unit_seconds, _LEAST_SECONDS))))
