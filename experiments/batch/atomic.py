"""Files that are there as a whole or not at all, also after a power cut."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

__all__ = [
    "digest_of", "is_partial", "move_into_place", "sweep", "sync_folder", "whole_file",
    "write_whole",
]  # fmt: skip

_TRIES = 40
_PAUSE = 0.05
_BLOCK = 1 << 20
_PARTIAL = ".partial"


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A temporary name beside a file, for a writer; at the end it becomes the file.

    Synced before it is renamed, so that no cut of power leaves a name without its content. Nothing
    stays where the writer fails.
    """
    beside = path.with_name(f".{path.name}{_PARTIAL}")
    try:
        yield beside
        move_into_place(beside, path)
    except BaseException:
        with suppress(OSError):
            beside.unlink()
        raise


def is_partial(name: str) -> bool:
    """Whether a file of this name, folders before it or not, is one that is being written."""
    last = name.rpartition("/")[2]
    return last.startswith(".") and last.endswith(_PARTIAL)


def sweep(folder: Path) -> None:
    """Removes what a writer left half written that was killed; for who holds the folder's lock."""
    for path in list(folder.rglob(f".*{_PARTIAL}")):
        with suppress(OSError):
            path.unlink()


def write_whole(path: Path, content: bytes) -> str:
    """Writes a file as a whole; SHA-256 of what it holds."""
    with whole_file(path) as beside:
        beside.write_bytes(content)
    return hashlib.sha256(content).hexdigest()


def move_into_place(beside: Path, path: Path) -> None:
    """Syncs a closed file and gives it its name, also over an older file of that name."""
    with beside.open("rb+") as file:
        os.fsync(file.fileno())
    for left in range(_TRIES, -1, -1):
        try:
            beside.replace(path)
        except PermissionError:
            # Windows: somebody, a virus scanner mostly, has the old file open for a moment.
            if os.name != "nt" or not left:
                raise
            time.sleep(_PAUSE)
        else:
            break
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Makes the names in a folder lasting, where the system can."""
    if os.name == "nt":  # a folder cannot be opened there
        return
    with suppress(OSError):  # some file systems cannot
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def digest_of(path: Path) -> str:
    """SHA-256 of a file, read block by block."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
