"""The assumption ledger: what it names exists, and what it says was measured was."""

from __future__ import annotations

import re
import runpy
from functools import cache
from math import isnan
from pathlib import Path

import pytest

from benchmarks.assumptions import COLUMNS, effects, measured
from scenarios.scenario import list_scenarios
from sim.outcomes import OUTCOMES
from sim.parameters import Parameters, evidence, levers, registry
from sim.parameters.entries import load_yaml
from tests.named import missing

DOCS = Path(__file__).resolve().parents[1] / "docs"
ENTRIES = load_yaml(DOCS / "assumptions.yaml")
FIELDS = {"title", "about", "statement", "evidence", "if_wrong", "known", "switch", "tests"}


@cache
def maker():
    return runpy.run_path(str(DOCS / "make_assumptions.py"))


def rows_of(name):
    return [row for row in maker()["rows_measured"]() if row["assumption"] == name]


def test_the_page_is_what_the_ledger_makes_now():
    made = maker()["document"]()
    page = (DOCS / "assumptions.md").read_text(encoding="utf-8")
    assert page == made, "run: python docs/make_assumptions.py"


def test_ids_stand_in_their_order_and_once():
    text = (DOCS / "assumptions.yaml").read_text(encoding="utf-8")
    assert re.findall(r"^(A\d+):$", text, re.MULTILINE) == list(ENTRIES)
    assert list(ENTRIES) == [f"A{k:02d}" for k in range(1, len(ENTRIES) + 1)]
    titles = [entry["title"] for entry in ENTRIES.values()]
    assert len(set(titles)) == len(titles) > 50


@pytest.mark.parametrize("name", ENTRIES)
def test_an_assumption_says_all_it_must(name):
    entry = ENTRIES[name]
    assert set(entry) - {"guess", "look_at"} == FIELDS
    assert entry["about"] in ("structure", "figure")
    assert entry["known"] in maker()["KNOWN"]
    assert set(entry["switch"]) <= {"parameters", "levers", "alternative"}
    assert entry["switch"], "say what switches it off, or what would have to be built"
    for field in ("title", "statement", "if_wrong"):
        assert isinstance(entry[field], str)
        assert entry[field]
    assert (
        entry["evidence"] or entry["about"] == "structure" or "guess" not in entry or entry["guess"]
    )


@pytest.mark.parametrize("name", ENTRIES)
def test_its_rows_of_evidence_exist_and_are_spelt_out(name):
    page = (DOCS / "parameters.md").read_text(encoding="utf-8")
    for row in ENTRIES[name]["evidence"]:
        assert row in evidence(), f"{name}: {row}"
        assert re.search(rf"^\| {row} (\(recalled\) )?\|", page, re.MULTILINE), row


@pytest.mark.parametrize("name", ENTRIES)
def test_its_switch_can_be_set(name):
    own = ENTRIES[name]["switch"]
    Parameters.default().replace(check=False, **own.get("parameters", {}))
    for lever, value in own.get("levers", {}).items():
        known = levers()[lever]
        assert known.low <= value <= known.high, lever


@pytest.mark.parametrize("name", ENTRIES)
def test_its_tests_are_there(name):
    entry = ENTRIES[name]
    assert [f"{test}: {fault}" for test in entry["tests"] if (fault := missing(test))] == []
    if entry["known"] in ("knock-out", "direction", "identity"):
        assert entry["tests"], f"{name} is known by a {entry['known']}, and names no test"


@pytest.mark.parametrize("name", ENTRIES)
def test_what_its_texts_name_in_code_letters_exists(name):
    entry = ENTRIES[name]
    known = {*registry(), *levers(), "goods.*.umkm_certified", "programmes.*",
             "region.restaurants.*", "sim/month.py", "--scale 1"}  # fmt: skip
    said = " ".join((entry["statement"], entry["if_wrong"], entry.get("guess", ""),
                     entry["switch"].get("alternative", "")))  # fmt: skip
    assert set(re.findall(r"`([^`]+)`", said)) <= known


@pytest.mark.parametrize("name", [name for name, entry in ENTRIES.items() if "look_at" in entry])
def test_what_was_to_be_measured_was(name):
    look, off = ENTRIES[name]["look_at"], ENTRIES[name]["switch"]["parameters"]
    assert off
    assert look["scenario"] in list_scenarios()
    assert set(look["outcomes"]) <= set(OUTCOMES)
    found = [(row["scenario"], row["outcome"], row["window"]) for row in rows_of(name)]
    window = look.get("window", "policy")
    assert found == [(look["scenario"], outcome, window) for outcome in look["outcomes"]], (
        "run: python -m benchmarks.assumptions > docs/assumptions_measured.csv"
    )


def test_what_is_known_by_runs_has_some():
    for name, entry in ENTRIES.items():
        if entry["known"] == "run":
            assert rows_of(name), name


def test_measured_rows_are_of_this_ledger():
    rows = maker()["rows_measured"]()
    assert tuple(rows[0]) == COLUMNS
    assert {row["assumption"] for row in rows} <= set(ENTRIES)
    assert len({(row["seeds"], row["scale"]) for row in rows}) == 1
    for row in rows:
        change = float(row["off"]) - float(row["as_is"])
        wide = 2e-3 * max(abs(float(row["off"])), abs(float(row["as_is"]))) + 1e-9
        assert float(row["change"]) == pytest.approx(change, abs=wide)
        assert float(row["change_low"]) <= float(row["change"]) <= float(row["change_high"])


def test_without_a_policy_an_effect_is_nothing_with_or_without_an_assumption():
    for changes in ({}, {"displacement": 0.0}):
        found = effects("no_policy", "policy", changes, seed=1, scale=200)
        known = {v for k, v in found.items() if not (isnan(v) or OUTCOMES[k].twin)}
        assert known == {0.0}


def test_measuring_sets_the_switch_and_compares_the_same_luck():
    rows = measured("A06", {**ENTRIES["A06"]}, seeds=2, scale=200)
    moved = next(row for row in rows if row["outcome"] == "moved_from_umkm")
    assert float(moved["as_is"]) != 0.0
    assert float(moved["off"]) == pytest.approx(0.0, abs=1e-3)  # nobody supplies wholesalers
    assert measured("A01", ENTRIES["A01"], seeds=2, scale=200) == []
