"""Steps 1, 2 and 12: productivity, forgetting, unit cost, capacity and output (P1, P2, P3)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.draws import STREAM_PRODUCTIVITY
from sim.jit import Integer, jit
from sim.processes.luck import draw_firms
from sim.quantiles import fill_normal_quantiles
from sim.tables import Record, Rows

__all__ = [
    "advance_productivity",
    "attractiveness",
    "draw_shocks",
    "finance",
    "forget",
    "log_capacity",
    "log_cost",
    "produce",
    "set_cost_and_capacity",
]


@jit
def draw_shocks(
    firms: Rows,
    start: int,
    seed: Integer,
    month: int,
    keys: npt.NDArray[np.uint64],
    draws: npt.NDArray[np.float64],
    places: npt.NDArray[np.int64],
) -> int:
    """Standard normal shocks of a block of firms: to productivity, and to growth in step 17.

    Args:
        firms: slot and generation are read.
        start: first row of the block.
        seed: of the run.
        month: of the run.
        keys: scratch, (2, BLOCK).
        draws: (4, BLOCK): row 2 becomes the shock to productivity, row 3 that to growth.
        places: scratch, (BLOCK,).

    Returns:
        Row after the last of the block.
    """
    stop = draw_firms(firms, start, seed, STREAM_PRODUCTIVITY, month, keys, draws)
    fill_normal_quantiles(draws[0], stop - start, draws[2], places)
    fill_normal_quantiles(draws[1], stop - start, draws[3], places)
    return stop


@jit
def advance_productivity(f: Record, p: Record, shock: float) -> None:
    """Log productivity is an autoregression: z' = rho z + sigma e."""
    f.productivity = p.productivity_persistence * f.productivity + p.productivity_sd * shock


@jit
def forget(f: Record, p: Record) -> None:
    """Practice falls back to its base, local information and learned quality to nothing.

    Half-life ln 2 / rate each, in the limit of small steps. Practice: Bloom et al. (2020).
    """
    practice = f.practice
    f.practice = practice - p.practice_forgetting * (practice - f.base_practice)
    f.information -= p.information_forgetting * f.information
    f.learned_quality *= 1.0 - p.quality_decay
    f.quality = min(1.0, max(0.0, f.base_quality + f.learned_quality))


@jit
def log_cost(f: Record, p: Record) -> float:
    """-psi log A, A = exp(theta_m m + theta_l l): what practice and information do to unit cost."""
    log_a = p.practice_productivity * f.practice + p.information_productivity * f.information
    return -p.cost_elasticity * log_a


@jit
def log_capacity(f: Record, p: Record) -> float:
    """Chi z: what productivity does to this month's capacity."""
    return p.productivity_capacity * f.productivity


@jit
def set_cost_and_capacity(
    f: Record,
    p: Record,
    wage_pressure: float,
    cost_shock: float,
    cost_power: float,
    capacity_power: float,
) -> None:
    """Unit cost v = v0 k A^-psi (1 + w) gamma; capacity of the month y_max = K exp(chi z).

    Args:
        f: the firm.
        p: parameters.
        wage_pressure: w.
        cost_shock: gamma, the factor of the trade's month; 1 where there is no shock.
        cost_power: A^-psi, the exponential of `log_cost`.
        capacity_power: exp(chi z), the exponential of `log_capacity`.
    """
    f.unit_cost = p.unit_cost * f.cost_factor * cost_power * (1.0 + wage_pressure) * cost_shock
    f.y_max = f.capacity * capacity_power


@jit
def attractiveness(f: Record, p: Record) -> float:
    """Log attractiveness to local customers, without capacity (P6)."""
    return (
        p.quality_attraction * f.quality
        + p.practice_attraction * f.practice
        + p.information_attraction * f.information
        - p.price_attraction * f.log_price
    )


@jit
def finance(f: Record, p: Record) -> None:
    """Quantity a firm can pay to produce for buyers: min(y_max, (c + line - F)+ / v) (P12).

    The month's fixed cost is kept back: a firm that spent it on an order would be insolvent by
    arithmetic, whoever the buyer.
    """
    means = f.cash + f.line * f.capacity - p.fixed_cost * f.capacity
    f.financeable = min(f.y_max, max(0.0, means) / f.unit_cost)


@jit
def produce(f: Record, online: float = 0.0) -> None:
    """Output is what was allotted: orders, local sales and what was sold online (quantity)."""
    f.output = f.ordered + f.local_sales / f.price + online
    f.utilisation = f.output / f.y_max
