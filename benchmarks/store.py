"""Forty thousand runs kept, and read again: room, time to write, time of a quantile over all."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.rows import Row, below, plain
from experiments.batch.quantiles import quantiles
from experiments.batch.record import Block, Layout
from experiments.batch.store import Store, part_length
from experiments.batch.work import Outcome

__all__ = ["measure_store"]

_RUNS, _MONTHS, _OUTCOMES = 40_000, 60, 20
_CHUNK = 40
_COUNTS = 8
"""Of the outcomes, those that are whole numbers, as firms and hotels are."""
Floats = npt.NDArray[np.float64]


def measure_store(*, quick: bool) -> list[Row]:
    """Synthetic runs through log and parts, then quantiles of every outcome in every month.

    Each outcome is a level of its own that wanders from month to month, differs between runs by a
    fifth, and has all the digits of a double; eight of twenty are counts.
    """
    runs = 2_000 if quick else _RUNS
    names = tuple(f"outcome_{k:02d}" for k in range(_OUTCOMES))
    layout = Layout((Block(names, {"month": list(range(_MONTHS))}),))
    with tempfile.TemporaryDirectory(prefix="kemitraan-") as aside:
        folder = Path(aside)
        seconds = cpu = 0.0
        store = Store(folder, layout, runs, part_length(runs, layout))
        for outcomes in _made(runs, layout):
            begun, used = time.perf_counter(), time.process_time()
            store.put(outcomes)
            seconds += time.perf_counter() - begun
            cpu += time.process_time() - used
        begun = time.perf_counter()
        store.close()
        seconds += time.perf_counter() - begun
        size = sum(path.stat().st_size for path in (folder / "parts").iterdir())
        quantiles(folder, layout, (0.05, 0.5, 0.95))  # the files are in memory from now on
        begun, used = time.perf_counter(), time.process_time()
        found = quantiles(folder, layout, (0.05, 0.5, 0.95))
        taken, busy = time.perf_counter() - begun, time.process_time() - used
        begun = time.perf_counter()
        quantiles(folder, layout, (0.05, 0.5, 0.95), columns=names[:1])
        one = time.perf_counter() - begun
    assert found.shape == (3, _MONTHS, _OUTCOMES)  # noqa: S101  # else nothing was measured
    what = f"{runs:,} synthetic runs x {_MONTHS} months x {_OUTCOMES} outcomes"
    raw = runs * layout.nbytes
    return [
        below(
            "runs kept on disk", size / 1e6, 300.0, "MB", f"{what}; {raw / 1e6:.0f} MB as they are"
        ),
        below(
            "writing them, log and parts", seconds, 10.0, "s by the clock", f"{cpu:.1f} s of a core"
        ),
        plain("of it a run", 1e6 * seconds / runs, "µs"),
        below(
            "5, 50 and 95 % of every outcome and month over all",
            taken,
            1.0,
            "s by the clock",
            f"{busy:.1f} s of cores; files in memory",
        ),
        plain("the same of one outcome", one, "s by the clock"),
    ]


def _made(runs: int, layout: Layout) -> Iterator[list[Outcome]]:
    """Runs with records, a chunk at a time; the numbers are synthetic."""
    draw = np.random.default_rng(1)
    level = np.exp(draw.uniform(2.0, 12.0, _OUTCOMES))
    for start in range(0, runs, _CHUNK):
        count = min(_CHUNK, runs - start)
        between = 0.2 * draw.standard_normal((count, 1, _OUTCOMES))
        steps = 0.02 * draw.standard_normal((count, _MONTHS, _OUTCOMES)).cumsum(axis=1)
        values: Floats = level * (1.0 + between + steps)
        values[:, :, :_COUNTS] = np.round(values[:, :, :_COUNTS])
        records = values.reshape(count, layout.size)
        yield [Outcome(start + k, records[k], 0.05) for k in range(count)]
