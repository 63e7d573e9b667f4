"""Words of packs, in two languages."""

from __future__ import annotations

from experiments.catalogue import phrase

__all__ = ["say"]


def say(key: str, lang: str, **values: object) -> str:
    """A phrase of packs in a language, its places filled."""
    return phrase("pack", key, lang).format(**values)
