"""Against the reference twin: Mesa agents in plain Python that give the same numbers."""

from __future__ import annotations

from benchmarks.rows import Row, above, plain, timed
from benchmarks.worlds import firm_months, mandated_world
from sim.run import simulate
from tests.reference.keyed import KeyedDraws
from tests.reference.twin import twin_differences, twin_of

__all__ = ["measure_twin"]


def measure_twin(*, quick: bool) -> list[Row]:
    """How many times faster the compiled months are than the twin's, at two sizes."""
    simulate(mandated_world(2000, 1))
    rows = _draws()
    if quick:
        return rows + _compare("1,000 firms", 140, 12, 2, 50.0)
    rows += _compare("1,000 firms", 140, 60, 60, 50.0)
    return rows + _compare("20,000 firms", 7, 60, 2, 100.0)


def _draws() -> list[Row]:
    """What one draw costs the twin: its draws come one by one from the compiled generator."""
    draws, count = KeyedDraws(1), 20_000

    def work() -> None:
        for entity in range(count):
            draws.uniform("quality", 3, entity)

    work()
    return [plain("a keyed draw as the twin asks for it", 1e9 * timed(work) / count, "ns")]


def _compare(name: str, scale: int, months: int, twin_months: int, target: float) -> list[Row]:
    """Both over the same months, and the kernel over all; equal numbers are checked."""
    best, same = float("inf"), float("inf")
    for _ in range(3):
        world = mandated_world(scale, months)
        part = timed(lambda w=world: simulate(w, twin_months))  # type: ignore[misc]
        rest = timed(lambda w=world: simulate(w))  # type: ignore[misc]
        same, best = min(same, part), min(best, part + rest)
    kernel = 1e9 * best / firm_months(world, 0, months)
    beside = mandated_world(scale, months)
    twin = twin_of(beside)
    simulate(beside, twin_months)

    def work() -> None:
        for _ in range(twin_months):
            twin.step()

    slow = timed(work)
    agree = not twin_differences(twin, beside)
    twin.close()
    each = 1e9 * slow / firm_months(beside, 0, twin_months)
    timed_for = "all months" if twin_months == months else f"the first {twin_months} months only"
    numbers = "numbers agree to 1e-9" if agree else "NUMBERS DIFFER"
    return [
        plain(f"kernels, {name} x {months} months", kernel, "ns a firm-month"),
        plain(f"twin, {name}", each, "ns a firm-month", f"timed over {timed_for}; {numbers}"),
        plain(f"twin over kernels, same months, {name}", slow / same, "times"),
        above(f"twin over kernels, {name}", each / kernel, target, "times"),
    ]
