"""`kemitraan rerun DIR RUN`: one run done again, and whether it gives the same bytes."""

from __future__ import annotations

import math
from typing import Annotated

import typer

from experiments.cli.options import FolderArgument, JsonOption, LangOption, language
from experiments.cli.output import print_json

__all__ = ["rerun"]

_NOT_PASSED = 3


def rerun(
    folder: FolderArgument,
    run: Annotated[
        str,
        typer.Argument(metavar="RUN", help="Its number, or the beginning of its id."),
    ],
    *,
    lang: LangOption = None,
    json: JsonOption = False,
) -> int:
    """Do one run of an experiment again: the same bytes, or why not."""
    from experiments.batch.words import say  # noqa: PLC0415
    from experiments.resume import rerun as again  # noqa: PLC0415

    speech = language(lang)
    found = again(folder, run)
    if json:
        print_json(
            {
                "run": found.run,
                "id": found.id,
                "same": found.same,
                "differs": found.differs,
                "numbers": found.numbers,
                "largest": found.largest if math.isfinite(found.largest) else None,
                "why": list(found.why),
                "was": None if found.was is None else found.was.message,
                "now": None if found.now is None else found.now.message,
            }
        )
        return 0 if found.same else _NOT_PASSED
    told = {"run": found.run, "id": found.id}
    if found.was is not None or found.now is not None:
        nothing = say("rerun_no_failure", speech)
        was, now = (one.message if one else nothing for one in (found.was, found.now))
        key = "rerun_fails" if found.same else "rerun_fails_otherwise"
        print(say(key, speech, **told, was=was, now=now))
    elif found.same:
        print(say("rerun_same", speech, **told, n=found.numbers))
    else:
        part = {"k": found.differs, "n": found.numbers, "size": f"{found.largest:.1e}"}
        print(say("rerun_other", speech, **told, **part))
    if found.why:
        print(say("rerun_why", speech, why="; ".join(found.why)))
    elif not found.same:
        print(say("rerun_why_not", speech))
    return 0 if found.same else _NOT_PASSED
