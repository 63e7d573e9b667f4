"""A function, what its runs share, and one run of it: all that a worker needs to know."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from experiments.batch.failure import Failure, stage
from experiments.batch.job import Job
from experiments.batch.record import Floats
from sim.errors import KemitraanError

__all__ = ["Outcome", "Work", "attempt", "called"]


@dataclass(frozen=True)
class Work:
    """What is run.

    Attributes:
        function: of the study and a job; a module's own function, so that workers find it.
        study: what all runs share.
        pack: makes a record of what the function gives: so many floats in one row. What the
            function gives is handed on as it is without.
        size: floats of a record.
        keep_errors: hands exceptions on with failures.
        also: further functions that its numbers hang on.
    """

    function: Callable[[Any, Job], Any]
    study: Any
    pack: Callable[[Any], Floats] | None = None
    size: int = 0
    keep_errors: bool = False
    also: Sequence[Callable[..., Any]] = ()


class Outcome(NamedTuple):
    """What became of a job.

    Attributes:
        run: number of the job in the design.
        result: a record, what the function gave, or a `Failure`.
        seconds: by the clock.
    """

    run: int
    result: Any
    seconds: float


def attempt(work: Work, run: int, job: Job) -> Outcome:
    """Runs a job; whatever goes wrong in it is an outcome too."""
    begun = time.perf_counter()
    try:
        result = work.function(work.study, job)
        if work.pack is not None:
            with stage("record"):
                result = _record(work, result)
    except (Exception, SystemExit) as error:  # noqa: BLE001  # a row, not the end
        result = Failure.of(error, keep=work.keep_errors)
    return Outcome(run, result, time.perf_counter() - begun)


def _record(work: Work, result: Any) -> Floats:  # noqa: ANN401  # what a function gave
    """A result as a record.

    Raises:
        KemitraanError: it has another number of floats than the others.
    """
    pack = work.pack
    record = np.ascontiguousarray(pack(result) if pack is not None else result, dtype=np.float64)
    if record.ndim != 1 or len(record) != work.size:
        raise KemitraanError(
            f"the function gave numbers of shape {record.shape}, expected ({work.size},): every "
            "run gives the same number of floats"
        )
    return record


def called(function: Callable[..., Any]) -> str:
    """What a function is called: module and name."""
    inner = getattr(function, "func", function)  # of functools.partial
    name = getattr(inner, "__qualname__", type(inner).__qualname__)
    return f"{inner.__module__}.{name}"
