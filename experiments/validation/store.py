"""A validation as a folder: tables, the figure and the manifest; never over another."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from experiments.budget import load_scenario
from experiments.design import make_study
from experiments.places import place_of
from experiments.store import RUNS, next_folder, put_folder, put_next_folder, write_manifest

if TYPE_CHECKING:
    import pandas as pd

    from experiments.validation.result import Validation

__all__ = ["free_folder", "save_folder", "save_next_folder"]


def free_folder() -> Path:
    """The next free `runs/validation-001`, `-002`, ...; nothing is made."""
    return next_folder(RUNS, "validation")


def save_folder(result: Validation, target: Path, *, lang: str = "en") -> Path:
    """Writes everything into a new or empty folder, which gets its name last."""
    return put_folder(target, lambda partial: _fill(result, partial, lang))


def save_next_folder(result: Validation, *, lang: str = "en") -> Path:
    """Writes everything into the next free folder, and says which that was."""
    return put_next_folder(free_folder, lambda partial: _fill(result, partial, lang))


def _fill(result: Validation, folder: Path, lang: str) -> None:
    _put(result.table, folder / "validation.csv")
    _put(_draws(result), folder / "draws.csv")
    if result.replays.figures:
        from experiments.figures.validation import write_figures  # noqa: PLC0415  # matplotlib

        (folder / "figures").mkdir()
        write_figures(result, folder / "figures", lang)
    about = {
        "kind": "validation",
        "freeze": result.frozen.digest,
        "rows": [row.id for row in result.rows],
        "counts": result.counts,
        "uncertainty": result.plan["uncertainty"],
        "plan": {k: v for k, v in result.plan.items() if k not in ("seconds", "jobs")},
        "seed_scheme": "draw r: sim.draws.replicate_seed(seed, r), the same in every replay",
        "changed_since_the_freeze": list(result.changed),
        "replays": {
            **{
                f"{name} in {place}": one.study.digest()
                for (place, name), one in result.replays.worlds.items()
            },
            **{
                name: f"{one.study.digest()} {one.study.trial.digest()}"
                for name, one in result.replays.trials.items()
            },
        },
        "notes": result.notes,
    }
    studies = result.replays.studies
    if not studies:  # only rows that cannot be expressed were asked for
        baseline = load_scenario("no_policy")
        studies = [make_study(place_of(baseline), [baseline], seed=1, scale=None, months=None)]
    write_manifest(studies[0], folder, about)


def _draws(result: Validation) -> pd.DataFrame:
    """Every figure of every draw, one row each."""
    import pandas as pd  # noqa: PLC0415

    lines = [
        (row.id, name, draw, value)
        for row in result.rows
        for name, values in result.figures(row).items()
        for draw, value in enumerate(values.tolist())
    ]
    return pd.DataFrame(lines, columns=["id", "figure", "draw", "value"])


def _put(table: pd.DataFrame, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        table.to_csv(file, index=False, lineterminator="\n", float_format="%.10g")
