"""`kemitraan explore`: how scenarios stand up to what is not known."""

from __future__ import annotations

import time
from typing import Annotated, Any

import typer

from experiments.cli.forecast import PlanOption, show_forecast
from experiments.cli.options import (
    BackendOption,
    JobsOption,
    JsonOption,
    LangOption,
    MonthsOption,
    OnErrorOption,
    RegionOption,
    SchedulerOption,
    language,
    money,
    whole,
)
from experiments.cli.output import message, tell_kept
from experiments.cli.shown import refuse_missing, show_exploration
from sim.errors import KemitraanError

__all__ = ["explore"]


def explore(
    scenarios: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SCENARIO",
            help="Names or files, the one that is asked about first; or the folder of a "
            "comparison or exploration, whose runs are then taken. Without: an obligation, "
            "coaching and a cash grant.",
        ),
    ] = None,
    *,
    baseline: Annotated[
        str | None,
        typer.Option(
            "--baseline",
            help="What effects are measured against; no_policy if none.",
            metavar="SCENARIO",
        ),
    ] = None,
    outcomes: Annotated[
        str,
        typer.Option(
            "--outcomes",
            help="Names with commas; boxes and regions are about the first.",
            metavar="LIST",
        ),
    ] = "profit,in_business,jobs,net_benefit",
    window: Annotated[
        str, typer.Option("--window", help="policy, after, 'year 1', ...", metavar="WINDOW")
    ] = "policy",
    satisfy: Annotated[
        list[str] | None,
        typer.Option(
            "--satisfy",
            help="A threshold for the effect, such as 'profit>0'; may stand several times. "
            "Without: better than the baseline.",
            metavar="THRESHOLD",
        ),
    ] = None,
    focus: Annotated[
        str | None,
        typer.Option(
            "--focus", help="Scenario that is asked about; the first if none.", metavar="SCENARIO"
        ),
    ] = None,
    against: Annotated[
        list[str] | None,
        typer.Option(
            "--against",
            help="Scenario it is set against; may stand several times; all others if none.",
            metavar="SCENARIO",
        ),
    ] = None,
    equal_budget: Annotated[
        str | None,
        typer.Option(
            "--equal-budget",
            help="Size every scenario to this expected public cost, million Rp a year; without a "
            "number to that of the first scenario. Without the option likewise, where it can be "
            "done.",
            metavar="[N]",
        ),
    ] = None,
    own_budgets: Annotated[
        bool, typer.Option("--own-budgets", help="Leave each scenario its own public cost.")
    ] = False,
    uncertainty: Annotated[
        str | None,
        typer.Option(
            "--uncertainty",
            help="ensemble (what figures leave of what is assumed), if none; or parameters.",
            metavar="WHAT",
        ),
    ] = None,
    ensemble: Annotated[
        str | None,
        typer.Option(
            "--ensemble",
            help="Folder of a calibration, for that; the project's own if none.",
            metavar="FOLDER",
        ),
    ] = None,
    replicates: Annotated[
        int | None,
        typer.Option("--replicates", help="Draws; 256 if none.", parser=whole, metavar="N"),
    ] = None,
    region: RegionOption = None,
    scale: Annotated[
        str | None,
        typer.Option("--scale", help="Simulate every so many-th firm; or auto.", metavar="N"),
    ] = None,
    months: MonthsOption = None,
    seed: Annotated[
        int | None,
        typer.Option(
            "--seed", help="The same seed gives the same numbers.", parser=whole, metavar="N"
        ),
    ] = None,
    out: Annotated[
        str | None,
        typer.Option("--out", help="A new folder; runs/explore-NNN if none.", metavar="FOLDER"),
    ] = None,
    jobs: JobsOption = None,
    backend: BackendOption = None,
    scheduler: SchedulerOption = None,
    lang: LangOption = None,
    on_error: OnErrorOption = "record",
    plan: PlanOption = False,
    json: JsonOption = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No messages, no progress.")] = False,
) -> int:
    """Say how much is lost by a wrong choice, and where a scenario does worse than another."""
    begun = time.perf_counter()
    from experiments.batch.ended import (  # noqa: PLC0415
        BatchError,
        Interrupted,
        check_on_error,
    )
    from experiments.explore.exploration import Exploration  # noqa: PLC0415  # numpy
    from experiments.explore.explore import SCENARIOS, plan_explore  # noqa: PLC0415  # numba
    from experiments.explore.explore import explore as run  # noqa: PLC0415
    from experiments.explore.store import free_folder  # noqa: PLC0415
    from experiments.store import RUNS, check_target, make_next_folder  # noqa: PLC0415
    from experiments.words import say  # noqa: PLC0415

    speech = language(lang)
    if own_budgets and equal_budget is not None:
        raise KemitraanError("--own-budgets: cannot stand beside --equal-budget; leave one out")
    amount = None if equal_budget is None else money(equal_budget)
    check_on_error(on_error)
    asked: dict[str, Any] = {
        "region": region,
        "baseline": baseline,
        "uncertainty": uncertainty,
        "ensemble": ensemble,
        "replicates": replicates,
        "seed": seed,
        "jobs": jobs,
        "backend": backend,
        "scheduler": scheduler,
        "scale": scale,
        "months": months,
        "outcomes": outcomes,
        "window": window,
        "satisfy": satisfy or (),
        "focus": focus,
        "against": against or None,
        "equal_budget": False if own_budgets else amount,
        "lang": speech,
        "quiet": quiet,
    }
    chosen = scenarios or list(SCENARIOS)
    if plan:
        return show_forecast(plan_explore(chosen, out=out, **asked), speech, json=json)
    if out is None:
        check_target(free_folder())  # said before the work, not after it
    place = (lambda: make_next_folder(RUNS, "explore")) if out is None else out
    failed: BatchError | None = None
    try:
        result = run(chosen, out=place, on_error=on_error, **asked)
    except Interrupted as stop:
        tell_kept(stop, speech)
        raise
    except KeyboardInterrupt:
        message(say("stopped", speech))
        raise
    except BatchError as error:
        if not isinstance(error.result, Exploration):
            raise
        result, failed = error.result, error
    show_exploration(result, speech, json=json, quiet=quiet, begun=begun)
    if failed is not None:
        raise failed
    refuse_missing(result)
    return 0
