"""How a batch can end before all its runs are done, each with what to do next."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sim.errors import KemitraanError

__all__ = [
    "ON_ERROR", "BatchError", "Interrupted", "check_on_error", "resume_words", "writing",
]  # fmt: skip

ON_ERROR = ("record", "stop")


class BatchError(KemitraanError):
    """A batch ended early, and what was finished is kept: a run failed, or the disk is full.

    Attributes:
        result: what the runs say, where all are done and only writing failed.
    """

    exit_code = 1
    result: object = None


class Interrupted(KeyboardInterrupt):
    """An interrupt during a batch; the runs that were finished are kept.

    Attributes:
        folder: of the experiment.
        done: runs that are kept.
        runs: of the design.
    """

    def __init__(self, folder: Path, done: int, runs: int) -> None:
        super().__init__(f"{done} of {runs} runs are kept; to go on: {resume_words(folder)}")
        self.folder = folder
        self.done = done
        self.runs = runs


def resume_words(folder: Path) -> str:
    """The command that goes on with a folder."""
    name = folder.as_posix()
    if os.name == "nt":
        return f'kemitraan resume "{name}"' if " " in name else f"kemitraan resume {name}"
    return f"kemitraan resume {shlex.quote(name)}"


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """For what writes to a folder before its runs go on: says what a full disk means.

    Raises:
        BatchError: in place of an `OSError`; what was finished is kept.
    """
    try:
        yield
    except OSError as error:
        raise BatchError(
            f"{folder}: cannot be written: {error.strerror or error}; what is there is kept; "
            f"free some space, then: {resume_words(folder)}"
        ) from error


def check_on_error(asked: str) -> None:
    """Refuses what is neither "record" nor "stop".

    Raises:
        KemitraanError: it is neither.
    """
    if asked not in ON_ERROR:
        raise KemitraanError(f"--on-error {asked}: is not known; known: {', '.join(ON_ERROR)}")
