"""Fills the tables of docs/validation.md: `python docs/make_validation.py [FOLDER]`.

The frozen rows are always written; what came out only from the folder of a `kemitraan validate`.
Tables stand between `<!-- made: NAME -->` and `<!-- end -->`.
"""

# ruff: noqa: INP001  # a program, no package

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from experiments.validation.report import asked_words
from experiments.validation.rows import Figure, Row, read_frozen
from experiments.validation.words import row_words
from experiments.words import number

TARGET = Path(__file__).with_name("validation.md")
BLOCK = re.compile(r"(<!-- made: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def cell(text: object) -> str:
    """Text that cannot break a table."""
    return " ".join(str(text).split()).replace("|", "\\|")


def table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A table in Markdown."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join(f"| {' | '.join(cell(part) for part in line)} |\n" for line in lines)


def published(row: Row) -> str:
    """The value with its ends and unit, as the evidence has them."""
    if row.value is None:
        return row.unit
    ends = [number(end) for end in (row.low, row.high) if end is not None]
    between = f" [{'..'.join(ends)}]" if ends else ""
    return f"{number(row.value)}{between} {row.unit}"


def replay(figure: Figure) -> str:
    """Where a figure is read."""
    if figure.trial:
        return f"trial `{figure.trial}`"
    less = f" less `{figure.minus}`" if figure.minus else ""
    first, after = figure.span
    return f"`{figure.scenario}`{less} in {figure.region}, months {first} to {after - 1}"


def replays(row: Row) -> str:
    """All replays of a row, each once."""
    return "; ".join(dict.fromkeys(replay(one) for one in row.figures.values()))


def frozen_rows() -> str:
    """Rows that the model can express."""
    heads = ("Row", "What", "Published", "Source", "Asked", "Replay", "How it compares", "Band")
    return table(
        heads,
        [
            (
                row.id,
                row_words(row.id, "en"),
                published(row),
                f"[{row.source}]({row.url})" if row.url else f"{row.source} (recalled)",
                asked_words(row, "en"),
                replays(row),
                row.transform,
                row.band,
            )
            for row in read_frozen().rows
            if row.can_express
        ],
    )


def cannot() -> str:
    """Rows that it cannot."""
    return table(
        ("Row", "What", "Published", "Why not"),
        [
            (row.id, row_words(row.id, "en"), published(row), row.reason)
            for row in read_frozen().rows
            if not row.can_express
        ],
    )


def results(folder: Path) -> str:
    """What came out, from the folder of a validation."""
    with (folder / "validation.csv").open(encoding="utf-8", newline="") as file:
        found = [one for one in csv.DictReader(file) if one["verdict"] != "cannot express"]
    rows = {row.id: row for row in read_frozen().rows}

    def share(value: str) -> str:
        return f"{100 * float(value):.0f} %" if value else "-"

    def simulated(one: Mapping[str, str]) -> str:
        ends = f"{number(float(one['p05']))}..{number(float(one['p95']))}"
        return f"{number(float(one['median']))} [{ends}]" if one["median"] else "-"

    return table(
        ("Row", "What", "Asked", "Simulated", "In band", "Right way", "Verdict"),
        [
            (
                one["id"],
                row_words(one["id"], "en"),
                asked_words(rows[one["id"]], "en"),
                simulated(one),
                share(one["share_in_band"]),
                share(one["share_right"]),
                f"**{one['verdict']}**{': ' + one['missed'] if one['missed'] else ''}",
            )
            for one in found
        ],
    )


def filled(text: str, folder: Path | None = None) -> str:
    """The page with its tables made anew; results stay as they are without a folder."""

    def one(block: re.Match[str]) -> str:
        made = {"rows": frozen_rows, "cannot": cannot}.get(block[2])
        if made is not None:
            return f"{block[1]}{made()}{block[3]}"
        return block[0] if folder is None else f"{block[1]}{results(folder)}{block[3]}"

    return BLOCK.sub(one, text)


def main(words: Sequence[str]) -> None:
    """Write the page."""
    folder = Path(words[0]) if words else None
    text = filled(TARGET.read_text(encoding="utf-8"), folder)
    TARGET.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
