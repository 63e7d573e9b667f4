"""Words of sensitivity studies, in two languages."""

from __future__ import annotations

from experiments.catalogue import phrase

__all__ = ["say"]


def say(key: str, lang: str, **values: object) -> str:
    """A phrase of sensitivity studies in a language, its places filled."""
    return phrase("sensitivity", key or "no_way", lang).format(**values)
