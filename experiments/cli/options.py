"""Options that mean the same in every command."""

from __future__ import annotations

import locale
import os
import re
from typing import Annotated

import typer

from experiments.catalogue import LANGUAGES
from sim.errors import KemitraanError

__all__ = [
    "BackendOption",
    "FolderArgument",
    "JobsOption",
    "JsonOption",
    "LangOption",
    "MonthsOption",
    "OnErrorOption",
    "QuietOption",
    "RegionOption",
    "SchedulerOption",
    "SeedOption",
    "language",
    "money",
    "whole",
    "with_values",
]

JsonOption = Annotated[bool, typer.Option("--json", help="One JSON document instead of a table.")]
LangOption = Annotated[
    str | None, typer.Option("--lang", help="Language of titles: en or id.", metavar="LANG")
]
FolderArgument = Annotated[str, typer.Argument(metavar="DIR", help="The folder of an experiment.")]
QuietOption = Annotated[bool, typer.Option("--quiet", help="No messages, no progress.")]
OnErrorOption = Annotated[
    str,
    typer.Option(
        "--on-error",
        help="record (note a run that fails and go on) or stop (at the first).",
        metavar="WHAT",
    ),
]
RegionOption = Annotated[
    str | None,
    typer.Option("--region", help="Region instead of the scenario's.", metavar="REGION"),
]


OPTIONAL_VALUES = {"--equal-budget": "first"}
"""Options that may stand without a value, and the word that then stands for it."""
_LIKE_A_NUMBER = re.compile(r"[-+]?[0-9.,_]+%?")


def _meant_as_number(word: str) -> bool:
    """Whether a word is a number, or looks like one: 2000, 2.000,5, 1e12 and nan too."""
    if _LIKE_A_NUMBER.fullmatch(word):
        return True
    try:
        float(word)
    except ValueError:
        return False
    return True


def with_values(words: list[str]) -> list[str]:
    """The words of a command line, with a value after each option that may stand without one."""
    found: list[str] = []
    for k, word in enumerate(words):
        found.append(word)
        after = words[k + 1] if k + 1 < len(words) else ""
        if word in OPTIONAL_VALUES and not _meant_as_number(after):
            found.append(OPTIONAL_VALUES[word])
    return found


def money(text: str | None) -> float | bool:
    """An amount as typed; True where the option stands alone, False where it does not stand.

    One that is not finite is out of range, and told with the range where it is used.

    Raises:
        BadParameter: it is no plain number.
    """
    if text is None:
        return False
    if text == OPTIONAL_VALUES["--equal-budget"]:
        return True
    from scenarios.scalars import NOT_FINITE, number_advice, plain_kind  # noqa: PLC0415

    advice = number_advice(text, share=False)
    if plain_kind(text) != "number" and advice != NOT_FINITE:
        raise KemitraanError(f"--equal-budget {text}: {advice or 'is no number'}, in million Rp")
    return float(text)


def whole(text: str) -> int:
    """A whole number as typed.

    Raises:
        BadParameter: it is none.
    """
    try:
        return int(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a whole number") from None


JobsOption = Annotated[
    int | None,
    typer.Option("--jobs", help="Processes; all cores if none.", parser=whole, metavar="N"),
]
BackendOption = Annotated[
    str | None,
    typer.Option(
        "--backend", help="Where runs are made: local (this machine) or dask.", metavar="WHERE"
    ),
]
SchedulerOption = Annotated[
    str | None,
    typer.Option(
        "--scheduler",
        help="A dask scheduler, such as tcp://10.0.0.5:8786; its workers are used.",
        metavar="ADDRESS",
    ),
]
MonthsOption = Annotated[
    int | None,
    typer.Option(
        "--months",
        help="Length of the run instead of the scenario's.",
        parser=whole,
        metavar="N",
    ),
]
SeedOption = Annotated[
    int,
    typer.Option("--seed", help="The same seed gives the same numbers.", parser=whole, metavar="N"),
]


def language(asked: str | None) -> str:
    """The language to print in: as asked, then KEMITRAAN_LANG, then the locale, then English.

    Raises:
        KemitraanError: when a language is asked for that is not there.
    """
    wanted = asked or os.environ.get("KEMITRAAN_LANG")
    if wanted:
        if wanted not in LANGUAGES:
            where = "--lang" if asked else "KEMITRAAN_LANG"
            raise KemitraanError(
                f"{where} {wanted}: no such language; known: {', '.join(LANGUAGES)}"
            )
        return wanted
    try:
        here = locale.getlocale()[0] or os.environ.get("LANG", "")
    except ValueError:
        here = ""
    return "id" if here.lower().startswith(("id_", "indonesian")) else "en"
