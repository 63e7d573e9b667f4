"""The page of a real comparison: what the folder keeps, and the command that gives it again."""

from __future__ import annotations

import csv
import json
import re

import pytest

from experiments import store
from experiments.compare import compare
from kemitraan.cli import main
from scenarios.scenario import load_scenario
from sim.errors import KemitraanError

SMALL = {"scale": 200, "months": 36, "replicates": 2, "jobs": 1, "quiet": True}
RULE = """name: my_rule
title: {id: 'Aturan "saya" <b>', en: My rule}
extends: mandated_hotel_partnership
region: surabaya
levers: {hotel: {quota: 0.2}}
assume:
  displacement: {value: 0.4, range: [0.2, 0.8], source: "interviews, March 2026"}
"""


@pytest.fixture(autouse=True)
def _no_figures(monkeypatch):
    monkeypatch.setattr(store, "_figures", lambda *_: None)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    home = tmp_path_factory.mktemp("run")
    rule = home / "rule.yaml"
    rule.write_text(RULE, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "_figures", lambda *_: None)
        return compare([rule, "cash_grant"], fixed_replicates=2, out=home / "made", **SMALL).folder


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_what_the_folder_keeps_for_the_page(folder):
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["schema"] == store.SCHEMA
    kept = ("ceiling.csv", "levels.csv", "assumptions.csv", "drivers.csv", "displacement.csv")
    assert set(kept) < set(manifest["files"])
    assert manifest["command"]["words"][:4] == ["kemitraan", "compare", "scenarios/my_rule.yaml",
                                                "cash_grant"]  # fmt: skip
    assert manifest["command"]["files"] == ["scenarios/my_rule.yaml"]
    assert manifest["command"]["missing"] == []
    assert manifest["command"]["fixed_replicates"] == 2
    assert (folder / "scenarios" / "my_rule.yaml").read_text(encoding="utf-8") == RULE
    own = {row["parameter"]: row for row in rows(folder / "assumptions.csv")}["displacement"]
    assert (own["value"], own["low"], own["high"]) == ("0.4", "0.2", "0.8")
    assert own["assumed_by"] == "my_rule"
    assert own["source"] == "interviews, March 2026"
    assert len(manifest["notes"]) == len(manifest["notes_id"])


@pytest.mark.parametrize("lang", ["en", "id"])
def test_the_page_of_a_run(folder, lang, capsys):
    assert main(["report", str(folder), "--lang", lang]) == 0
    text = (folder / f"report.{lang}.html").read_text(encoding="utf-8")
    capsys.readouterr()
    assert f'<html lang="{lang}">' in text
    assert "<b>" not in text[: text.index("</header>")]
    assert ("My rule" if lang == "en" else "Aturan &#34;saya&#34; &lt;b&gt;") in text
    summary = {(r["scenario"], r["outcome"], r["window"]): r for r in rows(folder / "summary.csv")}
    pairs = summary["my_rule", "profit", "policy"]["pairs"]
    assert pairs == "2"
    assert ("Only 2 paired simulations" if lang == "en" else "Hanya 2 simulasi") in text
    assert "interviews, March 2026" in text
    assert "2027" in text
    # A run of 36 months has no year after funding stops.
    assert ("After funding has stopped" if lang == "en" else "Setelah pendanaan") not in text


def test_the_command_gives_the_same_numbers_again(tmp_path, monkeypatch):
    rule = tmp_path / "rule.yaml"
    rule.write_text(RULE, encoding="utf-8")
    first = compare([rule], uncertainty="seeds", out=tmp_path / "first", **SMALL).folder
    words = json.loads((first / "manifest.json").read_text(encoding="utf-8"))["command"]["words"]
    monkeypatch.chdir(first)
    again = tmp_path / "again"
    assert main([*words[1:], "--jobs", "1", "--quiet", "--out", str(again)]) == 0
    for name in ("summary.csv", "ceiling.csv", "assumptions.csv", "levels.csv"):
        assert (again / name).read_bytes() == (first / name).read_bytes(), name


def test_a_rule_set_from_python_is_named_as_missing(tmp_path):
    rule = load_scenario("cash_grant", levers={"cash_grant.firms_per_year": 10})
    result = compare(rule, uncertainty="seeds", out=tmp_path / "x", **SMALL)
    command = json.loads((tmp_path / "x" / "manifest.json").read_text(encoding="utf-8"))["command"]
    assert command["missing"] == ["cash_grant"]
    assert command["files"] == []
    assert not (tmp_path / "x" / "scenarios").exists()  # the shipped file is not what was run
    assert result.report("id") == tmp_path / "x" / "report.id.html"


def test_a_comparison_without_a_folder_has_no_page():
    result = compare("cash_grant", uncertainty="seeds", **SMALL)
    with pytest.raises(KemitraanError, match="in no folder; give compare"):
        result.report()


ENGLISH = re.compile(
    r"\b(the|of|and|firms?|better|runs?|range|against|because|share|not set|registry|default|year|"
    r"month|measured|assumed|guessed|hotels|starts|ends|closed|less|more|more is|with|from)\b"
)


@pytest.mark.parametrize(
    "words",
    [
        ["compare", "hotel_memorandum", "--scale", "200", "--months", "36", "--replicates", "2",
         "--jobs", "1", "--uncertainty", "seeds"],
        ["ceiling", "mandated_hotel_partnership"],
        ["ceiling", "cash_grant"],
        ["list", "outcomes"],
        ["list", "levers"],
        ["list", "scenarios"],
        ["show", "hotel_memorandum", "--resolved"],
        ["trace", "mandated_hotel_partnership", "--pick", "partner", "--scale", "100"],
        ["sensitivity", "hotel_memorandum", "--scale", "200", "--months", "36", "--samples", "2",
         "--parameters", "displacement,paper_cost", "--jobs", "1"],
    ],
)  # fmt: skip
def test_no_english_is_left_in_indonesian_output(words, tmp_path, monkeypatch, capsys):
    from experiments import sensitivity_store

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sensitivity_store, "_figures", lambda *_: None)
    assert main([*words, "--lang", "id"]) == 0
    shown = capsys.readouterr()
    left = [line for line in (shown.out + shown.err).splitlines() if ENGLISH.search(line)]
    # Keys are never translated: an option's words, a folder, a file.
    key = r"^\S+" if words[0] == "list" else r"^$"
    left = [x for x in left if ENGLISH.search(re.sub(rf"{key}|--\w+|\S*[_./]\S*", "", x))]
    assert left == []
