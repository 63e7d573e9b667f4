"""Where chunks are run: here, in processes of this machine, or on many machines behind it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from experiments.batch.chunks import Chunk, Chunks
from experiments.batch.work import Outcome, Work, attempt
from sim.errors import KemitraanError

__all__ = ["Backend", "BackendError", "Here", "run_here"]


class BackendError(KemitraanError):
    """Workers cannot be had any more; what they have handed in is kept."""

    exit_code = 1


class Backend(Protocol):
    """Runs chunks and hands on what became of their jobs, in whatever order.

    An implementation promises:

    * every job of every chunk comes back once, as a record, a result or a `Failure`;
    * a worker that ends without a word is noticed; its chunk is run again, and a job that ends two
      workers by itself comes back as `Failure.of_worker`;
    * when the iterator is closed, or an interrupt comes, nothing of it is left running.
    """

    @property
    def workers(self) -> int:
        """Processes that share the work."""
        ...

    @property
    def here(self) -> int:
        """How many of them need memory of this machine."""
        ...

    def check(self, work: Work) -> None:
        """Refuses what cannot be run, before anything is written.

        Raises:
            KemitraanError: workers cannot be reached, cannot load it, or have another version.
        """
        ...

    def run(self, work: Work, chunks: Chunks) -> Iterator[list[Outcome]]:
        """What became of the jobs of all chunks, as they end.

        Args:
            work: what is run.
            chunks: taken one by one, as workers have room.
        """
        ...


class Here:
    """Runs everything in this process, one after another."""

    @property
    def workers(self) -> int:
        """One."""
        return 1

    @property
    def here(self) -> int:
        """It is."""
        return 1

    def check(self, work: Work) -> None:
        """Nothing can be wrong."""

    def run(self, work: Work, chunks: Chunks) -> Iterator[list[Outcome]]:
        """What became of the jobs, chunk by chunk."""
        for chunk in chunks:
            yield from run_here(work, chunk, chunks)


def run_here(work: Work, chunk: Chunk, chunks: Chunks) -> Iterator[list[Outcome]]:
    """What became of a chunk in this process; an interrupt does not lose what is done of it."""
    outcomes: list[Outcome] = []
    try:
        for run, job in chunk.members:
            outcomes.append(attempt(work, run, job))  # kept one by one
    except KeyboardInterrupt:
        yield outcomes
        raise
    chunks.learn(outcomes)
    yield outcomes
