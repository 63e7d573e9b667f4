"""The way to a dask scheduler and its workers: connecting, sending, checking, faults in words."""

from __future__ import annotations

import logging
import pickle
import time
import uuid
import warnings
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from distributed import Client, Future, Security
from distributed.versions import VersionMismatchWarning

from experiments.batch.chunks import Chunk
from experiments.batch.dask_worker import OTHER, begin, forget, run_members
from experiments.batch.packed import packed
from experiments.batch.program import Program
from experiments.batch.work import Work, called
from experiments.batch.worker import CANNOT_LOAD, READY
from sim.errors import KemitraanError

__all__ = [
    "ANSWER_SECONDS",
    "Sent",
    "answers",
    "cannot",
    "connected",
    "refuse_unfit",
    "wait_for_workers",
]

CONNECT_SECONDS = 5.0
"""For a scheduler to answer."""
CHECK_SECONDS = 120.0
"""For workers to load the work when they are checked; they may be busy with others' work."""
ANSWER_SECONDS = 10.0
_BEAT = 0.5
_OWN = "kemitraan"
_CERTIFICATES = [
    f"DASK_DISTRIBUTED__COMM__TLS__{name}" for name in ("CA_FILE", "CLIENT__CERT", "CLIENT__KEY")
]


class Sent:
    """Work and chunks on their way to workers."""

    def __init__(self, client: Client, work: Work) -> None:
        self._client = client
        self._content = zlib.compress(packed(work), 1)
        self._program = Program.of(work.function, work.also).plain()
        self.token = uuid.uuid4().hex
        self._count = 0

    def begin(self, address: str) -> Future:
        """Has a worker load the work."""
        return self._submit(address, begin, self._content, self._program)

    def run(self, address: str, chunk: Chunk) -> Future:
        """Has a worker run a chunk."""
        return self._submit(address, run_members, pickle.dumps(chunk.members))

    def forget(self) -> None:
        """Takes the work back from all workers."""
        with suppress(Exception):  # they may all be gone
            self._client.sync(
                self._client._run,  # noqa: SLF001  # `run` itself knows no timeout
                forget,
                self.token,
                on_error="ignore",
                callback_timeout=ANSWER_SECONDS,
            )

    def _submit(self, address: str, function: Any, *arguments: object) -> Future:  # noqa: ANN401
        self._count += 1
        return self._client.submit(
            function,
            self.token,
            *arguments,
            key=f"{_OWN}-{self.token}-{self._count:012d}",
            workers=[address],
            allow_other_workers=False,
            fifo_timeout="0 ms",
            retries=0,
            pure=False,
        )


def wait_for_workers(client: Client, scheduler: str, seconds: float) -> dict[str, int]:
    """Threads of each worker, by address.

    Raises:
        KemitraanError: there is none, after a while.
    """
    until = time.monotonic() + seconds
    while True:
        try:
            there: dict[str, int] = client.nthreads(callback_timeout=ANSWER_SECONDS)
        except (OSError, TimeoutError) as error:
            raise _unreachable(scheduler) from error
        if there:
            return there
        if time.monotonic() > until:
            raise KemitraanError(
                f"--scheduler {scheduler}: has no workers, after {seconds:.0f} s; start some: "
                f"dask worker {scheduler} --nthreads 1 --nworkers auto"
            )
        time.sleep(_BEAT / 10)


def answers(begun: dict[str, Future]) -> dict[str, Any]:
    """What workers say who load the work; those that are busy are asked again later."""
    until = time.monotonic() + CHECK_SECONDS
    found = {}
    for address, future in begun.items():
        left = until - time.monotonic()
        try:
            found[address] = future.result(timeout=max(left, _BEAT))
        except TimeoutError:
            continue
        except Exception as error:  # noqa: BLE001  # told as what the worker said
            found[address] = (CANNOT_LOAD, [f"{type(error).__name__}: {error}"])
    return found


def refuse_unfit(
    scheduler: str, work: Work, said_by: Mapping[str, tuple[str, Sequence[str]]]
) -> None:
    """Refuses workers of another version.

    Raises:
        KemitraanError: with what differs.
    """
    bad = {address: said for address, said in said_by.items() if said[0] != READY}
    if not bad:
        return
    address, (word, why) = next(iter(bad.items()))
    more = f" (and {len(bad) - 1} of {len(said_by)} workers more)" if len(bad) > 1 else ""
    if word == OTHER:
        raise KemitraanError(
            f"{scheduler}: worker {address}{more} would give other numbers, as it has another "
            f"program: {'; '.join(why)}; install the same there, from the same requirements.lock, "
            "and start it again"
        )
    raise cannot(scheduler, address + more, why[0], called(work.function))


def cannot(scheduler: str, address: str, why: object, name: str = "the work") -> KemitraanError:
    """The error of a worker that cannot load the work."""
    told = f"{type(why).__name__}: {why}" if isinstance(why, BaseException) else str(why)
    return KemitraanError(
        f"{scheduler}: worker {address} cannot load {name}: {told}; scheduler and workers need "
        "the same installation of kemitraan as this process, and every module that is used"
    )


def _unreachable(scheduler: str) -> KemitraanError:
    return KemitraanError(
        f"--scheduler {scheduler}: nobody answers there within {CONNECT_SECONDS:.0f} s; start one "
        "with: dask scheduler, and give the address it says; or leave --scheduler out"
    )


def _check_certificates(scheduler: str) -> None:
    """Refuses an address that needs certificates where none are set, or cannot be read.

    Raises:
        KemitraanError: with the settings.
    """
    if not scheduler.startswith("tls://"):
        return
    try:
        if Security().get_connection_args("client").get("ssl_context") is not None:
            return
        why = "none are set"
    except (OSError, ValueError, TypeError) as error:
        why = str(error)
    raise KemitraanError(
        f"--scheduler {scheduler}: needs certificates ({why}); set {', '.join(_CERTIFICATES)}, or "
        "dask's configuration"
    )


@contextmanager
def connected(scheduler: str) -> Iterator[Client]:
    """A client of a scheduler, closed at the end, whatever happens.

    Raises:
        KemitraanError: nobody answers.
    """
    _check_certificates(scheduler)
    with _quiet():
        try:
            with warnings.catch_warnings():
                # Versions that matter are compared with more care than dask does.
                warnings.simplefilter("ignore", VersionMismatchWarning)
                client = Client(scheduler, timeout=CONNECT_SECONDS, set_as_default=False, name=_OWN)
        except (OSError, TimeoutError, ImportError, ValueError) as error:
            raise _unreachable(scheduler) from error
        try:
            yield client
        finally:
            with suppress(Exception):  # the scheduler may be gone
                client.close(timeout=ANSWER_SECONDS)


@contextmanager
def _quiet() -> Iterator[None]:
    """What dask would log is told in our own words."""
    loggers = [logging.getLogger(name) for name in ("distributed", "distributed.client")]
    before = [one.level for one in loggers]
    for one in loggers:
        one.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for one, level in zip(loggers, before, strict=True):
            one.setLevel(level)
