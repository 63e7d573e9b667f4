"""`kemitraan trial FILE`: a field experiment replayed in the model, and the design of a pilot."""

from __future__ import annotations

import shutil
import sys
import time
from typing import Annotated

import typer

from experiments.cli.options import (
    JsonOption,
    LangOption,
    SeedOption,
    language,
    whole,
)
from experiments.cli.output import done_line, message, print_json

__all__ = ["trial"]

_WIDE = 160


def chance(text: str) -> float:
    """A share of one as typed.

    Raises:
        BadParameter: it is no number.
    """
    try:
        return float(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no number between 0 and 1") from None


def trial(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A trial's name or its file.")],
    *,
    region: Annotated[
        str | None,
        typer.Option("--region", help="Region instead of the trial's.", metavar="REGION"),
    ] = None,
    replicates: Annotated[
        int | None,
        typer.Option(
            "--replicates",
            help="Trials to simulate instead of the file's.",
            parser=whole,
            metavar="N",
        ),
    ] = None,
    seed: SeedOption = 1,
    scale: Annotated[
        str,
        typer.Option("--scale", help="Simulate every so many-th firm; or auto.", metavar="N"),
    ] = "auto",
    power: Annotated[
        float | None,
        typer.Option(
            "--power",
            help="Design a pilot that finds the effect with this chance, such as 0.8.",
            parser=chance,
            metavar="P",
        ),
    ] = None,
    uncertainty: Annotated[
        str,
        typer.Option(
            "--uncertainty",
            help="seeds, or parameters (vary what is assumed).",
            metavar="WHAT",
        ),
    ] = "seeds",
    out: Annotated[
        str | None,
        typer.Option("--out", help="A new folder; runs/trial-NNN if none.", metavar="FOLDER"),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option("--jobs", help="Processes; all cores if none.", parser=whole, metavar="N"),
    ] = None,
    lang: LangOption = None,
    json: JsonOption = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No messages, no progress.")] = False,
) -> None:
    """Replay a field experiment: what one finds, and what is true; with --power, how large."""
    begun = time.perf_counter()
    from experiments.store import check_target  # noqa: PLC0415  # numpy, numba
    from experiments.trials.run import trial as run  # noqa: PLC0415
    from experiments.trials.store import free_folder, save_next_folder  # noqa: PLC0415
    from experiments.words import say  # noqa: PLC0415

    speech = language(lang)
    if out is None:
        check_target(free_folder())  # said before the work, not after it
    try:
        result = run(
            file,
            region=region,
            replicates=replicates,
            seed=seed,
            scale=scale,
            jobs=jobs,
            power=power,
            uncertainty=uncertainty,
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
        return
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else _WIDE
    print(result.text(lang=speech, width=width))
    if result.folder is not None:
        print(result.folder.as_posix())
    if not quiet:
        message(done_line(time.perf_counter() - begun, speech))
