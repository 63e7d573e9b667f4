"""A region of one's own: a short region.yaml and tables as an office has them.

The long form of the shipped regions names a source for every cell. This one takes the table itself
as the source, borrows by name what is missing, and says what is synthetic. Either gives a `Region`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from scenarios.own_buyers import (
    read_cooperatives,
    read_government,
    read_hotels,
    read_restaurants,
)
from scenarios.own_figures import KIND, Borrowing, OwnFigures, add_figure, read_figure, weakest
from scenarios.own_places import read_own_places
from scenarios.own_umkm import (
    UMKM_COLUMNS,
    UmkmList,
    by_people,
    own_parameters,
    read_umkm,
    spread_over,
)
from scenarios.region_data import KINDS, SECTORS, Figure, Region
from scenarios.region_errors import Faults, RegionError, nearest
from scenarios.region_limits import check_firms
from scenarios.region_reader import goods_table, read_title
from scenarios.region_tables import Column, Table, read_table, refuse_personal
from scenarios.region_yaml import Block

__all__ = ["OwnReader", "is_own", "read_own_region"]

_SECTORS = (
    Column("sector", "choice", choices=tuple(SECTORS)),
    Column("share_percent", "number", low=0, high=100),
    Column("source", optional=True),
    KIND,
)
_TOP = ("districts", "villages", "sectors", "hotels")
Sectors = dict[str, float]


def is_own(top: Block) -> bool:
    """Whether a region.yaml is of the short form: the long one names its sources by key."""
    return not top.has("sources") and (not top.has("hotels") or not top.is_block("hotels"))


class OwnReader:
    """One reading of a folder of the short form."""

    def __init__(self, folder: Path, top: Block, faults: Faults) -> None:
        self.folder = folder
        self.top = top
        self.faults = faults
        self.figures = OwnFigures(top.text("place", required=False) or top.text("name"))
        self.borrow = Borrowing(top, faults)
        self.districts_only = not top.has("villages")
        self._refuse_personal_data()

    def _refuse_personal_data(self) -> None:
        """Names, telephones and addresses have no place here, in any table, used or not."""
        read = [self.top.text(key) for key in _TOP if self.top.has(key) and not
                self.top.is_block(key)]  # fmt: skip
        umkm = self.top.block("umkm", required=False) if self.top.has("umkm") else None
        if umkm is not None and umkm.has("table"):
            read.append(umkm.text("table"))
        refuse_personal(self.folder, read, self.faults)

    def table_of(
        self, block: Block, key: str, columns: Sequence[Column], *, unique: Sequence[str]
    ) -> Table:
        """The table that a key of a block names; empty and unsound when it cannot be read."""
        name = block.text(key)
        if name and (Path(name).name != name or "\\" in name or ":" in name):
            block.fault(key, f"{name!r} must be a file of this folder, without any path")
        elif name and not (self.folder / name).is_file():
            block.fault(key, f"the folder holds no file {name!r}")
        elif name:
            return read_table(self.folder / name, columns, self.faults, unique=unique)
        return Table(name, [], sound=False)

    def table(self, key: str, columns: Sequence[Column], *, unique: Sequence[str]) -> Table:
        """The table that a key at the top of region.yaml names."""
        return self.table_of(self.top, key, columns, unique=unique)


def _firms(
    reader: OwnReader, villages: pd.DataFrame | None
) -> tuple[Figure | None, Figure | None, UmkmList | None]:
    """True count, listed count, and what the list says."""
    umkm = reader.top.block("umkm")
    if umkm is None:
        return None, None, None
    count = read_figure(umkm, "true_count", block="umkm", quantity="UMKM", unit="firms",
                        file="region.yaml")  # fmt: skip
    listed: Figure | None = None
    if umkm.has("listed"):
        listed = read_figure(umkm, "listed", block="umkm", quantity="listed UMKM", unit="firms",
                             file="region.yaml")  # fmt: skip
    found: UmkmList | None = None
    if umkm.has("table"):
        table = reader.table_of(umkm, "table", UMKM_COLUMNS, unique=("id",))
        found = read_umkm(reader, table, villages)
        kind = _kind_of_list(umkm)
        found = replace(found, kind=kind) if found else None
    check_firms(umkm, count)
    if count and listed and count.high < listed.count:
        umkm.fault("true_count", f"{count.high:g} is fewer than the {listed.count} listed")
    if count and found and found.stands_for > max(1.0, count.high) * (1 + 1e-9):
        umkm.fault(
            "true_count",
            f"{count.high:g} is fewer than the {found.stands_for:g} firms that the rows of "
            f"{found.file} stand for by their weight",
        )
    umkm.close()
    for figure in (count, listed):
        if figure:
            add_figure(reader.figures, figure)
    return count, listed, found


def _kind_of_list(umkm: Block) -> str:
    """How the list is known; shares worked out from it are at best derived."""
    kind = umkm.text("kind", required=False) or "derived"
    if kind not in KINDS:
        umkm.fault("kind", f"{kind!r} is not one of {', '.join(KINDS)}{nearest(kind, KINDS)}")
    return "derived" if kind == "measured" else kind


def _sectors(reader: OwnReader, found: UmkmList | None, *, listed: bool) -> Sectors | None:
    """Shares of the trades: a table of them, another region's, else those of the list."""
    if reader.top.has("sectors"):
        return _sector_table(reader)
    if found is None or reader.borrow.has("sector_shares"):
        # A list with faults of its own is not missing.
        needed = "" if listed else "missing: give umkm.table, or a table of sectors"
        donor = reader.borrow.region("sector_shares", needed=needed)
        if donor is None:
            return None
        shares = dict(zip(donor.sectors["sector"], donor.sectors["share"], strict=True))
        for sector, share in shares.items():
            reader.figures.borrow(donor, "sector_shares", f"share of {sector}", float(share), "")
        return {str(name): float(share) for name, share in shares.items()}
    for sector, share in found.sectors.items():
        reader.figures.add(
            "sector_shares", f"share of {sector}", share, "share", kind=found.kind,
            source=found.source,
        )  # fmt: skip
    return dict(found.sectors)


def _sector_table(reader: OwnReader) -> Sectors | None:
    table = reader.table("sectors", _SECTORS, unique=("sector",))
    percent = {row.texts.get("sector", ""): row.numbers.get("share_percent", 0.0) for row in
               table.rows}  # fmt: skip
    if not table.sound:
        return None
    if abs(sum(percent.values()) - 100.0) > 1e-6:
        message = f"the shares sum to {sum(percent.values()):.6g}, not 100"
        reader.faults.add(table.file, 1, "share_percent", "", message)
        return None
    for row in table.rows:
        reader.figures.add(
            "sector_shares", f"share of {row.texts['sector']}", row.numbers["share_percent"] / 100,
            "share", kind=weakest([row]), source=row.texts.get("source", table.file),
        )  # fmt: skip
    for sector in SECTORS:
        if sector not in percent:
            reader.figures.add("sector_shares", f"share of {sector}", 0.0, "share",
                               kind="measured", source=table.file, note="no row")  # fmt: skip
    return {sector: percent.get(sector, 0.0) / 100 for sector in SECTORS}


def _sector_frame(shares: Sectors) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "sector": list(SECTORS),
            "share": [shares[name] for name in SECTORS],
            "listed": [sector.listed for sector in SECTORS.values()],
            "manufacturing": [sector.manufacturing for sector in SECTORS.values()],
        }
    )


def read_own_region(folder: Path, top: Block, faults: Faults, called: str = "") -> Region:
    """The region of a folder.

    Raises:
        RegionError: with every fault of every file.
    """
    name, title = top.text("name"), read_title(top)
    reader = OwnReader(folder, top, faults)
    goods = goods_table()
    places = read_own_places(reader)
    villages = None if places is None else places.villages
    count, listed, found = _firms(reader, villages)
    umkm = top.block("umkm", required=False) if top.is_block("umkm") else None
    shares = _sectors(reader, found, listed=umkm is not None and umkm.has("table"))
    hotels = read_hotels(reader, None if places is None else places.districts)
    people = 0 if places is None else places.population
    restaurants = read_restaurants(reader, goods["good"].tolist(), people)
    government = read_government(reader, goods["good"].tolist())
    cooperatives = read_cooperatives(reader)
    values: dict[str, float] = {}
    if found is not None and places is not None:
        values = own_parameters(reader, found)
        spread = spread_over(places.villages, found, by_people(reader))
        if spread is not None:
            places.villages["firms"] = spread
    notes = top.texts("notes") if top.has("notes") else ()
    _note_unsure(reader, umkm, places=places is not None, found=found is not None)
    borrowed = reader.borrow.close()
    top.close()
    faults.raise_if_any()
    if places is None or count is None or shares is None or hotels is None or restaurants is None:
        raise RegionError(f"{called or folder.name}: incomplete")  # cannot be: each is a fault
    return Region(
        name=name,
        title=title,
        place=reader.figures.place,
        population=places.population,
        districts=places.districts,
        villages=places.villages,
        firms=count.count,
        firms_figure=count,
        listed=listed,
        sectors=_sector_frame(shares),
        hotels=hotels[0],
        hotel_weights=hotels[1],
        restaurants=restaurants[0],
        restaurant_demand=restaurants[1],
        goods=goods,
        government=government,
        cooperatives=cooperatives,
        borrowed=borrowed,
        notes=(*notes, *reader.figures.notes),
        provenance=reader.figures.table(),
        parameters=values,
    )


def _note_unsure(reader: OwnReader, umkm: Block | None, *, places: bool, found: bool) -> None:
    """What is borrowed and cannot be judged, since a fault kept a table from being read."""
    unsure = reader.borrow.unsure
    if not places:
        unsure.add("density")
    if not places or (not found and (umkm is None or umkm.has("table"))):
        unsure.update(("spread", "sizes", "owners"))
