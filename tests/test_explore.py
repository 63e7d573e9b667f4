"""`explore` from runs to a folder: equal money, common draws, workers, folders, words, errors."""

import hashlib
import json
import re
import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import kemitraan as km
from experiments.batch.checksums import CHECKSUMS
from experiments.batch.manifest import APART
from experiments.calibration.ensemble import Ensemble
from experiments.compare import compare
from experiments.costs import yearly_cost
from experiments.explore.draws import from_comparison
from experiments.explore.explore import explore, folder_of
from experiments.explore.folder import read_draws
from kemitraan.cli import main
from sim.errors import KemitraanError
from tests.batch_folders import same_files

RULE, COACH, GRANT = "mandated_hotel_partnership", "voluntary_coaching", "cash_grant"
SMALL = {"scale": 200, "months": 36, "quiet": True, "jobs": 1}
RUN = {"replicates": 24, **SMALL}
WORDS = ["explore", RULE, GRANT, "--scale", "200", "--months", "36", "--replicates", "24",
         "--outcomes", "profit", "--jobs", "1"]  # fmt: skip


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    return explore([RULE, COACH, GRANT], out=tmp_path_factory.mktemp("a") / "explored", **RUN)


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
    folder = tmp_path_factory.mktemp("b") / "compared"
    return compare([RULE, GRANT], replicates=24, fixed_replicates=2, out=folder, **SMALL)


def digests(folder):
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


# -- runs


def test_every_scenario_is_sized_to_the_same_public_cost(result):
    study = result.draws.study
    costs = [yearly_cost(one, study.parameters) for one in study.scenarios[1:]]
    np.testing.assert_allclose(costs, costs[0], rtol=1e-9)
    assert costs[0] > 100
    assert result.draws.about["equal_budget"] == pytest.approx(costs[0])
    assert f"equal public money, Rp {costs[0]:,.0f} million" in " ".join(str(result).split())


def test_draws_are_those_of_a_comparison(result):
    """The same hypercube, the same seeds: the rule's levels are those `compare` finds."""
    again = compare(
        [RULE, COACH, GRANT], replicates=24, fixed_replicates=2, equal_budget=True, **SMALL
    )
    other = from_comparison(again)
    assert other.parameters == result.draws.parameters
    np.testing.assert_array_equal(other.points, result.draws.points)
    np.testing.assert_array_equal(other.numbers, result.draws.numbers)
    own = explore(again)
    pd.testing.assert_frame_equal(own.regret, result.regret)
    assert own.sentences() == result.sentences()


def test_regret_is_of_the_runs_themselves(result):
    profit = result.draws.levels(["profit"], "policy")[:, :, 0]
    table = result.regret[result.regret["outcome"] == "profit"].set_index("scenario")
    for s, name in enumerate(result.draws.scenarios):
        regret = profit.max(axis=1) - profit[:, s]
        assert table.loc[name, "mean"] == pytest.approx(regret.mean())
        assert table.loc[name, "largest"] == pytest.approx(regret.max())
    assert table["best"].sum() >= 24


def test_two_workers_give_what_one_gives(tmp_path):
    for workers in (1, 2):
        explore(
            [RULE, GRANT],
            replicates=8,
            outcomes="profit",
            out=tmp_path / str(workers),
            **SMALL | {"jobs": workers},
        )
    assert same_files(tmp_path / "1") == same_files(tmp_path / "2")


def test_another_seed_gives_other_draws(result):
    other = explore([RULE, GRANT], replicates=4, seed=2, **SMALL)
    same = explore([RULE, GRANT], replicates=4, seed=1, **SMALL)
    assert not np.array_equal(other.draws.points, same.draws.points)


def test_own_budgets_are_left_and_said():
    one = explore([RULE, COACH], replicates=4, equal_budget=False, **SMALL)
    assert "public money is NOT equal" in str(one)
    assert one.draws.about["equal_budget"] is None
    costs = [yearly_cost(s, one.draws.study.parameters) for s in one.draws.study.scenarios[1:]]
    assert costs[1] > 2 * costs[0]


def test_where_money_cannot_be_equal_it_says_why_and_goes_on():
    unsized = replace(km.load_scenario(GRANT), name="plain_grant", budget=None)
    rule = replace(km.load_scenario(RULE), budget=None)
    one = explore([rule, unsized], replicates=4, **SMALL)
    assert one.draws.about["equal_budget"] is None
    (note,) = [n for n in one.draws.about["notes"] if n.startswith("Not at equal")]
    assert "plain_grant cannot be sized, because it does not say what money is spent on" in note
    (note,) = [n for n in one.draws.about["notes_id"] if n.startswith("Tidak dengan uang")]
    assert "cannot be sized" not in note
    assert "public money is NOT equal" in str(one)


def test_asked_for_money_that_cannot_be_is_an_error():
    with pytest.raises(KemitraanError, match="--equal-budget: matching_event cannot be sized"):
        explore([GRANT, "matching_event"], replicates=4, equal_budget=500.0, **SMALL)


def test_a_real_fault_is_not_taken_for_one_of_money():
    with pytest.raises(KemitraanError, match="nosuch: neither a shipped scenario"):
        explore([RULE, "nosuch"], replicates=4, **SMALL)


def test_sets_of_a_calibration_are_drawn_from():
    """Parameters of a set stay together; the others come from a hypercube."""
    values = np.array([[0.1, 2.0], [0.3, 5.0], [0.5, 8.0]])
    names = ("displacement", "candidate_range")
    sets = Ensemble(names, values, {"region": "surabaya"})
    one = explore([RULE, GRANT], replicates=6, ensemble=sets, **SMALL)
    at = [one.draws.parameters.index(name) for name in names]
    drawn = [tuple(row) for row in one.draws.points[:, at].tolist()]
    assert sorted(drawn) == sorted(2 * [tuple(row) for row in values.tolist()])
    assert len(one.draws.parameters) > 100
    assert one.plan["ensemble"] == 3
    with pytest.raises(KemitraanError, match="--ensemble: goes with --uncertainty ensemble"):
        explore([RULE, GRANT], replicates=6, ensemble=sets, uncertainty="parameters", **SMALL)


# -- folders


def test_the_folder(result):
    folder = result.folder
    names = set(digests(folder))
    assert names >= {
        "regret.csv", "satisfied.csv", "public_cost.csv", "best.csv", "boxes.csv", "limits.csv",
        "against_luck.csv", "trees.csv", "assumptions.csv", "answers.en.txt", "answers.id.txt",
        "design.parquet", "outcomes.parquet", "scenarios.resolved.json", "manifest.json",
        "figures/regret_profit.svg", "figures/regret_profit.png",
    }  # fmt: skip
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["kind"], manifest["baseline"], manifest["focus"]) == (
        "explore", "no_policy", RULE,
    )  # fmt: skip
    apart = (*APART, CHECKSUMS, "manifest.json")
    assert manifest["files"] == {k: v for k, v in digests(folder).items() if k not in apart}
    for one in result.answers:
        figure = folder / "figures" / f"box_{one.question.name}.png"
        assert figure.is_file() == (one.found is not None)
    written = pd.read_csv(folder / "regret.csv")
    np.testing.assert_allclose(written["mean"], result.regret["mean"], rtol=1e-9)
    said = (folder / "answers.en.txt").read_text(encoding="utf-8").splitlines()
    assert said == result.sentences()


def test_a_folder_of_a_comparison_is_explored_without_runs(compared):
    read = read_draws(compared.folder)
    own = from_comparison(compared)
    assert read.parameters == own.parameters
    np.testing.assert_array_equal(read.points, own.points)
    np.testing.assert_array_equal(read.numbers, own.numbers)
    one = explore(compared.folder, outcomes="profit,jobs", window="year 1")
    other = explore(compared, outcomes="profit,jobs", window="year 1")
    pd.testing.assert_frame_equal(one.regret, other.regret)
    assert one.sentences() == other.sentences()
    assert str(one) == str(other)
    assert "public money is NOT equal" in str(one)


def test_an_exploration_is_explored_again_with_other_questions(result, tmp_path):
    again = explore(
        result.folder, outcomes=["jobs"], satisfy="jobs>0", focus=GRANT, against=COACH,
        out=tmp_path / "again",
    )  # fmt: skip
    assert [q.question.focus for q in again.answers] == [GRANT, GRANT]
    np.testing.assert_array_equal(again.draws.numbers, result.draws.numbers)
    same = explore(result.folder)
    pd.testing.assert_frame_equal(same.regret, result.regret)
    assert same.sentences() == result.sentences()
    manifest = json.loads((tmp_path / "again" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["draws_of"]["kind"] == "explore"
    assert len(manifest["draws_of"]["manifest_sha256"]) == 64
    third = explore(tmp_path / "again")
    np.testing.assert_array_equal(third.draws.points, result.draws.points)
    assert (tmp_path / "again" / "scenarios.resolved.json").is_file()


def test_a_changed_or_missing_file_is_named(compared, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(compared.folder, copy)
    with (copy / "outcomes.parquet").open("ab") as file:
        file.write(b"x")
    with pytest.raises(KemitraanError, match=r"outcomes.parquet changed since"):
        explore(copy)
    (copy / "outcomes.parquet").unlink()
    with pytest.raises(KemitraanError, match=r"is not whole, without outcomes.parquet"):
        explore(copy)
    (copy / "manifest.json").unlink()
    with pytest.raises(KemitraanError, match=r"has no manifest\.json"):
        explore(copy)


def test_held_assumptions_say_nothing(compared, tmp_path):
    held = compare([GRANT], replicates=4, uncertainty="seeds", **SMALL)
    with pytest.raises(KemitraanError, match="assumptions were held fixed in these runs"):
        explore(held)
    copy = tmp_path / "held"
    shutil.copytree(compared.folder, copy)
    manifest = json.loads((copy / "manifest.json").read_text(encoding="utf-8"))
    manifest["uncertainty"] = "seeds"
    (copy / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(KemitraanError, match="held: assumptions were held fixed in these runs"):
        explore(copy)


def test_a_folder_called_as_a_scenario_is_that_scenario(tmp_path):
    (tmp_path / GRANT).mkdir()
    assert folder_of(GRANT) is None
    assert folder_of([GRANT]) is None
    (tmp_path / "mine").mkdir()
    assert folder_of(["mine"]) is not None
    (tmp_path / GRANT / "manifest.json").write_text("{}", encoding="utf-8")
    assert folder_of([GRANT]) is not None
    assert folder_of([GRANT, RULE]) is None


def test_never_over_another_folder(tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "a").write_text("a", encoding="utf-8")
    with pytest.raises(KemitraanError, match="is there already and not empty"):
        explore([RULE], replicates=4, out=tmp_path / "full", **SMALL)


# -- words


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"outcomes": "profit,closures"}, "--outcomes closures: neither more nor less"),
        ({"outcomes": "proft"}, "no outcome 'proft', did you mean 'profit'?"),
        ({"window": "year 9"}, "no window 'year 9'; known: "),
        ({"window": "after"}, "no window 'after'; known: "),
        ({"satisfy": "profit"}, "--satisfy 'profit': is no threshold"),
        ({"uncertainty": "seeds"}, "--uncertainty seeds: explore varies assumptions"),
        ({"replicates": 1}, "--replicates 1: is outside"),
        ({"jobs": 0}, "--jobs 0: is outside 1..1024"),
        ({"equal_budget": -3.0}, "--equal-budget -3: expects million Rp a year"),
        ({"focus": "no_policy"}, "--focus no_policy: is the baseline"),
    ],
)
def test_errors_say_what_to_do(options, said):
    with pytest.raises(KemitraanError) as error:
        explore([RULE, GRANT], **{"replicates": 2, **SMALL, **options})
    assert said in str(error.value)


def test_options_of_runs_do_not_go_with_a_folder(compared):
    with pytest.raises(KemitraanError) as error:
        explore(compared.folder, replicates=64, seed=2)
    assert str(error.value).startswith("--replicates, --seed: belongs to runs, and ")


def test_the_command(capsys, tmp_path):
    assert main([*WORDS, "--satisfy", "jobs>5", "--satisfy", "profit>0"]) == 0
    out, err = capsys.readouterr()
    assert "plan: 3 scenarios x 24 pairs" in err
    assert "REGRET" in out
    assert "jobs (owners and hired) > +5 people" in out
    assert out.splitlines()[-1] == "runs/explore-001"
    assert re.search(r"loses to cash_grant|cannot be told|in none of|too few", out)
    again = ["explore", "runs/explore-001", "--outcomes", "profit", "--quiet"]
    assert main([*again, "--lang", "id"]) == 0
    out, err = capsys.readouterr()
    assert "PENYESALAN" in out
    assert "kalah dari" in out
    assert err == ""
    assert main([*again, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["folder"] == "runs/explore-003"
    assert {row["scenario"] for row in document["regret"]} == {"no_policy", RULE, GRANT}
    assert document["answers"][0]["sentence"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["explore", RULE, "--own-budgets", "--equal-budget", "5"], "--own-budgets: cannot stand"),
        (["explore", RULE, "--satisfy", "profit"], "is no threshold"),
        (["explore", "nosuch", "--lang", "id"], "bukan skenario bawaan"),
        (["explore", RULE, "--satisfy", "x", "--lang", "id"], "bukan ambang"),
        (
            ["explore", RULE, "--uncertainty", "seeds"],
            "--uncertainty seeds: explore varies assumptions",
        ),
    ],
)
def test_wrong_use_is_told_in_a_line(capsys, words, said):
    assert main(words) == 2
    assert said in capsys.readouterr().err


def test_the_door():
    assert km.explore is explore
    assert km.Exploration.__name__ == "Exploration"


def test_it_shows_in_a_notebook(result):
    assert result._repr_html_().startswith("<pre>")
    assert repr(result) == (
        f"Exploration({RULE}, {COACH}, {GRANT} against no_policy, 24 draws, region surabaya)"
    )
