"""A calibration as a folder: tables, figures, the ensemble and the manifest; never over another."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.calibration.ship import command
from experiments.store import (
    RUNS,
    next_folder,
    put_folder,
    put_next_folder,
    write_manifest,
    write_scenarios,
)

GIVEN = "targets_given.csv"
"""The table of targets, as it was read."""

if TYPE_CHECKING:
    import pandas as pd

    from experiments.calibration.result import Calibration

__all__ = ["free_folder", "save_folder", "save_next_folder"]


def free_folder() -> Path:
    """The next free `runs/calibrate-001`, `-002`, ...; nothing is made."""
    return next_folder(RUNS, "calibrate")


def save_folder(result: Calibration, target: Path, *, lang: str = "en") -> Path:
    """Writes everything into a new or empty folder, which gets its name last."""
    return put_folder(target, lambda partial: _fill(result, partial, lang))


def save_next_folder(result: Calibration, *, lang: str = "en") -> Path:
    """Writes everything into the next free folder, and says which that was."""
    return put_next_folder(free_folder, lambda partial: _fill(result, partial, lang))


def _fill(result: Calibration, folder: Path, lang: str) -> None:
    from experiments.calibration.ensemble import write_ensemble  # noqa: PLC0415  # when used
    from experiments.figures.calibration import write_figures  # noqa: PLC0415  # matplotlib

    for name in ("targets", "cannot", "waves", "parameters"):
        _csv(getattr(result, name), folder / f"{name}.csv")
    _rows(result, folder / "sets.parquet")
    if len(result.members):
        write_ensemble(result.ensemble(), folder)
    write_scenarios(result.problem.study, folder)
    shutil.copyfile(result.problem.path, folder / GIVEN)
    (folder / "figures").mkdir()
    write_figures(result, folder / "figures", lang)
    about = {
        "kind": "calibrate",
        "scenarios": list(result.problem.study.names),
        "plan": {k: v for k, v in result.plan.items() if k not in ("seconds", "jobs")},
        "seed_scheme": "replicate r of every set: sim.draws.replicate_seed(seed, r); designs and "
        "searches: stream 253",
        "members": len(result.members),
        "share_left": result.history.share,
        "informed": result.informed,
        "never_together": [list(pair) for pair in result.never_together],
        "notes": result.notes,
        "command": command(result),
    }
    write_manifest(result.problem.study, folder, about)


def _csv(table: pd.DataFrame, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        table.to_csv(file, index=False, lineterminator="\n", float_format="%.10g")


def _rows(result: Calibration, path: Path) -> None:
    """Every set that was run: its wave, its values, what it gave, and whether it is left."""
    import pyarrow as pa  # noqa: PLC0415  # 0.2 s
    import pyarrow.parquet as pq  # noqa: PLC0415

    history, problem = result.history, result.problem
    values = problem.values(history.points)
    means = np.column_stack([history.coarse, result.checked])
    left = np.zeros(len(means), dtype=bool)
    left[result.members] = True
    columns: dict[str, Any] = {
        "wave": history.number,
        "left": left,
        **{name: values[:, k] for k, name in enumerate(problem.names)},
        **{f"target {t.id}": means[:, k] for k, t in enumerate(problem.targets)},
    }
    pq.write_table(pa.table(columns), path, compression="zstd")
