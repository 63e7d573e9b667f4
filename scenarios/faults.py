"""What is wrong with a scenario: every fault with its place, all of them at once."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sim.errors import KemitraanError

__all__ = ["OVERRIDE", "Fault", "ScenarioError", "did_you_mean", "format_faults", "shown"]

OVERRIDE = "override"
"""Stands for the file's name where a value was given in the call or on the command line."""

_MOST_SHOWN = 100
_WINDOW = 96


@dataclass(frozen=True)
class Fault:
    """One fault with its place.

    Lines and columns count from 1, in characters; 0 where there is no such place.
    `width` is the number of characters at fault, for the underline.
    """

    file: str
    line: int
    column: int
    key: str
    message: str
    source_line: str = ""
    width: int = 1

    def __str__(self) -> str:
        place = self.file
        if self.line:
            place += f":{self.line}:{self.column}"
        head = ": ".join(part for part in (place, self.key, self.message) if part)
        return head + self._excerpt()

    def _excerpt(self) -> str:
        """The source line with the fault underlined; nothing where the line says nothing."""
        if not self.line or not self.source_line.strip():
            return ""
        # A very long line is shown around the fault only.
        at = self.column - 1
        first = max(0, at - _WINDOW // 2) if len(self.source_line) > _WINDOW else 0
        text = self.source_line[first : first + _WINDOW].rstrip()
        # Tabs stay tabs, so that the underline stands below the fault on any screen.
        lead = "".join("\t" if c == "\t" else " " for c in text[: at - first])
        lead += " " * (at - first - len(lead))
        marks = "^" * max(1, min(self.width, len(text) - (at - first)))
        # The odd character itself could garble the screen.
        text = "".join(
            c if c.isprintable() or c == "\t" else "\N{REPLACEMENT CHARACTER}" for c in text
        )
        return f"\n{self.line:>7} | {text}\n{'':>7} | {lead}{marks}"


class ScenarioError(KemitraanError):
    """A scenario that cannot be used; `faults` holds every fault found, in order."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(format_faults(self.faults))

    def __reduce__(self) -> tuple[type[ScenarioError], tuple[tuple[Fault, ...]]]:
        # The default rebuilds from the message and would lose the faults between processes.
        return type(self), (self.faults,)


def format_faults(faults: Sequence[Fault]) -> str:
    """The faults as the screen shows them: by file, with a count below each file's.

    A file that cannot be read at all has one fault, and no count.
    """
    lines: list[str] = []
    for file in dict.fromkeys(fault.file for fault in faults):
        own = [fault for fault in faults if fault.file == file]
        lines += [str(fault) for fault in own[:_MOST_SHOWN]]
        if len(own) > _MOST_SHOWN:
            lines.append(f"... and {len(own) - _MOST_SHOWN} more")
        if len(own) == 1 and not own[0].line and not own[0].key:
            continue  # the file as a whole: there is nothing to count in it
        where = f" in {file}" if file != OVERRIDE else " in the overrides"
        lines.append(f"{len(own)} error{'' if len(own) == 1 else 's'}{where}")
    return "\n".join(lines)


def did_you_mean(name: str, known: Iterable[str], *, listed: int = 12) -> str:
    """A question naming the nearest known name, else the known names if they are few."""
    names = list(known)
    close = difflib.get_close_matches(name.lower(), names, n=1, cutoff=0.6)
    if close:
        return f", did you mean {close[0]!r}?"
    return f"; known here: {', '.join(names)}" if 0 < len(names) <= listed else ""


def shown(text: str, most: int = 60) -> str:
    """A user's text as it can be quoted in a message: one line, printable, not long."""
    cut = text if len(text) <= most else text[: most - 3] + "..."
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in cut)
