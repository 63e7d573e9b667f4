"""A warning where published figures have not been looked at for long."""

from __future__ import annotations

import os
from datetime import date

from experiments.words import say
from sim.errors import KemitraanError
from sim.parameters import STALE_MONTHS, registry, stale

__all__ = ["stale_line", "today"]


def today() -> date:
    """The day that ages are counted to: KEMITRAAN_TODAY (YYYY-MM-DD), else the calendar's.

    Raises:
        KemitraanError: KEMITRAAN_TODAY is no date.
    """
    given = os.environ.get("KEMITRAAN_TODAY")
    if not given:
        return date.today()  # noqa: DTZ011  # the reader's own day
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise KemitraanError(f"KEMITRAAN_TODAY {given}: is no date; write 2026-11-22") from None


def stale_line(lang: str, on: date | None = None) -> str:
    """A line that names measured and published values checked too long ago; empty without any.

    Args:
        lang: "en" or "id".
        on: the day; today where not given.
    """
    names = stale(on or today())
    if not names:
        return ""
    oldest = min(registry()[name].checked_on for name in names)
    return say(
        "stale",
        lang,
        n=len(names),
        months=STALE_MONTHS,
        oldest=oldest.isoformat(),
        items=", ".join(names),
    )
