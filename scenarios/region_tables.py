"""Strict reading of a region's CSV tables: every bad cell is named by file, line and column."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from scenarios.region_errors import Faults, nearest
from scenarios.region_yaml import NUMBER, decode

__all__ = [
    "Column",
    "Row",
    "Table",
    "personal",
    "read_header",
    "read_table",
    "refuse_personal",
]

_MAX_BYTES = 20_000_000
_WHOLE = re.compile(r"\d+")
# Words for what names a person, or leads to one: a column with one of them in its name is refused,
# even where nothing would read it.
_PERSONAL = (
    "name", "nama", "owner", "pemilik", "pengusaha", "phone", "telephone", "mobile", "handphone",
    "whatsapp", "wa", "telp", "telepon", "hp", "email", "surel", "mail", "nik", "ktp", "npwp", "kk",
    "address", "alamat", "birth", "lahir", "contact", "kontak", "rekening",
)  # fmt: skip
# A NIK, NIB or NPWP, and a telephone in the ways it is written.
_TELLING = re.compile(r"\d{10}|(?:\+?\b62|\b0)[ .-]?8\d{1,2}[ .-]?\d{3,4}[ .-]?\d{3,5}")
# Columns that hold such a word and name no person.
_PLACES = ("district_name", "village_name", "nama_kecamatan", "nama_desa", "nama_kelurahan")
_HARMLESS = ("owner_sex", "owner_gender", *_PLACES)


@dataclass(frozen=True)
class Column:
    """What a column must hold: `kind` is text, number, whole, choice, keys (`a;b`) or id.

    An id is a text in which nobody's NIK or telephone may stand.
    """

    name: str
    kind: str = "text"
    optional: bool = False  # the column may be absent and a cell may be empty
    low: float = float("-inf")
    high: float = float("inf")
    choices: tuple[str, ...] = ()


@dataclass
class Row:
    """The cells of one row by column, read and checked; an empty optional cell is absent.

    `refused` names the columns whose cell is there and has a fault.
    """

    line: int
    texts: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, float] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)

    def has(self, name: str) -> bool:
        """Whether the cell of a column is filled in, rightly or not."""
        return name in self.texts or name in self.numbers or name in self.refused

    def keys(self, name: str) -> tuple[str, ...]:
        """The keys of a cell that lists several, split at semicolons."""
        return tuple(part.strip() for part in self.texts[name].split(";"))


@dataclass
class Table:
    """The rows of one file; `sound` is false when a cell was bad, so that sums can wait."""

    file: str
    rows: list[Row]
    sound: bool


def personal(header: Sequence[str]) -> list[str]:
    """The columns of a header that would name a person."""
    plain = [re.sub(r"[^a-z0-9]+", "_", name.strip().lower()).strip("_") for name in header]
    return [
        name
        for name, key in zip(header, plain, strict=True)
        if key not in _HARMLESS and any(word in _PERSONAL for word in key.split("_"))
    ]


def refuse_personal(folder: Path, read: Collection[str], faults: Faults) -> None:
    """Refuse columns that name a person in the folder's other tables, which nothing reads.

    Args:
        folder: of the region.
        read: tables that say so themselves when they are read.
        faults: where to note them.
    """
    for path in sorted(folder.glob("*.csv")):
        if path.name in read:
            continue
        for column in personal(read_header(path, faults)):
            faults.add(path.name, 1, column, "", "personal data are refused; delete the column")


def _check_cell(raw: str, column: Column) -> float | str:
    """The number or the text of a cell; raises ValueError with the message to show."""
    if column.kind == "choice":
        if raw not in column.choices:
            raise ValueError(
                f"{raw!r} is not one of {', '.join(column.choices)}{nearest(raw, column.choices)}"
            )
        return raw
    if column.kind == "id" and _TELLING.search(raw):
        # Not shown again: it would stand in every log.
        raise ValueError(
            "may be a NIK or a telephone number, which are personal data and refused; write a "
            "number of your own for the row, such as U001"
        )
    if column.kind not in ("number", "whole"):
        return raw
    if column.kind == "whole" and not _WHOLE.fullmatch(raw):
        raise ValueError(f"{raw!r} is not a whole number (write 140000, without any separator)")
    if not NUMBER.fullmatch(raw):
        hint = "; write a decimal point, not a comma" if "," in raw else ""
        raise ValueError(f"{raw!r} is not a plain decimal number{hint}")
    value = float(raw)
    if not column.low <= value <= column.high:
        raise ValueError(f"{raw} is out of range [{column.low:g}..{column.high:g}]")
    return value


def _read_row(
    cells: dict[str, str], line: int, columns: Sequence[Column], file: str, faults: Faults
) -> Row:
    row = Row(line)
    for column in columns:
        raw = cells.get(column.name, "")
        if not raw:
            if not column.optional:
                faults.add(file, line, column.name, "", "empty")
            continue
        try:
            value = _check_cell(raw, column)
        except ValueError as error:
            faults.add(file, line, column.name, "", str(error))
            row.refused.add(column.name)
            continue
        if isinstance(value, float):
            row.numbers[column.name] = value
        else:
            row.texts[column.name] = value
    return row


def _check_header(
    header: Sequence[str], columns: Sequence[Column], file: str, faults: Faults
) -> bool:
    if len(header) == 1 and ";" in header[0]:
        faults.add(file, 1, 0, "", "columns are separated by ';'; save the table comma separated")
        return False
    known = [column.name for column in columns]
    named = personal(header)
    for name in named:
        faults.add(file, 1, name, "", "personal data are refused; delete the column")
    for name in header:
        if name not in known and name not in named:
            hint = nearest(name, known)
            message = f"unknown column{hint or ';'} known: {', '.join(known)}"
            faults.add(file, 1, name or "(empty)", "", message)
    for name in dict.fromkeys(name for name in header if header.count(name) > 1):
        faults.add(file, 1, name, "", "column given twice")
    missing = [
        column.name for column in columns if not column.optional and column.name not in header
    ]
    for name in missing:
        faults.add(file, 1, name, "", "column missing")
    return not missing


def read_header(path: Path, faults: Faults) -> list[str]:
    """The column names of a table, and nothing of its rows."""
    text = decode(path, faults, _MAX_BYTES)
    try:
        first = next(csv.reader(io.StringIO(text or "", newline="")), [])
    except csv.Error as error:  # such as a cell longer than any table has
        faults.add(path.name, 1, 0, "", f"not a CSV table: {error}")
        return []
    return [name.strip() for name in first]


def read_table(
    path: Path, columns: Sequence[Column], faults: Faults, *, unique: Sequence[str] = ()
) -> Table:
    """Read a CSV file; `unique` names the columns that together identify a row."""
    before = len(faults.found)
    rows: list[Row] = []
    text = decode(path, faults, _MAX_BYTES)
    if text is not None:
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        try:
            header = [name.strip() for name in next(reader, [])]
            sound = _check_header(header, columns, path.name, faults)
            line = reader.line_num + 1
            for cells in reader if sound else ():
                if len(cells) == len(header):
                    named = dict(zip(header, (cell.strip() for cell in cells), strict=True))
                    rows.append(_read_row(named, line, columns, path.name, faults))
                elif cells:
                    message = f"{len(cells)} cells, the header has {len(header)}"
                    faults.add(path.name, line, 0, "", message)
                line = reader.line_num + 1
        except csv.Error as error:
            faults.add(path.name, reader.line_num, 0, "", f"not a CSV table: {error}")
        if not rows and len(faults.found) == before:
            faults.add(path.name, 1, 0, "", "no rows")
        _check_unique(rows, unique, path.name, faults)
    return Table(path.name, rows, sound=len(faults.found) == before)


def _check_unique(rows: Sequence[Row], names: Sequence[str], file: str, faults: Faults) -> None:
    first: dict[tuple[str, ...], int] = {}
    for row in rows:
        key = tuple(row.texts.get(name, "") for name in names)
        if not names or not all(key):
            continue
        if key in first:
            message = f"{', '.join(key)} is already in line {first[key]}"
            faults.add(file, row.line, names[0], "", message)
        first.setdefault(key, row.line)
