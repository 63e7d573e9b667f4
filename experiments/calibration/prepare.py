"""What a calibration runs: the scenarios of its targets, and the parameters that are free in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from os import PathLike
from pathlib import Path

import numpy as np
import numpy.typing as npt

from experiments.budget import load_scenario
from experiments.calibration.evaluate import FINE, target_values
from experiments.calibration.implausible import Wanted
from experiments.calibration.measures import MEASURES
from experiments.calibration.targets import BASELINE, SHIPPED, Target, check_targets
from experiments.compare import load_study
from experiments.design import Job, Study
from experiments.factors import ALL, choose_factors
from experiments.limits import SHORTEST, read_scale
from experiments.places import place_of
from experiments.unit import region_names
from scenarios.region import Region
from scenarios.scenario import Assumption
from sim.case import auto_scale
from sim.draws import replicate_seed
from sim.errors import KemitraanError
from sim.outcomes import windows
from sim.parameters import SWITCHES, registry

__all__ = ["FINE_REPLICATES", "FIRMS", "Problem", "make_problem"]

Floats = npt.NDArray[np.float64]

FIRMS = 2000
"""Firms of a run if no scale is asked."""
_PLATFORM = "platform_on"
_LONGEST = 9 * 12
_DIGITS = 5  # after the first of a range's width
ROW = "row"
"""Role of a calibration's jobs, but those at the finer scale."""
FINE_REPLICATES = 2
"""Runs of a set at the finer scale."""
_FINE_SEEDS = 1 << 20
"""Number of the first seed of a finer run; higher than any replicate's."""


@dataclass(frozen=True)
class Problem:
    """Targets, and the space in which they may be met.

    Attributes:
        study: the baseline first, then the scenarios that targets name.
        targets: those with the role calibration first, then those that are only compared.
        fitted: how many of them are fitted.
        left: targets that the model cannot express.
        ranges: of the free parameters and guesses of the region, by name.
        replicates: runs of each point.
        path: of the table of targets.
        finer: the scale of the finer runs.
    """

    study: Study
    targets: tuple[Target, ...]
    fitted: int
    left: tuple[Target, ...]
    ranges: Mapping[str, tuple[float, float]]
    replicates: int
    path: Path
    finer: int

    @property
    def names(self) -> tuple[str, ...]:
        """The free parameters, in order."""
        return tuple(self.ranges)

    @property
    def wanted(self) -> Wanted:
        """The fitted targets as numbers."""
        chosen = self.targets[: self.fitted]
        return Wanted(np.array([t.value for t in chosen]), np.array([t.variance for t in chosen]))

    @property
    def unit(self) -> partial[Floats]:
        """What workers run."""
        return partial(target_values, self.targets, finer=self.finer)

    @property
    def seeds(self) -> list[int]:
        """Of the replicates, the same in every row."""
        return [replicate_seed(self.study.seed, r) for r in range(self.replicates)]

    def values(self, points: Floats) -> Floats:
        """(points, parameters): values at points of the unit cube, with six digits of the range."""
        low, width = self._ends()
        places = _DIGITS - np.floor(np.log10(width)).astype(np.int64)
        found = np.empty_like(points)
        for k, digits in enumerate(places.tolist()):
            found[:, k] = np.round(low[k] + width[k] * points[:, k], digits)
        return np.clip(found, low, low + width)

    def snapped(self, points: Floats) -> Floats:
        """The same points at the values that are run."""
        low, width = self._ends()
        return np.asarray((self.values(points) - low) / width)

    def jobs(self, points: Floats) -> list[Job]:
        """A job for each point and replicate, replicates next to one another."""
        seeds = self.seeds
        rows = self.values(points).tolist()
        return [
            Job(ROW, k * self.replicates + r, seed, dict(zip(self.names, row, strict=True)))
            for k, row in enumerate(rows)
            for r, seed in enumerate(seeds)
        ]

    def fine_jobs(self, points: Floats, wave: int) -> list[Job]:
        """The same at the finer scale, each with luck of its own.

        Args:
            points: in the unit cube.
            wave: number of it, from 1.
        """
        found = []
        for k, row in enumerate(self.values(points).tolist()):
            changes = dict(zip(self.names, row, strict=True))
            for r in range(FINE_REPLICATES):
                number = FINE_REPLICATES * k + r
                seed = replicate_seed(self.study.seed, _FINE_SEEDS * wave + number)
                found.append(Job(FINE, number, seed, changes))
        return found

    def _ends(self) -> tuple[Floats, Floats]:
        ends = np.array(list(self.ranges.values()))
        return ends[:, 0], ends[:, 1] - ends[:, 0]


def make_problem(
    targets: Sequence[Target],
    region: str | PathLike[str] | Region | None,
    *,
    path: str | PathLike[str] = SHIPPED,
    seed: int,
    scale: int | str | None,
    replicates: int,
    fine_scale: int | None = None,
    parameters: str | Sequence[str] = ALL,
) -> Problem:
    """Scenarios, length of the runs and free parameters that targets call for.

    Args:
        targets: as read.
        region: a region, its name or folder; that of the scenarios if none.
        path: of the table of targets, for what is wrong with it.
        seed: of the experiment.
        scale: keep every so many-th firm; "auto" (or none) keeps about 2,000.
        replicates: runs of each point.
        fine_scale: of the finer runs; that of a comparison if none.
        parameters: "all" assumed ones and those that a target's row has set before, or names of
            parameters and groups.

    Raises:
        KemitraanError: wrong use.
    """
    fitted = [t for t in targets if t.role == "calibration"]
    checks = [t for t in targets if t.role == "check"]
    used = tuple(fitted + checks)
    baseline = load_scenario(BASELINE)
    names = dict.fromkeys(t.scenario for t in used if not t.trial and t.scenario != BASELINE)
    others = [load_scenario(name) for name in names]
    switched = any(_PLATFORM in one.assume for one in others)
    if any(t.needs_platform for t in used) and not switched:
        on = Assumption(_PLATFORM, 1.0, 1.0, 1.0, source="a target is about it")
        baseline = replace(baseline, assume={**baseline.assume, _PLATFORM: on})
    place = place_of(baseline, region)
    every = read_scale(scale)
    if every is None:
        every = max(1, round(place.firms / FIRMS))
    study, _ = load_study(
        others or [baseline],
        baseline if others else None,
        place,
        seed,
        every,
        _length(used),
        "en",
    )
    check_targets(used, path, region_names(study), study.months)
    study = replace(study, varied={**study.varied, **_set_before(study, fitted)})
    factors = choose_factors(parameters, study)
    ranges = {name: ends for one in factors for name, ends in one.ranges.items()}
    study = replace(study, varied=ranges)
    left = tuple(t for t in targets if t.role == "cannot")
    finer = auto_scale(study.region.firms) if fine_scale is None else fine_scale
    if not 1 <= finer <= study.scale and fine_scale is not None:
        raise KemitraanError(
            f"--fine-scale {finer}: is outside 1..{study.scale}; no coarser than --scale"
        )
    finer = min(study.scale, finer)
    return Problem(study, used, len(fitted), left, ranges, replicates, Path(path), finer)


def _length(targets: Sequence[Target]) -> int:
    """Months of the runs: whole years that hold all that is asked."""
    longest = SHORTEST
    for one in targets:
        if one.trial:
            continue
        if one.outcome in MEASURES:
            longest = max(longest, (one.month or 0) + 1)
        else:
            longest = max(longest, windows(_LONGEST)[one.window].stop)
    return -(-longest // 12) * 12


def _set_before(study: Study, targets: Sequence[Target]) -> dict[str, tuple[float, float]]:
    """Parameters that were set by hand to a row that is now a target: they are free again."""
    rows = [target.id for target in targets]
    off = [group for group, switch in SWITCHES.items() if study.parameters[switch] <= 0.0]
    held = {name for one in study.scenarios for name in one.assume}
    return {
        p.name: (p.low, p.high)
        for p in registry().values()
        if p.kind == "estimated"
        and not p.fixed
        and p.low < p.high
        and p.group not in off
        and p.name not in held
        and p.name not in study.varied
        and any(row in p.evidence for row in rows)
    }
