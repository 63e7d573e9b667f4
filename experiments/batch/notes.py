"""Notes in the journal: that a part is complete, its hashes, and what its file cannot hold."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from experiments.batch.atomic import write_whole
from experiments.batch.failure import Failure
from experiments.batch.sealed import seal, unseal

__all__ = ["JOURNAL", "Note", "note_path", "read_note", "read_notes", "write_note"]

JOURNAL = "journal"
"""Folder of logs and notes; gone when the experiment is complete."""
_SUFFIX = ".done"


@dataclass(frozen=True)
class Note:
    """What is known of a complete part.

    Attributes:
        files: SHA-256 of each of its files, by name.
        seconds: of each of its runs.
        failures: by run.
    """

    files: Mapping[str, str]
    seconds: Sequence[float]
    failures: Mapping[int, Failure]


def note_path(folder: Path, number: int) -> Path:
    """Where the note of a part is."""
    return folder / JOURNAL / f"{number:05d}{_SUFFIX}"


def write_note(folder: Path, number: int, note: Note) -> None:
    """Writes a note as a whole, with its own checksum."""
    plain = {
        "files": dict(note.files),
        "seconds": list(note.seconds),
        "failures": {
            str(run): [one.stage, one.kind, one.message, one.traceback]
            for run, one in note.failures.items()
        },
    }
    write_whole(note_path(folder, number), seal(json.dumps(plain, ensure_ascii=False)))


def read_note(folder: Path, number: int) -> Note | None:
    """The note of a part; none where there is none, or it was changed."""
    path = note_path(folder, number)
    text = unseal(path.read_bytes()) if path.is_file() else None
    if text is None:
        return None
    plain = json.loads(text)
    failures = {int(run): Failure(*own) for run, own in plain["failures"].items()}
    return Note(plain["files"], plain["seconds"], failures)


def read_notes(folder: Path) -> dict[int, Note]:
    """All notes that are whole, by part."""
    numbers = sorted(int(path.stem) for path in (folder / JOURNAL).glob(f"*{_SUFFIX}"))
    found = ((number, read_note(folder, number)) for number in numbers)
    return {number: note for number, note in found if note is not None}
