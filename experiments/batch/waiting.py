"""What waits for a worker, and what becomes of chunks whose worker has ended."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from experiments.batch.chunks import Chunk, Chunks
from experiments.batch.failure import Failure
from experiments.batch.job import Job
from experiments.batch.work import Outcome

__all__ = ["KILLS", "Waiting"]

KILLS = 2
"""Workers that a run may end by itself before it counts as failed."""


class Waiting:
    """Chunks in the order in which they are to be handed out; lost ones first.

    Args:
        chunks: not begun yet.
        together: so many of them travel as one, where there are many workers to feed.
    """

    def __init__(self, chunks: Chunks, together: int = 1) -> None:
        self._chunks = chunks
        self._together = together
        self._again: deque[Chunk] = deque()
        self._held: Chunk | None = None

    def next(self) -> Chunk | None:
        """The next chunk, one that was lost first."""
        if self._again:
            return self._again.popleft()
        held, self._held = self._held, None
        return held if held is not None else self._fresh()

    @property
    def ended(self) -> bool:
        """Whether no chunk is left."""
        if self._again:
            return False
        if self._held is None:
            self._held = self._fresh()
        return self._held is None

    def give_back(self, chunks: Sequence[Chunk]) -> None:
        """Puts chunks in front of all others, as they are."""
        self._again.extendleft(reversed(chunks))

    def lost(self, chunks: Sequence[Chunk]) -> list[Outcome]:
        """Another try for what an ended worker had.

        Args:
            chunks: in the order in which it took them; it ended in the first.

        Returns:
            The run that has ended its last worker, if there is one.
        """
        self.give_back(chunks[1:])
        failed = []
        for chunk in chunks[:1]:
            if len(chunk.members) > 1:
                # One by one, so that the run that ends its process takes no other with it.
                self.give_back([Chunk((one,)) for one in chunk.members])
            elif chunk.kills + 1 < KILLS:
                self.give_back([Chunk(chunk.members, chunk.kills + 1)])
            else:
                failure = Failure.of_worker(KILLS)
                failed = [Outcome(run, failure, 0.0) for run, _ in chunk.members]
        return failed

    def _fresh(self) -> Chunk | None:
        members: list[tuple[int, Job]] = []
        for _ in range(self._together):
            chunk = next(self._chunks, None)
            if chunk is None:
                break
            members += chunk.members
        return Chunk(tuple(members)) if members else None
