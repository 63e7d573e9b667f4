"""Writes docs/parameters.md from the registry: `python docs/make_parameters.py`."""

# ruff: noqa: INP001  # a program, no package

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from pathlib import Path

from sim.parameters import Evidence, assumed, evidence, registry
from sim.parameters.entries import load_yaml

TARGET = Path(__file__).with_name("parameters.md")
TITLES = {
    "buyers": "Buyers, their value, matching",
    "coaching": "Coaching",
    "compliance": "Compliance and enforcement",
    "demography": "Exit and entry",
    "learning": "Quality, practice, information",
    "market": "Local market, displacement, proximity",
    "money": "Money",
    "population": "Who the firms are",
    "production": "Production, capacity, cost",
    "programmes": "Mentor programmes, where a policy has places for coaching",
    "platform": "Marketplace, where it is modelled (`platform_on`)",
    "public_accounts": "Public and private cost",
    "trust": "Trust",
    "goods": "Goods",
}
HEAD = """# Parameters

Made by `python docs/make_parameters.py` from the registry in `sim/parameters/`; do not edit.
The same figures on the screen: `kemitraan list parameters`.

{count} parameters: {kinds}. The {varied} marked *varied* are drawn anew over their range in every
pair of runs of a comparison with `--uncertainty parameters`, those of the marketplace only where it
is modelled, those of the mentor programmes only where a scenario has places for coaching; the
others keep their value.

*measured*: counted or surveyed. *estimated*: worked out from figures that were, or set so that the
model meets them. *literature*: from a published study, mostly of another country. *assumed*: a
guess with a range, and nothing that rests on it alone is a finding. All but assumed ones name the
row of evidence they come from, and building fails where one does not; rows marked *recalled* are
quoted from memory and to be looked up before they are cited. What each row says stands
[below](#rows-of-evidence).
"""
FILES = {"E": "evidence.csv", "F": "figures.csv", "G": "goods_prices.csv"}


def cell(text: object) -> str:
    """Text that cannot break a table."""
    return " ".join(str(text).split()).replace("|", "\\|")


def mark(row: str) -> str:
    """A row of evidence as the tables name it."""
    return f"{row} (recalled)" if evidence()[row].recalled else row


def known(row: Evidence) -> str:
    """How a row is known, and the page it was read on."""
    return f"{row.known_from} <{row.url}>" if row.url else row.known_from


def rows_of_evidence(used: Collection[str]) -> list[str]:
    """The table of these rows, in the order of the files."""
    files = ", ".join(f"{letter}-numbers of `{name}`" for letter, name in FILES.items())
    lines = ["## Rows of evidence", ""]
    named = "Rows that a parameter or the [ledger of assumptions](assumptions.md) names"
    lines += [f"{named}, in `sim/parameters/`: {files}.", ""]
    lines += ["| Row | What | Value | Range | Unit | Of whom | Says | Known from |"]
    lines += ["|---|---|---|---|---|---|---|---|"]
    for row in evidence().values():
        if row.id in used:
            span = f"{row.low or row.value} to {row.high or row.value}"
            between = span if row.low or row.high else ""
            parts = (mark(row.id), row.quantity, row.value, between, row.unit, row.population)
            said = (*parts, row.source, known(row))
            lines.append(f"| {' | '.join(cell(part) for part in said)} |")
    return [*lines, ""]


def document() -> str:
    """The whole page."""
    entries, varied = registry(), set(assumed())
    counts = Counter(entry.kind for entry in entries.values())
    kinds = ", ".join(f"{count} {kind}" for kind, count in counts.most_common())
    lines = [HEAD.format(count=len(entries), kinds=kinds, varied=len(varied))]
    sources: dict[tuple[str, str | None, int], int] = {}
    for group in dict.fromkeys(entry.group for entry in entries.values()):
        lines += [f"## {TITLES.get(group, group)}", ""]
        lines += ["| Name | Value | Range | Unit | Kind | Source | Meaning |"]
        lines += ["|---|---|---|---|---|---|---|"]
        for entry in (e for e in entries.values() if e.group == group):
            marks = [
                f"[{sources.setdefault((s.title, s.url, s.year), len(sources) + 1)}]"
                for s in entry.sources
            ]
            kind = f"{entry.kind}, *varied*" if entry.name in varied else entry.kind
            row = (
                f"`{entry.name}`",
                f"{entry.value:g}",
                f"{entry.low:g} to {entry.high:g}",
                entry.unit,
                kind,
                " ".join([*marks, *map(mark, entry.evidence)]),
                entry.note,
            )
            lines.append(f"| {' | '.join(cell(part) for part in row)} |")
        lines.append("")
    ledger = load_yaml(TARGET.with_name("assumptions.yaml")).values()
    lines += rows_of_evidence(
        {row for entry in entries.values() for row in entry.evidence}
        | {row for entry in ledger for row in entry["evidence"]}
    )
    lines += ["## Sources", ""]
    for (title, url, year), number in sources.items():
        place = f" <{url}>" if url else ""
        lines.append(f"{number}. {cell(title)}, {year}.{place}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    TARGET.write_text(document(), encoding="utf-8", newline="\n")
