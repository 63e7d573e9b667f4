"""Sources and figures of a region: no figure without its kind and a named source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scenarios.region_data import KINDS, Figure
from scenarios.region_errors import Faults, nearest
from scenarios.region_tables import Row
from scenarios.region_yaml import Block

__all__ = ["Ledger", "Source", "read_sources"]


@dataclass(frozen=True)
class Source:
    """Where a figure was read; `place` is the area it speaks about, `year` 0 where not given."""

    title: str
    url: str
    year: int
    place: str


def read_sources(block: Block | None) -> dict[str, Source]:
    """The `sources` of region.yaml by key."""
    sources: dict[str, Source] = {}
    for key in block.keys() if block else ():
        entry = block.block(key) if block else None
        if entry is None:
            continue
        year = entry.number("year", required=False)
        sources[key] = Source(
            title=entry.text("title"),
            url=entry.text("url", required=False),
            year=int(year or 0),
            place=entry.text("place"),
        )
        entry.close()
    return sources


class Ledger:
    """Every figure read so far, with the check that each names a known source."""

    def __init__(self, sources: Mapping[str, Source], place: str, faults: Faults) -> None:
        self.sources = sources
        self.place = place
        self.faults = faults
        self.figures: list[Figure] = []

    def unknown(self, keys: Sequence[str]) -> str:
        """What to say of source keys that do not exist; empty when all do."""
        for key in keys:
            if key not in self.sources:
                return f"no source {key!r} in region.yaml{nearest(key, self.sources)}"
        return "" if keys else "no source"

    def add(self, figure: Figure) -> Figure:
        """Note a figure whose sources were checked."""
        self.figures.append(figure)
        return figure

    def from_block(self, parent: Block, key: str, *, block: str, quantity: str) -> Figure | None:
        """A figure written as `{value, low, high, unit, kind, source, note}`."""
        entry = parent.block(key)
        if entry is None:
            return None
        before = len(self.faults.found)
        value = entry.number("value")
        low = entry.number("low", required=False)
        high = entry.number("high", required=False)
        unit, kind = entry.text("unit"), entry.text("kind")
        keys, note = entry.texts("source"), entry.text("note", required=False)
        if kind and kind not in KINDS:
            entry.fault("kind", f"{kind!r} is not one of {', '.join(KINDS)}{nearest(kind, KINDS)}")
        if entry.has("source") and self.unknown(keys):
            entry.fault("source", self.unknown(keys))
        if kind == "assumed" and (low is None or high is None):
            entry.fault("low", "an assumed figure needs its low and high")
        if value is not None:
            low = value if low is None else low
            high = value if high is None else high
            if value < 0:
                entry.fault("value", f"{value:g} is below 0")
            elif low < 0:
                entry.fault("low", f"{low:g} is below 0")
            elif not low <= value <= high:
                entry.fault("value", f"{value:g} is outside its range [{low:g}..{high:g}]")
        month = entry.number("month", required=False) if block == "government" else None
        if month is not None and month not in range(1, 13):
            entry.fault("month", f"{month:g} is not a month (1..12)")
        entry.close()
        if len(self.faults.found) > before or value is None or low is None or high is None:
            return None
        return self.add(
            Figure(block, quantity, value, unit, kind, keys, low, high, note, int(month or 0))
        )

    def from_row(
        self, row: Row, column: str, *, file: str, block: str, quantity: str, unit: str,
        kind: str, source: str, scale: float = 1.0,
    ) -> Figure | None:  # fmt: skip
        """A figure from a table: `source` names the column of its source keys."""
        if column not in row.numbers or source not in row.texts or not kind:
            return None  # already reported by the table
        keys = row.keys(source)
        if self.unknown(keys):
            self.faults.add(file, row.line, source, "", self.unknown(keys))
            return None
        value = row.numbers[column]
        low, high = value, value
        if column == "share_percent":
            low, high = row.numbers.get("low", value), row.numbers.get("high", value)
            if kind == "assumed" and not ("low" in row.numbers and "high" in row.numbers):
                self.faults.add(
                    file, row.line, "low", "", "an assumed figure needs its low and high"
                )
            elif not low <= value <= high:
                message = f"{value:g} is outside its range [{low:g}..{high:g}]"
                self.faults.add(file, row.line, column, "", message)
        note = row.texts.get("note", "")
        figure = Figure(
            block, quantity, value * scale, unit, kind, keys, low * scale, high * scale, note
        )
        return self.add(figure)

    def foreign(self, figure: Figure) -> list[str]:
        """The source keys of a figure that speak about another place."""
        return [key for key in figure.sources if self.sources[key].place != self.place]

    def check_borrowed(self, top: Block) -> dict[str, tuple[str, ...]]:
        """Hold `borrow` to the figures: all that is borrowed is listed, nothing else is."""
        entry = top.block("borrow", required=False)
        listed: dict[str, tuple[str, ...]] = {}
        for key in entry.keys() if entry else ():
            listed[key] = entry.texts(key) if entry else ()
        used: dict[str, dict[str, bool]] = {}
        for figure in self.figures:
            for source in self.foreign(figure):
                used.setdefault(figure.block, {})[source] = True
        for block, keys in used.items():
            for source in keys:
                if source not in listed.get(block, ()):
                    place = self.sources[source].place
                    message = f"{block} uses {source!r} of {place}: list it here"
                    (entry or top).fault(block if entry else "borrow", message)
        for block, named in listed.items():
            for source in named:
                if entry and source not in used.get(block, {}):
                    entry.fault(block, f"no figure of {block!r} is borrowed from {source!r}")
        return listed
