"""`kemitraan reproduce OUT.ZIP`: a packed experiment done again, and compared."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from experiments.cli.options import JobsOption, JsonOption, LangOption, QuietOption, language, whole
from experiments.cli.output import print_json

if TYPE_CHECKING:
    from experiments.packing.reproduce import Reproduction

__all__ = ["reproduce"]

_NOT_PASSED = 3
_SHOWN = 20


def reproduce(
    pack: Annotated[str, typer.Argument(metavar="OUT.ZIP", help="What pack has written.")],
    *,
    share: Annotated[
        float | None,
        typer.Option("--share", help="Do only this share of the runs.", metavar="SHARE"),
    ] = None,
    runs: Annotated[
        int | None,
        typer.Option("--runs", help="Do only so many runs.", parser=whole, metavar="N"),
    ] = None,
    out: Annotated[
        str | None,
        typer.Option("--out", help="A new folder that keeps the experiment.", metavar="FOLDER"),
    ] = None,
    function: Annotated[
        str | None,
        typer.Option(
            "--function",
            help="The function that was studied, as module:name; it is imported.",
            metavar="NAME",
        ),
    ] = None,
    any_code: Annotated[
        bool,
        typer.Option("--any-code", help="Run the program here although it is another one."),
    ] = False,
    packed_code: Annotated[
        str | None,
        typer.Option(
            "--packed-code",
            help="Install the packed program into a new environment there, and run that.",
            metavar="FOLDER",
        ),
    ] = None,
    jobs: JobsOption = None,
    lang: LangOption = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> int:
    """Check a pack, do its experiment again and compare."""
    if packed_code is not None:
        from experiments.packing.fresh import run_packed_code  # noqa: PLC0415

        values = {"--share": share, "--runs": runs, "--out": out, "--function": function,
                  "--jobs": jobs, "--lang": lang}  # fmt: skip
        words = [w for k, v in values.items() if v is not None for w in (k, str(v))]
        words += [k for k, v in (("--json", json), ("--quiet", quiet)) if v]
        return run_packed_code(Path(pack), Path(packed_code), words)
    from experiments.packing.reproduce import find_function  # noqa: PLC0415
    from experiments.packing.reproduce import reproduce as again  # noqa: PLC0415

    speech = language(lang)
    found = again(
        pack,
        out,
        jobs=jobs,
        share=share,
        runs=runs,
        function=None if function is None else find_function(function),
        any_code=any_code,
        quiet=quiet,
    )
    if json:
        print_json(_document(found))
    else:
        _show(found, speech)
    return 0 if found.good else _NOT_PASSED


def _document(found: Reproduction) -> dict[str, object]:
    one, standing = found.agreement, found.standing
    return {
        "pack": found.pack.as_posix(),
        "name": found.name,
        "verdict": found.verdict,
        "good": found.good,
        "hashed": found.hashed,
        "model_differs": list(standing.model),
        "program_differs": list(standing.beside),
        "environment_differs": list(standing.around),
        "runs": found.runs,
        "of": found.of,
        "same": found.same,
        "differs": list(found.differs),
        "not_made": list(found.not_made),
        "agreement": None if one is None else {
            "statistics": one.statistics,
            "outside": one.outside,
            "far": one.far,
            "largest": one.largest,
            "runs": one.runs,
            "within": one.within,
        },
        "folder": None if found.folder is None else found.folder.as_posix(),
    }  # fmt: skip


def _show(found: Reproduction, speech: str) -> None:
    from experiments.packing.words import say  # noqa: PLC0415

    standing = found.standing
    print(say("hashed", speech, n=found.hashed))
    if standing.same:
        print(say("stands_same", speech))
    for key in ("model", "beside", "around"):
        names = getattr(standing, key)
        if names:
            print(say(f"stands_{key}", speech, names=_few(names)))
    if found.verdict == "other code":
        print(say("other_code", speech, pack=found.pack.as_posix()))
        return
    key = "runs_same" if found.sampled else "files_same"
    print(say(key, speech, n=found.same, of=found.same + len(found.differs), runs=found.of))
    if found.differs:
        key = "runs_differ" if found.sampled else "files_differ"
        print(say(key, speech, names=_few(found.differs)))
    if found.not_made:
        print(say("not_made", speech, names=_few(found.not_made)))
    one = found.agreement
    if one is not None:
        key = "agreement" if one.runs else "agreement_tables"
        print(say(key, speech, n=one.statistics, outside=one.outside, far=one.far,
                  largest=f"{one.largest:.1e}", runs=one.runs))  # fmt: skip
    elif found.differs:
        print(say("no_agreement", speech))
    if found.verdict == "identical":
        print(say("identical_runs" if found.sampled else "identical", speech))
    elif found.verdict == "within error":
        print(say("within", speech))
    else:
        print(say("different_same_ground" if standing.same else "different", speech))
    if found.folder is not None:
        print(found.folder.as_posix())


def _few(names: tuple[str, ...]) -> str:
    more = f" (+{len(names) - _SHOWN})" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
