"""Steps 13, 16 and 17: cash, credit, drawings, learning and investment of a firm (P1-P3, P12)."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from sim.jit import jit
from sim.tables import PROFIT_MONTHS, RECEIVABLE_MONTHS, Record

__all__ = ["earn", "invest", "learn_by_supplying", "normal_profit", "working_cash"]


@jit
def normal_profit(f: Record, p: Record) -> float:
    """Profit of a firm at normal utilisation and this month's unit cost, million rupiah."""
    u = p.normal_utilisation
    return f.capacity * (u * f.price - f.unit_cost * u - p.fixed_cost)


@jit
def working_cash(f: Record, p: Record) -> float:
    """Cash that stays in the firm: fixed cost and the finance of its cash sales."""
    capacity = f.capacity
    return p.fixed_cost * capacity + (
        p.cash_sale_finance * f.unit_cost * p.normal_utilisation * capacity
    )


@jit
def earn(
    f: Record,
    p: Record,
    profit_ring: npt.NDArray[np.float64],
    receivables: npt.NDArray[np.float64],
    i: int,
    month: int,
    online: float = 0.0,
    charges: float = 0.0,
    paid: float = 0.0,
) -> float:
    """Revenue, profit, cash and drawings of a month; returns the interest paid.

    Profit is accrued: invoices count when sent, cash when received, less what a cooperative keeps.
    Cash may go below zero down to the credit line, and interest is paid on what is below.

    Args:
        f: the firm.
        p: parameters.
        profit_ring: (12, firms), this month's entry of the firm is written.
        receivables: (8, firms), this month's entry of the firm is paid.
        i: row of the firm.
        month: of the run.
        online: sold on a platform, net of returns, before fees.
        charges: what the firm bears of its fees, and the costs of its shop.
        paid: what the platform paid out this month less the costs of the shop.
    """
    fixed = p.fixed_cost * f.capacity
    cost = f.unit_cost * f.output
    rate = p.formal_rate if f.formal == 1 else p.informal_rate
    interest = rate * max(0.0, -f.cash)
    ring = month % RECEIVABLE_MONTHS
    receipts = receivables[ring, i]
    receivables[ring, i] = 0.0
    f.received = receipts
    f.revenue = f.local_sales + f.invoiced + online
    profit = f.revenue - cost - fixed - interest - f.fees - charges
    f.profit = profit
    cash = f.cash + f.local_sales + receipts - cost - fixed - interest + paid
    wage = p.drawing_share * max(0.0, normal_profit(f, p))
    drawings = min(
        max(0.0, cash - working_cash(f, p)),
        wage + p.surplus_drawing * max(0.0, profit - wage),
    )
    f.drawings = drawings
    f.cash = cash - drawings
    at = month % PROFIT_MONTHS
    f.profit_sum += profit - profit_ring[at, i]
    profit_ring[at, i] = profit
    f.hired += (f.revenue / f.sales_per_worker - f.hired) / 3.0
    return interest


@jit
def learn_by_supplying(f: Record, p: Record, peers: float) -> None:
    """Practice and quality learned from buyers, practice also from better neighbours (P2, P3).

    Args:
        f: the firm, changed in place.
        p: parameters.
        peers: mean practice of living firms of other sectors in the village; negative for none.
    """
    practice = f.practice
    gain = 0.0
    if f.ordered > 0.0:
        supply = f.ordered / f.output
        gain += p.supplying_practice * supply * (1.0 - practice)
        learned = f.learned_quality + p.supplying_quality * f.learning / f.output
        f.learned_quality = min(learned, max(0.0, 1.0 - f.base_quality))
    if peers > practice:
        gain += p.peer_learning * (peers - practice)
    f.practice = practice + gain


@jit
def invest(f: Record, p: Record) -> float:
    """Capacity follows utilisation and spare cash, with noise; returns the outlay.

    Shrinking is free. Growth is paid from cash: the share of it that is carried out rises from 0
    at working cash to 1 at the cushion, so that one rupiah never decides. A busy firm also puts a
    share of its cash above the cushion into capacity: small firms are short of capital, whose
    return is high (de Mel, McKenzie and Woodruff 2008). Growth is independent of size (Gibrat): at
    normal utilisation the variance of log capacity rises by sigma squared a month.
    """
    least = working_cash(f, p)
    spare = f.cash - least
    follow = p.investment_rate * (f.utilisation - p.normal_utilisation)
    idle = spare - (p.investment_cushion - 1.0) * least
    if f.utilisation > p.normal_utilisation and idle > 0.0:
        follow += p.cash_investment * idle / (p.investment_cost * f.capacity)
    growth = min(p.growth_cap, max(-p.growth_cap, follow))
    growth += p.capacity_sd * f.growth_shock
    # Half of all firms grow, and no processor foretells which: hence a product and no branch.
    reach = (p.investment_cushion - 1.0) * least
    carried_out = min(1.0, max(0.0, spare) / max(1e-9 * least, reach))
    factor = math.exp(growth * (carried_out if growth > 0.0 else 1.0))
    full = p.investment_cost * f.capacity
    outlay = full * max(0.0, factor - 1.0)
    if outlay > 0.0 and outlay > spare:
        outlay = max(0.0, spare)
        factor = 1.0 + outlay / full
    f.capacity *= factor
    f.cash -= outlay
    return outlay
