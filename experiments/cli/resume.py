"""`kemitraan resume DIR`: the runs that are not done yet, and what follows from all of them."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from experiments.cli.options import (
    BackendOption,
    FolderArgument,
    JobsOption,
    JsonOption,
    LangOption,
    OnErrorOption,
    QuietOption,
    SchedulerOption,
    language,
)
from experiments.cli.output import tell_kept
from experiments.cli.shown import (
    TOP,
    Shown,
    exit_code,
    refuse_missing,
    show_comparison,
    show_exploration,
    show_sensitivity,
)

__all__ = ["resume"]


def resume(
    folder: FolderArgument,
    *,
    failed: Annotated[
        bool, typer.Option("--failed", help="Try the runs that failed again.")
    ] = False,
    jobs: JobsOption = None,
    backend: BackendOption = None,
    scheduler: SchedulerOption = None,
    on_error: OnErrorOption = "record",
    lang: LangOption = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> int:
    """Go on with an experiment that was ended; what is finished is not done again."""
    begun = time.perf_counter()
    from experiments.batch.ended import BatchError, Interrupted  # noqa: PLC0415
    from experiments.comparison import Comparison  # noqa: PLC0415  # numpy
    from experiments.explore.exploration import Exploration  # noqa: PLC0415
    from experiments.resume import resume as go_on  # noqa: PLC0415
    from experiments.studied import Sensitivity  # noqa: PLC0415

    speech = language(lang)
    error: BatchError | None = None
    try:
        result = go_on(
            folder,
            jobs,
            on_error=on_error,
            failed=failed,
            backend=backend,
            scheduler=scheduler,
            lang=speech,
            quiet=quiet,
        )
    except Interrupted as stop:
        tell_kept(stop, speech)
        raise
    except BatchError as one:
        if one.result is None:
            raise
        result, error = one.result, one
    if isinstance(result, Comparison):
        show_comparison(result, Shown(), speech, json=json, quiet=quiet, begun=begun)
    elif isinstance(result, Sensitivity):
        show_sensitivity(result, speech, top=TOP, json=json, quiet=quiet, begun=begun)
    elif isinstance(result, Exploration):
        show_exploration(result, speech, json=json, quiet=quiet, begun=begun)
    if error is not None:
        raise error
    if isinstance(result, Comparison | Exploration | Sensitivity):
        refuse_missing(result)
    return exit_code(result) if isinstance(result, Comparison) else 0
