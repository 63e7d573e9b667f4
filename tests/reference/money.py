"""13 Money: invoices, receipts, interest, drawings, hired labour."""

from __future__ import annotations

import math

from tests.reference.common import clip, key_of, normal_profit, positive, working_cash
from tests.reference.state import Draws, Firm, Link, World
from tests.reference.treatments import agreed_days


def mistrust(world: World, link: Link) -> float:
    """Factor on the chance to be paid late: who is trusted waits less often."""
    p = world.params
    return clip(1.0 - p.late_trust * (link.trust_buyer - p.trust_start), 0.0, 1.0)


def longest_days(world: World) -> float | None:
    """The month's limit on days of payment, if there is a rule."""
    return world.levers.payment


def rule_on_lateness(world: World) -> float:
    """Factor of a payment rule on the chance to be paid late."""
    ruled = longest_days(world) is not None
    return 1.0 - world.params.payment_rule_effect if ruled else 1.0


def is_late(world: World, link: Link, draws: Draws) -> bool:
    """Draws whether the buyer pays late."""
    chance = world.params.late_probability * mistrust(world, link) * rule_on_lateness(world)
    return draws.uniform("late", world.month, *key_of(link)) < chance


def fee(world: World, link: Link) -> float:
    """Share of an invoice that a cooperative keeps back."""
    return float(world.params.cooperative_fee if link.pooled else 0.0)


def book(world: World, link: Link, invoice: float) -> None:
    """Adds an invoice to the firm's revenue, and its fee to the cooperative's account."""
    link.firm.invoiced += invoice
    if link.pooled:
        kept = fee(world, link) * invoice
        link.firm.fees += kept
        cooperative = world.cooperatives[link.firm.pool]
        cooperative.sales += invoice
        cooperative.account += kept


def interest(world: World, firm: Firm) -> float:
    """What the month's debt costs."""
    p = world.params
    return float((p.formal_rate if firm.formal else p.informal_rate) * positive(-firm.cash))


def drawings(world: World, firm: Firm) -> float:
    """What the owner takes out of the till, which keeps its working cash."""
    p = world.params
    usual = p.drawing_share * positive(normal_profit(world, firm))
    wanted = usual + p.surplus_drawing * positive(firm.profit - usual)
    return min(positive(firm.cash - working_cash(world, firm)), wanted)


def months_to_payment(world: World, link: Link, draws: Draws) -> int:
    """Draws whether the invoice is paid late, and the month of payment from now."""
    days, rule = link.line.buyer.payment_days, longest_days(world)
    if rule is not None:
        days = min(days, rule)
    days = agreed_days(world, link, days)
    link.late = is_late(world, link, draws)
    if link.late:
        days += world.params.late_days
    months = math.floor(days / 30.0)
    if draws.uniform("days", world.month, *key_of(link)) < days / 30.0 - months:
        months += 1
    return min(months, 7)


def settle(world: World, firm: Firm) -> None:
    """Profit, cash and drawings of one firm, once its invoices are known."""
    this = world.month % len(firm.receivables)
    firm.received, firm.receivables[this] = firm.receivables[this], 0.0
    fixed = world.params.fixed_cost * firm.capacity
    shop, deal = firm.shop, firm.deal
    costs = firm.unit_cost * firm.output + fixed + interest(world, firm) + deal.interest
    firm.revenue = firm.local_sales + firm.invoiced + shop.revenue
    firm.profit = firm.revenue - costs - firm.fees - shop.fees - shop.costs
    firm.cash += firm.local_sales + firm.received - costs + shop.payout - shop.costs
    firm.cash -= deal.instalment
    firm.drawings = drawings(world, firm)
    firm.cash -= firm.drawings
    firm.hired += (firm.revenue / firm.sales_per_worker - firm.hired) / 3.0
    firm.profit_ring[world.month % 12] = firm.profit


def money(world: World, draws: Draws) -> None:
    """Invoices every delivery, then settles every living firm; adds up labour."""
    for firm in world.firms:
        firm.fees = firm.received = firm.revenue = firm.profit = firm.drawings = 0.0
        firm.invoiced = firm.deal.revenue
    for buyer in world.buyers:
        buyer.late = False
    for link in world.links:
        link.late = False
        if link.order > 0.0:
            firm = link.firm
            invoice = firm.price * (link.order - link.returned)
            months = months_to_payment(world, link, draws)
            kept = fee(world, link) * invoice
            firm.receivables[(world.month + months) % len(firm.receivables)] += invoice - kept
            book(world, link, invoice)
            link.line.buyer.late = link.line.buyer.late or link.late
    for firm in world.living():
        settle(world, firm)
    world.labour[world.month] = sum(firm.hired for firm in world.living())
