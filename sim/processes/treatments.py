"""What firms of a field experiment get, month by month: each a mask over slots with start and end.

Nothing here draws anybody else's luck, and a world without treatments is the same to the last bit.
Treated is the firm that stood at its slot when the experiment began; who enters there later is not.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from sim.draws import STREAM_TREATMENT, normal, uniform
from sim.jit import Integer, jit
from sim.processes.coaching import learn
from sim.processes.delivery import made_quality, months_until_paid
from sim.processes.shops import open_shop
from sim.tables import RECEIVABLE_MONTHS, Record, Tables

__all__ = ["deliver_contracts", "order_contracts", "remove_reserve", "shock_demand", "treat"]

COACHING, CONTRACT, EXPORT_ORDER, CASH_GRANT, LOAN = 0, 1, 2, 3, 4
ONLINE_TRAINING, PAYMENT_TERMS, RESERVE_REMOVED, DEMAND_SHOCK = 5, 6, 7, 8

_QUALITY, _LATE, _DAYS = 0, 1, 2


@jit
def _gets(tables: Tables, t: int, i: int) -> bool:
    """Whether the firm at row i is one that gets treatment t, and still the one that was there."""
    f = tables.firms[i]
    if tables.treated[t, i] == 0 or f.alive == 0:
        return False
    return bool(f.generation == tables.deals[i].generation)


@jit
def treat(tables: Tables, p: Record, month: int) -> float:
    """Step 4: coaching, training, grants and loans of the month, and the terms that hold in it.

    Args:
        tables: firms, shops and `deals` change.
        p: parameters.
        month: of the run.

    Returns:
        Grants and loans paid to firms of the sample, million rupiah.
    """
    _open_month(tables, month)
    paid = 0.0
    for t in range(tables.treatments.size):
        item = tables.treatments[t]
        if item.kind == LOAN:
            paid += _lend(tables, t, month)
            continue
        if month < item.start or month >= item.stop:
            continue
        for i in range(tables.firms.size):
            if not _gets(tables, t, i):
                continue
            if item.kind == COACHING:
                learn(tables.firms[i], item.by_mentor == 1, p, item.fit, item.intensity)
            elif item.kind == CASH_GRANT and month == item.start:
                tables.firms[i].cash += item.amount
                paid += item.amount
            elif item.kind == ONLINE_TRAINING:
                _go_online(tables, item, p, i, month)
            elif item.kind == PAYMENT_TERMS:
                _set_terms(tables.deals[i], item)
    return paid


@jit
def _open_month(tables: Tables, month: int) -> None:
    """Clears what `deals` says of the last month."""
    deals = tables.deals
    for i in range(deals.size):
        deals[i].instalment = deals[i].interest = 0.0
        deals[i].quantity = deals[i].revenue = 0.0
        deals[i].invoices = deals[i].late = 0.0
        for kind in range(deals[i].sooner.size):
            deals[i].sooner[kind] = 0.0
            deals[i].most_days[kind] = math.inf
    for t in range(tables.treatments.size):
        if month == tables.treatments[t].stop:
            for i in range(deals.size):
                tables.contracted[t, i] = 0.0


@jit
def _lend(tables: Tables, t: int, month: int) -> float:
    """A loan at its start; then interest, and equal instalments after the months of grace.

    What is due is paid from cash with the month's other costs; a firm that closes owes nothing on.
    """
    item = tables.treatments[t]
    if month < item.start or month > item.stop:
        return 0.0
    paid = 0.0
    terms = max(1, item.stop - item.start - item.grace)
    for i in range(tables.firms.size):
        if not _gets(tables, t, i):
            continue
        deal = tables.deals[i]
        if month == item.start:
            tables.firms[i].cash += item.amount
            deal.debt += item.amount
            paid += item.amount
            continue
        # Of several loans each has its own plan; what is left of all is one debt.
        passed = max(0, month - item.start - 1 - item.grace)
        left = item.amount * (1.0 - passed / terms)
        deal.interest += item.interest * left
        if month > item.start + item.grace:
            deal.instalment += item.amount / terms
            deal.debt -= item.amount / terms
    return paid


@jit
def _go_online(tables: Tables, item: Record, p: Record, i: int, month: int) -> None:
    """A month of training, and a shop at the start where that is part of it."""
    if tables.online[tables.firms[i].sector].share <= 0.0:
        return
    shop = tables.shops[i]
    shop.training += item.intensity
    if item.onboard == 1 and month == item.start and shop.open == 0:
        open_shop(shop, p.shop_prior)


@jit
def _set_terms(deal: Record, item: Record) -> None:
    """Days of payment of the kinds of buyers that the terms are about."""
    for kind in range(deal.sooner.size):
        if (item.buyers >> kind) & 1 == 1:
            deal.sooner[kind] = max(deal.sooner[kind], item.sooner)
            deal.most_days[kind] = min(deal.most_days[kind], item.most_days)


@jit
def order_contracts(tables: Tables, month: int) -> None:
    """Step 8, before all other orders: what a contract or an export order asks for this month.

    A firm takes on what it can make and finance, no more.
    """
    firms = tables.firms
    for t in range(tables.treatments.size):
        item = tables.treatments[t]
        if item.kind not in (CONTRACT, EXPORT_ORDER) or month < item.start or month >= item.stop:
            continue
        for i in range(firms.size):
            tables.contracted[t, i] = 0.0
            if not _gets(tables, t, i):
                continue
            quantity = min(item.amount, max(0.0, firms[i].financeable - firms[i].ordered))
            tables.contracted[t, i] = quantity
            firms[i].ordered += quantity
            tables.deals[i].quantity += quantity


@jit
def deliver_contracts(
    tables: Tables,
    lever: Record,
    p: Record,
    seed: Integer,
    month: int,
    flow: npt.NDArray[np.float64],
) -> None:
    """Steps 12, 13 and 15 of contracts: quality, returns, invoices, and what is learned.

    Args:
        tables: firms, `deals` and receivables change.
        lever: this month's row; a payment rule does not bind who buys from abroad.
        p: parameters.
        seed: of the run.
        month: of the run.
        flow: sums over the sample are added, see `account_buyers`.
    """
    firms, deals = tables.firms, tables.deals
    for t in range(tables.treatments.size):
        item = tables.treatments[t]
        if item.kind not in (CONTRACT, EXPORT_ORDER) or month < item.start or month >= item.stop:
            continue
        for i in range(firms.size):
            quantity = tables.contracted[t, i]
            if quantity <= 0.0:
                continue
            f = firms[i]
            # A line of its own: the same firm may have several contracts.
            deviation = normal(
                seed, STREAM_TREATMENT, month, f.slot, t + 1, f.generation, 0, _QUALITY
            )
            online = tables.shops[i].quantity if tables.shops.size > 0 else 0.0
            quality = made_quality(f, online, 0.0, deviation, p)
            if quality < item.standard - p.quality_tolerance:
                flow[3] += 1.0
                flow[4] += p.return_share * quantity
                quantity *= 1.0 - p.return_share
            value = f.price * (1.0 + item.premium) * quantity
            days, chance = item.days, p.late_probability
            if item.kind == CONTRACT:
                days = min(days, lever.max_days)
                if lever.payment_rule > 0.0:
                    chance *= 1.0 - p.payment_rule_effect
            flow[1] += 1.0
            deals[i].invoices += 1.0
            # Who pays on delivery is never late.
            u = uniform(seed, STREAM_TREATMENT, month, f.slot, t + 1, f.generation, 0, _LATE)
            if days > 0.0 and u < chance:
                days += p.late_days
                flow[2] += 1.0
                deals[i].late += 1.0
            u = uniform(seed, STREAM_TREATMENT, month, f.slot, t + 1, f.generation, 0, _DAYS)
            months = months_until_paid(days, u)
            tables.receivables[(month + months) % RECEIVABLE_MONTHS, i] += value
            f.invoiced += value
            flow[0] += value
            deals[i].revenue += value
            gap = max(0.0, item.standard - f.quality)
            if item.kind == EXPORT_ORDER:
                output = f.ordered + f.local_sales / f.price + online
                learned = p.exporting_quality * tables.contracted[t, i] * gap / output
                most = max(0.0, 1.0 - f.base_quality)
                f.learned_quality = min(f.learned_quality + learned, most)
            else:
                f.learning += tables.contracted[t, i] * gap * p.trust_start


@jit
def remove_reserve(tables: Tables, month: int) -> None:
    """Step 6, after links are valued: treated firms no longer count for the reserved share.

    Buyers may still buy from them of their own will.
    """
    lines, links = tables.lines, tables.links
    for t in range(tables.treatments.size):
        item = tables.treatments[t]
        if item.kind != RESERVE_REMOVED or month < item.start or month >= item.stop:
            continue
        for k in range(lines.size):
            if (item.buyers >> tables.buyers[lines[k].buyer].kind) & 1 == 0:
                continue
            best = -math.inf
            for e in range(lines[k].start, lines[k].stop):
                if _gets(tables, t, links[e].firm):
                    links[e].near = 0
                if links[e].feasible == 1 and links[e].near == 1:
                    best = max(best, links[e].utility)
            lines[k].best = best


@jit
def shock_demand(tables: Tables, month: int) -> None:
    """Step 11, before pools are filled: customers of treated firms spend more or less with them.

    The part `from_competitors` of the change is what firms of the same pool lose or win; the rest
    comes from outside the pool, so that nobody else's expected sales change by it.
    """
    firms, pools = tables.firms, tables.pools
    for t in range(tables.treatments.size):
        item = tables.treatments[t]
        if item.kind != DEMAND_SHOCK or month < item.start or month >= item.stop:
            continue
        for h in range(pools.size):
            before = change = 0.0
            for i in range(pools[h].start, pools[h].stop):
                before += firms[i].weight
                if _gets(tables, t, i):
                    change += item.change * firms[i].weight
                    firms[i].weight *= 1.0 + item.change
            if before > 0.0:
                pools[h].spending *= 1.0 + (1.0 - item.from_competitors) * change / before
