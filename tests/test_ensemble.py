"""Ensembles: written, read back and checked; and comparisons whose assumptions come from one."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

import kemitraan as km
from experiments.calibration.ensemble import Ensemble, load_ensemble, write_ensemble
from experiments.compare import compare, load_study
from experiments.design import make_jobs
from experiments.ensembles import with_ensemble
from sim.errors import KemitraanError
from sim.parameters import assumed, registry

NAMES = ("exit_base", "trust_gain", "displacement", "online_share", "programmes.city.competence")
SMALL = {"replicates": 4, "fixed_replicates": 2, "scale": 50, "months": 36, "quiet": True,
         "region": "surakarta", "seed": 3, "jobs": 1}  # fmt: skip


def made(members=6, names=NAMES, **about):
    """Sets that lie in the lower half of each range."""
    entries = registry()
    part = (np.arange(members)[:, np.newaxis] + 0.5) / members / 2
    part = part[:, [0] * len(names)] * np.linspace(0.5, 1.0, len(names))
    low = np.array([entries[n].low for n in names])
    high = np.array([entries[n].high for n in names])
    values = np.round(low + (high - low) * part, 6)
    then = {
        n: [entries[n].value, entries[n].low, entries[n].high]
        for n in dict.fromkeys([*names, *assumed()])
    }
    known = {"region": "surabaya", "targets": ["A", "B"], "informed": ["exit_base"],
             "registry": then, "command": "kemitraan calibrate"}  # fmt: skip
    return Ensemble(names, values, {**known, **about})


def written(tmp_path, ensemble):
    folder = tmp_path / "sets"
    folder.mkdir()
    write_ensemble(ensemble, folder)
    return folder


# -- the files


def test_what_is_written_is_read_back(tmp_path):
    ensemble = made()
    again = load_ensemble(written(tmp_path, ensemble))
    assert again == ensemble
    assert again.names == NAMES
    assert np.array_equal(again.members, ensemble.members)
    assert again.about["targets"] == ["A", "B"]
    assert again.table().shape == (6, len(NAMES))
    assert again.changed == ()


def test_sets_changed_by_hand_are_refused(tmp_path):
    folder = written(tmp_path, made())
    path = folder / "ensemble.csv"
    text = path.read_text(encoding="utf-8").rstrip("\n")
    path.write_text(text + "1\n", encoding="utf-8")
    with pytest.raises(KemitraanError, match="changed since; run 'kemitraan calibrate' again"):
        load_ensemble(folder)


@pytest.mark.parametrize(
    ("names", "shift", "message"),
    [
        (("exit_bse",), 0.0, "'exit_bse' is no parameter, did you mean 'exit_base'"),
        (("exit_base",), 1.0, "exit_base: 1 to 1 is out of range"),
    ],
)
def test_sets_that_do_not_fit_the_registry_are_refused(tmp_path, names, shift, message):
    members = np.full((3, 1), shift)
    folder = written(tmp_path, Ensemble(names, members, {"region": "x"}))
    with pytest.raises(KemitraanError, match=message):
        load_ensemble(folder)


def test_a_folder_without_sets_says_what_to_name(tmp_path):
    with pytest.raises(KemitraanError, match=r"holds no ensemble\.csv and ensemble\.json"):
        load_ensemble(tmp_path)


def test_a_broken_table_is_no_ensemble(tmp_path):
    folder = written(tmp_path, made())
    (folder / "ensemble.csv").write_text("member,exit_base\n0\n", encoding="utf-8")
    with pytest.raises(KemitraanError, match="cannot be read as an ensemble"):
        load_ensemble(folder)
    (folder / "ensemble.json").write_text("{", encoding="utf-8")
    with pytest.raises(KemitraanError, match="cannot be read as an ensemble"):
        load_ensemble(folder)


def test_a_registry_that_moved_since_is_noticed():
    then = dict(made().about["registry"])
    low, *rest = then["trust_gain"]
    old = made(registry={**then, "trust_gain": [low * 2, *rest]})
    assert old.changed == ("trust_gain",)
    then.pop("exit_slope")
    assert made(registry=then).changed == ("exit_slope",)


# -- which replicate takes which set


def test_every_set_comes_once_before_any_comes_again():
    ensemble = made(members=7)
    order = ensemble.order(5, 21)
    assert [sorted(order[k : k + 7]) for k in (0, 7, 14)] == [list(range(7))] * 3
    assert order[:7] != order[7:14]
    assert ensemble.order(5, 10) == order[:10]
    assert ensemble.order(6, 21) != order


def study_with(ensemble, *scenarios):
    study, _ = load_study(scenarios or ["cash_grant"], "no_policy", "surakarta", 3, 50, 36, "en")
    return with_ensemble(study, ensemble)


def test_values_of_a_set_come_together_and_the_others_from_the_hypercube():
    ensemble = made(members=5)
    study = study_with(ensemble)
    # No marketplace and no coaching: nobody reads the last two.
    assert study.together == NAMES[:3]
    jobs = make_jobs(study, "ensemble", 5, 2)
    alone = replace(study, ensemble=None)
    plain = make_jobs(alone, "parameters", 5, 2)
    order = ensemble.order(3, 5)
    for job, other, member in zip(jobs[:5], plain[:5], order, strict=True):
        assert job.seed == other.seed
        assert list(job.changes) == list(study.varied)
        for k, name in enumerate(study.together):
            assert job.changes[name] == ensemble.members[member, k]
        for name in study.varied:
            if name not in study.together:
                assert job.changes[name] == other.changes[name]
    # What was no guess is varied too, since a calibration was held against it.
    assert "exit_base" in study.varied
    # Fixed and displacement jobs are the same as with parameters.
    assert jobs[5:] == plain[5:]
    assert {job.role for job in jobs[5:]} == {"fixed", "displacement 0", "displacement 1"}


def test_groups_that_a_run_reads_come_from_the_sets_too():
    assert study_with(made(), "voluntary_coaching", "ecommerce_collaboration").together == NAMES


def test_what_a_scenario_assumes_is_its_own():
    rule = km.load_scenario(
        "cash_grant",
        assume={
            "displacement": {"range": [0.6, 0.9], "source": "x"},
            "exit_base": {"value": 0.004, "source": "x"},
        },
    )
    study = study_with(made(), rule)
    assert study.together == ("trust_gain",)
    assert "exit_base" not in study.varied
    jobs = make_jobs(study, "ensemble", 4, 2)
    assert all(0.6 <= job.changes["displacement"] <= 0.9 for job in jobs[:4])
    assert all("exit_base" not in job.changes for job in jobs)


# -- comparisons


def test_a_comparison_over_sets_says_so(tmp_path, capsys):
    result = compare("cash_grant", uncertainty="ensemble", ensemble=made(),
                     out=tmp_path / "out", **{**SMALL, "quiet": False})  # fmt: skip
    assert "assumptions varied, 3 of them over 6 parameter sets" in capsys.readouterr().err
    assert result.plan["ensemble"] == 6
    values = [job.changes["displacement"] for job in result.jobs if job.role == "draw"]
    assert set(values) <= set(made().members[:, 2].tolist())
    (note,) = [n for n in result.notes if n.startswith("Parameter sets")]
    assert "3 of the" in note
    assert "from 6 parameter sets" in note
    assert "data of surabaya, not of surakarta" in " ".join(result.notes)
    assert "range over 6 parameter sets that published figures leave" in str(result)
    from experiments.report import text

    assert "kisaran menurut 6 set parameter" in text(result, lang="id")
    effects = result.effects("profit", window="year 1")
    assert effects["range_low"].notna().all()
    assert effects["sim_low"].notna().all()
    folder = tmp_path / "out"
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["uncertainty"] == "ensemble"
    assert manifest["ensemble"]["sets"] == 6
    words = manifest["command"]["words"]
    assert words[words.index("--uncertainty") + 1] == "ensemble"
    assert words[words.index("--ensemble") + 1] == "ensemble"
    assert load_ensemble(folder / "ensemble") == made()
    page = km.report(folder).read_text(encoding="utf-8")
    assert "Range over 6 parameter sets that published figures leave." in page


def test_the_sets_are_the_same_in_all_scenarios_and_on_two_processes():
    one = compare("cash_grant", uncertainty="ensemble", ensemble=made(), **SMALL)
    two = compare("cash_grant", uncertainty="ensemble", ensemble=made(), **{**SMALL, "jobs": 2})
    for a, b in zip(one.results, two.results, strict=True):
        assert np.array_equal(a.numbers, b.numbers, equal_nan=True)


def test_narrower_sets_make_a_narrower_range():
    """Displacement held near its low end in every set: the effect's range over it shrinks."""
    sets = made(members=4, names=("displacement",))
    held = replace(sets, members=np.full((4, 1), 0.05))
    wide = replace(sets, members=np.array([[0.0], [0.3], [0.7], [1.0]]))
    jobs = [make_jobs(study_with(one), "ensemble", 4, 2) for one in (held, wide)]
    spread = [np.ptp([job.changes["displacement"] for job in part[:4]]) for part in jobs]
    assert spread == [0.0, 1.0]


def test_sets_go_with_their_uncertainty_alone():
    with pytest.raises(KemitraanError, match="goes with --uncertainty ensemble, not with seeds"):
        compare("cash_grant", uncertainty="seeds", ensemble=made(), **SMALL)
    with pytest.raises(KemitraanError, match="--uncertainty guess: is not known"):
        compare("cash_grant", uncertainty="guess", **SMALL)


def test_the_digest_of_a_study_counts_the_sets():
    study, _ = load_study("cash_grant", "no_policy", "surakarta", 3, 50, 36, "en")
    one, other = with_ensemble(study, made()), with_ensemble(study, made(members=5))
    assert len({study.digest(), one.digest(), other.digest()}) == 3
