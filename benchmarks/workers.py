"""Two processes against one, over the units of a comparison, and what the runner itself costs."""

from __future__ import annotations

import tempfile
import time
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path

import numpy as np

from benchmarks.rows import Row, above, below, plain
from benchmarks.worlds import MANDATE, region
from experiments.batch.backend import Backend
from experiments.batch.backends import backend_of
from experiments.batch.chunks import Chunks
from experiments.batch.dask_local import LocalCluster
from experiments.batch.experiment import Experiment
from experiments.batch.job import Job
from experiments.batch.pool import LocalPool
from experiments.batch.record import Floats, Layout
from experiments.batch.task import Task
from experiments.compare_batch import CompareBatch
from experiments.design import Study, make_jobs, make_study
from experiments.runner import default_jobs, run_jobs
from scenarios import load_scenario

__all__ = ["empty", "measure_workers"]

_FIRMS, _MONTHS = 1_000, 60
_RUNS = 1_000
_EMPTY = 20_000


def measure_workers(*, quick: bool) -> list[Row]:
    """A thousand units on one and on two processes, kept in a folder, start of processes included.

    The units are of the size that a sensitivity study has: a thousand firms over sixty months.
    """
    units = 40 if quick else _RUNS
    pair = [load_scenario("no_policy"), load_scenario(MANDATE)]
    scale = round(region().firms / _FIRMS)
    study = make_study(region(), pair, seed=1, scale=scale, months=_MONTHS)
    jobs = list(make_jobs(study, "seeds", units, 0))
    run_jobs(study, jobs[:1], 1)  # loads the kernels
    one, first = _clock(study, jobs, 1)
    two, second = _clock(study, jobs, 2)
    bare = _unmanaged(study, jobs)
    same = "parts are equal" if first == second else "PARTS DIFFER"
    note = f"by the clock, {default_jobs()} processors for us, {units} units, {same}"
    return [
        plain("one process", one, "s by the clock", f"{1000 * one / units:.0f} ms a unit"),
        plain("two processes", two, "s by the clock", "their start included"),
        plain("two processes that know nothing of each other", bare, "s by the clock", "loaded"),
        plain("of them over one", one / bare, "times", "what this machine allows"),
        above("two processes over one", one / two, 1.9, "times", note),
        *_overhead(2_000 if quick else _EMPTY),
    ]


def empty(_study: None, job: Job) -> Floats:
    """A run that does nothing."""
    return np.array([job.changes["x"]])


def _overhead(runs: int) -> list[Row]:
    """Processor time of everything around a run, kept in a folder."""
    with tempfile.TemporaryDirectory(prefix="kemitraan-") as aside:
        task = Task(
            kind="function",
            function=empty,
            study=None,
            jobs=[Job("point", k, k, {"x": float(k)}) for k in range(runs)],
            layout=Layout.of(("y",)),
            pack=_as_it_is,
            names=("x",),
            fill=lambda _: np.nan,
        )
        used, begun = time.process_time(), time.perf_counter()
        with Experiment.create(Path(aside), task) as experiment:
            experiment.run(LocalPool(1))
            experiment.finish()
        used, taken = time.process_time() - used, time.perf_counter() - begun
    note = f"{runs:,} runs that do nothing, design, journal, parts and hashes included"
    return [
        below("the runner's own time a run", 1e3 * used / runs, 0.1, "ms of a core", note),
        plain("the same by the clock", 1e3 * taken / runs, "ms"),
        *_through_others(task, runs),
    ]


def _through_others(task: Task, runs: int) -> list[Row]:
    """Empty runs by two local processes and by two dask workers over TCP, once these are there."""
    rows = []
    pools: list[tuple[str, Backend]] = [("two local processes", LocalPool(2))]
    with LocalCluster(2) as cluster:
        pools.append(("dask, two workers over TCP", backend_of("dask", cluster.address)))
        for name, pool in pools:
            begun = used = 0.0
            seen = 0
            chunks = Chunks(range(runs), task.jobs, total=runs, workers=2, unit_seconds=1e-5)
            for outcomes in pool.run(task.work(), chunks):
                if not seen:  # their start is left out, and what came with it
                    used, begun = time.process_time(), time.perf_counter()
                    first = len(outcomes)
                seen += len(outcomes)
            each = 1e3 / max(1, seen - first)
            taken, used = time.perf_counter() - begun, time.process_time() - used
            note = f"{each * used:.3f} ms of this process's core"
            rows.append(plain(f"the same through {name}", each * taken, "ms by the clock", note))
    return rows


def _as_it_is(numbers: Floats) -> Floats:
    return numbers


def _clock(study: Study, jobs: list[Job], workers: int) -> tuple[float, bytes]:
    """Seconds by the clock, and all bytes of the parts."""
    batch = CompareBatch(study, "seeds", jobs, {"pairs": len(jobs)}, "en")
    with tempfile.TemporaryDirectory(prefix="kemitraan-") as aside:
        with Experiment.create(Path(aside), batch.task) as experiment:
            begun = time.perf_counter()
            experiment.run(LocalPool(workers))
            seconds = time.perf_counter() - begun
        parts = sorted((Path(aside) / "parts").iterdir())
        return seconds, b"".join(path.read_bytes() for path in parts)


def _unmanaged(study: Study, jobs: list[Job]) -> float:
    """Seconds by the clock for half of the jobs each, in two processes, from when both are ready.

    No runner, no start, no waiting for the last: what is left is how the processors get on with
    each other.
    """
    context = get_context("spawn")
    ready = context.Barrier(3)
    half = len(jobs) // 2
    both = [
        context.Process(target=_half, args=(study, part, ready))
        for part in (jobs[:half], jobs[half:])
    ]
    for process in both:
        process.start()
    ready.wait()
    begun = time.perf_counter()
    for process in both:
        process.join()
    assert all(process.exitcode == 0 for process in both)  # noqa: S101  # else nothing was measured
    return time.perf_counter() - begun


def _half(study: Study, jobs: list[Job], ready: Barrier) -> None:
    """In a process of its own: loads the model, waits for the other, runs its jobs."""
    run_jobs(study, jobs[:1], 1)
    ready.wait()
    run_jobs(study, jobs, 1)
