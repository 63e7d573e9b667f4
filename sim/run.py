"""The headless path: months of a world, one compiled call each."""

from __future__ import annotations

import numpy as np

from sim.month import run_month
from sim.world import World, Yearly, YearlyArrays

__all__ = ["simulate", "step"]


def step(world: World) -> None:
    """Runs the next month in place.

    Raises:
        IndexError: the world has no month left.
    """
    month = world.month
    if month >= world.months:
        raise IndexError(f"month {month}: this world has only {world.months} months")
    # A policy may have been set, or changed, by hand.
    world.attach(world.policy)
    if world.shocks is not None:
        world.tables.sector_state[:, 5] = world.shocks.spending[month]
        world.tables.sector_state[:, 6] = world.shocks.cost[month]
    run_month(
        world.tables,
        world.eligible,
        world.policy.rules,
        world.policy.covers,
        world.policy.levers,
        world.params,
        world.sizes,
        np.uint64(world.seed),
        np.uint64(world.population_seed),
        month,
        world.scale,
        world.scratch,
        world.pool_scratch,
        world.peers,
        _plain(world.yearly),
        world.monthly,
        world.online,
        world.good_state,
        world.ledger,
    )
    world.month = month + 1


def _plain(yearly: Yearly) -> YearlyArrays:
    """A plain tuple: compiled code then does not depend on the class."""
    return yearly.profit, yearly.revenue, yearly.hired, yearly.alive, yearly.served


def simulate(world: World, stop: int | None = None) -> World:
    """Runs a world up to month `stop` (exclusive; to its end if none) and returns it."""
    last = world.months if stop is None else min(stop, world.months)
    while world.month < last:
        step(world)
    return world
