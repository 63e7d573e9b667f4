"""Damaged tables: what spreadsheets and people do to CSV files."""

from __future__ import annotations

import random
import re

CELLS = (
    "", " ", "0", "1", "-1", "-250", "0.5", "1e9", "1e308", "1e999", "nan", "NaN", "inf", "-inf",
    "1,5", "1.000,5", "1 000", "1'000", "Rp 5", "5%", "0x10", "1_000", "=A1+1", "#REF!", "n/a",
    "-", "true", "2025-01-01", "é", "\u0663", "\u202eabc", "\U0001f600", "\0", "\x1b[31m", "\t",
    '"', '""', "'", '"a', "a;b", "x" * 3000, "9" * 400, "Utara", "utara", " Utara ",
    "Nowhere", "star_1", "non_star", "trade", "female", "measured", "../x", "a,b", '"a,b"',
    '"a\nb"', "3578010203040506", "08123456789", "a@b.id",
)  # fmt: skip


def _cells(rows: list[list[str]], rng: random.Random) -> str:
    row = rng.choice(rows[1:] or rows)
    at = rng.randrange(len(row))
    try:
        old = float(row[at])
    except ValueError:
        row[at] = rng.choice(CELLS)
        return "cell"
    if rng.random() < 0.4:
        row[at] = rng.choice(CELLS)
        return "cell"
    new = rng.choice([0.0, 1.0, old * 10, old / 10, -old, old + 1, old * 1e5, old * 1e-5, 100.0])
    row[at] = str(int(new)) if new.is_integer() and abs(new) < 1e15 else repr(new)
    return "number"


def _columns(rows: list[list[str]], rng: random.Random) -> str:
    at = rng.randrange(len(rows[0]))
    match rng.randrange(8):
        case 0:
            for row in rows:
                del row[at : at + 1]
            return "column gone"
        case 1:
            rows[0][at] = rng.choice(
                [rows[0][at].upper(), " " + rows[0][at], "nama", "x", "", "name"]
            )
            return "column renamed"
        case 2:
            for row in rows:
                row.append(row[at] if at < len(row) else "")
            return "column twice"
        case 3:
            for row in rows[1:]:
                row[at : at + 1] = [""]
            return "column empty"
        case 4:
            value = rng.choice(CELLS)
            for row in rows[1:]:
                row[at : at + 1] = [value]
            return "column all the same"
        case 5:
            order = list(range(len(rows[0])))
            rng.shuffle(order)
            for row in rows:
                row[:] = [row[k] for k in order if k < len(row)]
            return "columns in another order"
        case 6:
            for k, row in enumerate(rows):
                row.append(rng.choice(["owner", "phone", "NIK", "weight", "zz"]) if k == 0 else "1")
            return "one column more"
        case _:
            for row in rows[1:]:
                try:
                    row[at] = str(float(row[at]) * rng.choice([0.0, 0.001, 1000.0, -1.0]))
                except (ValueError, IndexError):
                    continue
            return "column scaled"


def _rows(rows: list[list[str]], rng: random.Random) -> str:
    at = rng.randrange(len(rows))
    match rng.randrange(8):
        case 0:
            rows.insert(at, list(rows[at]))
            return "row twice"
        case 1:
            del rows[at]
            return "row gone"
        case 2:
            rows[at].append(rng.choice(CELLS))
            return "row too long"
        case 3:
            del rows[at][rng.randrange(len(rows[at])) :]
            return "row too short"
        case 4:
            del rows[1:]
            return "no rows"
        case 5:
            del rows[2:]
            return "one row"
        case 6:
            head, body = rows[0], rows[1:]
            rng.shuffle(body)
            rows[:] = [head, *body]
            return "rows in another order"
        case _:
            rows.insert(at, [""] * rng.randrange(1, len(rows[0]) + 1))
            return "empty row"


def _whole(raw: bytes, rng: random.Random) -> tuple[bytes, str]:
    text = raw.decode("utf-8", errors="replace")
    match rng.randrange(13):
        case 0:
            return text.replace(",", ";").encode(), "semicolons"
        case 1:
            return text.replace(",", "\t").encode(), "tabs"
        case 2:
            return text.replace(",", ";").replace(".", ",").encode(), "decimal commas"
        case 3:
            return b"", "empty"
        case 4:
            return b"\xef\xbb\xbf" + raw, "BOM"
        case 5:
            return raw.replace(b"\n", b"\r\n"), "CRLF"
        case 6:
            return raw.replace(b"\n", b"\r"), "CR"
        case 7:
            return text.encode("utf-16"), "UTF-16"
        case 8:
            at = rng.randrange(len(raw) + 1)
            return raw[:at] + rng.choice([b"\0", b'"', b"\xff", b"\n", b","]) + raw[at:], "odd byte"
        case 9:
            return text.split("\n", 1)[-1].encode(), "no header"
        case 10:
            head, _, body = raw.partition(b"\n")
            return head + b"\n" + body * rng.choice(
                [20, 2000 if rng.random() < 0.05 else 50]
            ), "huge"
        case 11:
            return raw[: rng.randrange(len(raw) + 1)], "cut short"
        case _:
            return rng.randbytes(rng.randrange(1, 300)), "random bytes"


def damaged_table(raw: bytes, rng: random.Random) -> tuple[bytes, list[str]]:
    """A table with one to three faults, and what they are."""
    how = []
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        text = raw.decode("utf-8", errors="replace")
        rows = [line.split(",") for line in text.rstrip("\n").split("\n")]
        kind = rng.random()
        if kind < 0.15 or not any(rows):
            raw, done = _whole(raw, rng)
        else:
            change = _cells if kind < 0.65 else _rows if kind < 0.82 else _columns
            done = change(rows, rng)
            raw = ("\n".join(",".join(row) for row in rows) + "\n").encode(errors="replace")
        how.append(done)
    return raw, how


def other_number(text: str, rng: random.Random) -> str:
    """A table with another number in the place of one."""
    rows = [line.split(",") for line in text.rstrip("\n").split("\n")]
    places = [
        (k, at) for k, row in enumerate(rows) for at, cell in enumerate(row) if _is_number(cell)
    ]
    if places:
        k, at = rng.choice(places)
        old = float(rows[k][at])
        new = rng.choice([0.0, 1.0, old * 10, old / 10, old + 1, old * (0.5 + rng.random())])
        rows[k][at] = str(int(new)) if new.is_integer() else repr(new)
    return "\n".join(",".join(row) for row in rows) + "\n"


def _is_number(cell: str) -> bool:
    return re.fullmatch(r"-?\d+(\.\d+)?", cell) is not None
