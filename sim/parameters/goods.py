"""The properties of goods as parameters: what a good asks of a maker and a buyer.

`goods.csv` has one row a good and property. Each becomes a parameter
`goods.<good>.<property>`, so that a sensitivity run varies them like all others.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path

from sim.parameters.entries import KINDS, Parameter, Source, evidence_faults
from sim.parameters.evidence import Evidence

__all__ = ["PREFIX", "PROPERTIES", "SPREAD", "goods_names", "read_goods"]

PROPERTIES = (
    "standardisation",
    "shelf_life",
    "lead_time",
    "orders",
    "lot",
    "value",
    "incumbent_price_ratio",
    "certificate_needed",
    "umkm_certified",
    "cold_chain",
)
SPREAD = ("shelf_life", "lead_time")
"""Properties whose range is the spread between firms, not a doubt about one value."""

LOT_GOODS = ("school_uniforms", "sand_and_stone")
"""Goods that agencies buy, in contracts of at least one lot; no process reads the others' lots."""

PREFIX = "goods."
SOURCE_KEY = "goods_table"
_CHECKED_ON = date(2026, 11, 22)
_COLUMNS = {"good", "property", "value", "low", "high", "unit", "kind", "basis", "evidence"}
_FILE = Path(__file__).with_name("goods.csv")


@cache
def goods_names() -> tuple[str, ...]:
    """The goods the model knows, in the order of `goods.csv`."""
    if not _FILE.is_file():
        return ()
    with _FILE.open(encoding="utf-8", newline="") as file:
        return tuple(dict.fromkeys(row["good"] for row in csv.DictReader(file)))


def read_goods(
    path: Path, sources: Mapping[str, Source], evidence: Mapping[str, Evidence] | None
) -> tuple[list[Parameter], list[str]]:
    """The parameters of a goods table, and the faults found; rows without value are skipped.

    Args:
        path: of the table.
        sources: known sources by key.
        evidence: rows of evidence by id; None where there are no tables of evidence.
    """
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        missing = _COLUMNS - set(reader.fieldnames or ())
        if missing:
            return [], [f"{path.name}: missing columns: {', '.join(sorted(missing))}"]
        rows = list(reader)
    if SOURCE_KEY not in sources:
        return [], [f"{path.name}: source {SOURCE_KEY!r} is not in sources.yaml"]
    parameters: list[Parameter] = []
    faults: list[str] = []
    for row in rows:
        if not row["value"].strip():
            continue
        name = f"{PREFIX}{row['good']}.{row['property']}"
        place = f"{path.name}: {name}"
        kind = "estimated" if row["kind"] == "derived" else row["kind"]
        numbers = [_number(row[c] or row["value"]) for c in ("value", "low", "high")]
        value, low, high = numbers
        named = tuple(row["evidence"].split())
        if row["property"] not in PROPERTIES:
            faults.append(f"{place}: property: not one of {', '.join(PROPERTIES)}")
        elif kind not in KINDS:
            faults.append(f"{place}: kind: {row['kind']!r} is not known")
        elif not all(math.isfinite(n) for n in numbers) or not low <= value <= high:
            faults.append(f"{place}: value: expects finite low <= value <= high")
        elif wrong := evidence_faults(kind, named, evidence):
            faults += [f"{place}: evidence: {message}" for message in wrong]
        else:
            parameters.append(
                Parameter(
                    name=name,
                    value=value,
                    unit=row["unit"],
                    low=low,
                    high=high,
                    kind=kind,
                    sources=(sources[SOURCE_KEY],),
                    evidence=named,
                    checked_on=_CHECKED_ON,
                    note=row["basis"] or f"{kind}, without a stated basis",
                    group="goods",
                    fixed=row["property"] in SPREAD
                    or (row["property"] == "lot" and row["good"] not in LOT_GOODS),
                )
            )
    return parameters, faults


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
