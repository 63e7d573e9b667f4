"""A trial as a folder: tables, figures, the trial as read and the manifest; never over another."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.store import RUNS, next_folder, put_folder, put_next_folder, write_manifest

if TYPE_CHECKING:
    import pandas as pd

    from experiments.trials.result import TrialResult

__all__ = ["free_folder", "save_folder", "save_next_folder"]


def free_folder() -> Path:
    """The next free `runs/trial-001`, `-002`, ...; nothing is made."""
    return next_folder(RUNS, "trial")


def save_folder(result: TrialResult, target: Path, *, lang: str = "en") -> Path:
    """Writes everything into a new or empty folder, which gets its name last."""
    return put_folder(target, lambda partial: _fill(result, partial, lang))


def save_next_folder(result: TrialResult, *, lang: str = "en") -> Path:
    """Writes everything into the next free folder, and says which that was."""
    return put_next_folder(free_folder, lambda partial: _fill(result, partial, lang))


def _fill(result: TrialResult, folder: Path, lang: str) -> None:
    _put(result.table, folder / "trial.csv")
    _put(result.attrition, folder / "attrition.csv")
    _put(_replicates(result), folder / "replicates.csv")
    if result.design is not None:
        _put(result.design.table, folder / "power.csv")
    _write(folder / "trial.resolved.json", json.dumps(result.trial.resolved(), indent=2))
    if result.trial.text:
        _write(folder / "trial.yaml", result.trial.text.rstrip("\n"))
    _figures(result, folder / "figures", lang)
    about = {
        "kind": "trial",
        "trial": result.trial.name,
        "scenario": result.trial.scenario.name,
        "uncertainty": result.uncertainty,
        "plan": {k: v for k, v in result.plan.items() if k not in ("seconds", "jobs")},
        "seed_scheme": "replicate r: sim.draws.replicate_seed(seed, r), of the model and of the "
        "trial's own draws",
        "trial_digest": result.trial.digest(),
    }
    write_manifest(result.study, folder, about)


def _replicates(result: TrialResult) -> pd.DataFrame:
    """Every figure of every simulated trial, one row an outcome and survey."""
    import pandas as pd  # noqa: PLC0415

    parts = []
    for job, one in zip(result.jobs, result.results, strict=True):
        for o, outcome in enumerate(result.trial.outcomes):
            for h, horizon in enumerate(result.trial.horizons):
                cell = one.cells[o, h]
                row: dict[str, object] = {
                    "role": job.role,
                    "replicate": job.replicate,
                    "seed": str(job.seed),
                    "outcome": outcome,
                    "horizon": horizon,
                }
                parts.append(row | {name: float(cell[name]) for name in cell.dtype.names})
    return pd.DataFrame(parts)


def _put(table: pd.DataFrame, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        table.to_csv(file, index=False, lineterminator="\n", float_format="%.10g")


def _write(path: Path, content: str) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(content + "\n")


def _figures(result: TrialResult, folder: Path, lang: str) -> None:
    from experiments.figures.trial import write_figures  # noqa: PLC0415  # matplotlib

    folder.mkdir()
    write_figures(result, folder, lang)
