"""Regions: `load_region("surabaya")`, or a folder of one's own with the same files."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from scenarios.region_data import GOODS_FILE, HOTEL_CLASSES, KINDS, SECTORS, Figure, Region, Sector
from scenarios.region_errors import RegionError, RegionFault, nearest

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "HOTEL_CLASSES", "KINDS", "SECTORS", "Figure", "Region", "RegionError", "RegionFault", "Sector",
    "list_regions", "load_region",
]  # fmt: skip

REGIONS = Path(__file__).resolve().parent / "regions"
_FILE = "region.yaml"
_TABLES = ("districts", "villages", "sectors", "hotels", "hotel_weights", "goods", "provenance")

_State = tuple[tuple[str, int, int], ...]
_cache: dict[Path, tuple[_State, Region]] = {}


def list_regions() -> list[str]:
    """The names of the regions that come with the project."""
    return sorted(path.parent.name for path in REGIONS.glob(f"*/{_FILE}"))


def _folder(name: str | os.PathLike[str]) -> tuple[Path, str]:
    """A region's folder, and what messages call it: as the user typed it."""
    known = list_regions()
    if isinstance(name, str) and name in known:
        return REGIONS / name, name
    path = Path(name)
    if path.name == _FILE and path.is_file():
        path = path.parent
    if (path / _FILE).is_file():
        return path.resolve(), str(path)
    if path.is_dir():
        raise RegionError(
            f"{path}: the folder holds no {_FILE}; give a region's folder, "
            f"or one of {', '.join(known)}"
        )
    if path.exists():
        raise RegionError(f"{path}: is no folder; give the folder that holds {_FILE}")
    hint = nearest(str(name), known)
    listed = f"; known: {', '.join(known)}; or give a folder with a {_FILE}"
    raise RegionError(f"no region {str(name)!r}{hint or listed}")


def _state(folder: Path) -> _State:
    """Name, time and size of every file that could decide the result."""
    files = [*sorted([folder / _FILE, *folder.glob("*.csv")]), GOODS_FILE]
    stats = [(path.name, path.stat()) for path in files]
    return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in stats)


def _own_copy(region: Region) -> Region:
    """A region whose tables the caller may change without spoiling the cache."""
    tables: dict[str, pd.DataFrame] = {key: getattr(region, key).copy() for key in _TABLES}
    return replace(
        region,
        title=dict(region.title),
        restaurant_demand=dict(region.restaurant_demand),
        government=dict(region.government),
        cooperatives=dict(region.cooperatives),
        borrowed=dict(region.borrowed),
        parameters=dict(region.parameters),
        **tables,  # type: ignore[arg-type]  # one type for all tables, unlike the other fields
    )


def load_region(name_or_folder: str | os.PathLike[str] | Region) -> Region:
    """Load a region by name, or from a folder that holds region.yaml and its tables.

    A name of the project's own regions wins over a folder of that name here; write `./surabaya`
    for the folder. Reads again only when a file has changed.

    Raises:
        RegionError: with every fault of the files as `file:line:column`.
    """
    if isinstance(name_or_folder, Region):
        return name_or_folder
    from scenarios.region_reader import read_region  # noqa: PLC0415  # pandas, 0.5 s: only now

    folder, called = _folder(name_or_folder)
    state = _state(folder)
    held = _cache.get(folder)
    if held is None or held[0] != state:
        held = (state, read_region(folder, called))
        _cache[folder] = held
    return _own_copy(held[1])
