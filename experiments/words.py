"""Words and numbers for people, in two languages; keys and machine output are never translated."""

from __future__ import annotations

import math

from experiments.catalogue import phrase, told

__all__ = [
    "channel_words",
    "decimal_mark",
    "interval",
    "number",
    "percent",
    "say",
    "supported",
    "unit_words",
    "with_error",
    "with_interval",
]

_SIGNIFICANT = 3
_MARKS = str.maketrans(",.", ".,")


def say(key: str, lang: str, **values: object) -> str:
    """A phrase of `locale/` in a language, its places filled."""
    return phrase("words", key, lang).format(**values)


def unit_words(unit: str, lang: str) -> str:
    """A unit for people."""
    return told(unit, lang, "unit")


def channel_words(text: str, lang: str) -> str:
    """A channel of the ceiling, or a remark of it in parts, for people."""
    return "; ".join(told(part, lang, "channel") for part in text.split("; "))


def number(x: float, lang: str = "en", *, signed: bool = False, digits: int | None = None) -> str:
    """A number as the language writes it, of three significant digits.

    Args:
        x: the number.
        lang: "en" or "id".
        signed: with a plus where it is positive.
        digits: decimal places to round to instead, see `supported`; below 0 for tens, hundreds.
    """
    if not math.isfinite(x):
        return "-"
    if digits is None:
        digits = _SIGNIFICANT - 1 - math.floor(math.log10(abs(x))) if x != 0 else 0
        places = max(0, digits) if abs(x) < 1000 else 0
    else:
        places = max(0, digits)
    x = round(x, digits)
    text = f"{abs(x):,.{min(places, 6)}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    text = decimal_mark(text, lang)
    if text == "0":
        return text
    sign = "-" if x < 0 else ("+" if signed and x > 0 else "")
    return sign + text


def decimal_mark(text: str, lang: str) -> str:
    """A number written in English, with the marks of the language: 1,234.5 or 1.234,5."""
    return text.translate(_MARKS) if lang == "id" else text


def supported(low: float, high: float) -> int | None:
    """Decimal places that an interval supports: two significant digits of its half width.

    None where the interval has no width, and says nothing about digits.
    """
    half = (high - low) / 2
    if not math.isfinite(half) or half <= 0:
        return None
    return 1 - math.floor(math.log10(half))


def percent(x: float, lang: str = "en") -> str:
    """A percentage without decimals, or with one below ten."""
    if not math.isfinite(x):
        return "-"
    text = f"{x:.0f}" if abs(x) >= 10 or x == 0 else f"{x:.1f}"
    return decimal_mark(text, lang) + " %"


def interval(low: float, high: float, lang: str = "en", digits: int | None = None) -> str:
    """Both ends of an interval, signed, with the digits it supports, or so many.

    An end that rounds to zero keeps its sign, so that [-0..+60] shows that it reaches across zero.
    """
    digits = supported(low, high) if digits is None else digits
    ends = []
    for end in (low, high):
        text = number(end, lang, signed=True, digits=digits)
        ends.append(f"{'-' if end < 0 else '+'}0" if text == "0" and end != 0 else text)
    return f"[{'..'.join(ends)}]"


def with_interval(x: float, low: float, high: float, lang: str = "en") -> str:
    """A figure and its interval as [low..high], no digit finer than the interval supports."""
    # A mean far outside its interval, carried there by few runs, has no finer digits either.
    digits = supported(min(low, x), max(high, x)) if math.isfinite(x) else supported(low, high)
    first = number(x, lang, signed=True, digits=digits)
    return f"{first} {interval(low, high, lang, digits)}"


def with_error(x: float, low: float, high: float, lang: str = "en") -> str:
    """A figure and half the width of its interval as ±, likewise."""
    digits = supported(low, high)
    first = number(x, lang, signed=True, digits=digits)
    return f"{first} ±{number((high - low) / 2, lang, digits=digits)}"
