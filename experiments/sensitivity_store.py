"""A sensitivity study as a folder: tables, figures and the manifest; never over another."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.decomposition import Decomposition
from experiments.given_data import CURVES, HALVES
from experiments.morris import CONFIDENCE, LEVELS, RESAMPLES
from experiments.screening import Screening
from experiments.store import (
    RUNS,
    next_folder,
    put_folder,
    put_next_folder,
    write_manifest,
    write_scenarios,
)

if TYPE_CHECKING:
    from experiments.studied import Sensitivity

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
    put(pa.table(_design(result)), "design.parquet")
    put(_outcomes(result), "outcomes.parquet")
    if isinstance(result, Decomposition):
        _more_tables(result, folder, put)
    if result.own is None:
        write_scenarios(result.study, folder)
    _figures(result, folder / "figures", lang)
    about = {
        "kind": "sensitivity",
        "baseline": result.baseline,
        "scenarios": [result.scenario],
        "outcomes": list(result.outcomes),
        "window": result.window,
        "plan": {k: v for k, v in result.plan.items() if k not in ("seconds", "jobs")},
        **_scheme(result),
        "headlines": result.headlines,
        "notes": result.notes,
    }
    write_manifest(None if result.own else result.study, folder, about, ("SALib",))


def _scheme(result: Sensitivity) -> dict[str, object]:
    """How seeds and intervals were made."""
    share = f"{CONFIDENCE:.0%}"
    if not isinstance(result, Decomposition):
        return {
            "seed_scheme": "row of trajectory t, replicate r: sim.draws.replicate_seed("
            "replicate_seed(seed, t), 2 r + the dummy's half)",
            "intervals": f"{share} percentiles of {RESAMPLES} resamplings of trajectories",
            "levels": LEVELS,
        }
    intervals = {
        "sobol": f"{share} percentiles of {RESAMPLES} resamplings of base rows",
        "fast": f"{share} of Student's t over {CURVES} search curves",
    }.get(result.method, f"{share} percentiles over {HALVES} halves of the rows")
    return {
        "seed_scheme": "row with luck l, replicate r: sim.draws.replicate_seed("
        "replicate_seed(seed, l), r)",
        "intervals": intervals,
    }


def _more_tables(result: Decomposition, folder: Path, put: Callable[[Any, str], None]) -> None:
    """Indices of all outcomes, windows and months, and how they settle."""
    import pandas as pd  # noqa: PLC0415  # 0.4 s
    import pyarrow as pa  # noqa: PLC0415

    if result.method == "sobol":
        put(pa.Table.from_pandas(result.everything, preserve_index=False), "indices.parquet")
    parts = []
    for outcome in result.outcomes:
        part = result.convergence(outcome)
        part.insert(0, "outcome", outcome)
        parts.append(part)
    table = pd.concat(parts, ignore_index=True)
    with (folder / "convergence.csv").open("w", encoding="utf-8", newline="\n") as file:
        table.to_csv(file, index=False, lineterminator="\n", float_format="%.10g")


def _design(result: Sensitivity) -> dict[str, Any]:
    """Which rows belong together, their luck, and every value moved, of each row."""
    rows = np.arange(result.rows)
    if isinstance(result, Decomposition):
        sample = result.sample
        return {
            "row": rows,
            "base_row": rows // sample.points,
            "point": rows % sample.points,
            "luck": sample.luck,
            **sample.columns,
        }
    assert isinstance(result, Screening)  # noqa: S101  # there is no third kind
    design = result.design
    return {
        "row": rows,
        "trajectory": rows // design.points,
        "point": rows % design.points,
        "luck": design.luck,
        **design.columns,
    }


def _outcomes(result: Sensitivity) -> Any:  # noqa: ANN401  # a pyarrow table
    """Every outcome of every run, window by window: more than was asked for, it cost the same."""
    import pyarrow as pa  # noqa: PLC0415

    values = result.numbers
    units, scenarios, cuts, _ = values.shape
    replicates = units // result.rows
    index = np.indices((units, scenarios, cuts)).reshape(3, -1)

    def named(codes: Any, words: list[str]) -> Any:  # noqa: ANN401  # arrays
        return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), pa.array(words))

    columns = {
        "row": index[0] // replicates,
        "replicate": index[0] % replicates,
        "scenario": named(index[1], result.names),
        "window": named(index[2], result.every_window),
        **{name: values[:, :, :, k].ravel() for k, name in enumerate(result.every_outcome)},
    }
    return pa.table(columns)


def _figures(result: Sensitivity, folder: Path, lang: str) -> None:
    from experiments.figures import morris, shares  # noqa: PLC0415  # matplotlib

    folder.mkdir()
    if isinstance(result, Decomposition):
        shares.write_figures(result, folder, lang)
    elif isinstance(result, Screening):
        morris.write_figures(result, folder, lang)
