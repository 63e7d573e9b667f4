"""`kemitraan trial`: the table, the folder, refusals with exit code 2, both languages."""

from __future__ import annotations

import json

import pytest

from kemitraan.cli import main

TRIAL = """\
name: mine
region: surabaya
eligible: {size: micro}
units: 120
treatment:
  - coaching: {kind: class, intensity: 1, months: 6}
horizons: [6, 12]
recall_months: 3
outcomes: [profit, practice]
take_up: 0.7
attrition: 0.1
replicates: 3
costs: {million_rp_per_unit: 2, million_rp_per_interview: 0.2, fixed: 5}
"""
FAST = ("--scale", "200", "--jobs", "1")


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.yaml").write_text(TRIAL, encoding="utf-8")
    return tmp_path


def test_a_trial_prints_its_table_and_writes_a_folder(here, capsys):
    assert main(["trial", "mine.yaml", *FAST]) == 0
    out, err = capsys.readouterr()
    assert err.startswith("plan: 3 trials x 120 units of about ")
    lines = out.splitlines()
    assert lines[0] == "mine (mine): surabaya, base scenario no_policy"
    assert lines[-1] == "runs/trial-001"
    assert any(line.startswith("business practice, 0-1") for line in lines)
    # Not all took it up: effects on those who did stand beside those on all.
    assert "taken up: one trial" in out
    assert (here / "runs" / "trial-001" / "trial.csv").is_file()
    assert main(["trial", "mine.yaml", *FAST, "--quiet"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert out.splitlines()[-1] == "runs/trial-002"


def test_one_document_and_a_pilot(here, capsys):
    words = ["trial", "mine.yaml", *FAST, "--json", "--power", "0.8", "--out", "pilot", "--quiet"]
    assert main(words) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["folder"] == "pilot"
    assert document["plan"]["replicates"] == 3
    assert document["power"]["power"] == 0.8
    assert document["power"]["cost_sources"]["million_rp_per_unit"] == "file"
    assert {row["estimand"] for row in document["table"]} >= {"itt", "tot", "truth", "spillover"}
    assert (here / "pilot" / "power.csv").is_file()
    assert (here / "pilot" / "trial.yaml").read_text(encoding="utf-8") == TRIAL


def test_everything_in_indonesian(here, capsys):
    words = ["trial", "mine.yaml", *FAST, "--replicates", "2", "--lang", "id", "--power", "0.8"]
    assert main(words) == 0
    out, err = capsys.readouterr()
    assert err.startswith("rencana: 2 uji coba x 120 unit")
    for text in ("skenario dasar no_policy", "sebenarnya", "UJI AWAL", "praktik usaha, 0-1",
                 "unit yang diperlukan", "usaha yang tutup dihitung tanpa laba"):  # fmt: skip
        assert text in out, text
    assert "truth" not in out


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["trial", "nosuch"], "nosuch: neither a shipped trial nor a file; shipped: cash_grant"),
        (["trial", "mine.yaml", "--power", "2"], "--power 2: is outside 0.1..0.99"),
        (["trial", "mine.yaml", "--power", "much"], "'much' is no number between 0 and 1"),
        (["trial", "mine.yaml", "--replicates", "1"], "--replicates 1: is outside 2..100000"),
        (["trial", "cash_grant", "--scale", "200"], "--scale 200: leaves about "),
        (["trial", "mine.yaml", "--uncertainty", "x"], "--uncertainty x: is not known"),
        (["trial", "mine.yaml", "--region", "atlantis"], "no region 'atlantis'"),
        (["trial", "bad.yaml"], "2 errors in bad.yaml"),
        (["trial", "bad.yaml", "--lang", "id"],
         ("bad.yaml:3:14: treatment.1.tax: bukan jenis perlakuan: pajak dan izin tidak ada dalam "
         "model; yang terdekat yang bisa: cash_grant, atau payment_terms")),
        (["init", "new.yaml", "--trial", "nosuch"], "--trial nosuch: no shipped trial"),
    ],
)  # fmt: skip
def test_wrong_use_ends_with_two_and_says_what_would_do(here, capsys, words, expected):
    (here / "bad.yaml").write_text(
        "name: bad\nunits: 2\ntreatment: [{tax: {}}]\n", encoding="utf-8"
    )
    assert main(words) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert expected in err


def test_trials_are_listed_checked_and_begun_from(here, capsys):
    assert main(["list", "trials"]) == 0
    assert "class_training" in capsys.readouterr().out
    assert main(["list", "trials", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert next(r for r in rows if r["name"] == "placebo")["treatment"] == ""
    assert main(["init", "own.yaml", "--trial", "mentor"]) == 0
    assert "wrote own.yaml" in capsys.readouterr().err
    assert "\nname: own\n" in (here / "own.yaml").read_text(encoding="utf-8")
    assert main(["check", "own.yaml", "mentor", "mine.yaml"]) == 0
    assert capsys.readouterr().out.splitlines() == ["own.yaml: ok", "mentor: ok", "mine.yaml: ok"]
    (here / "own.yaml").write_text("name: own\ntreatment: [{cash_grant: {}}]\n", encoding="utf-8")
    assert main(["check", "own.yaml"]) == 2
    assert "cash_grant.million_rp: missing" in capsys.readouterr().err
    (here / "far.yaml").write_text(TRIAL.replace("surabaya", "atlantis"), encoding="utf-8")
    assert main(["check", "far.yaml"]) == 2
    assert "far.yaml: region: no region 'atlantis'" in capsys.readouterr().err
