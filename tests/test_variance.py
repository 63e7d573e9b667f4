"""Keyed draws make twins: pairs vary far less than independent runs."""

from __future__ import annotations

import numpy as np
import pytest

from scenarios.region import load_region
from scenarios.scenario import load_scenario
from sim.parameters import Parameters
from sim.policy import compile_policy
from sim.population import build_world
from sim.run import simulate

REPLICATES = 24
SCALE = 50


def _means() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Policy-window means without and with the mandate, one value a seed, same population."""
    region = load_region("surabaya")
    params = Parameters.default()
    names = ("profit", "revenue", "survivors", "firms", "hired", "ever_partners")
    pairs: dict[str, list[tuple[float, float]]] = {name: [] for name in (*names, "jobs")}
    for seed in range(1, REPLICATES + 1):
        base = build_world(region, params, seed=seed, population_seed=1, scale=SCALE, months=84)
        simulate(base, 24)
        levers = load_scenario("mandated_hotel_partnership").levers
        policy = compile_policy(levers, base.names.goods, 84)
        runs = (simulate(base.copy()), simulate(base.copy(policy)))
        for name in names:
            both = tuple(float(w.column(name)[24:].mean()) for w in runs)
            pairs[name].append((both[0], both[1]))
        jobs = tuple(float((w.column("firms") + w.column("hired"))[24:].mean()) for w in runs)
        pairs["jobs"].append((jobs[0], jobs[1]))
    return {
        name: (np.array([p[0] for p in rows]), np.array([p[1] for p in rows]))
        for name, rows in pairs.items()
    }


MEANS = _means()


def _ratio(name: str) -> float:
    """Variance of the paired difference over that of independent runs."""
    base, rule = MEANS[name]
    return float(np.var(rule - base, ddof=1) / (np.var(base, ddof=1) + np.var(rule, ddof=1)))


@pytest.mark.parametrize("name", ["profit", "revenue", "survivors", "jobs"])
def test_paired_variance_is_a_tenth_or_less_of_independent_variance(name: str) -> None:
    """Profit, revenue, in business and jobs, the population held fixed."""
    assert _ratio(name) <= 0.1


def test_paired_variance_of_partnership_counts_is_half_or_less() -> None:
    """A policy changes who partners, so counts pair less well."""
    assert _ratio("ever_partners") <= 0.5
