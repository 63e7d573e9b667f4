"""Outcomes that trade-offs are between, and how a run is looked at for them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sim.run import simulate, step
from sim.tables import KIND_HOTEL, MODE_NONE
from sim.world import World
from tests.lab import START, mean_of, ratio_of, watch

Outcome = Callable[[World, World | None], float]


def reporting_hotels(world: World) -> float:
    """Hotels that say they comply, by purchases or by papers (region)."""
    says = (world.buyers.kind == KIND_HOTEL) & (world.buyers.mode != MODE_NONE)
    return float(world.buyers.weight[says].sum())


def mean_distance(world: World) -> float:
    """Kilometres that the average million rupiah of direct purchases comes from."""
    order = world.links.order
    return float((order * world.links.distance).sum() / max(1e-300, order.sum()))


def monthly(name: str) -> Outcome:
    """Mean of a monthly outcome over the policy months."""
    return lambda world, _: mean_of(world, name)


def share(above: str, below: str) -> Outcome:
    """One monthly outcome over another, over the policy months."""
    return lambda world, _: ratio_of(world, above, below)


def ever_partnered(world: World, _: World | None) -> float:
    """Per cent of the firms alive at some time under the policy that ever delivered to a buyer."""
    return 100.0 * ratio_of(world, "ever_partners", "generations", world.months - 1)


def standard_asked(world: World, _: World | None) -> float:
    """Mean standard of the buyers."""
    return float(world.buyers.standard.mean())


def _gain(world: World, without: World | None, *, served: bool) -> float:
    assert without is not None
    had_orders = world.yearly.served[START // 12 :].any(axis=0)
    eligible = world.eligible[world.firms.sector] == 1
    gain = (world.yearly.revenue - without.yearly.revenue)[START // 12 :].sum(axis=0)
    return float(gain[eligible & (had_orders == served)].sum()) / (world.months - START)


def partners_gain(world: World, without: World | None) -> float:
    """Revenue a month of the firms with orders above what the same slots have without the rule."""
    return _gain(world, without, served=True)


def others_gain(world: World, without: World | None) -> float:
    """The same of the firms of these trades that never had an order."""
    return _gain(world, without, served=False)


def dependence_and_instability(world: World) -> tuple[float, float]:
    """Of firms with orders: share of sales to the largest buyer, and mean fall of monthly sales."""
    simulate(world, START)
    revenue, largest = [], []
    pair = np.zeros((world.n_firms, world.buyers.size))
    buyer = world.lines.buyer[
        np.repeat(np.arange(world.lines.size), world.lines.stop - world.lines.start)
    ]
    while world.month < world.months:
        step(world)
        pair[:] = 0.0
        np.add.at(pair, (world.links.firm, buyer), world.links.order)
        largest.append(pair.max(axis=1) * world.firms.price)
        revenue.append(world.firms.revenue.copy())
    sales, biggest = np.array(revenue), np.array(largest)
    partner = (biggest > 0.0).any(axis=0)
    falls = np.clip(sales[:-1] - sales[1:], 0.0, None)[:, partner].sum()
    total = float(sales[:, partner].sum())
    return float(biggest.sum()) / total, float(falls) / total


def watched(look: Callable[[World], float], other: str) -> Callable[..., tuple[float, float]]:
    """Mean of what `look` sees month by month, and the mean of a monthly outcome."""

    def measure(world: World) -> tuple[float, float]:
        seen = watch(world, look)
        return seen, mean_of(world, other)

    return measure


def ended(x: Outcome, y: Outcome) -> Callable[..., tuple[float, float]]:
    """Two outcomes read from the record of the whole run."""

    def measure(world: World, without: World | None = None) -> tuple[float, float]:
        simulate(world)
        return x(world, without), y(world, without)

    return measure


def distance_capacity_and_reach(world: World) -> tuple[float, float, float]:
    """Distance of purchases, their amount, and firms ever reached."""
    seen = watch(world, mean_distance)
    return seen, mean_of(world, "hotel_direct"), ever_partnered(world, None)
