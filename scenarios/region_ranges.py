"""The guesses among a region's figures, by name with their ranges, and the region under others.

`region.restaurants.count` and the like: what a comparison over assumptions draws anew, as it does
the guesses of the registry.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from scenarios.region_places import split_whole

if TYPE_CHECKING:
    from scenarios.region_data import Region

__all__ = ["PREFIX", "UMKM", "Guess", "drawn_region", "region_guesses"]

PREFIX = "region."
_UMKM, _HOTELS, _COUNT = "umkm.true_count", "hotels.total", "restaurants.count"
UMKM = PREFIX + _UMKM
_WHOLE = {("umkm", "UMKM"): _UMKM, ("hotel_classes", "hotels"): _HOTELS,
          ("restaurants", "restaurants"): _COUNT}  # fmt: skip
_NAMED = {"restaurants": "demand of a restaurant for ", "sector_shares": "share of ",
          "government": ""}  # fmt: skip
_BLOCKS = {"restaurants": "restaurants", "sector_shares": "sectors", "government": "government"}


@dataclass(frozen=True)
class Guess:
    """An assumed figure of a region that a run reads, and the range it may lie in."""

    name: str
    value: float
    low: float
    high: float
    unit: str
    source: str
    url: str
    note: str


def region_guesses(region: Region) -> dict[str, Guess]:
    """The assumed figures with a range, by name, in the order of the data sheet.

    Left out is what no run reads, and a total of hotels none of whose classes is a guess.
    """
    found: dict[str, Guess] = {}
    table = region.provenance
    rows = table[(table["kind"] == "assumed") & (table["range"] != "")]
    for row in rows.to_dict("records"):
        name = _name_of(str(row["block"]), str(row["quantity"]))
        if not name or (name == PREFIX + _HOTELS and not any(_guessed_classes(region).values())):
            continue
        low, _, high = str(row["range"]).partition(" to ")
        found[name] = Guess(
            name, float(row["value"]), float(low), float(high), str(row["unit"]),
            str(row["source"]), str(row["url"]), str(row["note"]),
        )  # fmt: skip
    return found


def _name_of(block: str, quantity: str) -> str:
    """Name of a figure of the data sheet; empty for one that is not drawn."""
    if (block, quantity) in _WHOLE:
        return PREFIX + _WHOLE[block, quantity]
    start = _NAMED.get(block)
    if start is None or not quantity.startswith(start):
        return ""
    return f"{PREFIX}{_BLOCKS[block]}.{quantity.removeprefix(start)}"


def _guessed_classes(region: Region) -> dict[str, int]:
    """Hotels of the classes whose count is a guess."""
    table = region.provenance
    rows = table[(table["block"] == "hotel_classes") & (table["kind"] == "assumed")]
    guessed = {str(quantity).removeprefix("count of ") for quantity in rows["quantity"]}
    counts = zip(region.hotels["hotel_class"], region.hotels["count"], strict=True)
    return {str(name): int(count) for name, count in counts if name in guessed}


def drawn_region(
    region: Region, values: Mapping[str, float], known: Mapping[str, Guess] | None = None
) -> Region:
    """The region with other values of some of its guesses; itself without any.

    Counts are rounded. Shares of sectors are weights among the guessed ones, whose sum stays, so
    that the measured shares hold and all add to one. A total of hotels moves the classes whose
    counts are guesses, in proportion, and leaves the others.

    Args:
        region: as its files have it.
        values: by name, see `region_guesses`; other names are refused.
        known: the region's guesses, where they are at hand.
    """
    if not values:
        return region
    known = region_guesses(region) if known is None else known
    for name in values:
        if name not in known:
            raise KeyError(name)
    own = {name.removeprefix(PREFIX): value for name, value in values.items()}
    changed = region
    if _UMKM in own:
        changed = replace(changed, firms=max(1, round(own[_UMKM])))
    if _COUNT in own:
        count = replace(region.restaurants, value=float(round(own[_COUNT])))
        changed = replace(changed, restaurants=count)
    if _HOTELS in own:
        changed = _with_hotels(changed, round(own[_HOTELS]))
    demand = {g: own.get(f"restaurants.{g}", v) for g, v in region.restaurant_demand.items()}
    budgets = {
        good: replace(figure, value=own.get(f"government.{good}", figure.value))
        for good, figure in region.government.items()
    }
    shares = {name: value for name, value in own.items() if name.startswith("sectors.")}
    if shares:
        names = [name.removeprefix(f"{PREFIX}sectors.") for name in known if ".sectors." in name]
        changed = _with_shares(changed, names, shares)
    return replace(changed, restaurant_demand=demand, government=budgets)


def _with_hotels(region: Region, total: int) -> Region:
    guessed = _guessed_classes(region)
    table = region.hotels.copy()
    rest = int(table.loc[~table["hotel_class"].isin(list(guessed)), "count"].sum())
    parts = dict(zip(guessed, split_whole(max(0, total - rest), list(guessed.values())),
                     strict=True))  # fmt: skip
    pairs = zip(table["hotel_class"], table["count"], strict=True)
    table["count"] = [parts.get(str(name), int(count)) for name, count in pairs]
    return replace(region, hotels=table)


def _with_shares(region: Region, guessed: list[str], values: Mapping[str, float]) -> Region:
    table = region.sectors.copy()
    share = dict(zip(table["sector"], table["share"].astype(float), strict=True))
    drawn = {name: values.get(f"sectors.{name}", share[name]) for name in guessed}
    before, after = sum(share[name] for name in guessed), sum(drawn.values())
    if after > 0.0:
        share.update({name: value * (before / after) for name, value in drawn.items()})
    table["share"] = [share[name] for name in table["sector"]]
    return replace(region, sectors=table)
