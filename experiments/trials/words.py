"""Words of trials, in two languages."""

from __future__ import annotations

from experiments.catalogue import phrase

__all__ = ["outcome_words", "say"]


def say(key: str, lang: str, **values: object) -> str:
    """A phrase of trials in a language, its places filled."""
    return phrase("trial", key, lang).format(**values)


def outcome_words(name: str, lang: str, form: str = "level") -> str:
    """An outcome with its unit, for people."""
    from experiments.trials.observe import OUTCOMES  # noqa: PLC0415  # numba only now
    from experiments.words import unit_words  # noqa: PLC0415

    one = OUTCOMES[name]
    unit = unit_words(one.unit, lang) if form == "level" else say("log", lang)
    return f"{one.label[lang]}, {unit}"
