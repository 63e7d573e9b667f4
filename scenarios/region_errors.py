"""What is wrong with a region's files: every fault with its place, all of them at once."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import PurePath

from scenarios.faults import shown
from sim.errors import KemitraanError

__all__ = ["Faults", "RegionError", "RegionFault", "nearest"]

_LONGEST = 1000
"""Characters of a message; a cell may hold any number of them."""


@dataclass(frozen=True)
class RegionFault:
    """One fault with its place.

    `line` counts from 1, the header of a table being line 1; `column` is the number of a character
    in YAML and the name of a column in a table.
    """

    file: str
    line: int
    column: int | str
    key: str
    message: str

    def __str__(self) -> str:
        place = self.file
        if self.line:
            place += f":{self.line}"
            if self.column:
                place += f":{self.column}"
        return f"{place}: {self.key}: {self.message}" if self.key else f"{place}: {self.message}"


class RegionError(KemitraanError):
    """A region that cannot be read; `faults` holds every fault found."""

    def __init__(self, faults: Iterable[RegionFault] | str, folder: str = "") -> None:
        self.folder = folder
        if isinstance(faults, str):
            self.faults: tuple[RegionFault, ...] = ()
            super().__init__(faults)
            return
        self.faults = tuple(faults)
        count = len(self.faults)
        tail = "1 error" if count == 1 else f"{count} errors"
        where = f" in {folder}" if folder else ""
        super().__init__("\n".join([*map(str, self.faults), tail + where]))

    def __reduce__(self) -> tuple[type[RegionError], tuple[tuple[RegionFault, ...] | str, str]]:
        # The default rebuilds from the message and would lose the faults between processes.
        return type(self), (self.faults or str(self), self.folder)


@dataclass
class Faults:
    """Collects faults while a folder is read, so that one reading names them all.

    `folder` is how the user named it, and stands before each file's name.
    """

    folder: str = ""
    found: list[RegionFault] = field(default_factory=list)

    def add(self, file: str, line: int, column: int | str, key: str, message: str) -> None:
        """Note one fault; what the user wrote is made fit for a screen."""
        column = shown(column) if isinstance(column, str) else column
        key, message = shown(key, _LONGEST), shown(message, _LONGEST)
        place = str(PurePath(self.folder, file)) if self.folder else file
        self.found.append(RegionFault(place, line, column, key, message))

    def raise_if_any(self) -> None:
        """Raise all faults so far, by file and line."""
        if self.found:
            raise RegionError(
                sorted(self.found, key=lambda f: (f.file, f.line, str(f.column))), self.folder
            )


def nearest(name: str, known: Iterable[str]) -> str:
    """The question whether a close known name was meant, else the empty text."""
    close = difflib.get_close_matches(name, list(known), n=1)
    return f", did you mean {close[0]!r}?" if close else ""
