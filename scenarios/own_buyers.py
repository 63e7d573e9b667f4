"""Hotels, restaurants and agencies of a region of one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from scenarios.own_figures import KIND, NONE, add_figure, mean_of, read_figure, weakest
from scenarios.own_places import belongs
from scenarios.region_data import HOTEL_CLASSES, Figure, Region
from scenarios.region_errors import nearest
from scenarios.region_limits import check_restaurants
from scenarios.region_places import split_whole
from scenarios.region_tables import Column, Row, Table

if TYPE_CHECKING:
    from scenarios.own_region import OwnReader

__all__ = [
    "HotelTables",
    "read_cooperatives",
    "read_government",
    "read_hotels",
    "read_restaurants",
]

_HOTELS = (
    Column("district"),
    Column("class", "choice", choices=HOTEL_CLASSES),
    Column("count", "whole", optional=True, low=1, high=1e5),
    Column("rooms", "number", optional=True, low=1, high=1e5),
    Column("occupancy_percent", "number", optional=True, low=0, high=100),
    Column("taxed_sales_million_rp", "number", optional=True, low=0, high=1e7),
    Column("lat", "number", optional=True, low=-90, high=90),
    Column("lon", "number", optional=True, low=-180, high=180),
    Column("source", optional=True),
    KIND,
)
HotelTables = tuple[pd.DataFrame, pd.DataFrame]
_UNUSED = ("taxed_sales_million_rp", "lat", "lon")
_PERCENT = 0.01
BUDGET_UNIT = "million rp per year"


def read_hotels(reader: OwnReader, districts: pd.DataFrame | None) -> HotelTables | None:
    """Hotels by class, and their weights by district; None with a fault in them."""
    if not reader.top.has("hotels"):
        return _borrowed_hotels(reader, districts)
    before = len(reader.faults.found)
    table = reader.table("hotels", _HOTELS, unique=())
    names = [] if districts is None else list(districts["district"])
    for row in table.rows:
        if names:
            belongs(reader, table, row, names)
    if not table.sound or len(reader.faults.found) > before:
        reader.borrow.unsure.update(("rooms", "occupancy"))
        return None
    by_class: dict[str, list[Row]] = {name: [] for name in HOTEL_CLASSES}
    for row in table.rows:
        by_class[row.texts["class"]].append(row)
    total = sum(_count(row) for row in table.rows)
    kind = weakest(table.rows)
    reader.figures.add("hotel_classes", "hotels", total, "hotels", kind=kind, source=table.file)
    rooms = _filled(reader, table, by_class, "rooms", 1.0)
    occupancy = _filled(reader, table, by_class, "occupancy_percent", _PERCENT)
    unused = [name for name in _UNUSED if any(name in row.numbers for row in table.rows)]
    if unused:
        reader.figures.notes.append(
            f"{table.file}: {', '.join(unused)} were checked; no process reads them yet. "
            "Within its district a hotel stands at a synthetic site."
        )
    if rooms is None or occupancy is None or districts is None:
        return None
    counts = [sum(_count(row) for row in by_class[name]) for name in HOTEL_CLASSES]
    for name, count in zip(HOTEL_CLASSES, counts, strict=True):
        reader.figures.add(
            "hotel_classes", f"count of {name}", count, "hotels", source=table.file,
            kind=weakest(by_class[name] or table.rows),
        )  # fmt: skip
    weights = []
    for name in names:
        own = sum(_count(row) for row in table.rows if row.texts["district"] == name)
        weights.append(own / total)
        reader.figures.add(
            "hotel_sites", f"weight of {name} for hotel sites", own / total, "share",
            kind=kind, source=table.file,
        )  # fmt: skip
    return _classes(counts, rooms, occupancy), pd.DataFrame({"district": names, "weight": weights})


def _count(row: Row) -> int:
    return round(row.numbers.get("count", 1.0))


def _classes(counts: list[int], rooms: list[float], occupancy: list[float]) -> pd.DataFrame:
    return pd.DataFrame(
        {"hotel_class": HOTEL_CLASSES, "count": counts, "rooms": rooms, "occupancy": occupancy}
    )


def _donor_value(donor: Region, name: str, column: str) -> float:
    row = donor.hotels[donor.hotels["hotel_class"] == name].iloc[0]
    return float(row[column])


def _filled(
    reader: OwnReader, table: Table, by_class: dict[str, list[Row]], column: str, scale: float
) -> list[float] | None:
    """Mean of a column by class; what rows lack is borrowed, class by class."""
    block = column.removesuffix("_percent")
    unit = "rooms per hotel" if block == "rooms" else "share"
    lacking = [row for row in table.rows if column not in row.numbers]
    donor: Region | None = None
    if lacking:
        needed = f"{table.file} has no {column} in line {lacking[0].line}"
        needed += f" and {len(lacking) - 1} more" if len(lacking) > 1 else ""
        donor = reader.borrow.region(block, needed=needed)
        if donor is None:
            return None
    values: list[float] = []
    for name, rows in by_class.items():
        own = [row for row in rows if column in row.numbers]
        missing = [row for row in rows if column not in row.numbers]
        quantity = f"{block} of {name}"
        if not rows:
            # No hotel of the class: nobody reads the figure, and it is counted nowhere.
            values.append(1.0 if block == "rooms" else 0.0)
            continue
        parts = [row.numbers[column] * scale for row in own]
        if missing and donor is not None:
            parts += [_donor_value(donor, name, block)] * len(missing)
        value = mean_of(parts, [float(_count(row)) for row in [*own, *missing]])
        values.append(value)
        if missing and donor is not None:
            note = f"for {sum(map(_count, missing))} of {sum(map(_count, rows))} hotels"
            reader.figures.borrow(donor, block, quantity, value, note)
        else:
            kind = weakest(rows)
            reader.figures.add(block, quantity, value, unit, kind=kind, source=table.file)
    return values


def _borrowed_hotels(reader: OwnReader, districts: pd.DataFrame | None) -> HotelTables | None:
    """No list of hotels: those of another region by people, or none at all."""
    word = reader.borrow.word("hotels", needed="missing: give a table of hotels")
    if not word:
        reader.borrow.unsure.update(("rooms", "occupancy"))
    donor = reader.borrow.region("hotels") if word and word != NONE else None
    if districts is None or (word != NONE and donor is None):
        return None
    names = list(districts["district"])
    people = [int(count) for count in districts["population"]]
    total = sum(people)
    if donor is None:
        reader.figures.add("hotel_classes", "hotels", 0, "hotels", kind="assumed",
                           source="borrow: {hotels: none}")  # fmt: skip
        counts, rooms, occupancy = [0] * len(HOTEL_CLASSES), [1.0] * 6, [0.0] * 6
    else:
        own = [float(count) for count in donor.hotels["count"]]
        scaled = round(sum(own) * total / donor.population)
        counts = split_whole(scaled, own)
        rooms = [float(value) for value in donor.hotels["rooms"]]
        occupancy = [float(value) for value in donor.hotels["occupancy"]]
        note = f"by people: {total:,} against {donor.population:,}"
        reader.figures.borrow(donor, "hotel_classes", "hotels", scaled, note)
        for k, name in enumerate(HOTEL_CLASSES):
            reader.figures.borrow(donor, "hotel_classes", f"count of {name}", counts[k], note)
            reader.figures.borrow(donor, "rooms", f"rooms of {name}", rooms[k], "")
            reader.figures.borrow(donor, "occupancy", f"occupancy of {name}", occupancy[k], "")
    weights = [count / total for count in people]
    for name, weight in zip(names, weights, strict=True):
        reader.figures.add(
            "hotel_sites", f"weight of {name} for hotel sites", weight, "share",
            kind="synthetic", source="districts.csv", note="by people",
        )  # fmt: skip
    return _classes(counts, rooms, occupancy), pd.DataFrame({"district": names, "weight": weights})


def read_restaurants(
    reader: OwnReader, goods: list[str], people: int
) -> tuple[Figure, dict[str, float]] | None:
    """Count of restaurants, and what one buys a month."""
    nobody = Figure("restaurants", "restaurants", 0.0, "restaurants", "assumed",
                    ("borrow: {restaurants: none}",), 0.0, 0.0)  # fmt: skip
    block = reader.top.block("restaurants", required=False)
    if block is None:
        word = reader.borrow.word("restaurants", needed="missing: give their count and demand")
        if not word:
            reader.borrow.unsure.add("restaurant_demand")
        if word == NONE:
            add_figure(reader.figures, nobody)
            return nobody, {}
        donor = reader.borrow.region("restaurants")
        if donor is None or not people:
            return None
        count = round(donor.restaurants.value * people / donor.population)
        note = f"by people: {people:,} against {donor.population:,}"
        reader.figures.borrow(donor, "restaurants", "restaurants", count, note)
        kind, sources = donor.restaurants.kind, donor.restaurants.sources
        figure = Figure(
            "restaurants", "restaurants", float(count), "restaurants", kind, sources, count, count,
            note,
        )  # fmt: skip
        return figure, _borrowed_demand(reader, donor)
    own = read_figure(block, "count", block="restaurants", quantity="restaurants",
                      unit="restaurants", file="region.yaml")  # fmt: skip
    check_restaurants(block, own)
    if own is not None:
        add_figure(reader.figures, own)
    demand: dict[str, float] | None = {}
    entry = block.block("demand_million_rp_month", required=False)
    if entry is None:
        donor = reader.borrow.region(
            "restaurant_demand", needed="restaurants has no demand_million_rp_month"
        )
        demand = None if donor is None else _borrowed_demand(reader, donor)
    for good in entry.keys() if entry else ():
        if entry and good not in goods:
            entry.fault(good, f"no good of that name{nearest(good, goods)}")
        figure_ = entry and read_figure(
            entry, good, block="restaurants", quantity=f"demand of a restaurant for {good}",
            unit="million Rp per restaurant-month", file="region.yaml",
        )  # fmt: skip
        if figure_ and demand is not None:
            demand[good] = figure_.value
            add_figure(reader.figures, figure_)
    block.close()
    return None if own is None or demand is None else (own, demand)


def _borrowed_demand(reader: OwnReader, donor: Region) -> dict[str, float]:
    for good, value in donor.restaurant_demand.items():
        quantity = f"demand of a restaurant for {good}"
        reader.figures.borrow(donor, "restaurants", quantity, value, "")
    return dict(donor.restaurant_demand)


def read_government(reader: OwnReader, goods: list[str]) -> dict[str, Figure]:
    """What agencies buy of a good, million Rp a year."""
    block = reader.top.block("government", required=False)
    found: dict[str, Figure] = {}
    for name in block.keys() if block else ():
        if block and name not in goods:
            block.fault(name, f"no good of that name{nearest(name, goods)}")
        figure = block and read_figure(block, name, block="government", quantity=name,
                                       unit=BUDGET_UNIT, file="region.yaml")  # fmt: skip
        if block and figure and figure.unit.replace("_", " ").lower() != BUDGET_UNIT:
            block.fault(name, f"the unit {figure.unit!r} is not {BUDGET_UNIT!r}: a yearly budget")
        if figure:
            found[name] = figure
            add_figure(reader.figures, figure)
    return found


def read_cooperatives(reader: OwnReader) -> dict[str, Figure]:
    """Registered and active cooperatives; empty where the file says nothing of them."""
    block = reader.top.block("cooperatives", required=False)
    if block is None:
        return {}
    found: dict[str, Figure] = {}
    for key in ("registered", "active"):
        figure = read_figure(block, key, block="cooperatives", quantity=f"{key} cooperatives",
                             unit="cooperatives", file="region.yaml")  # fmt: skip
        if figure:
            found[key] = figure
            add_figure(reader.figures, figure)
    block.close()
    if len(found) < 2:
        return {}
    registered, active = found["registered"].value, found["active"].value
    if registered <= 0:
        block.fault("registered", "must be above 0; leave the block out where none is known")
    elif active > registered:
        block.fault("active", f"{active:g} is more than the {registered:g} registered")
    return found
