"""The draws that are explored: values of the assumptions, and what each scenario came to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from experiments.choices import known
from experiments.design import DRAW
from experiments.kept import assumption_table
from experiments.unit import Cell
from sim.errors import KemitraanError
from sim.outcomes import OUTCOMES, windows

if TYPE_CHECKING:
    import pandas as pd

    from experiments.comparison import Comparison
    from experiments.design import Job, Study

__all__ = ["HELD", "Draws", "drawn_points", "from_comparison", "of_study"]

Floats = npt.NDArray[np.float64]

HELD = (
    "assumptions were held fixed in these runs, so that nothing says where a policy would do worse;"
    " run it again with --uncertainty parameters"
)


@dataclass(frozen=True)
class Draws:
    """Scenarios side by side in draws of the assumptions, each draw with one luck for all.

    Attributes:
        scenarios: names, the baseline first.
        parameters: that were varied, in the order of the columns of `points`.
        points: (draws, parameters), their values.
        numbers: (draws, scenarios, windows, outcomes), levels; windows and outcomes as the model
            declares them.
        table: low, high, unit and kind of each parameter, by name.
        about: what was run, as plain JSON: `region`, `region_title`, `seed`, `firms`, `scale`,
            `months`, `first_month`, `uncertainty`, `equal_budget` (million rupiah a year, or
            none), `digests`, `inputs`, `notes` and `notes_id`.
        study: what the runs shared; none of draws that a folder held.
        source: that folder.
        runs: number of each draw in the design; 0, 1, ... if none. Some are missing where runs
            failed.
    """

    scenarios: tuple[str, ...]
    parameters: tuple[str, ...]
    points: Floats
    numbers: Floats
    table: pd.DataFrame
    about: Mapping[str, Any]
    study: Study | None = None
    source: Path | None = None
    runs: tuple[int, ...] | None = None

    @property
    def count(self) -> int:
        """How many draws."""
        return len(self.points)

    @property
    def baseline(self) -> str:
        """Name of the baseline."""
        return self.scenarios[0]

    @property
    def months(self) -> int:
        """Length of the runs."""
        return int(self.about["months"])

    @property
    def seed(self) -> int:
        """Of the experiment."""
        return int(str(self.about["seed"]))

    @cached_property
    def _windows(self) -> list[str]:
        return list(windows(self.months))

    def levels(self, outcomes: Sequence[str], window: str) -> Floats:
        """(draws, scenarios, outcomes): levels over a window.

        Raises:
            KemitraanError: an unknown outcome, or a window that these runs have not.
        """
        known("window", [window], self._windows)
        known("outcome", outcomes, OUTCOMES)
        at = [list(OUTCOMES).index(name) for name in outcomes]
        return self.numbers[:, :, self._windows.index(window)][:, :, at]

    def effects(self, outcomes: Sequence[str], window: str) -> Floats:
        """(draws, scenarios without the baseline, outcomes): differences from the baseline."""
        levels = self.levels(outcomes, window)
        return np.asarray(levels[:, 1:] - levels[:, :1])

    def unit(self, parameter: str) -> str:
        """The unit of a parameter."""
        if parameter not in self.table.index:
            return ""
        found = self.table.loc[parameter, "unit"]
        return found if isinstance(found, str) else ""


def drawn_points(jobs: Sequence[Job], names: Sequence[str]) -> tuple[tuple[str, ...], Floats]:
    """Parameters that differ between jobs, and (jobs, parameters) their values.

    Raises:
        KemitraanError: none does.
    """
    there = [name for name in names if all(name in job.changes for job in jobs)]
    points = np.array([[job.changes[name] for name in there] for job in jobs], dtype=np.float64)
    points = points.reshape(len(jobs), len(there))
    moved = np.ptp(points, axis=0) > 0.0 if len(jobs) else np.zeros(len(there), dtype=np.bool_)
    if not moved.any():
        raise KemitraanError(HELD)
    return tuple(n for n, own in zip(there, moved, strict=True) if own), points[:, moved]


def of_study(
    study: Study,
    jobs: Sequence[Job],
    values: Floats,
    plan: Mapping[str, Any],
    uncertainty: str,
    notes: Mapping[str, Sequence[str]],
    runs: Sequence[int] | None = None,
) -> Draws:
    """Draws of runs of a study.

    Args:
        study: what they shared.
        jobs: one a draw.
        values: (draws, scenarios, windows, outcomes).
        plan: of what was run; its `equal_budget` counts.
        uncertainty: "parameters" or another that varies assumptions.
        notes: what a reader must know besides, by language.
        runs: number of each in the design; 0, 1, ... if none.

    Raises:
        KemitraanError: nothing was varied.
    """
    from experiments.inputs import input_counts  # noqa: PLC0415  # pandas

    names, points = drawn_points(jobs, list(study.varied))
    about = {
        "region": study.region.name,
        "region_title": dict(study.region.title),
        "seed": study.seed,
        "firms": study.firms,
        "scale": study.scale,
        "months": study.months,
        "first_month": study.first_month,
        "uncertainty": uncertainty,
        "equal_budget": plan.get("equal_budget"),
        "inputs": input_counts(study.region),
        "digests": {"study": study.digest()},
        "notes": list(notes["en"]),
        "notes_id": list(notes["id"]),
    }
    table = assumption_table(study, uncertainty).set_index("parameter")
    kept = None if runs is None else tuple(runs)
    return Draws(study.names, names, points, values, table, about, study, runs=kept)


def from_comparison(result: Comparison) -> Draws:
    """Draws of a comparison in memory.

    Raises:
        KemitraanError: its assumptions were held fixed.
    """
    drawn = [job for job in result.jobs if job.role == DRAW]
    runs = [k for k, job in zip(result.runs, result.jobs, strict=True) if job.role == DRAW]
    every = list(windows(result.study.months))
    place = {cell: k for k, cell in enumerate(result.layout)}
    at = [[place[Cell(outcome, "", "all", w)] for outcome in OUTCOMES] for w in every]
    values = result.differences.levels[DRAW][:, :, at]
    notes = {"en": result.notes, "id": result.notes_in("id")}
    return of_study(result.study, drawn, values, result.plan, result.uncertainty, notes, runs)
