"""`checksums.sha256`: the hash of every file of a folder, in the form that `sha256sum -c` reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from experiments.batch.atomic import digest_of, write_whole
from experiments.batch.sealed import seal, unseal

__all__ = ["CHECKSUMS", "add_checksum", "files_in", "read_checksums", "write_checksums"]

CHECKSUMS = "checksums.sha256"


def files_in(folder: Path, without: Iterable[str] = ()) -> list[str]:
    """Names of all files below a folder, relative to it, in order.

    Args:
        folder: to look into.
        without: names of files, or of folders with all that is in them.
    """
    left_out = set(without)
    found = []
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        if name.partition("/")[0] not in left_out and name not in left_out and path.is_file():
            found.append(name)
    return sorted(found)


def write_checksums(folder: Path, files: Iterable[str]) -> None:
    """Writes the hashes of these files, which are read anew."""
    _write(folder, {name: digest_of(folder / name) for name in files})


def add_checksum(folder: Path, name: str) -> None:
    """Adds a file that was made later, or made anew; nothing where the folder keeps no hashes."""
    known = read_checksums(folder)
    if known is not None:
        _write(folder, {**known, name: digest_of(folder / name)})


def read_checksums(folder: Path) -> dict[str, str] | None:
    """SHA-256 by file; none where the list is missing or has been changed."""
    path = folder / CHECKSUMS
    text = unseal(path.read_bytes()) if path.is_file() else None
    if text is None:
        return None
    pairs = (line.split("  ", 1) for line in text.splitlines())
    return {name: digest for digest, name in pairs}


def _write(folder: Path, digests: Mapping[str, str]) -> None:
    lines = [f"{digest}  {name}" for name, digest in sorted(digests.items())]
    write_whole(folder / CHECKSUMS, seal("\n".join(lines)))
