"""Help and error messages in the reader's language.

Commands and checks write English, and so does Typer; the catalogue knows the patterns of what they
write. A message it does not know stays English.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from experiments.catalogue import retold, told
from experiments.cli.options import language
from sim.errors import KemitraanError

if TYPE_CHECKING:
    from typer._click import Command as ClickCommand
    from typer._click import Context

__all__ = ["asked_language", "error_words", "localise", "localised_help", "usage_words"]

_FRAME = ("Usage: ", "Arguments:", "Options:", "Commands:", "[required]", "[default:",
          "COMMAND [ARGS]...", "Show this message and exit.")  # fmt: skip


_ERROR = "Error: "
_ERROR_LINE = re.compile(rf"^{_ERROR}", re.MULTILINE)


def asked_language(words: Sequence[str]) -> str:
    """The language that the words of a command line ask for, read or not.

    Where they name none that is there, the one that holds without them; English at last.
    """
    asked = None
    for k, word in enumerate(words):
        if word == "--lang" and k + 1 < len(words):
            asked = words[k + 1]
        elif word.startswith("--lang="):
            asked = word.partition("=")[2]
    for wanted in (asked, None):
        try:
            return language(wanted)
        except KemitraanError:
            continue
    return "en"


def error_words(text: str, lang: str) -> str:
    """An error message in a language, line by line; places in files stay as they are."""
    return "\n".join(retold(line, lang, "error") for line in text.split("\n"))


def usage_words(text: str, lang: str) -> str:
    """What Typer says of wrong use, in a language: usage, where help is, the error.

    Args:
        text: as Typer shows it; a help that stands in for an error is told already.
        lang: "en" or "id".
    """
    found = _ERROR_LINE.search(text)
    if lang == "en" or found is None:
        return text
    frame = error_words(localised_help(text[: found.start()], lang), lang)
    return frame + told(_ERROR, lang, "help") + error_words(text[found.end() :], lang)


def localise(command: ClickCommand, lang: str) -> None:
    """Puts the help of a command and of its options into a language."""
    if lang == "en":
        return
    command.help = told(" ".join((command.help or "").split()), lang, "help")
    for parameter in command.params:
        text = getattr(parameter, "help", None)
        if text:
            setattr(parameter, "help", told(" ".join(text.split()), lang, "help"))  # noqa: B010
    setattr(command, "options_metavar", told("[OPTIONS]", lang, "help"))  # noqa: B010
    inner = command.get_help

    def get_help(ctx: Context) -> str:
        return localised_help(inner(ctx), lang)

    setattr(command, "get_help", get_help)  # noqa: B010


def localised_help(text: str, lang: str) -> str:
    """The words that frame a help, which Typer writes itself."""
    for word in _FRAME:
        text = text.replace(word, told(word, lang, "help"))
    return text
