"""`kemitraan explain DIR`: what a result hangs on, where it flips, what to measure first."""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from experiments.cli.options import JsonOption, LangOption, language, whole
from experiments.cli.output import done_line, message, print_json
from sim.errors import KemitraanError

__all__ = ["explain"]

_WIDE = 118
_RUNS = 500


def explain(
    folder: Annotated[
        str, typer.Argument(metavar="DIR", help="The folder that a comparison wrote.")
    ],
    *,
    outcome: Annotated[
        str, typer.Option("--outcome", help="What is explained.", metavar="NAME")
    ] = "profit",
    window: Annotated[
        str, typer.Option("--window", help="policy, after, 'year 1', ...", metavar="WINDOW")
    ] = "policy",
    scenario: Annotated[
        str | None,
        typer.Option("--scenario", help="Names with commas; all if none.", metavar="LIST"),
    ] = None,
    runs: Annotated[
        int,
        typer.Option(
            "--runs",
            help="At most so many further runs: levers at other values, and more draws.",
            parser=whole,
            metavar="N",
        ),
    ] = _RUNS,
    no_runs: Annotated[
        bool, typer.Option("--no-runs", help="No further runs: the draws at hand alone.")
    ] = False,
    levers: Annotated[
        str | None,
        typer.Option(
            "--levers", help="Levers to move, with commas; the main ones if none.", metavar="LIST"
        ),
    ] = None,
    assumptions: Annotated[
        str | None,
        typer.Option(
            "--assumptions",
            help="Assumptions to move alone, with commas.",
            metavar="LIST",
        ),
    ] = None,
    region: Annotated[
        str | None,
        typer.Option(
            "--region", help="Where a region of one's own is, for further runs.", metavar="REGION"
        ),
    ] = None,
    out: Annotated[
        str | None,
        typer.Option(
            "--out", help="A new folder; DIR/explain/OUTCOME-NNN if none.", metavar="FOLDER"
        ),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option("--jobs", help="Processes; all cores if none.", parser=whole, metavar="N"),
    ] = None,
    lang: LangOption = None,
    json: JsonOption = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No messages, no progress.")] = False,
) -> None:
    """Say what a comparison's answer hangs on, where it flips, and what to measure first."""
    begun = time.perf_counter()
    speech = language(lang)
    if no_runs and runs not in {_RUNS, 0}:
        raise KemitraanError(f"--no-runs and --runs {runs}: give one of the two")
    if no_runs and (levers or assumptions):
        raise KemitraanError("--no-runs: moves neither levers nor assumptions; leave it out")
    from experiments.explain.explain import explain as run  # noqa: PLC0415  # numpy, numba
    from experiments.explain.store import free_folder, write_next_folder  # noqa: PLC0415
    from experiments.store import check_target  # noqa: PLC0415
    from experiments.words import say  # noqa: PLC0415

    path = Path(folder)
    if out is None and path.is_dir():
        check_target(free_folder(path, "explain"))  # said before the work, not after it
    try:
        result = run(
            path,
            outcome,
            window,
            _names(scenario),
            runs=0 if no_runs else runs,
            levers=_names(levers),
            assumptions=_names(assumptions),
            region=region,
            jobs=jobs,
            out=out,
            lang=speech,
            quiet=quiet,
        )
        if out is None:
            result.folder = write_next_folder(result, path, lang=speech)
    except KeyboardInterrupt:
        message(say("stopped", speech))
        raise
    if json:
        print_json(result.to_json())
        return
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else _WIDE
    print(result.text(speech, width))
    if result.folder is not None:
        print(result.folder.as_posix())
    if not quiet:
        message(done_line(time.perf_counter() - begun, speech))


def _names(text: str | None) -> list[str] | None:
    """Names with commas; none where nothing was given."""
    return None if text is None else [name.strip() for name in text.split(",")]
