"""`kemitraan compare`: scenarios against a baseline, as a table, a document and a folder."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

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
from experiments.cli.forecast import PlanOption
from experiments.cli.options import (
    BackendOption,
    JobsOption,
    JsonOption,
    LangOption,
    MonthsOption,
    OnErrorOption,
    QuietOption,
    RegionOption,
    SchedulerOption,
    SeedOption,
    language,
    money,
)
from experiments.cli.output import message, tell_kept
from experiments.cli.plan import plan as plan_of
from experiments.cli.shown import WINDOWS, Shown, exit_code, refuse_missing, show_comparison

if TYPE_CHECKING:
    from experiments.comparison import Comparison

__all__ = ["compare"]


def compare(
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
    windows: Annotated[
        str,
        typer.Option(
            "--windows", help="Such as 'policy,after' or 'year 1,year 5'; or all.", metavar="LIST"
        ),
    ] = WINDOWS,
    by: Annotated[
        str | None,
        typer.Option(
            "--by",
            help="size_class, sector, district, owner_sex, good, partner_status, distance, "
            "baseline_decile, profit_quantile.",
            metavar="GROUPING",
        ),
    ] = None,
    out: Annotated[
        str | None,
        typer.Option("--out", help="A new folder; runs/compare-NNN if none.", metavar="FOLDER"),
    ] = None,
    jobs: JobsOption = None,
    backend: BackendOption = None,
    scheduler: SchedulerOption = None,
    lang: LangOption = None,
    on_error: OnErrorOption = "record",
    plan: PlanOption = False,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> int:
    """Compare scenarios with a baseline, run by run, and say how sure the differences are."""
    begun = time.perf_counter()
    from experiments.batch.ended import (  # noqa: PLC0415
        BatchError,
        Interrupted,
        check_on_error,
    )
    from experiments.batch.experiment import beginnings  # noqa: PLC0415
    from experiments.choices import check_grouping, check_windows  # noqa: PLC0415
    from experiments.compare import HEADLINE, compare_into, prepare  # noqa: PLC0415  # numpy, numba
    from experiments.design import FIXED_REPLICATES  # noqa: PLC0415
    from experiments.store import (  # noqa: PLC0415
        check_target,
        make_folder,
        make_next_folder,
        next_folder,
    )
    from experiments.study_json import INPUTS  # noqa: PLC0415
    from experiments.words import say  # noqa: PLC0415

    speech = language(lang)
    show = check_windows(windows)
    check_grouping(by)
    check_on_error(on_error)
    if plan:
        return plan_of(
            scenarios,
            baseline=baseline,
            uncertainty=uncertainty,
            ensemble=ensemble,
            replicates=replicates,
            precision=precision,
            max_replicates=max_replicates,
            region=region,
            scale=scale,
            months=months,
            seed=seed,
            equal_budget=equal_budget,
            out=out,
            jobs=jobs,
            backend=backend,
            scheduler=scheduler,
            lang=lang,
            json=json,
            quiet=quiet,
        )
    # Said before the work, not after it.
    target = check_target(next_folder() if out is None else Path(out), beginnings([INPUTS]))
    failed: BatchError | None = None
    try:
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
            backend=backend,
            scheduler=scheduler,
            precision=precision,
            max_replicates=max_replicates,
            lang=speech,
            quiet=quiet,
        )
        result = compare_into(
            lambda: make_next_folder() if out is None else make_folder(target),
            prepared,
            where=target,
            on_error=on_error,
        )
    except Interrupted as stop:
        tell_kept(stop, speech)
        raise
    except KeyboardInterrupt:
        message(say("stopped", speech))
        raise
    except BatchError as error:
        # What cannot be written is shown all the same, since it took long to find.
        if error.result is None:
            raise
        result, failed = cast("Comparison", error.result), error
    shown = Shown(tuple(show), by, windows.strip() not in (WINDOWS, "all"))
    show_comparison(result, shown, speech, json=json, quiet=quiet, begun=begun)
    if failed is not None:
        raise failed
    refuse_missing(result)
    return exit_code(result)
