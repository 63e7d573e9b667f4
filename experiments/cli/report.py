"""`kemitraan report DIR`: one page of a comparison, to read offline and to print."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from experiments.cli.options import LangOption, language
from experiments.cli.output import message

__all__ = ["report"]


def report(
    folder: Annotated[
        str, typer.Argument(metavar="DIR", help="The folder that a comparison wrote.")
    ],
    *,
    lang: LangOption = None,
) -> None:
    """Write one page of a comparison into its folder: report.en.html or report.id.html."""
    from experiments.page.words import say  # noqa: PLC0415
    from experiments.page.write import report as write  # noqa: PLC0415  # pandas

    speech = language(lang)
    there = (Path(folder) / f"report.{speech}.html").exists()
    written = write(folder, speech)
    print(written.as_posix())
    message(say("written_anew" if there else "written", speech))
