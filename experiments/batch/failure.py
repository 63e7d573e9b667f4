"""A run that failed: where, with what words, and no path of anybody's machine."""

from __future__ import annotations

import json
import os
import pickle
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["WORKER", "Failure", "stage"]

WORKER = "worker"
"""Stage of a run whose processes ended without a word; such a run is worth another try."""
_RUN = "run"
_NOTE = "_kemitraan_stage"
_ROOT = Path(__file__).resolve().parents[2]
_CALLER = Path(__file__).with_name("work.py")
_MOST_FRAMES = 40
_PACKAGES = ("site-packages", "dist-packages")


@contextmanager
def stage(name: str) -> Iterator[None]:
    """Names what a run was doing; the innermost name is kept with a failure."""
    try:
        yield
    except Exception as error:
        if not hasattr(error, _NOTE):
            setattr(error, _NOTE, name)
        raise


@dataclass(frozen=True)
class Failure:
    """Why a run has no numbers.

    Attributes:
        stage: what it was doing: "run", "record", `WORKER`, or a word of the model's own.
        kind: name of the exception.
        message: its text.
        traceback: one line a call, the innermost last; files relative to the program.
        error: the exception itself, where it was asked for and can travel between processes.
    """

    stage: str
    kind: str
    message: str
    traceback: str
    error: Exception | None = field(default=None, compare=False, repr=False)

    @classmethod
    def of(cls, error: Exception | SystemExit, *, keep: bool = False) -> Failure:
        """From an exception.

        Args:
            error: as caught.
            keep: the exception too, if it survives being pickled.
        """
        lines = list(_told(error))
        for cause in _causes(error):
            lines.append(f"because of {type(cause).__name__}: {_message(cause)}")
            lines += _told(cause)
        return cls(
            stage=str(getattr(error, _NOTE, _RUN)),
            kind=type(error).__name__,
            message=_message(error),
            traceback="\n".join(lines[-_MOST_FRAMES:]),
            error=error if keep and isinstance(error, Exception) and _travels(error) else None,
        )

    @classmethod
    def of_worker(cls, times: int) -> Failure:
        """Of a run whose processes ended without a word so many times."""
        return cls(
            stage=WORKER,
            kind="WorkerEnded",
            message=f"its process ended without a word, {times} times: killed, or out of memory",
            traceback="",
        )

    def to_bytes(self) -> bytes:
        """For the journal."""
        plain = [self.stage, self.kind, self.message, self.traceback]
        return json.dumps(plain, ensure_ascii=False).encode("utf-8", "replace")

    @classmethod
    def from_bytes(cls, content: bytes) -> Failure:
        """From the journal."""
        return cls(*json.loads(content.decode("utf-8")))


def _told(error: BaseException) -> Iterator[str]:
    """Lines of a traceback, without the call that caught it."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [f for f in frames if Path(f.filename) != _CALLER]
    for frame in own:
        line = f": {frame.line}" if frame.line else ""
        yield f"{_short(frame.filename)}:{frame.lineno} in {frame.name}{line}"


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen = 0
    cause = error.__cause__
    while cause is not None and seen < _MOST_FRAMES:
        yield cause
        cause, seen = cause.__cause__, seen + 1


def _short(filename: str) -> str:
    """A file as anybody would know it: of the program, of a package, or by its name alone."""
    path = Path(filename)
    if path.is_relative_to(_ROOT) and not any(part in _PACKAGES for part in path.parts):
        return path.relative_to(_ROOT).as_posix()
    for name in _PACKAGES:
        if name in path.parts:
            at = path.parts.index(name)
            return "/".join(path.parts[at + 1 :])
    return path.name


def _message(error: BaseException) -> str:
    """The text of an exception without folders of this machine, whatever a stranger's one does."""
    try:
        text = str(error)
    except Exception as fault:  # noqa: BLE001
        return f"tells no message: {type(fault).__name__}"
    for folder in _folders():
        text = text.replace(folder + os.sep, "").replace(folder, ".")
    return text


def _folders() -> Iterator[str]:
    """Of this machine: of the program, where it runs, of the user."""
    places: tuple[Callable[[], Path], ...] = (_ROOT.absolute, Path.cwd, Path.home)
    for place in places:
        with suppress(OSError, RuntimeError):  # removed meanwhile, or nobody's
            folder = str(place())
            if len(folder) > 1:
                yield folder


def _travels(error: Exception) -> bool:
    """Whether an exception is the same after it went through a pipe; some are not."""
    try:
        again = pickle.loads(pickle.dumps(error))  # noqa: S301  # our own bytes
    except Exception:  # noqa: BLE001  # whatever a stranger's exception does
        return False
    return type(again) is type(error) and str(again) == str(error)
