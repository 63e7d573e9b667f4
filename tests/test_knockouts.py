"""Trade-offs that the model must be able to show, and what each must vanish without.

A trade-off is the slope between two outcomes along five values of a lever, in sixteen replicates
with the same seeds along the grid. It exists when the 95 % interval of the slope over replicates
lies wholly on the stated side of zero. Under the knock-out of its mechanism the slope must fall
below a tenth; one that survived would be written into the model somewhere by hand.

The settings are those of a laboratory: a town of 1,500 firms where 18 hotels weigh as much as the
whole of a large city's would, with cheap or dear incumbents, thin or endless credit and sure
sanctions as the table says. They show the mechanism and claim nothing about a place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import pytest

from sim.run import simulate, step
from sim.tables import KIND_HOTEL, MODE_NONE
from sim.world import World
from tests.lab import (
    HOTEL_GOODS,
    MANDATE,
    START,
    Estimate,
    lab_world,
    mean_of,
    ratio_of,
    run,
    seeds,
    slope,
    town,
    watch,
)

Values = Mapping[str, float]
Levers = Mapping[str, object]
Outcome = Callable[[World, World | None], float]

TOWN = {"firms": 1_500, "hotels_a_class": 3}
QUOTAS = (0.2, 0.4, 0.6, 0.8, 1.0)
# Only hotels buy, every found violation is fined, and hotels know it.
STRICT = {"background_firms": 1e9, "sanction_probability": 1.0, "belief_prior": 0.5}
STERN: Levers = {
    **MANDATE,
    "hotel.price_cap": 0.5,
    "inspection.hours_per_month": 1_000.0,
    "inspection.depth": 1.0,
    "inspection.sanction_million_rp": 1_000.0,
}
THIN = {"credit_line": 0.0, "informal_line": 0.0, "late_probability": 0.0}
ENDLESS = {"credit_line": 1e6, "informal_line": 1e6}
PAID_AT_ONCE = {"payment_days": 0.0, "late_probability": 0.0}
# No exit, entry or growth: a slot's twin is the same firm.
SAME_FIRMS = {
    "exit_base": 0.0,
    "exit_weak": 0.0,
    "exit_young": 0.0,
    "entry_rate": 0.0,
    "investment_rate": 0.0,
    "cash_investment": 0.0,
    "capacity_sd": 0.0,
}
NO_LEARNING = {"supplying_practice": 0.0, "supplying_quality": 0.0, "wage_pressure": 0.0}
# Every firm has as much free capacity as every other, and orders are well within it, so that it
# turns no local customer away.
SLACK = {
    "normal_utilisation": 0.25,
    "quality_attraction": 0.0,
    "practice_attraction": 0.0,
    "price_attraction": 0.0,
    **{f"goods.{good}.value": 0.15 for good in HOTEL_GOODS},
}
# Goods that the rule alone would make a hotel buy from UMKM.
CHEAP_INCUMBENTS = {f"goods.{good}.incumbent_price_ratio": 0.6 for good in HOTEL_GOODS}
# Fewer than eight candidates are never redrawn, the first sample tells all, and nothing else moves
# sales from month to month.
STEADY = {
    "candidates": 7.0,
    "productivity_sd": 0.0,
    "peer_learning": 0.0,
    "quality_noise": 0.0,
    "sample_sd": 0.0,
    "trust_weight": 0.0,
    "certificate_hazard": 0.0,
}
# What is ordered a few times a year would move sales by its own rhythm: hotels do not buy it here.
MONTHLY_GOODS = ("slippers", "food_ingredients", "cakes", "laundry_service")
EVERY_MONTH = {
    **{f"goods.{good}.value": 0.0 for good in HOTEL_GOODS},
    **{f"goods.{good}.value": 1.5 for good in MONTHLY_GOODS},
}


def one_site(world: World) -> None:
    """Every firm and every buyer stands on the same spot."""
    for table in (world.tables.firms, world.tables.buyers):
        table["x"] = 0.0
        table["y"] = 0.0
    world.tables.links["distance"] = 0.0


def reporting_hotels(world: World) -> float:
    """Hotels that say they comply, by purchases or by papers (region)."""
    says = (world.buyers.kind == KIND_HOTEL) & (world.buyers.mode != MODE_NONE)
    return float(world.buyers.weight[says].sum())


def mean_distance(world: World) -> float:
    """Kilometres that the average million rupiah of direct purchases comes from."""
    order = world.links.order
    return float((order * world.links.distance).sum() / max(1e-300, order.sum()))


def monthly(name: str) -> Outcome:
    """Mean of a monthly outcome over the policy months."""
    return lambda world, _: mean_of(world, name)


def share(above: str, below: str) -> Outcome:
    """One monthly outcome over another, over the policy months."""
    return lambda world, _: ratio_of(world, above, below)


def ever_partnered(world: World, _: World | None) -> float:
    """Per cent of the firms alive at some time under the policy that ever delivered to a buyer."""
    return 100.0 * ratio_of(world, "ever_partners", "generations", world.months - 1)


def standard_asked(world: World, _: World | None) -> float:
    """Mean standard of the buyers."""
    return float(world.buyers.standard.mean())


def _gain(world: World, without: World | None, *, served: bool) -> float:
    assert without is not None
    had_orders = world.yearly.served[START // 12 :].any(axis=0)
    eligible = world.eligible[world.firms.sector] == 1
    gain = (world.yearly.revenue - without.yearly.revenue)[START // 12 :].sum(axis=0)
    return float(gain[eligible & (had_orders == served)].sum()) / (world.months - START)


def partners_gain(world: World, without: World | None) -> float:
    """Revenue a month of the firms with orders above what the same slots have without the rule."""
    return _gain(world, without, served=True)


def others_gain(world: World, without: World | None) -> float:
    """The same of the firms of these trades that never had an order."""
    return _gain(world, without, served=False)


def dependence_and_instability(world: World) -> tuple[float, float]:
    """Of firms with orders: share of sales to the largest buyer, and mean fall of monthly sales."""
    simulate(world, START)
    revenue, largest = [], []
    pair = np.zeros((world.n_firms, world.buyers.size))
    buyer = world.lines.buyer[
        np.repeat(np.arange(world.lines.size), world.lines.stop - world.lines.start)
    ]
    while world.month < world.months:
        step(world)
        pair[:] = 0.0
        np.add.at(pair, (world.links.firm, buyer), world.links.order)
        largest.append(pair.max(axis=1) * world.firms.price)
        revenue.append(world.firms.revenue.copy())
    sales, biggest = np.array(revenue), np.array(largest)
    partner = (biggest > 0.0).any(axis=0)
    falls = np.clip(sales[:-1] - sales[1:], 0.0, None)[:, partner].sum()
    total = float(sales[:, partner].sum())
    return float(biggest.sum()) / total, float(falls) / total


def watched(look: Callable[[World], float], other: str) -> Callable[..., tuple[float, float]]:
    """Mean of what `look` sees month by month, and the mean of a monthly outcome."""

    def measure(world: World) -> tuple[float, float]:
        seen = watch(world, look)
        return seen, mean_of(world, other)

    return measure


def ended(x: Outcome, y: Outcome) -> Callable[..., tuple[float, float]]:
    """Two outcomes read from the record of the whole run."""

    def measure(world: World, without: World | None = None) -> tuple[float, float]:
        simulate(world)
        return x(world, without), y(world, without)

    return measure


def distance_capacity_and_reach(world: World) -> tuple[float, float, float]:
    """Distance of purchases, their amount, and firms ever reached."""
    seen = watch(world, mean_distance)
    return seen, mean_of(world, "hotel_direct"), ever_partnered(world, None)


@dataclass(frozen=True)
class TradeOff:
    """A row of the table.

    Attributes:
        name: number of the trade-off in the design and what it is about.
        x: one outcome, in words.
        y: the other.
        sign: of the slope of y on x.
        lever: a lever ("hotel.quota") or a parameter ("standard_base").
        grid: its five values.
        measure: (world) -> x, y, ..., or (world, the run without the rule) where `paired`; rows
            with the same one share their runs.
        values: parameters of the laboratory.
        levers: rules of the laboratory.
        out_values: parameters under the knock-out.
        out_edit: change of the world under the knock-out.
        paired: slots are compared with a run without any rule.
        y_at: place of y in what `measure` gives.
    """

    name: str
    x: str
    y: str
    sign: int
    lever: str
    grid: tuple[float, ...]
    measure: Callable[..., tuple[float, ...]]
    values: Values
    levers: Levers
    out_values: Values = field(default_factory=dict)
    out_edit: Callable[[World], None] | None = None
    paired: bool = False
    y_at: int = 1


TRADE_OFFS = (
    TradeOff(
        name="1 reports against purchases",
        x="hotels that report compliance",
        y="hotels' direct purchases",
        sign=-1,
        lever="inspection.depth",
        grid=(0.0, 0.25, 0.5, 0.75, 1.0),
        measure=watched(reporting_hotels, "hotel_direct"),
        # Visits cost the same whatever their depth; papers cost nothing; fines are modest, so that
        # those whose papers no longer help may also give up reporting.
        values={
            "background_firms": 1e9,
            "sanction_probability": 1.0,
            "inspection_hours_depth": 0.0,
            "paper_cost": 0.0,
        },
        levers={
            **MANDATE,
            "inspection.hours_per_month": 40.0,
            "inspection.sanction_million_rp": 5.0,
        },
        out_values={"paper_cost": 10.0},
    ),
    TradeOff(
        name="2 depth against frequency",
        x="share of visits that find a violation",
        y="inspections a month",
        sign=-1,
        lever="inspection.depth",
        grid=(0.0, 0.25, 0.5, 0.75, 1.0),
        measure=ended(share("sanctions", "inspections"), monthly("inspections")),
        # The fine deters nobody: what a visit finds is its depth alone. Hours are fixed.
        values={"background_firms": 1e9, "sanction_probability": 1.0},
        levers={
            **MANDATE,
            "inspection.hours_per_month": 40.0,
            "inspection.sanction_million_rp": 0.001,
        },
        out_values={"inspection_hours_depth": 0.0},
    ),
    TradeOff(
        name="3 standard against inclusion",
        x="mean standard of the hotels",
        y="% of firms ever partnered",
        sign=-1,
        lever="standard_base",
        grid=(0.25, 0.35, 0.45, 0.55, 0.65),
        measure=ended(standard_asked, ever_partnered),
        values={"background_firms": 1e9},
        levers={},
        out_values={"quality_weight": 0.0, "quality_tolerance": 1.0},
    ),
    TradeOff(
        name="4 nearness against capacity",
        x="km that direct purchases come from",
        y="hotels' direct purchases",
        sign=1,
        lever="hotel.radius_km",
        grid=(1.0, 2.0, 4.0, 8.0, 16.0),
        measure=distance_capacity_and_reach,
        values={**STRICT, **CHEAP_INCUMBENTS},
        levers={**STERN, "hotel.price_cap": 1.0},
        out_edit=one_site,
    ),
    TradeOff(
        name="4 nearness against equity",
        x="km that direct purchases come from",
        y="% of firms ever partnered",
        sign=1,
        lever="hotel.radius_km",
        grid=(1.0, 2.0, 4.0, 8.0, 16.0),
        measure=distance_capacity_and_reach,
        y_at=2,
        values={**STRICT, **CHEAP_INCUMBENTS},
        levers={**STERN, "hotel.price_cap": 1.0},
        out_edit=one_site,
    ),
    TradeOff(
        name="5 partners' gain against displacement",
        x="revenue gained by firms with orders",
        y="revenue gained by other firms of their trades",
        sign=-1,
        lever="hotel.quota",
        grid=QUOTAS,
        measure=ended(partners_gain, others_gain),
        # Endless credit, payment at once and small orders: partners turn no local customer away.
        # Twins are the same firms, and nobody learns, so that partners steal no customers.
        values={
            **STRICT,
            **ENDLESS,
            **PAID_AT_ONCE,
            **SAME_FIRMS,
            **NO_LEARNING,
            **SLACK,
        },
        levers=STERN,
        out_values={"displacement": 0.0},
        paired=True,
    ),
    TradeOff(
        name="6 big contracts against liquidity",
        x="direct purchases",
        y="firms closed for want of cash",
        sign=1,
        lever="hotel.quota",
        grid=(0.0, 0.25, 0.5, 0.75, 1.0),
        measure=ended(monthly("direct"), monthly("insolvencies")),
        values={**STRICT, **THIN, "payment_days": 90.0},
        levers=STERN,
        out_values=ENDLESS,
    ),
    TradeOff(
        name="12 dependence against stability",
        x="share of partners' sales to their largest buyer",
        y="mean monthly fall of partners' sales",
        sign=1,
        lever="hotel.quota",
        grid=QUOTAS,
        measure=dependence_and_instability,
        # Nothing but the buyers' own shocks, frequent and deep, moves sales from month to month.
        values={
            **STRICT,
            **ENDLESS,
            **PAID_AT_ONCE,
            **SAME_FIRMS,
            **NO_LEARNING,
            **SLACK,
            **STEADY,
            **EVERY_MONTH,
            "buyer_shock_hazard": 0.1,
            "buyer_shock_size": 0.8,
            "buyer_shock_months": 3.0,
        },
        levers={**STERN, "hotel.goods": MONTHLY_GOODS},
        out_values={"buyer_shock_hazard": 0.0},
    ),
)
BY_NAME = {row.name: row for row in TRADE_OFFS}


_points: dict[tuple[object, int, bool], list[tuple[float, ...]]] = {}


@cache
def slopes(name: str, knocked_out: bool) -> Estimate:
    """Slope of a trade-off over the replicates, with or without its mechanism."""
    row = BY_NAME[name]
    found = []
    for seed in seeds():
        key = row.measure, seed, knocked_out
        if key not in _points:
            _points[key] = _along_grid(row, seed, knocked_out)
        outcomes = np.array(_points[key])
        found.append(slope(outcomes[:, 0], outcomes[:, row.y_at]))
    return Estimate.of(found)


def _along_grid(row: TradeOff, seed: int, knocked_out: bool) -> list[tuple[float, ...]]:
    region = town(**TOWN)
    values = {**row.values, **(row.out_values if knocked_out else {})}
    edit = row.out_edit if knocked_out else None
    without = run(region, values=values, seed=seed, edit=edit) if row.paired else None
    points = []
    for value in row.grid:
        is_lever = "." in row.lever
        world = lab_world(
            region,
            values=values if is_lever else {**values, row.lever: value},
            levers={**row.levers, row.lever: value} if is_lever else row.levers,
            seed=seed,
            edit=edit,
        )
        points.append(row.measure(world, without) if row.paired else row.measure(world))
    return points


@pytest.mark.parametrize("name", BY_NAME)
def test_the_trade_off_exists(name):
    """The 95 % interval of the slope lies wholly on the stated side of zero."""
    row = BY_NAME[name]
    found = slopes(name, knocked_out=False)
    assert found.excludes_zero(row.sign), f"{row.y} on {row.x}: {found}"


@pytest.mark.parametrize("name", BY_NAME)
def test_the_trade_off_vanishes_without_its_mechanism(name):
    """Under the knock-out the slope is below a tenth of what it was."""
    row = BY_NAME[name]
    found = slopes(name, knocked_out=False)
    left = slopes(name, knocked_out=True)
    assert abs(left.mean) < 0.1 * abs(found.mean), f"{row.y} on {row.x}: {found}, then {left}"


def test_every_trade_off_of_this_version_is_in_the_table():
    """Those whose processes run: coaching, platform, export and forum come with later versions."""
    numbers = {int(row.name.split()[0]) for row in TRADE_OFFS}
    assert numbers == {1, 2, 3, 4, 5, 6, 12}
    assert all(len(row.grid) == 5 for row in TRADE_OFFS)
