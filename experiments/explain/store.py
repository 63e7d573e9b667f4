"""An explanation as a folder inside its comparison's, which stays as it is."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.standing import model_digest
from experiments.store import check_target, next_folder, put_folder, put_next_folder

if TYPE_CHECKING:
    from experiments.explain.explanation import Explanation

__all__ = ["check_out", "free_folder", "write_folder", "write_next_folder"]

SCHEMA = 1
PLACE = "explain"
"""Folder in that of the comparison; its manifest does not know it, and none of its files change."""


def check_out(folder: Path) -> Path:
    """A folder to write: not there yet, or empty.

    Raises:
        KemitraanError: it is neither.
    """
    return check_target(folder)


def free_folder(comparison: Path, outcome: str) -> Path:
    """The next free one of a comparison, such as `explain/profit-001`; nothing is made."""
    return next_folder(comparison / PLACE, outcome)


def write_folder(result: Explanation, target: Path, *, lang: str = "en") -> Path:
    """Writes tables, figures, words and a manifest into a new or empty folder."""
    return put_folder(target, lambda partial: _fill(result, partial, lang))


def write_next_folder(result: Explanation, comparison: Path, *, lang: str = "en") -> Path:
    """Writes the same into the next free folder of a comparison, and says which that was."""
    return put_next_folder(
        lambda: free_folder(comparison, result.outcome),
        lambda partial: _fill(result, partial, lang),
    )


def _fill(result: Explanation, folder: Path, lang: str) -> None:
    tables = {
        "variance": result.variance,
        "flips": result.flips,
        "curves": result.curves,
        "measure": result.measure,
    }
    for name, table in tables.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="\n") as file:
            table.to_csv(file, index=False, lineterminator="\n", float_format="%.10g")
    _draws(result, folder)
    with (folder / "explain.txt").open("w", encoding="utf-8", newline="\n") as file:
        file.write(result.text(lang) + "\n")
    from experiments.figures.explain import write_figures  # noqa: PLC0415  # matplotlib

    (folder / "figures").mkdir()
    write_figures(result, folder / "figures", lang)
    _manifest(result, folder)


def _draws(result: Explanation, folder: Path) -> None:
    """Every draw that shares were taken from: its seed, its effects and its values."""
    import pyarrow as pa  # noqa: PLC0415  # 0.2 s
    import pyarrow.parquet as pq  # noqa: PLC0415

    drawn = result.drawn
    columns: dict[str, Any] = {
        "further": [k >= drawn.own for k in range(drawn.draws)],
        "seed": [str(job.seed) for job in drawn.jobs],
        **{f"effect of {name}": effects for name, effects in drawn.effects.items()},
        **{name: drawn.points[:, k] for k, name in enumerate(drawn.names)},
    }
    pq.write_table(pa.table(columns), folder / "draws.parquet", compression="zstd")


def _manifest(result: Explanation, folder: Path) -> None:
    """What was explained with what, and a hash of every file."""
    about, ran = result.drawn.about, result.ran
    before = result.drawn.folder
    manifest = {
        "schema": SCHEMA,
        "kind": "explain",
        "complete": True,
        "outcome": result.outcome,
        "window": result.window,
        "baseline": result.drawn.baseline,
        "scenarios": list(result.scenarios),
        "draws": result.drawn.draws,
        "runs": 0 if ran is None else ran.plan.runs,
        "moved": None
        if ran is None
        else {
            "draws": ran.plan.draws,
            "levers": {k: {n: list(v) for n, v in own.items()} for k, own in
                       ran.plan.levers.items()},
            "assumptions": {name: list(v) for name, v in ran.plan.assumptions.items()},
            "more": ran.plan.more,
        },
        "region": about["region"],
        "seed": about["seed"],
        "notes": result.notes,
        "notes_id": result.notes_in("id"),
        "model": model_digest(),
        "comparison": None
        if before is None
        else hashlib.sha256((before / "manifest.json").read_bytes()).hexdigest(),
        "files": {
            path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(p for p in folder.rglob("*") if p.is_file())
        },
    }  # fmt: skip
    with (folder / "manifest.json").open("w", encoding="utf-8", newline="\n") as file:
        file.write(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")
