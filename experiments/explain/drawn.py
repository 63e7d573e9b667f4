"""What a comparison knows for its explanation: effects of the draws, and the values behind them."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from experiments.batch.manifest import needed_runs
from experiments.choices import known
from experiments.comparison import FEWEST_PAIRS, Comparison
from experiments.design import DRAW, FIXED, Job
from experiments.kept import assumption_table
from experiments.page.folder import check_hashes, read_manifest
from experiments.unit import Cell
from sim.errors import KemitraanError
from sim.outcomes import OUTCOMES, windows
from sim.parameters import registry
from sim.parameters.programmes import GROUP as PROGRAMMES

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["SCENARIOS", "Drawn", "idle_groups", "read_drawn"]

Floats = npt.NDArray[np.float64]
DESIGN, VALUES, ASSUMPTIONS = "design.parquet", "outcomes.parquet", "assumptions.csv"
SCENARIOS = "scenarios.resolved.json"
READ = (DESIGN, VALUES, ASSUMPTIONS, SCENARIOS)
_PLACES = ("unit", "role", "replicate", "seed")
_NEEDED = (
    (("coaching.places",), ("coaching", PROGRAMMES)),
    (tuple(f"{group}.coverage" for group in ("hotel", "restaurant", "large_buyer", "agency")),
     ("compliance",)),
)  # fmt: skip
"""Levers without any of which groups of assumptions do nothing; a test runs the model for it."""
ONLY = "only a comparison can be explained"
WRONG = "an explanation would be one of other runs"


@dataclass(frozen=True)
class Drawn:
    """One outcome of a comparison, draw by draw.

    Attributes:
        about: the manifest of the folder; of a comparison in memory what it would say.
        folder: where the comparison stands, if it was written.
        outcome: its name.
        window: over which.
        scenarios: names, without the baseline.
        baseline: its name.
        names: of the assumptions that were varied, in the order of the columns of `points`.
        points: (draws, assumptions) their values.
        effects: (draws,) by scenario; nan where a draw has none.
        levels: (own draws,) of the baseline.
        fixed: (runs,) effects by scenario with all assumptions held.
        jobs: seed and values of each draw, to run it again.
        table: value, low, high, unit and kind of each assumption, by name.
        levers: what each scenario and the baseline set, by lever.
        more: how many of the draws, the last ones, are not the comparison's.
    """

    about: Mapping[str, Any]
    folder: Path | None
    outcome: str
    window: str
    scenarios: tuple[str, ...]
    baseline: str
    names: tuple[str, ...]
    points: Floats
    effects: Mapping[str, Floats]
    levels: Floats
    fixed: Mapping[str, Floats]
    jobs: tuple[Job, ...]
    table: pd.DataFrame
    levers: Mapping[str, Mapping[str, object]]
    more: int = 0

    @property
    def draws(self) -> int:
        """Draws of the assumptions."""
        return len(self.points)

    @property
    def own(self) -> int:
        """Of these the comparison's."""
        return self.draws - self.more

    @property
    def can_draw(self) -> float:
        """How many more can be drawn as these were; of an ensemble the sets not yet taken."""
        if self.about["uncertainty"] == "parameters":
            return math.inf
        return float(max(0, int(self.about.get("ensemble", {}).get("sets", 0)) - self.draws))

    def with_more(self, jobs: Sequence[Job], effects: Mapping[str, Floats]) -> Drawn:
        """The same with further draws.

        Args:
            jobs: their seeds and values.
            effects: (jobs,) by scenario.
        """
        points = [[job.changes[name] for name in self.names] for job in jobs]
        added = np.array(points).reshape(len(jobs), len(self.names))
        return replace(
            self,
            points=np.concatenate([self.points, added]),
            effects={
                name: np.concatenate([own, effects[name]]) for name, own in self.effects.items()
            },
            jobs=(*self.jobs, *jobs),
            more=self.more + len(jobs),
        )

    @property
    def seed(self) -> int:
        """Of the experiment."""
        return int(str(self.about["seed"]))

    def moving(self, scenario: str) -> list[int]:
        """Columns of the assumptions that can change a scenario's effect at all.

        Those of coaching change nothing where neither it nor the baseline coaches, and those of
        compliance where no buyer is asked for anything.
        """
        idle = idle_groups(self.levers[scenario], self.levers[self.baseline])
        known_ones = registry()
        return [
            k
            for k, name in enumerate(self.names)
            if name not in known_ones or known_ones[name].group not in idle
        ]

    def range_of(self, name: str) -> tuple[float, float]:
        """What an assumption was varied over: its range, or the ends of the draws beyond it."""
        column = self.points[:, self.names.index(name)]
        low, high = float(column.min()), float(column.max())
        if name not in self.table.index:
            return low, high
        return min(low, self._told(name, "low")), max(high, self._told(name, "high"))

    def value_of(self, name: str) -> float:
        """What an assumption is where nothing is varied."""
        if name in self.table.index:
            return self._told(name, "value")
        return float(np.median(self.points[:, self.names.index(name)]))

    def _told(self, name: str, column: str) -> float:
        return float(str(self.table.loc[name, column]))

    def unit_of(self, name: str) -> str:
        """Its unit."""
        return str(self.table.loc[name, "unit"]) if name in self.table.index else ""


def idle_groups(*levers: Mapping[str, object]) -> frozenset[str]:
    """Groups of the registry that no run reads where these levers stand side by side."""

    def pulled(names: Sequence[str]) -> bool:
        values = (one.get(name, 0.0) for one in levers for name in names)
        return any(isinstance(value, int | float) and value > 0.0 for value in values)

    return frozenset(group for names, groups in _NEEDED if not pulled(names) for group in groups)


def read_drawn(
    source: Comparison | str | PathLike[str],
    outcome: str = "profit",
    window: str = "policy",
    scenario: str | Sequence[str] | None = None,
) -> Drawn:
    """The draws of one outcome.

    Args:
        source: a comparison, or the folder that one wrote.
        outcome: its name.
        window: over which.
        scenario: one or several; all if none.

    Raises:
        KemitraanError: there is no such folder, outcome, window or scenario; assumptions were held
            fixed; or there are too few draws.
    """
    known("outcome", [outcome], OUTCOMES)
    asked = [scenario] if isinstance(scenario, str) else scenario
    if isinstance(source, Comparison):
        return _from_memory(source, outcome, window, asked)
    return _from_folder(Path(source), outcome, window, asked)


def _check(
    where: str, uncertainty: str, months: int, window: str, there: Sequence[str], draws: int,
    asked: Sequence[str] | None,
) -> tuple[str, ...]:  # fmt: skip
    """The scenarios asked for, if the comparison can be explained.

    Raises:
        KemitraanError: it cannot.
    """
    known("window", [window], windows(months))
    known("scenario", asked or [], there)
    if uncertainty == "seeds":
        raise KemitraanError(
            f"{where}: assumptions were held fixed in this comparison, so that nothing says what "
            "its effects hang on; run it again with --uncertainty parameters"
        )
    if draws < FEWEST_PAIRS:
        raise KemitraanError(
            f"{where}: {draws} draws are too few to say what an effect hangs on, at least "
            f"{FEWEST_PAIRS}; run the comparison again with --replicates 64 or more"
        )
    chosen = tuple(there) if asked is None else tuple(asked)
    return tuple(dict.fromkeys(chosen))


def _from_memory(
    result: Comparison, outcome: str, window: str, asked: Sequence[str] | None
) -> Drawn:
    study = result.study
    drawn = [job for job in result.jobs if job.role == DRAW]
    scenarios = _check(
        "the comparison", result.uncertainty, study.months, window, result.scenarios, len(drawn),
        asked,
    )  # fmt: skip
    at = result.layout.index(Cell(outcome, "", "all", window))
    places = [result.scenarios.index(name) for name in scenarios]
    names = tuple(name for name in study.varied if name in drawn[0].changes)
    effects, fixed = result.differences.effects[DRAW], result.differences.fixed
    varied = result.differences.varied
    about = {
        "baseline": result.baseline,
        "scenarios": list(result.scenarios),
        "plan": result.plan,
        "uncertainty": result.uncertainty,
        "region": study.region.name,
        "seed": study.seed,
        "months": study.months,
        "first_month": study.first_month,
        "notes": result.notes,
        "notes_id": result.notes_in("id"),
    }
    return Drawn(
        about=about,
        folder=result.folder,
        outcome=outcome,
        window=window,
        scenarios=scenarios,
        baseline=result.baseline,
        names=names,
        points=np.array([[job.changes[name] for name in names] for job in drawn]),
        effects={name: effects[:, s, at] for name, s in zip(scenarios, places, strict=True)},
        levels=result.differences.levels[DRAW][:, 0, at],
        fixed={
            name: fixed[:, s, at] if varied else np.zeros(0)
            for name, s in zip(scenarios, places, strict=True)
        },
        jobs=tuple(drawn),
        table=assumption_table(study, result.uncertainty).set_index("parameter"),
        levers={one.name: {k: s.value for k, s in one.levers.items()} for one in study.scenarios},
    )


def _from_folder(path: Path, outcome: str, window: str, asked: Sequence[str] | None) -> Drawn:
    about = read_manifest(path, ONLY)
    lost = [name for name in READ if name not in about["files"] or not (path / name).is_file()]
    if lost:
        raise KemitraanError(
            f"{path}: is not whole, without {', '.join(lost)}; run the comparison again into a "
            "new folder"
        )
    scenarios = _check(
        str(path), str(about["uncertainty"]), int(about["months"]), window,
        tuple(about["scenarios"]), int(about["plan"]["pairs"]), asked,
    )  # fmt: skip
    check_hashes(path, READ, about["files"], WRONG)
    import pandas as pd  # noqa: PLC0415  # 0.4 s

    try:
        design = pd.read_parquet(path / DESIGN).set_index("unit")
        if "batch" in about:
            design = design.iloc[: needed_runs(about)]
        values = pd.read_parquet(
            path / VALUES,
            filters=[("outcome", "=", outcome), ("by", "=", ""), ("window", "=", window)],
        )
        table = pd.read_csv(path / ASSUMPTIONS).set_index("parameter")
        resolved = json.loads((path / SCENARIOS).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise KemitraanError(f"{path}: cannot be read: {error}") from error
    if values.empty:
        raise KemitraanError(f"{path}: holds no {outcome} for {window}; run the comparison again")
    by_unit = values.astype({"scenario": str}).pivot_table(
        index="unit", columns="scenario", values="value", dropna=False
    )
    baseline = str(about["baseline"])
    is_draw, is_fixed = design["role"] == DRAW, design["role"] == FIXED
    drawn, held = design.index[is_draw], design.index[is_fixed]
    names = tuple(
        str(name)
        for name in design.columns
        if name not in _PLACES and np.ptp(design.loc[drawn, name].to_numpy(np.float64)) > 0.0
    )
    points = design.loc[drawn, list(names)].to_numpy(dtype=np.float64)

    def effect(name: str, units: Any) -> Floats:  # noqa: ANN401  # an index of pandas
        found = by_unit.reindex(units)
        return np.asarray(found[name] - found[baseline], dtype=np.float64)

    columns = [str(name) for name in design.columns if name not in _PLACES]
    return Drawn(
        about=about,
        folder=path,
        outcome=outcome,
        window=window,
        scenarios=scenarios,
        baseline=baseline,
        names=names,
        points=points,
        effects={name: effect(name, drawn) for name in scenarios},
        levels=np.asarray(by_unit.reindex(drawn)[baseline], dtype=np.float64),
        fixed={name: effect(name, held) for name in scenarios},
        jobs=tuple(
            Job(
                DRAW,
                int(row["replicate"]),
                int(row["seed"]),
                {name: float(row[name]) for name in columns},
            )
            for row in design.loc[drawn].to_dict("records")
        ),
        table=table,
        levers={
            one["name"]: {name: lever["value"] for name, lever in one["levers"].items()}
            for one in resolved
        },
    )
