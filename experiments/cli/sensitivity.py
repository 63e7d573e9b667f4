"""`kemitraan sensitivity`: which assumptions an effect hangs on."""

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
    SeedOption,
    language,
    whole,
)
from experiments.cli.output import message, tell_kept
from experiments.cli.shown import refuse_missing, show_sensitivity
from sim.errors import KemitraanError

__all__ = ["sensitivity"]

_NONE = "none"


def sensitivity(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="A name or a file.")],
    *,
    effect_of: Annotated[
        str,
        typer.Option(
            "--effect-of",
            help="Study the difference from this scenario; none: the level itself.",
            metavar="BASELINE",
        ),
    ] = "no_policy",
    method: Annotated[
        str,
        typer.Option(
            "--method",
            help="morris: screening; sobol: shares of the variance; fast, rbd-fast, delta, pawn.",
            metavar="METHOD",
        ),
    ] = "morris",
    parameters: Annotated[
        str,
        typer.Option(
            "--parameters",
            help="all (assumed ones), every (with a range), groups, kinds (of evidence), or names "
            "of parameters and groups with commas.",
            metavar="WHICH",
        ),
    ] = "all",
    groups: Annotated[
        str,
        typer.Option(
            "--groups",
            help="Move the parameters by group (of the registry) or kind (of evidence) as one.",
            metavar="BY",
        ),
    ] = "none",
    outcomes: Annotated[
        str, typer.Option("--outcomes", help="Names with commas; or all.", metavar="LIST")
    ] = "profit",
    window: Annotated[
        str, typer.Option("--window", help="policy, after, 'year 1', ...", metavar="WINDOW")
    ] = "policy",
    samples: Annotated[
        int | None,
        typer.Option(
            "--samples",
            help="Trajectories (morris), base rows (sobol), points of a curve (fast), or rows.",
            parser=whole,
            metavar="N",
        ),
    ] = None,
    replicates: Annotated[
        int,
        typer.Option(
            "--replicates", help="Runs of each point, averaged.", parser=whole, metavar="R"
        ),
    ] = 1,
    second_order: Annotated[
        bool, typer.Option("--second-order", help="With sobol: pairs of parameters too.")
    ] = False,
    screen: Annotated[
        int | None,
        typer.Option(
            "--screen",
            help="With sobol: screen first, study the K leading ones; the others move as one.",
            parser=whole,
            metavar="K",
        ),
    ] = None,
    monthly: Annotated[
        bool, typer.Option("--monthly/--no-monthly", help="With sobol: shares month by month too.")
    ] = True,
    region: RegionOption = None,
    scale: Annotated[
        str,
        typer.Option("--scale", help="Simulate every so many-th firm; or auto.", metavar="N"),
    ] = "auto",
    months: MonthsOption = None,
    seed: SeedOption = 1,
    top: Annotated[
        int, typer.Option("--top", help="Rows of the table.", parser=whole, metavar="N")
    ] = 15,
    out: Annotated[
        str | None,
        typer.Option("--out", help="A new folder; runs/sensitivity-NNN if none.", metavar="FOLDER"),
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
    """Rank assumptions by how much an effect hangs on them: a screening, or shares of variance."""
    from experiments.batch.ended import (  # noqa: PLC0415
        BatchError,
        Interrupted,
        check_on_error,
    )
    from experiments.sensitivity import Sensitivity, plan_sensitivity  # noqa: PLC0415  # numpy, numba
    from experiments.sensitivity import sensitivity as run  # noqa: PLC0415
    from experiments.sensitivity_store import free_folder  # noqa: PLC0415
    from experiments.store import RUNS, check_target, make_next_folder  # noqa: PLC0415
    from experiments.words import say  # noqa: PLC0415

    begun = time.perf_counter()
    speech = language(lang)
    if not 1 <= top <= 10_000:
        raise KemitraanError(f"--top {top}: is outside 1..10000")
    check_on_error(on_error)
    asked: dict[str, Any] = {
        "region": region,
        "effect_of": None if effect_of == _NONE else effect_of,
        "outcomes": outcomes,
        "method": method,
        "samples": samples,
        "replicates": replicates,
        "seed": seed,
        "jobs": jobs,
        "backend": backend,
        "scheduler": scheduler,
        "scale": scale,
        "months": months,
        "parameters": parameters,
        "groups": groups,
        "window": window,
        "second_order": second_order,
        "screen": screen,
        "monthly": monthly,
        "lang": speech,
        "quiet": quiet,
    }
    if plan:
        return show_forecast(plan_sensitivity(scenario, out=out, **asked), speech, json=json)
    if out is None:
        check_target(free_folder())  # said before the work, not after it
    failed: BatchError | None = None
    try:
        place = (lambda: make_next_folder(RUNS, "sensitivity")) if out is None else out
        result = run(scenario, out=place, on_error=on_error, **asked)
    except Interrupted as stop:
        tell_kept(stop, speech)
        raise
    except KeyboardInterrupt:
        message(say("stopped", speech))
        raise
    except BatchError as error:
        if not isinstance(error.result, Sensitivity):
            raise
        result, failed = error.result, error
    show_sensitivity(result, speech, top=top, json=json, quiet=quiet, begun=begun)
    if failed is not None:
        raise failed
    refuse_missing(result)
    return 0
