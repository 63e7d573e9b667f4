"""What a region is: tables of a place, every figure with its kind and source."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["GOODS_FILE", "HOTEL_CLASSES", "KINDS", "SECTORS", "Figure", "Region", "Sector"]

KINDS = ("measured", "derived", "assumed", "synthetic")
# The table of the goods' properties, which also says which sector makes what.
GOODS_FILE = Path(__file__).resolve().parents[1] / "sim" / "parameters" / "goods.csv"
HOTEL_CLASSES = ("non_star", "star_1", "star_2", "star_3", "star_4", "star_5")


@dataclass(frozen=True)
class Sector:
    """A trade.

    `listed` sectors supply goods that the policies name; `manufacturing` ones make things, the
    kind of firm that the published shares of partnerships speak about.
    """

    listed: bool
    manufacturing: bool


# What a sector is does not depend on the place, so a region's table holds only the shares.
SECTORS: Mapping[str, Sector] = {
    "food_and_cakes": Sector(listed=True, manufacturing=True),
    "laundry": Sector(listed=True, manufacturing=False),
    "amenities": Sector(listed=True, manufacturing=True),
    "batik_and_craft": Sector(listed=True, manufacturing=True),
    "sewing": Sector(listed=True, manufacturing=True),
    "building_materials": Sector(listed=True, manufacturing=True),
    "trade": Sector(listed=False, manufacturing=False),
    "other_services": Sector(listed=False, manufacturing=False),
}


@dataclass(frozen=True)
class Figure:
    """One figure of a region.

    Where no range is given, `low` and `high` equal `value`; `month` is that of the year in which
    a budget is spent, 0 where none is given.
    """

    block: str
    quantity: str
    value: float
    unit: str
    kind: str
    sources: tuple[str, ...]
    low: float
    high: float
    note: str = ""
    month: int = 0

    @property
    def count(self) -> int:
        """The value as a whole number, for counts."""
        return round(self.value)

    @property
    def ranged(self) -> bool:
        """True when a range is given."""
        return self.low < self.high


@dataclass(frozen=True, eq=False)
class Region:
    """A place with its firms and buyers, in numbers; shows its data sheet.

    Tables (rows in a fixed order, no empty cells):

    * `districts`: district, population (persons), lat, lon (degrees), area_km2
    * `villages`: village, district, lat, lon, area_km2, x_km, y_km (local projection, km east and
      north of the mean centroid), population (synthetic: the district's, split equally)
    * `sectors`: sector, share (of all firms, sums to 1), listed, manufacturing
    * `hotels`: hotel_class, count, rooms (a hotel), occupancy (share of rooms, 0 to 1)
    * `hotel_weights`: district, weight (sums to 1; synthetic)
    * `goods`: good, sector
    * `provenance`: block, quantity, value, unit, range, kind, source, url, place, borrowed, note;
      one row a figure

    `firms` is the true count of UMKM, `listed` how many of them are on a list (none if not known;
    no run sees it), `restaurants` a figure with its range, `restaurant_demand`
    million Rp per restaurant and month by good, `government` what agencies buy, a figure by good in
    million Rp a year, `cooperatives` how many are registered and active, if known. `parameters`
    are values of the registry that the region knows better, such as the share of firms led by
    women; `villages` may have a further column `firms`, their weights where a list says how firms
    spread. The tables are the caller's own copies.
    """

    name: str
    title: Mapping[str, str]
    place: str
    population: int
    districts: pd.DataFrame
    villages: pd.DataFrame
    firms: int
    firms_figure: Figure
    sectors: pd.DataFrame
    hotels: pd.DataFrame
    hotel_weights: pd.DataFrame
    restaurants: Figure
    restaurant_demand: Mapping[str, float]
    goods: pd.DataFrame
    government: Mapping[str, Figure]
    borrowed: Mapping[str, tuple[str, ...]]
    notes: tuple[str, ...]
    provenance: pd.DataFrame
    listed: Figure | None = None
    parameters: Mapping[str, float] = field(default_factory=dict)
    cooperatives: Mapping[str, Figure] = field(default_factory=dict)

    @property
    def active_cooperatives(self) -> float | None:
        """Share of the registered cooperatives that is active; none if the place has no count."""
        if not self.cooperatives:
            return None
        return self.cooperatives["active"].value / self.cooperatives["registered"].value

    def content(self) -> dict[str, object]:
        """The figures a run can see, as plain JSON; titles, notes and sources are left out."""
        tables = ("districts", "villages", "sectors", "hotels", "hotel_weights", "goods")
        plain: dict[str, object] = {key: getattr(self, key).to_dict("list") for key in tables}
        plain.update(
            name=self.name,
            firms=self.firms,
            restaurants=[self.restaurants.value, self.restaurants.low, self.restaurants.high],
            restaurant_demand=dict(self.restaurant_demand),
            government={key: [f.value, f.month] for key, f in self.government.items()},
        )
        if self.parameters:
            plain.update(parameters=dict(self.parameters))
        if self.cooperatives:
            plain["cooperatives"] = {key: f.value for key, f in self.cooperatives.items()}
        return plain

    def digest(self) -> str:
        """SHA-256 over the content: equal when and only when every figure is equal."""
        text = json.dumps(self.content(), sort_keys=True, allow_nan=False, separators=(",", ":"))
        return hashlib.sha256(text.encode("utf-8")).hexdigest()

    def figures(self) -> pd.DataFrame:
        """Figures by block and kind, with the borrowed ones counted beside.

        The row `all but the map` leaves out coordinates, areas and ward populations, which would
        drown everything else.
        """
        from scenarios.region_sheet import figure_table  # noqa: PLC0415

        return figure_table(self.provenance)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Region) and self.digest() == other.digest()

    def __hash__(self) -> int:
        return hash(self.digest())

    def __repr__(self) -> str:
        return f"Region({self.name!r}, firms={self.firms}, digest={self.digest()[:12]!r})"

    def __str__(self) -> str:
        from scenarios.region_sheet import text_sheet  # noqa: PLC0415

        return text_sheet(self)

    def _repr_html_(self) -> str:
        from scenarios.region_sheet import html_sheet  # noqa: PLC0415

        return html_sheet(self)
