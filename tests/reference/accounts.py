"""19 Accounts: wage pressure, public cost, hotel cost, measured states."""

from __future__ import annotations

from tests.reference.common import covered_lines, positive, search_factor
from tests.reference.measured import measure
from tests.reference.state import HOTEL, PAPER, Buyer, Draws, World


def wage_pressure(world: World) -> None:
    """Rise of everyone's unit cost of next month, with hired labour above the last year's.

    Labour of a month is that of its firms in step 13, those that close in step 18 among them.
    """
    world.pressure = 0.0
    if world.month >= world.burn_in - 1:
        year = [world.labour[world.burn_in - back] for back in range(12, 0, -1)]
        usual = sum(year) / len(year)
        excess = world.labour[world.month] / usual - 1.0 if usual > 0.0 else 0.0
        world.pressure = world.params.wage_pressure * positive(excess)


def extra_cost(world: World, buyer: Buyer) -> float:
    """What buying from UMKM costs the buyer this month above its usual supply, fines left out."""
    p, cost = world.params, 0.0
    for line in buyer.lines:
        good = world.goods[line.good]
        for link in line.links:
            if link.order > 0.0:
                landed = link.firm.price * (1.0 + p.transport_cost * link.distance)
                cost += link.order * (landed - good.incumbent_price_ratio)
                cost += buyer.ratio * p.drop_cost * good.orders
            if link.active:
                cost += buyer.ratio * p.relation_cost
                # The month's age counts this month, so that as many months are charged.
                if link.age <= p.search_months:
                    search = p.search_cost / p.search_months
                    cost += buyer.ratio * search * search_factor(world, link)
    if buyer.mode == PAPER:
        cost += p.paper_cost * sum(line.demand for line in covered_lines(world, buyer))
    return float(cost)


def accounts(world: World, draws: Draws) -> None:
    """Books the month; public cost is the region's, hotel cost is a room-night's."""
    p, levers = world.params, world.levers
    wage_pressure(world)
    paid_out = world.granted * world.scale * (1.0 + p.grant_administration)
    paid_out += world.scale * world.coaching_cost
    world.public_cost = (
        levers.office + levers.hours * p.inspector_wage + paid_out + world.platform_cost
    )
    world.public_cost += world.scale * world.registered * p.registration_cost
    world.public_cost += levers.events * p.event_cost
    world.fines_paid = total = nights = 0.0
    for buyer in world.buyers:
        due = world.month % len(buyer.fines_due)
        fine, buyer.fines_due[due] = buyer.fines_due[due], 0.0
        buyer.cost = extra_cost(world, buyer) + buyer.ratio * fine
        world.fines_paid += fine
        if buyer.kind == HOTEL:
            total += world.scale * buyer.cost
            nights += buyer.weight * buyer.room_nights
    world.hotel_cost = total / nights if nights > 0.0 else 0.0
    measure(world, draws)
