"""4 and 6 Field experiments: what is taught, paid and lent, terms of payment, the reserve."""

from __future__ import annotations

import math

from tests.reference.coaching import learn
from tests.reference.common import clip, positive
from tests.reference.experiment import Treatment, gets, given, is_there
from tests.reference.online_choice import trades_online
from tests.reference.state import Draws, Firm, Link, World


def train(world: World, firm: Firm, course: Treatment) -> None:
    """A month of online training, and in the first a shop for who has none open."""
    shop = firm.shop
    if not trades_online(world, firm):
        return
    shop.training += course.intensity
    if course.onboard and world.month == course.start and not shop.open:
        shop.open = shop.opened = True
        shop.months = shop.below = shop.idle = 0
        shop.expectation = world.params.shop_prior


def lend(world: World, firm: Firm, loan: Treatment) -> None:
    """Pays a loan out; later, what it costs and brings down this month."""
    deal, since = firm.deal, world.month - loan.start
    count = loan.stop - loan.start - loan.grace
    paid_before, paid = (clip(m - loan.grace, 0, count) for m in (since - 1, since))
    if since == 0:
        firm.cash += loan.amount
    else:
        deal.interest += loan.interest * loan.amount * (1.0 - paid_before / count)
        deal.instalment += loan.amount * (paid - paid_before) / count
    deal.debt += loan.amount * (1.0 - paid / count)


def treatments(world: World, draws: Draws) -> None:
    """What firms are taught, given and lent, before the month's forgetting."""
    for firm in world.firms:
        deal = firm.deal
        deal.debt = deal.instalment = deal.interest = 0.0
        deal.revenue = deal.invoices = deal.late = deal.defects = deal.returned = 0.0
        deal.contracted = {}
    for one, firm in given(world, "coaching", "online_training", "cash_grant"):
        if one.kind == "coaching":
            learn(world, firm, one.fit, one.intensity, mentor=one.by_mentor)
        elif one.kind == "online_training":
            train(world, firm, one)
        elif world.month == one.start:
            firm.cash += one.amount
    for loan in world.treatments:
        for firm in loan.firms if loan.kind == "loan" else ():
            if is_there(firm) and world.month >= loan.start:
                lend(world, firm, loan)


def terms(world: World, firm: Firm, kind: int) -> tuple[float, float]:
    """Days by which a kind of buyer pays a firm sooner, and after how many at most."""
    own = [one for one in gets(world, firm, "payment_terms") if kind in one.buyers]
    sooner = max((one.sooner for one in own), default=0.0)
    return sooner, min((one.most_days for one in own), default=math.inf)


def agreed_days(world: World, link: Link, days: float) -> float:
    """Days after which a buyer pays a firm, with the terms that an experiment gives it."""
    sooner, most = terms(world, link.firm, link.line.buyer.kind)
    return min(positive(days - sooner), most)


def reserve_removed(world: World, draws: Draws) -> None:
    """Whose deliveries no longer count for what is reserved."""
    barred = {
        (id(firm), kind)
        for one, firm in given(world, "reserved_share_removed")
        for kind in one.buyers
    }
    for link in world.links:
        link.barred = (id(link.firm), link.line.buyer.kind) in barred
