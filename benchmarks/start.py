"""From nothing to the first month, and to the first line of help."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time

from benchmarks.rows import Row, below, plain

__all__ = ["measure_start"]

# In a fresh process: packages, numba's own tables (which it loads with the first function) and the
# region, scenario and parameters are there before the clock starts; what is left is our kernels.
_PROGRAM = """
import json, time
import numpy, numba, pandas
from scenarios import load_region, load_scenario
from sim.parameters import Parameters
numba.njit(lambda x: x + 1)(1)
load_region("surabaya")
load_scenario("mandated_hotel_partnership")
Parameters.default()

def month():
    from benchmarks.worlds import mandated_world
    from sim.run import simulate
    simulate(mandated_world(1000, 1))

times = []
for _ in range(3):
    begun = time.process_time()
    month()
    times.append(time.process_time() - begun)
print(json.dumps(times))
"""


def measure_start(*, quick: bool) -> list[Row]:
    """Cold compile, warm load, and `kemitraan --help` over the bare interpreter."""
    repeats = 3 if quick else 7
    rows = []
    if not quick:
        with tempfile.TemporaryDirectory() as folder:
            cold = _months({"KEMITRAAN_CACHE_DIR": folder})
        rows.append(below("cold compile of all kernels", cold[0] - min(cold[1:]), 45.0, "s"))
    _months({})  # so that the cache is warm
    warm = [_months({}) for _ in range(repeats)]
    load = min(times[0] - min(times[1:]) for times in warm)
    rows.append(
        below("warm load of all kernels", load, 0.5, "s", "first build and month less a later one")
    )
    bare = _command([sys.executable, "-c", "pass"], repeats)
    told = _command([sys.executable, "-m", "kemitraan", "--help"], repeats)
    rows += [
        plain("the bare interpreter", bare, "s by the clock"),
        below("kemitraan --help over it", told - bare, 0.3, "s", "by the clock, best of runs"),
    ]
    return rows


def _months(environment: dict[str, str]) -> list[float]:
    """Processor time of build and first month, three times in one fresh process."""
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM],
        env=os.environ | environment,
        capture_output=True,
        check=True,
    )
    return [float(each) for each in json.loads(done.stdout)]


def _command(command: list[str], repeats: int) -> float:
    """Least time by the clock of a command."""
    times = []
    for _ in range(repeats):
        begun = time.perf_counter()
        subprocess.run(command, capture_output=True, check=True)
        times.append(time.perf_counter() - begun)
    return min(times)
