"""Writes docs/assumptions.md from docs/assumptions.yaml: `python docs/make_assumptions.py`.

What was measured stands in `docs/assumptions_measured.csv`, made by
`python -m benchmarks.assumptions > docs/assumptions_measured.csv`.
"""

# ruff: noqa: INP001  # a program, no package

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.outcomes import OUTCOMES
from sim.parameters import evidence
from sim.parameters.entries import load_yaml

DOCS = Path(__file__).resolve().parent
TARGET = DOCS / "assumptions.md"
KNOWN = {
    "knock-out": "a test takes the mechanism away, and what it claims vanishes",
    "direction": "a test holds the sign",
    "identity": "it follows from the accounts, and a test holds them",
    "run": "measured in runs, below; no test holds it",
    "argued": "nobody measured it",
}
HEAD = """# The assumption ledger

Made by `python docs/make_assumptions.py` from `docs/assumptions.yaml`; do not edit. Part of the
[ODD+D description](odd.md).

What the model assumes, on what evidence, what would change were it wrong, and what switches it off.
*Structure* is a form: no range over figures reaches it, so that the interval of an effect does not
hold it. *Figure* is a value with a range: `--uncertainty parameters` draws it and `sensitivity`
moves it. Rows of evidence are spelt out in [parameters.md](parameters.md#rows-of-evidence).

How what would change is known: {known}.

*Measured* (`python -m benchmarks.assumptions`, {seeds} pairs of runs with the same luck, 1 firm in
{scale} of Surabaya, all other figures at the registry's values): the effect of the policy as the
model is, and with the parameters of the switch at the values named. The interval is the
simulation error (95 %) of the difference. A switch is no estimate of the truth: it takes a
mechanism out of the world, the world without policy too, and the rest is not set anew.

"""


def cell(text: object) -> str:
    """Text that cannot break a table."""
    return " ".join(str(text).split()).replace("|", "\\|")


def rows_measured() -> list[dict[str, str]]:
    """What `python -m benchmarks.assumptions` found."""
    with (DOCS / "assumptions_measured.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def switch(entry: Mapping[str, Any]) -> str:
    """What turns an assumption off, in words."""
    own = entry["switch"]
    settings = {**own.get("parameters", {}), **own.get("levers", {})}
    parts = [", ".join(f"`{name}` {value:,g}" for name, value in settings.items())]
    return ". ".join(part for part in (*parts, own.get("alternative", "").rstrip(".")) if part)


def grounds(entry: Mapping[str, Any]) -> str:
    """Evidence of an assumption, in words."""
    rows = [f"{row} (recalled)" if evidence()[row].recalled else row for row in entry["evidence"]]
    said = ", ".join(rows) if rows else "none: a guess"
    return f"{said}. {entry['guess']}" if entry.get("guess") else f"{said}."


def number(text: str) -> str:
    """A measured number as people read it, of three digits."""
    value = float(f"{float(text):.3g}")
    return f"{0.0 if abs(value) < 1e-3 else value:,g}"


def finding(row: Mapping[str, str]) -> str:
    """A measured row in a sentence."""
    what = f"{OUTCOMES[row['outcome']].label['en']}, {row['unit']}"
    when = "" if row["window"] == "policy" else ", after funding stops"
    low, high = float(row["change_low"]), float(row["change_high"])
    if low == high == 0.0:
        return f"`{row['scenario']}`{when}, {what}: the same in every pair"
    verdict = "" if low > 0.0 or high < 0.0 else "; no clear difference"
    between = f"[{number(row['change_low'])}..{number(row['change_high'])}]"
    return (
        f"`{row['scenario']}`{when}, {what}: {number(row['as_is'])} as it is,"
        f" {number(row['off'])} without, difference {number(row['change'])} {between}{verdict}"
    )


def section(name: str, entry: Mapping[str, Any], found: list[dict[str, str]]) -> list[str]:
    """One assumption."""
    lines = [f"## {name} {entry['title']}", "", f"*{entry['about'].capitalize()}.* ", ""]
    lines[2] += entry["statement"]
    lines += [f"- *Evidence:* {grounds(entry)}"]
    lines += [f"- *Were it wrong:* {entry['if_wrong']} ({entry['known']})"]
    lines += [f"- *Measured:* {finding(row)}." for row in found]
    lines += [f"- *Switch:* {switch(entry)}."]
    tests = ", ".join(f"`{test}`" for test in entry["tests"]) or "none"
    return [*lines, f"- *Tests:* {tests}.", ""]


def document() -> str:
    """The whole page."""
    entries, found = load_yaml(DOCS / "assumptions.yaml"), rows_measured()
    known = "; ".join(f"*{name}*, {text}" for name, text in KNOWN.items())
    runs = {key: found[0][key] for key in ("seeds", "scale")}
    lines = [HEAD.format(known=known, **runs)]
    lines += ["| | Assumption | Is | Evidence | Known by |", "|---|---|---|---|---|"]
    for name, entry in entries.items():
        anchor = re.sub(r"[^\w\- ]", "", f"{name} {entry['title']}".lower()).replace(" ", "-")
        rows = ", ".join(entry["evidence"]) or "none"
        parts = (f"[{name}](#{anchor})", entry["title"], entry["about"], rows, entry["known"])
        lines.append(f"| {' | '.join(cell(part) for part in parts)} |")
    lines.append("")
    for name, entry in entries.items():
        lines += section(name, entry, [row for row in found if row["assumption"] == name])
    return "\n".join(lines)


if __name__ == "__main__":
    TARGET.write_text(document(), encoding="utf-8", newline="\n")
