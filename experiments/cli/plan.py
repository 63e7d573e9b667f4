"""`kemitraan plan`: what a comparison will take, before anything of it is run."""

from __future__ import annotations

from typing import Annotated

import typer

from experiments.cli.asked import (
    BaselineOption,
    EnsembleOption,
    EqualBudgetOption,
    MaxReplicatesOption,
    PrecisionOption,
    ReplicatesOption,
    ScaleOption,
    ScenariosArgument,
    UncertaintyOption,
)
from experiments.cli.forecast import show_forecast
from experiments.cli.options import (
    BackendOption,
    JobsOption,
    JsonOption,
    LangOption,
    MonthsOption,
    QuietOption,
    RegionOption,
    SchedulerOption,
    SeedOption,
    language,
    money,
)

__all__ = ["plan"]


def plan(
    scenarios: ScenariosArgument = None,
    *,
    baseline: BaselineOption = "no_policy",
    uncertainty: UncertaintyOption = "ensemble",
    ensemble: EnsembleOption = None,
    replicates: ReplicatesOption = 64,
    precision: PrecisionOption = None,
    max_replicates: MaxReplicatesOption = None,
    region: RegionOption = None,
    scale: ScaleOption = "auto",
    months: MonthsOption = None,
    seed: SeedOption = 1,
    equal_budget: EqualBudgetOption = None,
    out: Annotated[
        str | None,
        typer.Option("--out", help="Where the folder would be; runs/ if none.", metavar="FOLDER"),
    ] = None,
    jobs: JobsOption = None,
    backend: BackendOption = None,
    scheduler: SchedulerOption = None,
    lang: LangOption = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> int:
    """Say how many runs, how long, how much disk and memory a comparison would take."""
    from experiments.compare import HEADLINE  # noqa: PLC0415  # numpy, numba
    from experiments.compare_plan import plan_compare  # noqa: PLC0415

    speech = language(lang)
    found = plan_compare(
        scenarios or list(HEADLINE),
        region=region,
        baseline=baseline,
        uncertainty=uncertainty,
        replicates=replicates,
        seed=seed,
        jobs=jobs,
        out=out,
        scale=scale,
        months=months,
        ensemble=ensemble,
        equal_budget=money(equal_budget),
        precision=precision,
        max_replicates=max_replicates,
        backend=backend,
        scheduler=scheduler,
        lang=speech,
        quiet=quiet,
    )
    return show_forecast(found, speech, json=json)
