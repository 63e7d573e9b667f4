"""`kemitraan pack DIR OUT`: an experiment, its program and a reviewer's page as one file."""

from __future__ import annotations

from typing import Annotated

import typer

from experiments.cli.options import FolderArgument, JsonOption, LangOption, language
from experiments.cli.output import print_json

__all__ = ["pack"]


def pack(
    folder: FolderArgument,
    out: Annotated[str, typer.Argument(metavar="OUT.ZIP", help="A new file.")],
    *,
    runs: Annotated[
        bool | None,
        typer.Option(
            "--runs/--no-runs", help="With all runs, or only their hashes; up to 100 MB if neither."
        ),
    ] = None,
    lang: LangOption = None,
    json: JsonOption = False,
) -> None:
    """Pack an experiment, its program and a page for reviewers into one file."""
    from experiments.batch.need import amount_of_bytes  # noqa: PLC0415
    from experiments.packing.make import pack as make  # noqa: PLC0415
    from experiments.packing.words import say  # noqa: PLC0415

    speech = language(lang)
    found = make(folder, out, runs=runs)
    if json:
        print_json(
            {
                "pack": found.path.as_posix(),
                "sha256": found.sha256,
                "bytes": found.size,
                "files": found.files,
                "with_runs": found.with_runs,
                "left_out": list(found.left_out),
                "lock": found.lock,
            }
        )
        return
    key = "packed" if found.with_runs else "packed_without"
    print(say(key, speech, files=found.files, size=amount_of_bytes(found.size)))
    for name in found.left_out:
        print(say("not_packed", speech, name=name))
    if found.lock != "lock":
        print(say("lock_installed", speech))
    print(say("sha256", speech, sha256=found.sha256))
    print(found.path.as_posix())
