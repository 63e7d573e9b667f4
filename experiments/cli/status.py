"""`kemitraan status DIR`: how far an experiment is; the folder is not touched."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from experiments.cli.options import FolderArgument, JsonOption, LangOption, language
from experiments.cli.output import print_json

if TYPE_CHECKING:
    from experiments.batch.look import Progress

__all__ = ["status"]

_NAMED = 10


def status(folder: FolderArgument, *, lang: LangOption = None, json: JsonOption = False) -> None:
    """Say how many runs of an experiment are done, have failed and are to come."""
    from experiments.resume import status as look  # noqa: PLC0415

    speech = language(lang)
    found = look(folder)
    if json:
        print_json(_plain(found))
        return
    print("\n".join(_lines(found, speech)))


def _lines(found: Progress, lang: str) -> list[str]:
    from experiments.batch.ended import resume_words  # noqa: PLC0415
    from experiments.batch.words import say  # noqa: PLC0415

    state = "complete" if found.complete else "running" if found.running else "ended"
    name = found.folder.as_posix()
    lines = [
        say(f"status_{state}", lang, folder=name, kind=found.kind),
        say("status_runs", lang, runs=found.runs, done=found.done, failed=len(found.failures),
            waiting=found.waiting),
    ]  # fmt: skip
    asked = _precision(found)
    if asked is not None:
        from experiments.precision import words  # noqa: PLC0415

        lines.append(words.status_line(asked, lang))
        lines += [words.say("spared", lang, n=found.not_needed)] if found.not_needed else []
    if found.waiting and found.mean_seconds:
        lines.append(say("status_left", lang, time=_time(found.waiting * found.mean_seconds)))
    if not found.complete:
        lines.append(say("status_last", lang, time=_time(found.idle_seconds)))
    for run, failure in list(found.failures.items())[:_NAMED]:
        lines.append(
            say("status_failure", lang, run=run, stage=failure.stage, message=failure.message)
        )
    if len(found.failures) > _NAMED:
        lines.append(say("missing_more", lang, n=len(found.failures) - _NAMED))
    if not found.complete and not found.running:
        lines.append(say("status_resume", lang, command=resume_words(found.folder)))
    return lines


def _precision(found: Progress) -> Mapping[str, Any] | None:
    """What was asked of the number of runs and what the looks so far say; none if nothing was."""
    asked = found.manifest.get("precision")
    if asked is None or found.complete:
        return cast("Mapping[str, Any] | None", asked)
    from experiments.batch.notes import JOURNAL  # noqa: PLC0415
    from experiments.precision.looks_file import read_looks  # noqa: PLC0415

    return read_looks(found.folder / JOURNAL) or cast("Mapping[str, Any]", asked)


def _plain(found: Progress) -> dict[str, Any]:
    return {
        "folder": found.folder.as_posix(),
        "kind": found.kind,
        "complete": found.complete,
        "running": found.running,
        "runs": found.runs,
        "done": found.done,
        "failed": len(found.failures),
        "waiting": found.waiting,
        **({"not_needed": found.not_needed} if found.not_needed else {}),
        **({} if (asked := _precision(found)) is None else {"precision": dict(asked)}),
        "mean_seconds": found.mean_seconds,
        "failures": [
            {"run": run, "stage": one.stage, "error": one.kind, "message": one.message,
             "traceback": one.traceback}
            for run, one in found.failures.items()
        ],
    }  # fmt: skip


def _time(seconds: float) -> str:
    if seconds >= 5400:
        return f"{seconds / 3600:.1f} h"
    return f"{seconds / 60:.0f} min" if seconds >= 90 else f"{max(0.0, seconds):.0f} s"
