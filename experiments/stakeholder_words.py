"""Words of the stakeholder table, of groups and of districts, in two languages."""

from __future__ import annotations

from experiments.catalogue import messages, phrase, told

__all__ = ["group_words", "say", "whom_words"]

_CONTEXT = "stakeholders"


def say(key: str, lang: str, **values: object) -> str:
    """A phrase of stakeholders and groups in a language, its places filled."""
    return phrase(_CONTEXT, key, lang).format(**values)


def whom_words(denominator: str, lang: str) -> str:
    """Of whom a figure of a group is, for people; of the whole group where nothing divides it."""
    return told(denominator, lang, "whom") if denominator else say("whole_group", lang)


def group_words(group: str, lang: str) -> str:
    """The name of a group of firms for people; names of places stay as they are."""
    decile, _, rank = group.partition("decile ")
    if rank and not decile:
        return say("decile", lang, rank=rank)
    known = (_CONTEXT, f"group_{group}") in messages("en")
    return say(f"group_{group}", lang) if known else group.replace("_", " ")
