"""Trials in the model: nothing given finds nothing, what is found is true, errors are honest."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest

import kemitraan as km
from experiments.design import Job
from experiments.trials.estimates import trial_estimates
from experiments.trials.run import trial as run
from experiments.trials.study import make_trial_study, trial_study
from experiments.trials.table import COLUMNS, ESTIMANDS
from experiments.trials.unit import run_trial_unit, start_world
from scenarios.trial import Eligible
from sim.errors import KemitraanError
from sim.parameters import Parameters
from sim.policy import compile_policy
from sim.population import build_world
from sim.run import simulate
from tests.lab import town
from tests.trial_files import gets, small

REPLICATES = 100


@pytest.fixture(scope="module")
def placebo():
    """A hundred trials in which nothing is given."""
    nothing = small(
        "placebo", units=300, outcomes=("profit", "revenue", "practice", "in_business"),
        attrition=(0.05, 0.05), replicates=REPLICATES,
    )  # fmt: skip
    return run(nothing, town(1_500), scale=1, jobs=1, quiet=True)


@pytest.fixture(scope="module")
def grants():
    """Cash for half of some micro firms, of whom three in five take it."""
    trial = small(
        units=300, outcomes=("cash", "capacity", "profit", "in_business"), horizons=(6, 12),
        take_up=0.6, replicates=40, recall_months=3,
    )  # fmt: skip
    return run(trial, town(1_500), scale=1, jobs=1, quiet=True)


def said(result):
    """Its text without line breaks."""
    return " ".join(result.text().split())


def cells(result):
    return np.array([r.cells for r in result.results])


# -- nothing given


def test_nothing_given_is_found_to_be_nothing_in_95_of_100_trials(placebo):
    found = cells(placebo)
    # 99.9 % of a binomial of 100 with 0.95.
    for o, outcome in enumerate(placebo.trial.outcomes):
        own = found[:, o, 0]
        assert (own["truth"] == 0.0).all()
        holds = np.abs(own["itt"]) <= own["itt_half"]
        assert 87 <= holds.sum() <= 100, outcome
        assert placebo.rows(outcome, "itt")["coverage"].iloc[0] == holds.mean()
    every = np.abs(found["itt"]) <= found["itt_half"]
    assert 0.92 <= every.mean() <= 0.98


def test_its_standard_errors_are_the_spread_of_its_estimates(placebo):
    found = cells(placebo)
    for o, outcome in enumerate(placebo.trial.outcomes):
        own = found[:, o, 0]
        told = math.sqrt((own["itt_error"] ** 2).mean())
        # A standard deviation of 100 is known to 7 %; three of them.
        assert told == pytest.approx(own["itt"].std(ddof=1), rel=0.22), outcome


def test_the_mean_of_many_placebo_trials_is_zero(placebo):
    for _, row in placebo.rows(estimand="itt").iterrows():
        half = (row["sim_high"] - row["sim_low"]) / 2
        assert abs(row["estimate"]) <= 1.7 * half, row["outcome"]


def test_a_placebo_moves_nobody(placebo):
    for name in ("truth", "truth_tot", "spillover", "spillover_control"):
        assert (placebo.rows(estimand=name)["estimate"] == 0.0).all()


# -- something given


def test_estimates_and_truth_agree_within_chance(grants):
    """An estimate is the effect on the treated less what the trial does to its control group."""
    found = cells(grants)
    for o, outcome in enumerate(grants.trial.outcomes):
        for h in range(2):
            own = found[:, o, h]
            for name in ("itt", "tot"):
                truth = own["truth"] - own["spillover_control"]
                if name == "tot":
                    truth = truth / own["first_stage"]
                gap = own[name] - truth
                error = gap.std(ddof=1) / math.sqrt(gap.size)
                assert abs(gap.mean()) <= 3.0 * error, (outcome, h, name)


def test_the_truth_is_known_far_better_than_any_trial_finds_it(grants):
    table = grants.table.set_index(["outcome", "horizon", "estimand"])
    for outcome in ("cash", "capacity", "profit"):
        itt, truth = (table.loc[(outcome, 12, name)] for name in ("itt", "truth"))
        assert truth["sim_high"] - truth["sim_low"] < 0.5 * (itt["high"] - itt["low"])
        assert truth["estimate"] > 0.0


def test_take_up_dilutes_the_effect_of_being_offered(grants):
    """Who did not take it up had nothing of it but the neighbourhood."""
    found = cells(grants)[:, 0, 0]
    taken = np.array([r.counts.takes / r.counts.treated for r in grants.results])
    assert taken.mean() == pytest.approx(0.6, abs=0.03)
    diluted = taken * found["truth_tot"]
    assert found["truth"].mean() == pytest.approx(diluted.mean(), rel=0.02)
    assert np.corrcoef(found["truth"], diluted)[0, 1] > 0.9
    assert np.allclose(found["first_stage"].mean(), taken.mean(), rtol=0.02)
    assert np.allclose(found["tot"] * found["first_stage"], found["itt"], rtol=1e-9)


def test_intervals_hold_the_truth(grants):
    """No less often than they say: where effects differ between firms robust errors are wide."""
    table = grants.rows(estimand="itt")
    assert table["coverage"].mean() >= 0.9


def test_errors_are_as_large_as_estimates_are_off():
    """Neither too small nor too large, where everybody takes up what does about the same to all."""
    trial = small(
        units=300, outcomes=("profit", "in_business"), horizons=(6,), take_up=1.0, replicates=60,
        recall_months=3,
    )  # fmt: skip
    found = cells(run(trial, town(1_500), scale=1, jobs=1, quiet=True))
    for o, outcome in enumerate(trial.outcomes):
        own = found[:, o, 0]
        off = own["itt"] - (own["truth"] - own["spillover_control"])
        # The spread of 60 is itself known to a tenth.
        assert 0.75 < own["itt_error"].mean() / off.std(ddof=1) < 1.3, outcome
        assert 0.85 <= np.mean(np.abs(off) <= 1.96 * own["itt_error"]) < 1.0, outcome


def test_whole_villages_may_be_treated():
    trial = small(units=300, by="village", eligible=Eligible(), replicates=30, outcomes=("cash",))
    found = run(trial, town(1_500), scale=1, jobs=1, quiet=True)
    row = found.rows("cash", "itt").iloc[0]
    assert row["coverage"] >= 0.8
    assert found.counts["villages_treated"] == pytest.approx(found.counts["villages"] / 2, abs=1)
    seen = found.rows("cash", "spillover_seen").iloc[0]
    assert math.isnan(seen["estimate"]) == math.isnan(seen["se"])


# -- worlds


def study_of(trial, scale=1):
    return trial_study(trial, town(1_500), seed=3, scale=scale)


def test_the_world_without_the_trial_is_the_plain_run_to_the_last_bit():
    trial = small(units=200)
    study, job = study_of(trial), Job("draw", 0, 3, {})
    plain = build_world(town(1_500), study.parameters, seed=3, scale=1, months=study.months)
    plain.attach(compile_policy({}, plain.names.goods, study.months))
    simulate(plain)
    world, before = start_world(study, job)
    with_it = world.copy()
    from experiments.trials.observe import follow
    from experiments.trials.unit import _treat

    takers = np.zeros(world.n_firms, bool)
    takers[np.flatnonzero(before.generation >= 0)[::3]] = True
    _treat(with_it, trial, takers)
    moved = follow(with_it, trial, before.generation)
    still = follow(world, trial, before.generation)
    for name in ("firms", "links", "buyers", "pools"):
        assert getattr(world.tables, name).tobytes() == getattr(plain.tables, name).tobytes()
    assert world.monthly.tobytes() == plain.monthly.tobytes()
    assert not np.array_equal(moved, still, equal_nan=True)


def test_who_is_studied_does_not_change_the_model():
    """The trial's own draws shift nobody's luck: other units, same world."""
    one, other = (run_trial_unit(study_of(small(units=n, treatments=())), Job("draw", 0, 3, {}))
                  for n in (100, 200))  # fmt: skip
    assert one.counts.eligible == other.counts.eligible
    assert one.cells["control_mean"][0, 0] != other.cells["control_mean"][0, 0]


@pytest.mark.parametrize(
    ("treatment", "outcome", "sign"),
    [
        (gets("coaching", 6, kind="mentor"), "practice", 1),
        (gets("loan", 24, million_rp=5.0, interest_per_month=0.01, grace_months=3.0), "cash", 1),
        (gets("export_order", 3, million_rp=6.0), "revenue", 1),
        (gets("contract", 12, million_rp_per_month=1.0), "revenue_outside", -1),
        (gets("demand_shock", 12, change=-0.5), "revenue", -1),
    ],
)
def test_what_is_given_moves_what_it_should(treatment, outcome, sign):
    trial = small(units=200, treatments=treatment, outcomes=(outcome,), horizons=(3,),
                  recall_months=3)  # fmt: skip
    found = run_trial_unit(study_of(trial), Job("draw", 0, 3, {}))
    assert sign * found.cells["truth"][0, 0] > 0.0


def test_neighbours_lose_where_customers_move():
    trial = small(
        units=200, treatments=gets("demand_shock", 12, change=0.5, from_competitors=1.0),
        outcomes=("revenue",), recall_months=3,
    )  # fmt: skip
    cell = run_trial_unit(study_of(trial), Job("draw", 0, 3, {})).cells[0, 0]
    assert cell["truth"] > 0.0 > cell["spillover"]
    assert cell["spillover_control"] < 0.0
    without = run_trial_unit(
        study_of(replace(trial, spillover=False)), Job("draw", 0, 3, {})
    ).cells[0, 0]
    assert math.isnan(without["spillover"])
    assert without["truth"] == cell["truth"]


def test_attrition_that_differs_between_arms_is_told():
    trial = small(units=300, attrition=(0.05, 0.4), replicates=6, eligible=Eligible())
    found = run(trial, town(1_500), scale=1, jobs=1, quiet=True)
    row = found.attrition.iloc[0]
    assert row["treated"] == pytest.approx(0.05, abs=0.04)
    assert row["control"] == pytest.approx(0.4, abs=0.07)
    assert row["difference"] < -1.96 * row["se"]
    assert "attrition differs between the arms" in said(found)
    even = replace(trial, attrition=(0.0, 0.0))
    assert "attrition differs" not in said(run(even, town(1_500), scale=1, jobs=1, quiet=True))


# -- samples, processes, files


def test_the_sample_is_as_coarse_as_the_units_allow():
    # 30,000 firms: the finer sample would hold more firms than are needed.
    few, sizing = make_trial_study(small(units=300), town(30_000), seed=1, scale=None)
    assert few.scale == 5
    assert sizing.eligible == pytest.approx(29_000, rel=0.1)
    many, _ = make_trial_study(small(units=9_000), town(30_000), seed=1, scale=None)
    assert many.scale == 2
    assert many.firms * 0.95 >= 1.5 * 9_000


def test_a_region_with_too_few_firms_is_refused_with_the_figure():
    with pytest.raises(KemitraanError, match=r"2,000 are asked for.*about 1,\d\d\d firms that may"):
        run(small(units=2_000), town(1_500), quiet=True)
    with pytest.raises(KemitraanError, match=r"--scale 3: leaves about .* at most 2"):
        run(small(units=700), town(1_500), scale=3, quiet=True)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"power": 1.5}, "--power 1.5: is outside 0.1..0.99"),
        ({"replicates": 1.5}, "--replicates 1.5: is no whole number"),
        ({"uncertainty": "weather"}, "--uncertainty weather: is not known; known: parameters"),
        ({"scale": "fine"}, "--scale fine: is neither a whole number nor 'auto'"),
        ({"jobs": 0}, "--jobs 0"),
    ],
)
def test_wrong_options_are_refused(options, message):
    with pytest.raises(KemitraanError, match=message):
        run(small(), town(1_500), quiet=True, **options)


def test_one_and_two_processes_give_the_same_table():
    trial = small(units=200, replicates=6, take_up=0.8, attrition=(0.1, 0.1))
    one, two = (run(trial, town(1_500), scale=1, jobs=n, quiet=True) for n in (1, 2))
    assert one.table.equals(two.table)
    assert one.attrition.equals(two.attrition)
    again = run(trial, town(1_500), scale=1, jobs=1, seed=2, quiet=True)
    assert not one.table.equals(again.table)


def test_assumptions_may_vary():
    trial = small(units=200, replicates=6, outcomes=("profit",))
    found = run(trial, town(1_500), scale=1, jobs=1, uncertainty="parameters", quiet=True)
    truth = found.rows("profit", "truth").iloc[0]
    held = run(trial, town(1_500), scale=1, jobs=1, quiet=True).rows("profit", "truth").iloc[0]
    assert truth["range_low"] < truth["estimate"] < truth["range_high"]
    assert truth["range_high"] - truth["range_low"] > held["sim_high"] - held["sim_low"]
    assert math.isnan(held["range_low"])
    assert found.plan["assumptions_varied"] > 100
    assert "range, because assumptions are uncertain" in said(found)


def test_own_values_replace_the_registrys():
    trial = small(units=200, treatments=gets("coaching", 6, kind="mentor"), outcomes=("practice",))
    usual = trial_estimates(trial, region=town(1_500), scale=1)
    off = Parameters.default().replace(check=False, mentor_practice=0.0)
    without = trial_estimates(trial, region=town(1_500), scale=1, parameters=off)
    assert usual["practice@12"] > 5.0
    assert abs(without["practice@12"]) < 0.5
    assert set(usual) == {"practice@12", "offered:practice@12", "spillover:practice@12"}
    assert usual == trial_estimates(trial, region=town(1_500), scale=1, seed=1)


def test_the_table_is_tidy(grants):
    table = grants.table
    assert tuple(table.columns) == COLUMNS
    assert len(table) == 4 * 2 * len(ESTIMANDS)
    itt = table[table["estimand"] == "itt"]
    assert (itt["low"] < itt["estimate"]).all()
    assert (itt["estimate"] < itt["high"]).all()
    assert itt["units"].eq(300).all()
    assert itt["replicates"].eq(40).all()
    assert itt["take_up"].between(0.55, 0.65).all()
    assert np.allclose(itt["relative"], 100 * itt["estimate"] / itt["control_mean"].abs())


def test_a_trial_shows_and_writes_itself(grants, tmp_path):
    for lang, words in (
        ("en", ("truth", "control mean")),
        ("id", ("sebenarnya", "rerata kontrol")),
    ):
        text = grants.text(lang)
        assert all(word in text for word in words)
    assert "<pre>" in grants._repr_html_()
    folder = grants.save(tmp_path / "out")
    names = {path.name for path in folder.iterdir()}
    assert names == {"trial.csv", "attrition.csv", "replicates.csv", "trial.resolved.json",
                     "trial.yaml", "figures", "manifest.json"}  # fmt: skip
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["kind"] == "trial"
    assert set(manifest["files"]) >= {"trial.csv", "figures/trial_cash.svg"}
    document = grants.to_json()
    assert document["plan"]["trial"] == "cash_grant"
    assert len(document["table"]) == len(grants.table)
    axes = grants.plot("cash")
    assert axes.get_xlabel() == "months after the start"
    with pytest.raises(KemitraanError, match="no outcome 'quality'"):
        grants.plot("quality")


def test_logarithms_are_told_in_percent():
    trial = small(units=200, replicates=4, outcomes=("revenue",), form="log", closed="missing")
    found = run(trial, town(1_500), scale=1, jobs=1, quiet=True)
    row = found.rows("revenue", "truth").iloc[0]
    assert row["unit"] == "log"
    assert row["relative"] == pytest.approx(100 * math.expm1(row["estimate"]))


# -- a pilot


def test_a_pilot_of_the_size_that_is_told_finds_the_effect():
    trial = small(units=200, replicates=60, outcomes=("capacity",), horizons=(6, 12))
    found = run(trial, town(3_000), scale=1, jobs=1, power=0.8, quiet=True)
    design = found.design
    assert design.best["outcome"] == "capacity"
    assert 20 < design.best["units"] < 2_500
    # Sixty trials say it to five points; what is left is that effects are skewed.
    assert design.checked == pytest.approx(0.8, abs=0.16)
    one = design.table[design.table["rounds"] == 1].set_index("horizon")
    assert one["power"].to_numpy() == pytest.approx(one["simulated"].to_numpy(), abs=0.16)
    assert (design.table["units"] >= 4).all()
    more = design.table[design.table["horizon"] == 12].sort_values("rounds")
    assert more["units"].is_monotonic_decreasing
    text = said(found)
    assert "PILOT" in text
    assert "McKenzie 2012" in text
    assert found.to_json()["power"]["power"] == 0.8


def test_no_pilot_finds_what_is_not_there():
    trial = small("placebo", units=200, outcomes=("profit",), eligible=Eligible())
    found = run(trial, town(1_500), scale=1, jobs=1, power=0.8, quiet=True)
    assert found.design.best is None
    assert np.isinf(found.design.table["units"]).any()
    assert "no number of firms finds the effect on profit" in said(found)
    json.dumps(found.to_json(), allow_nan=False)


def test_costs_come_from_the_file_or_are_named():
    from experiments.trials.power import cost_of
    from scenarios.trial import Costs

    values = Parameters.default()
    own = small(costs=Costs(per_unit=3.0, per_interview=0.5, fixed=10.0))
    cost = cost_of(own, values)
    assert cost.total(100.0, 0.5, 0.8, 2) == 10.0 + 3.0 * 40 + 0.5 * 300
    grant = cost_of(small(), values)
    assert grant.per_unit == pytest.approx(5.0 * (1 + values["grant_administration"]))
    assert ("cash_grant", "grant_administration") in grant.sources
    assert cost_of(small("mentor"), values).per_unit == 6.25
    assert ("contract", "unknown") in cost_of(small("hotel_contract"), values).sources


def test_the_door_has_trials():
    assert "cash_grant" in km.list_trials()
    assert km.load_trial("mentor").name == "mentor"
    assert callable(km.trial)
