"""The published rows that parameters rest on, by id: what was found, for whom, where, and how.

Three files hold them, all with a row an id: `evidence.csv` (E...), the rows that may set a
parameter or be fitted; `figures.csv` (F...), further published figures that a parameter's value or
range names; `goods_prices.csv` (G...), what was read about goods. Rows kept apart to be replayed
afterwards are in none of them.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from sim.parameters.entries import RegistryError

__all__ = ["FILES", "READ", "ROLES", "Evidence", "evidence", "read_evidence"]

FILES = ("evidence.csv", "figures.csv", "goods_prices.csv")
ROLES = ("parameter", "calibration")
"""What a row may be used for: to set a parameter, or to be fitted too."""

READ = ("page read", "dataset read")
"""How a row is known when somebody read it; others are recalled, or a guess."""

_FOLDER = Path(__file__).parent
_GUESS = "assumed"


@dataclass(frozen=True)
class Evidence:
    """One row.

    Attributes:
        id: file's letter and a number, such as "E173".
        role: one of `ROLES`.
        quantity: what was counted, in words.
        value: as printed; a date or a text where it is no number, empty where none was printed.
        low: end of the published range; empty where there is none.
        high: the other end.
        unit: of value, low and high.
        population: whom it is about; for goods the good.
        source: who says so, where.
        known_from: "page read", "dataset read", "recalled, verify" or "assumed".
        url: of the page; empty where none is kept.
    """

    id: str
    role: str
    quantity: str
    value: str
    low: str
    high: str
    unit: str
    population: str
    source: str
    known_from: str
    url: str

    @property
    def read(self) -> bool:
        """Whether somebody read the page or the data."""
        return self.known_from in READ

    @property
    def recalled(self) -> bool:
        """Whether it is quoted from memory, to be looked up before it is cited."""
        return not self.read and self.known_from != _GUESS


@cache
def evidence() -> Mapping[str, Evidence]:
    """All rows by id, in file order.

    Raises:
        RegistryError: with every fault of the files, one a line.
    """
    rows, faults = read_evidence(_FOLDER)
    if faults:
        raise RegistryError("\n".join(faults))
    return MappingProxyType(rows or {})


def read_evidence(folder: Path) -> tuple[dict[str, Evidence] | None, list[str]]:
    """The rows of a folder by id, and the faults found; None where it has none of the files."""
    paths = [folder / name for name in FILES if (folder / name).is_file()]
    if not paths:
        return None, []
    rows: dict[str, Evidence] = {}
    faults: list[str] = []
    for path in paths:
        with path.open(encoding="utf-8", newline="") as file:
            for number, row in enumerate(csv.DictReader(file), 2):
                one, wrong = _row(f"{path.name}: line {number}", row)
                faults += wrong
                if one is None:
                    continue
                if one.id in rows:
                    faults.append(f"{path.name}: {one.id}: stands twice")
                rows[one.id] = one
    return rows, faults


def _row(place: str, row: Mapping[str, str | None]) -> tuple[Evidence | None, list[str]]:
    text = {key: (value or "").strip() for key, value in row.items() if key}
    good = text.get("good", "")
    one = Evidence(
        id=text.get("id", ""),
        role=text.get("role", "") or (ROLES[0] if good else ""),
        quantity=text.get("quantity", "") or text.get("property", ""),
        value=text.get("value", ""),
        low=text.get("low", ""),
        high=text.get("high", ""),
        unit=text.get("unit", ""),
        population=text.get("population", "") or good,
        source=text.get("source", ""),
        known_from=text.get("known_from", ""),
        url=text.get("url", ""),
    )
    faults = [
        f"{place}: {name}: missing"
        for name in ("id", "quantity", "known_from")
        if not getattr(one, name)
    ]
    if one.role not in ROLES:
        faults.append(f"{place}: role: {one.role!r} is not one of {', '.join(ROLES)}")
    return (None if faults else one), faults
