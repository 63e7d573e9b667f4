"""A Sobol study: runs by the clock, the analysis alone, and the same design on the twin."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from benchmarks.rows import Row, above, below, plain, timed
from benchmarks.worlds import MANDATE, mandated_world, region
from experiments.design import Study, make_study
from experiments.evaluate import RegionUnit, evaluate
from experiments.factors import Factor, choose_factors
from experiments.runner import default_jobs
from experiments.saltelli import sobol_indices
from experiments.sampling import make_sample, sample_jobs
from scenarios import load_scenario
from tests.reference.twin import twin_of

__all__ = ["measure_sobol"]

_BASE_ROWS, _PARAMETERS, _SCALE, _MONTHS = 1024, 20, 140, 60
_OUTCOMES, _MONTHS_TOLD = 20, 60


def measure_sobol(*, quick: bool) -> list[Row]:
    """20 parameters and luck, 1,024 base rows; a part of them is run and the rest reckoned.

    A row of the level is one run. The rows of the effect run the baseline too.
    """
    part = 8 if quick else 128
    rows = _runs("level", [MANDATE], part, 600.0)
    rows += _runs("effect", ["no_policy", MANDATE], part, None)
    return [*rows, *_analysis(quick=quick), *_twin()]


def _study(names: list[str]) -> tuple[Study, tuple[Factor, ...]]:
    loaded = [load_scenario(name) for name in names]
    study = make_study(region(), loaded, seed=1, scale=_SCALE, months=_MONTHS)
    # Spread over the registry, so that some say who stands where and some do not.
    every = choose_factors("all", study)
    factors = every[:: len(every) // _PARAMETERS][:_PARAMETERS]
    ranges = {name: ends for one in factors for name, ends in one.ranges.items()}
    return replace(study, varied=ranges), factors


def _runs(what: str, names: list[str], part: int, limit: float | None) -> list[Row]:
    study, factors = _study(names)
    jobs = sample_jobs(make_sample("sobol", factors, part, 1), 1)
    unit, workers = RegionUnit(), min(2, default_jobs())
    unit(study, jobs[0])
    cpu = timed(lambda: [unit(study, job) for job in jobs[: 4 * (_PARAMETERS + 3)]])
    each = cpu / (4 * (_PARAMETERS + 3))
    begun = time.perf_counter()
    evaluate(unit, study, jobs, workers, unit_seconds=each)
    seconds = (time.perf_counter() - begun) * _BASE_ROWS / part
    size = f"{_BASE_ROWS * (_PARAMETERS + 3):,} rows, {part} of {_BASE_ROWS:,} base rows run"
    name = f"Sobol of the {what}, {_PARAMETERS} parameters, on {workers} processes"
    told = f"by the clock; {study.firms:,} firms x {_MONTHS} months, {size}"
    return [
        below(name, seconds, limit, "s", told) if limit else plain(name, seconds, "s", told),
        plain(
            f"the same reckoned from processor time ({what})",
            each * _BASE_ROWS * (_PARAMETERS + 3) / workers,
            "s",
            f"{1e3 * each:.1f} ms of a core a row, building and measuring too",
        ),
    ]


def _analysis(*, quick: bool) -> list[Row]:
    """All indices with intervals of 20 outcomes in 60 months."""
    base = 128 if quick else _BASE_ROWS
    every = _PARAMETERS + 1
    values = np.random.default_rng(1).normal(size=(base * (every + 2), _OUTCOMES * _MONTHS_TOLD))
    begun = time.perf_counter()
    sobol_indices(values, every, 1)
    seconds = time.perf_counter() - begun
    told = f"by the clock, one thread; {_OUTCOMES} x {_MONTHS_TOLD} columns, {base} base rows"
    return [below("its analysis: first and total order, intervals", seconds, 10.0, "s", told)]


def _twin() -> list[Row]:
    """The same row on the twin: it builds the same world, and steps agents in plain Python."""
    study, factors = _study([MANDATE])
    jobs = sample_jobs(make_sample("sobol", factors, 8, 1), 1)[: 2 * (_PARAMETERS + 3)]
    unit = RegionUnit()
    unit(study, jobs[0])
    ours = timed(lambda: [unit(study, job) for job in jobs]) / len(jobs)
    build = timed(lambda: mandated_world(_SCALE, _MONTHS))
    world = mandated_world(_SCALE, _MONTHS)
    twin = twin_of(world)

    def work() -> None:
        for _ in range(_MONTHS):
            twin.step()

    slow = build + timed(work)
    twin.close()
    told = "one run of the twin, months and world; measuring and the runner left out"
    return [above("Sobol: the twin over ours", slow / ours, 50.0, "times", told)]
