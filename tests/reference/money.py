"""13 Money: invoices, receipts, interest, drawings, hired labour."""

from __future__ import annotations

import math

from tests.reference.common import clip, normal_profit, positive, working_cash
from tests.reference.state import Draws, Firm, Link, World


def months_to_payment(world: World, link: Link, draws: Draws) -> int:
    """Draws whether the invoice is paid late, and the month of payment from now."""
    p, firm, buyer = world.params, link.firm, link.line.buyer
    rule = world.levers.payment
    key = (firm.slot, buyer.number + 1, firm.generation, link.line.good)
    trusted = clip(1.0 - p.late_trust * (link.trust_buyer - p.trust_start), 0.0, 1.0)
    chance = p.late_probability * trusted
    days = buyer.payment_days
    if rule is not None:
        chance *= 1.0 - p.payment_rule_effect
        days = min(days, rule)
    link.late = draws.uniform("late", world.month, *key) < chance
    if link.late:
        days += p.late_days
    months = math.floor(days / 30.0)
    if draws.uniform("days", world.month, *key) < days / 30.0 - months:
        months += 1
    return min(months, 7)


def settle(world: World, firm: Firm) -> None:
    """Profit, cash and drawings of one firm, once its invoices are known."""
    p = world.params
    this = world.month % len(firm.receivables)
    firm.received, firm.receivables[this] = firm.receivables[this], 0.0
    fixed = p.fixed_cost * firm.capacity
    interest = (p.formal_rate if firm.formal else p.informal_rate) * positive(-firm.cash)
    costs = firm.unit_cost * firm.output + fixed + interest
    firm.revenue = firm.local_sales + firm.invoiced
    firm.profit = firm.revenue - costs
    firm.cash += firm.local_sales + firm.received - costs
    usual = p.drawing_share * positive(normal_profit(world, firm))
    wanted = usual + p.surplus_drawing * positive(firm.profit - usual)
    firm.drawings = min(positive(firm.cash - working_cash(world, firm)), wanted)
    firm.cash -= firm.drawings
    firm.hired += (firm.revenue / firm.sales_per_worker - firm.hired) / 3.0
    firm.profit_ring[world.month % 12] = firm.profit


def money(world: World, draws: Draws) -> None:
    """Invoices every delivery, then settles every living firm; adds up labour."""
    for firm in world.firms:
        firm.invoiced = firm.received = firm.revenue = firm.profit = firm.drawings = 0.0
    for buyer in world.buyers:
        buyer.late = False
    for link in world.links:
        link.late = False
        if link.order > 0.0:
            firm = link.firm
            invoice = firm.price * (link.order - link.returned)
            months = months_to_payment(world, link, draws)
            firm.receivables[(world.month + months) % len(firm.receivables)] += invoice
            firm.invoiced += invoice
            link.line.buyer.late = link.line.buyer.late or link.late
    for firm in world.living():
        settle(world, firm)
    world.labour[world.month] = sum(firm.hired for firm in world.living())
