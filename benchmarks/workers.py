"""Two processes against one, over the units of a comparison."""

from __future__ import annotations

import time

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
    same = "tables are equal" if first == second else "TABLES DIFFER"
    note = f"by the clock, {default_jobs()} processors for us, {len(jobs)} units, {same}"
    return [
        plain("one process", one, "s by the clock", f"{1000 * each:.0f} ms of a core a unit"),
        plain("two processes", two, "s by the clock", "their start included"),
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
