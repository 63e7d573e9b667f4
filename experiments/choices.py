"""What may be asked of a comparison, and tables as plain JSON."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.groups import GROUPINGS
from scenarios.faults import did_you_mean
from sim.errors import KemitraanError
from sim.outcomes import windows

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["check_grouping", "check_windows", "known", "plain_rows"]

LONGEST = 9 * 12  # months in which every window exists


def plain_rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """A table as plain JSON: what is not a number is null."""
    found: list[dict[str, Any]] = []
    for record in table.to_dict("records"):
        row: dict[str, Any] = {}
        for key, value in record.items():
            plain = value.item() if isinstance(value, np.generic) else value
            lost = isinstance(plain, float) and not math.isfinite(plain)
            row[str(key)] = None if lost else plain
        found.append(row)
    return found


def check_windows(text: str) -> list[str]:
    """Window names from a list with commas; "all" for every one.

    Raises:
        KemitraanError: one is not known.
    """
    every = windows(LONGEST)
    names = list(every) if text.strip() == "all" else [w.strip() for w in text.split(",")]
    known("window", names, every)
    return names


def check_grouping(by: str | None) -> None:
    """Refuses an unknown grouping.

    Raises:
        KemitraanError: it is not known.
    """
    known("grouping", [] if by is None else [by], GROUPINGS)


def known(what: str, names: Sequence[str], there: Iterable[str]) -> None:
    """Refuses names that are not there, with what there is.

    Raises:
        KemitraanError: one is not known.
    """
    listed = list(there)
    for name in names:
        if name not in listed:
            # Of the few windows the nearest in letters is no help: year 5 for year 9.
            hint = "" if what == "window" else did_you_mean(name, listed, listed=0)
            raise KemitraanError(f"no {what} {name!r}{hint or '; known: ' + ', '.join(listed)}")
