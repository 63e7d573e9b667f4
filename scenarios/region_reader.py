"""From a folder with region.yaml and its tables to a Region, or to all its faults."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from scenarios.region_data import GOODS_FILE, HOTEL_CLASSES, KINDS, SECTORS, Figure, Region
from scenarios.region_errors import Faults, RegionError, nearest
from scenarios.region_limits import check_firms, check_restaurants
from scenarios.region_places import read_hotel_weights, read_places
from scenarios.region_sources import Ledger, read_sources
from scenarios.region_tables import Column, Table, read_table, refuse_personal
from scenarios.region_yaml import Block, read_yaml

__all__ = ["Reader", "goods_table", "read_region", "read_title"]

_SECTORS = (
    Column("sector", "choice", choices=tuple(SECTORS)),
    Column("share_percent", "number", low=0, high=100),
    Column("low", "number", optional=True, low=0, high=100),
    Column("high", "number", optional=True, low=0, high=100),
    Column("kind", "choice", choices=KINDS),
    Column("source", "keys"),
    Column("note", optional=True),
)
_HOTEL_FIGURES = {  # column: (block of the data sheet, lowest, highest, unit, factor)
    "count": ("hotel_classes", 0.0, 1e6, "hotels", 1.0),
    "rooms": ("rooms", 1.0, 1e5, "rooms per hotel", 1.0),
    "occupancy_percent": ("occupancy", 0.0, 100.0, "share", 0.01),
}
_BUDGET_UNIT = "million rp per year"
_LATER = (
    "a list of UMKM stands in the short form of region.yaml, which has no sources: "
    "kemitraan init --region FOLDER writes one"
)


def _hotel_columns() -> tuple[Column, ...]:
    columns = [Column("hotel_class", "choice", choices=HOTEL_CLASSES)]
    for name, (_, low, high, _, _) in _HOTEL_FIGURES.items():
        stem = name.removesuffix("_percent")
        columns += [
            Column(name, "whole" if name == "count" else "number", low=low, high=high),
            Column(f"{stem}_kind", "choice", choices=KINDS),
            Column(f"{stem}_source", "keys"),
        ]
    return (*columns, Column("note", optional=True))


def goods_table() -> pd.DataFrame:
    """Goods in their order, each with the sector that makes it."""
    with GOODS_FILE.open(encoding="utf-8", newline="") as file:
        pairs = {row["good"]: row["sector"].replace(" ", "_") for row in csv.DictReader(file)}
    wrong = [f"{good} ({sector})" for good, sector in pairs.items() if sector not in SECTORS]
    if wrong:
        raise RegionError(f"goods.csv names sectors that do not exist: {', '.join(wrong)}")
    return pd.DataFrame({"good": list(pairs), "sector": list(pairs.values())})


class Reader:
    """One reading of one folder: its top block, its figures and its faults."""

    def __init__(self, folder: Path, top: Block, faults: Faults) -> None:
        self.folder = folder
        self.top = top
        self.faults = faults
        self.place = top.text("place")
        self.ledger = Ledger(read_sources(top.block("sources")), self.place, faults)
        self.hotels = top.block("hotels")
        self.read: list[str] = []

    @property
    def people_sources(self) -> tuple[str, ...]:
        """Sources of the population figures."""
        keys = [key for f in self.ledger.figures if f.block == "population" for key in f.sources]
        return tuple(dict.fromkeys(keys))

    def table_of(
        self, block: Block, key: str, columns: Sequence[Column], *, unique: Sequence[str]
    ) -> Table:
        """The table that a key of a block names; empty and unsound when it cannot be read."""
        name = block.text(key)
        self.read.append(name)
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

    def firms(self) -> tuple[Figure | None, Figure | None]:
        """The true count of UMKM, and how many are on a list if that is known."""
        umkm = self.top.block("umkm")
        if umkm is None:
            return None, None
        figure = self.ledger.from_block(umkm, "true_count", block="umkm", quantity="UMKM")
        listed: Figure | None = None
        if umkm.has("listed"):
            listed = self.ledger.from_block(umkm, "listed", block="umkm", quantity="listed UMKM")
        if figure and listed and figure.count < listed.count:
            message = f"{figure.count} is fewer than the {listed.count} listed"
            umkm.fault("true_count", message)
        check_firms(umkm, figure)
        if umkm.has("table"):
            umkm.text("table")
            umkm.fault("table", _LATER)
        umkm.close()
        return figure, listed

    def sectors(self) -> pd.DataFrame:
        """Shares of the sectors, in the order of SECTORS."""
        table = self.table("sectors", _SECTORS, unique=("sector",))
        shares = self._complete(table, "sector", tuple(SECTORS))
        for row in table.rows:
            self.ledger.from_row(
                row, "share_percent", file=table.file, block="sector_shares",
                quantity=f"share of {row.texts.get('sector', '')}", unit="share",
                kind=row.texts.get("kind", ""), source="source", scale=0.01,
            )  # fmt: skip
        percent = [shares[name].get("share_percent", 0.0) for name in SECTORS]
        if table.sound and abs(sum(percent) - 100.0) > 1e-6:
            message = f"the shares sum to {sum(percent):.6g}, not 100"
            self.faults.add(table.file, 0, 0, "", message)
        return pd.DataFrame(
            {
                "sector": list(SECTORS),
                "share": [value / 100.0 for value in percent],
                "listed": [sector.listed for sector in SECTORS.values()],
                "manufacturing": [sector.manufacturing for sector in SECTORS.values()],
            }
        )

    def _complete(
        self, table: Table, column: str, names: Sequence[str]
    ) -> dict[str, dict[str, float]]:
        """Numbers by name; every name must have its row."""
        found = {row.texts.get(column, ""): row.numbers for row in table.rows}
        for name in names:
            if table.sound and name not in found:
                self.faults.add(table.file, 0, column, "", f"no row for {name!r} (0 is allowed)")
        return {name: found.get(name, {}) for name in names}

    def hotel_classes(self) -> pd.DataFrame:
        """Hotels by class; their counts must add to the total."""
        if self.hotels is None:
            return pd.DataFrame()
        total = self.ledger.from_block(
            self.hotels, "total", block="hotel_classes", quantity="hotels"
        )
        table = self.table_of(self.hotels, "classes", _hotel_columns(), unique=("hotel_class",))
        numbers = self._complete(table, "hotel_class", HOTEL_CLASSES)
        for row in table.rows:
            for name, (block, _, _, unit, scale) in _HOTEL_FIGURES.items():
                stem = name.removesuffix("_percent")
                self.ledger.from_row(
                    row, name, file=table.file, block=block, unit=unit, scale=scale,
                    quantity=f"{stem} of {row.texts.get('hotel_class', '')}",
                    kind=row.texts.get(f"{stem}_kind", ""), source=f"{stem}_source",
                )  # fmt: skip
        counts = [round(numbers[name].get("count", 0.0)) for name in HOTEL_CLASSES]
        if table.sound and total and sum(counts) != total.count:
            message = f"the classes sum to {sum(counts)}, hotels.total is {total.count}"
            self.faults.add(table.file, 0, "count", "", message)
        return pd.DataFrame(
            {
                "hotel_class": HOTEL_CLASSES,
                "count": counts,
                "rooms": [numbers[name].get("rooms", 0.0) for name in HOTEL_CLASSES],
                "occupancy": [
                    numbers[name].get("occupancy_percent", 0.0) * 0.01 for name in HOTEL_CLASSES
                ],
            }
        )

    def restaurants(self, goods: Sequence[str]) -> tuple[Figure | None, dict[str, float]]:
        """Count of restaurants and what one buys a month."""
        block = self.top.block("restaurants")
        if block is None:
            return None, {}
        count = self.ledger.from_block(block, "count", block="restaurants", quantity="restaurants")
        check_restaurants(block, count)
        demand: dict[str, float] = {}
        entry = block.block("demand_million_rp_month")
        for good in entry.keys() if entry else ():
            if entry and good not in goods:
                entry.fault(good, f"no good of that name{nearest(good, goods)}")
            figure = entry and self.ledger.from_block(
                entry, good, block="restaurants", quantity=f"demand of a restaurant for {good}"
            )
            if figure:
                demand[good] = figure.value
        block.close()
        return count, demand

    def government(self, goods: Sequence[str]) -> dict[str, Figure]:
        """What agencies buy of a good, million Rp a year."""
        block = self.top.block("government", required=False)
        result: dict[str, Figure] = {}
        for name in block.keys() if block else ():
            if block and name not in goods:
                block.fault(name, f"no good of that name{nearest(name, goods)}")
            figure = block and self.ledger.from_block(
                block, name, block="government", quantity=name
            )
            if block and figure and figure.unit.replace("_", " ").lower() != _BUDGET_UNIT:
                message = f"the unit {figure.unit!r} is not {_BUDGET_UNIT!r}: a yearly budget"
                block.fault(name, message)
            if figure:
                result[name] = figure
        return result

    def cooperatives(self) -> dict[str, Figure]:
        """Registered and active cooperatives; empty where the file says nothing of them."""
        block = self.top.block("cooperatives", required=False)
        if block is None:
            return {}
        found = {
            key: self.ledger.from_block(
                block, key, block="cooperatives", quantity=f"{key} cooperatives"
            )
            for key in ("registered", "active")
        }
        block.close()
        registered, active = found["registered"], found["active"]
        if registered is None or active is None:
            return {}
        if registered.value <= 0:
            block.fault("registered", "must be above 0; leave the block out where none is known")
        elif active.value > registered.value:
            message = f"{active.value:g} is more than the {registered.value:g} registered"
            block.fault("active", message)
        return {"registered": registered, "active": active}

    def provenance(self) -> pd.DataFrame:
        """One row a figure, with titles and addresses of its sources."""
        rows = []
        for figure in self.ledger.figures:
            sources = [self.ledger.sources[key] for key in figure.sources]
            places = dict.fromkeys(source.place for source in sources)
            rows.append(
                {
                    "block": figure.block,
                    "quantity": figure.quantity,
                    "value": figure.value,
                    "unit": figure.unit,
                    "range": f"{figure.low:g} to {figure.high:g}" if figure.ranged else "",
                    "kind": figure.kind,
                    "source": "; ".join(source.title for source in sources),
                    "url": " ; ".join(dict.fromkeys(s.url for s in sources if s.url)),
                    "place": "; ".join(places),
                    "borrowed": bool(self.ledger.foreign(figure)),
                    "note": figure.note,
                }
            )
        return pd.DataFrame(rows)


def read_title(top: Block) -> dict[str, str]:
    """The title by language."""
    block = top.block("title")
    title = {}
    for language in ("id", "en"):
        if block and block.has(language):
            title[language] = block.text(language)
    if block:
        block.close()
        if not title:
            top.fault("title", "give a title in id, en or both")
    return title


def read_region(folder: Path, called: str = "") -> Region:
    """Read a folder; raises RegionError with every fault in it.

    Args:
        folder: where it is.
        called: how the user named it, for messages.
    """
    faults = Faults(called)
    top = read_yaml(folder / "region.yaml", faults)
    faults.raise_if_any()
    if top is None:
        raise RegionError(f"{called or folder.name}: region.yaml cannot be read")
    from scenarios.own_region import is_own, read_own_region  # noqa: PLC0415  # it leans on us

    if is_own(top):
        return read_own_region(folder, top, faults, called)
    name, title = top.text("name"), read_title(top)
    reader = Reader(folder, top, faults)
    goods = goods_table()
    places = read_places(reader)
    firms, listed = reader.firms()
    sectors = reader.sectors()
    hotels = reader.hotel_classes()
    weights = read_hotel_weights(reader, places)
    if reader.hotels is not None:
        reader.hotels.close()
    refuse_personal(folder, reader.read, faults)
    restaurants, demand = reader.restaurants(goods["good"].tolist())
    government = reader.government(goods["good"].tolist())
    cooperatives = reader.cooperatives()
    notes = top.texts("notes") if top.has("notes") else ()
    borrowed = reader.ledger.check_borrowed(top)
    top.close()
    faults.raise_if_any()
    if places is None or firms is None or restaurants is None:
        raise RegionError(
            f"{called or folder.name}: incomplete"
        )  # cannot be: a missing block is a fault
    return Region(
        name=name,
        title=title,
        place=reader.place,
        population=places.population,
        districts=places.districts,
        villages=places.villages,
        firms=firms.count,
        firms_figure=firms,
        listed=listed,
        sectors=sectors,
        hotels=hotels,
        hotel_weights=weights,
        restaurants=restaurants,
        restaurant_demand=demand,
        goods=goods,
        government=government,
        cooperatives=cooperatives,
        borrowed=borrowed,
        notes=notes,
        provenance=reader.provenance(),
    )
