"""The model as a plain function, and its ranges as a SALib problem, for other tools.

SALib, the EMA workbench, black-it and Optuna want a callable and the ends of its inputs, and bring
the rest. A call runs the scenario and its baseline with the same luck, as everywhere.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from os import PathLike
from typing import Any

import numpy as np
import numpy.typing as npt

from experiments.choices import known
from experiments.compare import ScenarioLike, load_study
from experiments.design import Job, Study
from experiments.evaluate import RegionRun, RegionUnit
from experiments.factors import ALL, Factor, choose_factors
from experiments.limits import MOST_SEED, whole
from scenarios.region import Region
from sim.draws import replicate_seed
from sim.errors import KemitraanError
from sim.outcomes import MONTHLY_OUTCOMES, OUTCOMES, windows
from sim.parameters import levers

__all__ = ["ModelFunction", "as_function", "problem"]

Floats = npt.NDArray[np.float64]
_MOST_REPLICATES = 10_000
_LEVER = "lever"


@dataclass(frozen=True)
class ModelFunction:
    """A point of parameter values in, outcomes out; can be pickled and called in any process.

    Called with an array (parameters,) it gives an array (outcomes,); with a table (rows,
    parameters) one of (rows, outcomes), or (rows,) where there is one outcome, as SALib's
    `evaluate` wants it; with a mapping or with keywords a dictionary by outcome, where parameters
    that are not named stay at their values.

    Attributes:
        study: what the runs share.
        ranges: ends of every parameter, in the order of a point.
        outcomes: what is given, in this order.
        window: over which.
        replicates: runs of a point, whose mean is given.
        seed: of the replicates; the same in every call, so that the function has no noise.
    """

    study: Study
    ranges: Mapping[str, tuple[float, float]]
    outcomes: tuple[str, ...]
    window: str
    replicates: int
    seed: int

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names, in the order of a point."""
        return tuple(self.ranges)

    def __call__(
        self,
        point: npt.ArrayLike | Mapping[str, float] | None = None,
        /,
        *,
        seed: int | None = None,
        **values: float,
    ) -> Any:  # noqa: ANN401  # an array, or a dictionary for a mapping
        """The outcomes at a point, or at each of a table of points.

        Args:
            point: values in the order of `parameters`, a table of them, or a mapping.
            seed: deals other luck than the function's own.
            values: by name, in place of a point.

        Raises:
            KemitraanError: an unknown name, a value outside its range, or a wrong number of them.
        """
        if point is None or isinstance(point, Mapping):
            named = {**(point or {}), **values}
            found = self._run(self._checked(named), seed)
            return dict(zip(self.outcomes, found.tolist(), strict=True))
        if values:
            raise KemitraanError("as_function: takes a point or values by name, not both")
        points = np.asarray(point, np.float64)
        if points.ndim not in (1, 2) or points.shape[-1] != len(self.ranges):
            raise KemitraanError(
                f"as_function: a point of shape {points.shape} does not fit the "
                f"{len(self.ranges)} parameters {', '.join(self.parameters)}"
            )
        rows = [
            self._run(self._checked(dict(zip(self.ranges, row, strict=True))), seed)
            for row in np.atleast_2d(points).tolist()
        ]
        table = np.array(rows)
        if points.ndim == 1:
            return table[0]
        return table[:, 0] if len(self.outcomes) == 1 else table

    def monthly(
        self, point: npt.ArrayLike | Mapping[str, float], seed: int | None = None
    ) -> Floats:
        """(months, outcomes): the same month by month, as black-it compares series.

        Raises:
            KemitraanError: an outcome that needs whole years, or a wrong point.
        """
        for name in self.outcomes:
            if name not in MONTHLY_OUTCOMES:
                raise KemitraanError(f"as_function: {name} needs whole years; it has no months")
        given = (
            dict(point)
            if isinstance(point, Mapping)
            else dict(zip(self.ranges, np.asarray(point, np.float64).tolist(), strict=True))
        )
        values = self._checked(given)
        found = [run.months for run in self._runs(values, RegionUnit(self.outcomes), seed)]
        return np.asarray(np.mean(found, axis=0))

    def _checked(self, values: Mapping[str, float]) -> dict[str, float]:
        """Values that may be run."""
        known("parameter", list(values), self.ranges)
        found = {}
        for name, value in values.items():
            low, high = self.ranges[name]
            number = float(value)
            room = 1e-9 * (high - low)  # a scaled end may be off by a rounding
            if not low - room <= number <= high + room:
                raise KemitraanError(
                    f"as_function: {name} {number:g}: is outside {low:g}..{high:g}"
                )
            found[name] = min(max(number, low), high)
        return found

    def _run(self, values: Mapping[str, float], seed: int | None) -> Floats:
        """(outcomes,): the mean effect, or level, of the replicates."""
        at = list(windows(self.study.months)).index(self.window)
        columns = [list(OUTCOMES).index(name) for name in self.outcomes]
        found = []
        for run in self._runs(values, RegionUnit(), seed):
            own = run.values[:, at, columns]
            found.append(own[1] - own[0] if len(own) > 1 else own[0])
        return np.asarray(np.mean(found, axis=0))

    def _runs(
        self, values: Mapping[str, float], unit: RegionUnit, seed: int | None
    ) -> list[RegionRun]:
        own = {name: value for name, value in values.items() if name not in levers()}
        study = _pulled(self.study, {k: v for k, v in values.items() if k in levers()})
        first = self.seed if seed is None else whole(seed, "seed", 0, MOST_SEED)
        return [
            unit(study, Job("call", r, replicate_seed(first, r), own))
            for r in range(self.replicates)
        ]


def _pulled(study: Study, settings: Mapping[str, float]) -> Study:
    """The study with other values of some levers of its scenario."""
    if not settings:
        return study
    *others, own = study.scenarios
    changed = {
        name: replace(
            own.levers[name], value=float(round(value)) if levers()[name].whole else value
        )
        for name, value in settings.items()
    }
    return replace(study, scenarios=(*others, replace(own, levers={**own.levers, **changed})))


def as_function(
    scenario: ScenarioLike,
    region: str | PathLike[str] | Region | None = None,
    outcomes: str | Sequence[str] = ("profit",),
    *,
    effect_of: ScenarioLike | None = "no_policy",
    parameters: str | Sequence[str] = ALL,
    window: str = "policy",
    replicates: int = 1,
    seed: int = 1,
    scale: int | str | None = None,
    months: int | None = None,
) -> ModelFunction:
    """The model as a plain callable that can be pickled: parameter values to outcomes.

    Args:
        scenario: a name, a file or a scenario.
        region: a region, its name or folder; the scenario's own if none.
        outcomes: one or several names.
        effect_of: the baseline, whose outcome is taken off in the same run; none gives the level.
        parameters: "all" assumed ones, "every" one with a range, or names, in whose order points
            are; names of levers that the scenario sets to a number may stand among them.
        window: "policy", "after", "year 1", ...
        replicates: runs of a point, whose mean is given.
        seed: of the replicates, the same in every call.
        scale: keep every so many-th firm and buyer; "auto" (or none) keeps at most 20,000 firms.
        months: length of the runs instead of the scenarios'.

    Raises:
        KemitraanError: wrong use.
    """
    study, _ = load_study(scenario, effect_of, region, seed, scale, months, "en")
    names = outcomes.split(",") if isinstance(outcomes, str) else list(outcomes)
    names = [name.strip() for name in names]
    known("outcome", names, OUTCOMES)
    known("window", [window], windows(study.months))
    replicates = whole(replicates, "replicates", 1, _MOST_REPLICATES)
    if replicates < 1:
        raise KemitraanError(f"replicates {replicates}: is outside 1..{_MOST_REPLICATES}")
    ranges = {k: v for one in _factors(parameters, study) for k, v in one.ranges.items()}
    return ModelFunction(study, ranges, tuple(names), window, replicates, seed)


def problem(
    parameters: str | Sequence[str] = ALL,
    scenario: ScenarioLike = "no_policy",
    region: str | PathLike[str] | Region | None = None,
    *,
    groups: str = "none",
    outcomes: str | Sequence[str] | None = None,
    effect_of: ScenarioLike | None = None,
) -> Any:  # noqa: ANN401  # a SALib ProblemSpec
    """Names, bounds, distributions and groups of parameters as SALib's `ProblemSpec`.

    Args:
        parameters: as `as_function` takes them, in the same order.
        scenario: whose assumptions change ranges, or hold a parameter fixed.
        region: whose guesses are moved too; the scenario's own if none.
        groups: "group" of the registry or "kind" of evidence; SALib's Sobol and Morris designs then
            move their members as one.
        outcomes: names for the problem's outputs.
        effect_of: a baseline whose assumptions count too.

    Raises:
        KemitraanError: a name is not known, or cannot be moved.
    """
    from SALib import ProblemSpec  # noqa: PLC0415  # 1 s

    study, _ = load_study(scenario, effect_of, region, 1, None, None, "en")
    single = _factors(parameters, study)
    content: dict[str, Any] = {
        "names": [one.name for one in single],
        "bounds": [list(one.ranges[one.name]) for one in single],
        "dists": ["unif"] * len(single),
    }
    if groups != "none":
        known("way to group", [groups], ("none", "group", "kind"))
        owner = {
            name: one.name
            for one in choose_factors(
                [name.name for name in single if name.kind != _LEVER], study, groups
            )
            for name in one.ranges
        }
        content["groups"] = [owner.get(one.name, _LEVER) for one in single]
    if outcomes is not None:
        named = outcomes.split(",") if isinstance(outcomes, str) else list(outcomes)
        content["outputs"] = [name.strip() for name in named]
    return ProblemSpec(content)


def _factors(asked: str | Sequence[str], study: Study) -> tuple[Factor, ...]:
    """Parameters one by one, and levers, in the order of their names as asked."""
    names = asked.split(",") if isinstance(asked, str) else list(asked)
    names = [name.strip() for name in names]
    found: list[Factor] = []
    for name in names:
        if name in levers():
            found.append(Factor(name, _LEVER, {name: _lever_range(name, study)}))
        else:
            found += choose_factors([name], study)
    once = {one.name: one for one in found if len(one.ranges) == 1}
    if len(once) < len(found):
        raise KemitraanError(
            "parameters: a name stands twice, or names groups; give each parameter once"
        )
    return tuple(once.values())


def _lever_range(name: str, study: Study) -> tuple[float, float]:
    """Ends of a lever that the scenario sets to a number.

    Raises:
        KemitraanError: it does not.
    """
    own = study.scenarios[-1]
    setting = own.levers.get(name)
    if setting is None or isinstance(setting.value, str | tuple):
        raise KemitraanError(
            f"parameters: {name}: {own.name} does not set it to a number; set it in the scenario "
            "first, with its start and end"
        )
    lever = levers()[name]
    if lever.low is None or lever.high is None or not math.isfinite(lever.high - lever.low):
        raise KemitraanError(f"parameters: {name}: has no ends to move between")
    return lever.low, lever.high
