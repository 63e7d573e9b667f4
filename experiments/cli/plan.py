"""`kemitraan plan`: what a comparison will take, before anything of it is run."""

from __future__ import annotations

from pathlib import Path
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
from experiments.cli.options import (
    JobsOption,
    JsonOption,
    LangOption,
    MonthsOption,
    QuietOption,
    RegionOption,
    SeedOption,
    language,
    money,
)
from experiments.cli.output import print_json

__all__ = ["plan"]

_NOT_PASSED = 3


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
    lang: LangOption = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> int:
    """Say how many runs, how long, how much disk and memory a comparison would take."""
    from experiments.batch.machine import free_disk, free_memory  # noqa: PLC0415
    from experiments.batch.need import amount_of_bytes  # noqa: PLC0415
    from experiments.batch.words import say  # noqa: PLC0415
    from experiments.compare import HEADLINE, prepare  # noqa: PLC0415  # numpy, numba
    from experiments.compare_need import bytes_of_a_run, need_of  # noqa: PLC0415
    from experiments.comparison_record import comparison_layout  # noqa: PLC0415
    from experiments.design import FIXED_REPLICATES  # noqa: PLC0415
    from experiments.store import RUNS  # noqa: PLC0415

    speech = language(lang)
    prepared = prepare(
        scenarios or list(HEADLINE),
        region=region,
        baseline=baseline,
        uncertainty=uncertainty,
        replicates=replicates,
        seed=seed,
        jobs=jobs,
        scale=scale,
        months=months,
        ensemble=ensemble,
        fixed_replicates=FIXED_REPLICATES,
        equal_budget=money(equal_budget),
        precision=precision,
        max_replicates=max_replicates,
        lang=speech,
        quiet=quiet,
    )
    study, work = prepared.study, prepared.jobs
    shape, layout = comparison_layout(study)
    each = bytes_of_a_run(study, work, layout, shape)
    need = need_of(study, work, prepared.workers, layout, run_bytes=each)
    place = RUNS if out is None else Path(out)
    disk, memory = free_disk(place), free_memory()
    fits = need.disk <= disk and (memory is None or need.memory <= memory)
    units, runs = len(work), len(work) * len(study.scenarios)
    if json:
        print_json(
            {
                "plan": prepared.plan,
                "units": units,
                "runs": runs,
                "seconds": prepared.plan["seconds"],
                "disk_bytes": need.disk,
                "memory_bytes": need.memory,
                "free_disk_bytes": disk,
                "free_memory_bytes": memory,
                "fits": fits,
            }
        )
    else:
        free = say("unknown", speech) if memory is None else amount_of_bytes(memory)
        print(say("plan_runs", speech, units=units, scenarios=len(study.scenarios), runs=runs))
        print(say("plan_seconds", speech, time=_time(prepared.trial.seconds), n=prepared.workers))
        told = {"need": amount_of_bytes(need.disk), "free": amount_of_bytes(disk)}
        print(say("plan_disk", speech, **told))
        print(say("plan_memory", speech, need=amount_of_bytes(need.memory), free=free))
        if not fits:
            print(say("plan_does_not_fit", speech))
    return 0 if fits else _NOT_PASSED


def _time(seconds: float) -> str:
    minutes, hours = seconds / 60, seconds / 3600
    if hours >= 3:
        return f"{hours:.0f} h"
    return f"{minutes:.0f} min" if minutes >= 3 else f"{max(1.0, seconds):.0f} s"
