"""6 Buyers choose a mode: none, genuine or paper."""

from __future__ import annotations

from tests.reference.common import (
    covered_lines,
    escalation,
    feasible,
    floor_share,
    is_covered,
    near,
)
from tests.reference.state import NONE, Buyer, Draws, Rule, World


def best_within(world: World, buyer: Buyer) -> float:
    """ubar: the demand-weighted mean over covered goods of the best link within the radius."""
    rule = world.rule(buyer.kind)
    total = weighted = 0.0
    for line in covered_lines(world, buyer):
        best = -rule.price_cap
        for link in line.links:
            if feasible(world, link) and near(world, link):
                best = max(best, link.utility)
        total += line.demand
        weighted += line.demand * best
    return weighted / total


def sanction_feared(world: World, buyer: Buyer) -> float:
    """S: what a month without compliance would cost if visited, as a share of demand."""
    if not world.rule(buyer.kind).binding:
        return 0.0
    demand = sum(line.demand for line in covered_lines(world, buyer))
    fine = world.levers.fine * escalation(world, buyer)
    return float(world.params.sanction_probability * fine / (demand / buyer.ratio))


def unmasked(world: World, rule: Rule) -> float:
    """Share of the reputation of papers that published inspections take away."""
    return float(world.params.audit_erosion * rule.audit_publication)


def reputations(world: World, rule: Rule) -> tuple[float, float]:
    """What publicity is worth to those that buy and to those that only report."""
    p = world.params
    bought = p.reputation_genuine * rule.publicity
    return bought, p.reputation_paper * rule.publicity * (1.0 - unmasked(world, rule))


def mode_values(world: World, buyer: Buyer) -> tuple[float, float, float]:
    """Value of none, genuine and paper, as shares of the buyer's demand for covered goods."""
    rule, depth = world.rule(buyer.kind), world.levers.depth
    sanction = sanction_feared(world, buyer)
    bought, reported = reputations(world, rule)
    none = -buyer.belief * sanction
    genuine = floor_share(world, rule) * best_within(world, buyer) + bought
    paper = -world.params.paper_cost - buyer.belief * depth * sanction + reported
    return none, genuine, paper


def choose(values: tuple[float, float, float], tastes: list[float], scale: float) -> int:
    """The option of the largest value plus lasting taste; the first of equals."""
    scores = [v / scale + taste for v, taste in zip(values, tastes, strict=True)]
    return scores.index(max(scores))


def mode(world: World, draws: Draws) -> None:
    """Covered buyers choose in every third month; the others are in mode none."""
    for buyer in world.buyers:
        buyer.covered = is_covered(world, buyer, draws)
        if not buyer.covered or not covered_lines(world, buyer):
            buyer.mode = NONE
        elif world.month % 3 == 0:
            tastes = [draws.gumbel("mode", 0, buyer.number, index=i) for i in range(3)]
            buyer.mode = choose(mode_values(world, buyer), tastes, world.params.choice_scale)
