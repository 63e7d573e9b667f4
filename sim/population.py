"""Month 0: slots, firms, pools, buyers and their candidates, from a region and parameters."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from sim.build.buyers import BLOCK, build_buyers
from sim.build.cooperatives import build_cooperatives
from sim.build.firms import populate, stationary_ages
from sim.build.markets import build_markets
from sim.build.platform import build_platform
from sim.build.programmes import no_coaching
from sim.build.sites import lay_sites
from sim.errors import KemitraanError
from sim.policy import no_policy
from sim.tables import FIRM_DTYPE, GOODS_DTYPE, PROFIT_MONTHS, RECEIVABLE_MONTHS, Tables
from sim.treatment import no_treatments
from sim.world import Names, World

if TYPE_CHECKING:
    import pandas as pd

    from sim.parameters import Parameters

__all__ = [
    "MOST_FIRMS", "RegionLike", "Slots", "build_world", "lay_slots", "refuse_what_has_no_code",
    "size_law",
]  # fmt: skip

MOST_FIRMS = 1_000_000_000
"""Of a region: slots, vacant ones too, stay below 2**31, where the draws of buyers begin."""
BUYERS_A_CLASS = BLOCK


class RegionLike(Protocol):
    """What the simulation needs of a region; `scenarios.region.Region` is one."""

    @property
    def name(self) -> str:
        """Name of the region."""

    @property
    def firms(self) -> int:
        """True count of UMKM."""

    @property
    def districts(self) -> pd.DataFrame:
        """Columns district, population."""

    @property
    def villages(self) -> pd.DataFrame:
        """Columns village, district, x_km, y_km, area_km2, population [, firms: weights]."""

    @property
    def sectors(self) -> pd.DataFrame:
        """Columns sector, share, manufacturing."""

    @property
    def hotels(self) -> pd.DataFrame:
        """Columns hotel_class, count, rooms, occupancy."""

    @property
    def hotel_weights(self) -> pd.DataFrame:
        """Columns district, weight."""

    @property
    def goods(self) -> pd.DataFrame:
        """Columns good, sector."""

    @property
    def restaurants(self) -> Any:  # noqa: ANN401
        """Figure with a `count`."""

    @property
    def restaurant_demand(self) -> Mapping[str, float]:
        """Million rupiah a restaurant and month, by good."""

    @property
    def government(self) -> Mapping[str, Any]:
        """Figures with a `value` (million rupiah a year) and a `month`, by good."""

    @property
    def active_cooperatives(self) -> float | None:
        """Share of the registered cooperatives that is active; none if not known."""


class Slots(NamedTuple):
    """Sampled slots in the order of sector, village and number; one value a slot."""

    slot: npt.NDArray[np.int64]
    sector: npt.NDArray[np.int32]
    village: npt.NDArray[np.int32]


def lay_slots(region: RegionLike, vacancy: float, scale: int) -> Slots:
    """Slots of the region by sector and village, every `scale`-th of them.

    Counts follow sector shares and ward populations (or the firms of a list), rounded on the
    running sum, so that they add up exactly; numbers run on, so that every `scale`-th is systematic
    within village and sector.
    """
    total = round(region.firms / (1.0 - vacancy))
    # A list of firms knows better than people where they are.
    by = "firms" if "firms" in region.villages.columns else "population"
    population = region.villages[by].to_numpy(dtype=np.float64)
    shares = region.sectors["share"].to_numpy(dtype=np.float64)
    expected = np.outer(shares, population / population.sum()).ravel() * total
    edges = np.rint(np.cumsum(expected)).astype(np.int64)
    counts = np.diff(np.concatenate(([0], edges)))
    sector = np.repeat(np.repeat(np.arange(shares.size), population.size), counts)
    village = np.repeat(np.tile(np.arange(population.size), shares.size), counts)
    every = np.arange(sector.size, dtype=np.int64)
    return _every_nth(Slots(every, sector.astype(np.int32), village.astype(np.int32)), scale)


def _every_nth(slots: Slots, scale: int) -> Slots:
    """The sampled ones among all slots of the region."""
    if scale == 1:
        return slots
    chosen = slots.slot[scale // 2 :: scale]
    return Slots(chosen, slots.sector[chosen], slots.village[chosen])


def size_law(p: Parameters) -> npt.NDArray[np.float64]:
    """The law of firm sizes, (3, 5) by size class.

    Columns: cumulative share, mu and sigma of log monthly sales, share of the law below the legal
    ceiling, sales a month that one hired worker stands for. Each class is log-normal, cut at its
    ceiling; mu is such that the cut law has the published mean.
    """
    law = np.zeros((3, 5))
    cumulative = 0.0
    for k, name in enumerate(("micro", "small", "medium")):
        share = 1.0 if name == "medium" else p[f"{name}_share"]
        cumulative = 1.0 if name == "medium" else cumulative + share
        mean = p[f"{name}_sales"] / 12.0
        sigma = p[f"{name}_sigma"]
        ceiling = math.log(p[f"{name}_ceiling"] / 12.0)
        low, high = math.log(mean) - 10.0, ceiling + 10.0
        for _ in range(200):
            mu = 0.5 * (low + high)
            if _cut_mean(mu, sigma, ceiling) < mean:
                low = mu
            else:
                high = mu
        law[k] = (
            cumulative,
            mu,
            sigma,
            _normal_cdf((ceiling - mu) / sigma),
            mean / max(1e-9, p[f"{name}_workers"] - 1.0),
        )
    return law


def _normal_cdf(z: float) -> float:
    return 0.5 * math.erfc(-z / math.sqrt(2.0))


def _cut_mean(mu: float, sigma: float, ceiling: float) -> float:
    """Mean of a log-normal cut above exp(ceiling)."""
    z = (ceiling - mu) / sigma
    below = _normal_cdf(z)
    if below <= 0.0:
        return math.exp(ceiling)
    return math.exp(mu + 0.5 * sigma * sigma) * _normal_cdf(z - sigma) / below


def goods_record(
    p: Parameters, goods: Sequence[str], sector_of: Sequence[int]
) -> npt.NDArray[np.void]:
    """Properties of the goods as compiled code reads them."""
    table = p.goods_table(goods)
    spread = p.goods_spread(goods)
    record = np.zeros(len(goods), GOODS_DTYPE)
    record["standardisation"] = table[:, 0]
    record["orders"] = table[:, 3]
    record["lot"] = table[:, 4]
    record["price_ratio"] = table[:, 6]
    record["certificate_needed"] = table[:, 7]
    record["certified"] = table[:, 8]
    record["cold_chain"] = table[:, 9]
    for column, field in enumerate(("shelf_low", "shelf_high", "lead_low", "lead_high")):
        record[field] = spread[:, column]
    record["sector"] = sector_of
    for row in record:
        orders = float(row["orders"])
        row["interval"] = 1 if orders >= 1.0 else round(1.0 / orders)
        row["window"] = max(3, math.ceil(1.5 / orders))
    return record


def build_world(
    region: RegionLike,
    params: Parameters,
    *,
    seed: int,
    population_seed: int | None = None,
    scale: int = 1,
    months: int = 108,
    first_calendar_month: int = 1,
) -> World:
    """A region at month 0 under no policy.

    Args:
        region: places, sectors, buyers.
        params: a full set of values.
        seed: of all draws of the run.
        population_seed: of the firms' and buyers' attributes; `seed` if none.
        scale: keep every `scale`-th slot and buyer.
        months: length of the run.
        first_calendar_month: 1 to 12, the calendar month of month 0.

    Returns:
        A world that `sim.run.simulate` runs.

    Raises:
        KemitraanError: the region has more wards, firms or buyers than codes.
    """
    refuse_what_has_no_code(region)
    people = seed if population_seed is None else population_seed
    goods = tuple(region.goods["good"])
    sectors = tuple(region.sectors["sector"])
    districts = tuple(region.districts["district"])
    villages = region.villages
    place_of = {name: k for k, name in enumerate(districts)}
    district_of = np.array([place_of[d] for d in villages["district"]], np.int32)
    good_sector = [sectors.index(s) for s in region.goods["sector"]]
    record = goods_record(params, goods, good_sector)
    row = params.record()
    sizes = size_law(params)
    every = lay_slots(region, params["vacancy"], 1)
    slots = _every_nth(every, scale)
    firms = _empty_firms(slots, district_of)
    sites = villages[["x_km", "y_km", "area_km2"]].to_numpy(dtype=np.float64)
    profit_ring = np.zeros((PROFIT_MONTHS, firms.size))
    populate(
        firms, profit_ring, record, row, sizes, sites, stationary_ages(params), np.uint64(people)
    )
    plan = build_buyers(
        region,
        params,
        slots=lay_sites(every.sector, every.village, sites, slots.slot, scale, people),
        goods=goods,
        record=record,
        sites=sites,
        district_of=district_of,
        seed=people,
        scale=scale,
        months=months,
        first_calendar_month=first_calendar_month,
    )
    pools, gravity, sector_state = build_markets(
        firms, record, plan.buyers, plan.lines, row, sites, len(sectors)
    )
    shops, online, platform = build_platform(firms, pools, row, sectors, np.uint64(people))
    shape = (len(villages), len(sectors))
    known = region.active_cooperatives
    share = params["cooperative_active"] if known is None else known
    cooperatives = build_cooperatives(firms, pools, share, people)
    state = np.zeros(8)
    state[5] = float(firms["cash"].sum())
    treatments, treated, contracted, deals = no_treatments()
    return World(
        tables=Tables(
            firms,
            profit_ring,
            np.zeros((RECEIVABLE_MONTHS, firms.size)),
            plan.buyers,
            plan.lines,
            plan.links,
            pools,
            cooperatives,
            plan.reserve,
            plan.reserve_distance,
            gravity,
            record,
            sector_state,
            np.zeros(shape),
            np.zeros(shape),
            state,
            shops,
            online,
            platform,
            *no_coaching(len(sectors)),
            treatments,
            treated,
            contracted,
            deals,
        ),
        policy=no_policy(goods, months),
        params=row,
        programmes=params.programmes(),
        sizes=sizes,
        eligible=_eligible(record, plan.bought, len(sectors)),
        manufacturing=region.sectors["manufacturing"].to_numpy(dtype=np.uint8),
        seed=seed,
        population_seed=people,
        scale=scale,
        months=months,
        names=Names(
            region.name,
            goods,
            sectors,
            districts,
            tuple(villages["village"]),
            plan.classes,
            plan.hotels_by_class,
            plan.sampled_by_class,
        ),
    )


def refuse_what_has_no_code(region: RegionLike) -> None:
    """Refuses a region whose places, firms or buyers would share a code, and so their draws.

    Raises:
        KemitraanError: with what there is too much of.
    """
    counts = {
        "wards": (len(region.villages), np.iinfo(FIRM_DTYPE["village"]).max),
        "districts": (len(region.districts), np.iinfo(FIRM_DTYPE["district"]).max),
        # Above, firms would have the draws of buyers; and a row number has 31 bits.
        "firms": (region.firms, MOST_FIRMS),
        "hotels of a class": (int(region.hotels["count"].max()) if len(region.hotels) else 0,
                              BUYERS_A_CLASS),
        "restaurants": (int(region.restaurants.count), BUYERS_A_CLASS),
    }  # fmt: skip
    for what, (count, most) in counts.items():
        if count > most:
            raise KemitraanError(
                f"region {region.name}: has {count} {what}, at most {most}; split it into regions"
            )


def _eligible(
    record: npt.NDArray[np.void], bought: Sequence[int], sectors: int
) -> npt.NDArray[np.uint8]:
    """Sectors that supply a good which hotels, restaurants or agencies buy."""
    flags = np.zeros(sectors, np.uint8)
    for good in bought:
        flags[record[good]["sector"]] = 1
    return flags


def _empty_firms(slots: Slots, district_of: npt.NDArray[np.int32]) -> npt.NDArray[np.void]:
    """Rows of zeros with slots, sectors and villages filled in."""
    firms = np.zeros(slots.slot.size, FIRM_DTYPE)
    firms["slot"] = slots.slot
    firms["sector"] = slots.sector
    firms["village"] = slots.village
    firms["district"] = district_of[slots.village]
    firms["cohort"] = -1
    return firms
