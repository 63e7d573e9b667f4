"""The design as a file: what every run was given, written before the first of them.

A row a run: its number, role, replicate and seed, then every value that some run changes. What a
role leaves alone is filled in for readers; which names a role changes stands beside the table, so
that a job read back is the job that was written.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, overload

from experiments.batch.atomic import digest_of, whole_file
from experiments.batch.job import Job
from sim.errors import KemitraanError

__all__ = ["DESIGN", "DesignFile", "changed_names", "write_design"]

DESIGN = "design.parquet"
PLACES = ("unit", "role", "replicate", "seed")
"""The first columns; the others are values, and what a caller adds behind them."""
_ROWS, _FEWEST_ROWS, _CELLS = 4096, 64, 1 << 17
_CHANGES = b"kemitraan_changes"


def changed_names(jobs: Iterable[Job]) -> dict[str, tuple[str, ...]]:
    """Which names the jobs of each role change, in their order.

    Raises:
        KemitraanError: two jobs of a role change different names.
    """
    found: dict[str, tuple[str, ...]] = {}
    for k, job in enumerate(jobs):
        names = tuple(job.changes)
        if found.setdefault(job.role, names) != names:
            raise KemitraanError(
                f"run {k}: changes other names than the runs of role {job.role!r} before it; give "
                "it another role"
            )
    return found


def write_design(
    folder: Path,
    jobs: Sequence[Job],
    names: Sequence[str],
    fill: Callable[[str], float],
    extra: Mapping[str, Sequence[Any]] | None = None,
) -> str:
    """Writes the design as a whole, and gives its SHA-256.

    Args:
        folder: of the experiment.
        jobs: in their order; read piece by piece.
        names: of the values, in the order of the columns.
        fill: value of a name where a job does not change it.
        extra: further columns, one entry a job.

    Raises:
        KemitraanError: two columns would have one name.
    """
    import pyarrow as pa  # noqa: PLC0415  # 0.2 s
    import pyarrow.parquet as pq  # noqa: PLC0415

    further_names = list(extra or {})
    every = [*PLACES, *names, *further_names]
    twice = sorted({name for name in every if every.count(name) > 1})
    if twice:
        raise KemitraanError(
            f"{', '.join(twice)}: stands for two columns of the design; give every input a name of "
            f"its own, and none of them {', '.join(PLACES)}"
        )
    changes = changed_names(jobs)
    base = {name: fill(name) for name in names}
    kinds = {"unit": pa.int64(), "role": pa.string(), "replicate": pa.int64(), "seed": pa.string()}
    kinds |= dict.fromkeys(names, pa.float64())
    further = {name: pa.array(values) for name, values in (extra or {}).items()}
    kinds |= {name: column.type for name, column in further.items()}
    schema = pa.schema(list(kinds.items()), metadata={_CHANGES: json.dumps(changes).encode()})
    rows = max(_FEWEST_ROWS, min(_ROWS, _CELLS // max(1, len(names))))
    with (
        whole_file(folder / DESIGN) as beside,
        pq.ParquetWriter(beside, schema, compression="zstd") as writer,
    ):
        for start in range(0, max(1, len(jobs)), rows):
            some = jobs[start : start + rows]
            columns: dict[str, Any] = {
                "unit": list(range(start, start + len(some))),
                "role": [job.role for job in some],
                "replicate": [job.replicate for job in some],
                # A seed has 64 bits: more than most readers of tables hold as a number.
                "seed": [str(job.seed) for job in some],
            }
            for name in names:
                columns[name] = [job.changes.get(name, base[name]) for job in some]
            for name, column in further.items():
                columns[name] = column.slice(start, len(some))
            writer.write_table(pa.table(columns, schema=schema))
    return digest_of(folder / DESIGN)


class DesignFile(Sequence[Job]):
    """The jobs of a design's file, read piece by piece: memory does not grow with their number.

    Args:
        folder: of the experiment.
    """

    def __init__(self, folder: Path) -> None:
        import pyarrow.parquet as pq  # noqa: PLC0415  # 0.2 s

        self._path = folder / DESIGN
        with pq.ParquetFile(self._path) as file:
            self._length = int(file.metadata.num_rows)
            self._rows = int(file.metadata.row_group(0).num_rows) if self._length else 1
            told = (file.schema_arrow.metadata or {}).get(_CHANGES)
        if told is None:
            raise KemitraanError(f"{self._path}: is no design that runs can be read from")
        self._changes: dict[str, list[str]] = json.loads(told)
        self._group = -1
        self._columns: dict[str, list[Any]] = {}

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, place: int) -> Job: ...
    @overload
    def __getitem__(self, place: slice) -> list[Job]: ...
    def __getitem__(self, place: int | slice) -> Job | list[Job]:
        if isinstance(place, slice):
            return [self[i] for i in range(*place.indices(self._length))]
        run = place + self._length if place < 0 else place
        if not 0 <= run < self._length:
            raise IndexError(place)
        group, row = divmod(run, self._rows)
        if self._group != group:
            self._columns, self._group = self._read(group), group
        held = self._columns
        role = held["role"][row]
        changes = {name: held[name][row] for name in self._changes[role]}
        return Job(role, held["replicate"][row], int(held["seed"][row]), changes)

    def _read(self, group: int) -> dict[str, list[Any]]:
        import pyarrow.parquet as pq  # noqa: PLC0415

        names = dict.fromkeys(name for own in self._changes.values() for name in own)
        with pq.ParquetFile(self._path) as file:
            table = file.read_row_group(group, columns=[*PLACES[1:], *names])
        return {name: table[name].to_pylist() for name in table.column_names}
