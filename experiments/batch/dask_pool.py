"""Workers on many machines, through a scheduler of `dask.distributed`.

Which worker has which chunk is decided here, not by the scheduler, as with the local pool: so it is
known what a worker was doing when it ended, and no run is tried more often than it should be.
Workers may come and go at any time.
"""

from __future__ import annotations

import pickle
import time
from collections import deque
from collections.abc import Iterator
from contextlib import nullcontext, suppress
from queue import Empty, SimpleQueue
from typing import Any

from distributed import Client, Future, KilledWorker

from experiments.batch import dask_client
from experiments.batch.backend import BackendError
from experiments.batch.chunks import CHUNK_SECONDS, Chunk, Chunks
from experiments.batch.dask_client import (
    ANSWER_SECONDS,
    Sent,
    answers,
    cannot,
    connected,
    refuse_unfit,
    wait_for_workers,
)
from experiments.batch.dask_local import LocalCluster
from experiments.batch.packed import refuse_own_function
from experiments.batch.waiting import Waiting
from experiments.batch.work import Outcome, Work
from sim.errors import KemitraanError

__all__ = ["DaskPool"]

FIRST_WORKER_SECONDS = 10.0
"""For a scheduler without workers to get one."""
NO_WORKER_SECONDS = 120.0
"""In the middle of a batch, for a worker to come back."""
_LOCAL_SECONDS = 60.0
_RESULT_SECONDS = 2.0
_BEAT = 0.5
_SHORT = 4 * CHUNK_SECONDS
_FEED = 16
"""Workers for whom this process can make chunks of the usual length; more get longer ones."""
_FAILED_STARTS = 3
_FAULTS = 10


class DaskPool:
    """Workers of a dask scheduler, or of a cluster that is started here for each batch.

    Args:
        scheduler: its address; none for a cluster on this machine.
        workers: processes of that cluster.

    Raises:
        KemitraanError: the scheduler cannot be reached, or has no workers.
    """

    def __init__(self, scheduler: str | None, workers: int) -> None:
        self._scheduler = scheduler
        self._workers = max(1, workers)
        if scheduler is not None:
            with connected(scheduler) as client:
                self._workers = len(wait_for_workers(client, scheduler, FIRST_WORKER_SECONDS))

    @property
    def workers(self) -> int:
        """Processes that share the work, as many as there were when it was made."""
        return self._workers

    @property
    def here(self) -> int:
        """Those of a cluster on this machine; else none but this process."""
        return self._workers if self._scheduler is None else 1

    def check(self, work: Work) -> None:
        """Refuses workers that cannot load the work, or would run another version of it.

        Workers of a cluster on this machine are of this version.
        """
        refuse_own_function(work)
        if self._scheduler is None:
            return
        with connected(self._scheduler) as client:
            there = wait_for_workers(client, self._scheduler, FIRST_WORKER_SECONDS)
            sent = Sent(client, work)
            try:
                begun = {address: sent.begin(address) for address in there}
                refuse_unfit(self._scheduler, work, answers(begun))
            finally:
                sent.forget()

    def run(self, work: Work, chunks: Chunks) -> Iterator[list[Outcome]]:
        """What became of the jobs of all chunks, as they end.

        Raises:
            BackendError: the scheduler is lost, or has no workers any more.
            KemitraanError: workers cannot load the work, or have another version.
        """
        refuse_own_function(work)
        own = self._scheduler is None
        place = LocalCluster(min(self._workers, max(1, chunks.left))) if own else nullcontext()
        with place as cluster:
            address = str(self._scheduler) if cluster is None else cluster.address
            with connected(address) as client:
                wait_for_workers(
                    client, address, FIRST_WORKER_SECONDS if cluster is None else _LOCAL_SECONDS
                )
                crew = _Crew(client, address, work, chunks, self._workers, cluster)
                try:
                    yield from crew.outcomes()
                finally:
                    crew.dismiss()


class _Member:
    """A worker, and the chunks it has, in the order in which it got them."""

    def __init__(self, address: str, threads: int) -> None:
        self.address = address
        self.threads = threads
        self.has: deque[tuple[str, Chunk]] = deque()
        self.ready = False
        self.used = False


class _Crew:
    """The workers of one batch, and what waits for them."""

    def __init__(
        self,
        client: Client,
        scheduler: str,
        work: Work,
        chunks: Chunks,
        workers: int,
        cluster: LocalCluster | None,
    ) -> None:
        self._client = client
        self._scheduler = scheduler
        self._work = work
        self._chunks = chunks
        self._cluster = cluster
        self._sent = Sent(client, work)
        self._waiting = Waiting(chunks, -(-workers // _FEED))
        self._members: dict[str, _Member] = {}
        self._futures: dict[str, tuple[_Member, Future]] = {}
        self._done: SimpleQueue[Future] = SimpleQueue()
        self._failed_starts = 0
        self._faults = 0
        self._heard_of = False
        self._looked = -_BEAT
        self._seen = time.monotonic()

    def outcomes(self) -> Iterator[list[Outcome]]:
        """What became of all jobs, as they end."""
        while True:
            if time.monotonic() - self._looked >= _BEAT:
                yield from self._look_around()
            self._hand_out()
            if self._waiting.ended and not any(one.has for one in self._members.values()):
                return
            for future in self._heard():
                yield from self._hear(future)

    def dismiss(self) -> None:
        """Leaves nothing at the workers; a run that is in the middle ends, and no other begins."""
        futures = [future for _, future in self._futures.values()]
        self._futures.clear()
        if self._client.status != "running":
            return
        self._sent.forget()
        with suppress(Exception):
            self._client.cancel(futures)

    # -- inside

    def _look_around(self) -> Iterator[list[Outcome]]:
        """Who has come, and who is gone."""
        if self._cluster is not None:
            self._cluster.mend()
        try:
            there = self._client.nthreads(callback_timeout=3 * ANSWER_SECONDS)
        except (OSError, TimeoutError) as error:
            raise self._no_scheduler() from error
        self._looked = time.monotonic()
        for address in [one for one in self._members if one not in there]:
            yield from self._lost(self._members[address])
        for address, threads in there.items():
            if address not in self._members:
                self._members[address] = _Member(address, threads)
                self._watch(self._members[address], self._sent.begin(address))
        if there:
            self._seen = self._looked
        elif self._looked - self._seen > NO_WORKER_SECONDS:
            raise BackendError(
                f"{self._scheduler}: has had no worker for {NO_WORKER_SECONDS:.0f} s; start some"
            )

    def _hand_out(self) -> None:
        """Gives every worker what to do, and short chunks one ahead so that none ever waits."""
        short = self._chunks.seconds <= _SHORT
        for depth in (1, 2):
            for member in self._members.values():
                ahead = 2 if short and member.threads == 1 and member.used else 1
                if member.ready and len(member.has) < min(depth, ahead) and self._free(member):
                    chunk = self._waiting.next()
                    if chunk is None:
                        return
                    if chunk.kills and member.has:
                        self._waiting.give_back([chunk])
                        continue
                    future = self._sent.run(member.address, chunk)
                    member.has.append((future.key, chunk))
                    self._watch(member, future)

    def _free(self, member: _Member) -> bool:
        """Whether a worker may have more; who has a run that ended another one has it alone."""
        return not any(chunk.kills for _, chunk in member.has)

    def _watch(self, member: _Member, future: Future) -> None:
        self._futures[future.key] = (member, future)
        self._listen(future)

    def _listen(self, future: Future) -> None:
        future.add_done_callback(self._done.put)

    def _heard(self) -> list[Future]:
        """What has ended by now; waits until something has, but not longer than a beat."""
        found = []
        with suppress(Empty):
            found.append(self._done.get(timeout=_BEAT))
            while True:
                found.append(self._done.get_nowait())
        return found

    def _hear(self, future: Future) -> Iterator[list[Outcome]]:
        """What a worker has said, or that it has ended."""
        member, _ = self._futures.get(future.key, (None, None))
        if member is None:
            return  # of a worker that was given up
        status = future.status
        if status == "finished":
            try:
                said = future.result(timeout=_RESULT_SECONDS)
            except (TimeoutError, OSError):
                self._listen(future)  # gone with its worker, which is noticed
                return
            yield from self._said(member, future.key, said)
        elif status == "error":
            yield from self._fault(member, future)
        elif status == "cancelled":
            self._cut_off()
        else:  # gone with its worker, or run again by another process at its address
            self._listen(future)

    def _said(self, member: _Member, key: str, said: Any) -> Iterator[list[Outcome]]:  # noqa: ANN401
        if not isinstance(said, bytes):
            self._futures.pop(key)
            try:
                refuse_unfit(self._scheduler, self._work, {member.address: said})
            except KemitraanError as error:
                if not self._heard_of:
                    raise
                raise BackendError(str(error)) from error  # in the middle; there are runs to keep
            member.ready = True
            return
        if not said:  # another process at the same address
            yield from self._lost(member)
            return
        self._futures.pop(key)
        member.has = deque(one for one in member.has if one[0] != key)
        outcomes: list[Outcome] = pickle.loads(said)  # noqa: S301  # of our own worker
        if member.used:
            self._chunks.learn(outcomes)  # the first takes longer, as the kernels are loaded
        member.used = True
        self._failed_starts = self._faults = 0
        self._heard_of = True
        yield outcomes

    def _fault(self, member: _Member, future: Future) -> Iterator[list[Outcome]]:
        """A task that ended without our function's word."""
        error = future.exception(timeout=ANSWER_SECONDS)
        if not isinstance(error, KilledWorker):
            if not member.ready:
                raise cannot(self._scheduler, member.address, error)
            self._faults += 1
            if self._faults >= _FAULTS:
                raise BackendError(
                    f"{self._scheduler}: worker {member.address}: {type(error).__name__}: {error}"
                ) from error
        yield from self._lost(member)

    def _lost(self, member: _Member) -> Iterator[list[Outcome]]:
        """Another try for what a worker had that has ended."""
        del self._members[member.address]
        for key in [key for key, (one, _) in self._futures.items() if one is member]:
            self._futures.pop(key)[1].release()
        if not member.ready:
            self._failed_starts += 1
            if self._failed_starts >= _FAILED_STARTS:
                raise BackendError(
                    f"{self._scheduler}: workers end while they load the work, "
                    f"{self._failed_starts} times in a row, perhaps for want of memory; start "
                    "fewer of them on a machine"
                )
        failed = self._waiting.lost([chunk for _, chunk in member.has])
        if failed:
            yield failed

    def _cut_off(self) -> None:
        """The connection was lost; it may be there again, with nothing of what was sent."""
        until = time.monotonic() + 2 * dask_client.CONNECT_SECONDS
        while self._client.status != "running" and time.monotonic() < until:
            if self._client.status in ("closed", "closing"):
                break
            time.sleep(_BEAT / 10)
        self._faults += 1
        if self._client.status != "running" or self._faults >= _FAULTS:
            raise self._no_scheduler()
        for member in self._members.values():
            self._waiting.give_back([chunk for _, chunk in member.has])
        self._futures.clear()
        self._members.clear()
        self._looked = -_BEAT

    def _no_scheduler(self) -> BackendError:
        return BackendError(
            f"{self._scheduler}: the scheduler is gone, or does not answer; start it and its "
            "workers again"
        )
