"""Runs the jobs of a study on one or more processes; the answer is the same for any number.

Processes are spawned, never forked, so that it works alike on every system and in a notebook.
"""

from __future__ import annotations

import math
import os
import pickle
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import (
    Future,
    InvalidStateError,
    ProcessPoolExecutor,
    as_completed,
)
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from multiprocessing import active_children, get_context, parent_process
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast

from experiments.design import Job, Study
from experiments.unit import ModelError, Result, run_unit
from experiments.words import say
from scenarios.region_ranges import UMKM
from sim.errors import KemitraanError

if TYPE_CHECKING:
    from sim.population import RegionLike

__all__ = ["Pilot", "default_jobs", "pilot", "run_jobs", "run_units", "warm"]

_THREADS = ("OMP", "OPENBLAS", "MKL", "NUMEXPR")
_CHUNK_SECONDS = 0.2
_PILOT_FIRMS = 2_000
_PILOT_MONTHS = 12
# A small world stays in the processor's fast memory, and measuring outcomes takes time too.
_PILOT_FACTOR = 1.25
_WORKER_START = 2.0  # seconds until a new process has loaded the model

_study: object = None
S = TypeVar("S")
T = TypeVar("T")


class Pilot(NamedTuple):
    """What a short trial says about the whole.

    Attributes:
        unit_seconds: of one core, for one job.
        seconds: by the clock, for all jobs on so many processes.
    """

    unit_seconds: float
    seconds: float


def default_jobs() -> int:
    """Processors this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return max(1, len(affinity(0)) if affinity is not None else os.cpu_count() or 1)


def warm(tell: Callable[[str], None], lang: str = "en") -> None:
    """Compiles the kernels, or loads them, before workers start; says once if it takes time."""
    from sim.jit import cache_is_warm  # noqa: PLC0415  # numba

    if not cache_is_warm("run_month"):
        tell(say("compiling", lang))


def pilot(study: Study, jobs: Sequence[Job], workers: int) -> Pilot:
    """Times a few months of a small sample of the study's own region."""
    from sim.population import build_world  # noqa: PLC0415  # numba
    from sim.run import simulate  # noqa: PLC0415

    scale = max(study.scale, round(study.region.firms / _PILOT_FIRMS))
    world = build_world(
        cast("RegionLike", study.region),
        study.parameters,
        seed=jobs[0].seed,
        scale=scale,
        months=_PILOT_MONTHS + 1,
    )
    simulate(world, 1)
    begun = time.perf_counter()
    simulate(world)
    each = (time.perf_counter() - begun) / (world.n_firms * _PILOT_MONTHS)
    branch = study.branch_month
    months = branch + len(study.scenarios) * (study.months - branch)
    # Where the number of firms is a guess, runs are longer or shorter than at its value.
    drawn = [job.changes.get(UMKM, study.region.firms) for job in jobs]
    each *= math.fsum(drawn) / len(drawn) / study.region.firms
    unit = _PILOT_FACTOR * each * months * world.n_firms * scale / study.scale
    start = _WORKER_START if workers > 1 else 0.0
    return Pilot(unit, unit * len(jobs) / workers + start)


def run_jobs(
    study: Study,
    jobs: Sequence[Job],
    workers: int,
    *,
    unit_seconds: float = _CHUNK_SECONDS,
    progress: Callable[[int], None] = lambda _: None,
    each: Callable[[int, Result], None] = lambda *_: None,
) -> list[Result]:
    """The results of the jobs, in the order of the jobs; see `run_units`."""
    return run_units(
        run_unit, study, jobs, workers, unit_seconds=unit_seconds, progress=progress, each=each
    )


def run_units(
    unit: Callable[[S, Job], T],
    study: S,
    jobs: Sequence[Job],
    workers: int,
    *,
    unit_seconds: float = _CHUNK_SECONDS,
    progress: Callable[[int], None] = lambda _: None,
    each: Callable[[int, T], None] = lambda *_: None,
) -> list[T]:
    """What a function gives for each job, in the order of the jobs.

    Args:
        unit: of a study and a job; a module's own function, so that workers find it.
        study: what the jobs share.
        jobs: what to run.
        workers: processes; 1 runs here.
        unit_seconds: time of one job, so that chunks last long enough to be worth a message.
        progress: called with the number of jobs just done.
        each: called with the number of a job and what the function gave for it, as they come.

    Raises:
        ModelError: a run broke an identity.
        KemitraanError: a worker ended without a word.
    """
    if workers == 1 or len(jobs) == 1:
        results = []
        for i, job in enumerate(jobs):
            results.append(unit(study, job))
            progress(1)
            each(i, results[-1])
        return results
    size = max(1, min(round(_CHUNK_SECONDS / max(unit_seconds, 1e-3)), len(jobs) // workers))
    chunks = [jobs[i : i + size] for i in range(0, len(jobs), size)]

    def done(chunk: int, found: Sequence[T]) -> None:
        progress(len(found))
        for i, one in enumerate(found, chunk * size):
            each(i, one)

    return _in_processes(unit, study, chunks, min(workers, len(chunks)), done)


def _in_processes(
    unit: Callable[[S, Job], T],
    study: S,
    chunks: Sequence[Sequence[Job]],
    workers: int,
    done: Callable[[int, Sequence[T]], None],
) -> list[T]:
    """This process is one of the workers: it has the kernels at hand while others start."""
    others = set(active_children())
    with _no_word_of_cancelled(), _study_file(study) as path:
        pool = ProcessPoolExecutor(
            workers - 1, mp_context=get_context("spawn"), initializer=_begin, initargs=(path,)
        )
        finished = False
        try:
            with _plain_start():
                futures: list[Future[list[T]]] = [pool.submit(_run, unit, c) for c in chunks]
            results = [r for part in _work(unit, study, chunks, futures, done) for r in part]
            finished = True
        except BrokenProcessPool as error:
            raise ModelError(
                "a worker process ended without a word, perhaps for want of memory; "
                "run again with --jobs 1, or with a larger --scale"
            ) from error
        finally:
            if not finished:  # a fault or an interrupt: nobody waits for what still runs
                for process in active_children():
                    if process not in others:
                        process.terminate()
            pool.shutdown(wait=True, cancel_futures=True)
    return results


@contextmanager
def _no_word_of_cancelled() -> Iterator[None]:
    """Has a pool end without a traceback of its own thread.

    Until Python 3.12 that thread reports the end of a process to every chunk that waits, and fails
    at the first one that was cancelled.
    """
    before = threading.excepthook

    def hook(told: threading.ExceptHookArgs) -> None:
        if not issubclass(told.exc_type, InvalidStateError):
            before(told)

    threading.excepthook = hook
    try:
        yield
    finally:
        threading.excepthook = before


def _work(
    unit: Callable[[S, Job], T],
    study: S,
    chunks: Sequence[Sequence[Job]],
    futures: Sequence[Future[list[T]]],
    done: Callable[[int, Sequence[T]], None],
) -> list[list[T]]:
    """Runs chunks from the end for as long as nobody has begun them; then waits for the others.

    Raises:
        BrokenProcessPool: a worker ended without a word.
        CancelledError: never for a chunk that runs here; its result is kept.
    """
    own: dict[int, list[T]] = {}
    waiting = set(range(len(chunks)))

    def tell() -> None:
        for each in [i for i in waiting if i not in own and futures[i].done()]:
            waiting.discard(each)
            done(each, futures[each].result())

    for i in reversed(range(len(chunks))):
        if futures[i].cancel():
            own[i] = [unit(study, job) for job in chunks[i]]
            waiting.discard(i)
            done(i, own[i])
            tell()
    at = {futures[i]: i for i in waiting}
    for future in as_completed(at):
        done(at[future], future.result())
    return [own[i] if i in own else futures[i].result() for i in range(len(chunks))]


@contextmanager
def _study_file(study: object) -> Iterator[str]:
    """The study in a file for the workers, removed afterwards.

    Handed over at the start it would go through a pipe that holds 64 kB: this process would wait
    for each worker to load the model before it could start the next, and hear no interrupt.
    """
    with tempfile.TemporaryDirectory(prefix="kemitraan-", ignore_cleanup_errors=True) as folder:
        path = Path(folder) / "study"
        path.write_bytes(pickle.dumps(study))
        yield str(path)


@contextmanager
def _plain_start() -> Iterator[None]:
    """Workers start without the caller's main program, and with one thread for linear algebra.

    A spawned process imports the main program again. A script without the `__main__` guard would
    then run itself once more in every worker, and a notebook has no file to import; workers need
    only this module, so the main program is hidden from them while they start. An interrupt waits
    until they have started, where the system can hold it back: half started they would die with a
    traceback each.
    """
    main = sys.modules["__main__"]
    kept = {name: getattr(main, name) for name in ("__file__", "__spec__") if hasattr(main, name)}
    environment = {f"{name}_NUM_THREADS": "1" for name in _THREADS}
    before = {name: os.environ.get(name) for name in environment}
    mask = getattr(signal, "pthread_sigmask", None)  # not on every system; inherited by workers
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


def _begin(path: str) -> None:
    """In a worker, once: reads the study; an interrupt is the parent's to handle."""
    global _study  # noqa: PLW0603  # one study a worker, read once and not with every job
    with suppress(ValueError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _study = pickle.loads(Path(path).read_bytes())  # noqa: S301  # written by the parent process


def _end_with_parent() -> None:
    """A worker whose parent was killed would wait for work for ever."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _run(unit: Callable[[Any, Job], T], jobs: Sequence[Job]) -> list[T]:
    """In a worker: a chunk of jobs."""
    if _study is None:  # the initializer did not run
        raise KemitraanError("a worker has no study")
    return [unit(_study, job) for job in jobs]
