"""Parts: finished runs of a range of the design as Parquet files, the same bytes however they came.

A part holds a table a block: the number of the run, what each row is, one column an outcome. Runs
that failed have no rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from experiments.batch.atomic import digest_of, whole_file
from experiments.batch.record import RUN, Block, Floats, Layout

__all__ = ["PARTS", "RUN", "part_files", "read_part", "read_records", "read_runs", "write_part"]

PARTS = "parts"
_ROWS = 1 << 20  # of a row group


def part_files(layout: Layout, number: int) -> dict[str, str]:
    """Name of each block's file of a part, relative to the folder."""
    return {block.name: f"{PARTS}/{block.name}-{number:05d}.parquet" for block in layout.blocks}


def write_part(
    folder: Path, number: int, layout: Layout, runs: Sequence[int], records: Floats
) -> dict[str, str]:
    """Writes a part as a whole, and gives the SHA-256 of each of its files.

    Args:
        folder: of the experiment; `parts` in it is there.
        number: of the part.
        layout: of the records.
        runs: numbers of the runs, rising.
        records: (runs, layout.size).
    """
    import pyarrow.parquet as pq  # noqa: PLC0415  # 0.2 s

    digests = {}
    for block, place in layout.pieces():
        name = part_files(layout, number)[block.name]
        values = records[:, place].reshape(-1, len(block.columns))
        table = _table(block, runs, values)
        with whole_file(folder / name) as beside:
            pq.write_table(
                table,
                beside,
                compression="zstd",
                compression_level=1,
                row_group_size=_ROWS,
                use_dictionary=[RUN, *block.index],
                # Bytes of the same place of many numbers are more alike than those of a number.
                use_byte_stream_split=list(block.columns),
            )
        digests[name] = digest_of(folder / name)
    return digests


def _table(block: Block, runs: Sequence[int], values: Floats) -> Any:  # noqa: ANN401  # pyarrow's
    import pyarrow as pa  # noqa: PLC0415

    columns = {RUN: pa.array(np.repeat(np.asarray(runs, dtype=np.int64), block.rows))}
    for name, labels in block.index.items():
        columns[name] = _labels(labels, len(runs))
    for at, name in enumerate(block.columns):
        columns[name] = pa.array(np.ascontiguousarray(values[:, at]))
    return pa.table(columns)


def _labels(labels: Sequence[str] | Sequence[int], times: int) -> Any:  # noqa: ANN401  # pyarrow's
    """Labels again and again; text as codes."""
    import pyarrow as pa  # noqa: PLC0415

    if all(isinstance(label, int) for label in labels):
        return pa.array(np.tile(np.asarray(labels, dtype=np.int32), times))
    words = list(dict.fromkeys(labels))
    code = {word: k for k, word in enumerate(words)}
    codes = np.tile(np.array([code[label] for label in labels], dtype=np.int32), times)
    return pa.DictionaryArray.from_arrays(pa.array(codes), pa.array([str(w) for w in words]))


def read_runs(path: Path, block: Block) -> list[int]:
    """Numbers of the runs in a file of a part."""
    import pyarrow.parquet as pq  # noqa: PLC0415  # 0.2 s

    column = pq.read_table(path, columns=[RUN], memory_map=False)[RUN]
    return [int(run) for run in column.to_numpy()[:: block.rows]]


def read_part(
    path: Path, block: Block, columns: Sequence[str] | None = None
) -> tuple[list[int], Floats]:
    """Runs of a part's file, and (runs, rows, columns) of their numbers.

    Args:
        path: of the file.
        block: whose it is.
        columns: names; all if none.
    """
    import pyarrow.parquet as pq  # noqa: PLC0415  # 0.2 s

    names = list(block.columns if columns is None else columns)
    table = pq.read_table(path, columns=[RUN, *names], memory_map=False)
    runs = [int(run) for run in table[RUN].to_numpy()[:: block.rows]]
    values = np.empty((len(runs) * block.rows, len(names)))
    for at, name in enumerate(names):
        values[:, at] = table[name].to_numpy()
    return runs, values.reshape(len(runs), block.rows, len(names))


def read_records(folder: Path, number: int, layout: Layout) -> tuple[list[int], Floats]:
    """Runs of a part and their whole records (runs, layout.size), as they were given."""
    names = part_files(layout, number)
    runs = read_runs(folder / names[layout.blocks[0].name], layout.blocks[0])
    records = np.empty((len(runs), layout.size))
    for block, place in layout.pieces():
        records[:, place] = read_part(folder / names[block.name], block)[1].reshape(len(runs), -1)
    return runs, records
