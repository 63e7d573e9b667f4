"""The model as a plain function, and its ranges as a SALib problem."""

import pickle

import numpy as np
import pytest
from SALib import ProblemSpec
from SALib.sample import latin

import kemitraan as km
from experiments.design import Job
from experiments.unit import region_values
from sim.draws import replicate_seed
from sim.errors import KemitraanError
from sim.outcomes import OUTCOMES

RULE = "mandated_hotel_partnership"
SMALL = {"scale": 40, "months": 36}
TWO = ["paper_cost", "displacement"]


@pytest.fixture(scope="module")
def function():
    return km.as_function(RULE, "surakarta", "hotel_cost,profit", parameters=TWO, **SMALL)


def test_a_call_is_the_effect_of_one_run(function):
    point = [sum(ends) / 2 for ends in function.ranges.values()]
    found = function(point)
    assert found.shape == (2,)
    job = Job("x", 0, replicate_seed(1, 0), dict(zip(TWO, point, strict=True)))
    values = region_values(function.study, job)[:, -1]
    at = [list(OUTCOMES).index(name) for name in ("hotel_cost", "profit")]
    np.testing.assert_array_equal(found, (values[1] - values[0])[at])
    np.testing.assert_array_equal(function(point), found)  # no noise from call to call
    assert not np.array_equal(function(point, seed=9), found)
    other = pickle.loads(pickle.dumps(function))
    np.testing.assert_array_equal(other(np.array(point)), found)
    named = function(paper_cost=point[0], displacement=point[1])
    assert named == {"hotel_cost": found[0], "profit": found[1]}
    assert function({"paper_cost": point[0]}).keys() == named.keys()


def test_a_table_of_points_gives_a_table_as_salib_wants_it(function):
    spec = km.problem(TWO, RULE, "surakarta", outcomes="hotel_cost,profit")
    assert isinstance(spec, ProblemSpec)
    assert spec["names"] == list(function.parameters)
    assert [tuple(ends) for ends in spec["bounds"]] == list(function.ranges.values())
    assert spec["dists"] == ["unif", "unif"]
    spec.sample(latin.sample, 3, seed=1).evaluate(function)
    assert spec.results.shape == (3, 2)
    np.testing.assert_array_equal(spec.results[1], function(spec.samples[1]))
    one = km.as_function(RULE, "surakarta", "profit", parameters=TWO, **SMALL)
    assert one(spec.samples[:2]).shape == (2,)


def test_replicates_are_averaged_and_levels_can_be_had():
    point = [0.5]
    mean = km.as_function(
        RULE, "surakarta", "profit", parameters=["displacement"], replicates=2, **SMALL
    )
    first, second = (
        region_values(mean.study, Job("x", r, replicate_seed(1, r), {"displacement": 0.5}))[:, -1]
        for r in range(2)
    )
    at = list(OUTCOMES).index("profit")
    expected = ((first[1] - first[0]) + (second[1] - second[0]))[at] / 2
    assert mean(point)[0] == pytest.approx(expected, rel=1e-12)
    level = km.as_function(
        RULE, "surakarta", "profit", effect_of=None, parameters=["displacement"], **SMALL
    )
    assert level(point)[0] == pytest.approx(first[1][at], rel=1e-12)


def test_levers_can_be_moved_as_optimisers_do():
    names = ["hotel.quota", "displacement"]
    function = km.as_function(
        RULE, "surabaya", "hotel_purchases", parameters=names, scale=400, months=36
    )
    assert function.ranges["hotel.quota"] == (0.0, 1.0)
    nothing, much = (function(**{"hotel.quota": quota})["hotel_purchases"] for quota in (0.0, 0.9))
    assert nothing < much
    with pytest.raises(KemitraanError, match=r"cash_grant.million_rp_per_year: mandated_hotel"):
        km.as_function(RULE, "surakarta", parameters=["cash_grant.million_rp_per_year"], **SMALL)
    spec = km.problem(["hotel.quota", "displacement"], RULE, "surakarta")
    assert spec["names"] == ["hotel.quota", "displacement"]


def test_months_as_a_series():
    function = km.as_function(RULE, "surakarta", "hotel_cost", parameters=TWO, **SMALL)
    point = [sum(ends) / 2 for ends in function.ranges.values()]
    series = function.monthly(point)
    assert series.shape == (36, 1)
    assert (series[:24] == 0.0).all()
    np.testing.assert_array_equal(series, function.monthly(dict(zip(TWO, point, strict=True))))
    yearly = km.as_function(RULE, "surakarta", "gini", parameters=TWO, **SMALL)
    with pytest.raises(KemitraanError, match="gini needs whole years"):
        yearly.monthly(point)


def test_groups_of_a_problem():
    spec = km.problem("compliance,trust", "no_policy", "surakarta", groups="group")
    assert set(spec["groups"]) == {"compliance", "trust"}
    kinds = km.problem("every", "no_policy", "surakarta", groups="kind")
    assert {"assumed", "measured"} <= set(kinds["groups"])
    assert len(kinds["names"]) == len(kinds["groups"])
    whole = km.problem(scenario="no_policy", region="surakarta")
    assert len(whole["names"]) > 150


def test_the_function_goes_back_into_our_own_sensitivity(function):
    spec = km.problem(TWO, RULE, "surakarta")
    result = km.sensitivity(
        function=function, problem=spec, outcomes="cost,profit", method="sobol", samples=8,
        jobs=1, quiet=True,
    )  # fmt: skip
    assert result.own.seeded  # other luck is dealt, as in a study of the model
    assert result.rows_of("cost").set_index("parameter")["estimate"]["dummy"] > 0.0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda f: f([0.5]), r"point of shape \(1,\) does not fit the 2 parameters"),
        (lambda f: f([9e9, 0.5]), "paper_cost 9e.09: is outside"),
        (lambda f: f(papercost=1.0), "no parameter 'papercost', did you mean 'paper_cost'"),
        (lambda f: f([1.0, 0.5], paper_cost=1.0), "not both"),
        (lambda f: f([np.nan, 0.5]), "is outside"),
    ],
)
def test_a_wrong_point(function, call, message):
    with pytest.raises(KemitraanError, match=message):
        call(function)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"outcomes": "profti"}, "did you mean 'profit'"),
        ({"window": "year 9"}, "no window 'year 9'"),
        ({"parameters": ["displacement", "displacement"]}, "a name stands twice"),
        ({"parameters": "groups"}, "names groups"),
        ({"replicates": 0}, "replicates 0"),
        ({"parameters": "displacment"}, "did you mean 'displacement'"),
    ],
)
def test_wrong_use(change, message):
    asked = {"scenario": RULE, "region": "surakarta", "parameters": TWO, **SMALL}
    with pytest.raises(KemitraanError, match=message):
        km.as_function(**{**asked, **change})
