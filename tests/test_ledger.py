"""The ledger closes every month in every scenario; tests/test_ledger_faults.py makes it fail."""

from __future__ import annotations

import numpy as np
import pytest

from scenarios.region import load_region
from scenarios.scenario import list_scenarios, load_scenario
from sim.outcomes_monthly import LEDGER_DTYPE
from sim.parameters import Parameters
from sim.policy import compile_policy
from sim.population import build_world
from sim.run import simulate
from sim.world import World

LIMIT = 1e-9


def _run(name: str, scale: int = 50, **changes: float) -> World:
    scenario = load_scenario(name)
    assumed = {key: one.value for key, one in scenario.assume.items()}
    params = Parameters.default().replace(check=False, **{**assumed, **changes})
    world = build_world(load_region("surabaya"), params, seed=11, scale=scale)
    world.policy = compile_policy(scenario.levers, world.names.goods, world.months)
    return simulate(world)


@pytest.mark.parametrize("name", list_scenarios())
def test_every_identity_holds_every_month(name: str) -> None:
    """Cash, receivables, orders, pools, split of need, capacity and bounds to 1e-9."""
    world = _run(name)
    for field in LEDGER_DTYPE.names or ():
        assert np.abs(world.ledger[field]).max() < LIMIT, field


@pytest.mark.parametrize(
    "changes",
    [
        {"displacement": 0.0, "market_growth": 0.5},
        {"displacement": 1.0, "credit_line": 0.0, "informal_line": 0.0, "payment_days": 90.0},
        {"return_share": 1.0, "quality_noise": 0.2, "late_probability": 0.7, "late_days": 90.0},
        {"candidates": 8.0, "minimum_lot": 1.0},
        {"platform_on": 1.0, "payout_days": 30.0, "online_share": 0.3, "home_advantage": 100.0},
        {"platform_on": 1.0, "payout_days": 0.0, "order_value": 2.0, "rival_mass": 0.001},
        {"platform_on": 1.0, "credit_line": 0.0, "informal_line": 0.0, "online_returns": 1.0},
    ],
)
def test_identities_hold_at_the_corners_of_the_assumptions(changes: dict[str, float]) -> None:
    """Displacement, no credit, everything sent back and late, few candidates; online: whole and no
    delay, large orders, hardly any rivals.
    """
    world = _run("mandated_hotel_partnership", scale=100, **changes)
    for field in LEDGER_DTYPE.names or ():
        assert np.abs(world.ledger[field]).max() < LIMIT, field


def test_needs_are_met_directly_via_wholesalers_or_from_outside() -> None:
    """The split of buyers' demand adds up over the region in every month.

    What agencies do not buy directly is supplied over the year that follows.
    """
    world = _run("mandated_hotel_partnership")
    parts = world.column("direct") + world.column("via_wholesale") + world.column("outside")
    due = world.column("need") - world.column("agency_need")
    agencies = world.column("agency_direct") + world.column("agency_rest")
    assert agencies.min() > 0.0
    assert np.allclose(parts, due + agencies, rtol=1e-12)


def test_what_agencies_leave_to_contractors_is_supplied_within_a_year() -> None:
    """Need less direct purchases of a school year is what contractors supply in the next."""
    world = _run("agency_procurement")
    left = (world.column("agency_need") - world.column("agency_direct"))[7:103].reshape(8, 12)
    supplied = world.column("agency_rest")[6:102].reshape(8, 12)
    assert np.allclose(left.sum(axis=1)[:-1], supplied.sum(axis=1)[1:], rtol=1e-12)


def test_cash_never_falls_below_the_credit_line_for_two_months_running() -> None:
    """Who is insolvent for a second month is closed, so nobody alive has been for longer."""
    world = _run("mandated_hotel_partnership")
    living = world.firms.alive == 1
    assert world.firms.insolvent_months[living].max() <= 1
