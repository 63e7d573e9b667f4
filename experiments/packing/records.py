"""`records.csv`: the hash of every run's numbers, so that a few can be checked without the rest."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from experiments.batch.manifest import needed_runs, read_manifest
from experiments.batch.parts import part_files, read_records
from experiments.batch.record import Floats, Layout
from experiments.batch.runs_file import read_failures, read_ids
from sim.errors import KemitraanError

__all__ = ["FAILED", "RECORDS", "Record", "digest_of_record", "read_records_file", "records_text"]

RECORDS = "records.csv"
FAILED = "failed"
"""In place of the hash of a run that has no numbers."""
_HEAD = "run,id,sha256"

Record = tuple[str, str]
"""A run's name, and the hash of its numbers."""


def digest_of_record(record: Floats) -> str:
    """SHA-256 of a run's numbers, little-endian."""
    return hashlib.sha256(np.ascontiguousarray(record, dtype="<f8").tobytes()).hexdigest()


def records_text(folder: Path, layout: Layout) -> str:
    """The file of a complete folder: its runs, without those that were not needed."""
    found = dict.fromkeys(read_failures(folder), FAILED)
    found.update(_digests(folder, layout))
    names = read_ids(folder)[: needed_runs(read_manifest(folder))]
    rows = (f"{run},{name},{found[run]}" for run, name in enumerate(names))
    return "\n".join([_HEAD, *rows]) + "\n"


def _digests(folder: Path, layout: Layout) -> Iterator[tuple[int, str]]:
    batch = read_manifest(folder)["batch"]
    for number in range(-(-int(batch["runs"]) // int(batch["part_runs"]))):
        if all((folder / name).is_file() for name in part_files(layout, number).values()):
            runs, records = read_records(folder, number, layout)
            yield from zip(runs, map(digest_of_record, records), strict=True)


def read_records_file(path: Path, runs: int) -> list[Record]:
    """The hashes by run.

    Raises:
        KemitraanError: it is no such file, or of another number of runs.
    """
    head, *lines = path.read_text(encoding="utf-8").splitlines() or [""]
    rows = [line.split(",") for line in lines]
    if head != _HEAD or [row[0] for row in rows if len(row) == 3] != list(map(str, range(runs))):
        raise KemitraanError(f"{path.name}: does not list the {runs} runs one by one; no pack")
    return [(row[1], row[2]) for row in rows]
