"""Figures of a region written by its user: each with its kind, source and place, none filled in.

A file of one's own needs no key for every source: a figure from a table has that table as its
source, a figure of region.yaml what `source` says. What is missing is borrowed by name under
`borrow`, and stays marked as borrowed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from scenarios.region_data import KINDS, Figure, Region
from scenarios.region_errors import Faults, nearest
from scenarios.region_tables import Column, Row
from scenarios.region_yaml import Block

__all__ = [
    "BLOCKS",
    "KIND",
    "NATIONAL",
    "NONE",
    "PEOPLE",
    "Borrowing",
    "OwnFigures",
    "add_figure",
    "mean_of",
    "read_figure",
    "weakest",
]

NONE, PEOPLE, NATIONAL = "none", "people", "national"
SHARE_SETS = {"east_java_2016": "surabaya"}
"""Shares of trades by the name of their census, and a region that carries them."""

BLOCKS: Mapping[str, tuple[str, ...]] = {
    "sector_shares": tuple(SHARE_SETS),
    "hotels": (NONE,),
    "rooms": (),
    "occupancy": (),
    "restaurants": (NONE,),
    "restaurant_demand": (),
    "density": (),
    "spread": (PEOPLE,),
    "sizes": (NATIONAL,),
    "owners": (NATIONAL,),
}
"""What can be borrowed, and the words that stand beside the names of regions."""

_WORDS_ONLY = ("spread", "sizes", "owners")


@dataclass
class OwnFigures:
    """The figures read so far, as rows of a region's provenance."""

    place: str
    rows: list[dict[str, object]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(
        self, block: str, quantity: str, value: float, unit: str, *, kind: str, source: str,
        low: float | None = None, high: float | None = None, note: str = "",
        place: str = "", url: str = "",
    ) -> None:  # fmt: skip
        """Note one figure; one of another place is borrowed."""
        ranged = low is not None and high is not None and low < high
        self.rows.append(
            {
                "block": block,
                "quantity": quantity,
                "value": float(value),
                "unit": unit,
                "range": f"{low:g} to {high:g}" if ranged else "",
                "kind": kind,
                "source": source,
                "url": url,
                "place": place or self.place,
                "borrowed": bool(place) and place != self.place,
                "note": note,
            }
        )

    def borrow(self, donor: Region, block: str, quantity: str, value: float, note: str) -> None:
        """Note a figure of another region, with the source and kind it has there.

        Args:
            donor: the other region.
            block: of its data sheet, and of this one's.
            quantity: its name there; the name here too.
            value: as used here.
            note: what was done with it.
        """
        table = donor.provenance
        rows = table[(table["block"] == block) & (table["quantity"] == quantity)]
        if rows.empty:
            raise KeyError(f"{donor.name}: {block}: {quantity}")
        self.rows.append(
            {
                **{str(key): cell for key, cell in rows.iloc[0].to_dict().items()},
                "value": float(value),
                "range": "",
                "borrowed": True,
                "note": note,
            }
        )

    def table(self) -> pd.DataFrame:
        """The provenance of the region."""
        return pd.DataFrame(self.rows)


class Borrowing:
    """The block `borrow`: who is asked for what, and that nobody is asked for nothing.

    `unsure` collects what a table with faults might have, or might need.
    """

    def __init__(self, top: Block, faults: Faults) -> None:
        self.top = top
        self.faults = faults
        self.entry = top.block("borrow", required=False)
        self.used: dict[str, str] = {}
        self.unsure: set[str] = set()
        entry = self.entry
        self._asked = {key: entry.text(key) for key in entry.keys()} if entry else {}  # noqa: SIM118  # no dict

    def has(self, block: str) -> bool:
        """Whether the block is borrowed."""
        return bool(self._asked.get(block))

    def word(self, block: str, *, needed: str = "") -> str:
        """What stands under a block: a region's name or a word; empty with the fault noted.

        Args:
            block: of `BLOCKS`.
            needed: what to say when it is missing; not a fault if empty.
        """
        asked = self._asked.get(block, "")
        if asked:
            self.used[block] = asked
            return asked
        if needed:
            (self.entry or self.top).fault(
                block if self.entry else "borrow",
                f"{needed}; or borrow it: 'borrow: {{{block}: {_example(block)}}}'",
            )
        return ""

    def region(self, block: str, *, needed: str = "") -> Region | None:
        """The region a block is borrowed from; None for a word, or with the fault noted."""
        from scenarios.region import list_regions, load_region  # noqa: PLC0415  # it loads us

        asked = self.word(block, needed=needed)
        name = SHARE_SETS.get(asked, asked) if block == "sector_shares" else asked
        if not asked or asked in (NONE, PEOPLE, NATIONAL):
            return None
        return load_region(name) if name in list_regions() else None

    def close(self) -> dict[str, tuple[str, ...]]:
        """What was borrowed, by block; faults for names that are none and for what was not used."""
        from scenarios.region import list_regions  # noqa: PLC0415

        for block, asked in self._asked.items():
            if self.entry is None:
                break
            if block not in BLOCKS:
                listed = ", ".join(BLOCKS)
                hint = nearest(block, BLOCKS) or f"; known: {listed}"
                self.entry.fault(block, f"nothing of this name can be borrowed{hint}")
                continue
            regions = () if block in _WORDS_ONLY else tuple(list_regions())
            choices = (*BLOCKS[block], *regions)
            if asked and asked not in choices:
                self.entry.fault(block, f"{asked!r} is not one of {', '.join(choices)}")
            elif asked and block not in self.used and block not in self.unsure:
                self.entry.fault(block, "is borrowed, but the files have it or nothing asks for it")
        return {block: (asked,) for block, asked in self.used.items() if asked != NONE}


def _example(block: str) -> str:
    if block == "sector_shares":
        return "east_java_2016"
    return "kutai_timur" if block not in _WORDS_ONLY else BLOCKS[block][0]


def read_figure(
    parent: Block, key: str, *, block: str, quantity: str, unit: str, file: str,
    required: bool = True,
) -> Figure | None:  # fmt: skip
    """A figure as a plain number, or as `{value, low, high, source, kind, unit, note}`.

    A number alone is the user's own statement, with the file as its source. With a range and no
    kind it is an assumption, without a range measured.
    """
    if not parent.is_block(key):
        number = parent.number(key, required=required)
        if number is None:
            return None
        if number < 0:
            parent.fault(key, f"{number:g} is below 0")
            return None
        return Figure(block, quantity, number, unit, "measured", (file,), number, number)
    entry = parent.block(key)
    if entry is None:
        return None
    before = len(parent.faults.found)
    value = entry.number("value")
    low, high = entry.number("low", required=False), entry.number("high", required=False)
    source, note = entry.text("source"), entry.text("note", required=False)
    unit = entry.text("unit", required=False) or unit
    kind = entry.text("kind", required=False)
    month = entry.number("month", required=False)
    if (low is None) != (high is None):
        entry.fault("low" if low is None else "high", "low and high go together")
    if kind and kind not in KINDS:
        entry.fault("kind", f"{kind!r} is not one of {', '.join(KINDS)}{nearest(kind, KINDS)}")
    if value is not None and value < 0:
        entry.fault("value", f"{value:g} is below 0")
    elif low is not None and low < 0:
        entry.fault("low", f"{low:g} is below 0")
    elif value is not None and low is not None and high is not None and not low <= value <= high:
        entry.fault("value", f"{value:g} is outside its range [{low:g}..{high:g}]")
    if kind == "assumed" and low is None:
        entry.fault("low", "an assumed figure needs its low and high")
    if month is not None and month not in range(1, 13):
        entry.fault("month", f"{month:g} is not a month (1..12)")
    entry.close()
    if len(parent.faults.found) > before or value is None:
        return None
    first, last = (value if end is None else end for end in (low, high))
    chosen = kind or ("assumed" if first < last else "measured")
    return Figure(
        block, quantity, value, unit, chosen, (source,), first, last, note, int(month or 0)
    )


def add_figure(figures: OwnFigures, figure: Figure) -> None:
    """Note a figure of region.yaml."""
    figures.add(
        figure.block, figure.quantity, figure.value, figure.unit, kind=figure.kind,
        source="; ".join(figure.sources), low=figure.low, high=figure.high, note=figure.note,
    )  # fmt: skip


KIND = Column("kind", "choice", optional=True, choices=KINDS)
"""How a row is known, for tables; measured where nothing is said."""


def weakest(rows: Sequence[Row]) -> str:
    """The kind of a sum over rows: that of the least known among them."""
    kinds = [row.texts.get("kind", "measured") for row in rows]
    return max(kinds, key=KINDS.index) if kinds else "measured"


def mean_of(values: Sequence[float], weights: Sequence[float]) -> float:
    """Weighted mean."""
    return sum(v * w for v, w in zip(values, weights, strict=True)) / sum(weights)
