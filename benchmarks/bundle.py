"""Everything on at once: the first issue's figures with the bundle, within a factor 1.5."""

from __future__ import annotations

from benchmarks.memory import whole_region
from benchmarks.rows import Row, above, below, plain, timed
from benchmarks.worlds import BUNDLE, MANDATE, firm_months, world_under
from sim.outcomes_record import follow
from sim.run import simulate

__all__ = ["measure_bundle"]

_ALLOWED = 1.5


def measure_bundle(*, quick: bool) -> list[Row]:
    """Coaching, rules, agencies, events and the marketplace, beside the mandate alone."""
    scale, months, repeats = (100, 108, 3) if quick else (10, 108, 5)
    cost: dict[str, list[float]] = {MANDATE: [], BUNDLE: []}
    for name in cost:
        simulate(world_under(name, scale, months), 1)  # loads the kernels
    # In turns, so that both see the same machine.
    for seed in range(1, repeats + 1):
        for name, each in cost.items():
            world = world_under(name, scale, months, seed)
            seconds = timed(lambda w=world: follow(w))  # type: ignore[misc]
            each.append(1e9 * seconds / firm_months(world, 0, months))
    best = min(cost[BUNDLE])
    found = whole_region(BUNDLE, "20" if quick else "1")
    took = float(found["build"]) + float(found["months"])
    return [
        above("bundle: firm-months a second and core, best", 1e3 / best, 5.0 / _ALLOWED, "million"),
        plain("bundle: ns a firm-month, best", best, "ns"),
        plain("bundle over the mandate alone", best / min(cost[MANDATE]), "times"),
        below("bundle: whole Surabaya, build included", took, 12.0 * _ALLOWED, "s"),
        below("bundle: its peak memory", float(found["peak"]), 700.0 * _ALLOWED, "MiB"),
    ]
