"""`kemitraan verify DIR`: every file hashed again."""

from __future__ import annotations

from experiments.cli.options import FolderArgument, JsonOption, LangOption, language
from experiments.cli.output import print_json

__all__ = ["verify"]

_NOT_PASSED = 3


def verify(folder: FolderArgument, *, lang: LangOption = None, json: JsonOption = False) -> int:
    """Hash every file of an experiment again; name what changed, is missing or is new."""
    from experiments.batch.words import say  # noqa: PLC0415
    from experiments.resume import verify as check  # noqa: PLC0415

    speech = language(lang)
    found = check(folder)
    if json:
        print_json(
            {
                "folder": found.folder.as_posix(),
                "complete": found.complete,
                "files": found.files,
                "changed": list(found.changed),
                "missing": list(found.missing),
                "new": list(found.new),
                "sound": found.sound,
            }
        )
    else:
        for key in ("changed", "missing", "new"):
            for name in getattr(found, key):
                print(say(f"verify_{key}", speech, name=name))
        print(say("verify_sound" if found.sound else "verify_not", speech, n=found.files))
        if not found.complete:
            print(say("verify_partial", speech))
    return 0 if found.sound else _NOT_PASSED
