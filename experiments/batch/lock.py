"""One writer a folder: a lock that the system gives back when its holder dies."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sim.errors import KemitraanError

__all__ = ["LOCK", "FolderLock", "is_locked"]

LOCK = "lock"
_PATIENCE = 0.5  # seconds; who only asks whether a folder is locked holds it for a moment


class FolderLock:
    """Keeps other writers out of a folder until it is closed or its process ends, however it ends.

    The lock is the system's own on a file, taken through SQLite, which knows how on every system: a
    file that merely exists would outlive a killed process. Nothing of the process or the machine is
    written down.

    Attributes:
        left_behind: whether a writer was here before, and has ended.

    Args:
        folder: to write to.

    Raises:
        KemitraanError: another process, or this one, is writing to the folder.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / LOCK
        self.left_behind = self._path.exists()
        try:
            self._held = _take(self._path, _PATIENCE)
        except sqlite3.OperationalError as error:
            if not _is_held(error):
                raise KemitraanError(f"{self._path}: cannot be locked: {error}") from error
            raise KemitraanError(
                f"{folder}: another process is writing to it and holds its {LOCK}; wait until it "
                "has ended, or end it"
            ) from error
        except sqlite3.DatabaseError as error:
            raise KemitraanError(
                f"{self._path}: is no lock of kemitraan; remove the file if no run is writing here"
            ) from error

    def close(self, *, remove: bool = False) -> None:
        """Gives the folder up; removes the file where nobody will write there again.

        Removed only then: another process might have opened the file and wait for it, while a third
        makes a new one.
        """
        self._held.close()
        if remove:
            self._path.unlink(missing_ok=True)


def is_locked(folder: Path) -> bool:
    """Whether some process is writing to a folder just now."""
    if not (folder / LOCK).exists():
        return False
    try:
        _take(folder / LOCK, 0.0).close()
    except sqlite3.DatabaseError as error:
        return _is_held(error)
    return False


def _take(path: Path, patience: float) -> sqlite3.Connection:
    connection = sqlite3.connect(
        path, timeout=patience, isolation_level=None, check_same_thread=False
    )
    try:
        connection.execute("PRAGMA journal_mode=MEMORY")  # no second file
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _is_held(error: sqlite3.Error) -> bool:
    return "locked" in str(error)
