"""6 Buyers value their candidates."""

from __future__ import annotations

import math

from tests.reference.common import clip, interval, perceived, positive, quality
from tests.reference.state import Draws, Link, World


def reset_link(world: World, link: Link, draws: Draws) -> None:
    """Meets the new firm at the site: a fresh sample, trust and taste."""
    p, firm, good = world.params, link.firm, world.goods[link.line.good]
    key = (firm.slot, link.line.buyer.number + 1, firm.generation, link.line.good)
    certified = link.line.need_certificate and firm.certificates >> link.line.good & 1
    spread = p.sample_sd * (0.5 if certified else 1.0)
    link.generation = firm.generation
    link.trust_buyer = link.trust_firm = p.trust_start
    link.active = False
    link.age = 0
    link.quality_sum = link.deliveries = 0.0
    link.sample = clip(quality(firm) + spread * draws.normal("sample", 0, *key), 0.0, 1.0)
    link.taste = p.link_taste_sd * draws.normal("taste", 0, *key)
    own = (firm.slot, 0, firm.generation, link.line.good)
    u_shelf, u_lead = (draws.uniform("shelf", 0, *own, index=i) for i in (0, 1))
    link.shelf = good.shelf_low + (good.shelf_high - good.shelf_low) * u_shelf
    link.lead = good.lead_low + (good.lead_high - good.lead_low) * u_lead


def utility(world: World, link: Link) -> float:
    """Value of a link to its buyer, as a share of what it would buy."""
    p, firm, line = world.params, link.firm, link.line
    good, standard = world.goods[line.good], line.buyer.standard
    if not firm.alive:
        return -math.inf
    orders, loose = good.orders, 1.0 - good.standardisation
    days = 30.0 / orders
    need = line.demand / line.buyer.ratio
    transported = firm.price * (1.0 + p.transport_cost * link.distance)
    landed = transported / good.incumbent_price_ratio + p.drop_cost * orders / need
    spoilage = p.spoilage_weight * (
        0.5 * days / (days + link.shelf) + 0.5 * link.lead / (link.lead + days)
    )
    noise = p.quality_noise * (1.0 - 0.5 * firm.practice) * (1.0 - 0.5 * good.standardisation)
    risk = p.risk_weight * loose * noise
    search = p.search_cost / 12.0 if not link.active or link.age < 12 else 0.0
    admin = (search + p.relation_cost) / min(need, firm.y_max / interval(good))
    return float(
        -(landed - 1.0)
        - p.quality_weight * positive(standard - perceived(world, link))
        - spoilage
        - risk
        - admin
        + p.trust_weight * (link.trust_buyer - 0.5)
        - p.switching_cost * (0.0 if link.active else 1.0)
        + line.taste
        + link.taste
    )


def value(world: World, draws: Draws) -> None:
    """Resets links to new firms and sets the utility of every link."""
    for link in world.links:
        if link.firm.alive and link.generation != link.firm.generation:
            reset_link(world, link, draws)
        link.utility = utility(world, link)
