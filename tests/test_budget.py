"""`budget:` in a scenario, and comparisons at equal money."""

import json
from dataclasses import replace

import pytest

import kemitraan as km
from experiments.budget import load_scenario, own_parameters
from experiments.cli.options import money, with_values
from experiments.compare import load_study
from experiments.costs import cost_outside, idle_terms, yearly_cost
from experiments.sizing import equalise, size
from experiments.trial import Trial
from kemitraan.cli import main
from scenarios import ScenarioError
from scenarios import load_scenario as read_scenario
from sim.case import Case
from sim.errors import KemitraanError
from tests.scenario_files import here, write

__all__ = ["here"]  # a fixture

GRANT = "cash_grant.million_rp_per_year"
FIRMS = "cash_grant.firms_per_year"
HOURS = "inspection.hours_per_month"
NO_TRIAL = Trial(lambda: pytest.fail("nothing here follows sales"), km.Parameters.default())
HEAD = "name: mine\nextends: cash_grant\nregion: surabaya\n"


def sized(here, text):
    write(here, HEAD + text, "mine.yaml")
    return load_scenario("mine.yaml")


def faults(here, text, head=HEAD):
    write(here, head + text, "mine.yaml")
    with pytest.raises(ScenarioError) as caught:
        load_scenario("mine.yaml")
    return [f"{f.line}:{f.column}: {f.message}" for f in caught.value.faults]


def cost(scenario):
    return yearly_cost(scenario, own_parameters(scenario))


def test_levers_follow_the_money(here):
    scenario = sized(here, f"budget: {{million_rp_per_year: 2000, spend_on: [{GRANT}]}}\n")
    assert cost(scenario) == pytest.approx(2000.0, rel=1e-12)
    assert scenario.levers[GRANT].value == pytest.approx(2000 / 1.05)
    assert scenario.levers[FIRMS].value == 152
    assert scenario.budget.applied
    origin = scenario.origin[f"levers.{GRANT}"]
    assert origin.startswith("budget (mine.yaml:4), was 457 (cash_grant.yaml:")


def test_the_inherited_block_is_completed(here):
    """Money alone: the shipped file says what it is spent on, and both levers keep their ratio."""
    scenario = sized(here, "budget: {million_rp_per_year: 960}\n")
    assert cost(scenario) == pytest.approx(960.0, rel=1e-12)
    ratio = scenario.levers[GRANT].value / scenario.levers[FIRMS].value
    assert ratio == pytest.approx(457 / 152)


def test_without_an_amount_nothing_moves():
    for name in km.list_scenarios():
        scenario = load_scenario(name)
        assert scenario.levers == read_scenario(name).levers
        assert scenario.budget is None or not scenario.budget.applied
        assert "waits" not in json.dumps(scenario.resolved())


def test_a_lever_without_a_value_is_found(here):
    text = (
        "levers: {cash_grant: {firms_per_year: 100, start: 2028-01}}\n"
        f"budget: {{million_rp_per_year: 210, spend_on: [{GRANT}]}}\n"
    )
    head = "name: mine\nextends: no_policy\nregion: surabaya\n"
    write(here, head + text, "mine.yaml")
    scenario = load_scenario("mine.yaml")
    # Four of the five policy years are paid for, so each gets five quarters of the mean.
    assert scenario.levers[GRANT].value == pytest.approx(210 / 1.05 * 60 / 48)
    assert scenario.levers[GRANT].start == 36
    assert scenario.origin[f"levers.{GRANT}"] == "budget (mine.yaml:5)"


def test_a_ramp_and_own_assumptions_count(here):
    text = (
        "assume: {inspector_wage: 0.1}\n"
        "levers: {inspection: {hours_per_month: 10, start: 2027-01, ramp_months: 12}}\n"
    )
    head = "name: mine\nextends: no_policy\nregion: surabaya\n"
    write(here, head + text, "mine.yaml")
    scenario = load_scenario("mine.yaml", budget={"spend_on": [HOURS], "million_rp_per_year": 12})
    assert cost(scenario) == pytest.approx(12.0, rel=1e-12)
    full = 12 * 0.1 * scenario.levers[HOURS].value
    assert full > 12.0  # the first year pays less than a year at full strength


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("budget: 2000\n", "expects {million_rp_per_year: 2000, price_year: 2026, spend_on"),
        (f"budget: {{million_rp_per_year: -1, spend_on: [{GRANT}]}}\n", "-1 is out of range [0.."),
        ('budget: {million_rp_per_year: "2.000,5"}\n', "has a decimal comma: write 2000.5"),
        ("budget: {million_rp_per_year: 10, price_year: 2020}\n", "prices are those of 2026"),
        ("budget: {spend_on: []}\n", "is an empty list"),
        (f"budget: {{spend_on: {GRANT}}}\n", f"expects a list of levers, got the text '{GRANT}'"),
        ("budget: {spend_on: [cash_grant.money]}\n", "'cash_grant.money' is no lever"),
        ("budget: {spend_on: [hotel.goods]}\n", "hotel.goods is no amount that could be scaled"),
        ("budget: {spend_on: [hotel.binding]}\n", "hotel.binding is no amount that could be"),
        (f"budget: {{spend_on: [{GRANT}, {GRANT}]}}\n", f"{GRANT} stands twice"),
        ("budget: {spent_on: [x]}\n", "unknown key, did you mean 'spend_on'?"),
        (
            "budget: {million_rp_per_year: 10, spend_on: [hotel.quota]}\n",
            "public cost does not follow hotel.quota; it follows ",
        ),
        (
            f"budget: {{million_rp_per_year: 10, spend_on: [{FIRMS}]}}\n",
            f"{FIRMS} costs nothing by itself: name {GRANT} with it",
        ),
        (
            f"budget: {{million_rp_per_year: 10, spend_on: [{GRANT}, {HOURS}]}}\n",
            f"{HOURS} is not set: with several levers each needs a value to scale",
        ),
        (
            f"budget: {{million_rp_per_year: 2000000, spend_on: [{GRANT}]}}\n",
            (
                f"for Rp 2000000 million a year {GRANT} would have to be 1904761.905, out of range "
                "[0..1000000]; budgets of Rp 0 to 1050000 million a year fit"
            ),
        ),
        (
            (
                f"budget: {{million_rp_per_year: 10, spend_on: [{GRANT}]}}\n"
                "levers: {cash_grant: {million_rp_per_year: 5}}\n"
            ),
            "the budget sizes this lever, so that its value here has no effect",
        ),
        (
            (
                f"budget: {{million_rp_per_year: 10, spend_on: [{GRANT}]}}\n"
                "levers: {cash_grant: {firms_per_year: 0}}\n"
            ),
            "cost nothing in the policy years as they stand",
        ),
        (
            f"months: 30\nbudget: {{million_rp_per_year: 10, spend_on: [{GRANT}]}}\n",
            "a run of 30 months has no policy year to spend it in; at least 36 are needed",
        ),
    ],
)
def test_faults_have_a_place(here, text, expected):
    found = faults(here, text)
    assert len(found) == 1, found
    place, _, message = found[0].partition(": ")
    assert expected in message
    line, column = map(int, place.split(":"))
    assert 4 <= line <= 5
    assert column > 1


def test_an_amount_needs_levers(here):
    head = "name: mine\nextends: no_policy\nregion: surabaya\n"
    found = faults(here, "budget: {million_rp_per_year: 10}\n", head)
    assert found == [
        (
            "4:31: there is no spend_on: name the levers that the money is spent on, such as "
            f"spend_on: [{GRANT}]"
        )
    ]


def test_less_than_the_fixed_part_names_what_fits(here):
    head = "name: mine\nextends: mandated_hotel_partnership\nregion: surabaya\n"
    found = faults(here, "budget: {million_rp_per_year: 200}\n", head)
    assert found == [
        (
            "4:31: Rp 200 million a year is less than what mine costs without "
            f"{HOURS}, Rp 360 million; budgets of Rp 360 to 3360 million a year fit"
        )
    ]


def test_an_unsized_scenario_does_not_run(here):
    write(here, HEAD + "budget: {million_rp_per_year: 960}\n", "mine.yaml")
    raw = read_scenario("mine.yaml")
    assert raw.budget.waits
    assert raw.digest() != read_scenario("cash_grant").digest()
    with pytest.raises(KemitraanError, match=r"load it with km\.load_scenario"):
        Case.of(raw, km.load_region("surabaya"))
    assert Case.of(km.load_scenario("mine.yaml"), km.load_region("surabaya")).name == "mine"


def test_the_same_money_for_all():
    names = ["hotel_memorandum", "mandated_hotel_partnership", "cash_grant"]
    found = equalise([load_scenario(n) for n in names], km.Parameters.default(), 600.0, NO_TRIAL)
    assert [cost(one) for one in found] == pytest.approx([600.0] * 3, rel=1e-12)
    assert idle_terms(found[0]) == ["programme.office_million_rp_per_month"]
    assert idle_terms(found[1]) == []
    first = equalise([load_scenario(n) for n in names[1:]], km.Parameters.default(), None, NO_TRIAL)
    assert first[0] == load_scenario(names[1])
    assert cost(first[1]) == pytest.approx(480.0, rel=1e-12)


def test_who_cannot_be_sized_is_named():
    values = km.Parameters.default()
    without = replace(load_scenario("cash_grant"), name="a", budget=None)
    none = replace(load_scenario("no_policy"), name="b")
    with pytest.raises(KemitraanError) as caught:
        equalise(
            [load_scenario("cash_grant"), without, none], km.Parameters.default(), 480.0, NO_TRIAL
        )
    message = str(caught.value)
    assert (
        f"a cannot be sized, because it does not say what money is spent on. Write into its "
        f"file, with levers of its own: budget: {{spend_on: [{GRANT}]}}; or leave it out" in message
    )
    assert "b cannot be sized" in message
    with pytest.raises(KemitraanError, match="costs no public money; give an amount"):
        equalise([none, without], values, None, NO_TRIAL)


def test_sizing_again_keeps_proportions_and_says_what_was():
    once = size(load_scenario("cash_grant"), km.Parameters.default(), 960.0)
    twice = size(once, km.Parameters.default(), 480.0)
    assert cost(twice) == pytest.approx(480.0, rel=1e-12)
    ratio = twice.levers[GRANT].value / twice.levers[FIRMS].value
    assert ratio == pytest.approx(457 / 152)
    assert ", was 457 (cash_grant.yaml:" in twice.origin[f"levers.{GRANT}"]


def test_a_study_is_sized_at_the_values_that_all_share():
    wage = read_scenario("mandated_hotel_partnership", assume={"inspector_wage": 0.1})
    study, _ = load_study(
        [wage, "cash_grant"], "no_policy", None, 1, 100, 60, "en", equal_budget=600.0
    )
    for scenario in study.scenarios[1:]:
        assert yearly_cost(replace(scenario, months=60), study.parameters) == pytest.approx(600.0)
    assert study.scenarios[1].levers[HOURS].value == pytest.approx(200.0)
    assert study.scenarios[0].levers == {}
    assert study.scenarios[1].months == 108


def test_words_of_the_command_line():
    assert with_values(["a.yaml", "--equal-budget"]) == ["a.yaml", "--equal-budget", "first"]
    assert with_values(["--equal-budget", "a.yaml"]) == ["--equal-budget", "first", "a.yaml"]
    assert with_values(["--equal-budget", "2000", "a"]) == ["--equal-budget", "2000", "a"]
    for word in ("1e12", "nan", "inf", "-1e3"):
        assert with_values(["a", "--equal-budget", word]) == ["a", "--equal-budget", word]
    assert money(None) is False
    assert money("1e3") == 1000.0
    assert money("inf") == float("inf")
    assert money("first") is True
    assert money("2000") == 2000.0
    with pytest.raises(KemitraanError, match="is ambiguous: write"):
        money("2,000")


@pytest.mark.parametrize("amount", ["1e12", "nan", "inf", "-inf", "0", "-5"])
def test_an_amount_out_of_range_is_told_with_the_range(capsys, amount):
    assert main(["compare", "cash_grant", "--equal-budget", amount]) == 2
    err = capsys.readouterr().err
    assert f"--equal-budget {float(amount):.12g}: expects million Rp a year, above 0 and" in err


def test_compare_at_equal_money(here, capsys):
    small = ["--scale", "100", "--months", "36", "--replicates", "2", "--jobs", "1", "--quiet"]
    words = [
        "compare",
        "mandated_hotel_partnership",
        "cash_grant",
        *small,
        "--uncertainty",
        "seeds",
    ]
    assert main([*words, "--equal-budget", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["plan"]["equal_budget"] == pytest.approx(480.0)
    rows = {row["scenario"]: row for row in document["money"]}
    assert [row["expected"] for row in rows.values()] == pytest.approx([480.0, 480.0])
    assert rows["mandated_hotel_partnership"]["realised"] == pytest.approx(480.0, rel=1e-9)
    assert rows["mandated_hotel_partnership"]["sized"] == {}
    assert rows["cash_grant"]["sized"][GRANT]["from"].startswith("budget (--equal-budget)")
    assert any(note.startswith("equal money: ") for note in document["notes"])
    assert main([*words, "--equal-budget", "600", "--lang", "id"]) == 0
    shown = capsys.readouterr().out
    assert "cash_grant: diperkirakan 600" in shown
    assert "uang sama: " in shown
    resolved = json.loads((here / "runs/compare-002/scenarios.resolved.json").read_text("utf-8"))
    assert resolved[1]["budget"]["million_rp_per_year"] == 600.0
    assert resolved[1]["levers"][HOURS]["value"] == pytest.approx(400.0)
    assert main(["compare", "mandated_hotel_partnership", "no_policy", "--baseline",
                 "cash_grant", *small, "--equal-budget"]) == 2  # fmt: skip
    assert "no_policy cannot be sized" in capsys.readouterr().err


def test_money_outside_the_policy_years_is_told(here):
    early = load_scenario("cash_grant", levers={"cash_grant.start": 12, "cash_grant.end": 95})
    outside = cost_outside(early, km.Parameters.default(), 108)
    assert outside == pytest.approx((12 + 12) / 12 * 457 * 1.05)
    assert cost_outside(load_scenario("cash_grant"), km.Parameters.default(), 108) == 0.0


def test_unequal_money_is_said(here, capsys):
    small = ["--scale", "100", "--months", "36", "--replicates", "2", "--jobs", "1", "--quiet"]
    words = ["hotel_memorandum", "cash_grant", *small, "--uncertainty", "seeds"]
    assert main(["compare", *words]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert (
        "not equal money: public cost in a policy year is hotel_memorandum 120, cash_grant 480 "
        "(Rp million; expected, and as it came out where it follows sales)" in shown
    )
    assert "public money, Rp million" not in shown
