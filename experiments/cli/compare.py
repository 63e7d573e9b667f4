"""`kemitraan compare`: scenarios against a baseline, as a table, a document and a folder."""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from experiments.cli.options import (
    JsonOption,
    LangOption,
    MonthsOption,
    RegionOption,
    SeedOption,
    language,
    money,
    whole,
)
from experiments.cli.output import done_line, message, print_json
from sim.errors import KemitraanError

__all__ = ["compare"]

_WIDE = 160
_WINDOWS = "policy,after"


def compare(
    scenarios: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SCENARIO",
            help="Names or files; without: the eight headline scenarios, from no_policy to bundle.",
        ),
    ] = None,
    *,
    baseline: Annotated[
        str, typer.Option("--baseline", help="What they are compared with.", metavar="SCENARIO")
    ] = ("no_policy"),
    uncertainty: Annotated[
        str,
        typer.Option(
            "--uncertainty",
            help="ensemble (assumptions figures leave), parameters (all they may be) or seeds.",
            metavar="WHAT",
        ),
    ] = "ensemble",
    ensemble: Annotated[
        str | None,
        typer.Option(
            "--ensemble",
            help="Folder of a calibration, for that; the project's own if none.",
            metavar="FOLDER",
        ),
    ] = None,
    replicates: Annotated[
        int, typer.Option("--replicates", help="Pairs of runs.", parser=whole, metavar="N")
    ] = 64,
    region: RegionOption = None,
    scale: Annotated[
        str,
        typer.Option("--scale", help="Simulate every so many-th firm; or auto.", metavar="N"),
    ] = "auto",
    months: MonthsOption = None,
    seed: SeedOption = 1,
    equal_budget: Annotated[
        str | None,
        typer.Option(
            "--equal-budget",
            help="Size every scenario to this expected public cost, million Rp a year; without a "
            "number to that of the first scenario.",
            metavar="[N]",
        ),
    ] = None,
    windows: Annotated[
        str,
        typer.Option(
            "--windows", help="Such as 'policy,after' or 'year 1,year 5'; or all.", metavar="LIST"
        ),
    ] = _WINDOWS,
    by: Annotated[
        str | None,
        typer.Option(
            "--by",
            help="size_class, sector, district, owner_sex, good, partner_status, distance, "
            "baseline_decile.",
            metavar="GROUPING",
        ),
    ] = None,
    out: Annotated[
        str | None,
        typer.Option("--out", help="A new folder; runs/compare-NNN if none.", metavar="FOLDER"),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option("--jobs", help="Processes; all cores if none.", parser=whole, metavar="N"),
    ] = None,
    lang: LangOption = None,
    json: JsonOption = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No messages, no progress.")] = False,
) -> None:
    """Compare scenarios with a baseline, run by run, and say how sure the differences are."""
    begun = time.perf_counter()
    from experiments.choices import check_grouping, check_windows  # noqa: PLC0415
    from experiments.compare import HEADLINE  # noqa: PLC0415  # numpy, numba
    from experiments.compare import compare as run  # noqa: PLC0415
    from experiments.report import text  # noqa: PLC0415
    from experiments.store import (  # noqa: PLC0415
        check_target,
        next_folder,
        write_folder,
        write_next_folder,
    )
    from experiments.words import say  # noqa: PLC0415
    from sim.outcomes import windows as windows_of  # noqa: PLC0415

    speech = language(lang)
    show = check_windows(windows)
    check_grouping(by)
    # Said before the work, not after it.
    target = check_target(next_folder() if out is None else Path(out))
    try:
        result = run(
            scenarios or list(HEADLINE),
            region=region,
            baseline=baseline,
            uncertainty=uncertainty,
            ensemble=ensemble,
            replicates=replicates,
            seed=seed,
            jobs=jobs,
            scale=scale,
            months=months,
            equal_budget=money(equal_budget),
            lang=speech,
            quiet=quiet,
        )
    except KeyboardInterrupt:
        message(say("stopped", speech))
        raise
    # Written before it is shown, as both name the folder; what cannot be written is shown all the
    # same, since it took long to find.
    failed: KemitraanError | None = None
    try:
        result.folder = (
            write_next_folder(result, lang=speech)
            if out is None
            else write_folder(result, target, lang=speech)
        )
    except KemitraanError as error:
        failed = error
    except KeyboardInterrupt:
        message(say("stopped", speech))
        raise
    there = windows_of(result.study.months)
    missing = [name for name in show if name not in there]
    if missing and windows.strip() not in (_WINDOWS, "all") and not quiet:
        listed = ", ".join(missing)
        message(say("no_window", speech, windows=listed, months=result.study.months))
    if json:
        print_json(result.to_json(show, by))
        if failed is not None:
            raise _lost(failed, say("not_kept", speech)) from failed
        return
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else _WIDE
    print(text(result, lang=speech, width=width, show=show, by=by))
    if result.folder is not None:
        print(result.folder.as_posix())
    if not quiet:
        message(done_line(time.perf_counter() - begun, speech))
    if failed is not None:
        raise _lost(failed, say("not_kept", speech)) from failed


def _lost(error: KemitraanError, hint: str) -> KemitraanError:
    """The failure of writing, which is no wrong use: some run's results are lost."""
    found = KemitraanError(f"{error}\n{hint}")
    found.exit_code = 1
    return found
