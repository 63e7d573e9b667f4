"""What a folder holds, found without touching it: another process may be writing there."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.batch.failure import Failure
from experiments.batch.journal import Entry, peek
from experiments.batch.lock import is_locked
from experiments.batch.manifest import needed_runs, read_manifest
from experiments.batch.notes import JOURNAL, read_notes
from experiments.batch.runs_file import read_failures, read_seconds
from sim.errors import KemitraanError

__all__ = ["Progress", "look"]

_TRIES = 20


@dataclass(frozen=True)
class Progress:
    """How far an experiment is.

    Attributes:
        folder: of it.
        kind: such as "compare".
        runs: of the design; the most there may be, where the batch may end before.
        done: that have numbers.
        failures: of those that have none, by run.
        complete: all that follows from the runs is written too.
        running: some process is writing there just now.
        mean_seconds: of a run, of those that are there; 0 if none.
        idle_seconds: since something was last written.
        manifest: of the folder.
        not_needed: runs at the end of the design that were never wanted.
    """

    folder: Path
    kind: str
    runs: int
    done: int
    failures: Mapping[int, Failure]
    complete: bool
    running: bool
    mean_seconds: float
    idle_seconds: float
    manifest: Mapping[str, Any]
    not_needed: int = 0

    @property
    def waiting(self) -> int:
        """Runs to come."""
        return self.runs - self.done - len(self.failures) - self.not_needed


def look(folder: Path) -> Progress:
    """How far an experiment is.

    Looked at once more where its writer has come further meanwhile, so that files went away.

    Raises:
        KemitraanError: it is no folder of an experiment that keeps runs.
    """
    for left in range(_TRIES, -1, -1):
        try:
            found = _look(folder)
        except FileNotFoundError:
            if not left:
                raise
            continue
        if found.complete or not left or read_manifest(folder) == found.manifest:
            break
    return found


def _look(folder: Path) -> Progress:
    manifest = read_manifest(folder)
    if "batch" not in manifest:
        raise KemitraanError(
            f"{folder}: was written by a version or a command that keeps no runs to go on with"
        )
    runs = int(manifest["batch"]["runs"])
    complete = manifest.get("complete") is True
    if complete:
        failures = read_failures(folder)
        seconds = read_seconds(folder) or []
        done = needed_runs(manifest) - len(failures)
    else:
        done, failures, seconds = _found(folder)
    latest = max(map(_changed, (folder, *folder.rglob("*"))))
    return Progress(
        folder=folder,
        kind=str(manifest["kind"]),
        runs=runs,
        done=done,
        failures=dict(sorted(failures.items())),
        complete=complete,
        running=not complete and is_locked(folder),
        mean_seconds=sum(seconds) / len(seconds) if seconds else 0.0,
        idle_seconds=max(0.0, time.time() - latest),
        manifest=manifest,
        not_needed=runs - needed_runs(manifest),
    )


def _changed(path: Path) -> float:
    """When a file was last written; long ago where it has just gone."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _found(folder: Path) -> tuple[int, dict[int, Failure], list[float]]:
    """Runs that are done, failures, and seconds of all of them.

    Logs first: one that goes away meanwhile has left a note, which is read after it.
    """
    logs: dict[int, list[tuple[Entry, Failure | None]]] = {}
    for path in sorted((folder / JOURNAL).glob("*.log")):
        with suppress(FileNotFoundError):
            logs[int(path.stem)] = list(peek(path))
    done = 0
    failures: dict[int, Failure] = {}
    seconds: list[float] = []
    notes = read_notes(folder)
    for note in notes.values():
        seconds += note.seconds
        failures |= note.failures
        done += len(note.seconds) - len(note.failures)
    for number, entries in logs.items():
        if number in notes:  # its part is written, and it is about to go
            continue
        for entry, failure in entries:
            seconds.append(entry.seconds)
            if failure is None:
                done += 1
            else:
                failures[entry.run] = failure
    return done, failures, seconds
