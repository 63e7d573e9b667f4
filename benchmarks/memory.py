"""The whole of Surabaya in one process: time of a core and most memory."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import Any

from benchmarks.rows import Row, below, plain
from benchmarks.worlds import MANDATE

__all__ = ["measure_whole_region", "peak_mib", "whole_region"]


def peak_mib() -> tuple[float, str]:
    """Most memory this process has held so far, MiB, and where the number comes from."""
    try:
        with open("/proc/self/status", encoding="utf-8") as file:  # noqa: PTH123  # may not exist
            for line in file:
                if line.startswith("VmHWM:"):
                    return float(line.split()[1]) / 1024, "VmHWM"
    except OSError:
        pass
    import psutil  # noqa: PLC0415  # a tool of developers, only here

    memory = psutil.Process().memory_info()
    peak = getattr(memory, "peak_wset", 0)
    if peak:
        return peak / 2**20, "peak_wset"
    return memory.rss / 2**20, "at the end of the run; this system tells no peak"


def measure_whole_region(*, quick: bool) -> list[Row]:
    """All firms, hotels and restaurants over 108 months in a fresh process."""
    scale = "20" if quick else "1"
    found = whole_region(MANDATE, scale)
    size = f"{found['firms']:,.0f} slots, {found['hotels']} hotels, {found['restaurants']}"
    return [
        below(
            "whole Surabaya, 108 months, build included",
            found["build"] + found["months"],
            12.0,
            "s",
            f"{size} restaurants, scale {scale}",
        ),
        plain("of it: building month 0", found["build"], "s"),
        plain("of it: 108 months", found["months"], "s"),
        below("its peak memory", found["peak"], 700.0, "MiB", found["peak_from"]),
        plain("of it: Python and libraries before the build", found["before"], "MiB"),
    ]


def whole_region(scenario: str, scale: str) -> dict[str, Any]:
    """What `_run` finds in a fresh process."""
    program = [sys.executable, "-m", "benchmarks.memory", scenario, scale]
    found = subprocess.run(program, capture_output=True, check=True).stdout
    return dict(json.loads(found))


def _run(name: str, scale: int) -> dict[str, float | int | str]:
    """In the fresh process: one run, kernels loaded before the clock starts."""
    from benchmarks.worlds import world_under  # noqa: PLC0415  # only in the fresh process
    from sim.run import simulate  # noqa: PLC0415
    from sim.tables import KIND_HOTEL, KIND_RESTAURANT  # noqa: PLC0415

    simulate(world_under(name, 2000, 1))
    before, _ = peak_mib()
    begun = time.process_time()
    world = world_under(name, scale, 108)
    built = time.process_time()
    simulate(world)
    done = time.process_time()
    kind = world.buyers.kind
    peak, peak_from = peak_mib()
    return {
        "firms": world.n_firms,
        "hotels": int((kind == KIND_HOTEL).sum()),
        "restaurants": int((kind == KIND_RESTAURANT).sum()),
        "build": built - begun,
        "months": done - built,
        "peak": peak,
        "peak_from": peak_from,
        "before": before,
    }


if __name__ == "__main__":
    print(json.dumps(_run(sys.argv[1], int(sys.argv[2]))))
