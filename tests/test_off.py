"""A process that is off equals the schedule without it, in the reference twin run beside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from scenarios.region import load_region
from scenarios.scenario import load_scenario
from sim.parameters import Parameters
from sim.policy import compile_policy
from sim.population import build_world
from sim.run import simulate
from tests.reference import model, schedule
from tests.reference.twin import twin_differences, twin_of

MONTHS = 30
SCALE = 1500


@dataclass(frozen=True)
class Off:
    """Parameters that switch a step off, the step, and the scenario it runs in."""

    step: str
    changes: Mapping[str, float] = field(default_factory=dict)
    scenario: str = "mandated_hotel_partnership"


CASES = (
    Off("learning", {"supplying_practice": 0.0, "supplying_quality": 0.0, "peer_learning": 0.0}),
    Off("investment", {"investment_rate": 0.0, "cash_investment": 0.0, "capacity_sd": 0.0}),
    Off("acquisition", {"certificate_hazard": 0.0}),
    Off("grants"),
    Off("inspections_planned", scenario="hotel_memorandum"),
    Off("enforcement", scenario="hotel_memorandum"),
    Off("mode", scenario="no_policy"),
)  # fmt: skip
# Columns a skipped step no longer keeps up although nothing reads them then.
IDLE = {"inspections_planned": ("covered",)}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.step)
def test_off_equals_the_schedule_without_the_step(
    case: Off, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kernel with null parameters and the oracles without the step stay together."""
    params = Parameters.default().replace(check=False, **case.changes)
    world = build_world(load_region("surabaya"), params, seed=8, scale=SCALE, months=MONTHS)
    levers = load_scenario(case.scenario).levers
    world.policy = compile_policy(levers, world.names.goods, MONTHS)
    without = tuple(step for step in schedule.SCHEDULE if step.__name__ != case.step)
    assert len(without) == len(schedule.SCHEDULE) - 1
    for module in (schedule, model):
        if hasattr(module, "SCHEDULE"):
            monkeypatch.setattr(module, "SCHEDULE", without)
    twin = twin_of(world)
    for month in range(MONTHS):
        simulate(world, month + 1)
        twin.step()
        apart = [
            line
            for line in twin_differences(twin, world)
            if not any(f".{column}" in line for column in IDLE.get(case.step, ()))
        ]
        assert apart == [], (month, apart)
