"""`kemitraan validate`: published results that set no parameter, replayed and scored."""

from __future__ import annotations

import shutil
import sys
import time
from typing import Annotated

import typer

from experiments.cli.options import JsonOption, LangOption, SeedOption, language, whole
from experiments.cli.output import done_line, message, print_json

__all__ = ["validate"]

_WIDE = 118


def validate(
    *,
    rows: Annotated[
        str | None,
        typer.Option("--rows", help="Ids of rows with commas; all if none.", metavar="IDS"),
    ] = None,
    uncertainty: Annotated[
        str | None,
        typer.Option(
            "--uncertainty",
            help="ensemble, parameters or seeds; the ensemble if there is one.",
            metavar="HOW",
        ),
    ] = None,
    replicates: Annotated[
        int, typer.Option("--replicates", help="Draws.", parser=whole, metavar="N")
    ] = 64,
    scale: Annotated[
        str,
        typer.Option("--scale", help="Simulate every so many-th firm; or auto.", metavar="N"),
    ] = "auto",
    seed: SeedOption = 1,
    out: Annotated[
        str | None,
        typer.Option("--out", help="A new folder; runs/validation-NNN if none.", metavar="FOLDER"),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option("--jobs", help="Processes; all cores if none.", parser=whole, metavar="N"),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit code 3 where a row is missed.")
    ] = False,
    lang: LangOption = None,
    json: JsonOption = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No messages, no progress.")] = False,
) -> None:
    """Replay published results that set no parameter; say hit, miss or cannot express."""
    from experiments.store import check_target  # noqa: PLC0415  # pyarrow
    from experiments.validation.store import free_folder, save_next_folder  # noqa: PLC0415
    from experiments.validation.validate import validate as run  # noqa: PLC0415  # numpy, numba
    from experiments.words import say  # noqa: PLC0415

    begun = time.perf_counter()
    speech = language(lang)
    if out is None:
        check_target(free_folder())  # said before the work, not after it
    try:
        result = run(
            rows,
            uncertainty=uncertainty,
            replicates=replicates,
            seed=seed,
            scale=scale,
            jobs=jobs,
            out=out,
            lang=speech,
            quiet=quiet,
        )
        if out is None:
            result.folder = save_next_folder(result, lang=speech)
    except KeyboardInterrupt:
        message(say("stopped", speech))
        raise
    if json:
        print_json(result.to_json())
    else:
        width = shutil.get_terminal_size().columns if sys.stdout.isatty() else _WIDE
        print(result.text(speech, width))
        if result.folder is not None:
            print(result.folder.as_posix())
        if not quiet:
            message(done_line(time.perf_counter() - begun, speech))
    if strict and result.misses:
        raise typer.Exit(3)
