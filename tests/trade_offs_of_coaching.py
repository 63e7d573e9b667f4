"""The trade-offs of coaching: breadth, whom to choose, and what lasts."""

from __future__ import annotations

import numpy as np

from sim.run import simulate
from sim.tables import COACHED
from sim.world import World
from tests.lab import START, mean_of, watch
from tests.trade_offs import SAME_FIRMS, Setup, TradeOff

ALONE = {"background_firms": 1e9}
# Nobody asks twice, so that what an earlier match left is not counted to a later one.
ONCE = {"application_fatigue": 10.0, "fatigue_fading": 0.0}
ENDLESS = {"credit_line": 1e6, "informal_line": 1e6, "formal_rate": 0.0, "informal_rate": 0.0}
# Coaching lowers costs and moves no customers: nobody's profit hangs on who else is coached.
NO_RIVALRY = {
    "wage_pressure": 0.0,
    "quality_attraction": 0.0,
    "practice_attraction": 0.0,
    "information_attraction": 0.0,
    "peer_learning": 0.0,
}
ALL_ALIKE = {
    "price_sd": 0.0,
    "unit_cost_sd": 0.0,
    "quality_sd": 0.0,
    "practice_sd": 0.0,
    "micro_share": 1.0,
    "micro_sigma": 1e-6,
    "women_capacity": 1.0,
    "productivity_sd": 0.0,
    "formal_credit_share": 0.0,
}
BUDGET = 30 * 6.25
"""Million rupiah a year: thirty matches in full."""
MATCH_BEGINS = 6
"""Months until firms of every month of a match are coached at once."""


def same_money(places: float) -> Setup:
    """Places a year that share one budget."""
    return Setup(
        levers={
            "coaching.places": places,
            "coaching.cost_million_rp_per_head": BUDGET / places,
        }
    )


def coached_and_informed(world: World) -> tuple[float, float]:
    """Firms coached at a time, and the local information that coached firms have."""

    def look(world: World) -> float:
        inside = (world.tables.coaching["state"] == COACHED) & (world.firms.alive == 1)
        return float(world.firms.information[inside].mean())

    seen = watch(world, look, START + MATCH_BEGINS)
    return mean_of(world, "coached"), seen


def winners_or_needy(weight: float) -> Setup:
    """All programmes weigh growth potential so much, and need the rest."""

    def edit(world: World) -> None:
        criteria = world.tables.programmes["criteria"]
        criteria[:] = 0.0
        criteria[:, 0] = weight
        criteria[:, 1] = 1.0 - weight

    return Setup(edit=edit)


def gain_of_rich_and_poor(world: World, without: World) -> tuple[float, float]:
    """Profit a month gained by the firms above the poorest 40 % of the year before, and by them."""
    simulate(world)
    before = without.yearly.profit[START // 12 - 1]
    stood = without.firms.alive == 1
    poor = stood & (before <= np.quantile(before[stood], 0.4))
    gain = (world.yearly.profit - without.yearly.profit)[START // 12 :].sum(axis=0)
    months = world.months - START
    return float(gain[stood & ~poor].sum()) / months, float(gain[poor].sum()) / months


def trade_secrets_or_practice(share: float) -> Setup:
    """Mentors who spend so much of their time on local information, the rest on practice.

    All places are given in one month, so that every match ends in the first half of its year.
    """

    def edit(world: World) -> None:
        world.policy.levers["coaching_places"][START + 1 :] = 0.0

    # Little a month, so that neither stock comes near what can be known.
    values = {"mentor_information": 0.04 * share, "mentor_practice": 0.015 * (1.0 - share)}
    return Setup(values=values, levers={"coaching.places": 3_600.0}, edit=edit)


def gain_and_what_is_left(world: World, without: World) -> tuple[float, float]:
    """Profit a coached firm gains in its first year, and what share is left two years later."""
    simulate(world)
    coached = world.tables.coaching["admissions"] > 0
    gain = (world.yearly.profit - without.yearly.profit)[:, coached].mean(axis=1) / 12.0
    first = START // 12
    return float(gain[first]), float(gain[first + 2] / gain[first])


COACHING_TRADE_OFFS = (
    TradeOff(
        name="7 breadth against intensity",
        x="firms coached at a time",
        y="local information of coached firms",
        sign=-1,
        lever="coaching.places",
        grid=(30.0, 60.0, 120.0, 180.0, 240.0),
        at=same_money,
        measure=coached_and_informed,
        values={**ALONE, **ONCE, "application_base": 0.1},
        levers={},
        out_values={"intensity_exponent": 0.0},
    ),
    TradeOff(
        name="8 winners against need",
        x="profit gained by firms above the poorest 40 %",
        y="profit gained by the poorest 40 %",
        sign=-1,
        lever="criteria",
        grid=(0.0, 0.25, 0.5, 0.75, 1.0),
        at=winners_or_needy,
        measure=gain_of_rich_and_poor,
        values={
            **ALONE,
            **ONCE,
            **ENDLESS,
            **NO_RIVALRY,
            **SAME_FIRMS,
            "application_base": 0.05,
        },
        levers={"coaching.places": 100.0},
        out_values=ALL_ALIKE,
        paired=True,
        hotels_a_class=0,
    ),
    TradeOff(
        name="13 quick wins against durable learning",
        x="profit gained by coached firms in the first year",
        y="share of it left two years later",
        sign=-1,
        lever="mentors' time",
        grid=(0.0, 0.25, 0.5, 0.75, 1.0),
        at=trade_secrets_or_practice,
        measure=gain_and_what_is_left,
        # Nothing else makes gains last or end: no growth, no exit, no quality, whole matches.
        values={
            **ALONE,
            **SAME_FIRMS,
            "credit_line": 1e6,
            "informal_line": 1e6,
            "normal_utilisation": 0.6,
            "wage_pressure": 0.0,
            "peer_learning": 0.0,
            "coaching_quality": 0.0,
            "dropout_base": 0.0,
            "dropout_misfit": 0.0,
            "application_base": 0.1,
        },
        levers={},
        # As fast as practice.
        out_values={"information_forgetting": 0.0068},
        paired=True,
    ),
)
