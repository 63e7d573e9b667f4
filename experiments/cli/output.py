"""Data to stdout: tables for people, JSON for programs. Messages go to stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

__all__ = ["message", "print_json", "print_table"]


def print_json(document: object) -> None:
    """One JSON document; a value that is not finite is an error, never bad JSON."""
    print(json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False))


def message(text: str) -> None:
    """A line for the person at the screen, apart from the data."""
    print(text, file=sys.stderr, flush=True)


def print_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table: framed and wrapped on a terminal, plain aligned text elsewhere."""
    if sys.stdout.isatty():
        _framed(columns, rows)
        return
    widths = [max(len(row[i]) for row in [columns, *rows]) for i in range(len(columns))]
    for row in [columns, *rows]:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print("  ".join(cells).rstrip())


def _framed(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from rich import box  # noqa: PLC0415  # 0.1 s, only on a terminal
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        # As text, not markup: [0..1] is a range here, not a style.
        table.add_row(*(Text(cell) for cell in row))
    Console().print(table)
