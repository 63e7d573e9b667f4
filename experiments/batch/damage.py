"""Files of a folder that are missing or cannot be read, in words that say what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from experiments.batch.atomic import digest_of
from sim.errors import KemitraanError

__all__ = ["readable", "refuse_damaged"]

_FAULTS = (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError)
"""What reading a file that was changed can end in; pyarrow's faults are of these kinds."""


@contextmanager
def readable(folder: Path, name: str) -> Iterator[None]:
    """Reads a file of an experiment.

    Args:
        folder: of the experiment.
        name: of the file within it.

    Raises:
        KemitraanError: it is missing, or not as it was written.
    """
    try:
        yield
    except _FAULTS as error:
        raise _damaged(folder / name) from error


def refuse_damaged(folder: Path, files: Mapping[str, str], below: str) -> None:
    """Refuses files of a complete folder that are not as they were written.

    Args:
        folder: of the experiment.
        files: SHA-256 by name, as the manifest has them.
        below: name of the folder within it whose files are hashed again.

    Raises:
        KemitraanError: one of them is missing or has changed.
    """
    for name, sha in files.items():
        if not name.startswith(f"{below}/"):
            continue
        if not (folder / name).is_file() or digest_of(folder / name) != sha:
            raise _damaged(folder / name)


def _damaged(path: Path) -> KemitraanError:
    return KemitraanError(
        f"{path}: is missing or damaged; copy the original back, or start again with another --out"
    )
