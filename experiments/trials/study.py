"""What the replicates of a trial share, and how coarse a sample of the region holds it."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import NamedTuple

from experiments.design import Job, make_study
from experiments.limits import SHORTEST, check_scale
from experiments.trials.assign import check_names, eligible
from experiments.trials.unit import TrialStudy, start_world
from scenarios.region import Region
from scenarios.trial import Trial
from sim.draws import replicate_seed
from sim.errors import KemitraanError
from sim.parameters import TRIALS, Parameters, registry

__all__ = ["FEWEST_FIRMS", "PER_UNIT", "Sizing", "make_trial_study", "size_sample", "trial_study"]

PER_UNIT = 1.5
"""Eligible firms of a sample for each unit: room to draw from, and firms nobody treats."""
FEWEST_FIRMS = 5_000
"""A sample has no fewer firms: small ones misrepresent the buyers."""
_PILOT_FIRMS = 5_000


class Sizing(NamedTuple):
    """What a first look at the region says.

    Attributes:
        scale: slots of the region that one slot of the sample stands for.
        eligible: firms of the whole region that may take part, estimated.
        seconds: processor time of a firm and month.
    """

    scale: int
    eligible: float
    seconds: float


def make_trial_study(
    trial: Trial,
    region: Region,
    *,
    seed: int,
    scale: int | None,
    parameters: Parameters | None = None,
) -> tuple[TrialStudy, Sizing]:
    """A trial in a region, on a sample that holds it.

    Args:
        trial: as asked.
        region: the place.
        seed: of the experiment.
        scale: as asked; the coarsest that holds enough eligible firms if none.
        parameters: values instead of the registry's; what they change wins over the scenario.

    Raises:
        KemitraanError: the region has no such districts, or too few eligible firms.
    """
    study = trial_study(trial, region, seed=seed, scale=scale, parameters=parameters)
    sizing = size_sample(study, scale)
    return replace(study, scale=sizing.scale), sizing


def trial_study(
    trial: Trial,
    region: Region,
    *,
    seed: int,
    scale: int | None,
    parameters: Parameters | None = None,
) -> TrialStudy:
    """The same without a look at who may take part: at the scale given, every firm if none."""
    check_names(trial, tuple(region.districts["district"]), region.name)
    check_scale(scale, region.firms)
    months = max(SHORTEST, trial.months)
    base = make_study(region, [trial.scenario], seed=seed, scale=1, months=months)
    values = base.parameters
    if parameters is not None:
        entries = registry()
        changed = {k: v for k, v in parameters.values.items() if v != entries[k].value}
        values = values.replace(check=False, **changed)
    varied = dict(base.varied)
    if any(one.kind == "export_order" for one in trial.treatments):
        varied.update({p.name: (p.low, p.high) for p in registry().values() if p.group == TRIALS})
    return TrialStudy(
        region=region,
        scenarios=base.scenarios,
        parameters=values,
        varied=varied,
        seed=seed,
        scale=1 if scale is None else scale,
        months=trial.months,
        first_month=base.first_month,
        trial=trial,
    )


def size_sample(study: TrialStudy, asked: int | None) -> Sizing:
    """The scale, from the eligible firms of a sample of a few thousand.

    Raises:
        KemitraanError: fewer are eligible than the trial has units, in the region or at the scale
            that was asked for.
    """
    trial, firms = study.trial, study.region.firms
    ladder = _ladder(max(1, firms // FEWEST_FIRMS))
    pilot = max(1, round(firms / _PILOT_FIRMS))
    look = replace(study, scale=pilot)
    start_world(replace(look, trial=replace(trial, start=1, recall_months=1)), _first(study))
    begun = time.process_time()
    world, before = start_world(look, _first(study))
    seconds = (time.process_time() - begun) / (world.n_firms * max(1, trial.start))
    found = int(eligible(world, trial, before).sum())
    whole = float(found * pilot)
    share = f"{found} of {world.n_firms:,} firms of a first sample"
    if whole < trial.units:
        raise KemitraanError(
            f"{trial.name}: units: {trial.units:,} are asked for, and {study.region.name} has "
            f"about {whole:,.0f} firms that may take part ({share}): ask for fewer units, or for "
            "less under 'eligible:'"
        )
    if asked is not None:
        if whole / asked < trial.units:
            most = max(1, int(whole // trial.units))
            raise KemitraanError(
                f"--scale {asked}: leaves about {whole / asked:,.0f} firms that may take part, and "
                f"{trial.name} has {trial.units:,} units: at most {most}"
            )
        return Sizing(asked, whole, seconds)
    fits = [s for s in ladder if whole / s >= PER_UNIT * trial.units]
    return Sizing(max(fits, default=1), whole, seconds)


def _first(study: TrialStudy) -> Job:
    return Job("draw", 0, replicate_seed(study.seed, 0), {})


def _ladder(most: int) -> list[int]:
    """1, 2, 5, 10, 20, ... up to `most`."""
    steps, ten = [], 1
    while ten <= most:
        steps += [s for s in (ten, 2 * ten, 5 * ten) if s <= most]
        ten *= 10
    return steps
