"""Buyers at month 0, their order lines and the firms they know (P8, P9)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.build.agencies import Unit, agency_units
from sim.build.candidates import draw_candidates
from sim.build.firms import place
from sim.build.sites import Sites
from sim.draws import (
    STREAM_COVERAGE,
    STREAM_MODE,
    STREAM_NEED,
    STREAM_PHASE,
    STREAM_POPULATION,
    STREAM_TASTE,
    gumbel,
    normal,
    uniform,
)
from sim.tables import (
    BUYER_DTYPE,
    KIND_AGENCY,
    KIND_BACKGROUND,
    KIND_HOTEL,
    KIND_RESTAURANT,
    LINE_DTYPE,
    Rows,
)

if TYPE_CHECKING:
    from sim.parameters import Parameters
    from sim.population import RegionLike

__all__ = ["BuyerPlan", "build_buyers", "every_nth"]

# Facts of the average hotel behind `goods.csv`: rooms (E053) and occupancy (E055).
NIGHTS = 365.0 / 12.0
# Indices of a buyer in the population stream; buyers' entities start above all slots.
_BUYER_ENTITY = 1 << 31
BLOCK = 1_000_000
"""Numbers a class of buyers has: one more buyer of a class shifts no number of another's."""
_RESTAURANTS, _OTHERS, _AGENCIES = 20, 100, 200
"""First blocks; hotels have those from 0 on, other large buyers one a sector, agencies one a
good."""
_DISTRICT, _VILLAGE, _X, _Y, _GOOD = range(5)
# The school year begins in July: uniforms are ordered then, other yearly goods at any time.
_SEASONAL = {"school_uniforms": 7}


class BuyerPlan(NamedTuple):
    """Tables of the demand side."""

    buyers: npt.NDArray[np.void]
    lines: npt.NDArray[np.void]
    links: npt.NDArray[np.void]
    reserve: npt.NDArray[np.int32]
    reserve_distance: npt.NDArray[np.float64]
    classes: tuple[str, ...]
    hotels_by_class: tuple[int, ...]
    sampled_by_class: tuple[int, ...]
    bought: tuple[int, ...]


class _Row(NamedTuple):
    number: int
    kind: int
    buyer_class: int
    standard: float
    weight: float
    demand_scale: float
    room_nights: float
    demand: dict[int, float]
    month: int = 0


def every_nth(count: int, scale: int) -> range:
    """Ranks kept of `count` buyers of a class: every `scale`-th, at least one."""
    return range(min(scale // 2, count // 2), count, scale)


def _hotels(
    region: RegionLike, p: Parameters, goods: Sequence[str], scale: int
) -> tuple[list[_Row], list[int], list[int]]:
    """Hotels by class; demand is that of the average hotel, in proportion to room-nights."""
    value = p.goods_table(goods)[:, 5]
    rows: list[_Row] = []
    totals: list[int] = []
    sampled: list[int] = []
    for rank, hotel in enumerate(region.hotels.itertuples(index=False)):
        count = int(hotel.count)  # type: ignore[call-overload]
        kept = every_nth(count, scale)
        occupied = float(hotel.rooms) * float(hotel.occupancy)  # type: ignore[arg-type]
        size = occupied / (p["typical_rooms"] * p["typical_occupancy"])
        demand = {g: float(v) * size for g, v in enumerate(value) if math.isfinite(v) and v > 0.0}
        totals.append(count)
        sampled.append(len(kept))
        rows.extend(
            _Row(
                BLOCK * rank + k,
                KIND_HOTEL,
                rank,
                p["standard_base"] + p["standard_step"] * rank,
                count / len(kept),
                count / (len(kept) * scale),
                occupied * NIGHTS,
                demand,
            )
            for k in kept
        )
    return rows, totals, sampled


def _restaurants(region: RegionLike, p: Parameters, goods: Sequence[str], scale: int) -> list[_Row]:
    count = int(region.restaurants.count)
    if count == 0:
        return []
    kept = every_nth(count, scale)
    demand = {
        list(goods).index(good): value * p["restaurant_demand"]
        for good, value in region.restaurant_demand.items()
        if value > 0.0
    }
    return [
        _Row(
            BLOCK * _RESTAURANTS + k,
            KIND_RESTAURANT,
            0,
            p["restaurant_standard"],
            count / len(kept),
            count / (len(kept) * scale),
            0.0,
            demand,
        )
        for k in kept
    ]


def _others(
    region: RegionLike,
    p: Parameters,
    record: npt.NDArray[np.void],
    scale: int,
    seed: int,
) -> list[_Row]:
    """Other large buyers: one for so many firms of a listed sector, each of one good."""
    rows: list[_Row] = []
    sectors = list(region.sectors.itertuples(index=False))
    for s, sector in enumerate(sectors):
        makes = [g for g in range(record.size) if record[g]["sector"] == s]
        count = round(region.firms * float(sector.share) / p["background_firms"])  # type: ignore[arg-type]
        if not makes or count == 0:
            continue
        kept = every_nth(count, scale)
        for k in kept:
            number = BLOCK * (_OTHERS + s) + k
            entity = _BUYER_ENTITY + number
            u = uniform(np.uint64(seed), STREAM_POPULATION, 0, entity, 0, 0, 0, _GOOD)
            rows.append(
                _Row(
                    number,
                    KIND_BACKGROUND,
                    0,
                    p["background_standard"],
                    count / len(kept),
                    count / (len(kept) * scale),
                    0.0,
                    {makes[int(u * len(makes))]: p["background_demand"]},
                )
            )
    return rows


def _agencies(p: Parameters, units: Sequence[Unit], scale: int) -> list[_Row]:
    """Procuring units of agencies: equal parts of what the region's budgets buy of a good."""
    rows: list[_Row] = []
    for unit in units:
        kept = every_nth(unit.units, scale)
        rows.extend(
            _Row(
                BLOCK * (_AGENCIES + unit.good) + k,
                KIND_AGENCY,
                0,
                p["agency_standard"],
                unit.units / len(kept),
                unit.units / (len(kept) * scale),
                0.0,
                {unit.good: unit.demand},
                unit.month,
            )
            for k in kept
        )
    return rows


def build_buyers(
    region: RegionLike,
    p: Parameters,
    *,
    slots: Sites,
    goods: Sequence[str],
    record: npt.NDArray[np.void],
    sites: npt.NDArray[np.float64],
    district_of: npt.NDArray[np.int32],
    seed: int,
    scale: int,
    months: int,
    first_calendar_month: int,
) -> BuyerPlan:
    """Hotels, restaurants, other large buyers and agencies, every `scale`-th within class.

    Weights make total demand by class exact: a sampled buyer stands for `weight` buyers of the
    region, and its demand is multiplied so that the sample's total is the region's over `scale`.
    """
    # A buyer's number is the key of its draws.
    hotel_rows, totals, sampled = _hotels(region, p, goods, scale)
    restaurant_rows = _restaurants(region, p, goods, scale)
    other_rows = _others(region, p, record, scale, seed)
    agency_rows = _agencies(p, agency_units(region, p, goods), scale)
    rows = hotel_rows + restaurant_rows + other_rows + agency_rows
    buyers = _buyer_table(region, p, rows, sites, district_of, seed, scale)
    lines = _line_table(p, rows, buyers, goods, record, seed, first_calendar_month)
    # Redraws happen in every twelfth month but the first.
    redraws = max(0, (months - 1) // 12)
    links, reserve, away = draw_candidates(slots, buyers, lines, record, p, seed, redraws)
    listed = hotel_rows + restaurant_rows + agency_rows
    bought = sorted({g for row in listed for g in row.demand})
    return BuyerPlan(
        buyers,
        lines,
        links,
        reserve,
        away,
        tuple(region.hotels["hotel_class"]),
        tuple(totals),
        tuple(sampled),
        tuple(bought),
    )


def _buyer_table(
    region: RegionLike,
    p: Parameters,
    rows: Sequence[_Row],
    sites: npt.NDArray[np.float64],
    district_of: npt.NDArray[np.int32],
    seed: int,
    scale: int,
) -> npt.NDArray[np.void]:
    n = len(rows)
    key = np.uint64(seed)
    hotel_cdf = np.cumsum(region.hotel_weights["weight"].to_numpy(dtype=np.float64))
    population = region.districts["population"].to_numpy(dtype=np.float64)
    people_cdf = np.cumsum(population / population.sum())
    order = [list(region.districts["district"]).index(d) for d in region.hotel_weights["district"]]
    buyers = np.zeros(n, BUYER_DTYPE)
    for field in ("number", "kind", "buyer_class", "standard", "weight", "room_nights"):
        buyers[field] = [getattr(row, field) for row in rows]
    buyers["ratio"] = buyers["weight"] / scale
    buyers["payment_days"] = p["payment_days"]
    buyers["payment_days"][buyers["kind"] == KIND_AGENCY] = p["agency_payment_days"]
    buyers["belief"] = p["belief_prior"]
    for b, row in enumerate(rows):
        entity = _BUYER_ENTITY + row.number
        draw = [uniform(key, STREAM_POPULATION, 0, entity, 0, 0, 0, index) for index in range(4)]
        cdf = hotel_cdf if row.kind == KIND_HOTEL else people_cdf
        district = min(int(np.searchsorted(cdf / cdf[-1], draw[_DISTRICT])), cdf.size - 1)
        if row.kind == KIND_HOTEL:
            district = order[district]
        wards = np.flatnonzero(district_of == district)
        ward = wards[int(draw[_VILLAGE] * wards.size)]
        buyers["district"][b] = district
        buyers["x"][b], buyers["y"][b] = place(
            sites[ward, 0], sites[ward, 1], sites[ward, 2], draw[_X], draw[_Y]
        )
        buyers["coverage_draw"][b] = uniform(key, STREAM_COVERAGE, 0, row.number, 0, 0, 0, 0)
        for option in range(3):
            buyers["mode_taste"][b, option] = gumbel(
                key, STREAM_MODE, 0, row.number, 0, 0, 0, option
            )
    return buyers


def _line_table(
    p: Parameters,
    rows: Sequence[_Row],
    buyers: Rows,
    goods: Sequence[str],
    record: npt.NDArray[np.void],
    seed: int,
    first_calendar_month: int,
) -> npt.NDArray[np.void]:
    key = np.uint64(seed)
    pairs = [(b, g) for b, row in enumerate(rows) for g in sorted(row.demand)]
    n = len(pairs)
    lines = np.zeros(n, LINE_DTYPE)
    lines["buyer"] = [b for b, _ in pairs]
    lines["good"] = [g for _, g in pairs]
    lines["demand"] = [rows[b].demand[g] * rows[b].demand_scale for b, g in pairs]
    lines["best"] = -np.inf
    lines["second_half"] = 0.5
    lines["batches"] = 1
    for k, (b, g) in enumerate(pairs):
        number = int(buyers["number"][b])
        interval = lines["interval"][k] = int(record[g]["interval"])
        if buyers["kind"][b] == KIND_AGENCY:
            month = rows[b].month or _SEASONAL.get(goods[g], 1)
            # Of a good of every month the phase says which half of the year it is.
            yearly = interval > 1
            lines["phase"][k] = (first_calendar_month - (month if yearly else 1)) % 12
            lines["interval"][k] = 12 if yearly else 1
            lines["second_half"][k] = p["works_second_half"] if not rows[b].month else 0.5
            lines["lot"][k] = record[g]["lot"]
            lines["batches"][k] = round(p["agency_batches"]) if yearly else 1
            lines["rest"][k] = lines["demand"][k]
        elif goods[g] in _SEASONAL:
            lines["phase"][k] = (first_calendar_month - _SEASONAL[goods[g]]) % 12 % interval
        else:
            u = uniform(key, STREAM_PHASE, 0, number, 0, 0, g, 0)
            lines["phase"][k] = int(u * interval)
        if buyers["kind"][b] != KIND_BACKGROUND:
            # Other large buyers stand for all that a sector makes, mostly without these duties.
            needs = [uniform(key, STREAM_NEED, 0, number, 0, 0, g, index) for index in range(2)]
            lines["need_certificate"][k] = needs[0] < record[g]["certificate_needed"]
            lines["need_cold_chain"][k] = needs[1] < record[g]["cold_chain"]
        lines["taste"][k] = p["buyer_taste_sd"] * normal(key, STREAM_TASTE, 0, number, 0, 0, g, 0)
    return lines
