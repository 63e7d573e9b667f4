"""Further runs of `explain`: they pair with the comparison, and known break-evens come back."""

import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from experiments import store
from experiments.calibration.ensemble import load_ensemble
from experiments.compare import compare
from experiments.design import make_study
from experiments.ensembles import with_ensemble
from experiments.explain import runs as explain_runs
from experiments.explain.again import read_scenario, study_again
from experiments.explain.drawn import read_drawn
from experiments.explain.explain import explain
from experiments.explain.plan import make_plan
from experiments.explain.runs import more_draws
from experiments.unit import region_values
from scenarios.region import load_region
from scenarios.scenario import list_scenarios, load_scenario
from sim.errors import KemitraanError
from sim.outcomes import OUTCOMES, windows
from tests.explained import COACHING, DRAWS, RULE, RUNS, SMALL, answered_once, compared


@pytest.fixture(scope="module")
def result():
    return compared()


@pytest.fixture(scope="module")
def folder():
    return compared().folder


@pytest.fixture(scope="module")
def answered():
    return answered_once()


def test_a_study_is_built_again_to_the_last_bit(result, folder):
    about = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert study_again(folder, about).digest() == result.study.digest()
    # A region that does not come with the program is named by its folder; another one is refused.
    own = {**about, "region": "elsewhere"}
    assert study_again(folder, own, "surabaya").digest() == result.study.digest()
    with pytest.raises(KemitraanError, match="region surakarta is not what the comparison ran"):
        study_again(folder, own, "surakarta")


def test_sized_levers_are_those_of_the_comparison(tmp_path, monkeypatch):
    """At equal money the levers are not those of the scenario's file."""
    monkeypatch.setattr(store, "_figures", lambda *_: None)
    made = compare(
        [COACHING, "cash_grant"], equal_budget=480, replicates=2, fixed_replicates=2,
        out=tmp_path / "runs", **SMALL,
    )  # fmt: skip
    about = json.loads((made.folder / "manifest.json").read_text(encoding="utf-8"))
    again = study_again(made.folder, about)
    assert again.digest() == made.study.digest()
    assert again.scenarios[1].levers["coaching.places"].value != 500.0


@pytest.mark.parametrize("name", list_scenarios())
def test_a_scenario_is_read_again_from_what_a_folder_keeps(name):
    scenario = load_scenario(name)
    plain = json.loads(json.dumps(scenario.resolved()))
    again = read_scenario(plain)
    assert again.digest() == scenario.digest()
    assert again.resolved() == scenario.resolved()


def test_runs_of_a_lever_pair_with_the_comparison(result, answered):
    """With half the hours the runs are those of a comparison of that scenario, draw by draw."""
    found = answered.ran
    assert found.plan.runs <= RUNS
    grid = found.plan.levers[RULE]["inspection.hours_per_month"]
    table = found.levers[RULE, "inspection.hours_per_month"]
    assert table.shape == (16, 5)
    scenario = load_scenario(RULE, levers={"inspection.hours_per_month": grid[1]})
    study = replace(result.study, scenarios=(result.study.scenarios[0], scenario))
    job = [j for j in result.jobs if j.role == "draw"][3]
    values = region_values(study, job)
    at = list(windows(36)).index("policy"), list(OUTCOMES).index("public_cost")
    assert table[3, 1] == values[1][at] - values[0][at]
    assert np.isnan(table[:, grid.index(200.0)]).all()  # the present value, which is known


def test_a_lever_that_only_costs_is_traced_in_a_straight_line(answered):
    """Hours of inspection times their wage, and never below zero."""
    curve = answered.curves[answered.curves["name"] == "inspection.hours_per_month"]
    steps = np.diff(curve["effect"]) / np.diff(curve["value"])
    assert steps == pytest.approx(steps[0], rel=1e-3)
    assert steps[0] > 0
    row = answered.flips.set_index("name").loc["inspection.hours_per_month"]
    assert np.isnan(row["flips_at"])
    assert row["clear"]
    quota = answered.flips.set_index("name").loc["hotel.quota"]
    assert quota["idle"]  # the quota itself costs no public money
    assert "moves nothing here" in answered.text()


def test_further_draws_are_others_of_the_same_ranges(result, answered):
    drawn = read_drawn(result, "public_cost", scenario=RULE)
    jobs = more_draws(drawn, result.study, 40)
    assert [job.changes for job in more_draws(drawn, result.study, 40)] == [
        job.changes for job in jobs
    ]
    assert not {job.seed for job in jobs} & {job.seed for job in result.jobs}
    for name, (low, high) in result.study.varied.items():
        values = np.array([job.changes[name] for job in jobs])
        assert low <= values.min() < values.max() <= high
        places = np.sort((values - low) / (high - low) * 40).astype(int)
        assert places.tolist() == list(range(40))  # each part of the range once
    more = answered.ran.plan.more
    assert more == (RUNS - answered.ran.plan.lever_runs) // 2
    assert answered.drawn.draws == DRAWS + more
    assert answered.drawn.own == DRAWS
    # They pair with the comparison: the cost is hours times the wage in the further draws too.
    wage = answered.drawn.points[:, answered.drawn.names.index("inspector_wage")]
    cost = answered.drawn.effects[RULE]
    assert np.corrcoef(wage, cost)[0, 1] == pytest.approx(1.0)
    assert f"({DRAWS} of the comparison, {more} further)" in answered.text()


def test_further_draws_of_an_ensemble_are_the_sets_not_yet_taken():
    study = make_study(
        load_region("surabaya"), [load_scenario("no_policy"), load_scenario(RULE)],
        seed=1, scale=SMALL["scale"], months=SMALL["months"],
    )  # fmt: skip
    study = with_ensemble(study, load_ensemble())
    drawn = SimpleNamespace(draws=DRAWS)
    jobs = more_draws(drawn, study, 5)
    members = load_ensemble().order(study.seed, DRAWS + 5)[DRAWS:]
    name = study.together[0]
    column = load_ensemble().table()[name].to_numpy()
    assert [job.changes[name] for job in jobs] == column[members].tolist()
    assert set(jobs[0].changes) == set(study.varied)


def test_more_draws_tell_what_few_leave_open(town, result):
    few = explain(result, "profit", scenario=RULE, runs=0, quiet=True)
    many = explain(result, "profit", scenario=RULE, runs=400, levers=["hotel.quota"], quiet=True,
                   jobs=1)  # fmt: skip
    floors = [one.variance["floor"].iloc[0] for one in (few, many)]
    assert floors[1] < floors[0] / 3
    row = many.variance.iloc[0]
    assert (row["name"], bool(row["named"]), row["told_by"]) == ("displacement", True, "draws")
    assert row["low"] < 0.75 < row["high"]
    flip = many.flips.set_index("name").loc["displacement"]
    assert flip["low"] < 0.83 < flip["high"]
    assert flip["high"] - flip["low"] < 0.2


class Town:
    """A model whose break-even values are known: effect = 10 quota - 4 + 3 (d - 1/2) + luck."""

    def __init__(self, drawn):
        self.drawn = drawn
        at = list(windows(36)).index(drawn.window), list(OUTCOMES).index(drawn.outcome)
        self.at = at
        self.shape = (len(windows(36)), len(OUTCOMES))

    def effect(self, quota, job):
        luck = np.random.default_rng(job.seed).standard_normal()
        return 10 * quota - 4 + 3 * (job.changes["displacement"] - 0.5) + 0.5 * luck

    def run(self, _unit, study, jobs, *_rest, **_options):
        found = []
        for job in jobs:
            values = np.zeros((len(study.scenarios), *self.shape))
            level = self.drawn.levels[job.replicate % DRAWS]
            values[:, self.at[0], self.at[1]] = level
            for s, one in enumerate(study.scenarios[1:], 1):
                quota = float(one.levers["hotel.quota"].value)
                values[s, self.at[0], self.at[1]] = level + self.effect(quota, job)
            found.append(values)
        return found


@pytest.fixture
def town(result, monkeypatch):
    drawn = read_drawn(result, "profit", scenario=RULE)
    made = Town(drawn)
    effects = np.array([made.effect(0.3, job) for job in drawn.jobs])
    known = replace(drawn, effects={RULE: effects})
    monkeypatch.setattr(explain_runs, "run_units", made.run)
    monkeypatch.setattr("experiments.explain.explain.read_drawn", lambda *_: known)
    return known


def test_known_break_even_values_come_back_from_runs(town, result):
    found = explain(
        result, "profit", scenario=RULE, runs=500, levers=["hotel.quota"],
        assumptions=["displacement", "market_growth"], quiet=True, jobs=1,
    )  # fmt: skip
    flips = found.flips.set_index("name")
    quota, moved = flips.loc["hotel.quota"], flips.loc["displacement"]
    assert quota["low"] < 0.4 < quota["high"]
    assert quota["flips_at"] == pytest.approx(0.4, abs=0.04)
    assert quota["clear"]
    assert moved["low"] < 0.83 < moved["high"]
    assert moved["flips_at"] == pytest.approx(0.83, abs=0.15)
    assert flips.loc["market_growth"]["idle"]
    shares = found.variance.set_index("name")
    truth = (9 / 12) / (9 / 12 + 0.25)
    assert shares.loc["displacement", "low"] < truth < shares.loc["displacement", "high"]
    assert shares.loc["displacement", "named"]
    assert shares.loc["displacement", "told_by"] == "runs"
    assert not shares.loc["market_growth", "named"]
    first = found.measure.iloc[0]
    assert first["name"] == "displacement"
    # The others average to -1: beyond 0.83 the sign is another.
    assert first["turns"] == pytest.approx(0.17, abs=0.12)
    text = found.text()
    assert "purchasing managers of hotels" in text
    assert "hotel.quota" in text.split("WHERE IT FLIPS")[1]


def test_more_runs_than_allowed_are_refused_and_few_are_spent_on_levers_first(result):
    drawn = read_drawn(result, "profit")
    both = [load_scenario(RULE), load_scenario(COACHING)]
    names = ["displacement", "market_growth", "certificate_cost"]
    plan = make_plan(drawn, both, names, 600)
    assert plan.runs <= 600
    assert [len(own) for own in plan.levers.values()] == [2, 2]
    assert not plan.assumptions
    assert plan.more == (600 - plan.lever_runs) // 3
    assert make_plan(drawn, both, names, 20).runs == 0
    few = make_plan(drawn, both, names, 150)
    assert [len(own) for own in few.levers.values()] == [1, 1]
    assert few.more == 0
    asked = make_plan(drawn, both, names, 500, None, ["displacement"])
    assert list(asked.assumptions) == ["displacement"]
    assert asked.runs <= 500
    # An ensemble has no further draws: its strongest assumptions are moved alone.
    rows = replace(drawn, about={**drawn.about, "uncertainty": "ensemble"})
    moved = make_plan(rows, both, names, 600)
    assert moved.more == 0
    assert list(moved.assumptions) == names[: (600 - moved.lever_runs) // (16 * 4 * 3)]
    with pytest.raises(KemitraanError, match="--runs 100: is not enough"):
        make_plan(drawn, both, names, 100, None, names)


def test_a_baseline_that_comes_out_otherwise_is_not_paired(result):
    drawn = read_drawn(result, "profit", scenario=RULE)
    off = replace(drawn, levels=drawn.levels + 1.0)
    plan = make_plan(off, [load_scenario(RULE)], [], 80)
    plan = replace(plan, draws=2)
    with pytest.raises(KemitraanError, match="does not come out as in the comparison"):
        explain_runs.make_runs(off, result.study, plan, jobs=1)
