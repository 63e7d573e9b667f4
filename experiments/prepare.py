"""`python -m experiments.prepare`: compiles the model for this machine, once, so that no run waits.

Part of the installation by `make`; without it the first run compiles.
"""

from __future__ import annotations

from experiments.design import make_jobs, make_study
from experiments.unit import run_unit
from scenarios import load_region, load_scenario

__all__ = ["prepare"]

_SMALLEST = 500  # one firm in so many: what is compiled does not depend on how many there are


def prepare() -> None:
    """Runs a smallest unit of a comparison, so that every kernel it needs is compiled and kept."""
    pair = [load_scenario("no_policy"), load_scenario("mandated_hotel_partnership")]
    study = make_study(load_region("surabaya"), pair, seed=1, scale=_SMALLEST, months=37)
    run_unit(study, make_jobs(study, "seeds", 2, 0)[0])


if __name__ == "__main__":
    prepare()
