"""Two processes against one, over the units of a comparison."""

from __future__ import annotations

import time
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier

from benchmarks.rows import Row, above, plain
from benchmarks.worlds import MANDATE, region
from experiments.design import Job, Study, make_jobs, make_study
from experiments.runner import default_jobs, run_jobs
from scenarios import load_scenario
from sim.case import auto_scale
from sim.outcomes import OUTCOMES

__all__ = ["measure_workers"]


def measure_workers(*, quick: bool) -> list[Row]:
    """64 units on one and on two processes, by the clock, start of the processes included.

    The units are of the size that a comparison has by itself.
    """
    units, scale = (8, 200) if quick else (64, auto_scale(region().firms))
    pair = [load_scenario("no_policy"), load_scenario(MANDATE)]
    study = make_study(region(), pair, seed=1, scale=scale, months=108)
    jobs = list(make_jobs(study, "seeds", units, 0))[:units]
    run_jobs(study, jobs[:1], 1)  # loads the kernels
    one, first, each = _clock(study, jobs, 1)
    two, second, _ = _clock(study, jobs, 2)
    bare = _unmanaged(study, jobs)
    same = "tables are equal" if first == second else "TABLES DIFFER"
    note = f"by the clock, {default_jobs()} processors for us, {len(jobs)} units, {same}"
    return [
        plain("one process", one, "s by the clock", f"{1000 * each:.0f} ms of a core a unit"),
        plain("two processes", two, "s by the clock", "their start included"),
        plain("two processes that know nothing of each other", bare, "s by the clock", "loaded"),
        plain("of them over one", one / bare, "times", "what this machine allows"),
        above("two processes over one", one / two, 1.8, "times", note),
    ]


def _clock(study: Study, jobs: list[Job], workers: int) -> tuple[float, bytes, float]:
    """Seconds by the clock, all numbers, and processor time a unit."""
    begun = time.perf_counter()
    guess = 0.2
    results = run_jobs(study, jobs, workers, unit_seconds=guess)
    seconds = time.perf_counter() - begun
    assert results[0].numbers.shape[1] >= len(OUTCOMES)  # noqa: S101  # all were measured
    numbers = b"".join(result.numbers.tobytes() for result in results)
    return seconds, numbers, sum(result.seconds for result in results) / len(results)


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
