"""`python -m benchmarks`: measures everything and prints it beside its target."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.bundle import measure_bundle
from benchmarks.calibration import measure_calibration
from benchmarks.conditions import conditions
from benchmarks.memory import measure_whole_region
from benchmarks.pairing import measure_pairing
from benchmarks.rows import Row, table
from benchmarks.size import measure_sizes
from benchmarks.sobol import measure_sobol
from benchmarks.speed import measure_size, measure_throughput
from benchmarks.start import measure_start
from benchmarks.store import measure_store
from benchmarks.trials import measure_trial
from benchmarks.twin import measure_twin
from benchmarks.workers import measure_workers

BENCHMARKS: dict[str, Callable[..., list[Row]]] = {
    "throughput": measure_throughput,
    "size": measure_size,
    "sizes": measure_sizes,
    "whole": measure_whole_region,
    "bundle": measure_bundle,
    "twin": measure_twin,
    "sobol": measure_sobol,
    "workers": measure_workers,
    "store": measure_store,
    "trial": measure_trial,
    "start": measure_start,
    "pairing": measure_pairing,
    "calibration": measure_calibration,
}
RESULTS = Path(__file__).parent / "results.md"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures and prints; a full run is also written to `benchmarks/results.md`."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", choices=BENCHMARKS, action="append", help="measure only this")
    parser.add_argument("--quick", action="store_true", help="small and rough; nothing is written")
    chosen = parser.parse_args(arguments)
    begun = time.perf_counter()
    header = conditions()
    print("\n".join(header), flush=True)
    rows: list[Row] = []
    for name in chosen.only or BENCHMARKS:
        print(f"measuring {name} ...", file=sys.stderr, flush=True)
        rows += BENCHMARKS[name](quick=chosen.quick)
    told = table(rows)
    print(told)
    if chosen.quick:
        print("quick: sizes are not those of the targets, so that met says little")
    if not chosen.only and not chosen.quick:
        minutes = (time.perf_counter() - begun) / 60.0
        RESULTS.write_text(_document(header, told, minutes), encoding="utf-8")
    return 0


def _document(header: Sequence[str], told: str, minutes: float) -> str:
    """The results file."""
    listed = "\n".join(f"* {line}" for line in header)
    return (
        "# Measured speed\n\n"
        f"Made by `make bench` (`python -m benchmarks`) in {minutes:.0f} minutes; run it again to "
        "replace this file.\nProcessor time of one core unless a row says by the clock; kernels "
        f"from a warm cache; ratios within one run.\n\n{listed}\n\n{told}\n"
    )


if __name__ == "__main__":
    sys.exit(main())
