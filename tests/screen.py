"""Numbers as people see them, read back from the screen or a figure and held against a table.

A printed figure may be rounded to two significant digits of its interval's half width, so it is
within a twentieth of that half width of the number behind it; a level has three significant digits.
Nothing is printed beyond the sixth decimal, however narrow the interval.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from sim.outcomes import OUTCOMES

NUMBER = r"[+-]?[\d,]*\d(?:\.\d+)?"
WITH_RANGE = re.compile(rf"({NUMBER}) \[({NUMBER})\.\.({NUMBER})\]")
WITH_ERROR = re.compile(rf"({NUMBER}) ±({NUMBER})")
SAME = "0, no difference"


def value(text: str) -> float:
    """A printed number, in English."""
    return float(text.replace(",", ""))


@dataclass(frozen=True)
class Row:
    """One outcome of one scenario on the screen; `error` is the line of the simulation error."""

    outcome: str
    scenario: str
    level: str
    effect: str
    error: str


def rows(shown: str, title: str, scenarios: Sequence[str], baseline: str) -> Iterator[Row]:
    """Outcomes of the table under a title, on a screen wide enough for all scenarios."""
    lines = shown.splitlines()
    first = next(i for i, line in enumerate(lines) if line.startswith(title))
    starts = [lines[first].index(f"  {name}") + 2 for name in (baseline, *scenarios)]
    ends = [*starts[1:], len(lines[first]) + 200]

    def cells(line: str) -> list[str]:
        return [line[a:b].strip() for a, b in zip(starts, ends, strict=True)]

    labels = {one.label["en"]: name for name, one in OUTCOMES.items()}
    for at, line in enumerate(lines[first + 1 :], first + 1):
        label = line[: starts[0]].strip()
        known = [text for text in labels if label == text or label.startswith(f"{text}, ")]
        if not known:
            if line.startswith("["):
                return
            continue
        level, *effects = cells(line)
        below = lines[at + 1]
        has_error = below.strip().startswith("(simulation error alone)")
        errors = cells(below)[1:] if has_error else [""] * len(effects)
        for scenario, effect, error in zip(scenarios, effects, errors, strict=True):
            yield Row(labels[max(known, key=len)], scenario, level, effect, error)


def near(printed: str, exact: float, low: float, high: float) -> bool:
    """Whether a printed number is the exact one within what its interval lets rounding do."""
    # Narrow intervals are rounded twice, first to their own digits, then to the sixth decimal.
    rounding = max(0.05 * (high - low) / 2.0, 0.55e-6)
    return abs(value(printed) - exact) <= rounding * (1.0 + 1e-9) + 1e-12


def range_faults(text: str, row: pd.Series) -> list[str]:
    """What of `mean [low..high]` is not in a row of effects."""
    low, high = float(row["range_low"]), float(row["range_high"])
    found = WITH_RANGE.match(text)
    if found is None:
        return [f"{text!r} has no range"]
    exact = (float(row["mean"]), low, high)
    pairs = zip(found.groups(), exact, strict=True)
    return [
        f"{text!r}: {shown} is {true}" for shown, true in pairs if not near(shown, true, low, high)
    ]


def error_faults(text: str, row: pd.Series, centre: float) -> list[str]:
    """What of `centre ±half` is not the simulation error of a row of effects."""
    low, high = float(row["sim_low"]), float(row["sim_high"])
    found = WITH_ERROR.match(text)
    if found is None:
        return [f"{text!r} has no error"]
    pairs = zip(found.groups(), (centre, (high - low) / 2.0), strict=True)
    return [
        f"{text!r}: {shown} is {true}" for shown, true in pairs if not near(shown, true, low, high)
    ]


def is_nothing(row: pd.Series) -> bool:
    """Whether the scenario changes nothing at all of the outcome."""
    return all(row[c] == 0.0 for c in ("mean", "range_low", "range_high", "sim_low", "sim_high"))
