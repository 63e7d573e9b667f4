"""Words of studies that divide a variance, in two languages."""

from __future__ import annotations

from experiments.catalogue import phrase

__all__ = ["say"]


def say(key: str, lang: str, **values: object) -> str:
    """A phrase of these studies in a language, its places filled."""
    return phrase("shares", key, lang).format(**values)
