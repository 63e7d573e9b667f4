"""The manifest of an experiment's folder: what is run with what, and whether it is complete."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from experiments.batch.atomic import digest_of, write_whole
from experiments.batch.checksums import write_checksums
from experiments.batch.design_file import DESIGN, DesignFile, write_design
from experiments.batch.job import Job
from experiments.batch.program import Program
from experiments.batch.runs_file import SECONDS
from experiments.batch.store import part_length
from experiments.batch.task import Task
from sim.errors import KemitraanError

__all__ = [
    "APART", "CRATE", "MANIFEST", "NOT_NEEDED", "PROGRAM", "SCHEMA", "jobs_of", "needed_runs",
    "read_manifest", "refuse_other", "write_json", "write_start",
]  # fmt: skip

MANIFEST = "manifest.json"
PROGRAM = "program.json"
CRATE = "ro-crate-metadata.json"
APART = (SECONDS, CRATE)
"""Files that say when and how long: two runs of one experiment differ in them, and only in them."""
SCHEMA = 2
NOT_NEEDED = "not_needed"
"""Entry of a complete batch: runs at the end of the design that were never wanted."""


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of an experiment's folder, complete or not.

    Raises:
        KemitraanError: there is none, or it cannot be read.
    """
    if not folder.is_dir():
        what = "is a file" if folder.exists() else "no such folder"
        raise KemitraanError(f"{folder}: {what}; give the folder of an experiment")
    file = folder / MANIFEST
    if not file.is_file():
        raise KemitraanError(
            f"{folder}: has no {MANIFEST}, so it is no folder of an experiment, or one that ended "
            "before its first run; start it again"
        )
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise KemitraanError(f"{file}: cannot be read: {error}") from error
    if (
        not isinstance(found, dict)
        or "schema" not in found
        or not isinstance(found.get("batch", {}), dict)
    ):
        raise KemitraanError(f"{file}: is no manifest of kemitraan")
    return found


def needed_runs(manifest: Mapping[str, Any]) -> int:
    """Runs of the design that were wanted; all of it, unless its batch was ended before."""
    batch = manifest["batch"]
    return int(batch["runs"]) - int(batch.get(NOT_NEEDED, 0))


def write_start(folder: Path, task: Task, program: Program) -> None:
    """Writes all that is known before the first run; the manifest comes last."""
    files = {
        DESIGN: write_design(folder, task.jobs, task.names, task.fill, task.extra),
        PROGRAM: write_json(folder / PROGRAM, program.plain()),
    }
    for name, content in task.files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        files[name] = write_whole(folder / name, content)
    length = part_length(len(task.jobs), task.layout) if task.length is None else task.length
    manifest = {
        "schema": SCHEMA,
        "kind": task.kind,
        "complete": False,
        **task.about,
        "batch": {
            "function": program.function,
            "runs": len(task.jobs),
            "part_runs": length,
            "inputs": sorted(task.files),
            "digests": task.digests(program),
        },
        "files": files,
    }
    write_json(folder / MANIFEST, manifest)
    write_checksums(folder, [MANIFEST, *files])


def refuse_other(folder: Path, manifest: Mapping[str, Any], task: Task, program: Program) -> None:
    """Refuses to go on with what another program, or another study, has begun.

    Raises:
        KemitraanError: with what differs.
    """
    if "batch" not in manifest or manifest.get("kind") != task.kind:
        raise KemitraanError(f"{folder}: holds no experiment of kind {task.kind!r}")
    own = task.digests(program)
    known = manifest["batch"]["digests"]
    changed = [key for key in own if own[key] != known.get(key)]
    if not changed:
        return
    try:
        before = Program.from_plain(json.loads((folder / PROGRAM).read_text(encoding="utf-8")))
        told = before.differences(program)
    except (OSError, ValueError, KeyError):
        told = []
    told += ["what is asked (study)"] if "study" in changed else []
    told += ["what a run is measured by (layout)"] if changed == ["layout"] else []
    raise KemitraanError(
        f"{folder}: was begun by another version: {'; '.join(told) or ', '.join(changed)}; mixed "
        "runs would be no experiment: go on with that version, or start again with another --out"
    )


def jobs_of(folder: Path) -> Sequence[Job]:
    """The design of a folder, as its runs took it.

    Raises:
        KemitraanError: it cannot be read, or has been changed.
    """
    listed = read_manifest(folder).get("files", {})
    if not (folder / DESIGN).is_file() or digest_of(folder / DESIGN) != listed.get(DESIGN):
        raise KemitraanError(
            f"{folder / DESIGN}: is missing or changed; copy the original back, or start again "
            "with another --out"
        )
    return DesignFile(folder)


def write_json(path: Path, plain: Mapping[str, object]) -> str:
    """Writes plain JSON as a whole file, and gives its SHA-256."""
    content = json.dumps(plain, indent=2, ensure_ascii=False) + "\n"
    return write_whole(path, content.encode())
