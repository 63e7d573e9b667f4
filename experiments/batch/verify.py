"""Every file of a folder hashed again: what changed, what is missing, what is new."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.batch.atomic import digest_of
from experiments.batch.checksums import CHECKSUMS, files_in, read_checksums
from experiments.batch.journal import end_of
from experiments.batch.lock import LOCK, is_locked
from experiments.batch.manifest import MANIFEST, read_manifest
from experiments.batch.notes import JOURNAL, read_note
from experiments.batch.parts import PARTS
from sim.errors import KemitraanError

__all__ = ["Verification", "verify"]

_OURS = (LOCK, CHECKSUMS, MANIFEST)
_TRIES = 5
_PAUSE = 0.1  # seconds


@dataclass(frozen=True)
class Verification:
    """What hashing again has found.

    Attributes:
        folder: of the experiment.
        files: that were hashed.
        changed: names of files that are not as they were written.
        missing: names of files that are gone.
        new: names of files that the experiment did not write.
        complete: whether the experiment was finished.
    """

    folder: Path
    files: int
    changed: tuple[str, ...]
    missing: tuple[str, ...]
    new: tuple[str, ...]
    complete: bool

    @property
    def sound(self) -> bool:
        """Whether every file is there and as it was written.

        New ones do no harm, but among the parts of a complete folder, where they would be read as
        runs.
        """
        among = self.complete and any(name.startswith(f"{PARTS}/") for name in self.new)
        return not (self.changed or self.missing or among)


def verify(folder: Path) -> Verification:
    """Hashes every file of a folder again.

    Once more where somebody is writing there: what was half written then is whole by now.

    Raises:
        KemitraanError: it is no folder of an experiment.
    """
    for left in range(_TRIES, -1, -1):
        try:
            found = _verify(folder)
        except FileNotFoundError:  # went away since its name was read
            if not left:
                raise
            continue
        if found.sound or found.complete or not left or not _goes_on(folder):
            break
        time.sleep(_PAUSE)
    return found


def _goes_on(folder: Path) -> bool:
    """Whether an experiment that was not complete is being written to, or has been completed."""
    if is_locked(folder):
        return True
    try:
        return read_manifest(folder).get("complete") is True
    except KemitraanError:  # it is what has changed
        return False


def _verify(folder: Path) -> Verification:
    listed = read_checksums(folder)
    changed = set()
    if listed is None:
        if (folder / CHECKSUMS).is_file():
            changed.add(CHECKSUMS)
        manifest: Mapping[str, Any] = read_manifest(folder)
        listed = dict(manifest.get("files", {}))
    elif _is(folder / MANIFEST, listed.get(MANIFEST, "")):
        manifest = read_manifest(folder)
    else:  # what it says cannot be trusted
        manifest = {"complete": not (folder / JOURNAL).exists()}
    complete = manifest.get("complete") is True
    if not complete:
        listed, torn = _with_journal(folder, listed)
        changed |= torn
    missing = {name for name in listed if not (folder / name).is_file()}
    if complete and "batch" in manifest and not (folder / CHECKSUMS).is_file():
        missing.add(CHECKSUMS)
    there = [name for name in listed if name not in missing]
    changed |= {name for name in there if digest_of(folder / name) != listed[name]}
    # Where the list of hashes is damaged, those that stand only there cannot be checked.
    known = {*listed, *changed, *_OURS, *manifest.get("apart", [])}
    new = [n for n in files_in(folder) if n not in known and not _in_journal(n, complete=complete)]
    return Verification(
        folder, len(there), tuple(sorted(changed)), tuple(sorted(missing)), tuple(new), complete
    )


def _with_journal(folder: Path, listed: Mapping[str, str]) -> tuple[dict[str, str], set[str]]:
    """What notes say of parts, added; and names of logs and notes that are torn or changed."""
    found, torn = dict(listed), set()
    for path, number in _journal(folder, ".done"):
        note = read_note(folder, number)
        if note is None:
            torn.add(f"{JOURNAL}/{path.name}")
        else:
            found.update(note.files)
    for path, _ in _journal(folder, ".log"):
        if end_of(path) != path.stat().st_size:
            torn.add(f"{JOURNAL}/{path.name}")
    return found, torn


def _journal(folder: Path, suffix: str) -> Iterator[tuple[Path, int]]:
    for path in sorted((folder / JOURNAL).glob(f"*{suffix}")):
        yield path, int(path.stem)


def _in_journal(name: str, *, complete: bool) -> bool:
    """Whether a file belongs to a batch that goes on: a log, or what is being written."""
    return not complete and (name.startswith(f"{JOURNAL}/") or name.endswith(".partial"))


def _is(path: Path, sha: str) -> bool:
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == sha
