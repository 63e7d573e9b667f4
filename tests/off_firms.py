"""Processes of firms and their markets that can be switched off."""

from __future__ import annotations

from sim.world import World
from tests.off import Off, endless, never, nothing, one, zero
from tests.reference.common import positive
from tests.reference.exit_entry import weakness, youth
from tests.reference.state import Draws, Firm
from tests.reference.state import World as Objects

ENDLESS = {"credit_line": 1e6, "informal_line": 1e6}
NO_CREDIT = {"credit_line": 0.0, "informal_line": 0.0}
MARKETPLACE = {"platform_on": 1.0}
NO_HAZARD = {"exit_base": 0.0, "exit_weak": 0.0, "exit_young": 0.0}


def age_firms(world: Objects, draws: Draws) -> None:
    """What is left of step 18 without exit and entry: firms grow older."""
    for firm in world.living():
        firm.age += 1


def paid_from_cash(world: Objects, firm: Firm) -> float:
    """Orders that cash alone finances."""
    return positive(firm.cash - world.params.fixed_cost * firm.capacity) / firm.unit_cost


def sold_from_cash(world: Objects, firm: Firm) -> float:
    """Local sales that cash alone finances."""
    left = positive(firm.cash - firm.unit_cost * firm.ordered)
    return float(left / (firm.unit_cost * world.params.cash_sale_finance))


def in_debt_for_months(world: World, firm: Firm) -> bool:
    """Insolvency where nobody lends."""
    firm.insolvent_months = firm.insolvent_months + 1 if firm.cash < 0.0 else 0
    return firm.insolvent_months >= world.params.insolvency_months


def off_the_edge(world: World) -> None:
    """Moves normal utilisation by a hair, for the kernel and for the oracles, which read it here.

    At month 0 a market with one firm spends exactly normal utilisation times its capacity. Where
    productivity does not matter, the firm then works at exactly normal utilisation, and whether it
    counts as busy (step 17) hangs on the last bit, which kernel and oracle may round differently,
    with or without the step looked at here.
    """
    world.params["normal_utilisation"] += 1e-6


def early_places(world: World) -> None:
    """Places from month 4 on: successes are seen a year after the first admissions."""
    off_the_edge(world)
    world.policy.levers["coaching_places"][4:] = 40.0
    world.attach(world.policy)


def inform(world: World) -> None:
    """Gives firms information, which otherwise comes from mentors only."""
    world.tables.firms["information"] = 0.5


COACHING: tuple[tuple[str, dict[str, float], dict[str, object]], ...] = (
    ("all", {}, {"applications": None, "selection": None, "coaching": None}),
    ("practice of mentors", {"mentor_practice": 0.0}, {"coaching.practice_taught": zero}),
    ("practice of classes", {"class_practice": 0.0}, {"coaching.practice_taught": zero}),
    ("information", {"mentor_information": 0.0}, {"coaching.information_given": zero}),
    ("quality", {"coaching_quality": 0.0}, {"coaching.quality_coached": zero}),
    ("intensity", {"intensity_exponent": 0.0}, {"coaching.intensity": one}),
    (
        "dropping out",
        {"dropout_base": 0.0, "dropout_misfit": 0.0},
        {"coaching.staying_away": zero},
    ),
    (
        "word of mouth",
        {"word_of_mouth": 0.0, "coaching_renown": 0.0},
        {"applications.successes": zero},
    ),
)

FIRMS = (
    # 1 and 2
    Off(
        "shocks",
        {"productivity_sd": 0.0, "buyer_shock_hazard": 0.0},
        {"shocks": None},
        edit=off_the_edge,
    ),
    Off(
        "shocks of productivity",
        {"productivity_sd": 0.0},
        {"shocks.shock_productivity": nothing},
        edit=off_the_edge,
    ),
    Off("shocks of buyers", {"buyer_shock_hazard": 0.0}, {"shocks.shock_buyers": nothing}),
    Off(
        "forgetting of practice",
        {"practice_forgetting": 0.0},
        {"forgetting_and_cost.forget_practice": nothing},
    ),
    Off(
        "forgetting of information",
        {"information_forgetting": 0.0},
        {"forgetting_and_cost.forget_information": nothing},
        edit=inform,
    ),
    Off(
        "decay of learned quality",
        {"quality_decay": 0.0},
        {"forgetting_and_cost.forget_quality": nothing},
    ),
    Off(
        "practice and information in efficiency",
        {"practice_productivity": 0.0, "information_productivity": 0.0},
        {"common.efficiency": one},
        edit=inform,
    ),
    Off("efficiency in cost", {"cost_elasticity": 0.0}, {"common.efficiency": one}),
    Off(
        "productivity in output",
        {"productivity_capacity": 0.0},
        {"forgetting_and_cost.largest_output": lambda _, firm: firm.capacity},
        edit=off_the_edge,
    ),
    # 4
    Off("grants", {}, {"grants": None}, scenario="cash_grant", null_scenario="no_policy"),
    *(
        Off(
            f"coaching: {name}",
            null,
            without,
            scenario="voluntary_coaching_class" if "class" in name else "voluntary_coaching",
            null_scenario="no_policy" if name == "all" else None,
            # A place for many a firm of a small town, and less than a full match a place.
            values={"mentor_full_cost": 9.0, "application_base": 0.03, "content_width": 0.15},
            edit=early_places if name == "word of mouth" else off_the_edge,
        )
        for name, null, without in COACHING
    ),
    # 7 and 10
    Off(
        "limits of cash",
        ENDLESS,
        {"financeable.affordable": endless, "room.affordable": endless},
        values={"informal_line": 0.0},
    ),
    Off(
        "credit",
        NO_CREDIT,
        {
            "financeable.affordable": paid_from_cash,
            "room.affordable": sold_from_cash,
            "exit_entry.is_insolvent": in_debt_for_months,
        },
    ),
    # 11
    Off(
        "supply behind wholesalers",
        {"displacement": 0.0},
        {"local_market.wholesale": lambda _: ({}, 0.0)},
    ),
    Off("growth of markets", {"market_growth": 0.0}, {"local_market.growth": one}),
    Off(
        "attraction of customers",
        {f"{name}_attraction": 0.0 for name in ("quality", "practice", "information", "price")},
        {"local_market.attractiveness": zero},
        edit=inform,
    ),
    # 13
    Off("interest", {"formal_rate": 0.0, "informal_rate": 0.0}, {"money.interest": zero}),
    Off("drawings", {"drawing_share": 0.0, "surplus_drawing": 0.0}, {"money.drawings": zero}),
    # 16 and 17
    Off(
        "learning",
        {"supplying_practice": 0.0, "supplying_quality": 0.0, "peer_learning": 0.0},
        {"learning": None},
    ),
    Off("practice from supplying", {"supplying_practice": 0.0}, {"learning.by_supplying": zero}),
    Off("practice from neighbours", {"peer_learning": 0.0}, {"learning.from_peers": zero}),
    Off("quality from buyers", {"supplying_quality": 0.0}, {"learning.quality_taught": zero}),
    Off(
        "investment",
        {"investment_rate": 0.0, "cash_investment": 0.0, "capacity_sd": 0.0},
        {"investment": None},
    ),
    Off("growth towards demand", {"investment_rate": 0.0}, {"investment.follow": zero}),
    Off("growth from idle cash", {"cash_investment": 0.0}, {"investment.from_idle_cash": zero}),
    Off("chance in growth", {"capacity_sd": 0.0}, {"investment.noise": zero}),
    # 18
    Off(
        "exit and entry",
        {**NO_HAZARD, **ENDLESS, "entry_rate": 0.0},
        {"exit_entry": age_firms},
    ),
    Off("exit by chance", NO_HAZARD, {"exit_entry.is_drawn_to_close": never}),
    Off(
        "exit of anyone",
        {"exit_base": 0.0},
        {"exit_entry.exit_hazard": lambda world, firm: weakness(world, firm) + youth(world, firm)},
    ),
    Off("exit of the weak", {"exit_weak": 0.0}, {"exit_entry.weakness": zero}),
    Off("exit of the young", {"exit_young": 0.0}, {"exit_entry.youth": zero}),
    Off(
        "insolvency",
        ENDLESS,
        {"exit_entry.is_insolvent": never},
        values=NO_CREDIT,
    ),
    Off("entry", {"entry_rate": 0.0}, {"exit_entry.entry": nothing}),
    Off("response of entry to profit", {"entry_response": 0.0}, {"entry.response": zero}),
    # 9
    Off(
        "platform",
        {"platform_on": 0.0},
        {"online_market": nothing, "shops": nothing},
        values=MARKETPLACE,
    ),
    Off(
        "ranking",
        {"ranking_power": 0.0},
        {"online_choice.ranked": one},
        values=MARKETPLACE,
    ),
    Off("ratings", {"rating_weight": 0.0}, {"online_choice.liked": one}, values=MARKETPLACE),
    Off("returns", {"online_returns": 0.0}, {"online_choice.sent_back": zero}, values=MARKETPLACE),
    # 19
    Off("pressure on wages", {"wage_pressure": 0.0}, {"accounts.wage_pressure": nothing}),
)
