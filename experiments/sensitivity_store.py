"""A sensitivity study as a folder: tables, figures and the manifest; never over another."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.morris import CONFIDENCE, LEVELS, RESAMPLES
from experiments.store import (
    RUNS,
    next_folder,
    put_folder,
    put_next_folder,
    write_manifest,
    write_scenarios,
)
from sim.outcomes import OUTCOMES, windows

if TYPE_CHECKING:
    from experiments.screening import Sensitivity

__all__ = ["free_folder", "save_folder", "save_next_folder"]


def free_folder() -> Path:
    """The next free `runs/sensitivity-001`, `-002`, ...; nothing is made."""
    return next_folder(RUNS, "sensitivity")


def save_folder(result: Sensitivity, target: Path, *, lang: str = "en") -> Path:
    """Writes everything into a new or empty folder, which gets its name last."""
    return put_folder(target, lambda partial: _fill(result, partial, lang))


def save_next_folder(result: Sensitivity, *, lang: str = "en") -> Path:
    """Writes everything into the next free folder, and says which that was."""
    return put_next_folder(free_folder, lambda partial: _fill(result, partial, lang))


def _fill(result: Sensitivity, folder: Path, lang: str) -> None:
    import pyarrow as pa  # noqa: PLC0415  # 0.2 s
    import pyarrow.parquet as pq  # noqa: PLC0415

    def put(table: pa.Table, name: str) -> None:
        pq.write_table(table, folder / name, compression="zstd")

    put(pa.Table.from_pandas(result.table, preserve_index=False), "sensitivity.parquet")
    with (folder / "sensitivity.csv").open("w", encoding="utf-8", newline="\n") as file:
        result.table.to_csv(file, index=False, lineterminator="\n", float_format="%.10g")
    put(_design(result), "design.parquet")
    put(_outcomes(result), "outcomes.parquet")
    write_scenarios(result.study, folder)
    _figures(result, folder / "figures", lang)
    about = {
        "kind": "sensitivity",
        "baseline": result.baseline,
        "scenarios": [result.scenario],
        "outcomes": list(result.outcomes),
        "window": result.window,
        "plan": {k: v for k, v in result.plan.items() if k not in ("seconds", "jobs")},
        "seed_scheme": "row of trajectory t, replicate r: sim.draws.replicate_seed("
        "replicate_seed(seed, t), 2 r + the dummy's half)",
        "intervals": f"{CONFIDENCE:.0%} percentiles of {RESAMPLES} resamplings of trajectories",
        "levels": LEVELS,
        "headlines": result.headlines,
        "notes": result.notes,
    }
    write_manifest(result.study, folder, about, ("SALib",))


def _design(result: Sensitivity) -> Any:  # noqa: ANN401  # a pyarrow table
    """Trajectory, point, the dummy and every value moved, of each row."""
    import pyarrow as pa  # noqa: PLC0415

    design = result.design
    rows = np.arange(len(design.levels))
    columns: dict[str, Any] = {
        "row": rows,
        "trajectory": rows // design.points,
        "point": rows % design.points,
        "luck": design.luck,
        **design.columns,
    }
    return pa.table(columns)


def _outcomes(result: Sensitivity) -> Any:  # noqa: ANN401  # a pyarrow table
    """Every outcome of every run, window by window: more than was asked for, it cost the same."""
    import pyarrow as pa  # noqa: PLC0415

    values = result.numbers
    units, scenarios, cuts, _ = values.shape
    replicates = units // len(result.design.levels)
    index = np.indices((units, scenarios, cuts)).reshape(3, -1)

    def named(codes: Any, words: list[str]) -> Any:  # noqa: ANN401  # arrays
        return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), pa.array(words))

    columns = {
        "row": index[0] // replicates,
        "replicate": index[0] % replicates,
        "scenario": named(index[1], list(result.study.names)),
        "window": named(index[2], list(windows(result.study.months))),
        **{name: values[:, :, :, k].ravel() for k, name in enumerate(OUTCOMES)},
    }
    return pa.table(columns)


def _figures(result: Sensitivity, folder: Path, lang: str) -> None:
    from experiments.figures.morris import write_figures  # noqa: PLC0415  # matplotlib

    folder.mkdir()
    write_figures(result, folder, lang)
