"""6 Buyers value their candidates."""

from __future__ import annotations

import math

from tests.reference.common import (
    asks_certificate,
    clip,
    interval,
    key_of,
    perceived,
    positive,
    quality,
    search_factor,
)
from tests.reference.state import AGENCY, Draws, Link, World


def first_sample(world: World, link: Link, draws: Draws) -> float:
    """Quality as the buyer sees it before any delivery; a certificate makes it surer."""
    firm, line = link.firm, link.line
    certified = asks_certificate(world, line) and firm.certificates >> line.good & 1
    spread = world.params.sample_sd * (world.params.certified_sample if certified else 1.0)
    noise = draws.normal("sample", 0, *key_of(link))
    return clip(quality(firm) + spread * noise, 0.0, 1.0)


def taste_of_link(world: World, link: Link, draws: Draws) -> float:
    """Lasting liking of a buyer for a firm."""
    return float(world.params.link_taste_sd * draws.normal("taste", 0, *key_of(link)))


def reset_link(world: World, link: Link, draws: Draws) -> None:
    """Meets the new firm at the site: a fresh sample, trust and taste."""
    p, firm, good = world.params, link.firm, world.goods[link.line.good]
    link.generation = firm.generation
    link.trust_buyer = link.trust_firm = p.trust_start
    link.active = False
    link.age = 0
    link.quality_sum = link.deliveries = 0.0
    link.sample = first_sample(world, link, draws)
    link.taste = taste_of_link(world, link, draws)
    own = (firm.slot, 0, firm.generation, link.line.good)
    u_shelf, u_lead = (draws.uniform("shelf", 0, *own, index=i) for i in (0, 1))
    link.shelf = good.shelf_low + (good.shelf_high - good.shelf_low) * u_shelf
    link.lead = good.lead_low + (good.lead_high - good.lead_low) * u_lead


def terms(world: World, link: Link) -> dict[str, float]:
    """What makes up the value of a living firm's link, by name, as shares of what is bought."""
    p, firm, line = world.params, link.firm, link.line
    good, standard = world.goods[line.good], line.buyer.standard
    orders, loose = good.orders, 1.0 - good.standardisation
    days = 30.0 / orders
    need = line.demand / line.buyer.ratio
    price = firm.price / good.incumbent_price_ratio
    noise = p.quality_noise * (1.0 - p.practice_steadiness * firm.practice)
    noise *= 1.0 - p.standard_steadiness * good.standardisation
    months = interval(good)
    if line.buyer.kind == AGENCY:
        months = line.interval / line.batches
    order = min(need, firm.y_max / months)
    is_new = link.age < p.search_months
    spoiled = p.spoilage_share * days / (days + link.shelf)
    spoiled += (1.0 - p.spoilage_share) * link.lead / (link.lead + days)
    search = p.search_cost / p.search_months * search_factor(world, link) / order
    return {
        "price": 1.0 - price,
        "transport": -price * p.transport_cost * link.distance,
        "drops": -p.drop_cost * orders / need,
        "quality": -p.quality_weight * positive(standard - perceived(world, link)),
        "spoilage": -p.spoilage_weight * spoiled,
        "risk": -p.risk_weight * loose * noise,
        "search": -search if is_new else 0.0,
        "relation": -p.relation_cost / order,
        "trust": p.trust_weight * (link.trust_buyer - p.neutral_trust),
        "switching": 0.0 if link.active else -p.switching_cost,
        "taste of the line": line.taste,
        "taste of the link": link.taste,
    }


def utility(world: World, link: Link) -> float:
    """Value of a link to its buyer, as a share of what it would buy."""
    if not link.firm.alive:
        return -math.inf
    return sum(terms(world, link).values())


def value(world: World, draws: Draws) -> None:
    """Resets links to new firms and sets the utility of every link."""
    for link in world.links:
        if link.firm.alive and link.generation != link.firm.generation:
            reset_link(world, link, draws)
        link.utility = utility(world, link)
