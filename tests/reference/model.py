"""The reference twin as a Mesa model: agent objects that step through the oracles."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import mesa

from sim.policy import Policy
from sim.shocks import Shocks
from sim.tables import Tables
from tests.reference.adapter import DrawFirm, apply_policy, apply_shocks, world_from_tables
from tests.reference.keyed import KeyedDraws
from tests.reference.schedule import SCHEDULE
from tests.reference.state import Buyer, Firm


class ReferenceFirm(Firm, mesa.Agent):  # type: ignore[misc]
    """A slot and the firm that stands there, as a Mesa agent."""

    def __init__(self, model: mesa.Model, **attributes: Any) -> None:
        Firm.__init__(self, **attributes)
        mesa.Agent.__init__(self, model)


class ReferenceBuyer(Buyer, mesa.Agent):  # type: ignore[misc]
    """A hotel, restaurant or other large buyer, as a Mesa agent."""

    def __init__(self, model: mesa.Model, **attributes: Any) -> None:
        Buyer.__init__(self, **attributes)
        mesa.Agent.__init__(self, model)


class ReferenceModel(mesa.Model):  # type: ignore[misc]
    """The region's market month by month, one agent object a firm and a buyer.

    Args:
        tables: the state at the first month; it is read and left as it is.
        params: parameter values by name.
        policy: lever settings month by month.
        seed: seed of the keyed draws.
        population_seed: seed of what firms and buyers are; `seed` if none.
        month: the first month.
        scale: how many firms of the region one firm stands for.
        draw_firm: attributes of an entrant, from the world and its slot.
        shocks: factors on spending and unit cost month by month.
        state: further attributes of the world, such as `pressure` and `labour`.
    """

    def __init__(
        self,
        tables: Tables,
        params: Mapping[str, float],
        policy: Policy,
        *,
        seed: int,
        population_seed: int | None = None,
        month: int = 0,
        scale: int = 1,
        draw_firm: DrawFirm | None = None,
        shocks: Shocks | None = None,
        **state: Any,
    ) -> None:
        # Mesa's own generator is never read: every draw is keyed.
        super().__init__(rng=seed)
        self.draws = KeyedDraws(seed, population_seed)
        self.policy = policy
        self.shocks = shocks
        self.world = world_from_tables(
            tables,
            params,
            make_firm=partial(ReferenceFirm, self),
            make_buyer=partial(ReferenceBuyer, self),
            month=month,
            scale=scale,
            draw_firm=draw_firm,
            **state,
        )

    def step(self) -> None:
        """One month, by the schedule of docs/processes.md."""
        apply_policy(self.world, self.policy)
        apply_shocks(self.world, self.shocks)
        for process in SCHEDULE:
            process(self.world, self.draws)
        self.world.month += 1

    def close(self) -> None:
        """Lets go of the agents, which Mesa would keep for the life of the program."""
        self.remove_all_agents()
