"""8, 12, 13 and 16 Field experiments: contracts and export orders."""

from __future__ import annotations

import math

from tests.reference.common import clip, positive, quality
from tests.reference.experiment import Treatment, gets, given
from tests.reference.money import longest_days, rule_on_lateness
from tests.reference.production import stress
from tests.reference.state import Draws, Firm, World

QUALITY, LATE, DAYS = 0, 1, 2


def falls_short(world: World, firm: Firm, contract: Treatment, luck: float) -> bool:
    """Whether a delivery of something that no standard steadies is below the contract's."""
    p = world.params
    spread = p.quality_noise * (1.0 - p.practice_steadiness * firm.practice)
    delivered = clip(quality(firm) + spread * luck - stress(world, firm), 0.0, 1.0)
    return bool(delivered < contract.standard - p.quality_tolerance)


def days_to_payment(world: World, contract: Treatment, u: float) -> tuple[float, bool]:
    """Days until it is paid, and whether that is late; the rule does not bind buyers abroad."""
    days, factor, rule = contract.days, 1.0, longest_days(world)
    if contract.kind == "contract":
        factor = rule_on_lateness(world)
        days = days if rule is None else min(days, rule)
    late = days > 0.0 and u < world.params.late_probability * factor
    return days + world.params.late_days * late, late


def contracts(world: World, draws: Draws) -> None:
    """Delivers and invoices; `money` settles what comes of it."""
    for contract, firm in given(world, "contract", "export_order"):
        quantity = firm.deal.contracted[contract.number]
        if quantity <= 0.0:
            continue
        key = (world.month, firm.slot, contract.number + 1, firm.generation, 0)
        luck = draws.normal("treatment", *key, index=QUALITY)
        short = falls_short(world, firm, contract, luck)
        back = world.params.return_share * quantity * short
        invoice = firm.price * (1.0 + contract.premium) * (quantity - back)
        u = draws.uniform("treatment", *key, index=LATE)
        days, late = days_to_payment(world, contract, u)
        months = math.floor(days / 30.0)
        months += draws.uniform("treatment", *key, index=DAYS) < days / 30.0 - months
        firm.receivables[(world.month + min(months, 7)) % len(firm.receivables)] += invoice
        firm.deal.revenue += invoice
        firm.deal.invoices += 1.0
        firm.deal.late += late
        firm.deal.defects += short
        firm.deal.returned += back


def quality_taught(world: World, firm: Firm) -> float:
    """Quality that this month's contracts teach: as a stranger does, an export at its own rate."""
    p, taught = world.params, 0.0
    for contract in gets(world, firm, "contract", "export_order") if firm.output > 0.0 else ():
        share = firm.deal.contracted[contract.number] / firm.output
        at_home = contract.kind == "contract"
        rate = p.supplying_quality * p.trust_start if at_home else p.exporting_quality
        taught += rate * share * positive(contract.standard - quality(firm))
    return taught
