"""Data to stdout: tables for people, JSON for programs. Messages go to stderr."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from experiments.batch.ended import Interrupted

__all__ = [
    "done_line",
    "heads",
    "message",
    "print_json",
    "print_table",
    "tell_kept",
    "warn_of_stale",
]

_MINUTES = 180  # seconds from which a length is told in minutes


def print_json(document: object) -> None:
    """One JSON document; a value that is not finite is an error, never bad JSON."""
    print(json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False))


def message(text: str) -> None:
    """A line for the person at the screen, apart from the data."""
    print(text, file=sys.stderr, flush=True)


def done_line(seconds: float, lang: str) -> str:
    """How long a command took, tables and figures with it."""
    from experiments.words import say  # noqa: PLC0415  # gettext only now

    taken = f"{seconds / 60:.0f} min" if seconds >= _MINUTES else f"{max(1.0, seconds):.0f} s"
    return say("done", lang, time=taken)


def tell_kept(stop: Interrupted, lang: str) -> None:
    """What an interrupted batch has kept, and how to go on."""
    from experiments.batch.ended import resume_words  # noqa: PLC0415  # gettext only now
    from experiments.batch.words import say as said  # noqa: PLC0415

    command = resume_words(stop.folder)
    message(said("kept", lang, done=stop.done, runs=stop.runs, command=command))


def warn_of_stale(lang: str) -> None:
    """A message where published values of the registry were checked too long ago."""
    from experiments.stale import stale_line  # noqa: PLC0415  # the registry only now

    line = stale_line(lang)
    if line:
        message(line)


def heads(columns: Sequence[str], lang: str) -> list[str]:
    """Heads of columns in a language."""
    from experiments.catalogue import told  # noqa: PLC0415  # gettext only now

    return [told(column, lang, "column") for column in columns]


def print_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table: framed and wrapped on a terminal that has room, plain aligned text elsewhere."""
    if sys.stdout.isatty():
        least = [_least(column, [row[i] for row in rows]) for i, column in enumerate(columns)]
        if sum(least) + _GAP * len(least) <= shutil.get_terminal_size().columns:
            _framed(columns, rows, least)
            return
    widths = [max(len(row[i]) for row in [columns, *rows]) for i in range(len(columns))]
    for row in [columns, *rows]:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print("  ".join(cells).rstrip())


_SHORT = 16
_GAP = 3


def _least(head: str, cells: Sequence[str]) -> int:
    """Least width of a column: no number or short word in two lines, as 3.8 above 5."""
    words = [len(word) for text in [head, *cells] for word in text.split()]
    return max(1, *(min(size, _SHORT) for size in words)) if words else 1


def _framed(columns: Sequence[str], rows: Sequence[Sequence[str]], least: Sequence[int]) -> None:
    from rich import box  # noqa: PLC0415  # 0.1 s, only on a terminal
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column, width in zip(columns, least, strict=True):
        table.add_column(column, overflow="fold", min_width=width)
    for row in rows:
        # As text, not markup: [0..1] is a range here, not a style.
        table.add_row(*(Text(cell) for cell in row))
    Console().print(table)
