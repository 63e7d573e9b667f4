"""Size without a wall: `python -m benchmarks.size`, one region of any size, and many regions.

All regions are synthetic, see `benchmarks.synthetic`.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.conditions import conditions
from benchmarks.memory import peak_mib
from benchmarks.rows import Row, below, plain, table
from benchmarks.size_figure import draw
from benchmarks.synthetic import FIRMS, NUMBERS, Places, run_region
from experiments.batch.backend import Backend
from experiments.batch.experiment import Experiment
from experiments.batch.job import Job
from experiments.batch.reading import read_block
from experiments.batch.record import Floats, Layout
from experiments.batch.task import Task
from sim.draws import replicate_seed

__all__ = ["main", "many_regions", "measure_sizes", "region_task"]

ONE = (1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000, 3_000_000, 10_000_000)
ONE_QUICK = (1_000, 10_000, 100_000)
MANY, MANY_QUICK = (8, 64, 512), (4, 16)
LEAST, MOST = 2_000, 20_000
"""Firms of the regions that are tasks, evenly between."""
MONTHS = 36
_FIRST_WARM = 420_000
"""Firms of a run that compiles or loads what only large regions need."""
FOLDER = Path(__file__).parent
_FLAT = 2.0
_REPEATS, _SMALL = 3, 100_000
"""Of regions of so many firms at most the fastest of three is told: months are milliseconds."""


def one_region(firms: int, months: int = MONTHS) -> dict[str, float]:
    """What `measure_one` finds in a process of its own."""
    return dict(
        _apart(f"from benchmarks.synthetic import measure_one as f; a = ({firms}, {months})")
    )


def _many_apart(regions: int, workers: int, months: int) -> dict[str, float]:
    """What `many_regions` finds, with a parent of its own."""
    call = f"({regions}, LocalPool({workers}), {months})"
    return dict(
        _apart(
            "from experiments.batch.pool import LocalPool; "
            f"from benchmarks.size import many_regions as f; a = {call}"
        )
    )


def _apart(setup: str) -> Any:  # noqa: ANN401  # plain JSON
    program = f"import json; {setup}; print(json.dumps(f(*a)))"
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    if found.returncode:
        raise RuntimeError(found.stderr.decode().strip()[-2000:])
    return json.loads(found.stdout.decode().splitlines()[-1])


def region_task(regions: int, months: int = MONTHS, seed: int = 1) -> Task:
    """Regions as a batch: one task each.

    Args:
        regions: how many.
        months: of each run.
        seed: of all.
    """
    firms = np.linspace(LEAST, MOST, regions).round().tolist()
    jobs = [
        Job("region", number, replicate_seed(seed, number), {FIRMS: size})
        for number, size in enumerate(firms)
    ]
    return Task(
        kind="regions",
        function=run_region,
        study=Places(months),
        jobs=jobs,
        layout=Layout.of(NUMBERS),
        pack=_as_it_is,
        names=[FIRMS],
        fill=lambda _: np.nan,
        # Large ones first, so that all workers end together.
        order=list(reversed(range(regions))),
    )


def _as_it_is(numbers: Floats) -> Floats:
    return numbers


def many_regions(regions: int, backend: Backend, months: int = MONTHS) -> dict[str, float]:
    """Regions of 2,000 to 20,000 firms as tasks of a backend.

    Args:
        regions: how many.
        backend: that runs them.
        months: of each run.
    """
    task = region_task(regions, months)
    before, _ = peak_mib()
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="kemitraan-") as aside:
        with Experiment.create(Path(aside), task) as experiment:
            experiment.run(backend)
            failed = experiment.failed
            if failed:
                one = next(iter(experiment.store.failures().values()))
                raise RuntimeError(f"{failed} of {regions} regions failed: {one.message}")
            experiment.finish()
        numbers = read_block(Path(aside), task.layout, regions)[:, 0]
    seconds = time.perf_counter() - begun
    done = {name: numbers[:, k] for k, name in enumerate(NUMBERS)}
    return {
        "regions": regions,
        "firms": float(sum(job.changes[FIRMS] for job in task.jobs)),
        "workers": backend.workers,
        "seconds": seconds,
        "ns": 1e9 * float(done["seconds"].sum()) / float(done["firm_months"].sum()),
        "before": before,
        "peak": peak_mib()[0],
        "worker": float(done["peak_mib"].max()),
    }


def measure_sizes(*, quick: bool) -> list[Row]:
    """How a firm-month and the parent's memory change with size; small sizes only.

    `python -m benchmarks.size` goes up to ten million firms.
    """
    sizes = ONE_QUICK[:2] if quick else ONE_QUICK
    one_region(_FIRST_WARM, 13)
    one = [
        min((one_region(firms) for _ in range(_REPEATS)), key=lambda row: row["ns"])
        for firms in sizes
    ]
    many = [_many_apart(number, 2, 12) for number in MANY_QUICK]
    rows = [
        plain(f"ns a firm-month, synthetic region of {row['firms']:,.0f} firms", row["ns"], "ns")
        for row in one
    ]
    first, last = many[0], many[-1]
    rows.append(
        below(
            "memory of the parent of many regions as tasks, over that of few",
            last["peak"] - first["peak"],
            50.0,
            "MiB",
            f"{last['regions']:.0f} and {first['regions']:.0f} regions, {last['firms']:,.0f} and "
            f"{first['firms']:,.0f} firms x 12 months, two processes",
        )
    )
    if not quick:
        rows.append(
            below(
                "ns a firm-month of 100,000 firms over that of 10,000",
                one[2]["ns"] / one[1]["ns"],
                _FLAT,
            )
        )
    return rows


def _document(header: Sequence[str], one: Sequence[Any], many: Sequence[Any], command: str) -> str:
    """The page."""
    listed = "\n".join(f"* {line}" for line in header)
    return (
        "# Size\n\n"
        "One region from a thousand to ten million firms, and many regions as tasks. **All regions "
        "are synthetic**: Surabaya's wards and shares, with firms, hotels, restaurants, other "
        "large buyers and budgets in one proportion; no such place exists, and only time and "
        "memory mean anything. Every firm is simulated (scale 1).\n\n"
        f"Made by `{command}`; run it again to replace this file.\n\n{listed}\n\n"
        "![Time and memory against firms](size.svg)\n\n"
        "## One region, one process\n\n"
        f"{MONTHS} months under the hotel obligation, which is in force from month 24; the last "
        "twelve are timed, up to 100,000 firms the fastest of three runs. Each size in a "
        "process of its own; memory is the most that the process "
        f"held, of which about {one[0]['before']:.0f} MiB are Python and the kernels.\n\n"
        f"{_lines(_ONE, one)}\n\n"
        f"{_BENDS}\n\n"
        "## Many regions as tasks\n\n"
        f"Regions of {LEAST:,} to {MOST:,} firms, each from its making to month {MONTHS}, as tasks "
        "of a backend (`experiments.batch`, `LocalPool`), kept in a folder as they end. Seconds by "
        "the clock, worker start and folder included; ns a firm-month is of the workers.\n\n"
        f"{_lines(_MANY, many)}\n\n"
        "With few regions the loading of the kernels, and of each process, weighs more than the "
        "months. The parent keeps no results: its memory is that of one region it runs itself "
        "while others start, and of the libraries that write the folder.\n"
    )


_BENDS = (
    "Where the curves bend: below 3,000 firms a month costs what its buyers, links and local "
    "markets cost, some of which (procuring units of agencies, a few hundred) do not shrink with "
    "the region. Between 30,000 and 100,000 firms the state, about 0.5 kB a firm, outgrows the "
    "processor's caches. Building asks every slot for every order line up to 4 billion pairs, "
    "about 430,000 firms here, which grows with the square of the size; above that candidates are "
    "drawn by cell of a grid (`sim/build/nearby.py`), and building grows as the firms do. In one "
    "city of a given area a larger region is a denser one: the number of local markets is bounded "
    "by wards and trades, and what is spent between them, which is kept as a square table, with it."
)


_ONE: Sequence[tuple[str, Callable[[Any], str]]] = (
    ("firms", lambda r: f"{r['firms']:,.0f}"),
    ("slots", lambda r: f"{r['slots']:,.0f}"),
    ("buyers", lambda r: f"{r['buyers']:,.0f}"),
    ("links", lambda r: f"{r['links']:,.0f}"),
    ("build, s", lambda r: f"{r['build']:.2f}"),
    ("a month, s", lambda r: f"{r['month']:.4f}"),
    ("ns a firm-month", lambda r: f"{r['ns']:.0f}"),
    ("peak, MiB", lambda r: f"{r['peak']:,.0f}"),
    ("bytes a firm", lambda r: f"{(r['peak'] - r['before']) * 2**20 / r['firms']:,.0f}"),
)
_MANY: Sequence[tuple[str, Callable[[Any], str]]] = (
    ("regions", lambda r: f"{r['regions']:,.0f}"),
    ("firms", lambda r: f"{r['firms']:,.0f}"),
    ("processes", lambda r: f"{r['workers']:.0f}"),
    ("seconds", lambda r: f"{r['seconds']:.1f}"),
    ("ns a firm-month", lambda r: f"{r['ns']:.0f}"),
    ("parent before, MiB", lambda r: f"{r['before']:.0f}"),
    ("parent peak, MiB", lambda r: f"{r['peak']:.0f}"),
    ("largest process, MiB", lambda r: f"{r['worker']:.0f}"),
)


def _lines(columns: Sequence[tuple[str, Callable[[Any], str]]], rows: Sequence[Any]) -> str:
    """A Markdown table."""
    head = " | ".join(name for name, _ in columns)
    rule = " | ".join("---:" for _ in columns)
    body = "\n".join("| " + " | ".join(told(row) for _, told in columns) + " |" for row in rows)
    return f"| {head} |\n| {rule} |\n{body}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures every size; a full run writes `size.md` and `size.svg` beside this file."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.size", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes; nothing is written")
    parser.add_argument("--most", type=int, default=ONE[-1], help="leave out larger regions")
    parser.add_argument("--jobs", type=int, default=2, help="processes for many regions")
    chosen = parser.parse_args(arguments)
    if chosen.quick:
        print(table(measure_sizes(quick=True)))
        return 0
    header = conditions()
    print("\n".join(header), flush=True)
    one_region(_FIRST_WARM, 13)  # so that no size is measured while kernels compile
    one, many = [], []
    for firms in (size for size in ONE if size <= chosen.most):
        print(f"one region of {firms:,} firms ...", file=sys.stderr, flush=True)
        every = [one_region(firms) for _ in range(_REPEATS if firms <= _SMALL else 1)]
        one.append(min(every, key=lambda row: row["ns"]))
    for number in MANY:
        print(f"{number} regions ...", file=sys.stderr, flush=True)
        many.append(_many_apart(number, chosen.jobs, MONTHS))
    command = "python -m benchmarks.size"
    (FOLDER / "size.md").write_text(_document(header, one, many, command), encoding="utf-8")
    draw(one, many, FOLDER / "size.svg")
    print(_lines(_ONE, one), _lines(_MANY, many), sep="\n\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
