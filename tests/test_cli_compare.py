"""`kemitraan compare` and `kemitraan ceiling` as people type them."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys

import pytest

from kemitraan.cli import main
from scenarios.region import REGIONS

SMALL = ["--scale", "100", "--months", "36", "--replicates", "2", "--jobs", "1"]
FIXED = [*SMALL, "--uncertainty", "seeds"]


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    """Folders go to a place of the test's own; figures have tests of their own."""
    from experiments import store

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(store, "_figures", lambda *_: None)


def test_a_table_and_a_folder(capsys, tmp_path):
    assert main(["compare", "cash_grant", *FIXED]) == 0
    shown = capsys.readouterr()
    assert shown.out.splitlines()[-1] == "runs/compare-001"
    assert "against no_policy" in shown.out
    assert "plan: 2 scenarios x 2 pairs x 1,400 firms x 36 months" in shown.err
    assert re.fullmatch(r"done in \d+ s", shown.err.splitlines()[-1])
    assert (tmp_path / "runs" / "compare-001" / "manifest.json").is_file()
    assert main(["compare", "cash_grant", *FIXED, "--quiet"]) == 0
    shown = capsys.readouterr()
    assert shown.out.splitlines()[-1] == "runs/compare-002"
    assert shown.err == ""


def test_flags_that_replace_what_files_say_are_told(capsys, tmp_path):
    shutil.copytree(REGIONS / "surabaya", tmp_path / "town")
    words = ["compare", "cash_grant", *FIXED, "--region", "town"]
    assert main([*words, "--json"]) == 0
    shown = capsys.readouterr()
    json.loads(shown.out)
    assert "--months 36 replaces 108 (no_policy.yaml:9, cash_grant.yaml:14)\n" in shown.err
    assert "--region town replaces surabaya (cash_grant.yaml:13)\n" in shown.err
    assert main([*words, "--lang", "id"]) == 0
    assert "--region town menggantikan surabaya" in capsys.readouterr().err
    assert main([*words, "--quiet"]) == 0
    assert capsys.readouterr().err == ""
    (tmp_path / "short.yaml").write_text(
        "name: short\nextends: cash_grant\nregion: surabaya\nmonths: 36\n", encoding="utf-8"
    )
    assert main(["compare", "short.yaml", *FIXED]) == 0
    assert "--months 36 replaces 108 (no_policy.yaml:9)\n" in capsys.readouterr().err
    assert main(["ceiling", "cash_grant", "--region", "town", "--json"]) == 0
    shown = capsys.readouterr()
    json.loads(shown.out)
    assert shown.err == "--region town replaces surabaya (cash_grant.yaml:13)\n"


def test_who_gains_and_who_loses_follows_the_effects(capsys):
    assert main(["compare", "cash_grant", *FIXED, "--quiet"]) == 0
    shown = capsys.readouterr().out
    assert shown.index("YEAR 1 (2027): who gains, who loses") > shown.index("POLICY YEARS")
    assert "treasury, public cost" in shown
    assert "public cost, per firm of eligible sectors, Rp/month/firm" in shown
    assert main(["compare", "cash_grant", *FIXED, "--quiet", "--json", "--lang", "id"]) == 0
    rows = json.loads(capsys.readouterr().out)["stakeholders"]
    assert {row["window"] for row in rows} == {"year 1"}
    # Data for programs are never translated.
    assert {"partners", "treasury"} <= {row["stakeholder"] for row in rows}
    assert "lose" in {row["verdict"] for row in rows}


def test_one_json_document(capsys):
    words = ["compare", "cash_grant", *FIXED, "--json", "--windows", "year 1", "--by", "size_class"]
    assert main(words) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["folder"] == "runs/compare-001"
    assert {row["window"] for row in document["effects"]} == {"year 1"}
    assert "micro" in {row["group"] for row in document["effects"]}


def test_a_window_the_run_does_not_have_is_told(capsys):
    assert main(["compare", "cash_grant", *FIXED, "--windows", "year 1,year 3"]) == 0
    shown = capsys.readouterr()
    assert "YEAR 1 (2027)" in shown.out
    assert "no year 3 in a run of 36 months" in shown.err
    assert main(["compare", "cash_grant", *FIXED, "--windows", "all"]) == 0
    assert "in a run of" not in capsys.readouterr().err


def test_a_groups_table(capsys):
    words = ["compare", "cash_grant", *FIXED, "--by", "district", "--lang", "id", "--quiet"]
    assert main(words) == 0
    shown = capsys.readouterr().out
    assert "Tegalsari" in shown
    assert "asumsi dibuat tetap" in shown


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["compare", "cash_gran"], "cash_grant"),
        (["compare", "--windows", "year 7"], "no window 'year 7'"),
        (["compare", "--by", "colour"], "no grouping 'colour'"),
        (["compare", "--by", ""], "no grouping ''"),
        (["compare", "lost.yaml"], "lost.yaml:3: region: no region 'nowhere'"),
        (["ceiling", "lost.yaml"], "lost.yaml:3: region: no region 'nowhere'"),
        (["compare", "--replicates", "0"], "--replicates 0"),
        (["compare", "--scale", "x"], "--scale x"),
        (["compare", "--scale", "0"], "--scale 0: is outside 1..700"),
        (["compare", "--jobs", "some"], "'some' is not a whole number"),
        (["compare", "--months", "12"], "--months 12: is outside 36..600"),
        (["compare", "--region", "nowhere"], "no region 'nowhere'"),
        (["compare", "--out", "full"], "not empty"),
        (["compare", "--uncertainty", "both"], "--uncertainty both"),
        (["ceiling", "nothing"], "nothing"),
    ],
)
def test_wrong_use_ends_with_2_and_writes_nothing(capsys, tmp_path, words, message):
    (tmp_path / "lost.yaml").write_text(
        "name: lost\nextends: cash_grant\nregion: nowhere\n", encoding="utf-8"
    )
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "kept.txt").write_text("kept", encoding="utf-8")
    assert main(words) == 2
    shown = capsys.readouterr()
    assert message in shown.err
    assert shown.out == ""
    assert not (tmp_path / "runs").exists()
    assert [p.name for p in (tmp_path / "full").iterdir()] == ["kept.txt"]


def test_an_interrupt_before_the_first_run_writes_nothing(capsys, tmp_path, monkeypatch):
    import experiments.compare

    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(experiments.compare, "pilot", stop)
    assert main(["compare", "cash_grant", *FIXED]) == 130
    assert "no folder was written" in capsys.readouterr().err
    assert not (tmp_path / "runs").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT for one process")
def test_an_interrupt_while_workers_start_ends_the_run(tmp_path):
    words = ["compare", "cash_grant", "--scale", "20", "--replicates", "64", "--jobs", "2"]
    running = subprocess.Popen(
        [sys.executable, "-m", "kemitraan", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=dict(os.environ),
        # A shell has what it starts in the background ignore interrupts, and children inherit it.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    )
    said = ""
    while "plan: " not in said:
        line = running.stderr.readline()
        assert line, said
        said += line
    running.send_signal(signal.SIGINT)
    out, rest = running.communicate(timeout=300)  # a machine may be busy; it ends by itself
    # Python itself may end by the signal, which a shell shows as 130 too.
    assert running.returncode in (130, -signal.SIGINT)
    assert rest.splitlines()[-1] == "interrupted"
    if (tmp_path / "runs").exists():  # it may have come before the first run, or after it
        assert "112 runs are kept; to go on: kemitraan resume runs/compare-001" in rest
    assert "Traceback" not in rest
    assert out == ""


def test_the_ceiling(capsys):
    assert main(["ceiling", "mandated_hotel_partnership"]) == 0
    shown = capsys.readouterr().out
    assert "hotels" in shown
    assert "not in this version" in shown
    assert main(["ceiling", "hotel_memorandum", "--lang", "id"]) == 0
    shown = capsys.readouterr().out
    assert "bagian yang dijanjikan (asumsi); semua yang diundang ikut" in shown
    for english in ("buyers", "no rule", "floor", "this version"):
        assert english not in shown
    assert main(["ceiling", "hotel_memorandum", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert rows[0]["channel"] == "hotels"
    buys = {row["channel"]: row["buys"] for row in rows}
    assert buys["agencies"] == pytest.approx(21_154.0)  # the uniforms of region.yaml
    assert buys["export"] is None


def test_a_script_without_a_main_guard_runs_on_two_workers(tmp_path):
    """Spawned workers do not run the caller's script again, and load no Mesa."""
    script = tmp_path / "study.py"
    script.write_text(
        "print('once')\n"
        "from experiments.compare import compare\n"
        "result = compare('cash_grant', uncertainty='seeds', replicates=3, jobs=2, scale=100,\n"
        "                 months=36, quiet=True)\n"
        "print(len(result.results))\n",
        encoding="utf-8",
    )
    done = subprocess.run(
        [sys.executable, str(script)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env=dict(os.environ),
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["once", "3"]


@pytest.mark.parametrize(
    ("more", "last"),
    [([], "free some space, then: kemitraan resume"), (["--lang", "id"], "kosongkan ruang, lalu:")],
)
def test_what_cannot_be_written_is_shown_all_the_same(monkeypatch, capsys, tmp_path, more, last):
    """And the runs are kept: going on writes it."""
    from experiments import store

    def full(*_):
        raise OSError(28, "No space left on device")

    words = ["compare", "cash_grant", *FIXED, "--quiet", *more]
    with monkeypatch.context() as patch:
        patch.setattr(store, "_tables", full)
        assert main([*words, "--out", "mine"]) == 1
        shown = capsys.readouterr()
        assert ("UMKM profit" if not more else "laba UMKM") in shown.out
        assert shown.out.splitlines()[-1] != "mine"
        assert "No space left" in shown.err
        assert last in shown.err.splitlines()[-1]
        assert "Traceback" not in shown.err
        assert main([*words, "--json"]) == 1
        document = json.loads(capsys.readouterr().out)
        assert document["folder"] is None
        assert document["effects"]
    assert main(["resume", "mine", "--quiet"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "mine"
    assert json.loads((tmp_path / "mine" / "manifest.json").read_text("utf-8"))["complete"]


@pytest.mark.parametrize("command", ["check", "compare"])
def test_a_policy_called_as_the_baseline_is_refused(monkeypatch, capsys, tmp_path, command):
    (tmp_path / "no_policy.yaml").write_text(
        "extends: cash_grant\nregion: surabaya\nname: no_policy\n", encoding="utf-8"
    )
    assert main([command, "no_policy.yaml"]) == 2
    shown = capsys.readouterr().err
    assert "no_policy.yaml:3" in shown
    assert "give it another name" in shown
    assert main([command, "no_policy.yaml", "--lang", "id"]) == 2
    assert "beri nama lain" in capsys.readouterr().err


def test_another_scenario_of_the_baselines_name_is_refused(capsys, tmp_path):
    (tmp_path / "mine.yaml").write_text(
        "name: cash_grant\nextends: cash_grant\nregion: surabaya\n"
        "levers:\n  cash_grant: {firms_per_year: 10}\n",
        encoding="utf-8",
    )
    words = ["compare", "mine.yaml", "--baseline", "cash_grant", "--quiet"]
    assert main(words) == 2
    assert "two different scenarios are called 'cash_grant'" in capsys.readouterr().err
