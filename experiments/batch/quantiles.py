"""Quantiles over all runs of a folder, row by row and outcome by outcome."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from experiments.batch.reading import part_paths, rows_of
from experiments.batch.record import MAIN, Floats, Layout

__all__ = ["quantiles"]


def quantiles(
    folder: Path,
    layout: Layout,
    shares: Sequence[float],
    *,
    block: str = MAIN,
    columns: Sequence[str] | None = None,
    threads: int = 2,
) -> Floats:
    """(shares, rows, columns): quantiles over the finite numbers of all runs, by interpolation.

    One outcome after another is read and forgotten, so that memory holds a few of them only.

    Args:
        folder: of the experiment.
        layout: of its records.
        shares: such as (0.05, 0.5, 0.95).
        block: name of one.
        columns: names; all of the block if none.
        threads: that share the outcomes.
    """
    own = layout.block(block)
    names = own.columns if columns is None else tuple(columns)
    paths = part_paths(folder, block)
    counts = [rows_of(path) // own.rows for path in paths]

    def of_one(name: str) -> Floats:
        import pyarrow.parquet as pq  # noqa: PLC0415  # 0.2 s

        # Row by row side by side: what is selected from lies together.
        values = np.empty((own.rows, sum(counts)))
        at = 0
        for path, count in zip(paths, counts, strict=True):
            table = pq.read_table(path, columns=[name], memory_map=False, use_threads=False)
            values[:, at : at + count] = table[name].to_numpy().reshape(count, own.rows).T
            at += count
        return _selected(values, shares)

    with ThreadPoolExecutor(threads) as pool:
        return np.stack(list(pool.map(of_one, names)), axis=2)


def _selected(values: Floats, shares: Sequence[float]) -> Floats:
    """(shares, rows) of (rows, runs), which is overwritten."""
    if not np.isfinite(values).all():
        values = np.where(np.isfinite(values), values, np.nan)
        with np.errstate(invalid="ignore"):
            return np.asarray(np.nanquantile(values, shares, axis=1))
    count = values.shape[1]
    places = np.asarray(shares) * (count - 1)
    low = np.floor(places).astype(np.int64)
    high = np.minimum(low + 1, count - 1)
    values.partition(np.unique(np.concatenate([low, high])), axis=1)
    first, second = values[:, low], values[:, high]
    return np.asarray((first + (places - low) * (second - first)).T)
