"""Sensitivity studies as batches: nothing lost, the same bytes, of the model and of a function."""

import json

import numpy as np
import pandas as pd
import pytest

import kemitraan as km
from experiments import sensitivity_store
from experiments.batch import need
from experiments.batch.ended import Interrupted
from experiments.decomposition import Decomposition
from experiments.own_model import own_values
from experiments.sensitivity import sensitivity
from kemitraan.cli import main
from sim.errors import KemitraanError
from tests.batch_folders import same_files
from tests.functions import ISHIGAMI, STOCHASTIC, ishigami, stochastic

RULE = "mandated_hotel_partnership"
FEW = "displacement,sanction_probability"
WORDS = ["sensitivity", RULE, "--region", "kutai_timur", "--scale", "40", "--months", "36",
         "--parameters", FEW, "--jobs", "1", "--quiet"]  # fmt: skip
SOBOL = ["--method", "sobol", "--samples", "8", "--outcomes", "fines"]


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sensitivity_store, "_figures", lambda *_: None)


def interrupted(monkeypatch, words, after):
    """Runs a command and interrupts it after so many runs."""
    from experiments.evaluate import RegionUnit

    left = [after]
    inner = RegionUnit.__call__

    def counted(self, study, job):
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        return inner(self, study, job)

    with monkeypatch.context() as patch:
        patch.setattr(RegionUnit, "__call__", counted)
        return main(words)


@pytest.mark.parametrize(
    ("more", "timed"),
    [
        (["--method", "morris", "--samples", "4", "--replicates", "2"], 5),
        (SOBOL, 5),
        ([*SOBOL, "--screen", "1"], 5 + 40),
    ],
    ids=["morris", "sobol", "screened"],
)
def test_an_interrupted_study_goes_on_to_the_same_bytes(tmp_path, monkeypatch, capsys, more, timed):
    """The timing of some runs, and a screening, come before the folder."""
    assert main([*WORDS, *more, "--out", "uninterrupted"]) == 0
    whole = capsys.readouterr().out
    assert interrupted(monkeypatch, [*WORDS, *more, "--out", "part"], timed + 12) == 130
    assert "runs are kept; to go on: kemitraan resume part" in capsys.readouterr().err
    assert 0 < km.status("part").done < km.status("part").runs
    assert main(["resume", "part", "--quiet", "--jobs", "2"]) == 0
    assert capsys.readouterr().out == whole.replace("uninterrupted", "part")
    assert same_files(tmp_path / "part") == same_files(tmp_path / "uninterrupted")
    assert main(["verify", "part"]) == 0
    assert main(["rerun", "part", "7"]) == 0
    assert "byte for byte" in capsys.readouterr().out


def test_memory_and_a_folder_say_the_same(tmp_path):
    asked = {
        "region": "kutai_timur", "scale": 40, "months": 36, "parameters": FEW, "jobs": 1,
        "quiet": True, "method": "sobol", "samples": 8, "screen": 1, "outcomes": "fines",
    }  # fmt: skip
    kept = sensitivity(RULE, out=tmp_path / "a", **asked)
    plain = sensitivity(RULE, **asked)
    np.testing.assert_array_equal(kept.numbers, plain.numbers)
    np.testing.assert_array_equal(kept.months, plain.months)
    pd.testing.assert_frame_equal(kept.table, plain.table)
    plain.save(tmp_path / "b")
    assert same_files(tmp_path / "a") == same_files(tmp_path / "b")


def test_the_disk_of_its_own_folder_counts(tmp_path, monkeypatch):
    """Not that of the place where the command is typed."""
    asked = []

    def little(place):
        asked.append(place)
        return 1000

    monkeypatch.setitem(need.refuse_what_does_not_fit.__kwdefaults__, "disk", little)
    with pytest.raises(
        KemitraanError, match=r"there: needs about .* of disk, and 1\.0 kB are free"
    ):
        study(out=tmp_path / "there")
    assert asked == [tmp_path / "there"]
    assert not (tmp_path / "there").exists()


def test_a_failed_run_is_left_out_named_and_ends_with_1(tmp_path, monkeypatch, capsys):
    from experiments.evaluate import RegionUnit

    inner = RegionUnit.__call__

    def sometimes(self, study, job):
        if job.changes["displacement"] > 0.99 and job.replicate == 1:
            raise ValueError("all is moved")
        return inner(self, study, job)

    words = [*WORDS, "--method", "morris", "--samples", "6", "--replicates", "2"]
    with monkeypatch.context() as patch:
        patch.setattr(RegionUnit, "__call__", sometimes)
        assert main([*words, "--out", "x"]) == 1
    shown = capsys.readouterr()
    assert "replicates are missing from every table, their runs failed: run" in shown.out
    assert "all is moved" in shown.err
    manifest = json.loads((tmp_path / "x" / "manifest.json").read_text("utf-8"))
    assert manifest["batch"]["failed"] > 0
    assert main(["resume", "x", "--failed", "--quiet"]) == 0
    assert main([*words, "--out", "y"]) == 0
    assert same_files(tmp_path / "x") == same_files(tmp_path / "y")


# -- functions of one's own


def study(out=None, **options):
    given = {"function": ishigami, "problem": ISHIGAMI, "method": "sobol", "samples": 64, "jobs": 1,
             "quiet": True, "out": out}  # fmt: skip
    return km.sensitivity(**given | options)


def test_a_study_of_a_function_goes_on_when_it_is_called_again(tmp_path, monkeypatch):
    from experiments import planned

    whole = study(tmp_path / "whole")
    left = [100]

    def counted(model, job):
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        return own_values(model, job)

    counted.__module__, counted.__qualname__ = own_values.__module__, own_values.__qualname__
    with monkeypatch.context() as patch:
        patch.setattr(planned, "own_values", counted)
        with pytest.raises(Interrupted, match="runs are kept"):
            study(tmp_path / "part")
    with pytest.raises(KemitraanError, match=r"studies the function ishigami; call km.sensitivity"):
        km.resume(tmp_path / "part")
    with pytest.raises(KemitraanError, match="at other points, or with another seed"):
        study(tmp_path / "part", seed=2)
    again = study(tmp_path / "part")
    np.testing.assert_array_equal(again.numbers, whole.numbers)
    pd.testing.assert_frame_equal(again.table, whole.table)
    assert same_files(tmp_path / "part") == same_files(tmp_path / "whole")
    with pytest.raises(KemitraanError, match="is complete"):
        study(tmp_path / "part")


def test_a_function_with_luck_gives_the_same_from_memory_and_from_a_folder(tmp_path):
    asked = {"function": stochastic, "problem": STOCHASTIC, "replicates": 3, "samples": 32}
    kept, plain = study(tmp_path / "x", **asked), study(**asked)
    assert isinstance(kept, Decomposition)
    np.testing.assert_array_equal(kept.numbers, plain.numbers)
    study(tmp_path / "y", **asked, jobs=3)
    assert same_files(tmp_path / "x") == same_files(tmp_path / "y")


# -- before the first run


def test_a_plan_starts_nothing_and_counts_the_screening(tmp_path, capsys):
    words = [*WORDS, *SOBOL, "--plan", "--json"]
    assert main(words) == 0
    whole = json.loads(capsys.readouterr().out)
    assert (whole["units"], whole["runs"]) == (8 * (3 + 2), 2 * 8 * (3 + 2))
    assert whole["disk_bytes"] > 0
    assert main([*words, "--screen", "1"]) == 0
    screened = json.loads(capsys.readouterr().out)
    assert screened["units"] == 10 * (3 + 1) + 8 * (3 + 2)
    assert screened["seconds"] > 0
    assert list(tmp_path.iterdir()) == []
