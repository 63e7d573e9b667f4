"""compare --precision, status and resume as people type them, on the real model."""

import json

import pandas as pd
import pytest

from experiments import runner, store
from kemitraan.cli import main
from tests.batch_folders import same_files
from tests.dying import without_figures

WORDS = ["compare", "voluntary_coaching", "--scale", "200", "--months", "36", "--jobs", "1",
         "--replicates", "16", "--uncertainty", "seeds", "--quiet"]  # fmt: skip
SIGN = ["--precision", "profit: sign", "--max-replicates", "60"]


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(store, "_figures", lambda *_: None)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A folder whose runs stopped before the cap."""
    folder = tmp_path_factory.mktemp("whole") / "x"
    assert without_figures(lambda: main([*WORDS, *SIGN, "--out", str(folder)])) == 0
    return folder


def test_runs_stop_before_the_cap_and_say_so(whole, capsys):
    assert main(["status", str(whole)]) == 0
    said = capsys.readouterr().out
    pairs = json.loads((whole / "manifest.json").read_text("utf-8"))["precision"]["pairs"]
    assert 16 < pairs < 60
    assert f"{pairs} done, 0 failed, 0 to come" in said
    assert f"at {pairs} pairs, 1 of 1 reached" in said
    assert f"{60 - pairs} further runs of the design were not needed" in said
    table = pd.read_csv(whole / "precision.csv")
    assert table.loc[0, ["outcome", "asked", "reached", "runs"]].tolist() == [
        "profit", "sign", True, pairs
    ]  # fmt: skip
    for name in ("intervals", "quantile_effects", "dominance"):
        assert len(pd.read_csv(whole / f"{name}.csv")) > 0


def test_interrupted_and_resumed_it_ends_with_the_same_bytes(whole, tmp_path, monkeypatch, capsys):
    from experiments import compare_batch

    unit, left = runner.run_unit, [20]

    def interrupting(study, job):
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        return unit(study, job)

    monkeypatch.setattr(compare_batch, "run_unit", interrupting)
    interrupting.__module__, interrupting.__qualname__ = unit.__module__, unit.__qualname__
    assert main([*WORDS, *SIGN, "--out", "x"]) == 130
    monkeypatch.setattr(compare_batch, "run_unit", unit)
    capsys.readouterr()
    assert main(["status", "x"]) == 0
    said = capsys.readouterr().out
    assert "precision: profit: sign: after look 1 of 5, at 16 pairs" in said
    assert main(["resume", "x", "--quiet"]) == 0
    assert same_files(tmp_path / "x") == same_files(whole)


def test_what_was_not_reached_ends_with_3_and_says_what_would_do(capsys):
    words = [*WORDS, "--precision", "jobs: 0.001", "--max-replicates", "16", "--out", "x"]
    assert main(words) == 3
    said = " ".join(capsys.readouterr().out.split())
    assert "not reached: jobs (owners and hired), voluntary_coaching (0.001): half width" in said
    assert "would do" in said


def test_wrong_use_ends_with_2(capsys):
    assert main([*WORDS, "--precision", "proft: sign"]) == 2
    assert "did you mean 'profit'?" in capsys.readouterr().err
    assert main([*WORDS, "--max-replicates", "60"]) == 2
    assert "--max-replicates 60: is the cap of --precision" in capsys.readouterr().err


def test_the_plan_says_how_many_there_may_be(capsys):
    words = [word for word in WORDS if word != "--quiet"]
    assert main(["plan", *words[1:], *SIGN]) in (0, 3)
    said = capsys.readouterr().err
    assert "x 16 to 60 pairs x" in said
    assert "looks at 16, 24, 32, 40, 60 pairs" in said
