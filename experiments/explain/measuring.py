"""How an assumption could be measured: whom to ask, what to record, and how many.

The texts stand beside the registry in `sim/parameters/measuring/`, one file a group. A key may
stand for many parameters: `goods.*.orders`. Each says what kind of figure is found:

    share    of things counted, each of which has it or not: n = z^2 p (1 - p) / h^2
    mean     of things that differ by `spread`, in the unit of the parameter: n = (z spread / h)^2
    trial    the difference of two groups of such things: 2 (z spread / h)^2 in each
    records  one that stands in somebody's books: nothing is sampled

h is the half width that makes a 95 % interval a quarter as wide as today's range; z is 1.96.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sim.parameters.entries import RegistryError, load_yaml

__all__ = ["FOLDER", "KINDS", "PART", "Measuring", "half_width", "measuring", "read_measuring",
           "sample_size"]  # fmt: skip

FOLDER = Path(__file__).resolve().parents[2] / "sim" / "parameters" / "measuring"
KINDS = ("share", "mean", "trial", "records")
PART = 4.0
"""The interval is to be so many times narrower than today's range."""
_Z = 1.959963984540054
_FIELDS = {"how", "count", "of", "spread"}
_LANGUAGES = {"en", "id"}


@dataclass(frozen=True)
class Measuring:
    """How one assumption, or many of a kind, could be measured.

    Attributes:
        key: name of the parameter, or a pattern with `*`.
        how: whom to ask and what to record, by language.
        count: what is counted, by language; empty for records.
        of: one of `KINDS`.
        spread: standard deviation between what is counted, as one expects it before; nan for a
            share and for records.
    """

    key: str
    how: Mapping[str, str]
    count: Mapping[str, str]
    of: str
    spread: float


def read_measuring(folder: Path) -> dict[str, Measuring]:
    """All entries of a folder by key, files by name.

    Raises:
        RegistryError: with every fault of every file, one a line.
    """
    found: dict[str, Measuring] = {}
    faults: list[str] = []
    for path in sorted(folder.glob("*.yaml"), key=lambda p: p.name):
        for key, entry in load_yaml(path).items():
            place = f"{path.name}: {key}"
            wrong = _faults(entry)
            if key in found:
                wrong.append("stands twice")
            faults += [f"{place}: {fault}" for fault in wrong]
            if not wrong:
                found[key] = Measuring(
                    key,
                    entry["how"],
                    entry.get("count") or {},
                    entry["of"],
                    float(entry.get("spread", math.nan)),
                )
    if faults:
        raise RegistryError("\n".join(faults))
    return found


def _faults(entry: Any) -> list[str]:  # noqa: ANN401  # as YAML gives it
    if not isinstance(entry, dict):
        return ["expects {how: ..., of: ...}"]
    found = [f"{field}: unknown field" for field in entry if field not in _FIELDS]
    of = entry.get("of")
    if of not in KINDS:
        return [*found, f"of: {of!r} is not one of {', '.join(KINDS)}"]
    if not _both(entry.get("how")):
        found.append("how: expects {en: ..., id: ...}")
    if of != "records" and not _both(entry.get("count")):
        found.append("count: expects {en: ..., id: ...}")
    needs, spread = of in ("mean", "trial"), entry.get("spread")
    given = isinstance(spread, int | float) and spread > 0
    if needs != given or (not needs and spread is not None):
        found.append(f"spread: {'expects a number above 0' if needs else 'has no meaning here'}")
    return found


def _both(texts: object) -> bool:
    return isinstance(texts, dict) and set(texts) == _LANGUAGES and all(texts.values())


@cache
def _all() -> Mapping[str, Measuring]:
    return MappingProxyType(read_measuring(FOLDER))


def measuring(name: str) -> Measuring | None:
    """How a parameter, or a guess of a region, could be measured; none where nobody wrote it.

    A text of its own comes before one of a pattern, and a longer pattern before a shorter one.
    """
    entries = _all()
    if name in entries:
        return entries[name]
    met = [key for key in entries if "*" in key and fnmatchcase(name, key)]
    return entries[max(met, key=len)] if met else None


def half_width(low: float, high: float) -> float:
    """Half of the interval to be reached, in the unit of the parameter."""
    return (high - low) / PART / 2.0


def sample_size(one: Measuring, low: float, high: float) -> int:
    """How many must be counted for `half_width`; of a trial in each of two groups, of records 1.

    Args:
        one: how it is measured.
        low: end of today's range.
        high: the other end.
    """
    half = half_width(low, high)
    if one.of == "records" or not half > 0.0:
        return 1
    if one.of == "share":
        # The share of the range that needs most: the one nearest to a half.
        p = min(max(0.5, low), high, 1.0)
        return max(1, math.ceil(_Z**2 * p * (1.0 - p) / half**2))
    groups = 2.0 if one.of == "trial" else 1.0
    return max(2, math.ceil(groups * (_Z * one.spread / half) ** 2))
