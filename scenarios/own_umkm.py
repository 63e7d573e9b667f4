"""`umkm.csv`: a list of firms, from which shares are taken and nobody can be named.

A run does not see the rows. They say how firms divide over trades, places, size classes and owners;
the number of firms is `true_count`, because no list holds all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from scenarios.own_figures import NATIONAL, PEOPLE
from scenarios.own_places import belongs
from scenarios.region_data import SECTORS
from scenarios.region_errors import nearest
from scenarios.region_tables import Column, Row, Table
from sim.parameters import registry

if TYPE_CHECKING:
    from scenarios.own_region import OwnReader

__all__ = [
    "FEWEST_ROWS",
    "UMKM_COLUMNS",
    "UmkmList",
    "by_people",
    "own_parameters",
    "read_umkm",
    "spread_over",
]

FEWEST_ROWS = 30
"""Rows that shares of sizes or owners are taken from; with fewer they are luck."""
OTHER = "other"
_SIZES = ("micro", "small", "medium")
_WOMEN = {"female": True, "perempuan": True, "male": False, "laki_laki": False}
_YES_NO = ("yes", "no", "ya", "tidak")
UMKM_COLUMNS = (
    Column("id", "id"),
    Column("district"),
    Column("sector", "choice", choices=(*SECTORS, OTHER)),
    Column("size_class", "choice", optional=True, choices=_SIZES),
    Column("sales_million_rp_year", "number", optional=True, low=0, high=1e6),
    Column("owner_sex", "choice", optional=True, choices=tuple(_WOMEN)),
    Column("workers", "whole", optional=True, low=0, high=10_000),
    Column("online", "choice", optional=True, choices=_YES_NO),
    Column("permit", "choice", optional=True, choices=_YES_NO),
    Column("age_years", "number", optional=True, low=0, high=150),
    Column("village", optional=True),
    Column("lat", "number", optional=True, low=-90, high=90),
    Column("lon", "number", optional=True, low=-180, high=180),
    Column("weight", "number", optional=True, low=1e-6, high=1e6),
)
_UNUSED = ("workers", "online", "permit", "age_years", "lat", "lon")


@dataclass(frozen=True)
class UmkmList:
    """What a list says.

    Attributes:
        file: its name.
        rows: how many.
        stands_for: firms they stand for, the sum of weights.
        sectors: share by trade.
        spread: firms by district and, where every row has one, by village.
        by_village: whether villages are known.
        sizes: share of micro and of small firms; none with too few rows.
        women: share led by women; none with too few rows.
        kind: how the list is known; what it gives is at best derived.
    """

    file: str
    rows: int
    stands_for: float
    sectors: Mapping[str, float]
    spread: Mapping[tuple[str, str], float]
    by_village: bool
    sizes: tuple[float, float] | None
    women: float | None
    kind: str = "derived"

    @property
    def source(self) -> str:
        """The list as the source of a figure."""
        return f"{self.file}, {self.rows} rows standing for {self.stands_for:,.0f} firms"


def _weight(row: Row) -> float:
    return row.numbers.get("weight", 1.0)


def _size(row: Row) -> str:
    """The size class: as written, else by the legal ceilings of yearly sales."""
    if "size_class" in row.texts:
        return row.texts["size_class"]
    sales = row.numbers["sales_million_rp_year"]
    ceilings = (registry()["micro_ceiling"].value, registry()["small_ceiling"].value)
    return _SIZES[sum(sales > ceiling for ceiling in ceilings)]


def _share(rows: Sequence[Row], test: Callable[[Row], bool]) -> float:
    return sum(_weight(r) for r in rows if test(r)) / sum(_weight(r) for r in rows)


def read_umkm(reader: OwnReader, table: Table, villages: pd.DataFrame | None) -> UmkmList | None:
    """The shares of a list; None when it has a fault.

    Args:
        reader: of the folder.
        table: the rows, read and checked cell by cell.
        villages: of the region; none where these have faults of their own.
    """
    before = len(reader.faults.found)
    districts = [] if villages is None else list(dict.fromkeys(villages["district"]))
    wards: dict[str, list[str]] = {name: [] for name in districts}
    for village, district in (
        [] if villages is None else zip(villages["village"], villages["district"], strict=True)
    ):
        wards[district].append(village)
    by_village = bool(table.rows) and all("village" in row.texts for row in table.rows)
    by_village = by_village and not reader.districts_only
    for row in table.rows:
        if not row.has("size_class") and not row.has("sales_million_rp_year"):
            reader.faults.add(
                table.file, row.line, "size_class", "", "empty: give it, or sales_million_rp_year"
            )
        known = not wards or belongs(reader, table, row, districts)
        village, district = row.texts.get("village", ""), row.texts.get("district", "")
        if wards and known and by_village and village not in wards[district]:
            message = f"{village!r} is not in villages of {district}"
            hint = nearest(village, wards[district])
            reader.faults.add(table.file, row.line, "village", "", message + hint)
    if not table.sound or len(reader.faults.found) > before or villages is None:
        return None
    return _shares(reader, table, by_village=by_village)


def _shares(reader: OwnReader, table: Table, *, by_village: bool) -> UmkmList:
    rows = table.rows
    total = sum(_weight(row) for row in rows)
    sectors = dict.fromkeys(SECTORS, 0.0)
    spread: dict[tuple[str, str], float] = {}
    for row in rows:
        sector = row.texts["sector"]
        # What neither makes a listed good nor trades: the same to the model.
        sectors["other_services" if sector == OTHER else sector] += _weight(row) / total
        place = (row.texts["district"], row.texts["village"] if by_village else "")
        spread[place] = spread.get(place, 0.0) + _weight(row)
    sexes = [row for row in rows if "owner_sex" in row.texts]
    sizes = women = None
    if len(rows) >= FEWEST_ROWS:
        sizes = (
            _share(rows, lambda r: _size(r) == "micro"),
            _share(rows, lambda r: _size(r) == "small"),
        )
    if len(sexes) >= FEWEST_ROWS:
        women = _share(sexes, lambda r: _WOMEN[r.texts["owner_sex"]])
    unused = [name for name in _UNUSED if any(name in r.numbers or name in r.texts for r in rows)]
    if unused:
        reader.figures.notes.append(
            f"{table.file}: {', '.join(unused)} were checked; no process reads them yet."
        )
    return UmkmList(table.file, len(rows), total, sectors, spread, by_village, sizes, women)


def spread_over(
    villages: pd.DataFrame,
    found: UmkmList,
    people: bool,  # a fact
) -> list[float] | None:
    """Firms by ward as the list has them; within a district by people where it names no wards."""
    if people:
        return None
    weights = []
    for row in villages.to_dict("records"):
        district = str(row["district"])
        if found.by_village:
            weights.append(found.spread.get((district, str(row["village"])), 0.0))
            continue
        inside = villages[villages["district"] == district]["population"]
        whole = float(inside.sum())
        part = float(row["population"]) / whole if whole else 1.0 / len(inside)
        weights.append(found.spread.get((district, ""), 0.0) * part)
    return weights


def own_parameters(reader: OwnReader, found: UmkmList) -> dict[str, float]:
    """Shares of sizes and owners in place of the national ones; noted, or said why not."""
    values: dict[str, float] = {}
    few = f"fewer than {FEWEST_ROWS} rows of {found.file} say it"
    for block, known, names in (
        ("sizes", found.sizes, ("micro_share", "small_share")),
        ("owners", None if found.women is None else (found.women,), ("women_share",)),
    ):
        if known is None and not reader.borrow.has(block):
            reader.figures.notes.append(f"The national {' and '.join(names)} stand, because {few}.")
        if reader.borrow.word(block) == NATIONAL or known is None:
            for name in names:
                entry = registry()[name]
                reader.figures.add(
                    block, name, entry.value, "share", kind="measured", place="Indonesia",
                    source="; ".join(s.title for s in entry.sources),
                )  # fmt: skip
            continue
        for name, value in zip(names, known, strict=True):
            values[name] = value
            reader.figures.add(block, name, value, "share", kind=found.kind, source=found.source)
    return values


def by_people(reader: OwnReader) -> bool:
    """Whether firms are to follow people although there is a list."""
    return reader.borrow.word("spread") == PEOPLE
