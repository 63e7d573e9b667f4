"""What a calibration costs: a run, a wave's emulators and search, and 20,000 runs on two cores.

`python -m benchmarks.calibration --full` times all 20,000 by the clock. Targets are those of no
evidence: figures near what the model gives at the registry's values.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks.conditions import conditions
from benchmarks.rows import Row, below, plain, table, timed
from experiments.calibration.calibrate import calibrate
from experiments.calibration.prepare import FINE_REPLICATES, Problem, make_problem
from experiments.calibration.space import stratified
from experiments.calibration.targets import read_targets
from experiments.calibration.waves import match

__all__ = ["main", "measure_calibration"]

RUNS, CORES, MINUTES = 20_000, 2, 20.0
WAVES, SETS, REPLICATES, FINE = 5, 1000, 4, 40
"""Of the 20,000 runs."""
TARGETS = """role,outcome,window,scenario,value,sd,source
calibration,initial_dead,month 11,,8.5,1,none
calibration,initial_dead,month 59,,40,3,none
calibration,manufacturers_with_order,month 23,,3,0.8,none
calibration,selling_online,before,,7,1.5,none
calibration,late_payments,before,,20,5,none
calibration,gini,before,,0.65,0.03,none
calibration,practice,year 5,,0.3,0.03,none
"""
"""The last makes runs 84 months long."""
WITH_POLICY = TARGETS + "calibration,hotels_signed_at,month 32,hotel_memorandum,25,10,none\n"


def measure_calibration(*, quick: bool) -> list[Row]:
    """Processor time of a run and of a wave, and what 20,000 runs come to."""
    jobs, sets = (6, 200) if quick else (40, SETS)
    with tempfile.TemporaryDirectory() as folder:
        alone, policy = (_problem(Path(folder), text) for text in (TARGETS, WITH_POLICY))
    one, both = _seconds(alone, jobs), _seconds(policy, jobs)
    fine = _seconds(alone, 3, fine=True)
    wave = _wave(alone, sets)
    small, large = WAVES * SETS * REPLICATES, WAVES * FINE * FINE_REPLICATES
    minutes = ((small * one + large * fine) / CORES + WAVES * wave) / 60.0
    size = f"{alone.study.firms:,} firms x {alone.study.months} months, without a policy"
    names = len(alone.names)
    return [
        below("a run of a calibration", one, 0.12, "s", f"{size}, built and read"),
        plain("with a memorandum from month 24 to 32 beside it", both, "s"),
        plain(f"a finer run, 1 in {alone.finer}", fine, "s"),
        plain("emulators and search of a wave", wave, "s", f"{sets:,} sets, {names} parameters"),
        below(
            f"{RUNS:,} runs on {CORES} cores, extrapolated",
            minutes,
            MINUTES,
            "min",
            f"{WAVES} waves x {SETS:,} sets x {REPLICATES}, and {large} finer runs",
        ),
    ]


def _problem(folder: Path, text: str) -> Problem:
    path = folder / "targets.csv"
    path.write_text(text, encoding="utf-8")
    return make_problem(read_targets(path), None, path=path, seed=1, scale=None, replicates=4)


def _seconds(problem: Problem, count: int, *, fine: bool = False) -> float:
    """Processor time of a run, the middle of several at other values."""
    points = stratified(3, max(2, count), len(problem.names))
    work = problem.fine_jobs(points, 1) if fine else problem.jobs(points)
    chosen = work[:: max(1, len(work) // count)]
    problem.unit(problem.study, chosen[0])
    return median(timed(lambda j=job: problem.unit(problem.study, j)) for job in chosen)  # type: ignore[misc]


def _wave(problem: Problem, sets: int) -> float:
    """Processor time of all of a wave but its runs, whose results are made up."""
    wanted = problem.wanted
    targets, replicates = len(wanted.values), problem.replicates

    def simulate(points: np.ndarray, fine: int, wave: int) -> tuple[np.ndarray, np.ndarray]:
        del wave
        size = np.sqrt(wanted.variances)
        slope = stratified(9, targets, points.shape[1]) ** 8
        values = wanted.values + 4.0 * size * ((points - 0.5) @ slope.T)
        luck = size * (stratified(7, len(points), targets * replicates) - 0.5).reshape(
            len(points), replicates, targets
        )
        runs = values[:, np.newaxis, :] + luck
        return runs, runs[:fine, :FINE_REPLICATES]

    count = len(problem.names)
    return (
        timed(lambda: match(wanted, count, simulate, waves=2, rows=sets, seed=1, fine=FINE)) / 2.0
    )


def _full() -> list[Row]:
    """All of it, by the clock."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "targets.csv"
        path.write_text(TARGETS, encoding="utf-8")
        begun = time.perf_counter()
        result = calibrate(
            path, waves=WAVES, runs=SETS, replicates=REPLICATES, fine=FINE, jobs=CORES
        )
        minutes = (time.perf_counter() - begun) / 60.0
    spent = os.times()  # of ended workers too, where the system says so
    seconds = spent.user + spent.system + spent.children_user + spent.children_system
    note = f"{result.plan['runs']:,} runs, {len(result.members):,} sets left"
    return [
        below(f"{RUNS:,} runs on {CORES} cores, by the clock", minutes, MINUTES, "min", note),
        below(
            "processor time of all its processes, on so many cores",
            seconds / CORES / 60.0,
            MINUTES,
            "min",
            "what the clock would say on a machine with nothing else to do",
        ),
    ]


def main() -> int:
    """Prints the rows; with --full the whole calibration by the clock too."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.calibration", description=__doc__)
    parser.add_argument("--full", action="store_true", help="run all of it")
    parser.add_argument("--quick", action="store_true", help="small and rough")
    chosen = parser.parse_args()
    print("\n".join(conditions()), flush=True)
    print(table(_full() if chosen.full else measure_calibration(quick=chosen.quick)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
