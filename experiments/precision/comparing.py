"""A comparison that goes on until what was asked is known: its effects as runs come."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.batch.job import Job
from experiments.batch.notes import JOURNAL
from experiments.batch.record import Floats
from experiments.comparison_record import RecordShape
from experiments.design import DRAW, Study
from experiments.precision.looks_file import write_looks
from experiments.precision.sequential import Precision, Sequential, of_plain
from sim.outcomes import OUTCOMES, windows

if TYPE_CHECKING:
    from experiments.batch.experiment import Experiment

__all__ = ["effects_reader", "precision_of", "sequential_of"]


def precision_of(manifest: Mapping[str, Any], study: Study) -> Precision | None:
    """What a folder's manifest says was asked of the number of runs; none if nothing was."""
    plain = manifest.get("precision")
    return None if plain is None else of_plain(plain, study.names[1:], study.months, study.seed)


def effects_reader(
    precision: Precision, shape: RecordShape, study: Study
) -> Callable[[Floats], Floats]:
    """What gives the paired effects, (targets,), of a record."""
    cuts, names = list(windows(study.months)), list(OUTCOMES)
    where = [
        (one.place, cuts.index(one.criterion.window), names.index(one.criterion.outcome))
        for one in precision.targets
    ]
    own = np.array([shape.place(*one) for one in where])
    base = np.array([shape.place(0, *one[1:]) for one in where])
    return lambda record: np.asarray(record[own] - record[base])


def sequential_of(
    precision: Precision,
    jobs: Sequence[Job],
    shape: RecordShape,
    study: Study,
    experiment: Experiment | None = None,
) -> Sequential:
    """What takes the records of a comparison and says when there are enough.

    Args:
        precision: what is asked.
        jobs: the design.
        shape: of a record.
        study: what the runs share.
        experiment: whose finished runs are told at once; looks are noted in its folder.
    """
    begin, most = precision.looks[0], precision.looks[-1]
    extra = len(jobs) - most
    if any(job.role == DRAW for job in jobs[begin : begin + extra]):
        raise ValueError("the design is not one that grows by the looks")
    read = effects_reader(precision, shape, study)
    found = Sequential(precision, extra, read)
    if experiment is not None:
        store = experiment.store
        for number in range(store.parts):
            for run, record in zip(*store.records(number), strict=True):
                found.take(run, record)
        place = experiment.folder / JOURNAL
        found.noted = lambda: write_looks(place, found.plain())
    return found
