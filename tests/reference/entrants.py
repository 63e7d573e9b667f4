"""Attributes of entrants, from the compiled function that also draws the firms of month 0.

The draw of a firm is population, not process: oracle and kernel share it, so that a difference
between them is one of the month.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.processes.demography import draw_firm
from sim.world import World as SimWorld
from tests.reference.adapter import FIRM_FLAGS, FIRM_FLOATS, FIRM_INTEGERS, DrawFirm, row
from tests.reference.state import Firm, World

# The place, the count of lives and the flows are the slot's and the oracle's own.
OWN = ("slot", "alive", "generation", "sector", "pool", "village", "district", "x", "y", "granted")
DRAWN = tuple(name for name in FIRM_FLOATS[: FIRM_FLOATS.index("y_max")] if name not in OWN)


def entrants(sim_world: SimWorld, capacity_ratio: float) -> DrawFirm:
    """A callable for `World.draw_firm`.

    Args:
        sim_world: whose tables, goods, parameters and population seed are used; it is not changed.
        capacity_ratio: the parameter entrant_capacity.
    """
    # Scratch columns: the compiled function writes a row of a table.
    scratch = sim_world.tables.firms.copy()
    places = {int(slot): index for index, slot in enumerate(scratch["slot"])}
    integers = tuple(name for name in FIRM_INTEGERS if name not in OWN)
    flags = tuple(name for name in FIRM_FLAGS if name not in OWN)

    def draw(_: World, firm: Firm) -> dict[str, Any]:
        index = places[firm.slot]
        scratch["generation"][index] = firm.generation
        draw_firm(
            scratch[index],
            sim_world.tables.goods,
            sim_world.params[0],
            sim_world.sizes,
            capacity_ratio,
            np.uint64(sim_world.population_seed),
        )
        return row(scratch, index, integers, flags, (*DRAWN, "unit_cost"))

    return draw
