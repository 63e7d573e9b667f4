"""Equal money where a part of the cost follows sales, and the amount where none is given."""

from dataclasses import replace

import numpy as np
import pytest

import kemitraan as km
from experiments.cli.speech import error_words
from experiments.compare import HEADLINE, compare, load_study
from experiments.costs import unforeseen, yearly_cost
from experiments.money import FOLLOWS_SALES
from experiments.sizing import equalise, full_cost, size
from experiments.trial import RUNS, Trial
from scenarios import ScenarioError
from sim.draws import replicate_seed
from sim.errors import KemitraanError

SALES = "ecommerce_collaboration"
SCALE = 200
VALUES = km.Parameters.default().replace(platform_on=1.0, check=False)


@pytest.fixture(scope="module")
def trial():
    return Trial(km.load_region("surabaya"), VALUES, scale=SCALE)


def test_a_trial_costs_what_runs_cost_that_are_made_one_by_one(trial):
    """The same seeds through the model's own door, and public cost less what levers promise."""
    scenario = km.load_scenario(SALES, assume={"platform_on": 1.0})
    rest = []
    for r in range(RUNS):
        model = km.Ecosystem(
            scenario, region=km.load_region("surabaya"), seed=replicate_seed(1, r), scale=SCALE
        )
        model.run_for(84)
        spent = model.world.online["platform_subsidy"][24:84].sum()
        rest.append(spent / 5)
    assert trial.cost(scenario) == pytest.approx(np.mean(rest), rel=1e-12)
    assert np.mean(rest) > 1000.0


def test_what_promises_its_cost_needs_no_run():
    def never():
        pytest.fail("no run is needed")

    lazy = Trial(never, VALUES)
    grant = km.load_scenario("cash_grant")
    assert lazy.cost(grant) == 0.0
    assert full_cost(grant, VALUES, lazy) == yearly_cost(grant, VALUES)


@pytest.mark.parametrize("amount", [1000.0, 3125.0, 40000.0])
def test_a_marketplace_is_sized_to_money_with_what_follows_sales(trial, amount):
    """Less and more than it costs as it stands; the levers keep their proportions."""
    scenario = km.load_scenario(SALES)
    sized = size(scenario, VALUES, amount, trial)
    assert full_cost(sized, VALUES, trial) == pytest.approx(amount, rel=2e-3)
    ratios = [sized.levers[k].value / scenario.levers[k].value for k in scenario.budget.spend_on]
    assert max(ratios) == pytest.approx(min(ratios))
    assert (max(ratios) > 1.0) == (amount > full_cost(scenario, VALUES, trial))
    assert yearly_cost(sized, VALUES) < amount


def test_a_file_with_an_amount_is_sized_when_it_is_loaded():
    scenario = km.load_scenario(SALES, budget={"million_rp_per_year": 3000})
    values = VALUES
    runs = Trial(km.load_region("surabaya"), values)
    assert full_cost(scenario, values, runs) == pytest.approx(3000.0, rel=2e-3)


def test_without_an_amount_it_is_that_of_the_first_where_it_fits(trial):
    names = ["mandated_hotel_partnership", "cash_grant", SALES]
    found = equalise([km.load_scenario(n) for n in names], VALUES, None, trial)
    assert found[0] == km.load_scenario(names[0])
    costs = [full_cost(one, VALUES, trial) for one in found]
    assert costs == pytest.approx([costs[0]] * 3, rel=2e-3)


def test_else_it_is_the_smallest_at_which_all_fit(trial):
    """A grant costs less than the bundle's office and events; coaching costs enough for all."""
    given = [km.load_scenario(name) for name in HEADLINE[1:]]
    found = equalise(given, VALUES, None, trial)
    asis = [one.name for one, was in zip(found, given, strict=True) if one == was]
    assert asis == ["voluntary_coaching"]
    amount = yearly_cost(km.load_scenario("voluntary_coaching"), VALUES)
    for one in found:
        assert full_cost(one, VALUES, trial) == pytest.approx(amount, rel=2e-3)
    # What is smaller does not fit: the bundle's fixed part alone is more.
    with pytest.raises(ScenarioError, match="is less than what bundle costs without"):
        equalise(given, VALUES, yearly_cost(given[0], VALUES), trial)


def test_all_that_do_not_fit_are_named_at_once(trial):
    given = [km.load_scenario(n) for n in ("mandated_hotel_partnership", "bundle", "cash_grant")]
    with pytest.raises(ScenarioError) as caught:
        equalise(given, VALUES, 300.0, trial)
    message = str(caught.value)
    assert "Rp 300 million a year is less than what mandated_hotel_partnership costs" in message
    assert "Rp 300 million a year is less than what bundle costs" in message
    assert "cash_grant" not in message
    with pytest.raises(
        ScenarioError, match=r"fee_subsidy would have to be out of range \[0\.\.1\]"
    ):
        equalise([km.load_scenario(SALES)], VALUES, 5e6, trial)


def test_what_cannot_be_sized_sets_the_amount_for_the_others(trial):
    paper = replace(km.load_scenario("mandate_on_paper"), budget=None)
    found = equalise([km.load_scenario("cash_grant"), paper], VALUES, None, trial)
    assert found[1] == paper
    assert yearly_cost(found[0], VALUES) == pytest.approx(yearly_cost(paper, VALUES))
    memo = replace(km.load_scenario("hotel_memorandum"), name="memo", budget=None)
    with pytest.raises(KemitraanError, match="memo cannot be sized"):
        equalise([km.load_scenario("cash_grant"), paper, memo], VALUES, None, trial)


def test_events_come_whole_and_the_others_are_sized_to_them(trial):
    event = km.load_scenario("matching_event")
    cost = yearly_cost(event, VALUES)
    found = equalise([km.load_scenario("cash_grant"), event], VALUES, None, trial)
    assert found[1] == event
    assert yearly_cost(found[0], VALUES) == pytest.approx(cost)
    with pytest.raises(KemitraanError) as caught:
        equalise([km.load_scenario("cash_grant"), event], VALUES, 1000.0, trial)
    message = str(caught.value)
    assert message == (
        "--equal-budget: matching_event cannot be sized, because matching events come whole; "
        "leave it out, or size the others to it: --equal-budget without a number takes what it "
        f"costs, Rp {cost:g} million a year, if all others can be sized to that"
    )
    assert "temu usaha hanya dapat digelar utuh" in error_words(message, "id")
    paper = replace(km.load_scenario("mandate_on_paper"), budget=None)
    with pytest.raises(KemitraanError, match="since not all others can be sized to what it costs"):
        equalise([paper, event], VALUES, None, trial)


@pytest.mark.parametrize("amount", [None, 600.0])
def test_what_cannot_be_sized_is_told_with_its_own_levers(trial, amount):
    memo = replace(km.load_scenario("hotel_memorandum"), name="memo", budget=None)
    paper = replace(km.load_scenario("mandate_on_paper"), name="paper", budget=None)
    nothing = km.load_scenario("no_policy")
    with pytest.raises(KemitraanError) as caught:
        equalise([paper, memo, nothing], VALUES, amount, trial)
    message = str(caught.value)
    assert "memo cannot be sized, because it does not say what money is spent on" in message
    for scenario in (memo, *([] if amount is None else [paper])):
        line = next(li for li in message.splitlines() if f": {scenario.name} " in li)
        named = line.partition("spend_on: [")[2].partition("]")[0].split(", ")
        assert named
        assert set(named) <= set(scenario.levers)
    assert "no_policy cannot be sized, because none of its levers costs public money" in message


def test_the_comparison_says_what_came_out_and_whose_cost_it_was():
    result = compare(
        ["voluntary_coaching", SALES],
        equal_budget=True,
        uncertainty="seeds",
        replicates=RUNS,
        scale=SCALE,
        jobs=1,
        quiet=True,
    )
    rows = {row["scenario"]: row for row in result.to_json(["policy"])["money"]}
    sales = rows[SALES]
    assert sales["not_expected"] == []
    assert sales["by_term"][FOLLOWS_SALES] > 0.0
    assert sales["expected"] == pytest.approx(rows["voluntary_coaching"]["expected"], rel=2e-3)
    # The trial runs are the first replicates: where nothing is varied they are what was compared.
    assert abs(sales["realised"] / sales["expected"] - 1.0) < 0.1
    assert any(
        "every scenario is sized to what voluntary_coaching is expected to cost" in note
        for note in result.notes_in("en")
    )


def test_no_trial_is_made_where_no_money_is_asked_for():
    study, _ = load_study([SALES], "no_policy", None, 1, SCALE, None, "en")
    assert study.follows_sales == {}
    assert unforeseen(study.scenarios[1])
