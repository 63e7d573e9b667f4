"""The reference twin of a simulated world, and where the two part."""

from __future__ import annotations

from sim.world import World as SimWorld
from tests.reference.columns import differences, table_columns, world_columns
from tests.reference.entrants import entrants
from tests.reference.model import ReferenceModel


def twin_of(sim_world: SimWorld) -> ReferenceModel:
    """A reference model with the state, policy and seed of a world that has not run yet.

    Args:
        sim_world: it is read and left as it is.
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
        draw_firm=entrants(sim_world, params["entrant_capacity"]),
        shocks=sim_world.shocks,
    )


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
