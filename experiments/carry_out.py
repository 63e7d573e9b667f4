"""What every kind of experiment does with an open folder: the runs that wait, then what follows."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from experiments.batch.backend import Backend
from experiments.batch.ended import BatchError
from experiments.batch.experiment import Experiment
from experiments.batch.record import Floats
from experiments.batch.task import Task
from experiments.progress import progress_bar

__all__ = ["begin", "carry_out"]

R = TypeVar("R")


def begin(folder: Path, task: Task) -> Experiment:
    """A new experiment in a folder that was made for it, and is removed where it cannot begin."""
    try:
        return Experiment.create(folder, task)
    except BaseException:
        with suppress(OSError):
            folder.rmdir()
        raise


def carry_out(
    experiment: Experiment,
    read: Callable[[], R],
    write: Callable[[R], None],
    *,
    backend: Backend,
    on_error: str,
    quiet: bool,
    unit_seconds: float | None = None,
    each: Callable[[int, Floats], None] = lambda *_: None,
    upto: tuple[int, Callable[[], int]] | None = None,
) -> R:
    """Does the runs that wait, and writes what follows from all of them.

    Args:
        experiment: an open folder.
        read: gives the result, once all runs are done.
        write: writes tables and figures of it.
        backend: that runs them.
        on_error: "record" notes a failed run and goes on; "stop" ends at the first.
        quiet: no progress on stderr.
        unit_seconds: of a run; as long as those that are done took if none.
        each: called with the number of a run and its record, as they come.
        upto: see `Experiment.run`.

    Raises:
        BatchError: see `Experiment.run`; with the result where only writing it failed.
        Interrupted: by the user; what was finished is kept.
    """
    with progress_bar(experiment.store.counts[0], quiet=quiet) as advance:
        experiment.run(
            backend,
            on_error=on_error,
            unit_seconds=experiment.store.mean_seconds if unit_seconds is None else unit_seconds,
            progress=advance,
            each=each,
            upto=upto,
        )
    found = read()
    try:
        write(found)
    except BatchError as error:
        error.result = found
        raise
    return found
