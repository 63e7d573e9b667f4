"""Field experiments in whole runs: sixty firms over two years beside their reference twin."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from scenarios import load_scenario
from sim.case import Case
from sim.run import simulate, step
from sim.treatment import KINDS, Treatment, attach_treatments
from sim.world import World
from tests.lab import parameters, surabaya
from tests.phases import close_to
from tests.reference.state import World as Objects
from tests.reference.twin import twin_differences, twin_of

MONTHS = 24
LEVERS = {"hotel.start": 2, "payment.start": 14, "payment.max_days": 25.0}
GIVEN = {
    "coaching": [Treatment("coaching", 2, 6), Treatment("coaching", 5, 3, {"kind": "class"})],
    "contract": [
        Treatment("contract", 1, 20, {"million_rp_per_month": 2.0, "standard": 0.7}),
        Treatment("contract", 3, 9, {"million_rp_per_month": 9_000.0, "buyer": "agency"}),
    ],
    "export_order": [
        Treatment("export_order", 3, 6, {"million_rp": 20.0, "standard": 0.9}),
        Treatment("export_order", 4, 12, {"million_rp": 20.0, "payment_days": 60.0}),
    ],
    "cash_grant": [Treatment("cash_grant", 3, 1, {"million_rp": 5.0})],
    "loan": [
        Treatment("loan", 1, 12, {"million_rp": 6.0, "interest_per_month": 0.01}),
        Treatment("loan", 4, 9, {"million_rp": 3.0, "interest_per_month": 0.1, "grace_months": 3}),
    ],
    "online_training": [
        Treatment("online_training", 2, 6, {"intensity": 0.8}),
        Treatment("online_training", 9, 3, {"onboard": "false"}),
    ],
    "payment_terms": [
        Treatment("payment_terms", 2, 14, {"days_sooner": 20.0, "buyers": ("large_buyer",)}),
        Treatment("payment_terms", 8, 14, {"days_sooner": 10.0, "max_days": 30.0}),
    ],
    "reserved_share_removed": [Treatment("reserved_share_removed", 6, 12, {"buyers": ("hotel",)})],
    "demand_shock": [
        Treatment("demand_shock", 2, 8, {"change": -1.0, "from_competitors": 1.0}),
        Treatment("demand_shock", 6, 9, {"change": 0.5, "from_competitors": 0.3}),
    ],
}  # fmt: skip


def _world() -> World:
    """Sixty firms with a marketplace and hotels that must buy, a rule on payment from month 14."""
    scenario = load_scenario("mandated_hotel_partnership", levers=LEVERS)
    values = parameters({"platform_on": 1.0})
    case = Case.of(scenario, surabaya(), seed=3, scale=2333, months=MONTHS, parameters=values)
    return case.world()


@cache
def _untreated() -> World:
    """The same without any treatment, run to its end."""
    return simulate(_world())


def _sums(world: Objects) -> dict[str, float]:
    """What the compiled month writes down of invoices and firms, from the twin's objects."""
    supplied = [link for link in world.links if link.order > 0.0]
    deals = [firm.deal for firm in world.firms]
    found = {
        "invoices": len(supplied) + sum(deal.invoices for deal in deals),
        "late_invoices": sum(k.late for k in supplied) + sum(deal.late for deal in deals),
        "defects": sum(k.defect for k in supplied) + sum(deal.defects for deal in deals),
        "returned": sum(k.returned for k in supplied) + sum(deal.returned for deal in deals),
    }
    for name in ("revenue", "profit", "drawings"):
        found[name] = sum(getattr(firm, name) for firm in world.firms)
    found["receivables"] = sum(sum(firm.receivables) for firm in world.firms)
    return {name: world.scale * value for name, value in found.items()}


@pytest.mark.parametrize("kind", [*KINDS, "all"])
def test_a_run_with_treatments_equals_its_twin_month_by_month(kind: str) -> None:
    chosen = [one for name, some in GIVEN.items() if kind in (name, "all") for one in some]
    world = _world()
    # Some firms get one of them, some several, some nothing.
    slots = np.arange(world.n_firms)
    treated = np.array([(slots + t) % (2 + t % 3) == 0 for t in range(len(chosen))])
    attach_treatments(world, chosen, treated)
    twin = twin_of(world)
    for month in range(MONTHS):
        step(world)
        twin.step()
        faults = twin_differences(twin, world)
        assert not faults, f"month {month}:\n" + "\n".join(faults)
        for name in world.ledger.dtype.names:
            assert world.ledger[name][month] < 1e-9, f"month {month}: {name}"
        for name, expected in _sums(twin.world).items():
            found = float(world.monthly[name][month])
            assert close_to(expected, found, 1e-9), f"month {month}: {name}"
    twin.close()
    assert (world.monthly["revenue"] != _untreated().monthly["revenue"]).any()
