"""Steps 12, 13 and 15 of the links: delivered quality, invoices, trust (P2, P12, P13)."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from sim.draws import STREAM_DAYS, STREAM_LATE, STREAM_QUALITY, normal, uniform
from sim.jit import Integer, jit
from sim.processes.pooling import pool_quality
from sim.processes.value import search_factor
from sim.tables import (
    KIND_HOTEL,
    MODE_PAPER,
    RECEIVABLE_MONTHS,
    Record,
    Rows,
)

__all__ = [
    "account_buyers",
    "deliver",
    "delivered_quality",
    "invoice",
    "made_quality",
    "months_until_paid",
    "update_trust",
]


@jit
def delivered_quality(
    firms: Rows,
    shops: Rows,
    links: Rows,
    e: int,
    standardisation: float,
    buyer_number: int,
    good: int,
    p: Record,
    seed: Integer,
    month: int,
) -> float:
    """Quality of what one firm makes for a buyer: q + noise - load stress."""
    i = links[e].firm
    deviation = normal(
        seed,
        STREAM_QUALITY,
        month,
        firms[i].slot,
        buyer_number + 1,
        firms[i].generation,
        good,
        0,
    )
    online = shops[i].quantity if shops.size > 0 else 0.0
    return made_quality(firms[i], online, standardisation, deviation, p)


@jit
def made_quality(
    f: Record, online: float, standardisation: float, deviation: float, p: Record
) -> float:
    """Quality of what a firm makes this month: q + noise - load stress, within 0 to 1.

    Args:
        f: the firm, with its orders and local sales.
        online: quantity it sold online.
        standardisation: of the good, 0 to 1; steadies the quality.
        deviation: a standard normal draw.
        p: parameters.
    """
    output = f.ordered + f.local_sales / f.price + online
    utilisation = output / f.y_max
    sd = p.quality_noise * (1.0 - p.practice_steadiness * f.practice)
    sd *= 1.0 - p.standard_steadiness * standardisation
    stress = p.load_stress * max(0.0, utilisation - p.load_threshold)
    quality = f.quality + sd * deviation - stress
    return min(1.0, max(0.0, quality))


@jit
def months_until_paid(days: float, u: float) -> int:
    """Whole months of so many days, the remainder by chance: u is a uniform draw."""
    months = math.floor(days / 30.0)
    if u < days / 30.0 - months:
        months += 1
    return min(months, RECEIVABLE_MONTHS - 1)


@jit
def deliver(
    firms: Rows,
    shops: Rows,
    links: Rows,
    e: int,
    standard: float,
    standardisation: float,
    buyer_number: int,
    good: int,
    p: Record,
    seed: Integer,
    month: int,
) -> None:
    """One delivery, below the standard a part is sent back; a pooled one has one quality."""
    if links[e].pooled == 1:
        quality = links[e].common
    else:
        quality = delivered_quality(
            firms, shops, links, e, standardisation, buyer_number, good, p, seed, month
        )
    links[e].quality_sum += quality
    links[e].deliveries += 1.0
    links[e].defect = 1 if quality < standard - p.quality_tolerance else 0
    links[e].returned = p.return_share * links[e].order if links[e].defect == 1 else 0.0


@jit
def invoice(
    firms: Rows,
    receivables: npt.NDArray[np.float64],
    links: Rows,
    cooperatives: Rows,
    e: int,
    payment_days: float,
    lever: Record,
    buyer_number: int,
    good: int,
    p: Record,
    seed: Integer,
    month: int,
) -> float:
    """Invoice of one delivery, booked into the month in which it will be paid; what is booked.

    A cooperative keeps its fee back of a pooled one: revenue is the whole, receivables the rest.
    """
    i = links[e].firm
    slot = firms[i].slot
    generation = firms[i].generation
    value = firms[i].price * (links[e].order - links[e].returned)
    chance = p.late_probability * min(
        1.0, max(0.0, 1.0 - p.late_trust * (links[e].trust_buyer - p.trust_start))
    )
    if lever.payment_rule > 0.0:
        chance *= 1.0 - p.payment_rule_effect
    u = uniform(seed, STREAM_LATE, month, slot, buyer_number + 1, generation, good, 0)
    days = min(payment_days, lever.max_days)
    links[e].late = 0
    if u < chance:
        links[e].late = 1
        days += p.late_days
    u = uniform(seed, STREAM_DAYS, month, slot, buyer_number + 1, generation, good, 0)
    months = months_until_paid(days, u)
    firms[i].invoiced += value
    if links[e].pooled == 1:
        fee = p.cooperative_fee * value
        c = firms[i].pool
        cooperatives[c].account += fee
        cooperatives[c].sales += value
        firms[i].fees += fee
        value -= fee
    receivables[(month + months) % RECEIVABLE_MONTHS, i] += value
    return value


@jit
def update_trust(links: Rows, e: int, p: Record) -> None:
    """Trust rises with dealings without fault, falls with defects and late payment, and fades.

    Without fading, at a share l of faults: T* = g (1 - l) / (g (1 - l) + b l).
    """
    if links[e].order > 0.0:
        trust = links[e].trust_buyer
        if links[e].defect == 1:
            links[e].trust_buyer = trust - p.trust_loss_defect * trust
        else:
            links[e].trust_buyer = trust + p.trust_gain * (1.0 - trust)
        trust = links[e].trust_firm
        if links[e].late == 1:
            links[e].trust_firm = trust - p.trust_loss_late * trust
        else:
            links[e].trust_firm = trust + p.trust_gain * (1.0 - trust)
    links[e].trust_buyer -= p.trust_decay * (links[e].trust_buyer - p.trust_start)
    links[e].trust_firm -= p.trust_decay * (links[e].trust_firm - p.trust_start)


@jit
def account_buyers(
    firms: Rows,
    shops: Rows,
    receivables: npt.NDArray[np.float64],
    buyers: Rows,
    lines: Rows,
    links: Rows,
    cooperatives: Rows,
    deals: Rows,
    goods: npt.NDArray[np.void],
    covers: npt.NDArray[np.uint8],
    lever: Record,
    p: Record,
    seed: Integer,
    month: int,
    flow: npt.NDArray[np.float64],
) -> None:
    """Deliver, invoice, learn, trust and book the buyers' extra cost, link by link.

    Args:
        firms: `invoiced` and `learning` are added to.
        shops: what firms sold online; may be empty.
        receivables: (8, firms), added to.
        buyers: `cost`, `late` are written.
        lines: `agreed` and `delivered` are written.
        links: orders become deliveries.
        cooperatives: fees are added to their accounts.
        deals: terms of payment of firms in a field experiment; may be empty.
        goods: properties.
        covers: (kinds, goods).
        lever: this month's row.
        p: parameters.
        seed: of the run.
        month: of the run.
        flow: sums over the sample are added: invoices in money net of fees, invoices, late,
            deliveries below standard, quantity returned, trust of buyers and of firms over
            active links, active links.
    """
    for b in range(buyers.size):
        buyers[b].cost = 0.0
        buyers[b].late = 0
    for k in range(lines.size):
        b = lines[k].buyer
        good = lines[k].good
        g = goods[good]
        number = buyers[b].number
        ratio = buyers[b].ratio
        is_paper = buyers[b].mode == MODE_PAPER and covers[buyers[b].kind, good] == 1
        if is_paper:
            buyers[b].cost += p.paper_cost * lines[k].demand
        lines[k].agreed = 0.0
        lines[k].delivered = 0.0
        due = lines[k].need > 0.0
        if lines[k].pooled == 1:
            _make_common(
                firms, shops, lines, links, k, g.standardisation, number, good, p, seed, month
            )
        for e in range(lines[k].start, lines[k].stop):
            i = links[e].firm
            if firms[i].alive == 0 or links[e].generation != firms[i].generation:
                continue
            order = links[e].order
            if order > 0.0:
                links[e].active = 1
                deliver(
                    firms,
                    shops,
                    links,
                    e,
                    buyers[b].standard,
                    g.standardisation,
                    number,
                    good,
                    p,
                    seed,
                    month,
                )
                days = min(buyers[b].payment_days, lever.max_days)
                if deals.size > 0:
                    deal = deals[i]
                    kind = buyers[b].kind
                    days = min(max(0.0, days - deal.sooner[kind]), deal.most_days[kind])
                flow[0] += invoice(
                    firms,
                    receivables,
                    links,
                    cooperatives,
                    e,
                    days,
                    lever,
                    number,
                    good,
                    p,
                    seed,
                    month,
                )
                flow[1] += 1.0
                flow[2] += links[e].late
                flow[3] += links[e].defect
                flow[4] += links[e].returned
                if links[e].late == 1:
                    buyers[b].late = 1
                lines[k].delivered += order - links[e].returned
                if links[e].near == 1:
                    lines[k].agreed += order - links[e].returned
                gap = max(0.0, buyers[b].standard - firms[i].quality)
                firms[i].learning += order * gap * links[e].trust_buyer
                buyers[b].cost += (
                    order
                    * (
                        firms[i].price * (1.0 + p.transport_cost * links[e].distance)
                        - g.price_ratio
                    )
                    + ratio * p.drop_cost * g.orders
                )
            elif due:
                links[e].active = 0
            if links[e].active == 1:
                buyers[b].cost += ratio * p.relation_cost
                if links[e].age < p.search_months:
                    factor = search_factor(firms, buyers, i, b, p, month)
                    buyers[b].cost += ratio * p.search_cost / p.search_months * factor
                links[e].age += 1
                flow[5] += links[e].trust_buyer
                flow[6] += links[e].trust_firm
                flow[7] += 1.0
            update_trust(links, e, p)


@jit
def _make_common(
    firms: Rows,
    shops: Rows,
    lines: Rows,
    links: Rows,
    k: int,
    standardisation: float,
    buyer_number: int,
    good: int,
    p: Record,
    seed: Integer,
    month: int,
) -> None:
    """Quality of what each cooperative delivers to a line."""
    start = lines[k].start
    stop = lines[k].stop
    own = np.zeros(stop - start)
    for e in range(start, stop):
        if links[e].pooled == 1 and links[e].order > 0.0:
            own[e - start] = delivered_quality(
                firms, shops, links, e, standardisation, buyer_number, good, p, seed, month
            )
    pool_quality(firms, links, start, stop, own, p)


@jit
def hotel_cost(buyers: Rows, scale: int) -> tuple[float, float]:
    """Extra cost of the hotels and their room-nights, over the region."""
    cost = 0.0
    nights = 0.0
    for b in range(buyers.size):
        if buyers[b].kind == KIND_HOTEL:
            cost += scale * buyers[b].cost
            nights += buyers[b].room_nights * buyers[b].weight
    return cost, nights
