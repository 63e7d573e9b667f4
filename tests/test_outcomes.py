"""Outcomes: declared in full, read rightly from a run, twins that add up to the whole."""

import numpy as np
import pytest

from scenarios.region import load_region
from scenarios.scenario import load_scenario
from sim.outcomes import MONTHLY_OUTCOMES, OUTCOMES, monthly_values, window_values, windows
from sim.outcomes_groups import GROUP_OUTCOMES, GROUPINGS, group_names, group_values
from sim.outcomes_record import follow
from sim.parameters import Parameters
from sim.policy import compile_policy
from sim.population import build_world


@pytest.fixture(scope="module")
def runs():
    """A baseline and the obligation, 60 months, from one burn-in."""
    world = build_world(load_region("surabaya"), Parameters.default(), seed=5, scale=50, months=60)
    before = follow(world, 24)
    base = follow(world.copy(), before=before)
    rule = load_scenario("mandated_hotel_partnership")
    policy = compile_policy(rule.levers, world.names.goods, 60)
    return base, follow(world.copy(policy), before=before)


def test_every_outcome_says_what_it_is():
    for name, one in OUTCOMES.items():
        assert name == one.name
        assert set(one.label) == {"en", "id"}
        assert all(one.label.values())
        assert one.unit
        assert one.for_whom
        assert one.better in (-1, 0, 1)
        if one.unit.startswith("%") or one.unit in ("Rp a month", "Rp a room-night"):
            assert one.denominator, name


def test_windows_are_whole_years_and_short_runs_cut_the_tail():
    full = windows(108)
    assert {n: (w.start, w.stop) for n, w in full.items()} == {
        "before": (12, 24),
        "year 1": (24, 36),
        "year 2": (36, 48),
        "year 3": (48, 60),
        "year 4": (60, 72),
        "year 5": (72, 84),
        "policy": (24, 84),
        "after": (84, 108),
    }
    assert list(windows(60)) == ["before", "year 1", "year 2", "year 3", "policy"]
    assert windows(65)["policy"].stop == 60
    assert windows(96)["after"].months == 12
    assert list(windows(30)) == ["before"]


def test_a_window_before_the_policy_is_the_same_in_both(runs):
    base, rule = runs
    ours, theirs = window_values(rule, "before", base), window_values(base, "before")
    np.testing.assert_equal(ours, theirs)


def test_following_agrees_with_the_models_own_counts(runs):
    for record in runs:
        world = record.world
        for year in range(2, 5):
            stayed = (record.generation[year] == record.cohort) & (record.cohort >= 0)
            assert world.scale * stayed.sum() == world.monthly["survivors"][12 * year + 11]
        assert (record.generation >= 0).sum() == world.yearly.alive.sum()


def test_a_run_is_its_own_twin(runs):
    base, _ = runs
    values = window_values(base, "policy", base)
    for name, one in OUTCOMES.items():
        if one.twin and np.isfinite(values[name]):
            assert values[name] == 0.0, name


def test_gains_of_all_groups_of_twins_add_up_to_the_profit_effect(runs):
    base, rule = runs
    for window in ("year 1", "policy"):
        ours = window_values(rule, window, base)
        theirs = window_values(base, window)
        parts = ("gain_partners", "gain_same_trade", "gain_other_trades", "gain_other_firms")
        total = sum(ours[name] for name in parts)
        assert total == pytest.approx(ours["profit"] - theirs["profit"], rel=1e-9, abs=1e-6)
        assert ours["firms_gaining"] >= 0


def test_net_benefit_is_profit_less_public_money_net_of_fines_at_its_marginal_cost(runs):
    _, rule = runs
    values = window_values(rule, "policy")
    marginal = Parameters.default()["marginal_cost_of_funds"]
    assert values["fines"] > 0.0
    expected = 36 * values["profit"] / 1000 + values["grants"]
    extra = 36 * values["agency_extra_cost"] / 1000
    expected -= marginal * (values["public_cost"] + extra - values["fines"])
    assert values["net_benefit"] == pytest.approx(expected, rel=1e-12)


def test_signed_buying_and_on_paper_are_shares(runs):
    _, rule = runs
    values = window_values(rule, "policy")
    assert values["hotels_signed"] == pytest.approx(100.0)
    assert 0 <= values["hotels_buying"] + values["hotels_on_paper"] <= 100 + 1e-9
    assert 0 <= values["hotels_still_buying"] <= values["hotels_buying"] + 1e-9


@pytest.mark.parametrize("by", GROUPINGS)
def test_groups_have_a_row_an_outcome_and_a_column_a_group(runs, by):
    record = runs[1]
    table = group_values(record, windows(60)["policy"], by)
    assert table.shape == (len(GROUP_OUTCOMES[by]), len(group_names(record.world.names, by)))


@pytest.mark.parametrize("by", ["size_class", "sector", "district", "owner_sex"])
def test_groups_add_up_to_the_region(runs, by):
    record = runs[1]
    window = windows(60)["policy"]
    table = dict(zip(GROUP_OUTCOMES[by], group_values(record, window, by), strict=True))
    values = window_values(record, "policy")
    assert table["profit"].sum() == pytest.approx(values["profit"])
    assert table["revenue"].sum() == pytest.approx(values["revenue"])
    alive = record.world.yearly.alive[2:5].sum() * record.world.scale / 3
    assert table["firms"].sum() == pytest.approx(alive)
    hired = record.world.yearly.hired[2:5].sum() * record.world.scale / 3
    assert table["jobs"].sum() == pytest.approx(alive + hired)
    # The region counts jobs month by month, groups at the years' ends.
    assert table["jobs"].sum() == pytest.approx(values["jobs"], rel=0.05)
    assert table["firms_gaining"].sum() == 0.0
    twins = group_values(record, window, by, runs[0])[
        list(GROUP_OUTCOMES[by]).index("firms_gaining")
    ]
    whole = window_values(record, "policy", runs[0])["firms_gaining"]
    assert twins.sum() == pytest.approx(whole)
    assert whole > 0.0


def test_goods_add_up_to_hotels_purchases(runs):
    record = runs[1]
    table = group_values(record, windows(60)["policy"], "good")
    bought = window_values(record, "policy")["hotel_purchases"]
    assert table[list(GROUP_OUTCOMES["good"]).index("hotel_purchases")].sum() == pytest.approx(
        bought
    )


def test_gini_of_equal_revenues_is_zero_and_of_one_earner_nearly_one(runs):
    base, _ = runs
    record = follow(base.world.copy(), before=base)
    alive = record.world.yearly.alive[4] == 1
    record.world.yearly.revenue[4, alive] = 3.0
    assert window_values(record, "year 3")["gini"] == pytest.approx(0.0, abs=1e-12)
    record.world.yearly.revenue[4, alive] = 0.0
    record.world.yearly.revenue[4, np.flatnonzero(alive)[0]] = 1.0
    assert window_values(record, "year 3")["gini"] == pytest.approx(1 - 1 / alive.sum())


def test_months_are_windows_of_one_month(runs):
    base, rule = runs
    monthly = monthly_values(rule, MONTHLY_OUTCOMES, base)
    assert monthly.shape == (60, len(MONTHLY_OUTCOMES))
    column = {name: monthly[:, k] for k, name in enumerate(MONTHLY_OUTCOMES)}
    whole = window_values(rule, "policy", base)
    for name in ("profit", "jobs", "direct_purchases", "outside_loss"):  # means over months
        assert column[name][24:60].mean() == pytest.approx(whole[name], rel=1e-12)
    for name in ("hotels_signed", "ever_partnered", "agencies_buying"):  # at the end
        np.testing.assert_equal(column[name][59], whole[name])
    assert column["public_cost"][24:60].sum() == pytest.approx(whole["public_cost"], rel=1e-12)
    world = rule.world.monthly
    np.testing.assert_allclose(
        column["hotel_cost"], 1e6 * world["hotel_cost"] / world["room_nights"], rtol=1e-12
    )
    assert (column["applicants_per_place"] == 0.0).all()  # nobody is coached
    alone = monthly_values(base, ["outside_loss", "profit"])
    assert (alone[:, 0] == 0.0).all()
    np.testing.assert_array_equal(alone[:24, 1], column["profit"][:24])


def test_what_needs_whole_years_has_no_months(runs):
    base, rule = runs
    with pytest.raises(KeyError, match="gini"):
        monthly_values(rule, ["gini"], base)
    by_year = [name for name in OUTCOMES if name not in MONTHLY_OUTCOMES]
    assert "in_business" in by_year
    assert len(by_year) < len(MONTHLY_OUTCOMES)
