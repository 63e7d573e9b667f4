"""The reference twin of a simulated world, and where the two part."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sim.draws import STREAM_POPULATION, uniform
from sim.world import World as SimWorld
from tests.reference.columns import differences, table_columns, world_columns
from tests.reference.entrants import entrants
from tests.reference.model import ReferenceModel


def twin_of(
    sim_world: SimWorld, class_draw: Callable[[int, int], float] | None = None
) -> ReferenceModel:
    """A reference model with the state, policy and seed of a world that has not run yet.

    Args:
        sim_world: it is read and left as it is.
        class_draw: the uniform that decides an entrant's size class, from slot and generation;
            by default index 0 of the population stream.
    """
    names = sim_world.params.dtype.names or ()
    params = {name: float(sim_world.params[0][name]) for name in names}
    return ReferenceModel(
        sim_world.tables,
        params,
        sim_world.policy,
        seed=sim_world.seed,
        population_seed=sim_world.population_seed,
        scale=sim_world.scale,
        draw_firm=entrants(sim_world, class_draw or usual_class_draw(sim_world), params["entrant_capacity"]),
    )


def usual_class_draw(sim_world: SimWorld) -> Callable[[int, int], float]:
    """Index 0 of the population stream, by slot and generation."""
    seed = np.uint64(sim_world.population_seed)

    def draw(slot: int, generation: int) -> float:
        return float(uniform(seed, STREAM_POPULATION, 0, slot, 0, generation, 0, 0))

    return draw


def twin_differences(
    twin: ReferenceModel, sim_world: SimWorld, tolerance: float = 1e-9
) -> list[str]:
    """Columns in which twin and world differ after the same months; empty when they agree."""
    return differences(
        world_columns(twin.world),
        table_columns(sim_world.tables),
        tolerance=tolerance,
        end_of_month=True,
    )
