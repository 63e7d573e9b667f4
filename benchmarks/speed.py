"""Firm-months a second, and whether many firms cost more each than few."""

from __future__ import annotations

from statistics import median

from benchmarks.rows import Row, above, below, plain, timed
from benchmarks.worlds import firm_months, mandated_world, region
from sim.draws import STREAM_QUALITY, uniform
from sim.jit import jit
from sim.outcomes import window_values, windows
from sim.outcomes_record import Record, follow
from sim.run import simulate

__all__ = ["measure_size", "measure_throughput"]

_DRAWS = 2_000_000


@jit
def _draw(count: int) -> float:
    """Sum of keyed uniforms: a yardstick of how fast this machine is just now."""
    total = 0.0
    for entity in range(count):
        total += uniform(1, STREAM_QUALITY, 3, entity, 0, 0, 0, 0)
    return total


def measure_throughput(*, quick: bool) -> list[Row]:
    """14,000 firms over 108 months under the mandate, with every monthly and yearly record."""
    scale, months, repeats = (100, 108, 3) if quick else (10, 108, 7)
    simulate(mandated_world(scale, months), 1)  # loads the kernels
    build, run, read = [], [], []
    done = 0.0
    for seed in range(1, repeats + 1):
        made: list[Record] = []
        build.append(timed(lambda s=seed: mandated_world(scale, months, s)))  # type: ignore[misc]
        world = mandated_world(scale, months, seed)
        run.append(timed(lambda w=world, m=made: m.append(follow(w))))  # type: ignore[misc]
        read.append(timed(lambda m=made: _outcomes(m[0])))  # type: ignore[misc]
        done = firm_months(world, 0, months)
    best, usual = min(run), median(run)
    _draw(1)
    yardstick = 1e9 * min(timed(lambda: _draw(_DRAWS)) for _ in range(5)) / _DRAWS
    size = f"{done / months:,.0f} firms x {months} months, K = 32, {repeats} runs"
    return [
        above("firm-months a second and core, best", done / best / 1e6, 5.0, "million", size),
        plain("the same, median", done / usual / 1e6, "million"),
        plain("ns a firm-month, best", 1e9 * best / done, "ns"),
        plain("ns a firm-month, median", 1e9 * usual / done, "ns"),
        plain("a compiled keyed draw", yardstick, "ns", "a yardstick of this machine just now"),
        plain("building month 0, median", median(build), "s", "firms, buyers, candidates, pools"),
        plain("reading all outcomes of all windows, median", median(read), "s"),
        plain(
            "million firm-months a second from build to outcomes",
            done / (usual + median(build) + median(read)) / 1e6,
            "million",
        ),
    ]


def _outcomes(record: Record) -> None:
    for name in windows(record.world.months):
        window_values(record, name)


def measure_size(*, quick: bool) -> list[Row]:
    """Cost of a firm-month among 100,000 firms over that among 1,000.

    One place of 100,000 firms with the buyers of Surabaya; the small world keeps every hundredth
    slot and buyer. Equal: firms a buyer, order lines a buyer, candidates a line, months, policy.
    Not equal: the small world has fewer firms a pool, and fewer pools.
    """
    first, last = (24, 30) if quick else (24, 60)
    place = region(100_000)
    cost: dict[int, float] = {}
    for scale, repeats in ((100, 3 if quick else 9), (1, 1 if quick else 3)):
        each = []
        for seed in range(1, repeats + 1):
            world = simulate(mandated_world(scale, last, seed, place), first)
            seconds = timed(lambda w=world: simulate(w))  # type: ignore[misc]
            each.append(1e9 * seconds / firm_months(world, first, last))
        cost[scale] = min(each)
    held = f"months {first} to {last - 1}, best of runs; equal firms a buyer, K, policy"
    return [
        plain("ns a firm-month at 1,000 firms", cost[100], "ns"),
        plain("ns a firm-month at 100,000 firms", cost[1], "ns"),
        below("ratio of the two", cost[1] / cost[100], 1.6, note=held),
    ]
