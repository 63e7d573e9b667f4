"""Folders gone on with, looked at, checked and repeated, whatever experiment they hold."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from os import PathLike
from pathlib import Path
from typing import Any, Protocol

from experiments.batch import rerun as again
from experiments.batch import verify as hashes
from experiments.batch.again import reopen, tidy
from experiments.batch.backend import Backend
from experiments.batch.backends import backend_of
from experiments.batch.ended import check_on_error, writing
from experiments.batch.experiment import Experiment
from experiments.batch.look import Progress, look
from experiments.batch.manifest import read_manifest
from experiments.batch.rerun import Rerun
from experiments.batch.task import Task
from experiments.batch.verify import Verification
from experiments.batch.words import say
from experiments.progress import teller
from sim.errors import KemitraanError

__all__ = ["KINDS", "Batch", "batch_of", "rerun", "resume", "status", "verify"]

KINDS = {
    "compare": "experiments.compare_batch",
    "explore": "experiments.explore.batch",
    "sensitivity": "experiments.sensitivity_batch",
}
"""Modules of the experiments that can be gone on with, by kind; each has `resumed(folder)`."""


class Batch(Protocol):
    """An experiment of some kind, as its folder has it."""

    task: Task

    def go_on(self, experiment: Experiment, *, backend: Backend, on_error: str, quiet: bool) -> Any:  # noqa: ANN401  # what this kind of experiment gives
        """Does the runs that wait, writes what follows, and gives the result."""
        ...


def batch_of(folder: Path) -> Batch:
    """The experiment of a folder, made from what it holds.

    Raises:
        KemitraanError: no folder of a kind that can be gone on with, or its inputs were changed.
    """
    manifest = read_manifest(folder)
    kind = str(manifest.get("kind"))
    if "batch" not in manifest or kind not in KINDS:
        hint = "; call evaluate(...) again with the same arguments" if kind == "function" else ""
        raise KemitraanError(
            f"{folder}: holds an experiment of kind {kind!r}, which keeps no runs for this "
            f"command{hint}"
        )
    for name in manifest["batch"].get("inputs", ()):
        if not (path := folder / name).is_file():
            raise KemitraanError(
                f"{path}: is missing or damaged; copy the original back, or start again with "
                "another --out"
            )
    make: Callable[[Path], Batch] = import_module(KINDS[kind]).resumed
    return make(folder)


def resume(
    folder: str | PathLike[str],
    jobs: int | None = None,
    *,
    on_error: str = "record",
    failed: bool = False,
    backend: str | None = None,
    scheduler: str | None = None,
    lang: str = "en",
    quiet: bool = False,
) -> Any:  # noqa: ANN401  # what this kind of experiment gives
    """Does the runs of a folder that are not done yet, and writes what follows from all of them.

    Args:
        folder: of an experiment that was ended, however it was.
        jobs: processes; as many as there are processors if none.
        on_error: "record" notes a run that fails and goes on; "stop" ends at the first.
        failed: tries the runs that failed again, also those of a folder that is complete. Runs
            whose processes were killed are tried again in any case.
        backend: "local", processes of this machine, or "dask"; any will do, whatever began it.
        scheduler: address of a dask scheduler, whose workers are all used.
        lang: language of messages.
        quiet: no messages and no progress on stderr.

    Returns:
        What the experiment would have given: a `Comparison`, a `Sensitivity`, an `Exploration`;
        none where nothing was left to do.

    Raises:
        KemitraanError: another version, changed inputs, or somebody else writes there.
        BatchError: see `compare`.
    """
    path = Path(folder)
    check_on_error(on_error)
    pool = backend_of(backend, scheduler, jobs)
    tell = teller(quiet=quiet)
    with writing(path):
        tidy(path)
    batch = batch_of(path)
    with writing(path):
        nothing = read_manifest(path).get("complete") is True and not (failed and reopen(path))
    if nothing:
        tell(say("complete", lang, folder=path.as_posix()))
        return None
    with Experiment.resume(path, batch.task) as experiment:
        store = experiment.store
        with writing(path):
            store.try_again(None) if failed else store.try_again()
        if experiment.left_behind:
            tell(say("left_behind", lang))
        if store.damaged:
            tell(say("damaged", lang, files=", ".join(store.damaged)))
        waiting, good, bad = store.counts
        tell(say("going_on", lang, done=good + bad, runs=waiting + good + bad, waiting=waiting))
        pool.check(batch.task.work())
        return batch.go_on(experiment, backend=pool, on_error=on_error, quiet=quiet)


def status(folder: str | PathLike[str]) -> Progress:
    """How far an experiment is; does not touch the folder, also while it is being written to."""
    return look(Path(folder))


def verify(folder: str | PathLike[str]) -> Verification:
    """Hashes every file of a folder again: what changed, what is missing, what is new."""
    return hashes.verify(Path(folder))


def rerun(folder: str | PathLike[str], run: str | int) -> Rerun:
    """Does one run of a folder again, and says whether it gives the same bytes, or why not.

    Args:
        folder: of an experiment; not written to.
        run: its number, or the beginning of its id in `runs.parquet`.
    """
    path = Path(folder)
    return again.rerun(path, str(run), batch_of(path).task)
