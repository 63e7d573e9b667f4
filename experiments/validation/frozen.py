"""The frozen validation rows: what is replayed, how it is scored, and that nobody moved it."""

from __future__ import annotations

import hashlib
from pathlib import Path

from sim.errors import KemitraanError

__all__ = ["FOLDER", "FrozenError", "check_frozen", "frozen_files"]

FOLDER = Path(__file__).resolve().parent
_LIST = "FROZEN"


class FrozenError(KemitraanError):
    """A file of the freeze is not what was frozen."""


def frozen_files(folder: Path = FOLDER) -> dict[str, str]:
    """SHA-256 of every frozen file by its path in the folder, as `FROZEN` lists them.

    Raises:
        FrozenError: the list is missing or cannot be read.
    """
    try:
        lines = (folder / _LIST).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise FrozenError(f"{_LIST}: cannot be read ({error}); take it from the release") from error
    found = {}
    for number, line in enumerate(lines, 1):
        digest, _, name = line.partition("  ")
        if len(digest) != 64 or not name:
            raise FrozenError(f"{_LIST}:{number}: expects a SHA-256, two spaces and a file")
        found[name] = digest
    return found


def check_frozen(folder: Path = FOLDER) -> str:
    """Checks every frozen file against its hash.

    Returns:
        SHA-256 of the list, which stands for all of them.

    Raises:
        FrozenError: naming the files that differ, are missing, or were added.
    """
    listed = frozen_files(folder)
    faults = []
    for name, digest in listed.items():
        path = folder / name
        if not path.is_file():
            faults.append(f"{name} is missing")
        elif hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            faults.append(f"{name} has changed")
    replays = {f"replays/{path.name}" for path in (folder / "replays").glob("*.yaml")}
    faults += [f"{name} was added" for name in sorted(replays - set(listed))]
    if faults:
        raise FrozenError(
            f"the validation rows are not those that were frozen: {'; '.join(faults)}. "
            "Take these files from the release: what is scored must have been fixed before"
        )
    return hashlib.sha256((folder / _LIST).read_bytes()).hexdigest()
