"""Synthetic regions of any size: Surabaya's wards and shares, with other numbers of everything.

Firms, hotels, restaurants, other large buyers and what agencies buy grow in the same proportion, in
the same 154 wards, so that a larger region is a denser one. No such place exists; only time and
memory mean anything.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from benchmarks.memory import peak_mib
from benchmarks.worlds import MANDATE, firm_months, mandated_world, region
from experiments.batch.job import Job
from scenarios import load_scenario
from scenarios.region import Region
from sim.case import Case
from sim.run import simulate

__all__ = ["FIRMS", "NUMBERS", "Places", "measure_one", "run_region", "synthetic_region"]

FIRMS = "firms"
NUMBERS = ("firms", "firm_months", "profit", "seconds", "peak_mib")
"""What a run of a region gives."""
_FIRST, _LAST = 24, 36
"""Months between which a month is timed: the mandate is in force, and everything is warm."""


def synthetic_region(firms: int) -> Region:
    """A region of so many firms, with buyers in proportion."""
    city = region()
    part = firms / city.firms
    hotels = city.hotels.copy()
    hotels["count"] = [max(1, round(count * part)) for count in hotels["count"]]
    restaurants = max(1.0, round(city.restaurants.value * part))
    return replace(
        city,
        name=f"synthetic_{firms}",
        firms=firms,
        hotels=hotels,
        restaurants=replace(city.restaurants, value=restaurants),
        government={k: replace(v, value=v.value * part) for k, v in city.government.items()},
    )


def measure_one(firms: int, months: int = _LAST) -> dict[str, float]:
    """One region in this process: seconds to build and a firm-month, and most memory.

    Args:
        firms: of the region, each of them simulated.
        months: run; the last twelve are timed.
    """
    simulate(mandated_world(2000, 2), 1)
    before, _ = peak_mib()
    place = synthetic_region(firms)
    begun = time.perf_counter()
    world = mandated_world(1, months, place=place)
    build = time.perf_counter() - begun
    simulate(world, months - 12)
    begun = time.perf_counter()
    simulate(world)
    seconds = time.perf_counter() - begun
    done = firm_months(world, months - 12, months)
    peak, _ = peak_mib()
    return {
        "firms": firms,
        "slots": world.n_firms,
        "buyers": int(world.buyers.size),
        "links": int(world.links.size),
        "build": build,
        "month": seconds / 12,
        "ns": 1e9 * seconds / done,
        "before": before,
        "peak": peak,
    }


@dataclass(frozen=True)
class Places:
    """What tasks of many regions share.

    Attributes:
        months: of each run.
        scenario: name of it.
    """

    months: int
    scenario: str = MANDATE

    def digest(self) -> str:
        """Its fields."""
        return f"{self.scenario} {self.months}"


def run_region(study: Places, job: Job) -> npt.NDArray[np.float64]:
    """A region of `job.changes["firms"]` firms, from its making to its last month: `NUMBERS`."""
    begun = time.perf_counter()
    place = synthetic_region(int(job.changes[FIRMS]))
    case = Case.of(
        load_scenario(study.scenario), place, seed=job.seed, scale=1, months=study.months
    )
    world = simulate(case.world())
    profit = float(world.column("profit")[_FIRST:].mean()) if study.months > _FIRST else 0.0
    done = firm_months(world, 0, study.months)
    seconds = time.perf_counter() - begun
    return np.array([world.n_firms, done, profit, seconds, peak_mib()[0]])
