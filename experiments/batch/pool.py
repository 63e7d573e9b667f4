"""Processes of this machine as workers; one that is killed costs its chunk another try, no more.

Processes are spawned, never forked, so that it works alike on every system and in a notebook. Each
has a pipe of its own: what one was doing when it ended is known, and the others do not notice.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.batch.backend import BackendError, Here, run_here
from experiments.batch.chunks import CHUNK_SECONDS, Chunk, Chunks
from experiments.batch.packed import packed, refuse_own_function
from experiments.batch.waiting import Waiting
from experiments.batch.work import Outcome, Work, called
from experiments.batch.worker import CANNOT_LOAD, READY, serve

if TYPE_CHECKING:
    from multiprocessing.context import SpawnProcess

__all__ = ["LocalPool", "WorkerError"]

_THREADS = ("OMP", "OPENBLAS", "MKL", "NUMEXPR")
_FAILED_STARTS = 3
_PATIENCE = 5.0  # seconds for a worker to end by itself
_SHORT = 4 * CHUNK_SECONDS
"""Chunks longer than that are handed over one by one, and none is run here while workers start."""


class WorkerError(BackendError):
    """Worker processes cannot be had: a fault of the machine, or of what they are to load."""


class LocalPool:
    """Workers on this machine.

    While they start, this process runs chunks itself: it has the kernels at hand.

    Args:
        workers: processes; with 1 everything runs here.
    """

    def __init__(self, workers: int) -> None:
        self._workers = max(1, workers)

    @property
    def workers(self) -> int:
        """Processes that share the work."""
        return self._workers

    @property
    def here(self) -> int:
        """All of them are."""
        return self._workers

    def check(self, work: Work) -> None:
        """Refuses a function that workers would not find."""
        if self._workers > 1:
            refuse_own_function(work)

    def run(self, work: Work, chunks: Chunks) -> Iterator[list[Outcome]]:
        """What became of the jobs of all chunks, as they end.

        Raises:
            WorkerError: workers end while they start, or cannot load the work.
        """
        workers = min(self._workers, max(1, chunks.left))
        if workers == 1:
            yield from Here().run(work, chunks)
            return
        refuse_own_function(work)
        with _work_file(work) as path:
            crew = _Crew(work, chunks, workers, path)
            try:
                yield from crew.outcomes()
            finally:
                crew.dismiss()


class _Member:
    """A worker process, its pipe, and the chunks it has."""

    def __init__(self, path: str) -> None:
        context = get_context("spawn")
        ours, theirs = context.Pipe()
        self.connection: Connection = ours
        self.process: SpawnProcess = context.Process(target=serve, args=(theirs, path), daemon=True)
        self.process.start()
        theirs.close()
        self.has: deque[Chunk] = deque()
        self.ready = False

    def give(self, chunk: Chunk) -> None:
        """Sends a chunk; a pipe that is broken shows when it is read."""
        self.has.append(chunk)
        with suppress(BrokenPipeError, ConnectionResetError):
            self.connection.send(chunk.members)

    def messages(self) -> Iterator[Any]:
        """What has come through the pipe by now.

        Raises:
            EOFError: the process has ended.
        """
        try:
            while self.connection.poll():
                yield self.connection.recv()
        except OSError as error:  # ended in the middle of a message
            raise EOFError from error

    def end(self) -> None:
        """Ends the process, whatever it does."""
        self.connection.close()
        if self.process.is_alive():
            self.process.terminate()
            self.process.join(_PATIENCE)
            if self.process.is_alive():
                self.process.kill()
        self.process.join()
        self.process.close()


class _Crew:
    """The workers of one run, and what waits for them."""

    def __init__(self, work: Work, chunks: Chunks, workers: int, path: str) -> None:
        self._work = work
        self._chunks = chunks
        self._path = path
        self._waiting = Waiting(chunks)
        self._failed_starts = 0
        self._members: list[_Member] = []
        with _plain_start():
            for _ in range(workers):
                self._members.append(_Member(path))

    def outcomes(self) -> Iterator[list[Outcome]]:
        """What became of all jobs, as they end."""
        while True:
            self._hand_out()
            own = self._waiting.next() if self._may_work_here() else None
            if own is not None:
                yield from run_here(self._work, own, self._chunks)
            elif self._idle() and self._waiting.ended:
                return
            # Where nobody is ready yet, the first who is gets what waits.
            self._wait(0.0 if own is not None else None)
            for member in list(self._members):
                yield from self._hear(member)

    def dismiss(self) -> None:
        """Ends all workers; they hold nothing that would be lost."""
        for member in self._members:
            member.process.terminate()
        for member in self._members:
            member.end()
        self._members.clear()

    # -- inside

    def _idle(self) -> bool:
        return not any(member.has for member in self._members)

    def _may_work_here(self) -> bool:
        """While somebody is not ready, unless a chunk is so long that the others would wait."""
        starting = any(not member.ready for member in self._members)
        return starting and self._chunks.seconds <= _SHORT and not self._failed_starts

    def _hand_out(self) -> None:
        """Gives every worker what to do, and short chunks one ahead so that none ever waits."""
        ahead = 2 if self._chunks.seconds <= _SHORT else 1
        for depth in range(1, ahead + 1):
            for member in self._members:
                if member.ready and len(member.has) < depth:
                    chunk = self._waiting.next()
                    if chunk is None:
                        return
                    member.give(chunk)

    def _wait(self, seconds: float | None) -> None:
        """Until a worker says something or ends."""
        things: list[Any] = [member.connection for member in self._members]
        things += [member.process.sentinel for member in self._members]
        wait(things, seconds)

    def _hear(self, member: _Member) -> Iterator[list[Outcome]]:
        """What a worker has said; a new one in its place where it has ended."""
        ended = not member.process.is_alive()
        try:
            for message in member.messages():
                if isinstance(message, list):
                    member.has.popleft()
                    yield self._learnt(message)
                else:
                    self._begun(member, *message)
        except EOFError:
            ended = True
        if ended:
            yield from self._lost(member)

    def _begun(self, member: _Member, word: str, why: str) -> None:
        if word == CANNOT_LOAD:
            raise WorkerError(
                f"{called(self._work.function)}: worker processes cannot load it: {why}; put it "
                "into a module that can be imported, or use one process (--jobs 1)"
            )
        member.ready = word == READY
        self._failed_starts = 0  # counted in a row

    def _lost(self, member: _Member) -> Iterator[list[Outcome]]:
        """Another worker, and another try for what the lost one was doing."""
        self._members.remove(member)
        chunks = list(member.has)
        member.end()
        if member.ready:
            self._failed_starts = 0
        else:
            self._failed_starts += 1
            if self._failed_starts >= _FAILED_STARTS:
                raise WorkerError(
                    f"worker processes end while they start, {self._failed_starts} times in a "
                    "row, perhaps for want of memory; use fewer of them (--jobs 1 uses none)"
                )
        yield self._waiting.lost(chunks)
        with _plain_start():
            self._members.append(_Member(self._path))

    def _learnt(self, outcomes: list[Outcome]) -> list[Outcome]:
        self._chunks.learn(outcomes)
        return outcomes


@contextmanager
def _work_file(work: Work) -> Iterator[str]:
    """The work in a file for the workers, removed afterwards.

    Handed over at the start it would go through a pipe that holds 64 kB: this process would wait
    for each worker to load the model before it could start the next, and hear no interrupt.
    """
    try:
        place = tempfile.TemporaryDirectory(prefix="kemitraan-", ignore_cleanup_errors=True)
    except OSError as error:
        raise _no_room(error) from error
    with place as folder:
        path = Path(folder) / "work"
        try:
            path.write_bytes(packed(work))
        except OSError as error:
            raise _no_room(error) from error
        yield str(path)


def _no_room(error: OSError) -> WorkerError:
    return WorkerError(
        f"the folder for temporary files cannot be written: {error.strerror or error}; free some "
        "space there, name another one by TMPDIR, or use one process (--jobs 1)"
    )


@contextmanager
def _plain_start() -> Iterator[None]:
    """Workers start without the caller's main program, and with one thread for linear algebra.

    A spawned process imports the main program again. A script without the `__main__` guard would
    then run itself once more in every worker, and a notebook has no file to import; workers need
    only their own module, so the main program is hidden from them while they start. An interrupt
    waits until they have started, where the system can hold it back: half started they would die
    with a traceback each.
    """
    main = sys.modules["__main__"]
    kept = {name: getattr(main, name) for name in ("__file__", "__spec__") if hasattr(main, name)}
    environment = {f"{name}_NUM_THREADS": "1" for name in _THREADS}
    before = {name: os.environ.get(name) for name in environment}
    mask = getattr(signal, "pthread_sigmask", None)  # not on every system; inherited by workers
    if mask is not None:
        # The first worker would start it, and that lets interrupts through again.
        from multiprocessing.resource_tracker import ensure_running  # noqa: PLC0415

        ensure_running()
    held = mask(signal.SIG_BLOCK, {signal.SIGINT}) if mask is not None else None
    try:
        if "__file__" in kept:
            del main.__file__
        main.__spec__ = None
        os.environ.update(environment)
        yield
    finally:
        for name, value in kept.items():
            setattr(main, name, value)
        for name, old in before.items():
            if old is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = old
        if mask is not None:
            mask(signal.SIG_SETMASK, held)  # last: a waiting interrupt comes now
