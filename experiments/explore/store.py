"""An exploration as a folder: tables, figures, the draws and the manifest; never over another."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.ensemble_words import ensemble_record
from experiments.explore.boxes import LOSE
from experiments.explore.folder import ASSUMPTIONS, DESIGN, KIND, VALUES
from experiments.explore.luck import HALVES, SHUFFLES
from experiments.explore.prim import MASS, PEEL
from experiments.store import (
    RUNS,
    SCHEMA,
    kept,
    next_folder,
    write_manifest,
    write_scenarios,
)
from sim.errors import KemitraanError
from sim.outcomes import OUTCOMES, windows

if TYPE_CHECKING:
    import pandas as pd

    from experiments.explore.exploration import Exploration

__all__ = ["about", "fill", "free_folder", "save_folder"]

_SCENARIOS = "scenarios.resolved.json"


def free_folder() -> Path:
    """The next free `runs/explore-001`, `-002`, ...; nothing is made."""
    return next_folder(RUNS, KIND)


def save_folder(result: Exploration, make: Callable[[], Path], *, lang: str = "en") -> Path:
    """Writes an exploration of draws that were there before; nothing stays where that fails.

    Args:
        result: of a comparison, or of what a folder held.
        make: makes the folder, which is new or empty.
        lang: language of the figures.
    """

    def keep(folder: Path) -> None:
        try:
            fill(result, folder, lang)
            if result.draws.study is None:
                _manifest(result, folder, about(result))
            else:
                write_manifest(result.draws.study, folder, about(result))
        except OSError as error:
            reason = error.strerror or str(error)
            raise KemitraanError(f"{folder}: cannot be written: {reason}") from error

    return kept(make, keep)


def fill(result: Exploration, folder: Path, lang: str, *, design: bool = True) -> None:
    """Writes tables and figures into an empty folder.

    Args:
        result: finished.
        folder: empty.
        lang: language of the figures.
        design: also values of the assumptions in every draw, which a folder with runs has already.
    """
    tables = {
        "regret": result.regret,
        "satisfied": result.satisfied,
        "public_cost": result.cost,
        "best": result.best,
        "boxes": result.boxes,
        "limits": result.limits,
        "against_luck": result.against_luck,
        "trees": result.trees,
        ASSUMPTIONS.removesuffix(".csv"): result.draws.table.reset_index(),
    }
    for name, table in tables.items():
        _put(table, folder / f"{name}.csv")
    for language in ("en", "id"):
        _write(folder / f"answers.{language}.txt", "\n".join(result.sentences(language)))
    _draws(result, folder, design=design)
    if result.draws.study is not None:
        write_scenarios(result.draws.study, folder)
    _figures(result, folder / "figures", lang)


def about(result: Exploration) -> dict[str, Any]:
    """What the manifest says of an exploration."""
    draws = result.draws
    return {
        "kind": KIND,
        "baseline": result.baseline,
        "scenarios": list(result.scenarios),
        "uncertainty": draws.about["uncertainty"],
        "outcomes": list(result.outcomes),
        "window": result.window,
        "wishes": [str(w) for w in result.wishes],
        "focus": result.focus,
        "plan": {k: v for k, v in result.plan.items() if k not in ("seconds", "jobs")},
        "seed_scheme": "draw r: sim.draws.replicate_seed(seed, r); shuffles and halves of the "
        "draws: stream 252 under the seed",
        "method": {"peel": PEEL, "mass": MASS, "shuffles": SHUFFLES, "halves": HALVES,
                   "limits_dropped_above": LOSE},
        "months": draws.months,
        "first_month": draws.about["first_month"],
        "region_title": draws.about["region_title"],
        "notes": list(draws.about["notes"]),
        "notes_id": list(draws.about["notes_id"]),
        **({} if draws.study is None else ensemble_record(draws.study)),
    }  # fmt: skip


def _draws(result: Exploration, folder: Path, *, design: bool) -> None:
    """Every draw: values of the assumptions, and all outcomes of all scenarios and windows."""
    import pyarrow as pa  # noqa: PLC0415  # 0.2 s
    import pyarrow.parquet as pq  # noqa: PLC0415

    draws = result.draws
    number = np.asarray(draws.runs or range(draws.count), dtype=np.int32)
    if design:
        columns: dict[str, Any] = {"draw": number}
        columns |= {name: draws.points[:, k] for k, name in enumerate(draws.parameters)}
        pq.write_table(pa.table(columns), folder / DESIGN, compression="zstd")
    at = np.indices(draws.numbers.shape[:3]).reshape(3, -1).astype(np.int32)
    words = ((at[1], draws.scenarios), (at[2], list(windows(draws.months))))
    scenario, window = (
        pa.DictionaryArray.from_arrays(pa.array(code), pa.array(names)) for code, names in words
    )
    flat = draws.numbers.reshape(-1, len(OUTCOMES))
    table = pa.table(
        {
            "draw": number[at[0]],
            "scenario": scenario,
            "window": window,
            **{name: flat[:, k] for k, name in enumerate(OUTCOMES)},
        }
    )
    pq.write_table(table, folder / VALUES, compression="zstd")


def _manifest(result: Exploration, folder: Path, about: dict[str, Any]) -> None:
    """Of draws that were read: what their folder says of itself, and a hash of every file."""
    draws = result.draws
    if draws.source is not None and (draws.source / _SCENARIOS).is_file():
        shutil.copyfile(draws.source / _SCENARIOS, folder / _SCENARIOS)
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    manifest = {
        "schema": SCHEMA,
        "complete": True,
        **about,
        "draws_of": {} if draws.source is None else _origin(draws.source),
        "region": draws.about["region"],
        "inputs": draws.about["inputs"],
        "seed": draws.seed,
        "digests": draws.about["digests"],
        "files": {
            path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in files
        },
    }
    _write(folder / "manifest.json", json.dumps(manifest, indent=2, ensure_ascii=False))


def _origin(source: Path) -> dict[str, Any]:
    """Which folder the draws come from: by content, not by place."""
    content = (source / "manifest.json").read_bytes()
    told = json.loads(content)
    return {
        "kind": told["kind"],
        "manifest_sha256": hashlib.sha256(content).hexdigest(),
        "versions": told.get("versions", {}),
    }


def _put(table: pd.DataFrame, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        table.to_csv(file, index=False, lineterminator="\n", float_format="%.10g")


def _write(path: Path, content: str) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(content + "\n")


def _figures(result: Exploration, folder: Path, lang: str) -> None:
    from experiments.figures.explore import write_figures  # noqa: PLC0415  # matplotlib

    folder.mkdir()
    write_figures(result, folder, lang)
