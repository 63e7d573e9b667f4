"""The catalogues of messages: gettext's, in `locale/`, one a language.

A message stands under a context. In most contexts its key is a short name (`say`); in some it is
the English text itself, as a unit or a channel that a table names (`told`), and in a few a pattern
of such a text with `{places}` (`retold`). What Indonesian lacks is said in English.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

__all__ = ["BY_TEXT", "LANGUAGES", "LOCALE", "messages", "phrase", "retold", "told"]

LOCALE = Path(__file__).parent / "locale"
DOMAIN = "kemitraan"
LANGUAGES = ("en", "id")
BY_TEXT = frozenset(
    {"channel", "column", "error", "event", "help", "kind", "money", "parameter", "reason",
     "source", "unit", "whom"}
)  # fmt: skip
"""Contexts whose keys are English texts: what no catalogue holds is said as it stands."""
_APART = "\x04"  # gettext's own, between context and key
_PLACE = re.compile(r"\{(\w+)\}")


class _Last(gettext.NullTranslations):
    """What to say when no catalogue holds a message."""

    def pgettext(self, context: str, message: str) -> str:
        """The text itself where it is English; a missing key is a fault of the program."""
        if context in BY_TEXT:
            return message
        raise KeyError(f"no message {message!r} in the context {context!r} of {LOCALE.name}/")


class _Catalogue(gettext.GNUTranslations):
    """A compiled catalogue that can list what it holds."""

    _catalog: dict[Any, str]

    def held(self) -> dict[tuple[str, str], str]:
        """Messages by context and key; those without a context are Typer's own."""
        found: dict[tuple[str, str], str] = {}
        for key, text in self._catalog.items():
            if isinstance(key, str) and key:
                context, _, message = key.rpartition(_APART)
                found[context, message] = text
        return found


@cache
def _catalogue(lang: str) -> _Catalogue:
    with (LOCALE / lang / "LC_MESSAGES" / f"{DOMAIN}.mo").open("rb") as file:
        found = _Catalogue(file)
    found.add_fallback(_Last() if lang == "en" else _catalogue("en"))
    return found


def messages(lang: str) -> Mapping[tuple[str, str], str]:
    """All messages of a language, by context and key."""
    return _catalogue(lang).held()


def phrase(context: str, key: str, lang: str) -> str:
    """A message by its key, in English where the language lacks it.

    Raises:
        KeyError: English lacks it too.
    """
    return _catalogue(lang).pgettext(context, key)


def told(text: str, lang: str, context: str) -> str:
    """An English text in a language, or as it stands."""
    return _catalogue(lang).pgettext(context, text) if text else text


@cache
def _patterns(lang: str, context: str) -> list[tuple[re.Pattern[str], str]]:
    """Texts with places as patterns, those with most fixed letters first."""
    found = [
        (key, text) for (where, key), text in messages(lang).items()
        if where == context and _PLACE.search(key)
    ]  # fmt: skip
    found.sort(key=lambda pair: (-len(_PLACE.sub("", pair[0])), pair[0]))
    return [(re.compile(_pattern(key), re.DOTALL), text) for key, text in found]


def _pattern(key: str) -> str:
    parts = _PLACE.split(key)
    named = (f"(?P<{part}>.+?)" if i % 2 else re.escape(part) for i, part in enumerate(parts))
    return "".join(named)


def retold(text: str, lang: str, context: str) -> str:
    """A text made from a pattern of a catalogue, in a language; what fills it likewise.

    What stands before a colon may be a place, such as a file and a line: then it stays, and the
    rest is told.
    """
    at = 0
    while at >= 0:
        rest = text[at:]
        said = _filled(rest, lang, context)
        if said != rest:
            return text[:at] + said
        found = text.find(": ", at)
        at = found + 2 if found >= 0 else -1
    return text


def _filled(text: str, lang: str, context: str) -> str:
    plain = told(text, lang, context)
    if plain != text:
        return plain
    for pattern, target in _patterns(lang, context):
        match = pattern.fullmatch(text)
        if match:
            filled = {k: retold(v, lang, context) for k, v in match.groupdict().items()}
            parts = _PLACE.split(target)
            return "".join(filled[part] if i % 2 else part for i, part in enumerate(parts))
    return text
