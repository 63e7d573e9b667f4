"""How much less pairs of runs vary than independent runs."""

from __future__ import annotations

import numpy as np

from benchmarks.rows import Row, below
from benchmarks.worlds import MANDATE, region
from scenarios import load_scenario
from sim.parameters import Parameters
from sim.policy import compile_policy
from sim.population import build_world
from sim.run import simulate
from sim.world import World

__all__ = ["measure_pairing"]

_TARGETS = {
    "profit": 0.1,
    "revenue": 0.1,
    "in business": 0.1,
    "jobs": 0.1,
    "partners": 0.5,
    "ever partnered": 0.5,
}
_START, _MONTHS = 24, 84


def measure_pairing(*, quick: bool) -> list[Row]:
    """Variance of the paired difference over that of independent runs, population held fixed."""
    seeds, scale = (8, 200) if quick else (48, 50)
    means: dict[str, list[tuple[float, float]]] = {name: [] for name in _TARGETS}
    params = Parameters.default()
    levers = load_scenario(MANDATE).levers
    for seed in range(1, seeds + 1):
        start = build_world(
            region(), params, seed=seed, population_seed=1, scale=scale, months=_MONTHS
        )
        simulate(start, _START)
        policy = compile_policy(levers, start.names.goods, _MONTHS)
        base, rule = simulate(start.copy()), simulate(start.copy(policy))
        for name, pairs in means.items():
            pairs.append((_mean(base, name), _mean(rule, name)))
    note = f"{seeds} pairs, mean of months {_START} to {_MONTHS - 1}, scale {scale}"
    return [
        below(f"paired over independent variance, {name}", _ratio(pairs), _TARGETS[name], note=note)
        for name, pairs in means.items()
    ]


def _mean(world: World, name: str) -> float:
    """Policy-window mean of a monthly outcome."""
    columns = {
        "in business": ("survivors",),
        "jobs": ("firms", "hired"),
        "ever partnered": ("ever_partners",),
    }.get(name, (name,))
    return float(sum(world.column(column)[_START:].mean() for column in columns))


def _ratio(pairs: list[tuple[float, float]]) -> float:
    base, rule = np.array(pairs).T
    apart = float(np.var(base, ddof=1) + np.var(rule, ddof=1))
    return float(np.var(rule - base, ddof=1)) / apart
