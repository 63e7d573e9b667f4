"""What an experiment will need: disk and memory, from its size or from a small trial of its own."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from experiments.batch.job import Job
from experiments.batch.need import Need
from experiments.batch.parts import PARTS, write_part
from experiments.batch.record import Floats, Layout
from experiments.design import Study
from scenarios.region_ranges import UMKM

__all__ = ["FILES", "FIRM", "PROCESS", "bytes_of_a_run", "need_of"]

MiB = 1 << 20
PROCESS = 300 * MiB  # Python, numba and the kernels
FIRM = 6_000  # bytes of a simulated firm: four copies of its world at once, with its links
_ARRAYS = 2  # copies of all numbers while tables are made
FILES = 12 * MiB  # figures and tables that do not grow with the runs
_TRIAL_FIRMS = 1_000
_KEPT_TWICE = 2.0  # in the parts and, run by run, in outcomes.parquet


def need_of(
    study: Study, jobs: Sequence[Job], workers: int, layout: Layout, *, run_bytes: float = 0.0
) -> Need:
    """Estimates; on the high side where nothing was measured.

    Args:
        study: what is shared.
        jobs: all replicates.
        workers: processes.
        layout: of a record.
        run_bytes: on disk of a run, see `bytes_of_a_run`; those of its record if 0.
    """
    most = max([job.changes.get(UMKM, study.region.firms) for job in jobs[:_TRIAL_FIRMS]])
    worker = PROCESS + round(FIRM * most / study.scale)
    each = run_bytes or _KEPT_TWICE * layout.nbytes
    return Need(
        disk=round(FILES + each * len(jobs)),
        parent=PROCESS + (worker - PROCESS) + _ARRAYS * layout.nbytes * len(jobs),
        worker=worker,
        workers=workers,
    )


def bytes_of_a_run(
    unit: Callable[[Study, Job], Any],
    study: Study,
    jobs: Sequence[Job],
    layout: Layout,
    pack: Callable[[Any], Floats],
    copies: float = _KEPT_TWICE,
) -> float:
    """Bytes on disk of a run, from two runs of a small sample.

    The numbers of a run are as many whatever the sample, and take about as much room.

    Args:
        unit: what is run.
        study: what is shared.
        jobs: all of them; the first two are run.
        layout: of a record.
        pack: makes a record of what the unit gives.
        copies: of a run that the folder holds.
    """
    scale = max(study.scale, round(study.region.firms / _TRIAL_FIRMS))
    small = replace(study, scale=scale)
    records = np.stack([pack(unit(small, job)) for job in jobs[:2]])
    with tempfile.TemporaryDirectory(prefix="kemitraan-") as aside:
        (Path(aside) / PARTS).mkdir()
        names = write_part(Path(aside), 0, layout, range(len(records)), records)
        size = sum((Path(aside) / name).stat().st_size for name in names)
    return copies * size / len(records)
