"""Calibration: a hidden truth is kept and found, the same on one process as on two; the folder."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

import kemitraan as km
from experiments.calibration.calibrate import calibrate
from experiments.calibration.prepare import make_problem
from experiments.calibration.space import uniforms
from experiments.calibration.targets import read_targets
from experiments.design import Job
from sim.draws import replicate_seed
from sim.errors import KemitraanError

HIDDEN = (
    "background_demand", "mentor_practice", "exit_base", "entry_rate", "market_growth",
    "displacement", "late_probability", "quality_mean", "practice_mean", "unit_cost",
    "capacity_sd", "inspector_wage",
)  # fmt: skip
OBSERVED = (
    # outcome, window, scenario, reading, sd in its unit besides what luck does to the observation
    ("late_payments", "year 1", "", "level", 0.5),
    ("quality", "before", "", "level", 0.002),
    ("practice", "before", "", "level", 0.002),
    ("initial_dead", "month 11", "", "level", 0.1),
    ("firms", "year 1", "", "level", 10.0),
    ("profit", "before", "", "level", 100.0),
    ("large_buyer_purchases", "before", "", "level", 3.0),
    ("gini", "year 1", "", "level", 0.002),
    ("coached_gain", "year 1", "voluntary_coaching", "level", 1000.0),
    ("practice", "year 1", "voluntary_coaching", "effect", 0.00002),
    ("public_cost", "year 1", "mandated_hotel_partnership", "level", 0.002),
    ("moved_from_umkm", "year 1", "mandated_hotel_partnership", "level", 1.0),
)
SMALL = {"region": "surakarta", "scale": 11, "fine_scale": 11}
"""A thousand firms and seventeen hotels."""


def observations(path, values, sds):
    rows = ["role,outcome,window,scenario,reading,value,sd,source"]
    for (outcome, window, scenario, reading, _), value, sd in zip(
        OBSERVED, values, sds, strict=True
    ):
        rows.append(
            f"calibration,{outcome},{window},{scenario},{reading},{value:.10g},{sd:.10g},simulated"
        )
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def recovery(tmp_path_factory):
    """A truth nobody was told, what was observed of it, and what the method makes of that."""
    folder = tmp_path_factory.mktemp("recovery")
    blank = observations(folder / "blank.csv", np.ones(len(OBSERVED)), np.ones(len(OBSERVED)))
    problem = make_problem(
        read_targets(blank), SMALL["region"], path=blank, seed=1, scale=SMALL["scale"],
        fine_scale=SMALL["fine_scale"], replicates=2, parameters=HIDDEN,
    )  # fmt: skip
    # Somewhere in the ranges, a tenth from their ends.
    hidden = problem.snapped(0.1 + 0.8 * uniforms(2024, 0, 1, len(HIDDEN)))
    truth = dict(zip(problem.names, problem.values(hidden)[0].tolist(), strict=True))
    # Twelve runs with luck that the calibration never sees.
    lives = [replicate_seed(777, r) for r in range(12)]
    seen = np.array([problem.unit(problem.study, Job("row", 0, one, truth)) for one in lives])
    luck = seen.std(axis=0, ddof=1) / np.sqrt(len(lives))
    sds = np.hypot(luck, [row[-1] for row in OBSERVED])
    path = observations(folder / "targets.csv", seen.mean(axis=0), sds)
    result = calibrate(
        path, waves=2, runs=120, replicates=2, fine=24, parameters=HIDDEN, seed=1, jobs=1,
        quiet=True, **SMALL,
    )  # fmt: skip
    return result, hidden[0]


def test_the_hidden_truth_is_never_ruled_out(recovery):
    result, hidden = recovery
    for wave in result.history.waves:
        assert wave.judge.worst(hidden[np.newaxis])[0] <= 3.0
    assert result.history.conflicts == []
    # Far from the middle of the ranges: to find it is no matter of course.
    assert np.abs(hidden - 0.5).max() > 0.3
    left = result.history.points[result.members]
    assert np.all(left.min(axis=0) <= hidden)
    assert np.all(hidden <= left.max(axis=0))


def test_a_third_of_the_parameters_is_narrowed_by_half(recovery):
    """Both as far as the inner nine tenths and as far as the ends of what is left."""
    result, _ = recovery
    assert len(result.members) >= 15
    left = result.history.points[result.members]
    narrow = [k for k, one in enumerate(result.spreads) if one.width <= 0.5]
    assert len(narrow) >= len(HIDDEN) / 3
    assert sum(np.ptp(left, axis=0) <= 0.5) >= len(HIDDEN) / 3
    names = result.problem.names
    assert {"quality_mean", "practice_mean", "late_probability", "inspector_wage"} <= {
        names[k] for k in narrow
    }
    assert {"quality_mean", "late_probability"} <= set(result.informed)
    # Nothing that was observed depends on it by enough: it must stay a guess.
    assert "capacity_sd" in result.guesses


def test_most_of_the_space_is_ruled_out_and_more_with_each_wave(recovery):
    result, _ = recovery
    shares = [wave.share_after for wave in result.history.waves]
    assert shares[1] < shares[0] < 1e-3
    met = [float(np.mean(wave.worst <= 3.0)) for wave in result.history.waves]
    assert met[1] > met[0]


def test_emulators_of_the_model_are_honest(recovery):
    result, _ = recovery
    assert result.waves["within_2"].between(0.90, 0.99).all()
    assert result.waves["explained"].min() > 0.8


def test_members_were_run_and_meet_every_target(recovery):
    result, _ = recovery
    far = result.history.implausibility[result.members]
    assert far.max() <= 3.0
    again = result.problem.jobs(result.history.points[result.members[:1]])
    runs = np.array([result.problem.unit(result.problem.study, job) for job in again])
    assert np.array_equal(runs.mean(axis=0), result.history.coarse[result.members[0]])


def test_it_is_told_in_both_languages(recovery):
    result, _ = recovery
    from experiments.calibration.report import text

    english, indonesian = text(result), text(result, lang="id")
    assert "No conflict: every target can be met" in english
    assert "Tidak ada pertentangan" in indonesian
    assert "quality_mean" in english
    assert f"{len(result.members)} parameter sets are left" in english
    assert str(result) == english


def test_figures_return_their_axes(recovery):
    result, _ = recovery
    assert len(result.plot_parameters().get_yticks()) == max(1, len(result.informed))
    assert len(result.plot_targets(lang="id").get_yticks()) == len(OBSERVED)


# -- small runs


ROWS = (
    "calibration,initial_dead,month 11,,9.25,1,x",
    "check,profit,before,,1,1,x",
)
FEW = {
    "waves": 1, "runs": 50, "replicates": 2, "fine": 10, "parameters": "demography", "seed": 4,
    "quiet": True, "region": "surakarta", "scale": 40, "fine_scale": 40,
}  # fmt: skip


def few(tmp_path, *rows):
    path = tmp_path / "targets.csv"
    path.write_text(
        "role,outcome,window,filter,value,sd,source\n" + "".join(f"{row}\n" for row in rows),
        encoding="utf-8",
    )
    return path


def test_one_process_and_two_give_the_same(tmp_path):
    path = few(tmp_path, *ROWS)
    one = calibrate(path, jobs=1, **FEW)
    two = calibrate(path, jobs=2, **FEW)
    assert np.array_equal(one.history.coarse, two.history.coarse)
    assert np.array_equal(one.members, two.members)
    pd.testing.assert_frame_equal(one.targets, two.targets)
    pd.testing.assert_frame_equal(one.parameters, two.parameters)
    other = calibrate(path, jobs=1, **{**FEW, "seed": 5})
    assert not np.array_equal(one.history.points, other.history.points)


def test_the_folder_holds_all_of_it(tmp_path):
    result = km.calibrate(few(tmp_path, *ROWS), jobs=1, out=tmp_path / "out", **FEW)
    folder = tmp_path / "out"
    assert {path.name for path in folder.iterdir()} == {
        "cannot.csv", "ensemble.csv", "ensemble.json", "figures", "manifest.json",
        "parameters.csv", "scenarios.resolved.json", "sets.parquet", "targets.csv",
        "targets_given.csv", "waves.csv",
    }  # fmt: skip
    targets = pd.read_csv(folder / "targets.csv")
    assert targets["role"].tolist() == ["calibration", "check"]
    assert targets["status"].tolist() == ["met", "compared"]
    sets = pd.read_parquet(folder / "sets.parquet")
    assert sets["left"].sum() == len(result.members)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["kind"] == "calibrate"
    assert "ensemble.csv" in manifest["files"]
    words = manifest["command"]
    assert words.startswith("kemitraan calibrate --targets targets.csv --region surakarta")
    assert "--seed 4" in words
    ensemble = km.load_ensemble(folder)
    assert len(ensemble) == len(result.members)
    assert ensemble.about["targets"] == [result.problem.targets[0].id]
    assert np.allclose(ensemble.members, result.member_values, rtol=1e-9)


def test_the_command_prints_its_tables_and_its_folder(tmp_path, monkeypatch, capsys):
    from kemitraan.cli import main

    few(tmp_path, ROWS[0])
    monkeypatch.chdir(tmp_path)
    options = {k.replace("_", "-"): v for k, v in FEW.items() if k != "quiet"}
    words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    assert main(["calibrate", "--targets", "targets.csv", "--jobs", "1", *words]) == 0
    shown = capsys.readouterr()
    assert shown.out.startswith("TARGETS: what was observed")
    assert shown.out.endswith("runs/calibrate-001\n")
    assert shown.err.startswith("plan: 1 waves x 50 sets x 2 runs of 279 firms x 36 months")
    assert "wave 1: 100 % of the space before" in shown.err
    assert main(["calibrate", "--targets", "targets.csv", "--jobs", "1", "--json", "--quiet",
                 *words]) == 0  # fmt: skip
    document = json.loads(capsys.readouterr().out)
    assert document["targets"][0]["outcome"] == "initial_dead"
    assert document["members"] == len(pd.read_csv("runs/calibrate-001/ensemble.csv"))


def test_what_cannot_be_met_is_said(tmp_path):
    path = few(tmp_path, ROWS[0], "calibration,initial_dead,month 23,,90,1,x")
    result = calibrate(path, jobs=1, **FEW)
    assert result.targets["status"].tolist() == ["met", "left out"]
    told = str(result)
    assert "CONFLICT: no run comes near initial_dead month 23" in told
    assert "left out" in told


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"waves": 0}, "--waves 0: is outside 1..20"),
        ({"runs": 10}, "--runs 10: is outside 50..100000"),
        ({"replicates": 1}, "--replicates 1: is outside 2..1000"),
        ({"fine": 2}, "--fine 2: is outside 10..50"),
        ({"fine_scale": 50}, "--fine-scale 50: is outside 1..40"),
        ({"parameters": "exit_bse"}, "'exit_bse': is no parameter or group, did you mean"),
        ({"scale": 0}, "--scale 0: is outside"),
    ],
)
def test_wrong_use_is_refused(tmp_path, changes, message):
    with pytest.raises(KemitraanError, match=message):
        calibrate(few(tmp_path, *ROWS), jobs=1, **{**FEW, **changes})
