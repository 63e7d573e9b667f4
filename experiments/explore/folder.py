"""Draws of a folder: one that `compare` wrote, or one that `explore` wrote before."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from experiments.batch.ended import resume_words
from experiments.batch.manifest import needed_runs
from experiments.design import DRAW
from experiments.explore.draws import HELD, Draws
from experiments.page.folder import check_hashes, read_manifest
from experiments.store import SCHEMA
from sim.errors import KemitraanError
from sim.outcomes import OUTCOMES, windows

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ASSUMPTIONS", "DESIGN", "KIND", "VALUES", "read_draws"]

KIND = "explore"
DESIGN, VALUES, ASSUMPTIONS = "design.parquet", "outcomes.parquet", "assumptions.csv"
_READ = (DESIGN, VALUES, ASSUMPTIONS)
_PLACES = ("unit", "role", "replicate", "seed", "draw")
_ONLY = "only a comparison or an exploration can be explored"
_WRONG = "the answer would be one of other runs"
_ABOUT = ("region", "region_title", "seed", "months", "first_month", "uncertainty", "inputs",
          "digests", "notes", "notes_id")  # fmt: skip


def read_draws(path: Path) -> Draws:
    """The draws of a folder.

    Raises:
        KemitraanError: there is no folder, it is none of a comparison or exploration, of another
            version, not whole or changed since, or its assumptions were held fixed.
    """
    manifest = _manifest(path)
    if "batch" in manifest and manifest.get("complete") is not True:
        raise KemitraanError(
            f"{path}: is not complete, and is explored when it is; to go on: {resume_words(path)}"
        )
    listed = manifest["files"]
    missing = [name for name in _READ if name not in listed or not (path / name).is_file()]
    if missing:
        raise KemitraanError(
            f"{path}: is not whole, without {', '.join(missing)}; run it again into a new folder"
        )
    if manifest["uncertainty"] == "seeds":
        raise KemitraanError(f"{path}: {HELD}")
    check_hashes(path, _READ, listed, _WRONG)
    import pandas as pd  # noqa: PLC0415  # 0.4 s

    try:
        design = pd.read_parquet(path / DESIGN)
        if "batch" in manifest:
            design = design.iloc[: needed_runs(manifest)]
        values = pd.read_parquet(path / VALUES)
        table = pd.read_csv(path / ASSUMPTIONS).set_index("parameter")
    except (OSError, ValueError) as error:
        raise KemitraanError(f"{path}: cannot be read: {error}") from error
    scenarios = (str(manifest["baseline"]), *map(str, manifest["scenarios"]))
    if manifest["kind"] != KIND:
        design = design[design["role"] == DRAW]
    # A design holds all draws, also those that failed; of them there are no numbers.
    number = "draw" if "draw" in design.columns else "unit"
    there = values["draw" if "draw" in values.columns else "unit"]
    design = design[design[number].isin(there)]
    runs = design[number].to_numpy(dtype=np.int64)
    if manifest["kind"] == KIND:
        numbers = _wide(values, scenarios, int(manifest["months"]))
    else:
        numbers = _long(values, runs, scenarios, int(manifest["months"]))
    if numbers is None or len(numbers) != len(design):
        raise KemitraanError(
            f"{path}: holds not every outcome of this version; run it again into a new folder"
        )
    names = [str(name) for name in design.columns if name not in _PLACES]
    points = design[names].to_numpy(dtype=np.float64)
    moved = np.ptp(points, axis=0) > 0.0
    if not moved.any():
        raise KemitraanError(f"{path}: {HELD}")
    plan = manifest["plan"]
    about = {key: manifest[key] for key in _ABOUT}
    about |= {key: plan[key] for key in ("firms", "scale")}
    about["equal_budget"] = plan.get("equal_budget")
    return Draws(
        scenarios,
        tuple(n for n, own in zip(names, moved, strict=True) if own),
        points[:, moved],
        numbers,
        table,
        about,
        source=path,
        runs=tuple(runs.tolist()),
    )


def _manifest(path: Path) -> Mapping[str, Any]:
    """The folder's manifest, of either kind."""
    file = path / "manifest.json"
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return read_manifest(path, _ONLY)  # which says what is wrong
    ours = isinstance(found, dict) and found.get("kind") == KIND and found.get("schema") == SCHEMA
    return found if ours else read_manifest(path, _ONLY)


def _long(
    values: pd.DataFrame,
    units: npt.NDArray[np.int64],
    scenarios: tuple[str, ...],
    months: int,
) -> Any:  # noqa: ANN401  # an array
    """(draws, scenarios, windows, outcomes) of a comparison; none where some are not there."""
    import pandas as pd  # noqa: PLC0415  # loaded already by now

    own = values[(values["by"] == "") & values["unit"].isin(units)]
    columns = {
        "unit": pd.Categorical(own["unit"], list(units)).codes,
        "scenario": pd.Categorical(own["scenario"].astype(str), list(scenarios)).codes,
        "window": pd.Categorical(own["window"].astype(str), list(windows(months))).codes,
        "outcome": pd.Categorical(own["outcome"].astype(str), list(OUTCOMES)).codes,
    }
    shape = (len(units), len(scenarios), len(windows(months)), len(OUTCOMES))
    places = np.stack([np.asarray(code, dtype=np.int64) for code in columns.values()])
    kept = (places >= 0).all(axis=0)
    if int(kept.sum()) != int(np.prod(shape)):
        return None
    found = np.full(shape, np.nan)
    found[tuple(places[:, kept])] = own["value"].to_numpy(dtype=np.float64)[kept]
    return found


def _wide(values: pd.DataFrame, scenarios: tuple[str, ...], months: int) -> Any:  # noqa: ANN401
    """The same of an exploration, whose rows are in order."""
    if any(name not in values.columns for name in OUTCOMES):
        return None
    shape = (-1, len(scenarios), len(windows(months)), len(OUTCOMES))
    numbers = values[list(OUTCOMES)].to_numpy(dtype=np.float64)
    return None if len(numbers) % (shape[1] * shape[2]) else numbers.reshape(shape)
