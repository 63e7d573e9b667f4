"""Districts, wards and the sites of hotels: shares of people, projection, weights."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from scenarios.region_data import KINDS, Figure
from scenarios.region_errors import nearest
from scenarios.region_tables import Column, Row, Table
from scenarios.region_yaml import Block

if TYPE_CHECKING:
    from scenarios.region_reader import Reader

__all__ = ["Places", "read_hotel_weights", "read_places"]

_EARTH_KM = 6371.0088
_MAP = (
    Column("lat", "number", low=-90, high=90),
    Column("lon", "number", low=-180, high=180),
    Column("area_km2", "number", low=1e-6, high=1e6),
    Column("map_source", "keys"),
)
_DISTRICTS = (
    Column("district"),
    Column("population", "whole", low=0, high=1e9),
    Column("year", "whole", low=1900, high=2100),
    Column("population_source", "keys"),
    *_MAP,
    Column("umkm", "whole", optional=True, low=0, high=1e9),
    Column("umkm_kind", "choice", optional=True, choices=KINDS),
    Column("umkm_source", "keys", optional=True),
)
_VILLAGES = (Column("village"), Column("district"), Column("bps_code", optional=True), *_MAP)
_SITES = (
    Column("district"),
    Column("sample_hotels", "whole", low=0, high=1e6),
    Column("source", "keys"),
)
_MAP_UNITS = {"lat": "degrees", "lon": "degrees", "area_km2": "km2"}


@dataclass(frozen=True)
class Places:
    """The tables of a region's geography."""

    population: int
    districts: pd.DataFrame
    villages: pd.DataFrame


def split_whole(total: int, weights: Sequence[float]) -> list[int]:
    """Split a total into whole parts by weight, largest remainders first, ties by order."""
    whole = math.fsum(weights)
    exact = [total * weight / whole for weight in weights]
    parts = [math.floor(part) for part in exact]
    order = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))
    for i in order[: total - sum(parts)]:
        parts[i] += 1
    return parts


def _name(row: Row) -> str:
    """'ward, district', or the district alone."""
    return ", ".join(row.texts[key] for key in ("village", "district") if key in row.texts)


def _note_map(reader: Reader, table: Table) -> None:
    for row in table.rows:
        for column, unit in _MAP_UNITS.items():
            reader.ledger.from_row(
                row, column, file=table.file, block="map", quantity=f"{column} of {_name(row)}",
                unit=unit, kind="derived", source="map_source",
            )  # fmt: skip


def _note_listed(reader: Reader, table: Table) -> None:
    """Listed UMKM by district, where given: kept with their source, no run sees them."""
    for row in table.rows:
        given = [name for name in ("umkm", "umkm_kind", "umkm_source")
                 if name in row.numbers or name in row.texts]  # fmt: skip
        if given and len(given) < 3:
            message = "umkm, umkm_kind and umkm_source go together"
            reader.faults.add(table.file, row.line, given[0], "", message)
        reader.ledger.from_row(
            row, "umkm", file=table.file, block="umkm_by_district", unit="firms",
            quantity=f"listed UMKM in {_name(row)}", kind=row.texts.get("umkm_kind", ""),
            source="umkm_source",
        )  # fmt: skip


def _total(reader: Reader, table: Table) -> tuple[int, tuple[str, ...]]:
    """The region's people: the published total, or the districts' sum if of one year."""
    if reader.top.has("population"):
        figure = reader.ledger.from_block(
            reader.top, "population", block="population", quantity="population"
        )
        return (figure.count, figure.sources) if figure else (0, ())
    years = list(
        dict.fromkeys(int(row.numbers["year"]) for row in table.rows if "year" in row.numbers)
    )
    if len(years) > 1:
        reader.top.fault(
            "population",
            f"missing: {table.file} mixes the years {min(years)} to {max(years)}, which must not "
            "be added up; give the total, the districts are then its shares",
        )
        return 0, ()
    return sum(int(row.numbers.get("population", 0)) for row in table.rows), ()


def _district_rows(reader: Reader, table: Table) -> tuple[int, list[int]]:
    """The total and the people of each district, noted as figures."""
    total, sources = _total(reader, table)
    counts = [row.numbers.get("population", 0.0) for row in table.rows]
    if not table.sound or total <= 0 or sum(counts) <= 0:
        if table.sound and total >= 0 and sum(counts) <= 0:
            reader.faults.add(table.file, 0, "population", "", "nobody lives here")
        return 0, [0] * len(counts)
    people = split_whole(total, counts)
    for row, count in zip(table.rows, people, strict=True):
        keys = row.keys("population_source")
        if reader.ledger.unknown(keys):
            reader.faults.add(
                table.file, row.line, "population_source", "", reader.ledger.unknown(keys)
            )
            continue
        scaled = bool(sources)
        reader.ledger.add(
            Figure(
                "population", f"population of {row.texts['district']}", float(count), "persons",
                "derived" if scaled else "measured", (*sources, *keys), count, count,
                f"share of {row.numbers['population']:.0f} (year {row.numbers['year']:.0f})"
                if scaled else "",
            )
        )  # fmt: skip
    return total, people


def _belongs(reader: Reader, table: Table, row: Row, names: Sequence[str]) -> bool:
    name = row.texts.get("district", "")
    if name and name not in names:
        message = f"{name!r} is not in districts{nearest(name, names)}"
        reader.faults.add(table.file, row.line, "district", "", message)
    return name in names


def _wards(reader: Reader, table: Table, names: Sequence[str], people: Sequence[int]) -> list[int]:
    """People of each ward: its district's, split equally, remainders to the first ones."""
    members: dict[str, list[int]] = {name: [] for name in names}
    for i, row in enumerate(table.rows):
        if _belongs(reader, table, row, names):
            members[row.texts["district"]].append(i)
    result = [0] * len(table.rows)
    sources = {f.quantity: f.sources for f in reader.ledger.figures if f.block == "population"}
    for name, count in zip(names, people, strict=True):
        if not members[name]:
            reader.faults.add(table.file, 0, "district", "", f"no village in the district {name!r}")
            continue
        for i, part in zip(
            members[name], split_whole(count, [1.0] * len(members[name])), strict=True
        ):
            result[i] = part
            reader.ledger.add(
                Figure(
                    "ward_population", f"population of {_name(table.rows[i])}",
                    float(part), "persons", "synthetic", sources.get(f"population of {name}", ()),
                    part, part, "the district's, split equally over its wards",
                )
            )  # fmt: skip
    return result


def project(lat: Sequence[float], lon: Sequence[float]) -> tuple[list[float], list[float]]:
    """Kilometres east and north of the mean centroid (equirectangular, to the millimetre).

    Rounded so that the last bit of a system's cosine cannot reach a region's digest.
    """
    lat0, lon0 = math.fsum(lat) / len(lat), math.fsum(lon) / len(lon)
    degree = math.pi * _EARTH_KM / 180.0
    shrink = math.cos(math.radians(lat0))
    x_km = [round(degree * shrink * (value - lon0), 6) for value in lon]
    y_km = [round(degree * (value - lat0), 6) for value in lat]
    return x_km, y_km


def read_places(reader: Reader) -> Places | None:
    """Districts and wards; None when a fault was found in them."""
    before = len(reader.faults.found)
    first = reader.table("districts", _DISTRICTS, unique=("district",))
    second = reader.table("villages", _VILLAGES, unique=("district", "village"))
    total, people = _district_rows(reader, first)
    _note_map(reader, first)
    _note_listed(reader, first)
    names = [row.texts.get("district", "") for row in first.rows]
    wards = _wards(reader, second, names, people) if first.sound else []
    _note_map(reader, second)
    if len(reader.faults.found) > before:
        return None
    numbers = {key: [row.numbers[key] for row in first.rows] for key in _MAP_UNITS}
    districts = pd.DataFrame({"district": names, "population": people, **numbers})
    numbers = {key: [row.numbers[key] for row in second.rows] for key in _MAP_UNITS}
    x_km, y_km = project(numbers["lat"], numbers["lon"])
    villages = pd.DataFrame(
        {
            "village": [row.texts["village"] for row in second.rows],
            "district": [row.texts["district"] for row in second.rows],
            **numbers,
            "x_km": x_km,
            "y_km": y_km,
            "population": wards,
        }
    )
    return Places(total, districts, villages)


def _read_sample(
    reader: Reader, hotels: Block, names: Sequence[str]
) -> tuple[dict[str, float], float, tuple[str, ...]]:
    """Sampled hotels by district, the pseudo hotels to spread by people, and the sources."""
    table = reader.table_of(hotels, "sites", _SITES, unique=("district",))
    pseudo = reader.ledger.from_block(
        hotels, "pseudo_hotels", block="hotel_sites", quantity="pseudo hotels spread by people"
    )
    sampled: dict[str, float] = {}
    keys: list[str] = []
    for row in table.rows:
        if names and not _belongs(reader, table, row, names):
            continue
        figure = reader.ledger.from_row(
            row, "sample_hotels", file=table.file, block="hotel_sites", unit="hotels",
            quantity=f"sampled hotels in {_name(row)}", kind="measured", source="source",
        )  # fmt: skip
        if figure:
            sampled[row.texts["district"]] = figure.value
            keys += figure.sources
    if pseudo is None:
        return sampled, 0.0, tuple(keys)
    return sampled, pseudo.value, (*keys, *pseudo.sources)


def read_hotel_weights(reader: Reader, places: Places | None) -> pd.DataFrame:
    """Where hotels stand: sampled hotels by district, mixed with hotels spread by people.

    Without a sample, by people alone. Synthetic either way: no list of sites was found.
    """
    names = places.districts["district"].tolist() if places else []
    sampled: dict[str, float] = {}
    pseudo, keys = 1.0, tuple[str, ...]()
    if reader.hotels is not None and reader.hotels.has("sites"):
        sampled, pseudo, keys = _read_sample(reader, reader.hotels, names)
    total = math.fsum(sampled.values()) + pseudo
    if places is None:
        return pd.DataFrame({"district": [], "weight": []})
    if total <= 0:
        reader.top.fault("hotels", "the sample and the pseudo hotels are all 0")
        return pd.DataFrame({"district": [], "weight": []})
    sources = tuple(dict.fromkeys([*keys, *reader.people_sources]))
    weights = []
    for name, people in zip(names, places.districts["population"], strict=True):
        weight = (sampled.get(name, 0.0) + pseudo * int(people) / places.population) / total
        weights.append(weight)
        reader.ledger.add(
            Figure(
                "hotel_sites", f"weight of {name} for hotel sites", weight, "share", "synthetic",
                sources, weight, weight, "sampled hotels and population mixed",
            )
        )  # fmt: skip
    return pd.DataFrame({"district": names, "weight": weights})
