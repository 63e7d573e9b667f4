"""Small definitions of docs/processes.md that several processes share."""

from __future__ import annotations

import math

from tests.reference.state import AGENCY, Buyer, Draws, Firm, Good, Line, Link, Rule, World


def clip(value: float, low: float, high: float) -> float:
    """The value, kept between low and high."""
    return min(max(value, low), high)


def positive(value: float) -> float:
    """(a)+ = max(0, a)."""
    return max(0.0, value)


def quality(firm: Firm) -> float:
    """Quality as a customer meets it, q."""
    return clip(firm.base_quality + firm.learned_quality, 0.0, 1.0)


def efficiency(world: World, firm: Firm) -> float:
    """What practice and information make of one unit of input, A."""
    p = world.params
    log_a = p.practice_productivity * firm.practice
    log_a += p.information_productivity * firm.information
    return math.exp(log_a)


def unit_cost(world: World, firm: Firm) -> float:
    """Variable cost of one unit of output, v."""
    p = world.params
    level = efficiency(world, firm) ** -p.cost_elasticity
    return float(p.unit_cost * firm.cost_factor * level * (1.0 + world.pressure))


def normal_profit(world: World, firm: Firm) -> float:
    """Profit of a month at normal utilisation, n."""
    p = world.params
    share = p.normal_utilisation
    margin = share * firm.price - firm.unit_cost * share - p.fixed_cost
    return float(firm.capacity * margin)


def working_cash(world: World, firm: Firm) -> float:
    """Cash that stays in the firm, c_min."""
    p = world.params
    stock = firm.unit_cost * p.normal_utilisation * firm.capacity
    return float(p.fixed_cost * firm.capacity + p.cash_sale_finance * stock)


def interval(good: Good) -> int:
    """Months between orders, P."""
    return 1 if good.orders >= 1.0 else round(1.0 / good.orders)


def season(world: World, line: Line) -> float:
    """Months of demand that an agency orders this month."""
    place = (world.month + line.phase) % 12
    if line.interval == 1:
        return 2.0 * (line.second_half if place >= 6 else 1.0 - line.second_half)
    batch = (12 - place) % 12 < line.batches
    return 12.0 / line.batches if batch else 0.0


def due(world: World, line: Line) -> bool:
    """Whether the line orders this month."""
    if line.buyer.kind == AGENCY:
        return season(world, line) > 0.0
    months = interval(world.goods[line.good])
    return months == 1 or (world.month + line.phase) % months == 0


def is_covered(world: World, buyer: Buyer, draws: Draws) -> bool:
    """Whether the buyer is covered (the month is left out: the same buyers stay covered)."""
    rule = world.rule(buyer.kind)
    return rule.in_force and draws.uniform("coverage", 0, buyer.number) < rule.coverage


def covered_lines(world: World, buyer: Buyer) -> list[Line]:
    """The buyer's lines of goods that its kind's rule names."""
    goods = world.rule(buyer.kind).goods
    return [line for line in buyer.lines if line.good in goods]


def escalation(world: World, buyer: Buyer) -> float:
    """Factor on the fine of a buyer that was sanctioned before."""
    return float(1.0 + world.params.sanction_escalation * buyer.sanctions)


def floor_share(world: World, rule: Rule) -> float:
    """phi: the quota, or under a memorandum what a buyer that joins means to buy."""
    return float(rule.quota if rule.binding else world.params.pledged_share)


def perceived(world: World, link: Link) -> float:
    """Quality as the buyer believes it, q_hat."""
    weight = world.params.sample_weight
    return float((weight * link.sample + link.quality_sum) / (weight + link.deliveries))


def key_of(link: Link) -> tuple[int, int, int, int]:
    """Fields of the draws of a link."""
    firm, line = link.firm, link.line
    return firm.slot, line.buyer.number + 1, firm.generation, line.good


def asks_certificate(world: World, line: Line) -> bool:
    """Whether the line takes only firms with the good's certificate, or entry on the catalogue."""
    return line.need_certificate and world.rule(line.buyer.kind).gate


def keeps_cold(line: Line, firm: Firm) -> bool:
    """Whether the firm has a cold chain if the line needs one."""
    return not line.need_cold_chain or firm.cold_chain


def holds(world: World, line: Line, firm: Firm) -> bool:
    """Whether the firm has the certificate and cold chain that the line needs."""
    certificate = not asks_certificate(world, line) or bool(firm.certificates >> line.good & 1)
    return certificate and keeps_cold(line, firm)


def good_enough(world: World, link: Link) -> bool:
    """Whether the buyer believes that the firm reaches its standard."""
    return perceived(world, link) >= link.line.buyer.standard - world.params.quality_tolerance


def agrees(world: World, link: Link) -> bool:
    """Whether the firm would still deliver to the buyer."""
    return bool(link.trust_firm >= world.params.refusal_trust)


def near(world: World, link: Link) -> bool:
    """Whether what the firm delivers counts for the floor."""
    return link.distance <= world.rule(link.line.buyer.kind).radius and not link.barred


def search_factor(world: World, link: Link) -> float:
    """What is left of the cost of a new relation where both met at an event of late."""
    both = min(link.firm.event_until, link.line.buyer.event_until)
    return float(1.0 - world.params.event_search_cut) if both > world.month else 1.0


def willing(world: World, link: Link) -> bool:
    """Feasible but for certificate and cold chain."""
    return link.firm.alive and good_enough(world, link) and agrees(world, link)


def feasible(world: World, link: Link) -> bool:
    """Whether the buyer could order from the firm at all."""
    return willing(world, link) and holds(world, link.line, link.firm)
