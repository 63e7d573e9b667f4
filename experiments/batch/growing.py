"""Runs that are handed out up to a number which grows, as what is done asks for more."""

from __future__ import annotations

from collections.abc import Callable, Iterator

__all__ = ["Growing"]


class Growing(Iterator[int]):
    """Numbers of runs that wait, up to an end that is set anew when all before it are done.

    It may end and go on later: a backend asks again when something has come back.

    Args:
        first: runs up to which the work goes at first.
        wanted: called when all runs up to the end are done: the end that is wanted then. The same
            again is the last.
        done: whether a run is.
        grown: called with how many runs the end has moved.
    """

    def __init__(
        self,
        first: int,
        wanted: Callable[[], int],
        done: Callable[[int], bool],
        grown: Callable[[int], None] = lambda _: None,
    ) -> None:
        self.end = first
        self.grown = grown
        self._wanted = wanted
        self._done = done
        self._next = 0
        self._whole = 0

    def __next__(self) -> int:
        while True:
            while self._next < self.end:
                run = self._next
                self._next += 1
                if not self._done(run):
                    return run
            if not self.more():
                raise StopIteration

    def more(self) -> bool:
        """Whether there are runs to hand out, the end set anew if that is due."""
        if self._next < self.end:
            return True
        while self._whole < self.end and self._done(self._whole):
            self._whole += 1
        if self._whole < self.end:  # handed out, and not back yet
            return False
        wanted = self._wanted()
        moved = wanted - self.end
        if moved <= 0:
            return False
        self.end = wanted
        self.grown(moved)
        return True
