"""A hundred field experiments of a thousand firms each, by the clock."""

from __future__ import annotations

import time

from benchmarks.rows import Row, below, plain
from experiments.runner import default_jobs
from experiments.trials.run import trial

__all__ = ["measure_trial"]

_NAME = "class_training"
_REPLICATES = 100


def measure_trial(*, quick: bool) -> list[Row]:
    """A shipped trial from its file to its table, the choice of its sample and workers included."""
    replicates = 10 if quick else _REPLICATES
    trial(_NAME, replicates=2, jobs=1, quiet=True)  # loads the kernels
    begun = time.perf_counter()
    result = trial(_NAME, replicates=replicates, quiet=True)
    rows = len(result.table)
    taken = time.perf_counter() - begun
    units = result.counts["units"]
    firms = f"{result.study.firms:,} firms x {result.study.months} months, twice from month 24"
    note = f"{_NAME}: {units:,.0f} units, {replicates} trials, {rows} rows; {firms}"
    each = sum(r.seconds for r in result.results) / len(result.results)
    return [
        below("a trial, file to table", taken, 60.0, "s by the clock", note),
        plain("of it: one simulated trial", 1e3 * each, "ms", f"{default_jobs()} processes"),
    ]
