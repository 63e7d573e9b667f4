"""Lines and a bar on the error stream, for the person at the screen."""

from __future__ import annotations

import sys
from collections.abc import Callable

__all__ = ["progress_bar", "teller"]


def teller(*, quiet: bool) -> Callable[[str], None]:
    """What says a line on stderr, or nothing."""
    return (lambda _: None) if quiet else _tell


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


class progress_bar:  # noqa: N801  # used as a function
    """A bar on stderr, on a terminal only."""

    def __init__(self, total: int, *, quiet: bool) -> None:
        self._total = total
        self._shown = not quiet and sys.stderr.isatty()

    def __enter__(self) -> Callable[[int], None]:
        if not self._shown:
            return lambda _: None
        from rich.console import Console  # noqa: PLC0415  # 0.1 s, on a terminal only
        from rich.progress import (  # noqa: PLC0415
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TimeRemainingColumn,
        )

        columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
        self._bar.start()
        task = self._bar.add_task("", total=self._total)
        return lambda done: self._bar.advance(task, done)

    def __exit__(self, *_: object) -> None:
        if self._shown:
            self._bar.stop()
