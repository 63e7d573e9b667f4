"""What an entry of the registry must look like, and the strict checks of one entry.

Building fails when an entry lacks a field: a number without its source is a guess
that nobody can question.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import KemitraanError

if TYPE_CHECKING:
    from sim.parameters.evidence import Evidence

__all__ = [
    "KINDS",
    "PUBLISHED",
    "Parameter",
    "RegistryError",
    "Source",
    "evidence_faults",
    "load_yaml",
    "read_entry",
    "read_sources",
]

KINDS = ("measured", "estimated", "literature", "assumed")
PUBLISHED = ("measured", "literature")
"""Kinds of values that stand in a publication which somebody read."""

_REQUIRED = ("value", "unit", "range", "kind", "source", "checked_on", "note")
_OPTIONAL = ("evidence", "fixed")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
# Units whose values cannot leave 0..1 whatever anybody assumes.
_SHARE_UNITS = frozenset(
    {
        "share",
        "probability",
        "share of firms",
        "share of slots",
        "share of grants",
        "0-1",
        "stage 0-1",
        "0 or 1",
    }
)


class RegistryError(KemitraanError):
    """The registry's own files are wrong; each line names file, entry, field and fault."""


@dataclass(frozen=True)
class Source:
    """Where a value comes from."""

    title: str
    url: str | None
    year: int


@dataclass(frozen=True)
class Parameter:
    """One number of the model: its value, the range it is varied in, and its evidence."""

    name: str
    value: float
    unit: str
    low: float
    high: float
    kind: str
    sources: tuple[Source, ...]
    evidence: tuple[str, ...]
    checked_on: date
    note: str
    group: str
    fixed: bool

    @property
    def bounds(self) -> tuple[float, float]:
        """Limits nobody may assume beyond, wider than the plausible range `low..high`.

        A share stays a share, what is never negative stays so, and a setting
        (`fixed`) stays within what the program was built for.
        """
        if self.fixed:
            return self.low, self.high
        if self.unit in _SHARE_UNITS:
            return 0.0, 1.0
        return (0.0 if self.low >= 0.0 else -math.inf), math.inf


def load_yaml(path: Path) -> dict[str, Any]:
    """The mapping a YAML 1.2 file of the project holds; empty for an empty file."""
    from ruamel.yaml import YAML  # noqa: PLC0415  # 0.1 s, only when files are read
    from ruamel.yaml.error import YAMLError  # noqa: PLC0415

    # The pure loader even where the C one is installed: that one reads YAML 1.1,
    # in which `no` is false and `1e3` is text.
    try:
        content = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RegistryError(f"{path.name}: cannot be read: {error.strerror}") from error
    except (YAMLError, UnicodeDecodeError) as error:
        raise RegistryError(f"{path.name}: not readable as YAML: {error}") from error
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise RegistryError(f"{path.name}: expects entries 'name: {{...}}' at top level")
    return content


def read_sources(path: Path) -> tuple[dict[str, Source], list[str]]:
    """The entries of `sources.yaml` by key, and the faults found in them."""
    sources: dict[str, Source] = {}
    faults: list[str] = []
    for key, entry in load_yaml(path).items():
        place = f"{path.name}: {key}"
        if not isinstance(entry, dict) or set(entry) != {"title", "url", "year"}:
            faults.append(f"{place}: expects exactly title, url and year")
            continue
        title, url, year = entry["title"], entry["url"], entry["year"]
        if not isinstance(title, str) or not title.strip():
            faults.append(f"{place}: title: expects a text")
        elif url is not None and not (isinstance(url, str) and re.match(r"https?://\S+$", url)):
            faults.append(f"{place}: url: expects an address starting with http, or null")
        elif isinstance(year, bool) or not isinstance(year, int) or not 1900 <= year <= 2100:
            faults.append(f"{place}: year: expects a year, got {year!r}")
        else:
            sources[str(key)] = Source(title, url, year)
    return sources, faults


def evidence_faults(
    kind: str, rows: Sequence[str], known: Mapping[str, Evidence] | None
) -> list[str]:
    """What is wrong with the rows that a value of a kind names.

    Args:
        kind: one of `KINDS`.
        rows: ids of the rows.
        known: all rows by id; None where there are no tables of evidence.
    """
    if kind in KINDS and kind != "assumed" and not rows:
        return [f"missing: a value of kind {kind} names the row it comes from, such as [E101]"]
    if known is None:
        return []
    faults = [f"{row!r} is no row of evidence" for row in rows if row not in known]
    if kind in PUBLISHED and not faults and not any(known[row].read for row in rows):
        given = ", ".join(rows)
        faults.append(
            f"{given}: recalled or a guess, which nobody read: name a row that was, or call it"
            " assumed"
        )
    return faults


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)


def _texts(value: object) -> list[str] | None:
    """A text or a list of texts, as a list; None where it is neither."""
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, list) or not all(isinstance(i, str) and i.strip() for i in items):
        return None
    return list(items)


def _date(value: object) -> date | None:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None


def read_entry(
    file: str,
    name: object,
    entry: object,
    sources: Mapping[str, Source],
    evidence: Mapping[str, Evidence] | None,
) -> tuple[Parameter | None, list[str]]:
    """One entry as a `Parameter`, or None with every fault that stands in its way.

    Args:
        file: name of the file the entry stands in; its stem is the group.
        name: the entry's key.
        entry: what the file holds under the key.
        sources: known sources by key.
        evidence: rows of evidence by id; None where there are no tables of evidence.
    """
    place = f"{file}: {name}"
    faults: list[str] = []

    def fault(field: str, message: str) -> None:
        faults.append(f"{place}: {field}: {message}")

    if not isinstance(name, str) or not _NAME.fullmatch(name):
        return None, [f"{place}: a name has lower-case letters, digits and underscores"]
    if not isinstance(entry, dict):
        return None, [f"{place}: expects the fields {', '.join(_REQUIRED)}"]
    for field in _REQUIRED:
        if field not in entry:
            fault(field, "missing")
    for field in entry:
        if field not in _REQUIRED and field not in _OPTIONAL:
            fault(str(field), "unknown field")
    if faults:
        return None, faults

    value = _number(entry["value"])
    if value is None:
        fault("value", f"expects a finite number, got {entry['value']!r}")
    limits = entry["range"]
    numbers = [_number(limit) for limit in limits] if isinstance(limits, list) else []
    low, high = (numbers[0], numbers[1]) if len(numbers) == 2 else (None, None)
    if low is None or high is None or low > high:
        fault("range", f"expects [low, high] with low <= high, got {limits!r}")
    elif value is not None and not low <= value <= high:
        fault("value", f"{value:g} is outside its range [{low:g}..{high:g}]")
    for field in ("unit", "note"):
        if not isinstance(entry[field], str) or not entry[field].strip():
            fault(field, "expects a text")
    if entry["kind"] not in KINDS:
        fault("kind", f"{entry['kind']!r} is not one of {', '.join(KINDS)}")
    keys = _texts(entry["source"])
    if not keys:
        fault("source", "expects a key of sources.yaml or a list of them")
    for key in keys or ():
        if key not in sources:
            fault("source", f"{key!r} is not in sources.yaml")
    rows = _texts(entry.get("evidence", []))
    if rows is None:
        fault("evidence", "expects a list of evidence rows such as [E101]")
    else:
        for message in evidence_faults(str(entry["kind"]), rows, evidence):
            fault("evidence", message)
    checked_on = _date(entry["checked_on"])
    if checked_on is None:
        fault("checked_on", f"expects a date such as 2026-11-22, got {entry['checked_on']!r}")
    if not isinstance(entry.get("fixed", False), bool):
        fault("fixed", "expects true or false")
    if faults or value is None or low is None or high is None or checked_on is None:
        return None, faults
    return (
        Parameter(
            name=name,
            value=value,
            unit=entry["unit"],
            low=low,
            high=high,
            kind=entry["kind"],
            sources=tuple(sources[key] for key in keys or ()),
            evidence=tuple(rows or ()),
            checked_on=checked_on,
            note=entry["note"],
            group=Path(file).stem,
            fixed=entry.get("fixed", False),
        ),
        [],
    )
