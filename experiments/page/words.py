"""Words of the page, and amounts of money as people write them."""

from __future__ import annotations

import math

from experiments.catalogue import phrase, told
from experiments.words import interval, number, supported, unit_words

__all__ = ["amount", "say"]


def say(key: str, lang: str, **values: object) -> str:
    """A phrase of the page in a language, its places filled."""
    return phrase("page", key, lang).format(**values)


def amount(
    x: float,
    unit: str,
    lang: str,
    *,
    low: float = math.nan,
    high: float = math.nan,
    signed: bool = True,
    digits: int | None = None,
) -> str:
    """A figure with its unit and, if given, its interval: +Rp 44 m [+3..+165] a month.

    Args:
        x: the figure.
        unit: of the outcome, as declared.
        lang: "en" or "id".
        low: end of the interval; it also says how many digits the figure has.
        high: the other end.
        signed: with a plus where it is positive.
        digits: decimal places, where there is no interval.
    """
    given = math.isfinite(low) and math.isfinite(high)
    places = supported(low, high) if given else digits
    text = number(x, lang, signed=signed, digits=places)
    sign = text[0] if text[0] in "+-" and len(text) > 1 else ""
    between = f" {interval(low, high, lang)}" if given else ""
    pattern = told(unit, lang, "money")
    if pattern == unit:
        words = unit_words(unit, lang)
        glue = "" if words.startswith("%") and not given else " "
        return f"{text}{between}{glue or ' '}{words}"
    return pattern.format(sign=sign, x=text.removeprefix(sign), between=between)
