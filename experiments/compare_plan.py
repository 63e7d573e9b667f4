"""What a comparison would take, before anything of it is run."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from typing import TYPE_CHECKING

from experiments.compare import HEADLINE, ScenarioLike, prepare
from experiments.compare_need import bytes_of_a_run, need_of
from experiments.comparison_record import comparison_layout
from experiments.design import ENSEMBLE, FIXED_REPLICATES
from experiments.forecast import Forecast, forecast
from experiments.unit import run_unit
from scenarios.region import Region

if TYPE_CHECKING:
    from experiments.calibration.ensemble import Ensemble

__all__ = ["plan_compare"]


def plan_compare(
    scenarios: ScenarioLike | Sequence[ScenarioLike] = HEADLINE,
    region: str | PathLike[str] | Region | None = None,
    baseline: ScenarioLike = "no_policy",
    uncertainty: str = ENSEMBLE,
    replicates: int = 64,
    seed: int = 1,
    jobs: int | None = None,
    out: str | PathLike[str] | None = None,
    scale: int | str | None = None,
    months: int | None = None,
    *,
    ensemble: str | PathLike[str] | Ensemble | None = None,
    fixed_replicates: int = FIXED_REPLICATES,
    equal_budget: float | bool = False,
    precision: str | Sequence[str] | None = None,
    max_replicates: int | None = None,
    backend: str | None = None,
    scheduler: str | None = None,
    lang: str = "en",
    quiet: bool = False,
) -> Forecast:
    """What a comparison would take, from a timed trial; nothing is started.

    The arguments are those of `compare`; `out` is where the folder would be, runs/ if none.

    Raises:
        KemitraanError: as `compare` would.
    """
    found = prepare(
        scenarios,
        region,
        baseline,
        uncertainty,
        replicates,
        seed,
        jobs,
        scale,
        months,
        ensemble=ensemble,
        fixed_replicates=fixed_replicates,
        equal_budget=equal_budget,
        precision=precision,
        max_replicates=max_replicates,
        backend=backend,
        scheduler=scheduler,
        lang=lang,
        quiet=quiet,
    )
    study, work = found.study, found.jobs
    shape, layout = comparison_layout(study)
    each = bytes_of_a_run(run_unit, study, work, layout, shape.pack)
    here = min(found.workers, found.backend.here)
    return forecast(
        found.plan,
        units=len(work),
        scenarios=len(study.scenarios),
        seconds=found.trial.seconds,
        need=need_of(study, work, here, layout, run_bytes=each),
        out=out,
    )
