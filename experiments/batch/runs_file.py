"""`runs.parquet`: what became of each run; `seconds.csv`: how long it took, apart.

Seconds differ each time; the file of runs is the same however often the batch was stopped.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from experiments.batch.atomic import whole_file, write_whole
from experiments.batch.damage import readable
from experiments.batch.failure import Failure
from experiments.batch.job import Job
from experiments.batch.program import run_id
from experiments.batch.sealed import seal, unseal
from experiments.batch.store import Store

__all__ = [
    "RUNS", "RUN_COLUMNS", "SECONDS", "STATES", "read_failures", "read_ids", "read_seconds",
    "write_runs",
]  # fmt: skip

RUNS = "runs.parquet"
SECONDS = "seconds.csv"
RUN_COLUMNS = (
    "run", "id", "role", "replicate", "state", "stage", "error", "message", "traceback",
)  # fmt: skip
STATES = ("waiting", "done", "failed", "not needed")
"""Words for the states of `store`, and for runs after the end of a batch that was ended before."""


_ROWS = 4096


def write_runs(folder: Path, jobs: Sequence[Job], store: Store, digests: tuple[str, str]) -> None:
    """Writes both files, part by part.

    Args:
        folder: of the experiment.
        jobs: its design.
        store: its runs.
        digests: of the program and the study.
    """
    import pyarrow as pa  # noqa: PLC0415  # 0.2 s
    import pyarrow.parquet as pq  # noqa: PLC0415

    failures = store.failures()
    whole = {"run": pa.int64(), "replicate": pa.int64()}
    schema = pa.schema([(name, whole.get(name, pa.string())) for name in RUN_COLUMNS])
    with whole_file(folder / RUNS) as beside, pq.ParquetWriter(beside, schema) as writer:
        for number in range(store.parts):
            rows = [_row(i, jobs[i], store, failures, digests) for i in store.range_of(number)]
            columns = {name: [row[k] for row in rows] for k, name in enumerate(RUN_COLUMNS)}
            writer.write_table(pa.table(columns, schema=schema))
        for start in range(len(store.state), len(jobs), _ROWS):
            some = range(start, min(start + _ROWS, len(jobs)))
            rows = [_row(i, jobs[i], store, failures, digests) for i in some]
            columns = {name: [row[k] for row in rows] for k, name in enumerate(RUN_COLUMNS)}
            writer.write_table(pa.table(columns, schema=schema))
    seconds = [f"{value:.6f}" for note in store.notes() for value in note.seconds]
    lines = ["run,seconds", *(f"{run},{value}" for run, value in enumerate(seconds))]
    write_whole(folder / SECONDS, seal("\n".join(lines)))


def _row(
    run: int, job: Job, store: Store, failures: dict[int, Failure], digests: tuple[str, str]
) -> tuple[Any, ...]:
    state = STATES[int(store.state[run]) if run < len(store.state) else -1]
    failure = failures.get(run)
    told = ("", "", "", "") if failure is None else (
        failure.stage, failure.kind, failure.message, failure.traceback,
    )  # fmt: skip
    return (run, run_id(*digests, job), job.role, job.replicate, state, *told)


def read_seconds(folder: Path) -> list[float] | None:
    """Seconds of each run; none where the file is missing or has been changed."""
    path = folder / SECONDS
    text = unseal(path.read_bytes()) if path.is_file() else None
    if text is None:
        return None
    return [float(line.partition(",")[2]) for line in text.splitlines()[1:]]


def read_failures(folder: Path) -> dict[int, Failure]:
    """Runs that failed, of a complete folder.

    Raises:
        KemitraanError: the file is missing, or cannot be read.
    """
    import pyarrow.parquet as pq  # noqa: PLC0415  # 0.2 s

    names = ["run", "stage", "error", "message", "traceback"]
    with readable(folder, RUNS):
        rows = pq.read_table(folder / RUNS, columns=names, filters=[("state", "=", STATES[2])])
        return {row["run"]: Failure(*(row[n] for n in names[1:])) for row in rows.to_pylist()}


def read_ids(folder: Path) -> list[str]:
    """The name of each run of a complete folder.

    Raises:
        KemitraanError: the file is missing, or cannot be read.
    """
    import pyarrow.parquet as pq  # noqa: PLC0415  # 0.2 s

    with readable(folder, RUNS):
        found = pq.read_table(folder / RUNS, columns=["id"])["id"].to_pylist()
    return [str(name) for name in found]
