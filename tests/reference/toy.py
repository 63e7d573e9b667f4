"""Small worlds with round numbers, for cases worked out by hand."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from tests.reference.state import (
    GENUINE,
    NONE,
    PAPER,
    Buyer,
    Firm,
    Good,
    Line,
    Link,
    Rule,
    World,
)

# Round numbers, not the registry's: these cases are worked out by hand.
PARAMETERS = {
    "practice_productivity": 0.0,
    "information_productivity": 0.0,
    "productivity_capacity": 0.0,
    "unit_cost": 0.5,
    "cost_elasticity": 0.4,
    "practice_forgetting": 0.01,
    "information_forgetting": 0.1,
    "quality_decay": 0.0,
    "fixed_cost": 0.1,
    "normal_utilisation": 0.8,
    "cash_sale_finance": 0.25,
    "formal_rate": 0.01,
    "informal_rate": 0.05,
    "drawing_share": 0.5,
    "surplus_drawing": 0.5,
    "late_probability": 0.4,
    "late_trust": 0.5,
    "late_days": 60.0,
    "payment_rule_effect": 0.5,
    "trust_start": 0.3,
    "trust_gain": 0.06,
    "trust_loss_defect": 0.15,
    "trust_loss_late": 0.15,
    "trust_decay": 0.0,
    "minimum_lot": 0.25,
    "buyer_shock_size": 0.5,
    "sample_weight": 3.0,
    "certified_sample": 0.5,
    "practice_steadiness": 0.5,
    "standard_steadiness": 0.5,
    "load_threshold": 0.9,
    "spoilage_share": 0.5,
    "neutral_trust": 0.5,
    "search_months": 12.0,
    "growth_cap": 0.02,
    "youth_months": 12.0,
    "insolvency_months": 2.0,
    "entry_pull": 2.0,
    "quality_tolerance": 0.05,
    "refusal_trust": 0.1,
    "certificate_hazard": 0.5,
    "certificate_cost": 5.0,
    "transport_cost": 0.01,
    "drop_cost": 0.02,
    "spoilage_weight": 0.2,
    "risk_weight": 1.0,
    "quality_noise": 0.1,
    "search_cost": 1.2,
    "relation_cost": 0.1,
    "quality_weight": 1.5,
    "trust_weight": 0.25,
    "switching_cost": 0.15,
    "pledged_share": 0.1,
    "paper_cost": 0.01,
    "reputation_genuine": 0.02,
    "reputation_paper": 0.015,
    "audit_erosion": 0.7,
    "sanction_probability": 0.2,
    "sanction_escalation": 0.5,
    "sanction_delay": 3.0,
    "belief_learning": 0.2,
    "belief_news": 0.1,
    "displacement": 0.5,
    "market_growth": 0.0,
    "quality_attraction": 0.0,
    "practice_attraction": 0.0,
    "information_attraction": 0.0,
    "price_attraction": 0.0,
    "supplying_practice": 0.1,
    "supplying_quality": 0.5,
    "peer_learning": 0.2,
    "exit_base": 0.0,
    "exit_weak": 0.0,
    "exit_slope": 30.0,
    "exit_reference": 0.5,
    "exit_young": 0.0,
    "entry_rate": 0.1,
    "entry_response": 1.0,
}


def make_world(**attributes: Any) -> World:
    """A world with the round parameters, `params` replacing some."""
    params = SimpleNamespace(**{**PARAMETERS, **attributes.pop("params", {})})
    return World(params=params, **attributes)


def connect(
    world: World, buyer: Buyer, demand: float, links: dict[int, float], **line: Any
) -> Line:
    """Adds an order line of good 0 whose links have the given utilities by firm."""
    added = Line(buyer=buyer, good=0, demand=demand, **line)
    for index, value in links.items():
        link = Link(firm=world.firms[index], line=added, distance=1.0, utility=value)
        added.links.append(link)
        world.links.append(link)
    buyer.lines.append(added)
    world.lines.append(added)
    if buyer not in world.buyers:
        world.buyers.append(buyer)
    return added


class Fixed:
    """Draws that are the same for every key of a stream."""

    def __init__(self, **values: float) -> None:
        self.values = values

    def uniform(self, stream: str, *_: int, **__: int) -> float:
        return self.values.get(stream, 0.5)

    def normal(self, stream: str, *_: int, **__: int) -> float:
        return self.values.get(stream, 0.0)

    exponential = gumbel = normal


# Financeable of six firms, demand of three buyers, and utilities. One order a month, so the
# smallest part is a quarter of the demand: 2 for A, 1.5 for B, 1 for C.
#
# Round 1  A offers 5 to f0, 3 to f1; B 5 to f0 (the 1 left is too small); C 4 to f0.
#          f0 has 5 for 14: 25/14 for A is under 2 and released, B gets 25/14, C 20/14.
# Round 2  f0 has 25/14 left: too small for A, which adds 1 at f1; B and C ask for all of it and
#          get half each; B's other 34/14 goes to f2; C's other 11/14 is too small for f4.
# Round 3  B tops up f2 with its last 4/7 (9/28 stay unmet); C gives f4 the one it can make.
# Floor    A is genuine with a quota of 3/4: 6 less the 4 bought, so 2 from f5 at a cost of 0.05.
FINANCEABLE = (5.0, 4.0, 3.0, 2.0, 1.0, 6.0)
UTILITIES = {
    "A": (8.0, {0: 0.5, 1: 0.4, 5: -0.05}),
    "B": (6.0, {0: 0.6, 2: 0.3, 3: 0.2}),
    "C": (4.0, {0: 0.1, 4: 0.05, 3: -0.1}),
}
SOLUTION = {
    # buyer: {firm: quantity}
    "A": {0: 0.0, 1: 4.0, 5: 2.0},
    "B": {0: 75 / 28, 2: 3.0, 3: 0.0},
    "C": {0: 65 / 28, 4: 1.0, 3: 0.0},
}


def matching_world() -> World:
    world = make_world(
        firms=[Firm(slot=i, financeable=f) for i, f in enumerate(FINANCEABLE)],
        goods=[Good(orders=1.0)],
        rules={0: Rule(in_force=True, binding=True, quota=0.75, coverage=1.0, goods=(0,))},
    )
    modes = {"A": GENUINE, "B": NONE, "C": PAPER}
    for number, (name, (demand, links)) in enumerate(UTILITIES.items()):
        connect(world, Buyer(number=number, mode=modes[name]), demand, links)
    return world
