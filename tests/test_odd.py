"""The tables of the ODD description are those of the code, and no column goes without a word."""

from __future__ import annotations

import re
import runpy
from functools import cache
from pathlib import Path

import pytest

from sim import tables
from sim.firm_month import STATE
from sim.parameters import assumed, registry

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
MAKERS = ("make_odd", "make_lists")


@cache
def maker(name):
    return runpy.run_path(str(DOCS / f"{name}.py"))


def pages():
    return [(name, page) for name in MAKERS for page in maker(name)["PAGES"]]


def text(name):
    return (DOCS / name).read_text(encoding="utf-8")


@pytest.mark.parametrize(("program", "page"), pages())
def test_a_page_is_what_the_code_makes_now(program, page):
    assert text(page) == maker(program)["PAGES"][page](), f"run: python docs/{program}.py"


def test_the_tables_within_the_description_are_what_the_code_makes_now():
    page, odd = text("odd.md"), maker("make_odd")
    assert set(re.findall(r"<!-- made: (\w+) -->", page)) == set(odd["PARTS"])
    assert page == odd["filled"](page), "run: python docs/make_odd.py"


def test_every_made_page_is_linked_from_the_description():
    made = {path.relative_to(DOCS).as_posix() for path in (DOCS / "odd").glob("*.md")}
    assert made == {page for _, page in pages()}
    for page in made:
        assert f"({page})" in text("odd.md")


def dtypes():
    return [name for name in vars(tables) if name.endswith("_DTYPE")]


def test_every_table_of_the_model_is_an_entity():
    assert set(dtypes()) == set(maker("make_odd")["ENTITIES"])


@pytest.mark.parametrize("name", dtypes())
def test_every_column_has_a_unit_and_a_meaning(name):
    odd = maker("make_odd")
    found = odd["columns"](name)
    assert tuple(c.name for c in found) == getattr(tables, name).names
    for column in found:
        assert column.unit in odd["UNITS"], f"{name}.{column.name}: begin its comment with a unit"
        assert len(column.meaning) >= 4, f"{name}.{column.name}: say what it is"


def test_arrays_and_scalars_of_the_state_have_a_unit_and_a_meaning():
    odd = maker("make_odd")
    places = {place for _, place in odd["ENTITIES"].values()}
    assert {c.name for c in odd["arrays"]()} | places == set(tables.Tables._fields)
    for path, name, names in (
        ("sim/firm_month.py", "STATE", STATE),
        ("sim/tables.py", "SECTOR_STATE", tables.SECTOR_STATE),
    ):
        assert tuple(c.name for c in odd["listed"](path, name)) == names
    for column in (*odd["arrays"](), *odd["listed"]("sim/firm_month.py", "STATE")):
        assert column.unit, column.name
        assert column.meaning, column.name


def test_a_comment_without_a_known_unit_has_none():
    split = maker("make_odd")["split"]
    assert split("Rp m: in the till") == ("Rp m", "in the till")
    assert split("parsecs: far") == ("", "parsecs: far")
    assert split("in the till") == ("", "in the till")


def steps_described():
    heads = re.findall(r"^## (\d+) ", text("processes.md"), re.MULTILINE)
    return {int(number) for number in heads}


def test_the_schedule_has_every_step_that_is_described():
    later = {3}  # the forum
    assert set(maker("make_odd")["step_numbers"]()) == steps_described() | later


def test_the_schedule_is_in_the_order_of_the_calls():
    names = [call.function for call in maker("make_odd")["schedule"]()]
    assert len(names) == len(set(names)) > 40
    places = [
        names.index(name)
        for name in (
            "coach", "forget", "plan_inspections", "value_links", "choose_modes", "order_voluntary",
            "order_floor", "trade_online", "fill_pool", "account_buyers", "enforce", "earn",
            "invest", "survive", "enter", "weigh_up", "measure_lines",
        )
    ]  # fmt: skip
    assert places == sorted(places)


def test_every_process_of_the_model_is_in_the_schedule():
    """Public functions of `sim/processes` that the month reaches, but for parts of equations."""
    odd = maker("make_odd")
    calls = odd["schedule"]()
    files = {call.path for call in calls}
    on_disk = {p.relative_to(ROOT).as_posix() for p in (ROOT / "sim/processes").glob("*.py")}
    # What a file of these holds is called by a process of another that is named.
    parts = {"sim/processes/__init__.py", "sim/processes/luck.py"}
    assert on_disk - files == parts
    known = {name for path in on_disk for name in odd["functions"](path)}
    assert known >= odd["HELPERS"], "HELPERS names a function that is gone"


def test_processes_of_the_brief_are_described():
    """Numbers P1 to P20 that a process of the schedule carries stand in processes.md."""
    carried = {
        number
        for call in maker("make_odd")["schedule"]()
        for number in re.findall(r"P\d+b?", call.processes)
    }
    described = text("processes.md")
    assert carried
    for number in carried:
        assert re.search(rf"\b{number}\b", described), number


def test_every_stream_says_whose_it_is_and_is_drawn():
    for _, name, said, users in maker("make_lists")["streams"]():
        whose, colon, what = said.partition(": ")
        assert whose, name
        assert colon, f"{name}: say whose draw it is and when, a colon, and what for"
        assert what, name
        assert bool(users) == (whose != "never drawn"), name


HEADINGS = (
    "Purpose and patterns", "Entities, state variables and scales",
    "Process overview and scheduling",
    "Theoretical and empirical background", "Emergence", "Individual decision making", "Learning",
    "Individual sensing", "Individual prediction", "Interaction", "Collectives", "Heterogeneity",
    "Stochasticity", "Observation",
    "Initialisation", "Input data", "Submodels", "Implementation details",
)  # fmt: skip
"""Elements of ODD (second update) and of ODD+D, in the order in which they stand."""


def test_the_description_has_every_heading_of_the_protocol_in_order():
    found = re.findall(r"^## (?:\d+ )?(.+)$", text("odd.md"), re.MULTILINE)
    assert [head for head in found if head in HEADINGS] == list(HEADINGS)


def test_parameters_that_the_description_names_exist():
    """A name of two words or more in code letters is something of the code."""
    names = set(re.findall(r"`([a-z]+(?:_[a-z0-9]+)+)`", text("odd.md") + text("departures.md")))
    code = "\n".join(
        path.read_text(encoding="utf-8")
        for folder in ("sim", "scenarios", "experiments")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in (".py", ".yaml")
    )
    for name in names - set(registry()):
        assert re.search(rf"\b{name}\b", code), f"docs: `{name}` is gone"


def test_what_the_buyers_pattern_was_set_by_is_varied():
    """Thirteen figures behind one pattern: none of them may be held as if it were known."""
    row = next(line for line in text("odd.md").splitlines() if line.startswith("| Manufacturing-"))
    names = re.findall(r"`(\w+)`", row)
    assert len(names) == 13
    assert set(names) <= set(assumed())
