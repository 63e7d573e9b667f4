"""Districts and wards of a region of one's own; sites are synthetic where no map is given."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from scenarios.own_figures import KIND, weakest
from scenarios.region_errors import nearest
from scenarios.region_places import project, split_whole
from scenarios.region_tables import Column, Row, Table

if TYPE_CHECKING:
    from scenarios.own_region import OwnReader

__all__ = ["OwnPlaces", "read_own_places"]

_KM_A_DEGREE = math.pi * 6371.0088 / 180.0
_MAP = (
    Column("lat", "number", optional=True, low=-90, high=90),
    Column("lon", "number", optional=True, low=-180, high=180),
    Column("area_km2", "number", optional=True, low=1e-6, high=1e6),
)
_DISTRICTS = (
    Column("district"),
    Column("population", "whole", low=0, high=1e9),
    Column("year", "whole", low=1900, high=2100),
    *_MAP,
    Column("source", optional=True),
    KIND,
)
_VILLAGES = (
    Column("village"),
    Column("district"),
    Column("population", "whole", optional=True, low=0, high=1e9),
    *_MAP,
    Column("source", optional=True),
    KIND,
)


@dataclass
class OwnPlaces:
    """Tables of the geography; `villages` is the districts themselves where none are given."""

    population: int
    districts: pd.DataFrame
    villages: pd.DataFrame


def _whole_column(table: Table, names: Sequence[str], reader: OwnReader) -> bool:
    """Whether columns are filled in every row; a fault where only in some.

    A cell with a fault of its own is filled in.
    """
    filled = [all(row.has(name) for name in names) for row in table.rows]
    if all(filled):
        return bool(filled)
    for row in table.rows:
        missing = [name for name in names if not row.has(name)]
        if missing and (any(filled) or len(missing) < len(names)):
            message = f"empty, while other rows have {', '.join(names)}: fill all rows or none"
            reader.faults.add(table.file, row.line, missing[0], "", message)
    return False


def _areas(reader: OwnReader, table: Table) -> list[float]:
    """Area of each district: as given, or from a borrowed number of people a km2."""
    if _whole_column(table, ("area_km2",), reader):
        # One that was refused keeps the region from being made at all.
        return [row.numbers.get("area_km2", 1.0) for row in table.rows]
    if not table.sound or any(row.has("area_km2") for row in table.rows):
        return []
    donor = reader.borrow.region("density", needed=f"{table.file} has no area_km2")
    if donor is None:
        return []
    density = donor.population / float(donor.villages["area_km2"].sum())
    reader.figures.notes.append(
        f"Areas are synthetic: {density:,.0f} people a km2 as in {donor.name}. Distances follow "
        "from them."
    )
    return [max(0.01, row.numbers.get("population", 0.0) / density) for row in table.rows]


def _grid(areas: Sequence[float]) -> list[tuple[float, float]]:
    """Centres in km of places laid out in rows of a square, no two on one another."""
    columns = math.ceil(math.sqrt(len(areas)))
    rows = [areas[k : k + columns] for k in range(0, len(areas), columns)]
    sites: list[tuple[float, float]] = []
    y = 0.0
    for row in rows:
        height = max(math.sqrt(area) for area in row)
        x = 0.0
        for area in row:
            side = math.sqrt(area)
            sites.append((x + side / 2, y + height / 2))
            x += side
        y += height
    return sites


def _lay_out(areas: Sequence[float], x0: float = 0.0, y0: float = 0.0) -> list[tuple[float, float]]:
    """The same, centred on a point."""
    sites = _grid(areas)
    x_mean = math.fsum(x for x, _ in sites) / len(sites)
    y_mean = math.fsum(y for _, y in sites) / len(sites)
    return [(round(x - x_mean + x0, 6), round(y - y_mean + y0, 6)) for x, y in sites]


def read_own_places(reader: OwnReader) -> OwnPlaces | None:
    """Districts and wards; None when a fault was found in them."""
    before = len(reader.faults.found)
    table = reader.table("districts", _DISTRICTS, unique=("district",))
    years = sorted({int(r.numbers["year"]) for r in table.rows if "year" in r.numbers})
    if len(years) > 1:
        message = f"{table.file} mixes the years {years[0]} to {years[-1]}; give one year's people"
        reader.faults.add(table.file, 1, "year", "", message)
    people = [round(row.numbers.get("population", 0.0)) for row in table.rows]
    if table.sound and sum(people) <= 0:
        reader.faults.add(table.file, 1, "population", "", "nobody lives here")
    mapped = _whole_column(table, ("lat", "lon"), reader)
    areas = _areas(reader, table)
    names = [row.texts.get("district", "") for row in table.rows]
    own = None
    if not reader.districts_only:
        own = reader.table("villages", _VILLAGES, unique=("district", "village"))
    members = _members(reader, own, names) if own is not None and table.sound else {}
    if len(reader.faults.found) > before or not areas:
        return None
    for row, count in zip(table.rows, people, strict=True):
        reader.figures.add(
            "population", f"population of {row.texts['district']}", count, "persons",
            kind=weakest([row]), source=row.texts.get("source", table.file),
            note=f"year {years[0]}",
        )  # fmt: skip
    if mapped:
        lat, lon = ([row.numbers[key] for row in table.rows] for key in ("lat", "lon"))
        sites = list(zip(*project(lat, lon), strict=True))
        origin = math.fsum(lat) / len(lat), math.fsum(lon) / len(lon)
    else:
        sites, origin = _lay_out(areas), (0.0, 0.0)
        reader.figures.notes.append(
            "The map is synthetic: no lat and lon, so that districts stand in rows of a square in "
            "the order of the file. Read no distance between districts."
        )
    _note_map(reader, table, names, areas, mapped)
    districts = _frame(names, people, sites, areas, origin)
    if own is None:
        reader.figures.notes.append(
            "No wards were given: each district is one place, and sites are synthetic, drawn over "
            "all of it. Local markets are those of a district."
        )
        villages = districts.rename(columns={"district": "village"})
        villages.insert(1, "district", names)
        return OwnPlaces(sum(people), _plain(districts), villages)
    villages = _villages(reader, own, members, people, areas, sites, origin, names)
    if len(reader.faults.found) > before:
        return None
    return OwnPlaces(sum(people), _plain(districts), villages)


def _plain(districts: pd.DataFrame) -> pd.DataFrame:
    return districts[["district", "population", "lat", "lon", "area_km2"]]


def _frame(
    names: Sequence[str],
    people: Sequence[int],
    sites: Sequence[tuple[float, float]],
    areas: Sequence[float],
    origin: tuple[float, float],
) -> pd.DataFrame:
    """Places with kilometres and, from these, degrees around the origin."""
    shrink = math.cos(math.radians(origin[0]))
    return pd.DataFrame(
        {
            "district": list(names),
            "lat": [round(origin[0] + y / _KM_A_DEGREE, 8) for _, y in sites],
            "lon": [round(origin[1] + x / (_KM_A_DEGREE * shrink), 8) for x, _ in sites],
            "area_km2": list(areas),
            "x_km": [x for x, _ in sites],
            "y_km": [y for _, y in sites],
            "population": list(people),
        }
    )


def _note_map(
    reader: OwnReader,
    table: Table,
    names: Sequence[str],
    areas: Sequence[float],
    mapped: bool,  # a fact, not a choice
) -> None:
    for row, name, area in zip(table.rows, names, areas, strict=True):
        source = row.texts.get("source", table.file)
        kind = weakest([row]) if mapped else "synthetic"
        for key in ("lat", "lon"):
            value = row.numbers.get(key, 0.0)
            reader.figures.add(
                "map", f"{key} of {name}", value, "degrees", kind=kind, source=source
            )
        kind = weakest([row]) if "area_km2" in row.numbers else "synthetic"
        reader.figures.add("map", f"area_km2 of {name}", area, "km2", kind=kind, source=source)


def _members(reader: OwnReader, table: Table, names: Sequence[str]) -> dict[str, list[int]]:
    """Rows of the wards of each district; every district has one."""
    members: dict[str, list[int]] = {name: [] for name in names}
    for i, row in enumerate(table.rows):
        if belongs(reader, table, row, names):
            members[row.texts["district"]].append(i)
    for name, rows in members.items():
        if table.sound and not rows:
            reader.faults.add(table.file, 1, "district", "", f"no village in the district {name!r}")
    return members


def belongs(reader: OwnReader, table: Table, row: Row, names: Sequence[str]) -> bool:
    """Whether a row's district is one of the region's; a fault if not."""
    name = row.texts.get("district", "")
    if name and name not in names:
        message = f"{name!r} is not in districts{nearest(name, names)}"
        reader.faults.add(table.file, row.line, "district", "", message)
    return name in names


def _villages(
    reader: OwnReader,
    table: Table,
    members: dict[str, list[int]],
    people: Sequence[int],
    areas: Sequence[float],
    sites: Sequence[tuple[float, float]],
    origin: tuple[float, float],
    names: Sequence[str],
) -> pd.DataFrame:
    """Wards in the order of the file; what is not given is split or laid out, and said."""
    counted = _whole_column(table, ("population",), reader)
    mapped = _whole_column(table, ("lat", "lon"), reader)
    measured = _whole_column(table, ("area_km2",), reader)
    n = len(table.rows)
    persons, area = [0] * n, [0.0] * n
    place: list[tuple[float, float]] = [(0.0, 0.0)] * n
    for d, name in enumerate(names):
        rows = members[name]
        given = [table.rows[i].numbers.get("population", 0.0) for i in rows]
        if counted and sum(given) <= 0 < people[d]:
            message = f"no village of {name!r} has people, the district {people[d]}"
            reader.faults.add(table.file, table.rows[rows[0]].line, "population", "", message)
            continue
        weights = given if counted and sum(given) > 0 else [1.0] * len(rows)
        for i, part in zip(rows, split_whole(people[d], weights), strict=True):
            persons[i] = part
            area[i] = table.rows[i].numbers.get("area_km2", areas[d] / len(rows))
        inside = _lay_out([area[i] for i in rows], *sites[d])
        for i, site in zip(rows, inside, strict=True):
            place[i] = site
    if mapped:
        shrink = math.cos(math.radians(origin[0]))
        for i, row in enumerate(table.rows):
            x = _KM_A_DEGREE * shrink * (row.numbers["lon"] - origin[1])
            y = _KM_A_DEGREE * (row.numbers["lat"] - origin[0])
            place[i] = (round(x, 6), round(y, 6))
    notes = {
        "people": (counted, "the district's, split equally over its villages"),
        "sites": (mapped, "in rows of a square around the district's centre"),
        "areas": (measured, "the district's, split equally"),
    }
    missing = [f"{what} ({how})" for what, (given_, how) in notes.items() if not given_]
    if missing:
        reader.figures.notes.append(f"Synthetic for villages: {'; '.join(missing)}.")
    _note_villages(reader, table, persons, area, counted=counted, mapped=mapped, measured=measured)
    frame = _frame([row.texts["district"] for row in table.rows], persons, place, area, origin)
    frame.insert(0, "village", [row.texts["village"] for row in table.rows])
    return frame


def _note_villages(
    reader: OwnReader, table: Table, persons: Sequence[int], area: Sequence[float], *,
    counted: bool, mapped: bool, measured: bool,
) -> None:  # fmt: skip
    for i, row in enumerate(table.rows):
        name = f"{row.texts['village']}, {row.texts['district']}"
        source = row.texts.get("source", table.file)
        reader.figures.add(
            "ward_population", f"population of {name}", persons[i], "persons",
            kind=weakest([row]) if counted else "synthetic", source=source,
        )  # fmt: skip
        for key in ("lat", "lon"):
            reader.figures.add(
                "map", f"{key} of {name}", row.numbers.get(key, 0.0), "degrees",
                kind=weakest([row]) if mapped else "synthetic", source=source,
            )  # fmt: skip
        reader.figures.add(
            "map", f"area_km2 of {name}", area[i], "km2",
            kind=weakest([row]) if measured else "synthetic", source=source,
        )  # fmt: skip
