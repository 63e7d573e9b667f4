"""Regret, satisficing and questions by hand."""

import numpy as np
import pandas as pd
import pytest

from experiments.explore.draws import Draws
from experiments.explore.exploration import Exploration
from experiments.explore.questions import MISSES, WORSE, make_questions
from experiments.explore.regret import best_of, regret_of, regret_table
from experiments.explore.satisfy import Wish, read_wishes, satisfied, satisfy_table
from sim.errors import KemitraanError
from sim.outcomes import OUTCOMES, windows
from tests.boxed_data import cube, luck

NAMES = ("base", "rule", "coach")
NAN = float("nan")


def draws(levels, points=None, outcome="profit", **about):
    """Draws whose levels of one outcome are given, (draws, scenarios); all else is zero."""
    levels = np.asarray(levels, dtype=np.float64)
    numbers = np.zeros((*levels.shape, len(windows(60)), len(OUTCOMES)))
    at = list(windows(60)).index("policy")
    numbers[:, :, at, list(OUTCOMES).index(outcome)] = levels
    points = cube(1, len(levels), 4) if points is None else points
    names = tuple(f"p{k}" for k in range(points.shape[1]))
    table = pd.DataFrame({"unit": "days", "low": 0.0, "high": 1.0}, index=list(names))
    told = {"region": "surabaya", "region_title": {}, "seed": 1, "firms": 700, "scale": 200,
            "months": 60, "first_month": "2025-01", "uncertainty": "parameters",
            "equal_budget": None, "inputs": {}, "digests": {}, "notes": [], "notes_id": [],
            **about}  # fmt: skip
    return Draws(NAMES[: levels.shape[1]], names, points, numbers, table, told)


# -- regret


def test_regret_is_what_the_best_of_the_same_draw_has_more():
    values = np.array([[1.0, 4.0, 3.0], [2.0, 2.0, 0.0]])
    assert regret_of(values, 1).tolist() == [[3, 0, 1], [0, 0, 2]]
    assert regret_of(values, -1).tolist() == [[0, 3, 2], [2, 2, 0]]
    assert best_of(values, 1).tolist() == [1, 0]  # of equal ones the first
    assert best_of(values, -1).tolist() == [0, 2]


def test_a_draw_that_one_scenario_has_not_is_left_out_for_all():
    values = np.array([[1.0, NAN, 3.0], [1.0, 2.0, np.inf], [5.0, 0.0, 0.0]])
    assert np.isnan(regret_of(values, 1)[:2]).all()
    assert best_of(values, 1).tolist() == [-1, -1, 0]


def test_the_regret_table_by_hand():
    """Regrets of rule over ten draws: 0, 1, ..., 9; of base 9 less."""
    base = np.zeros(10)
    rule = np.arange(10.0)
    table = regret_table(
        np.stack([np.column_stack([base, rule])] * 2, axis=2),
        ["hotel_cost", "profit"], ["base", "rule"], "policy",
    )  # fmt: skip
    own = table.set_index(["outcome", "scenario"])
    cost = own.loc[("hotel_cost", "rule")]  # less is better: rule regrets
    assert (cost["mean"], cost["largest"], cost["best"], cost["draws"]) == (4.5, 9, 1, 10)
    assert cost["p90"] == pytest.approx(8.1)
    assert own.loc[("hotel_cost", "base"), "mean"] == 0
    assert own.loc[("profit", "base"), "mean"] == 4.5
    assert own.loc[("profit", "rule"), ["mean", "best"]].tolist() == [0, 10]


def test_in_every_draw_somebody_has_no_regret():
    values = luck(3, 60).reshape(20, 3)
    found = regret_of(values, 1)
    assert (found.min(axis=1) == 0).all()
    assert (found >= 0).all()
    # What all gain alike is no regret.
    np.testing.assert_allclose(regret_of(values + luck(4, 20)[:, None], 1), found, atol=1e-12)


# -- satisficing


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("profit>0", Wish("profit", ">", 0.0)),
        (" jobs >= 100 ", Wish("jobs", ">=", 100.0)),
        ("hotel_cost<-2.5", Wish("hotel_cost", "<", -2.5)),
        ("gini<=1e-3", Wish("gini", "<=", 0.001)),
    ],
)
def test_thresholds_as_typed(text, wish):
    assert read_wishes([text, text], ["profit"]) == (wish,)


def test_without_any_better_than_the_baseline_whichever_way_that_is():
    assert [str(w) for w in read_wishes([], ["profit", "hotel_cost"])] == [
        "profit>0", "hotel_cost<0",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("profit", "--satisfy 'profit': is no threshold; write an outcome, one of > >= < <="),
        ("profit=3", "is no threshold"),
        ("proft>0", "no outcome 'proft', did you mean 'profit'?"),
        ("profit>many", "--satisfy 'profit>many': many"),
        ("profit>1,5", "1,5"),
        ("profit>nan", "nan"),
    ],
)
def test_thresholds_that_cannot_be_read(text, said):
    with pytest.raises(KemitraanError) as error:
        read_wishes([text], ["profit"])
    assert said in str(error.value)


def test_the_satisficing_table_by_hand():
    wishes = (Wish("profit", ">", 0.0), Wish("jobs", ">=", 2.0))
    # Draws, scenarios, wishes.
    effects = np.array([[[1, 2], [0, 9]], [[1, 1], [5, 2]], [[-1, 3], [NAN, 2]]], dtype=np.float64)
    table = satisfy_table(wishes, effects, ["rule", "coach"], "policy").set_index(
        ["wish", "scenario"]
    )
    assert table.loc[("profit>0", "rule"), ["held", "draws"]].tolist() == [2, 3]
    assert table.loc[("profit>0", "coach"), ["held", "draws", "left_out"]].tolist() == [1, 2, 1]
    assert table.loc[("jobs>=2", "coach"), "held"] == 3
    assert table.loc[("all", "rule"), ["held", "share"]].tolist() == [1, pytest.approx(1 / 3)]
    assert table.loc[("all", "coach"), ["held", "draws"]].tolist() == [1, 2]
    assert satisfied(wishes, effects).tolist() == [[True, False], [False, True], [False, False]]


# -- questions


def test_who_loses_to_whom():
    one = draws([[0, 2, 3], [1, 0, 0], [0, 1, 1], [0, NAN, 1]])
    asked = make_questions(one, "profit", "policy", (), None, None)
    assert [(q.kind, q.focus, q.against) for q in asked] == [
        (WORSE, "rule", "coach"), (WORSE, "rule", "base"),
    ]  # fmt: skip
    usable, hits = asked[0].hits(one)
    assert usable.tolist() == [True, True, True, False]
    assert hits.tolist() == [True, False, False, False]  # equal is not worse
    assert asked[1].hits(one)[1].tolist() == [False, True, False, False]


def test_less_is_better_turns_the_question_round():
    one = draws([[0, 2, 3], [1, 0, 0]], outcome="hotel_cost")
    asked = make_questions(one, "hotel_cost", "policy", (), "rule", ["coach", "base"])
    assert asked[0].hits(one)[1].tolist() == [False, False]
    assert asked[1].hits(one)[1].tolist() == [True, False]


def test_missing_a_threshold_is_a_question_where_one_was_asked():
    one = draws([[0, 2, 3], [1, 0, 5], [0, 1, NAN]])
    wishes = (Wish("profit", ">", 0.0), Wish("profit", "<", 2.5))
    asked = make_questions(one, "profit", "policy", wishes, "coach", ["base"])
    assert [q.kind for q in asked] == [WORSE, MISSES]
    usable, hits = asked[1].hits(one)
    assert (usable.tolist(), hits.tolist()) == ([True, True, False], [True, True, False])


@pytest.mark.parametrize(
    ("focus", "against", "said"),
    [
        ("base", None, "--focus base: is the baseline; name one of rule, coach"),
        ("rull", None, "no scenario 'rull', did you mean 'rule'?"),
        ("rule", ["rule"], "--against rule: is the focus itself"),
        ("rule", ["nobody"], "no scenario 'nobody'"),
    ],
)
def test_questions_about_nobody(focus, against, said):
    one = draws([[0, 2, 3]])
    with pytest.raises(KemitraanError) as error:
        make_questions(one, "profit", "policy", (), focus, against)
    assert said in str(error.value)


# -- from draws to sentences


def explore(levels, points, **options):
    wishes = read_wishes(options.pop("satisfy", ()), ["profit"])
    asked = options.pop("asked", False)
    plan = {"pairs": len(levels)}
    return Exploration(
        draws(levels, points), ["profit"], "policy", wishes, plan, asked=asked, **options
    )


@pytest.fixture(scope="module")
def planted():
    """The rule loses to coaching where p1 is high and p2 low, but for some luck."""
    points = cube(5, 240, 12)
    there = (points[:, 1] > 0.6) & (points[:, 2] < 0.5)
    less = np.where(luck(5, 240) < 0.06, ~there, there)
    levels = np.column_stack([np.zeros(240), np.where(less, 1.0, 3.0), np.full(240, 2.0)])
    return explore(levels, points)


def test_a_planted_box_is_told_with_its_numbers(planted):
    one = planted.answer("coach")
    assert one.clear
    found = one.found
    assert {planted.draws.parameters[c] for c in found.box.columns} == {"p1", "p2"}
    said = planted.sentences()[0]
    assert said.startswith("rule loses to coach in UMKM profit when p1 above 0.6")
    for number in (found.hits, found.points, one.hits, one.draws, found.as_good):
        assert str(number) in said
    assert f"{100 * found.density:.0f} %" in said
    assert f"{100 * found.coverage:.0f} %" in said
    assert "days and p2 below 0." in said
    assert planted.sentences("id")[0].startswith("rule kalah dari coach dalam laba UMKM bila p1")


def test_the_best_by_region_follows_the_planted_box(planted):
    table = planted.best
    assert table.groupby("region")["best"].sum().tolist() == (
        table.groupby("region")["draws"].first().tolist()
    )
    winners = table.loc[table.groupby("region")["best"].idxmax()]
    inside = winners[winners["rule"].str.contains("p1 > ") & winners["rule"].str.contains("p2 < ")]
    assert set(inside["scenario"]) == {"coach"}
    assert "rule" in set(winners["scenario"])


def test_tables_of_boxes_agree_with_the_answer(planted):
    name = planted.answers[0].question.name
    boxes = planted.boxes[planted.boxes["question"] == name]
    found = planted.answers[0].found
    own = boxes[boxes["columns"] == str(len(found.rung.columns))]
    assert len(own) == len(found.rung.boxes)
    np.testing.assert_allclose(own["hits"] / own["draws"], own["density"])
    assert own["noise_high"].notna().all()
    assert (own["noise_high"] >= own["noise_median"]).all()
    told = planted.limits[(planted.limits["question"] == name) & (planted.limits["step"] == "told")]
    assert sorted(told["parameter"]) == ["p1", "p2"]
    assert set(told["side"]) == {"above", "below"}
    luck_ = planted.against_luck[planted.against_luck["question"] == name]
    assert luck_["told"].sum() == 1
    assert luck_["columns"].tolist() == ["1", "2", "3", "4", "5", "all"]
    assert planted.trees["hits"].max() > 20


def test_noise_is_called_what_it_is():
    """Who wins is luck: the sentence says that nothing can be told, and gives the numbers."""
    levels = np.column_stack([np.zeros(60), luck(8, 60), np.full(60, 0.5)])
    result = explore(levels, cube(8, 60, 40), against=["coach"])
    one = result.answers[0]
    assert not one.clear
    said = result.sentences()[0]
    assert said.startswith("When rule loses to coach in UMKM profit cannot be told")
    assert f"{one.found.as_good} of 199" in said
    assert "With" not in said.split("p ")[-1]  # one question is no many
    assert "CART" not in str(result)
    assert "NOT equal" in str(result)


@pytest.mark.parametrize(
    ("level", "said"),
    [
        (3.0, "rule loses to coach in UMKM profit in none of 30 draws."),
        (1.0, "rule loses to coach in UMKM profit in every one of 30 draws."),
    ],
)
def test_never_and_always(level, said):
    levels = np.column_stack([np.zeros(30), np.full(30, level), np.full(30, 2.0)])
    result = explore(levels, cube(1, 30, 4), against=["coach"])
    assert result.sentences() == [said]
    assert said in str(result)
    assert result.answers[0].found is None
    with pytest.raises(KemitraanError, match="draws are too few, or too many, to look for a box"):
        result.plot_box("coach")


def test_few_cases_are_told_as_few():
    levels = np.column_stack([np.zeros(40), np.full(40, 3.0), np.full(40, 2.0)])
    levels[:3, 1] = 1.0
    levels[5, 2] = NAN
    result = explore(levels, cube(1, 40, 4), against=["coach"])
    assert "in 3 of 39 draws (7.7 %): too few" in result.sentences()[0]
    assert "profit: 1 draws left out" in str(result)


def test_many_questions_raise_the_bar(planted):
    """With two of them the same box needs half the p."""
    assert [one.asked for one in planted.answers] == [2, 2]
    for one in planted.answers:
        if one.found is not None:
            assert one.clear == (2 * one.found.p <= 0.05)


def test_json_is_plain(planted):
    document = planted.to_json()
    assert document["answers"][0]["clear"] is True
    assert document["answers"][0]["density"] == planted.answers[0].found.density
    assert document["regret"][0]["outcome"] == "profit"
    assert {row["question"] for row in document["boxes"]} == {
        one.question.name for one in planted.answers if one.found is not None
    }


def test_figures_say_coverage_and_density(planted, tmp_path):
    one = planted.answers[0]
    axes = planted.plot_box("coach")
    title = axes.get_title(loc="left")
    assert f"{100 * one.found.coverage:.0f} %" in title
    assert f"{100 * one.found.density:.0f} %" in title
    assert {axes.get_xlabel()[:2], axes.get_ylabel()[:2]} == {"p1", "p2"}
    curve = planted.plot_trade_off("coach")
    lines = {line.get_label(): line for line in curve.get_lines()}
    drawn = lines[f"PRIM on the strongest: {len(one.found.rung.columns)}"]
    np.testing.assert_allclose(drawn.get_xdata(), 100 * one.found.rung.peeling.coverage)
    np.testing.assert_allclose(drawn.get_ydata(), 100 * one.found.rung.peeling.density)
    assert "PRIM on all assumptions" in lines
    regret = planted.plot_regret()
    assert [t.get_text() for t in regret.get_yticklabels()] == list(NAMES)
    axes.figure.savefig(tmp_path / "a.png")
