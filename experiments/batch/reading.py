"""Numbers of a folder's runs, read back: one block, some columns, part by part or all at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from experiments.batch.parts import PARTS, read_part
from experiments.batch.record import MAIN, Floats, Layout

__all__ = ["part_paths", "read_block", "read_pieces", "rows_of"]

_THREADS = 2


def part_paths(folder: Path, block: str = MAIN) -> list[Path]:
    """Files of a block that are there, in order."""
    return sorted((folder / PARTS).glob(f"{block}-[0-9]*.parquet"))


def rows_of(path: Path) -> int:
    """Rows of a part's file."""
    import pyarrow.parquet as pq  # noqa: PLC0415  # 0.2 s

    return int(pq.read_metadata(path).num_rows)


def read_pieces(
    folder: Path, layout: Layout, block: str = MAIN, columns: Sequence[str] | None = None
) -> Iterator[tuple[list[int], Floats]]:
    """Runs and (runs, rows, columns) of one part after another.

    Args:
        folder: of the experiment.
        layout: of its records.
        block: name of one.
        columns: names; all of the block if none.
    """
    own = layout.block(block)
    for path in part_paths(folder, block):
        yield read_part(path, own, columns)


def read_block(
    folder: Path,
    layout: Layout,
    runs: int,
    block: str = MAIN,
    columns: Sequence[str] | None = None,
) -> Floats:
    """(runs, rows, columns) of all runs at once; nan where one has no numbers.

    Args:
        folder: of the experiment.
        layout: of its records.
        runs: of the design.
        block: name of one.
        columns: names; all of the block if none.
    """
    own = layout.block(block)
    names = own.columns if columns is None else tuple(columns)
    found = np.full((runs, own.rows, len(names)), np.nan)

    def put(path: Path) -> None:
        at, values = read_part(path, own, names)
        found[at] = values

    with ThreadPoolExecutor(_THREADS) as threads:
        list(threads.map(put, part_paths(folder, block)))
    return found
