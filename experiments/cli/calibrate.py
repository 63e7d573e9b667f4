"""`kemitraan calibrate`: which assumptions published figures do not rule out."""

from __future__ import annotations

import shutil
import sys
import time
from typing import Annotated

import typer

from experiments.cli.options import (
    JsonOption,
    LangOption,
    RegionOption,
    SeedOption,
    language,
    whole,
)
from experiments.cli.output import done_line, message, print_json
from sim.errors import KemitraanError

__all__ = ["calibrate"]

_WIDE = 118


def calibrate(
    *,
    targets: Annotated[
        str | None,
        typer.Option(
            "--targets",
            help="A table of published figures (CSV); the project's own if none.",
            metavar="FILE",
        ),
    ] = None,
    parameters: Annotated[
        str,
        typer.Option(
            "--parameters",
            help="all, or names of parameters and groups with commas; the others are held.",
            metavar="WHICH",
        ),
    ] = "all",
    waves: Annotated[int, typer.Option("--waves", help="Rounds.", parser=whole, metavar="N")] = 4,
    runs: Annotated[
        int,
        typer.Option("--runs", help="Parameter sets run in a wave.", parser=whole, metavar="N"),
    ] = 1000,
    replicates: Annotated[
        int,
        typer.Option("--replicates", help="Runs of each set, averaged.", parser=whole, metavar="R"),
    ] = 4,
    fine: Annotated[
        int,
        typer.Option(
            "--fine",
            help="Sets of a wave that are run at the scale of a comparison too.",
            parser=whole,
            metavar="N",
        ),
    ] = 40,
    fine_scale: Annotated[
        int | None,
        typer.Option(
            "--fine-scale",
            help="That scale, if it is not to be that of a comparison.",
            parser=whole,
            metavar="N",
        ),
    ] = None,
    region: RegionOption = None,
    scale: Annotated[
        str,
        typer.Option(
            "--scale",
            help="Simulate every so many-th firm; auto: about 2,000 firms.",
            metavar="N",
        ),
    ] = "auto",
    seed: SeedOption = 1,
    top: Annotated[
        int, typer.Option("--top", help="Rows of the table.", parser=whole, metavar="N")
    ] = 20,
    out: Annotated[
        str | None,
        typer.Option("--out", help="A new folder; runs/calibrate-NNN if none.", metavar="FOLDER"),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option("--jobs", help="Processes; all cores if none.", parser=whole, metavar="N"),
    ] = None,
    lang: LangOption = None,
    json: JsonOption = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No messages, no progress.")] = False,
) -> None:
    """Rule out assumptions under which the model is far from published figures."""
    from experiments.calibration.calibrate import calibrate as run  # noqa: PLC0415  # numba
    from experiments.calibration.report import text  # noqa: PLC0415
    from experiments.calibration.store import free_folder, save_next_folder  # noqa: PLC0415
    from experiments.store import check_target  # noqa: PLC0415
    from experiments.words import say  # noqa: PLC0415

    begun = time.perf_counter()
    speech = language(lang)
    if not 1 <= top <= 10_000:
        raise KemitraanError(f"--top {top}: is outside 1..10000")
    if out is None:
        check_target(free_folder())  # said before the work, not after it
    try:
        result = run(
            targets,
            region,
            scale=scale,
            waves=waves,
            runs=runs,
            replicates=replicates,
            fine=fine,
            fine_scale=fine_scale,
            parameters=parameters,
            seed=seed,
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
        return
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else _WIDE
    print(text(result, lang=speech, width=width, top=top))
    if result.folder is not None:
        print(result.folder.as_posix())
    if not quiet:
        message(done_line(time.perf_counter() - begun, speech))
