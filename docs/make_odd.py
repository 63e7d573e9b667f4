"""Writes the tables of the ODD description from the code: `python docs/make_odd.py`.

Whole pages are made in `docs/odd/`, and parts of `docs/odd.md` between markers. Columns, their
units and meanings come from the comments of `sim/tables.py`, the schedule from the calls in
`sim/month.py`. Outcomes, levers and streams of draws are made by `make_lists.py`. A test fails
where a page is not what these programs make.
"""

# ruff: noqa: INP001  # a program, no package

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from sim import tables

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
UNITS = {
    "key": "number in the full region, which keys its draws",
    "row": "number of a row of another table",
    "code": "one of a short list, as numbered",
    "number": "a count",
    "flag": "0 or 1",
    "bits": "flags, one a bit",
    "month": "number of a month, from 0",
    "months": "a length of time",
    "days": "a length of time",
    "orders a month": "a rate",
    "km": "a place, or a distance",
    "persons": "people",
    "Rp m": "million rupiah at constant prices; of one month where it is a flow",
    "quantity": "million rupiah at base price; of one month where it is a flow",
    "0-1": "between 0 and 1",
    "probability": "between 0 and 1",
    "ratio": "one figure over another",
    "share of value": "utility, as a share of the order's value",
    "log": "natural logarithm, or log deviation",
    "weight": "counts among its like only",
    "uniform": "a draw between 0 and 1, kept",
    "normal": "a standard normal draw, kept",
    "Gumbel": "a standard Gumbel draw, kept",
    "scratch": "worked with inside a step, without meaning outside",
    "mixed": "see its own table",
}
"""What stands before the colon of a column's comment."""
ENTITIES = {
    "FIRM_DTYPE": ("Firm slot", "firms"),
    "BUYER_DTYPE": ("Buyer", "buyers"),
    "LINE_DTYPE": ("Order line", "lines"),
    "LINK_DTYPE": ("Link", "links"),
    "POOL_DTYPE": ("Local market", "pools"),
    "COOPERATIVE_DTYPE": ("Cooperative", "cooperatives"),
    "SHOP_DTYPE": ("Shop", "shops"),
    "ONLINE_DTYPE": ("Online market", "online"),
    "PLATFORM_DTYPE": ("Platform", "platform"),
    "COACHING_DTYPE": ("Coaching of a slot", "coaching"),
    "PROGRAMME_DTYPE": ("Mentor programme", "programmes"),
    "GOODS_DTYPE": ("Good", "goods"),
    "TREATMENT_DTYPE": ("Treatment of a field experiment", "treatments"),
    "DEAL_DTYPE": ("Slot in a field experiment", "deals"),
}
"""Name for people and place in `sim.tables.Tables` of each table of the code."""


def cell(text: object) -> str:
    """Text that cannot break a table."""
    return " ".join(str(text).split()).replace("|", "\\|")


def table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> list[str]:
    """A table in Markdown."""
    head = list(head)
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    lines += [f"| {' | '.join(cell(part) for part in row)} |" for row in rows]
    return lines


@cache
def source(path: str) -> str:
    """Text of a file of the project."""
    return (ROOT / path).read_text(encoding="utf-8")


@cache
def comments(path: str) -> Mapping[int, str]:
    """Comments of a file by line number."""
    found = tokenize.generate_tokens(io.StringIO(source(path)).readline)
    return {t.start[0]: t.string[1:].strip() for t in found if t.type == tokenize.COMMENT}


def split(comment: str) -> tuple[str, str]:
    """Unit and meaning of a column's comment; the unit is empty where it names none."""
    unit, colon, meaning = comment.partition(": ")
    return (unit, meaning) if colon and unit in UNITS else ("", comment)


def declared(path: str, name: str) -> tuple[ast.expr, str]:
    """What a module assigns to a name, and the text below it."""
    body = ast.parse(source(path)).body
    for node, after in zip(body, [*body[1:], None], strict=True):
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
            said = after.value.value if isinstance(after, ast.Expr) else ""
            return node.value, str(said)
    raise KeyError(f"{path}: {name}")


class Column(NamedTuple):
    """One column of a table of the code."""

    name: str
    type: str
    unit: str
    meaning: str


def columns(name: str) -> list[Column]:
    """The columns of a table of `sim.tables`, from the text of the file."""
    value, _ = declared("sim/tables.py", name)
    said = comments("sim/tables.py")
    fields = value.args[0].elts
    return [
        Column(
            field.elts[0].value,
            field.elts[1].value + (f" x {ast.unparse(field.elts[2])}" if field.elts[2:] else ""),
            *split(said.get(field.end_lineno, "")),
        )
        for field in fields
    ]


def listed(path: str, name: str) -> list[Column]:
    """The names of a tuple of texts, with unit and meaning."""
    value, _ = declared(path, name)
    said = comments(path)
    return [Column(e.value, "f8", *split(said.get(e.end_lineno, ""))) for e in value.elts]


def arrays() -> list[Column]:
    """Arrays of `sim.tables.Tables` that are no table of columns."""
    body = ast.parse(source("sim/tables.py")).body
    own = next(n for n in body if isinstance(n, ast.ClassDef) and n.name == "Tables")
    said = comments("sim/tables.py")
    places = {place for _, place in ENTITIES.values()}
    return [
        Column(n.target.id, ast.unparse(n.annotation), *split(said.get(n.end_lineno, "")))
        for n in own.body
        if isinstance(n, ast.AnnAssign) and n.target.id not in places
    ]


def described(found: Iterable[Column]) -> list[str]:
    """Columns as a table."""
    return table(
        ("Column", "Type", "Unit", "Meaning"),
        ((f"`{c.name}`", f"`{c.type}`", c.unit, c.meaning) for c in found),
    )


def made(title: str, text: str) -> list[str]:
    """The head of a page that nobody edits."""
    return [f"# {title}", "", "Made by `python docs/make_odd.py` from the code; do not edit.", "",
            text, ""]  # fmt: skip


def state_page() -> str:
    """`docs/odd/state.md`: entities and state variables."""
    lines = made(
        "Entities and state variables",
        "Part of the [ODD+D description](../odd.md). Every variable of the model's state stands"
        " here, table by table, as `sim/tables.py` declares it: nothing else that acts is kept from"
        " month to month. A column of unit *scratch*, and a flow of a month, is set anew before it"
        " is read. A table without rows belongs to a part of the model that is off.",
    )
    lines += table(("Unit", "What it is"), ((f"*{k}*", v) for k, v in UNITS.items()))
    for name, (title, place) in ENTITIES.items():
        _, said = declared("sim/tables.py", name)
        lines += ["", f"## {title}", "", f"`Tables.{place}`, `{name}`. {' '.join(said.split())}"]
        lines += ["", *described(columns(name))]
    lines += ["", "## Other arrays", "", *described(arrays())]
    for title, path, name in (
        ("State of a sector", "sim/tables.py", "SECTOR_STATE"),
        ("Scalars", "sim/firm_month.py", "STATE"),
    ):
        _, said = declared(path, name)
        lines += ["", f"## {title}", "", " ".join(said.split()), "", *described(listed(path, name))]
    lines += ["", "## Codes", ""]
    codes = {
        "Kind of a buyer": tables.BUYER_KINDS,
        "Mode of a buyer under a rule": tables.MODES,
        "Size class": tables.SIZE_CLASSES,
        "State in coaching": tables.COACHING_STATES,
    }
    lines += table(
        ("Code", "Values"),
        ((k, ", ".join(f"{i} {name}" for i, name in enumerate(v))) for k, v in codes.items()),
    )
    return "\n".join(lines) + "\n"


def entity_table() -> list[str]:
    """The entities in short, for `docs/odd.md`."""
    rows = []
    for name, (title, place) in ENTITIES.items():
        _, said = declared("sim/tables.py", name)
        anchor = title.lower().replace(" ", "-")
        one = " ".join(said.split()).split(". ")[0].rstrip(".")
        count = len(columns(name))
        rows.append((f"[{title}](odd/state.md#{anchor})", f"`Tables.{place}`", one, count))
    return table(("Entity", "In code", "One row is", "Columns"), rows)


# -- the schedule


class Call(NamedTuple):
    """One process of the month, in its place."""

    steps: str
    function: str
    path: str
    says: str
    processes: str


CONDUCTORS = ("sim/month.py", "sim/firm_month.py", "sim/platform_month.py")
"""Files whose functions call the processes in order; their calls are followed."""
HELPERS = {
    "cooperative_of", "draw_firms", "full_cost", "intensity", "listed_by_cooperative",
    "nearest_content", "normal_profit", "outside_unit", "outstanding", "pool_parts",
    "pool_quality", "quality_of", "release_small", "score", "search_factor", "shop_margin",
    "stage", "working_cash", "worse",
}  # fmt: skip
"""Parts of an equation, or of a process that is named; no process by themselves."""
_PROCESS = re.compile(r"\((P[^)]*)\)")


@cache
def functions(path: str) -> Mapping[str, ast.FunctionDef]:
    """Functions of a file by name."""
    return {n.name: n for n in ast.parse(source(path)).body if isinstance(n, ast.FunctionDef)}


@cache
def imported(path: str) -> Mapping[str, str]:
    """Names that a file takes from the model, and the file each comes from."""
    return {
        alias.asname or alias.name: node.module.replace(".", "/") + ".py"
        for node in ast.parse(source(path)).body
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("sim.")
        for alias in node.names
    }


def calls(path: str, name: str) -> Iterator[tuple[str, str, int]]:
    """Functions of the model that a function calls, in order: file, name and line."""
    inside = [n for n in ast.walk(functions(path)[name]) if isinstance(n, ast.Call)]
    for node in sorted(inside, key=lambda n: (n.lineno, n.col_offset)):
        if isinstance(node.func, ast.Name):
            own = node.func.id in functions(path)
            home = path if own else imported(path).get(node.func.id, "")
            if home and node.func.id in functions(home):
                yield home, node.func.id, node.lineno


def followed(path: str, name: str, seen: set[str]) -> Iterator[tuple[str, str]]:
    """Processes below a function, in order: conductors are followed, each process named once."""
    if path in CONDUCTORS:
        for home, called, _ in calls(path, name):
            yield from followed(home, called, seen)
    elif path.startswith("sim/processes/") and not (name in seen or name in HELPERS):
        seen.add(name)
        yield path, name
        # What a process leaves to another file belongs to the month too: coaching does.
        for home, called, _ in calls(path, name):
            if home != path:
                yield from followed(home, called, seen)


def first_sentence(path: str, name: str) -> str:
    """What a function's docstring says first."""
    said = ast.get_docstring(functions(path)[name]) or ""
    return re.split(r"(?<=[.;])\s", " ".join(said.split()))[0].rstrip(".;")


def schedule() -> list[Call]:
    """The processes of `sim.month.run_month` in the order in which they are called."""
    path, said = "sim/month.py", comments("sim/month.py")
    steps, last, seen, found = "", functions(path)["run_month"].lineno, set[str](), []
    for home, name, line in calls(path, "run_month"):
        above = " ".join(said[k] for k in range(last, line) if k in said)
        if re.match(r"\d", above):
            steps = above
        last = line
        for where, called in followed(home, name, seen):
            heads = (functions(where)[called], ast.parse(source(where)))
            numbers = [_PROCESS.search(ast.get_docstring(head) or "") for head in heads]
            of = next((one.group(1) for one in numbers if one), "")
            found.append(Call(steps, called, where, first_sentence(where, called), of))
    return found


def step_numbers() -> list[int]:
    """Numbers of the steps that the comments of the schedule name."""
    text = "; ".join(dict.fromkeys(call.steps for call in schedule()))
    heads = re.findall(r"(?:^|; )(\d+(?:, \d+)*) ", text)
    return sorted({int(number) for head in heads for number in head.split(", ")})


def short_schedule() -> list[str]:
    """The schedule in short, for `docs/odd.md`: a line a block of the month."""
    blocks: dict[str, list[str]] = {}
    for call in schedule():
        blocks.setdefault(call.steps, []).append(f"`{call.function}`")
    return table(
        ("", "Steps", "Processes, in order"),
        ((k, steps, ", ".join(names)) for k, (steps, names) in enumerate(blocks.items(), 1)),
    )


def schedule_page() -> str:
    """`docs/odd/schedule.md`: every process in the order of the month."""
    lines = made(
        "The order of the month",
        "Part of the [ODD+D description](../odd.md). The calls of `run_month` in `sim/month.py`, in"
        " order, with what each process does in a sentence; its equations stand under the step's"
        " number in [processes.md](../processes.md). Where several steps stand together, one pass"
        " over the rows runs them one after the other on each row, which is the same as long as no"
        " row reads another.",
    )
    rows, before = [], ""
    for k, call in enumerate(schedule(), 1):
        link = f"[{Path(call.path).name}](../../{call.path})"
        steps = call.steps if call.steps != before else ""
        before = call.steps
        rows.append((k, steps, f"`{call.function}`", call.processes, link, call.says))
    lines += table(("", "Steps", "Process", "Brief", "File", "What it does"), rows)
    return "\n".join(lines) + "\n"


PAGES = {
    "odd/state.md": state_page,
    "odd/schedule.md": schedule_page,
}
PARTS = {"entities": entity_table, "schedule": short_schedule}
"""Tables within `docs/odd.md`, between `<!-- made: NAME -->` and `<!-- end -->`."""
_MARKS = re.compile(r"(<!-- made: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def filled(text: str) -> str:
    """A page with its marked tables made anew."""
    return _MARKS.sub(lambda m: f"{m[1]}{chr(10).join(PARTS[m[2]]())}\n{m[3]}", text)


def main() -> None:
    """Write every page anew."""
    (DOCS / "odd").mkdir(exist_ok=True)
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8", newline="\n")
    entry = DOCS / "odd.md"
    entry.write_text(filled(entry.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
