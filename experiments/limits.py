"""What the options of a run may be, said the same way by every command."""

from __future__ import annotations

import operator

from scenarios.schema import MAX_MONTHS
from sim.errors import KemitraanError

__all__ = [
    "FEWEST_FIRMS",
    "MOST_JOBS",
    "MOST_REPLICATES",
    "MOST_SEED",
    "SHORTEST",
    "check_length",
    "check_months",
    "check_scale",
    "check_seed",
    "read_scale",
    "whole",
]

SHORTEST = 36
"""Months of the shortest comparison: 24 before the policy and 12 of it."""
MOST_REPLICATES = 100_000
MOST_JOBS = 1024
MOST_SEED = (1 << 64) - 1
FEWEST_FIRMS = 200


def whole(value: object, where: str, low: int, high: int) -> int:
    """The value as a plain whole number, numpy's among them; its range is checked elsewhere.

    Raises:
        KemitraanError: it is none: a text, a number with a decimal point, true or false.
    """
    found = _index(value)
    if found is None:
        raise KemitraanError(f"{where} {value!r}: is no whole number; give one in {low}..{high}")
    return found


def _index(value: object) -> int | None:
    """A whole number of any type; none for what is none, and for true and false."""
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        return None
    return operator.index(value)


def read_scale(scale: int | str | None) -> int | None:
    """A scale as typed; none for "auto".

    Raises:
        KemitraanError: it is neither a whole number nor "auto".
    """
    if scale is None:
        return None
    if not isinstance(scale, str):
        found = _index(scale)
        scale = repr(scale) if found is None else str(found)
    if scale.strip() == "auto":
        return None
    text = scale.strip().removeprefix("-")
    if not (text.isascii() and text.isdecimal()):
        raise KemitraanError(
            f"--scale {scale}: is neither a whole number nor 'auto'; "
            "1 simulates every firm, 10 one firm in ten"
        )
    return int(scale)


def check_scale(scale: int | None, firms: int) -> None:
    """Refuses a scale that leaves fewer than 200 firms.

    Raises:
        KemitraanError: it is out of range.
    """
    most = max(1, firms // FEWEST_FIRMS)
    if scale is not None and not 1 <= scale <= most:
        raise KemitraanError(
            f"--scale {scale}: is outside 1..{most} for {firms:,} firms; "
            "1 simulates every firm, 10 one firm in ten"
        )


def check_seed(seed: int) -> None:
    """Refuses a seed that is no unsigned number of 64 bits.

    Raises:
        KemitraanError: it is out of range.
    """
    if not 0 <= seed <= MOST_SEED:
        raise KemitraanError(f"--seed {seed}: is outside 0..{MOST_SEED}")


def check_months(months: int | None) -> None:
    """Refuses a length that no draw is keyed for.

    Raises:
        KemitraanError: it is out of range.
    """
    if months is not None and not 1 <= months <= MAX_MONTHS:
        raise KemitraanError(
            f"--months {months}: is outside 1..{MAX_MONTHS}; "
            "without the option a run is as long as the scenario says"
        )


def check_length(months: int | None, where: str = "--months") -> None:
    """Refuses a length that has no whole year of policy, or that no draw is keyed for.

    Args:
        months: as asked.
        where: it was asked.

    Raises:
        KemitraanError: it is out of range.
    """
    if months is not None and not SHORTEST <= months <= MAX_MONTHS:
        raise KemitraanError(
            f"{where} {months}: is outside {SHORTEST}..{MAX_MONTHS}; a comparison needs 24 months "
            "before the policy and 12 of it"
        )
