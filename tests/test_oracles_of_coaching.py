"""Coaching: kernels against oracles written from the same text, on drawn states and whole runs."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios import load_scenario
from sim.case import Case
from sim.run import step
from tests.lab import surabaya
from tests.phases import Phases, close_to
from tests.reference.applications import applications
from tests.reference.coaching import coaching
from tests.reference.selection import selection
from tests.reference.twin import twin_differences, twin_of
from tests.states import State, coached_states

COLUMNS = (
    *("state", "generation", "programme", "waited", "left", "since", "admissions", "pending"),
    *("finished", "judged", "success", "time", "fatigue", "revenue_before", "training"),
)


@settings(max_examples=60)
@given(coached_states(), st.sampled_from((0.0, 0.05, 0.5)))
def test_a_month_of_coaching(state: State, applying: float) -> None:
    run = Phases(state)
    run.params["application_base"] = applying
    cost: list[float] = []
    objects = run.compare(
        [applications, selection, coaching],
        lambda: cost.append(run.coach()),
        *(f"coaching.{name}" for name in COLUMNS),
        "programmes.free",
        *(f"firms.{name}" for name in ("practice", "information", "learned_quality", "cash")),
    )
    assert close_to(objects.coaching_cost, cost[0])


# Places enough that some of a hundred firms are always coached; a place of few months, so that
# matches end; lists shared and firms sent on.
CROWDED = {
    "coaching.places": 60_000,
    "coaching.months": 4,
    "coaching.start": 3,
    "coaching.end": 30,
    "coaching.ramp_months": 6,
}


@pytest.mark.parametrize(
    ("name", "levers"),
    [
        ("voluntary_coaching", CROWDED),
        ("voluntary_coaching_aligned", {**CROWDED, "coaching.shared_pool": 0.5}),
        ("voluntary_coaching_class", {**CROWDED, "coaching.cost_million_rp_per_head": 0.2}),
        ("coaching_then_mandate", {**CROWDED, "hotel.start": 20}),
    ],
)
def test_a_run_with_coaching_equals_its_twin_month_by_month(
    name: str, levers: dict[str, float]
) -> None:
    scenario = load_scenario(name, levers=levers)
    world = Case.of(scenario, surabaya(), seed=5, scale=1000, months=37).world()
    world.params["application_base"] = 0.05
    twin = twin_of(world)
    for month in range(37):
        step(world)
        twin.step()
        faults = twin_differences(twin, world)
        assert not faults, f"month {month}:\n" + "\n".join(faults)
    twin.close()
    monthly = world.monthly
    assert monthly["admitted"].sum() > 20_000
    assert monthly["visible_successes"][-1] > 0
    assert monthly["dropouts"].sum() > 0
