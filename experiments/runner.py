"""Runs the jobs of a study on one or more processes; the answer is the same for any number.

Results stay in memory and a failure ends all: for runs that must not be lost see
`experiments.batch`, whose workers these are.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple, TypeVar, cast

from experiments.batch.backend import Backend
from experiments.batch.chunks import CHUNK_SECONDS, Chunks
from experiments.batch.failure import WORKER, Failure
from experiments.batch.growing import Growing
from experiments.batch.pool import LocalPool
from experiments.batch.work import Outcome, Work
from experiments.design import Job, Study
from experiments.unit import ModelError, Result, run_unit
from experiments.words import say
from scenarios.region_ranges import UMKM
from sim.errors import KemitraanError

if TYPE_CHECKING:
    from sim.population import RegionLike

__all__ = ["Pilot", "default_jobs", "pilot", "run_jobs", "run_units", "warm"]

_PILOT_FIRMS = 2_000
_PILOT_MONTHS = 12
# A small world stays in the processor's fast memory, and measuring outcomes takes time too.
_PILOT_FACTOR = 1.25
_WORKER_START = 2.0  # seconds until a new process has loaded the model

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
    unit_seconds: float = CHUNK_SECONDS,
    progress: Callable[[int], None] = lambda _: None,
    each: Callable[[int, Result], None] = lambda *_: None,
    backend: Backend | None = None,
    upto: tuple[int, Callable[[], int]] | None = None,
) -> list[Result]:
    """The results of the jobs, in the order of the jobs; see `run_units`."""
    return run_units(
        run_unit,
        study,
        jobs,
        workers,
        unit_seconds=unit_seconds,
        progress=progress,
        each=each,
        backend=backend,
        upto=upto,
    )


def run_units(
    unit: Callable[[S, Job], T],
    study: S,
    jobs: Sequence[Job],
    workers: int,
    *,
    unit_seconds: float = CHUNK_SECONDS,
    progress: Callable[[int], None] = lambda _: None,
    each: Callable[[int, T], None] = lambda *_: None,
    backend: Backend | None = None,
    upto: tuple[int, Callable[[], int]] | None = None,
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
        backend: that runs them, in place of so many processes of this machine.
        upto: jobs that are wanted first; and what says, when all of them are there, how many are
            wanted then. The same number again is the end, and no more than these come back.

    Raises:
        ModelError: a run failed, broke an identity, or its worker ended without a word; says which
            run it was.
    """
    pool = LocalPool(min(workers, max(1, len(jobs)))) if backend is None else backend
    work = Work(unit, study, keep_errors=True)
    results: list[T | None] = [None] * len(jobs)
    first, wanted = (len(jobs), lambda: len(jobs)) if upto is None else upto
    runs = Growing(first, wanted, lambda run: results[run] is not None)
    chunks = Chunks(runs, jobs, total=first, workers=pool.workers, unit_seconds=unit_seconds)
    runs.grown = chunks.more
    while runs.more():
        with closing(pool.run(work, chunks)) as stream:  # type: ignore[type-var]
            for outcomes in stream:
                progress(len(outcomes))
                for one in outcomes:
                    if isinstance(one.result, Failure):
                        raise _error(one, jobs[one.run]) from one.result.error
                    results[one.run] = one.result
                    each(one.run, one.result)
    return cast("list[T]", results[: runs.end])


def _error(one: Outcome, job: Job) -> KemitraanError:
    """What a failed run raises: which run, and why; its exit code where it has one of its own."""
    failure: Failure = one.result
    hint = ""
    if failure.stage == WORKER:
        hint = "; run again with --jobs 1, or with a larger --scale"
    which = f"run {one.run} ({job.role} {job.replicate}, seed {job.seed})"
    found = ModelError(f"{which} failed ({failure.stage}): {failure.message}{hint}")
    if isinstance(failure.error, KemitraanError):
        found.exit_code = failure.error.exit_code
    return found
