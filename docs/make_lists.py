"""Writes the lists of the ODD description from the code: `python docs/make_lists.py`.

Pages of `docs/odd/`: outcomes and levers from their declarations, streams of random draws from
`sim/draws.py` and from who names them. A test fails where a page is not what this program makes.
"""

# ruff: noqa: INP001  # a program, no package

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterable
from pathlib import Path

from sim.outcomes import OUTCOMES
from sim.parameters import lever_groups, levers

ROOT = Path(__file__).resolve().parents[1]
BETTER = {1: "more", -1: "less", 0: ""}


def cell(text: object) -> str:
    """Text that cannot break a table."""
    return " ".join(str(text).split()).replace("|", "\\|")


def table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> list[str]:
    """A table in Markdown."""
    head = list(head)
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    lines += [f"| {' | '.join(cell(part) for part in row)} |" for row in rows]
    return lines


def made(title: str, text: str) -> list[str]:
    """The head of a page that nobody edits."""
    return [
        f"# {title}",
        "",
        "Made by `python docs/make_lists.py` from the code; do not edit.",
        "",
        text,
        "",
    ]


def outcomes_page() -> str:
    """`docs/odd/outcomes.md`: what a run is asked for."""
    lines = made(
        "Outcomes",
        "Part of the [ODD+D description](../odd.md). Every outcome is declared once, in"
        " `sim/outcomes.py`. *Twin*: the same slots in the run and in its baseline are compared, so"
        " that the baseline itself has none. *Better* is empty where neither way can be called so.",
    )
    rows = [
        (f"`{o.name}`", o.label["en"], o.unit, BETTER[o.better], o.for_whom, o.denominator,
         "twin" if o.twin else "")
        for o in OUTCOMES.values()
    ]  # fmt: skip
    head = ("Name", "What", "Unit", "Better", "Of whom", "Over what, or how", "")
    return "\n".join([*lines, *table(head, rows)]) + "\n"


def levers_page() -> str:
    """`docs/odd/levers.md`: what a policy can set."""
    lines = made(
        "Levers",
        "Part of the [ODD+D description](../odd.md). What a policy can set, from"
        " `sim/parameters/levers.yaml`. With every lever at its null a run equals `no_policy` bit"
        " for bit. *Ramp*: rises from its start to its value; the others switch on.",
    )
    for group in lever_groups().values():
        lines += [f"## {group.name}", "", f"{group.doc['en']}.", ""]
        rows = []
        for lever in (levers()[f"{group.name}.{key}"] for key in group.keys):
            span = f"{lever.low:g} to {lever.high:g}" if lever.kind == "number" else ""
            if lever.kind == "choice":
                span = ", ".join(lever.choices)
            null = f"{lever.null:g}" if lever.kind == "number" else lever.null or "none"
            ramp = "ramp" if lever.ramped else ""
            rows.append((f"`{lever.name}`", lever.doc["en"], span or "any", lever.unit, null, ramp))
        lines += [*table(("Lever", "What", "Values", "Unit", "Null", ""), rows), ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def streams() -> list[tuple[int, str, str, list[str]]]:
    """Number, name, purpose and users of each stream of draws."""
    text, names = (ROOT / "sim" / "draws.py").read_text(encoding="utf-8"), {}
    found = tokenize.generate_tokens(io.StringIO(text).readline)
    said = {t.start[0]: t.string[1:].strip() for t in found if t.type == tokenize.COMMENT}
    for node in ast.parse(text).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]).startswith("STREAM_"):
            names[ast.unparse(node.targets[0])] = node
    folders = ("sim", "experiments")  # who takes part in a field experiment is drawn outside of sim
    files = [p for folder in folders for p in sorted((ROOT / folder).rglob("*.py"))]
    paths = [p.relative_to(ROOT).as_posix() for p in files]
    users: dict[str, list[str]] = {name: [] for name in names}
    for path in paths:
        for name in names.keys() & {
            n.id for n in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8")))
            if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)
        }:  # fmt: skip
            users[name].append(path)
    return [
        (node.value.value, name, said.get(node.lineno, ""), users[name])
        for name, node in names.items()
    ]


def draws_page() -> str:
    """`docs/odd/draws.md`: the streams of random draws."""
    lines = made(
        "Streams of random draws",
        "Part of the [ODD+D description](../odd.md). A draw is a function of the seed, the stream,"
        " the month and the entities it is for, and of nothing else (`sim/draws.py`); a stream is"
        " one purpose. *Once* means that the month is left out of the key: the draw is a lasting"
        " trait.",
    )
    rows = []
    for number, name, text, users in streams():
        whose, _, what = text.partition(": ")
        links = ", ".join(f"[{Path(u).name}](../../{u})" for u in users)
        rows.append((number, f"`{name}`", whose, what, links))
    return "\n".join([*lines, *table(("", "Stream", "Whose", "For", "Drawn in"), rows)]) + "\n"


PAGES = {
    "odd/outcomes.md": outcomes_page,
    "odd/levers.md": levers_page,
    "odd/draws.md": draws_page,
}


def main() -> None:
    """Write every page anew."""
    for name, page in PAGES.items():
        (ROOT / "docs" / name).write_text(page(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
