"""Explorations as batches: nothing lost, nothing sized again, the same bytes, failures told."""

import json

import numpy as np
import pandas as pd
import pytest

import kemitraan as km
from experiments import sizing
from experiments.batch import need
from experiments.explore import batch, store
from experiments.explore.explore import explore
from experiments.explore.folder import read_draws
from kemitraan.cli import main
from sim.errors import KemitraanError
from tests.batch_folders import same_files

RULE, GRANT = "mandated_hotel_partnership", "cash_grant"
WORDS = ["explore", RULE, GRANT, "--scale", "200", "--months", "36", "--replicates", "16",
         "--satisfy", "profit>0", "--against", GRANT, "--quiet"]  # fmt: skip


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(store, "_figures", lambda *_: None)


def after(monkeypatch, runs, words, error):
    """Runs a command whose runs raise an error once so many are done."""
    inner, left = batch.region_values, [runs]

    def counted(study, job):
        left[0] -= 1
        if left[0] < 0:
            raise error
        return inner(study, job)

    counted.__module__, counted.__qualname__ = inner.__module__, inner.__qualname__
    with monkeypatch.context() as patch:
        patch.setattr(batch, "region_values", counted)
        return main([*words, "--jobs", "1"])


def without(monkeypatch, replicates, words):
    """Runs a command in which some draws fail."""
    inner = batch.region_values

    def broken(study, job):
        if job.replicate in replicates:
            raise ValueError("no such world")
        return inner(study, job)

    broken.__module__, broken.__qualname__ = inner.__module__, inner.__qualname__
    with monkeypatch.context() as patch:
        patch.setattr(batch, "region_values", broken)
        return main([*words, "--jobs", "1"])


def test_an_interrupted_exploration_goes_on_to_the_same_bytes(tmp_path, monkeypatch, capsys):
    """With two workers, and without sizing the grant again."""
    assert main([*WORDS, "--jobs", "1", "--out", "uninterrupted"]) == 0
    whole = capsys.readouterr().out
    assert after(monkeypatch, 6, [*WORDS, "--out", "part"], KeyboardInterrupt()) == 130
    assert "6 of 16 runs are kept; to go on: kemitraan resume part" in capsys.readouterr().err
    assert (km.status("part").done, km.status("part").kind) == (6, "explore")
    with pytest.raises(KemitraanError, match=r"is not complete, .*to go on: kemitraan resume"):
        read_draws(tmp_path / "part")

    def sized(*_):
        raise AssertionError("sized again")

    with monkeypatch.context() as patch:
        patch.setattr(sizing, "size", sized)
        patch.setattr(sizing, "equalise", sized)
        assert main(["resume", "part", "--quiet", "--jobs", "2"]) == 0
    assert capsys.readouterr().out == whole.replace("uninterrupted", "part")
    assert same_files(tmp_path / "part") == same_files(tmp_path / "uninterrupted")
    assert main(["verify", "part"]) == 0
    assert main(["rerun", "part", "9"]) == 0
    assert "byte for byte" in capsys.readouterr().out
    assert main(["resume", "part", "--quiet"]) == 0


def test_a_failed_draw_is_left_out_named_and_ends_with_1(tmp_path, monkeypatch, capsys):
    assert without(monkeypatch, (0, 5), [*WORDS, "--out", "x"]) == 1
    shown = capsys.readouterr()
    said = " ".join(shown.out.split())
    assert "2 of 16 replicates are missing from every table, their runs failed: run 0" in said
    assert "2 of 16 runs failed, the first of them run 0 (run): no such world" in shown.err
    assert set(pd.read_csv("x/regret.csv")["draws"]) == {14}
    rows = pd.read_parquet("x/runs.parquet")
    assert list(rows.index[rows["stage"] == "run"]) == [0, 5]
    others = explore(tmp_path / "x")
    whole = explore([RULE, GRANT], scale=200, months=36, replicates=16, quiet=True, jobs=1)
    kept = [k for k in range(16) if k not in (0, 5)]
    np.testing.assert_array_equal(others.draws.numbers, whole.draws.numbers[kept])
    np.testing.assert_array_equal(others.draws.points, whole.draws.points[kept])
    assert others.draws.runs == tuple(kept)
    again = explore(tmp_path / "x", out="again")
    assert explore(again.folder).draws.runs == tuple(kept)
    assert main(["resume", "x", "--failed", "--quiet"]) == 0
    assert main([*WORDS, "--out", "y"]) == 0
    assert same_files(tmp_path / "x") == same_files(tmp_path / "y")


def test_stop_ends_at_the_first_failure_and_too_many_are_no_table(tmp_path, monkeypatch, capsys):
    words = [*WORDS, "--out", "x", "--on-error", "stop"]
    assert without(monkeypatch, (3,), words) == 1
    assert "run 3 failed (run): no such world; " in capsys.readouterr().err
    assert not (tmp_path / "x" / "regret.csv").exists()
    assert main(["resume", "x", "--failed", "--quiet"]) == 0
    assert set(pd.read_csv("x/regret.csv")["draws"]) == {16}
    assert without(monkeypatch, range(15), [*WORDS, "--out", "z"]) == 1
    assert "15 of 16 runs failed, too many for a table" in capsys.readouterr().err


def test_a_comparison_with_a_failed_draw_is_explored_by_the_others(tmp_path, monkeypatch):
    from experiments import compare_batch

    inner = compare_batch.run_unit

    def broken(study, job):
        if job.replicate == 2 and job.role == "draw":
            raise ValueError("no such world")
        return inner(study, job)

    broken.__module__, broken.__qualname__ = inner.__module__, inner.__qualname__
    monkeypatch.setattr(compare_batch, "run_unit", broken)
    found = km.compare(
        [RULE, GRANT], replicates=8, fixed_replicates=2, scale=200, months=36, quiet=True, jobs=1,
        out=tmp_path / "c",
    )  # fmt: skip
    read, own = explore(tmp_path / "c").draws, explore(found).draws
    assert read.runs == own.runs == (0, 1, 3, 4, 5, 6, 7)
    np.testing.assert_array_equal(read.numbers, own.numbers)
    np.testing.assert_array_equal(read.points, own.points)


def test_what_does_not_fit_is_refused_before_the_folder(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(need, "free_disk", lambda _: 0)
    inner = need.refuse_what_does_not_fit
    monkeypatch.setattr(batch, "refuse_what_does_not_fit", lambda one, where: inner(
        one, where, disk=lambda _: 1000, memory=lambda: None
    ))  # fmt: skip
    assert main([*WORDS, "--out", "x"]) == 2
    assert "of disk, and 1.0 kB are free" in capsys.readouterr().err
    assert not (tmp_path / "x").exists()


def test_a_plan_starts_nothing(tmp_path, capsys):
    assert main([*WORDS, "--plan", "--json", "--jobs", "1"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["units"], found["runs"], found["fits"]) == (16, 48, True)
    assert found["seconds"] > 0
    assert found["disk_bytes"] > 0
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "mine").mkdir()
    assert main(["explore", "mine", "--plan"]) == 2
    assert "explored as it is, without runs; leave --plan out" in capsys.readouterr().err
