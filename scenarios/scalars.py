"""Plain YAML 1.2 values, and advice for what only looks like a number.

`no`, `on` and dates are text here, as YAML 1.2 has it; numbers are decimal only.
"""

from __future__ import annotations

import re
from typing import Literal

__all__ = ["NOT_FINITE", "Kind", "number_advice", "plain_kind"]

Kind = Literal["null", "bool", "number", "not finite", "text", "list", "mapping", "broken"]

_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_COMMA = re.compile(r"[-+]?[0-9]+,[0-9]+")
_GROUPED = re.compile(r"[-+]?[0-9]{1,3}(?P<sep>[.,_' ])[0-9]{3}((?P=sep)[0-9]{3})*")
_UNDERSCORE = re.compile(r"[-+]?[0-9][0-9_]*(\.[0-9_]*)?")
_INDONESIAN = re.compile(r"([-+]?[0-9]{1,3}(\.[0-9]{3})+),([0-9]+)")
_PERCENT = re.compile(r"([-+]?[0-9]+([.,][0-9]+)?)\s*%")
_OTHER_BASE = re.compile(r"0[xo][0-9a-fA-F]+")
_WORDS = tuple(sign + word for word in ("nan", "inf", "infinity") for sign in ("", "-", "+"))
NOT_FINITE = "is not a finite number"


def plain_kind(text: str) -> Kind:
    """What an unquoted value is by YAML 1.2's core rules."""
    if text in ("", "~", "null", "Null", "NULL"):
        return "null"
    if text in ("true", "True", "TRUE", "false", "False", "FALSE"):
        return "bool"
    if _NUMBER.fullmatch(text):
        return "number"
    if _NOT_FINITE.fullmatch(text):
        return "not finite"
    return "text"


def number_advice(text: str, *, share: bool) -> str | None:
    """What to write instead, for a text that was meant as a number; None if it was not.

    Args:
        text: the value as written.
        share: the key takes a share of 1, so that a percentage can be turned into one.
    """
    text = text.strip()
    if match := _INDONESIAN.fullmatch(text):
        return f"has a decimal comma: write {match[1].replace('.', '')}.{match[3]}"
    grouped = _GROUPED.fullmatch(text)
    separator = grouped["sep"] if grouped else ""
    if grouped and text.count(separator) == 1 and separator == ",":
        return f"is ambiguous: write {text.replace(',', '.')} or {text.replace(',', '')}"
    if grouped and separator != ".":
        return f"has separators: write {text.replace(separator, '')}"
    if grouped and text.count(".") > 1:
        return f"has separators: write {text.replace('.', '')}"
    if _COMMA.fullmatch(text):
        return f"has a decimal comma: write {text.replace(',', '.')}"
    if "_" in text and _UNDERSCORE.fullmatch(text):
        return f"has separators: write {text.replace('_', '')}"
    if match := _PERCENT.fullmatch(text):
        if share:
            return f"is a percentage: write {float(match[1].replace(',', '.')) / 100:g}"
        return "is a percentage: write a plain number"
    if _OTHER_BASE.fullmatch(text):
        return "is not decimal: write a plain decimal number"
    if text.lower() in _WORDS:
        return NOT_FINITE
    if plain_kind(text) == "number":
        return f"is text because of its quotes: write {text}"
    return None
