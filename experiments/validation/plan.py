"""Which runs the chosen rows ask for: each world and each trial once, whatever rows share it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from experiments.budget import load_scenario
from experiments.design import DRAW, Job, Study, make_jobs, make_study
from experiments.ensembles import with_sets
from experiments.limits import FEWEST_FIRMS, SHORTEST, check_scale
from experiments.trials.files import load_trial
from experiments.trials.study import trial_study
from experiments.trials.unit import TrialStudy
from experiments.validation.frozen import FOLDER
from experiments.validation.rows import PANEL, Figure, Frozen, Row
from scenarios.region import Region, load_region
from scenarios.scenario import Scenario
from scenarios.trial import Trial
from sim.case import auto_scale

__all__ = ["Replays", "TrialReplay", "WorldReplay", "changed_since", "make_replays"]

_YEAR = 12


@dataclass(frozen=True)
class WorldReplay:
    """A scenario in a region, run once a draw.

    Attributes:
        study: of that scenario alone.
        draws: values and seed of each.
    """

    study: Study
    draws: tuple[Job, ...]


@dataclass(frozen=True)
class TrialReplay:
    """A field experiment, simulated once a draw.

    Attributes:
        study: of the trial.
        draws: values and seed of each.
    """

    study: TrialStudy
    draws: tuple[Job, ...]


@dataclass(frozen=True)
class Replays:
    """All that is run for the chosen rows; what workers are given.

    Attributes:
        worlds: by (region, scenario).
        trials: by name.
        figures: what is read, in order.
        fewest_units: of a trial, below which a draw gives no figure.
    """

    worlds: Mapping[tuple[str, str], WorldReplay]
    trials: Mapping[str, TrialReplay]
    figures: tuple[Figure, ...]
    fewest_units: int

    @property
    def studies(self) -> list[Study]:
        """Of every replay, worlds first."""
        worlds: list[Study] = [one.study for one in self.worlds.values()]
        return worlds + [one.study for one in self.trials.values()]

    @property
    def varied(self) -> int:
        """Assumptions that are varied in any of them."""
        return len({name for study in self.studies for name in study.varied})

    @property
    def firm_months(self) -> float:
        """Of one draw: how many months firms live through, in all worlds together."""
        worlds = sum(one.study.firms * one.study.months for one in self.worlds.values())
        after = sum(
            one.study.firms * (2 * one.study.months - one.study.trial.start)
            for one in self.trials.values()
        )
        return float(worlds + after)


def make_replays(
    frozen: Frozen,
    rows: Sequence[Row],
    *,
    uncertainty: str,
    replicates: int,
    seed: int,
    scale: int | None,
) -> Replays:
    """The runs that rows ask for.

    Args:
        frozen: settings of the freeze.
        rows: chosen.
        uncertainty: as in `compare`.
        replicates: draws.
        seed: of the experiment.
        scale: slots of each region that one slot of the sample stands for; `auto` of each if none.

    Raises:
        KemitraanError: wrong use.
    """
    figures = tuple(dict.fromkeys(one for row in rows for one in row.figures.values()))
    trials = {one.trial: _trial(one.trial) for one in figures if one.trial}
    lengths = _lengths(figures)
    names = dict.fromkeys([where for where, _ in lengths] + [t.region for t in trials.values()])
    regions = {name: load_region(name) for name in names}
    scales = _scales(regions, scale)

    def draws(study: Study) -> tuple[Job, ...]:
        jobs = make_jobs(study, uncertainty, replicates)
        return tuple(job for job in jobs if job.role == DRAW)

    worlds: dict[tuple[str, str], WorldReplay] = {}
    for (where, name), months in lengths.items():
        study = make_study(
            regions[where], [_scenario(name)], seed=seed, scale=scales[where], months=months
        )
        study = with_sets(study, uncertainty, None)
        worlds[where, name] = WorldReplay(study, draws(study))
    experiments: dict[str, TrialReplay] = {}
    for name, trial in trials.items():
        # On a sample like that of the worlds, so that both speak of the same firms.
        found = trial_study(trial, regions[trial.region], seed=seed, scale=scales[trial.region])
        found = with_sets(found, uncertainty, None)
        experiments[name] = TrialReplay(found, draws(found))
    return Replays(worlds, experiments, figures, frozen.fewest_units)


def _scales(regions: Mapping[str, Region], asked: int | None) -> dict[str, int]:
    """Scale of each region: as asked, but a small region keeps what a sample must have.

    Raises:
        KemitraanError: the largest region has too few firms for what was asked.
    """
    if asked is None:
        return {name: auto_scale(one.firms) for name, one in regions.items()}
    check_scale(asked, max((one.firms for one in regions.values()), default=asked * FEWEST_FIRMS))
    return {name: max(1, min(asked, one.firms // FEWEST_FIRMS)) for name, one in regions.items()}


def _lengths(figures: Sequence[Figure]) -> dict[tuple[str, str], int]:
    """Months of each world that figures are read from; whole years, as firms are read by year."""
    found: dict[tuple[str, str], int] = {}
    for one in figures:
        # A panel compares a year with the next.
        last = one.span[1] + (_YEAR if one.kind == PANEL else 0)
        for name in (one.scenario, one.minus):
            if name:
                months = max(SHORTEST, -(-last // _YEAR) * _YEAR)
                found[one.region, name] = max(months, found.get((one.region, name), 0))
    return found


def _scenario(name: str) -> Scenario:
    """One of the freeze's own, else a shipped one."""
    own = _file(name)
    return load_scenario(own if own.is_file() else name)


def _file(name: str) -> Path:
    return FOLDER / "replays" / f"{name}.yaml"


def _trial(name: str) -> Trial:
    """A trial of the freeze; nobody asks for its spillovers, which take time."""
    return replace(load_trial(_file(name)), spillover=False)


def changed_since(frozen: Frozen) -> list[str]:
    """Shipped scenarios and regions that mean something else than when the rows were frozen."""
    now = {name: load_scenario(name).digest() for name in frozen.scenarios}
    places = {name: load_region(name).digest() for name in frozen.regions}
    found = [name for name, digest in now.items() if digest != frozen.scenarios[name]]
    return found + [name for name, digest in places.items() if digest != frozen.regions[name]]
