"""One draw of a validation: every replay once, and the figures that rows read from them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

import numpy as np
import numpy.typing as npt

from experiments.design import Job
from experiments.trials.unit import Replicate, run_trial_unit
from experiments.unit import check_ceiling, check_ledger
from experiments.validation.measures import measured
from experiments.validation.plan import Replays, TrialReplay, WorldReplay
from experiments.validation.rows import EFFECT, SIGNIFICANT, TIME, Figure
from scenarios.region_ranges import drawn_region
from scenarios.trial import Trial
from sim.errors import KemitraanError
from sim.outcomes_record import Record, follow
from sim.policy import compile_policy
from sim.population import build_world
from sim.shocks import compile_shocks

if TYPE_CHECKING:
    from sim.population import RegionLike

__all__ = ["replay_unit", "trial_figure"]

Floats = npt.NDArray[np.float64]
_YEAR = 12
_HALF = 0.5


def replay_unit(replays: Replays, job: Job) -> Floats:
    """(figures,): what one draw gives; nan where it gives no figure.

    Args:
        replays: what is run.
        job: whose replicate is the number of the draw.

    Raises:
        ModelError: an identity of the ledger or a ceiling does not hold.
    """
    draw = job.replicate
    found = np.full(len(replays.figures), np.nan)
    for name, one in replays.trials.items():
        result = _trial(one, draw, replays.fewest_units)
        for k, figure in enumerate(replays.figures):
            if figure.trial == name and result is not None:
                found[k] = trial_figure(figure, one.study.trial, result)
    regions = dict.fromkeys(region for region, _ in replays.worlds)
    for region in regions:
        records = {
            name: _world(one, draw)
            for (place, name), one in replays.worlds.items()
            if place == region
        }
        for k, figure in enumerate(replays.figures):
            if figure.region == region:
                found[k] = _measured(figure, records)
    return found


def _measured(figure: Figure, records: Mapping[str, Record]) -> float:
    return measured(figure, records[figure.scenario], records.get(figure.minus))


def _world(one: WorldReplay, draw: int) -> Record:
    """A scenario's run, under the values and the seed of a draw."""
    study, job = one.study, one.draws[draw]
    own = {name: value for name, value in job.changes.items() if name in study.guesses}
    others = {name: value for name, value in job.changes.items() if name not in own}
    world = build_world(
        cast("RegionLike", drawn_region(study.region, own)),
        study.parameters.replace(check=False, **others),
        seed=job.seed,
        scale=study.scale,
        months=study.months,
        first_calendar_month=int(study.first_month[5:7]),
    )
    scenario = study.scenarios[0]
    world.attach(compile_policy(scenario.levers, world.names.goods, study.months))
    world.shocks = compile_shocks(
        scenario.shocks, world.names.sectors, study.months, study.region.name
    )
    record = follow(world)
    check_ledger(record.world, scenario.name)
    check_ceiling(record.world, scenario.name)
    return record


def _trial(one: TrialReplay, draw: int, fewest: int) -> Replicate | None:
    """A simulated trial; none where too few firms may take part in this draw."""
    try:
        found = run_trial_unit(one.study, one.draws[draw])
    except KemitraanError as error:
        if "may take part" not in str(error):
            raise
        return None
    return found if found.counts.units >= fewest else None


def trial_figure(figure: Figure, trial: Trial, result: Replicate) -> float:
    """A figure of one simulated trial.

    Args:
        figure: read from a trial.
        trial: as run.
        result: its cells, one an outcome and survey.
    """
    at = [trial.horizons.index(h) for h in figure.horizons]
    cells = np.stack([result.cells[trial.outcomes.index(o)][at] for o in figure.outcomes])
    value = cells["truth"] if figure.twins else cells["itt"]
    if figure.kind == SIGNIFICANT:
        low = cells["itt"] - cells["itt_half"]
        return float((low > 0.0).all()) if np.isfinite(low).all() else np.nan
    if figure.kind == TIME:
        return _time(value[0], figure.horizons)
    if figure.kind != EFFECT:
        raise AssertionError(figure.kind)
    if figure.unit == "sd":
        return float((value / cells["sd_control"]).mean())
    if figure.unit == "points":
        return float(100.0 * value.mean())
    base = cells["truth_base"] if figure.twins else cells["control_mean"]
    whole = float(base.mean())
    return 100.0 * float(value.mean()) / whole if whole > 0.0 else np.nan


def _time(effects: Floats, horizons: tuple[int, ...]) -> float:
    """Years until an effect is half of its largest; nan where it never is above zero."""
    most = float(effects.max())
    if not most > 0.0:
        return np.nan
    first = int(np.argmax(effects >= _HALF * most))
    return horizons[first] / _YEAR
