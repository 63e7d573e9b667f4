"""One run of a folder done again: the same bytes, or why not."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from experiments.batch.atomic import digest_of
from experiments.batch.damage import readable
from experiments.batch.failure import Failure
from experiments.batch.journal import peek
from experiments.batch.look import look
from experiments.batch.manifest import PROGRAM, needed_runs, read_manifest
from experiments.batch.notes import JOURNAL, read_note
from experiments.batch.parts import part_files, read_records
from experiments.batch.program import ID_LENGTH, Program, run_id
from experiments.batch.record import Floats, Layout
from experiments.batch.task import Task
from experiments.batch.work import attempt
from sim.errors import KemitraanError

__all__ = ["Rerun", "find_run", "rerun"]

_SHORTEST = 6
"""Digits of a run's name that are enough; fewer are its number."""


@dataclass(frozen=True)
class Rerun:
    """A run done again.

    Attributes:
        run: its number in the design.
        id: its name.
        same: whether it gave the same bytes, or failed in the same way.
        differs: how many of its numbers differ.
        numbers: how many it has.
        largest: difference between two of them, relative to the larger.
        why: what of the program differs from the one that made the folder, and a file of its part
            that has changed; empty if nothing does.
        was: how it had failed, if it had.
        now: how it failed now, if it did.
    """

    run: int
    id: str
    same: bool
    differs: int
    numbers: int
    largest: float
    why: tuple[str, ...]
    was: Failure | None
    now: Failure | None


def rerun(folder: Path, asked: str, task: Task) -> Rerun:
    """Does a run again, in this process, and compares.

    Args:
        folder: of the experiment; not written to.
        asked: the run's number, or the beginning of its name.
        task: of the folder.

    Raises:
        KemitraanError: there is no such run, it has not been done, or this version measures a run
            by other outcomes.
    """
    manifest = read_manifest(folder)
    digests = manifest["batch"]["digests"]
    now_runs = Program.of(task.function, task.also)
    if digests.get("layout") != task.layout.digest:
        told = _program(folder).differences(now_runs) or ["layout"]
        raise KemitraanError(
            f"{folder}: was begun by another version, which measures a run by other outcomes: "
            f"{'; '.join(told)}; use that version to do a run again"
        )
    names = _Names(str(digests["program"]), str(digests["study"]), task)
    run = find_run(asked, names)
    number = run // int(manifest["batch"]["part_runs"])
    was = look(folder).failures.get(run)
    spared = run >= needed_runs(manifest)
    before = None if was is not None or spared else _kept(folder, task.layout, number, run)
    if was is None and before is None:
        why = "was not needed: enough was known before it" if spared else "has not been done yet"
        raise KemitraanError(f"{folder}: run {run} {why}")
    found = attempt(task.work(), run, task.jobs[run]).result
    now = found if isinstance(found, Failure) else None
    after = None if now is not None else found
    differs, largest = _difference(before, after)
    same = (was == now) if before is None or after is None else differs == 0
    return Rerun(
        run=run,
        id=names[run],
        same=same,
        differs=differs,
        numbers=task.layout.size,
        largest=largest,
        why=(*_told(folder, task, number), *_program(folder).differences(now_runs)),
        was=was,
        now=now,
    )


class _Names(Sequence[str]):
    """Names of the runs of a design, made when they are asked for."""

    def __init__(self, program: str, study: str, task: Task) -> None:
        self._program = program
        self._study = study
        self._jobs = task.jobs

    def __len__(self) -> int:
        return len(self._jobs)

    def __getitem__(self, run: int) -> str:  # type: ignore[override]  # no slices
        return run_id(self._program, self._study, self._jobs[run])


def find_run(asked: str, names: Sequence[str]) -> int:
    """The number of a run.

    Args:
        asked: its number, or at least six digits of its name.
        names: of all runs.

    Raises:
        KemitraanError: there is none, or several.
    """
    word = asked.strip().lower()
    if word.isdecimal() and len(word) < ID_LENGTH and int(word) < len(names):
        return int(word)
    if len(word) >= _SHORTEST and all(c in "0123456789abcdef" for c in word):
        found = [run for run, name in enumerate(names) if name.startswith(word)]
        if len(found) == 1:
            return found[0]
        if found:
            raise KemitraanError(f"run {asked}: {len(found)} runs begin so; give more digits")
    raise KemitraanError(
        f"run {asked}: there is none; give its number, 0 to {len(names) - 1}, or the beginning of "
        "its id in runs.parquet"
    )


def _kept(folder: Path, layout: Layout, number: int, run: int) -> Floats | None:
    """The record of a run, from its part or its log."""
    log = folder / JOURNAL / f"{number:05d}.log"
    if log.is_file():
        for entry, failure in peek(log):
            if entry.run == run and failure is None:
                with log.open("rb") as file:
                    file.seek(entry.at)
                    return np.frombuffer(file.read(entry.length), dtype="<f8")
    names = list(part_files(layout, number).values())
    there = [name for name in names if (folder / name).is_file()]
    if not there and read_manifest(folder).get("complete") is not True:
        return None
    suspect = next((n for n in names if n not in there), None) or _changed(folder, number, there)
    with readable(folder, suspect or names[0]):
        runs, records = read_records(folder, number, layout)
        return np.asarray(records[runs.index(run)]) if run in runs else None


def _told(folder: Path, task: Task, number: int) -> list[str]:
    """What of a part is not as it was written, in words."""
    names = [name for name in part_files(task.layout, number).values() if (folder / name).is_file()]
    changed = _changed(folder, number, names)
    return [] if changed is None else [f"{changed} has changed since it was written"]


def _changed(folder: Path, number: int, names: Iterable[str]) -> str | None:
    """The first of a part's files that is not as it was written."""
    note = read_note(folder, number)
    known = read_manifest(folder).get("files", {}) if note is None else note.files
    return next((n for n in names if n in known and digest_of(folder / n) != known[n]), None)


def _difference(before: Floats | None, after: Floats | None) -> tuple[int, float]:
    """How many numbers differ in any bit, and the largest relative difference."""
    if before is None or after is None:
        return 0, 0.0
    differ = np.flatnonzero(before.view(np.uint64) != after.view(np.uint64))
    if not len(differ):
        return 0, 0.0
    old, new = before[differ], after[differ]
    with np.errstate(invalid="ignore", divide="ignore"):
        relative = np.abs(old - new) / np.maximum(np.abs(old), np.abs(new))
    usable = relative[np.isfinite(relative)]
    return len(differ), float(usable.max()) if len(usable) else np.inf


def _program(folder: Path) -> Program:
    try:
        plain = json.loads((folder / PROGRAM).read_text(encoding="utf-8"))
        return Program.from_plain(plain)
    except (OSError, ValueError, KeyError) as error:
        raise KemitraanError(f"{folder / PROGRAM}: cannot be read: {error}") from error
