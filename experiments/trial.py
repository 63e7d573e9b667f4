"""Trial runs: what a policy's cost comes to where it follows sales, before anything is compared.

A part of the fees, free orders and promotion cost what shops sell, which no lever says. A few runs
at the values held fixed find it; a comparison at equal money counts it with the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import cast

import numpy as np

from experiments.costs import unforeseen
from scenarios.region import Region
from scenarios.scenario import Scenario
from sim.case import Case, auto_scale
from sim.draws import replicate_seed
from sim.parameters import POLICY_MONTH, Parameters
from sim.policy import compile_policy
from sim.policy_cost import policy_months
from sim.population import RegionLike
from sim.run import simulate
from sim.shocks import compile_shocks
from sim.world import World

__all__ = ["RUNS", "Trial"]

RUNS = 4
"""Runs whose mean is what to expect."""


class Trial:
    """Runs scenarios in a region, as often as asked, from the same months before the policy.

    Args:
        region: the place, or what loads it when the first run needs it.
        parameters: values held fixed.
        seed: of the experiment; the runs are its first replicates.
        scale: slots of the region one slot of the sample stands for; no finer than leaves 20,000
            firms.
    """

    def __init__(
        self,
        region: Region | Callable[[], Region],
        parameters: Parameters,
        *,
        seed: int = 1,
        scale: int | None = None,
    ) -> None:
        self._region = region
        self._parameters = parameters
        self._seed = seed
        self._scale = scale
        self._starts: dict[tuple[int, int, str], list[World]] = {}
        self._found: dict[str, float] = {}

    def cost(self, scenario: Scenario) -> float:
        """Million rupiah that follow sales in a policy year, the mean over `RUNS` runs."""
        window = policy_months(scenario.months)
        years = (window.stop - window.start) / 12
        if not unforeseen(scenario) or years <= 0.0:
            return 0.0
        digest = replace(scenario, name="trial").digest()
        if digest not in self._found:
            runs = [self._run(start, scenario, window) for start in self._before(scenario)]
            self._found[digest] = float(np.mean(runs)) / years
        return self._found[digest]

    def _run(self, start: World, scenario: Scenario, window: slice) -> float:
        policy = compile_policy(scenario.levers, start.names.goods, scenario.months)
        place = self._place().name
        shocks = compile_shocks(scenario.shocks, start.names.sectors, scenario.months, place)
        world = simulate(start.copy(policy, shocks), window.stop)
        return float(world.online["platform_subsidy"][window].sum())

    def _before(self, scenario: Scenario) -> list[World]:
        """Worlds at the month where the policy, or the first shock, begins."""
        begin = [setting.start for setting in scenario.levers.values()]
        begin += [shock.month for shock in scenario.shocks]
        branch = max(0, min([POLICY_MONTH, *begin]))
        key = (branch, scenario.months, scenario.first_month)
        if key not in self._starts:
            self._starts[key] = [
                simulate(self._world(replicate_seed(self._seed, r), scenario), branch)
                for r in range(RUNS)
            ]
        return self._starts[key]

    def _world(self, seed: int, scenario: Scenario) -> World:
        region = self._place()
        coarsest = auto_scale(region.firms)
        case = Case.of(
            replace(scenario, budget=None, levers={}, shocks=()),
            cast("RegionLike", region),
            seed=seed,
            scale=coarsest if self._scale is None else max(self._scale, coarsest),
            parameters=self._parameters,
            months=scenario.months,
        )
        return case.world()

    def _place(self) -> Region:
        if not isinstance(self._region, Region):
            self._region = self._region()
        return self._region
