"""Step 6, first half: what each candidate is worth to a buyer (P8, P9)."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from sim.draws import STREAM_SAMPLE, STREAM_SHELF, STREAM_TASTE, normal, uniform_pair
from sim.jit import Integer, jit
from sim.tables import Record, Rows

__all__ = ["perceived", "redraw_candidates", "reset_link", "search_factor", "value_links"]


@jit
def redraw_candidates(
    lines: Rows,
    links: Rows,
    reserve: npt.NDArray[np.int32],
    reserve_distance: npt.NDArray[np.float64],
    places: int,
) -> None:
    """Each line gives `places` places without an active relation to the next of its reserve.

    The reserve goes on in the order of the first draw, so this is the same weighted draw without
    replacement carried further, and costs nothing that grows with the number of firms.
    """
    length = reserve.shape[1]
    for k in range(lines.size):
        size = lines[k].stop - lines[k].start
        given = 0
        seen = 0
        while given < places and seen < size:
            if lines[k].reserve_next >= length:
                break
            firm = reserve[k, lines[k].reserve_next]
            if firm < 0:
                break
            e = lines[k].start + lines[k].cursor
            lines[k].cursor = (lines[k].cursor + 1) % size
            seen += 1
            if links[e].active == 1:
                continue
            links[e].firm = firm
            links[e].distance = reserve_distance[k, lines[k].reserve_next]
            links[e].generation = -1
            lines[k].reserve_next += 1
            given += 1


@jit
def reset_link(
    firms: Rows,
    links: Rows,
    e: int,
    buyer_number: int,
    good: int,
    certificate_tells: bool,
    goods: npt.NDArray[np.void],
    p: Record,
    seed: Integer,
) -> None:
    """A buyer meets a firm it does not know: no trust, no history, one sample."""
    i = links[e].firm
    slot = firms[i].slot
    generation = firms[i].generation
    links[e].generation = generation
    links[e].trust_buyer = p.trust_start
    links[e].trust_firm = p.trust_start
    links[e].active = 0
    links[e].age = 0
    links[e].quality_sum = 0.0
    links[e].deliveries = 0.0
    sd = p.sample_sd
    if certificate_tells and (firms[i].certificates >> good) & 1 == 1:
        sd *= p.certified_sample
    deviation = normal(seed, STREAM_SAMPLE, 0, slot, buyer_number + 1, generation, good, 0)
    links[e].sample = min(1.0, max(0.0, firms[i].quality + sd * deviation))
    links[e].taste = p.link_taste_sd * normal(
        seed, STREAM_TASTE, 0, slot, buyer_number + 1, generation, good, 0
    )
    low, high = uniform_pair(seed, STREAM_SHELF, 0, slot, 0, generation, good, 0)
    g = goods[good]
    links[e].shelf = g.shelf_low + low * (g.shelf_high - g.shelf_low)
    links[e].lead = g.lead_low + high * (g.lead_high - g.lead_low)


@jit
def perceived(links: Rows, e: int, p: Record) -> float:
    """Quality as the buyer believes it: the first sample and all deliveries so far."""
    return (p.sample_weight * links[e].sample + links[e].quality_sum) / (
        p.sample_weight + links[e].deliveries
    )


@jit
def search_factor(firms: Rows, buyers: Rows, i: int, b: int, p: Record, month: int) -> float:
    """What is left of the cost of a new relation; less where both met at an event of late."""
    if buyers[b].event_until > month and firms[i].event_until > month:
        return 1.0 - p.event_search_cut
    return 1.0


@jit
def value_links(
    firms: Rows,
    buyers: Rows,
    lines: Rows,
    links: Rows,
    goods: npt.NDArray[np.void],
    rules: npt.NDArray[np.void],
    p: Record,
    seed: Integer,
    month: int,
) -> None:
    """Utility and feasibility of every link; the best of each line within the rule's radius.

    Utility is relative to the incumbent's price of one: landed price, quality below the standard,
    spoilage and stock-out, risk, search and administration over the value ordered, trust, the cost
    of switching, and lasting tastes of the buyer and of the link.
    """
    for k in range(lines.size):
        b = lines[k].buyer
        good = lines[k].good
        g = goods[good]
        rule = rules[month, buyers[b].kind]
        # Costs of a relation are weighed against what one buyer needs, whatever it stands for.
        demand = lines[k].demand / buyers[b].ratio
        between = 30.0 / g.orders
        drops = p.drop_cost * g.orders / demand
        spread = p.quality_noise * (1.0 - p.standard_steadiness * g.standardisation)
        # The spread counts where goods are not standardised, hence the factor once more.
        risk_factor = p.risk_weight * (1.0 - g.standardisation) * spread
        standard = buyers[b].standard
        needs_certificate = lines[k].need_certificate == 1 and rule.gate > 0.0
        needs_cold = lines[k].need_cold_chain == 1
        best = -math.inf
        lines[k].worthwhile = 0
        for e in range(lines[k].start, lines[k].stop):
            i = links[e].firm
            links[e].feasible = 0
            links[e].lacks_only = 0
            links[e].near = 1 if links[e].distance <= rule.radius else 0
            if firms[i].alive == 0:
                links[e].utility = -math.inf
                links[e].active = 0
                continue
            if links[e].generation != firms[i].generation:
                reset_link(
                    firms, links, e, buyers[b].number, good, needs_certificate, goods, p, seed
                )
            landed = (
                firms[i].price * (1.0 + p.transport_cost * links[e].distance) / g.price_ratio
                + drops
            )
            shelf = links[e].shelf
            lead = links[e].lead
            spoilage = p.spoilage_weight * (
                p.spoilage_share * between / (between + shelf)
                + (1.0 - p.spoilage_share) * lead / (lead + between)
            )
            risk = risk_factor * (1.0 - p.practice_steadiness * firms[i].practice)
            active = links[e].active == 1
            admin = p.relation_cost
            if links[e].age < p.search_months:
                left = search_factor(firms, buyers, i, b, p, month)
                admin += p.search_cost / p.search_months * left
            admin /= min(demand, firms[i].y_max * lines[k].batches / lines[k].interval)
            q_hat = perceived(links, e, p)
            utility = -(landed - 1.0)
            utility -= p.quality_weight * max(0.0, standard - q_hat)
            utility -= spoilage + risk + admin
            utility += p.trust_weight * (links[e].trust_buyer - p.neutral_trust)
            if not active:
                utility -= p.switching_cost
            utility += lines[k].taste + links[e].taste
            links[e].utility = utility
            if q_hat < standard - p.quality_tolerance or links[e].trust_firm < p.refusal_trust:
                continue
            certified = not needs_certificate or (firms[i].certificates >> good) & 1 == 1
            cold = not needs_cold or firms[i].cold_chain == 1
            if certified and cold:
                links[e].feasible = 1
                if utility > 0.0:
                    lines[k].worthwhile = 1
                if links[e].near == 1 and utility > best:
                    best = utility
            else:
                links[e].lacks_only = 1
        lines[k].best = best
