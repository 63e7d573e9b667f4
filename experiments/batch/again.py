"""Complete folders that are not quite: left a moment before the end, or with runs to try again."""

from __future__ import annotations

import shutil
from pathlib import Path

from experiments.batch.atomic import sweep
from experiments.batch.checksums import CHECKSUMS, files_in, write_checksums
from experiments.batch.design_file import DESIGN
from experiments.batch.lock import LOCK, FolderLock
from experiments.batch.manifest import (
    MANIFEST,
    NOT_NEEDED,
    PROGRAM,
    needed_runs,
    read_manifest,
    write_json,
)
from experiments.batch.notes import JOURNAL, Note, write_note
from experiments.batch.parts import PARTS
from experiments.batch.runs_file import SECONDS, read_failures, read_seconds
from sim.errors import KemitraanError

__all__ = ["reopen", "tidy"]


def tidy(folder: Path) -> None:
    """Puts right what a process left that was ended after the last manifest and before its end.

    Does nothing to a folder that is not complete, or has nothing left over.
    """
    left_over = (folder / JOURNAL).exists() or (folder / LOCK).exists()
    if not left_over or read_manifest(folder).get("complete") is not True:
        return
    lock = FolderLock(folder)
    try:
        sweep(folder)
        write_checksums(folder, files_in(folder, (JOURNAL, LOCK, CHECKSUMS)))
    except BaseException:
        lock.close()
        raise
    shutil.rmtree(folder / JOURNAL, ignore_errors=True)
    lock.close(remove=True)


def reopen(folder: Path) -> int:
    """Makes a complete folder one to go on with, its failed runs waiting anew; says how many.

    Its tables and figures stay until they are written again.

    Raises:
        KemitraanError: somebody else is writing there, or the folder lacks what is needed.
    """
    manifest = read_manifest(folder)
    failures = read_failures(folder)
    seconds = read_seconds(folder)
    if not failures:
        return 0
    if seconds is None:
        raise KemitraanError(f"{folder / SECONDS}: is missing or changed; copy the original back")
    batch = manifest["batch"]
    length, runs = int(batch["part_runs"]), needed_runs(manifest)
    lock = FolderLock(folder)
    try:
        (folder / JOURNAL).mkdir(exist_ok=True)
        for number in range(-(-runs // length)):
            own = range(number * length, min(runs, (number + 1) * length))
            end = f"-{number:05d}.parquet"
            files = {n: sha for n, sha in manifest["files"].items() if n.startswith(PARTS + "/")}
            note = Note(
                {name: sha for name, sha in files.items() if name.endswith(end)},
                [seconds[run] for run in own],
                {run: failures[run] for run in own if run in failures},
            )
            write_note(folder, number, note)
        start = [DESIGN, PROGRAM, *batch.get("inputs", [])]
        open_again = {
            **manifest,
            "complete": False,
            "batch": {name: value for name, value in batch.items() if name != NOT_NEEDED},
            "files": {name: manifest["files"][name] for name in start},
        }
        write_json(folder / MANIFEST, open_again)
        write_checksums(folder, [MANIFEST, *start])
    finally:
        lock.close()
    return len(failures)
