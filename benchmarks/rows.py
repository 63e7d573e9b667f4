"""What a benchmark says: rows of a table, a target beside each measurement."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

__all__ = ["Row", "above", "below", "plain", "table", "timed"]


class Row(NamedTuple):
    """One measurement.

    Attributes:
        what: is measured.
        value: with its unit.
        target: in words; empty for a figure that only explains others.
        met: whether the target is met; none without a target.
        note: conditions of this row.
    """

    what: str
    value: str
    target: str = ""
    met: bool | None = None
    note: str = ""


def below(what: str, value: float, limit: float, unit: str = "", note: str = "") -> Row:
    """A row whose value should be at most the limit."""
    target = f"at most {limit:g} {unit}".rstrip()
    return Row(what, f"{value:.3g} {unit}".rstrip(), target, value <= limit, note)


def above(what: str, value: float, limit: float, unit: str = "", note: str = "") -> Row:
    """A row whose value should be at least the limit."""
    target = f"at least {limit:g} {unit}".rstrip()
    return Row(what, f"{value:.3g} {unit}".rstrip(), target, value >= limit, note)


def plain(what: str, value: float, unit: str = "", note: str = "") -> Row:
    """A row without a target."""
    return Row(what, f"{value:.4g} {unit}".rstrip(), note=note)


def timed(work: Callable[[], object]) -> float:
    """Processor time of this process for some work, s."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


def table(rows: Sequence[Row]) -> str:
    """The rows as a Markdown table, aligned so that it reads as text too."""
    words = {True: "yes", False: "**no**", None: ""}
    lines = [("what", "measured", "target", "met", "note")]
    lines += [(r.what, r.value, r.target, words[r.met], r.note) for r in rows]
    widths = [max(len(line[column]) for line in lines) for column in range(5)]
    lines.insert(1, tuple("-" * width for width in widths))  # type: ignore[arg-type]
    return "\n".join(
        "| "
        + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        + " |"
        for line in lines
    )
