"""Any Python function by our designs, runner and tables: known indices, and what goes wrong."""

import json

import numpy as np
import pytest
from SALib import ProblemSpec
from SALib.analyze import sobol as salib
from SALib.test_functions import Sobol_G

import kemitraan as km
from experiments.decomposition import Decomposition
from experiments.screening import Screening
from sim.errors import KemitraanError
from tests.functions import ISHIGAMI, SOBOL_G, STOCHASTIC, fails, ishigami, sobol_g, stochastic

HERE = {"quiet": True, "jobs": 1}


def estimates(result, index, outcome="y"):
    return result.rows_of(outcome, index).set_index("parameter")["estimate"]


def direct(result, outcome=None, **options):
    """SALib on the same numbers, without anything of ours."""
    spec = result.to_salib(outcome)
    return salib.analyze(dict(spec), spec.results, result.sample.second_order, seed=1, **options)


@pytest.fixture(scope="module")
def sobol():
    return km.sensitivity(
        function=ishigami, problem=ISHIGAMI, method="sobol", samples=512, second_order=True, **HERE
    )


def test_the_known_indices_of_ishigami_are_found_and_are_salibs(sobol):
    assert isinstance(sobol, Decomposition)
    first, total = estimates(sobol, "S1"), estimates(sobol, "ST")
    for name, one, whole in (("x1", 0.3139, 0.5576), ("x2", 0.4424, 0.4424), ("x3", 0.0, 0.2437)):
        assert first[name] == pytest.approx(one, abs=0.03)
        assert total[name] == pytest.approx(whole, abs=0.03)
    assert first["dummy"] == total["dummy"] == 0.0
    theirs = direct(sobol)
    names = [one.name for one in sobol.factors]
    np.testing.assert_allclose(first[names], theirs["S1"], rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(total[names], theirs["ST"], rtol=1e-10, atol=1e-10)
    pairs = sobol.rows_of("y", "S2").set_index(["parameter", "other"])["estimate"]
    assert len(pairs) == 6
    assert pairs.idxmax() == ("x1", "x3")
    for i, one in enumerate(names):
        for j in range(i + 1, len(names)):
            assert pairs[one, names[j]] == pytest.approx(theirs["S2"][i, j], abs=1e-10)


def test_the_known_indices_of_sobol_g_of_two_outcomes_on_two_processes():
    result = km.sensitivity(
        function=sobol_g, problem=SOBOL_G, method="sobol", samples=512, outcomes="g,root",
        jobs=2, quiet=True,
    )  # fmt: skip
    weight = np.array([0, 1, 4.5, 9, 99, 99, 99, 99])
    names = SOBOL_G["names"]
    np.testing.assert_allclose(
        estimates(result, "S1", "g")[names], Sobol_G.sensitivity_index(weight), atol=0.06
    )
    np.testing.assert_allclose(
        estimates(result, "ST", "g")[names], Sobol_G.total_sensitivity_index(weight), atol=0.06
    )
    theirs = direct(result, "root")
    every = [one.name for one in result.factors]
    np.testing.assert_allclose(estimates(result, "ST", "root")[every], theirs["ST"], rtol=1e-10)
    alone = km.sensitivity(
        function=sobol_g, problem=SOBOL_G, method="sobol", samples=512, outcomes="g,root", **HERE
    )
    np.testing.assert_array_equal(result.numbers, alone.numbers)


def test_a_function_with_luck_has_its_luck_told_apart():
    """a and luck hold a sixth each, b four; a column that does nothing holds nothing."""
    result = km.sensitivity(
        function=stochastic, problem=STOCHASTIC, method="sobol", samples=512, replicates=2, **HERE
    )
    share = result.seed_share("y")
    assert share.value == pytest.approx(1 / 6, abs=0.02)
    assert share.low < 1 / 6 < share.high
    row = result.table[result.table["index"] == "seed_share"]
    assert row["estimate"].item() == share.value
    first = estimates(result, "S1")
    # The mean of two runs has half of the luck: 1/3, 4/3 and 1/6 of 11/6.
    assert first["b"] == pytest.approx(8 / 11, abs=0.04)
    assert first["a"] == pytest.approx(2 / 11, abs=0.04)
    assert first["dummy"] == pytest.approx(1 / 11, abs=0.04)
    assert estimates(result, "ST")["still"] == 0.0
    rows = result.ranked("y").set_index("parameter")
    assert rows["above_dummy"].to_dict() == {"b": True, "a": True, "still": False}
    # With one run of each point the dummy alone tells it.
    one = km.sensitivity(
        function=stochastic, problem=STOCHASTIC, method="sobol", samples=512, **HERE
    )
    assert one.seed_share("y").value == pytest.approx(1 / 6, abs=0.03)
    assert "Luck: 17 %" in str(one) or "Luck: 16 %" in str(one)


def test_dispersion_is_studied_beside_the_mean():
    def wider(point, seed):
        return 3.0 * point[1] + point[0] * stochastic(np.zeros(2), seed)

    problem = {"names": ["size", "level"], "bounds": [[1.0, 5.0], [0.0, 10.0]]}
    result = km.sensitivity(
        function=wider, problem=problem, method="sobol", samples=128, replicates=4, **HERE
    )
    assert result.ranked("y").iloc[0]["parameter"] == "level"
    spread = result.ranked("y", of="dispersion").set_index("parameter")["estimate"]
    assert spread["size"] > 0.3
    assert spread["level"] == pytest.approx(0.0, abs=1e-9)
    assert "The spread of a point's replicates hangs most on size" in str(result)


@pytest.mark.parametrize("method", ["fast", "rbd-fast", "delta", "pawn", "morris"])
def test_every_method_finds_what_matters_in_a_simple_sum(method):
    def plain(point):
        return 4.0 * point[0] + point[1]

    problem = {"names": ["strong", "weak", "idle"], "bounds": [[0.0, 1.0]] * 3}
    samples = {"morris": 6, "fast": 65}.get(method, 200)
    result = km.sensitivity(
        function=plain, problem=problem, method=method, samples=samples, outcomes="sum", **HERE
    )
    rows = result.ranked("sum")
    assert rows.iloc[0]["parameter"] == "strong"
    assert rows.iloc[0]["above_dummy"]
    assert not rows.set_index("parameter")["above_dummy"]["idle"]
    assert "strong" in result.headlines[0]
    assert isinstance(result, Screening if method == "morris" else Decomposition)
    if method != "morris":
        table = result.convergence("sum")
        assert table["samples"].max() == samples
        assert set(table["parameter"]) == {"strong", "weak", "idle", "dummy"}
    json.dumps(result.to_json(), allow_nan=False)


def test_pairs_are_told_from_factors_where_there_are_as_many():
    """Two factors and the dummy make three pairs."""
    result = km.sensitivity(
        function=lambda point: point[0] * point[1],
        problem={"names": ["a", "b"], "bounds": [[-1.0, 1.0]] * 2},
        method="sobol", samples=256, second_order=True, **HERE,
    )  # fmt: skip
    pairs = result.rows_of("y", "S2")
    assert next(zip(pairs["parameter"], pairs["other"], strict=True)) == ("a", "b")
    assert pairs["estimate"].iloc[0] == pytest.approx(1.0, abs=0.1)
    assert (estimates(result, "ST")[["a", "b"]] > 0.9).all()
    assert "Only together, % of the variance: a x b 1" in str(result)


def test_groups_and_distributions_of_a_problem():
    problem = {
        "names": ["x1", "x2", "x3"],
        "bounds": [[0.0, 1.0], [2.0, 1.0], [1.0, 100.0]],
        "dists": ["unif", "norm", "logunif"],
        "groups": ["outer", "inner", "outer"],
        "outputs": ["made"],
    }
    seen = []

    def record(point):
        seen.append(point)
        return point @ np.array([1.0, 1.0, 0.01])

    result = km.sensitivity(function=record, problem=problem, method="sobol", samples=64, **HERE)
    points = np.array(seen[3:])  # the first three only tell how long it takes
    assert points.shape == (64 * 5, 3)
    assert points[:, 1].mean() == pytest.approx(2.0, abs=0.1)
    assert points[:, 1].std() == pytest.approx(1.0, abs=0.1)
    assert np.median(points[:, 2]) == pytest.approx(10.0, rel=0.2)
    assert [one.name for one in result.factors] == ["outer", "inner", "dummy"]
    assert result.outcomes == ("made",)
    assert "2 groups" in result.headlines[0] or "groups" in str(result)
    spec = result.to_salib()
    found = salib.analyze(dict(spec), spec.results, False, seed=1)
    names = [one.name for one in result.factors]
    np.testing.assert_allclose(estimates(result, "ST", "made")[names], found["ST"], rtol=1e-10)


def test_a_problem_spec_goes_in_and_comes_back():
    spec = ProblemSpec({**ISHIGAMI, "outputs": ["value"]})
    result = km.sensitivity(function=ishigami, problem=spec, method="pawn", samples=100, **HERE)
    assert result.outcomes == ("value",)
    back = result.to_salib()
    assert back["names"] == ["x1", "x2", "x3", "dummy"]
    assert back.samples.shape == (100, 4)
    back.analyze_pawn(seed=1)
    own = result.rows_of("value").set_index("parameter")["estimate"]
    theirs = dict(zip(back["names"], back.analysis["median"], strict=True))
    for name, value in theirs.items():
        assert own[name] == pytest.approx(value, rel=1e-10)


def test_what_is_not_finite_is_counted_named_and_left_out():
    def broken(point):
        return np.nan if point[0] > 3.0 else ishigami(point)

    result = km.sensitivity(function=broken, problem=ISHIGAMI, method="sobol", samples=64, **HERE)
    lost = int(np.isnan(result.outcome("y")).sum())
    assert lost > 0
    kept = int(result.rows_of("y")["rows"].iloc[0])
    assert 8 <= kept < 64
    assert (
        f"y: {lost} of 384 runs are not finite; their {64 - kept} of 64 base rows are left out"
        in result.notes
    )
    nothing = km.sensitivity(
        function=lambda _: np.nan, problem=ISHIGAMI, method="sobol", samples=16, **HERE
    )
    assert nothing.headlines == []
    assert nothing.notes[0].startswith("y: not finite in 96 of 96 runs; too few of 16 base rows")
    assert len(nothing.table) == 0


def test_a_function_that_fails_says_where():
    with pytest.raises(KemitraanError, match=r"fails: ValueError: too far \(at x1 3\."):
        km.sensitivity(function=fails, problem=ISHIGAMI, method="sobol", samples=64, **HERE)


def test_a_function_that_others_cannot_find_runs_here(capsys):
    result = km.sensitivity(
        function=lambda point: point[0], problem=ISHIGAMI, method="sobol", samples=8, jobs=2
    )
    assert "<lambda> cannot be found by other processes: it runs in this one" in (
        capsys.readouterr().err
    )
    assert result.ranked("y").iloc[0]["parameter"] == "x1"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"problem": None}, "expects a SALib problem"),
        ({"problem": {"names": ["a", "a"], "bounds": [[0, 1]] * 2}}, "every name once"),
        ({"problem": {"names": ["a"], "bounds": [[1, 1]]}}, "no low and high end"),
        ({"problem": {"names": ["a"], "bounds": [[0, np.inf]]}}, "not finite"),
        ({"problem": {**ISHIGAMI, "groups": ["one"]}}, "1 groups for 3 names"),
        ({"outcomes": "a,b"}, r"outcomes: 2 names \(a, b\) for 1 values"),
        ({"scenario": "no_policy"}, "a scenario was given too"),
        ({"samples": 100}, "take 64 or 128"),
        ({"method": "morris", "samples": 4, "problem": {**ISHIGAMI, "dists": ["unif", "norm",
          "unif"]}}, "walks through uniform ranges"),
    ],
)  # fmt: skip
def test_wrong_use(change, message):
    asked = {"function": ishigami, "problem": ISHIGAMI, "method": "sobol", "samples": 8, **HERE}
    with pytest.raises(KemitraanError, match=message):
        km.sensitivity(**{**asked, **change})


def test_a_study_of_nothing_is_refused():
    with pytest.raises(KemitraanError, match="name a scenario, or give a function"):
        km.sensitivity()


def test_the_folder_of_a_function(sobol, tmp_path):
    folder = sobol.save(tmp_path / "kept")
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert manifest["plan"]["function"] == "ishigami"
    assert "region" not in manifest
    assert {"sensitivity.csv", "convergence.csv", "figures/shares_y.png"} <= set(manifest["files"])
    assert "scenarios.resolved.json" not in manifest["files"]
    with pytest.raises(KemitraanError, match="is a function; it has no study"):
        _ = sobol.study


def test_a_screening_of_a_function_draws_its_figures(tmp_path):
    """Its outcomes have no unit and no region."""
    folder = tmp_path / "study"
    km.sensitivity(
        function=ishigami, problem=ISHIGAMI, method="morris", samples=4, out=folder, **HERE
    )
    drawn = sorted(path.suffix for path in (folder / "figures").iterdir())
    assert drawn.count(".png") == drawn.count(".svg") >= 2
