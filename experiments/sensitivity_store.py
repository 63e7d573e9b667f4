"""What the folder of a sensitivity study holds beside its runs: tables, figures, the manifest."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.decomposition import Decomposition
from experiments.given_data import CURVES, HALVES
from experiments.morris import CONFIDENCE, LEVELS, RESAMPLES
from experiments.screening import Screening
from experiments.sensitivity_batch import KIND, keep
from experiments.standing import standing
from experiments.store import (
    RUNS,
    check_target,
    kept,
    make_folder,
    next_folder,
    write_scenarios,
)

if TYPE_CHECKING:
    from experiments.studied import Sensitivity

__all__ = ["about", "fill", "free_folder", "save_folder"]


def free_folder() -> Path:
    """The next free `runs/sensitivity-001`, `-002`, ...; nothing is made."""
    return next_folder(RUNS, KIND)


def save_folder(result: Sensitivity, target: Path, *, lang: str = "en") -> Path:
    """Writes everything into a new or empty folder; nothing stays where that fails."""
    check_target(target)
    return kept(lambda: make_folder(target), lambda folder: keep(result, folder, lang))


def fill(result: Sensitivity, folder: Path, lang: str) -> None:
    """Writes all that follows from the runs of a study into an empty folder."""
    import pyarrow as pa  # noqa: PLC0415  # 0.2 s
    import pyarrow.parquet as pq  # noqa: PLC0415

    def put(table: pa.Table, name: str) -> None:
        pq.write_table(table, folder / name, compression="zstd")

    put(pa.Table.from_pandas(result.table, preserve_index=False), "sensitivity.parquet")
    with (folder / "sensitivity.csv").open("w", encoding="utf-8", newline="\n") as file:
        result.table.to_csv(file, index=False, lineterminator="\n", float_format="%.10g")
    if isinstance(result, Decomposition):
        _more_tables(result, folder, put)
    if result.own is None:
        write_scenarios(result.study, folder)
    _figures(result, folder / "figures", lang)


def about(result: Sensitivity) -> dict[str, object]:
    """What the manifest says of a study."""
    return {
        "kind": KIND,
        "baseline": result.baseline,
        "scenarios": [result.scenario],
        "outcomes": list(result.outcomes),
        "window": result.window,
        "plan": {k: v for k, v in result.plan.items() if k not in ("seconds", "jobs")},
        **_scheme(result),
        "headlines": result.headlines,
        "notes": result.notes,
        **standing(None if result.own else result.study, ("SALib",)),
    }


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


def _figures(result: Sensitivity, folder: Path, lang: str) -> None:
    from experiments.figures import morris, shares  # noqa: PLC0415  # matplotlib

    folder.mkdir()
    if isinstance(result, Decomposition):
        shares.write_figures(result, folder, lang)
    elif isinstance(result, Screening):
        morris.write_figures(result, folder, lang)
