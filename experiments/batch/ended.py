"""How a batch can end before all its runs are done, each with what to do next."""

from __future__ import annotations

from pathlib import Path

from sim.errors import KemitraanError

__all__ = ["BatchError", "Interrupted", "resume_words"]


class BatchError(KemitraanError):
    """A batch ended early, and what was finished is kept: a run failed, or the disk is full."""

    exit_code = 1


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
    return f"kemitraan resume '{name}'" if " " in name else f"kemitraan resume {name}"
