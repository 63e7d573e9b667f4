"""What a trial comes to in the model, without a researcher's noise: for calibration and validation.

One replicate, no table and no estimate: the same firms with the same luck in two worlds.
"""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike

from experiments.design import Job
from experiments.places import place_of
from experiments.trials.run import TrialLike, read
from experiments.trials.study import make_trial_study, trial_study
from experiments.trials.table import relative
from experiments.trials.unit import run_trial_unit
from scenarios.region import Region, load_region
from sim.parameters import Parameters

__all__ = ["trial_estimates"]

_GROUPS = (("", "truth_tot"), ("offered:", "truth"), ("spillover:", "spillover"))


def trial_estimates(
    trial: TrialLike,
    *,
    parameters: Parameters | None = None,
    region: str | PathLike[str] | Region | None = None,
    seed: int = 1,
    scale: int | None = None,
) -> Mapping[str, float]:
    """Relative effects of one replicate, in percent, by "outcome@horizon".

    Args:
        trial: a name, a file or a trial.
        parameters: values instead of the registry's; what they change wins over the scenario.
        region: a region, its name or folder; the trial's own if none.
        seed: of the run and of the trial's draws, as it stands.
        scale: slots of the region that one slot of the sample stands for; as `trial` chooses it if
            none, which costs a run of the months before.

    Returns:
        Effects on those who took the treatment up, in percent of what the same firms have without
        the trial, such as "profit@12"; on all to whom it was offered, such as "offered:profit@12";
        and on untreated firms of markets with treated ones, such as "spillover:profit@12". Not a
        number where nobody is in a group.

    Raises:
        KemitraanError: wrong use, or too few firms that may take part.
    """
    asked = read(trial)
    if region is None and asked.region == asked.scenario.region:
        place = place_of(asked.scenario)
    else:
        place = load_region(asked.region if region is None else region)
    if scale is None:
        study, _ = make_trial_study(asked, place, seed=seed, scale=None, parameters=parameters)
    else:
        study = trial_study(asked, place, seed=seed, scale=scale, parameters=parameters)
    cells = run_trial_unit(study, Job("draw", 0, seed, {})).cells
    found: dict[str, float] = {}
    for prefix, value in _GROUPS:
        for o, outcome in enumerate(asked.outcomes):
            for h, horizon in enumerate(asked.horizons):
                cell = cells[o, h]
                effect, base = float(cell[value]), float(cell[f"{value}_base"])
                found[f"{prefix}{outcome}@{horizon}"] = relative(effect, base, asked.form)
    return found
