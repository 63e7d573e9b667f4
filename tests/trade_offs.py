"""The table of trade-offs: what is traded for what, in which laboratory, and its knock-out.

The settings are those of a laboratory: a town of 1,500 firms where 18 hotels weigh as much as the
whole of a large city's would, with cheap or dear incumbents, thin or endless credit and sure
sanctions as the table says. They show the mechanism and claim nothing about a place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sim.world import World
from tests.lab import HOTEL_GOODS, MANDATE
from tests.trade_off_outcomes import (
    dependence_and_instability,
    distance_capacity_and_reach,
    ended,
    ever_partnered,
    monthly,
    others_gain,
    partners_gain,
    reporting_hotels,
    share,
    standard_asked,
    watched,
)

Values = Mapping[str, float]
Levers = Mapping[str, object]


@dataclass(frozen=True)
class Setup:
    """What is set at a point of a grid, where that is more than one lever or parameter."""

    values: Values = field(default_factory=dict)
    levers: Levers = field(default_factory=dict)
    edit: Callable[[World], None] | None = None


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
    world.tables.reserve_distance[:] = 0.0


def endless_outside_market(world: World) -> None:
    """So many buyers and sellers elsewhere that no shop of the region takes from another."""
    for column in ("outside", "rivals"):
        world.tables.online[column] *= 1e6


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
        at: what is set at a value of the grid; `lever` alone if none.
        hotels_a_class: hotels of each class in the town.
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
    at: Callable[[float], Setup] | None = None
    hotels_a_class: int = 3


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
        name="9 onboarding against visibility",
        x="open online shops",
        y="online sales of an open shop",
        sign=-1,
        lever="platform.onboarding_places",
        grid=(100.0, 200.0, 400.0, 600.0, 800.0),
        measure=ended(monthly("shops"), share("online_sales", "shops")),
        # Only the programme opens shops, nobody gives up, and shops differ by what they sold alone.
        values={
            **ENDLESS,
            **SAME_FIRMS,
            **NO_LEARNING,
            "platform_on": 1.0,
            "background_firms": 1e9,
            "online_share": 0.02,
            "price_sd": 0.0,
            "readiness_sd": 0.0,
            "rating_weight": 0.0,
            "order_value": 0.001,
            "shop_curiosity": 0.0,
            "shop_imitation": 0.0,
            "patience_months": 1e9,
        },
        levers={},
        out_values={"ranking_power": 0.0},
        out_edit=endless_outside_market,
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
