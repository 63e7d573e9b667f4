"""One case: a region under a scenario with all that fixes a run, so that it can be run again."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from sim.errors import KemitraanError
from sim.parameters import Parameters, registry
from sim.policy import LeverLike, compile_policy
from sim.population import RegionLike, build_world
from sim.shocks import compile_shocks
from sim.world import World

__all__ = ["Case", "ScenarioLike", "auto_scale"]

DEFAULT_MONTHS = 108
DEFAULT_FIRST_MONTH = "2025-01"
MOST_FIRMS = 20_000


class AssumptionLike(Protocol):
    """A parameter's value in a scenario; `scenarios.Assumption` is one."""

    @property
    def value(self) -> float:
        """The value instead of the registry's."""


class ScenarioLike(Protocol):
    """What the simulation needs of a scenario; `scenarios.Scenario` is one."""

    @property
    def name(self) -> str:
        """Lower-case name."""

    @property
    def months(self) -> int:
        """Length of the run."""

    @property
    def first_month(self) -> str:
        """Calendar month of month 0, "YYYY-MM"."""

    @property
    def levers(self) -> Mapping[str, LeverLike]:
        """Settings by lever; what is missing is at its null."""

    @property
    def assume(self) -> Mapping[str, AssumptionLike]:
        """Assumptions by parameter."""


def auto_scale(firms: int) -> int:
    """1 up to 20,000 firms, else the smallest of 2, 5, 10, 20, ... that leaves at most that."""
    ten = 1
    while True:
        for scale in (ten, 2 * ten, 5 * ten):
            if firms <= scale * MOST_FIRMS:
                return scale
        ten *= 10


def _whole(label: str, number: object, least: int) -> int:
    """The number as Python's own; numpy's whole numbers are taken too."""
    if isinstance(number, bool) or not isinstance(number, int | np.integer) or number < least:
        raise KemitraanError(f"{label}: {number!r} is no whole number of {least} or more")
    if number >= 2**64:
        raise KemitraanError(f"{label}: {number!r} is too large, at most {2**64 - 1}")
    return int(number)


@dataclass(frozen=True)
class Case:
    """What fixes a run to the last bit; `world()` builds it at month 0, as often as asked.

    Attributes:
        region: the place.
        scenario: what is asked; nothing (`no_policy`) if none.
        parameters: values in use, the scenario's assumptions among them.
        seed: of all draws of the run.
        population_seed: of the firms' and buyers' attributes; `seed` if none.
        scale: slots of the region that one slot of the sample stands for.
        months: length of the run.
    """

    region: RegionLike
    scenario: ScenarioLike | None
    parameters: Parameters
    seed: int
    population_seed: int | None
    scale: int
    months: int

    @classmethod
    def of(
        cls,
        scenario: ScenarioLike | None = None,
        region: RegionLike | None = None,
        seed: int = 1,
        scale: int | None = None,
        parameters: Parameters | None = None,
        months: int | None = None,
        population_seed: int | None = None,
    ) -> Case:
        """A case from what was asked, the rest at its default.

        What `parameters` changes from the registry wins over the scenario's assumptions, they win
        over what the region knows of its own firms, and that over the registry.

        Raises:
            KemitraanError: for a name where an object is needed, or a number out of range.
        """
        if isinstance(scenario, str | os.PathLike):
            raise KemitraanError(
                f"scenario: {scenario!r} is a name; give km.load_scenario({str(scenario)!r})"
            )
        if region is None or isinstance(region, str | os.PathLike):
            name = region or getattr(scenario, "region", None) or "surabaya"
            raise KemitraanError(
                f"region: {'missing' if region is None else f'{region!r} is a name'}; "
                f"give region=km.load_region({str(name)!r})"
            )
        if not hasattr(region, "villages"):
            raise KemitraanError(
                f"region: expects km.load_region(...), not {type(region).__name__}"
            )
        if scenario is not None and not hasattr(scenario, "levers"):
            raise KemitraanError(
                f"scenario: expects km.load_scenario(...), not {type(scenario).__name__}"
            )
        budget = getattr(scenario, "budget", None)
        if budget is not None and budget.waits:
            raise KemitraanError(
                f"{getattr(scenario, 'name', 'scenario')}: its budget has not sized the levers "
                "yet; load it with km.load_scenario"
            )
        if months is None:
            months = DEFAULT_MONTHS if scenario is None else scenario.months
        if scale is None:
            scale = auto_scale(region.firms)
        people = None if population_seed is None else _whole("population_seed", population_seed, 0)
        values = Parameters.default() if parameters is None else parameters
        # A region's own figures need not lie within the registry's range.
        own = {
            name: value
            for name, value in getattr(region, "parameters", {}).items()
            if values[name] == registry()[name].value
        }
        values = Parameters({**values.values, **own}) if own else values
        assumed = {
            name: assumption.value
            for name, assumption in (scenario.assume if scenario is not None else {}).items()
            if name in own or values[name] == registry()[name].value
        }
        values = values.replace(check=False, **assumed) if assumed else values
        return cls(
            region,
            scenario,
            values,
            seed=_whole("seed", seed, 0),
            population_seed=people,
            scale=_whole("scale", scale, 1),
            months=_whole("months", months, 1),
        )

    @property
    def name(self) -> str:
        """Name of the scenario."""
        return "no_policy" if self.scenario is None else self.scenario.name

    def calendar(self, month: int) -> str:
        """The calendar month "YYYY-MM" of a month number."""
        first = DEFAULT_FIRST_MONTH if self.scenario is None else self.scenario.first_month
        years, month_of_year = divmod(int(first[5:7]) - 1 + month, 12)
        return f"{int(first[:4]) + years:04d}-{month_of_year + 1:02d}"

    def world(self) -> World:
        """A new world at month 0, under the scenario's policy."""
        world = build_world(
            self.region,
            self.parameters,
            seed=self.seed,
            population_seed=self.population_seed,
            scale=self.scale,
            months=self.months,
            first_calendar_month=int(self.calendar(0)[5:7]),
        )
        if self.scenario is not None:
            goods = world.names.goods
            world.attach(compile_policy(self.scenario.levers, goods, self.months))
            world.shocks = compile_shocks(
                getattr(self.scenario, "shocks", ()),
                world.names.sectors,
                self.months,
                self.region.name,
            )
        return world

    def facts(self) -> dict[str, object]:
        """What was run, in plain values, for titles and documents."""
        return {
            "scenario": self.name,
            "region": self.region.name,
            "seed": self.seed,
            "population_seed": self.population_seed,
            "scale": self.scale,
            "months": self.months,
        }
