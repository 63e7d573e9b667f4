"""Words of validation, in two languages."""

from __future__ import annotations

from experiments.catalogue import phrase, told

__all__ = ["reason_words", "row_words", "say"]


def say(key: str, lang: str, **values: object) -> str:
    """A phrase of validation in a language, its places filled."""
    return phrase("validation", key, lang).format(**values)


def row_words(row: str, lang: str) -> str:
    """What a row is about, with its unit, by its id."""
    return phrase("validation", row, lang)


def reason_words(reason: str, lang: str) -> str:
    """Why the model cannot express a row."""
    return told(reason, lang, "reason")
