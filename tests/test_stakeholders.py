"""Who gains and who loses: twins by hand, sums that add up, and the naive gap that is no effect."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from experiments import stakeholders
from experiments.stakeholder_table import GAIN, LOSE, SAME, SELECTION, UNCLEAR, verdict
from experiments.stakeholders import FIRM_GROUPS, LINES, NAIVE, PARTS, stakeholder_values
from scenarios.region import load_region
from scenarios.scenario import load_scenario
from sim.outcomes import window_values, windows
from sim.outcomes_monthly import MONTHLY_DTYPE, ONLINE_MONTHLY_DTYPE
from sim.outcomes_record import Newcomers, Record, Window, follow
from sim.parameters import Parameters
from sim.policy import compile_policy
from sim.population import build_world
from sim.run import step
from sim.tables import BUYER_KINDS, KIND_HOTEL
from sim.world import Yearly

RULE = "mandated_hotel_partnership"
MONTHS = 60


def world_of_surabaya(values=None):
    return build_world(
        load_region("surabaya"), Parameters.default().replace(check=False, **(values or {})),
        seed=5, scale=50, months=MONTHS,
    )  # fmt: skip


@pytest.fixture(scope="module")
def pair():
    """Records of the baseline and of a rule, branched from one burn-in."""
    start = world_of_surabaya()
    before = follow(start, 24)
    baseline = follow(start.copy(), before=before)
    policy = compile_policy(load_scenario(RULE).levers, start.names.goods, MONTHS)
    return baseline, follow(start.copy(policy), before=before)


@pytest.fixture(scope="module")
def early():
    """A grant from month 6 on, so that other firms may stand at month 23 than in the baseline."""
    levers = {"cash_grant.start": 6, "cash_grant.million_rp_per_year": 100_000,
              "cash_grant.firms_per_year": 20_000}  # fmt: skip
    start = world_of_surabaya()
    before = follow(start, 6)
    baseline = follow(start.copy(), before=before)
    scenario = load_scenario("cash_grant", levers=levers)
    policy = compile_policy(scenario.levers, start.names.goods, MONTHS)
    return baseline, follow(start.copy(policy), before=before)


def read(record, baseline, window):
    """Effect, level and number by stakeholder and measure."""
    values = stakeholder_values(record, baseline, window)
    assert values.shape == (len(PARTS), len(LINES))
    return {(line.stakeholder, line.measure): values[:, k] for k, line in enumerate(LINES)}


@pytest.mark.parametrize("name", ["year 1", "year 3", "policy"])
@pytest.mark.parametrize("runs", ["pair", "early"])
def test_firms_add_up_to_the_change_of_the_regions_profit(runs, name, request):
    baseline, record = request.getfixturevalue(runs)
    window = windows(MONTHS)[name]
    found = read(record, baseline, window)
    own, other = (window_values(r, name)["profit"] for r in (record, baseline))
    parts = [found[group, "profit"] for group in FIRM_GROUPS]
    assert own != other
    assert sum(p[0] for p in parts) == pytest.approx(own - other, rel=1e-9, abs=1e-6)
    assert sum(p[1] for p in parts) == pytest.approx(other)
    whole = found["all_umkm", "profit"]
    assert whole[0] == pytest.approx(own - other, rel=1e-9, abs=1e-6)
    assert whole[1] == pytest.approx(other)
    # Every firm of month 23 is in exactly one group.
    twins = (record.cohort == baseline.cohort) & (record.cohort >= 0)
    standing = sum(found[group, "profit"][2] for group in FIRM_GROUPS[:3])
    assert standing == record.world.scale * twins.sum()


def test_an_early_start_leaves_sites_without_a_twin(early):
    baseline, record = early
    assert (record.cohort != baseline.cohort).any()


def test_a_figure_each_times_how_many_is_the_sum(pair):
    baseline, record = pair
    found = read(record, baseline, windows(MONTHS)["year 3"])
    for group in (*FIRM_GROUPS, "partners_new"):
        total, each = found[group, "profit"], found[group, "profit_per_firm"]
        assert each[2] == total[2] > 0
        assert each[:2] * each[2] == pytest.approx(1e6 * total[:2])


def test_newcomers_have_what_is_not_the_firms_of_month_23(pair):
    for record in pair:
        yearly, new = record.world.yearly, record.newcomers
        assert not new.months[:2].any()
        assert record.generation[2][new.months[2] > 0].size > 0
        for year in range(3, MONTHS // 12):
            old, now = record.generation[year - 1], record.generation[year]
            stayed = (now == record.cohort) & (record.cohort >= 0)
            assert not new.months[year][stayed].any()
            assert not new.profit[year][stayed].any()
            came_before = (old >= 0) & (old != record.cohort)
            assert came_before.any()
            np.testing.assert_allclose(
                new.profit[year][came_before], yearly.profit[year][came_before], atol=1e-9
            )
            assert (new.served[year][came_before] == yearly.served[year][came_before]).all()
            assert (new.served[year] <= yearly.served[year]).all()
            assert new.months[year].max() <= 12


def test_months_orders_and_profits_are_those_of_whoever_stood_there(pair):
    """The same run again, month by month, with what each firm of a month did itself."""
    _, record = pair
    start = world_of_surabaya()
    follow(start, 24)
    world, cohort = start.copy(record.world.policy), record.cohort
    profit, months, partner = np.zeros(cohort.size), np.zeros(cohort.size), cohort < -1
    for _ in range(24, MONTHS):
        there = (world.firms.alive == 1) & (world.firms.generation != cohort)
        first = (world.firms.alive == 1) & ~there
        slot = world.yearly.profit[world.month // 12].copy()
        step(world)
        earned = world.yearly.profit[(world.month - 1) // 12] - slot
        profit += np.where(there, earned, 0.0)
        months += there
        partner |= first & (world.firms.ordered > 0)
    np.testing.assert_array_equal(world.yearly.profit, record.world.yearly.profit)
    np.testing.assert_allclose(record.newcomers.profit.sum(axis=0), profit, atol=1e-9)
    assert (record.newcomers.months.sum(axis=0) == months).all()
    side = stakeholders._side(record, windows(MONTHS)["policy"])
    assert (side.partner == partner).all()
    assert partner.any()
    assert record.newcomers.served.any()
    np.testing.assert_array_equal(side.newcomer, months > 0)


def test_what_orders_cost_hotels_is_the_models_own_figure(pair):
    for record in pair:
        np.testing.assert_allclose(
            record.buyer_cost[:, KIND_HOTEL], record.world.monthly["hotel_cost"], rtol=1e-9,
            atol=1e-9,
        )  # fmt: skip
        assert record.buyer_cost.shape == (MONTHS, len(BUYER_KINDS))
        assert (record.buyer_cost[:, 1] != 0).any()


def test_what_shops_win_online_sellers_elsewhere_lose():
    """Online spending is fixed: what shops here sell more, somebody else sells less."""
    start = world_of_surabaya({"platform_on": 1.0})
    before = follow(start, 24)
    baseline = follow(start.copy(), before=before)
    levers = load_scenario("ecommerce_collaboration").levers
    record = follow(start.copy(compile_policy(levers, start.names.goods, MONTHS)), before=before)
    window = windows(MONTHS)["policy"]
    cut = slice(window.start, window.stop)
    won = [r.world.online["online_sales"][cut].mean() for r in (baseline, record)]
    suppliers = [r.world.monthly["outside"][cut].mean() for r in (baseline, record)]
    found = read(record, baseline, window)["outside_sellers", "sales"][0]
    assert won[1] - won[0] > 1000.0
    spent = [
        r.world.online["online_households"][cut].mean()
        + r.world.online["online_demand_outside"][cut].mean()
        for r in (baseline, record)
    ]
    rest = (spent[1] - won[1]) - (spent[0] - won[0]) + suppliers[1] - suppliers[0]
    assert found == pytest.approx(rest)
    own = window_values(record, "policy", baseline)
    assert own["outside_loss"] == pytest.approx(-found)


def test_money_of_the_others_is_that_of_the_outcomes(pair):
    baseline, record = pair
    window = windows(MONTHS)["policy"]
    found = read(record, baseline, window)
    own, other = (window_values(r, "policy", baseline) for r in (record, baseline))
    months = window.stop - window.start

    def monthly(outcome):
        return 1000.0 * (own[outcome] - other[outcome]) / months

    assert found["treasury", "public_cost"][0] == pytest.approx(monthly("public_cost"))
    assert found["treasury", "fines"][0] == pytest.approx(monthly("fines"))
    assert found["outside_sellers", "sales"][0] == pytest.approx(-own["outside_loss"])
    assert own["outside_loss"] > 0
    nights = record.world.monthly["room_nights"][window.start : window.stop].mean()
    cost = (own["hotel_cost"] - other["hotel_cost"]) * nights / 1e6
    assert found["hotels", "extra_cost"][0] == pytest.approx(cost)
    hotels = record.world.monthly["hotels"][window.start]
    assert found["hotels", "extra_cost"][2] == pytest.approx(hotels)
    assert found["hotels", "extra_cost_per_buyer"][0] == pytest.approx(1e6 * cost / hotels)
    each = own["public_cost_per_eligible"]
    assert found["treasury", "public_cost_per_eligible"][0] == pytest.approx(each)
    firms = record.world.monthly["firms_eligible"][window.start : window.stop].sum()
    assert each == pytest.approx(1e9 * own["public_cost"] / firms)
    # What buyers order directly is lost by wholesalers' UMKM and by sellers outside, and by no one
    # else: the need is the same in both runs.
    moved = own["direct_purchases"] - other["direct_purchases"]
    assert moved == pytest.approx(own["moved_from_umkm"] + own["outside_loss"])


def test_net_benefit_is_that_of_umkm_and_treasury_in_the_table(pair):
    """The lines of all UMKM, public cost and fines make up the outcome; no grants here."""
    baseline, record = pair
    for window in ("year 1", "policy"):
        cut = windows(MONTHS)[window]
        line = {key: value[0] for key, value in read(record, baseline, cut).items()}
        assert line["treasury", "fines"] > 0.0 or window == "year 1"
        marginal = Parameters.default()["marginal_cost_of_funds"]
        public = line["treasury", "public_cost"] - line["treasury", "fines"]
        own = cut.months * (line["all_umkm", "profit"] - marginal * public) / 1000.0
        effect = window_values(record, window, baseline)["net_benefit"]
        effect -= window_values(baseline, window)["net_benefit"]
        assert effect == pytest.approx(own, rel=1e-9, abs=1e-6)


def test_a_baseline_gains_nothing_and_counts_nobody(pair):
    baseline, _ = pair
    values = stakeholder_values(baseline, None, windows(MONTHS)["policy"])
    naive = np.array([line.measure == NAIVE for line in LINES])
    assert (values[0][~naive] == 0).all()
    assert np.isnan(values[0][naive]).all()
    assert np.isnan(values[1:]).all()


# A town of seven sites by hand; sector 0 supplies hotels, sector 1 does not. Years 0 and 1 are the
# burn-in, the window is year 3. Profits are Rp m a year, so a twelfth of it a month.
SECTORS = [0, 0, 0, 1, 0, 0, 1]
WINDOW = Window("year 2", 3, 4)


def by_hand(profit, served, later, later_served, generation):
    """A record of four years; the lists are of year 3, orders of year 2 are those of year 3."""
    slots, years = len(SECTORS), 4
    table = {
        name: np.zeros((years, slots), kind)
        for name, kind in (("profit", float), ("served", np.uint8))
    }
    table["profit"][3], table["served"][2] = profit, served
    blank = np.zeros((years, slots))
    new = Newcomers.none(years, slots)
    new.profit[3], new.served[2] = later, later_served
    new.months[3] = np.array(later) != 0
    codes = np.zeros((years, slots), np.int32)
    codes[1] = [0, 0, 0, 0, -1, 0, 0]
    codes[3] = generation
    world = SimpleNamespace(
        scale=10,
        eligible=np.array([1, 0], np.uint8),
        firms=SimpleNamespace(sector=np.array(SECTORS)),
        buyers=SimpleNamespace(weight=np.array([2.0]), kind=np.array([0])),
        monthly=np.zeros(48, MONTHLY_DTYPE),
        online=np.zeros(48, ONLINE_MONTHLY_DTYPE),
        yearly=Yearly(table["profit"], blank, blank, blank.astype(np.uint8), table["served"]),
    )
    small = np.zeros((years, slots), np.int8)
    return Record(world, codes, small, small, new, np.zeros((48, len(BUYER_KINDS))), small)


@pytest.fixture
def town():
    # Site 0: partner by the policy alone, 120 to 144. Site 1: partner by the policy alone, closed,
    # loses 60. Site 2: same trade, 120 to 108. Site 3: other trade, 60 to 66. Site 4: vacant at
    # month 23, a newcomer with an order earns 24 under the policy, none comes in the baseline.
    # Site 5: partner in both, 600, closed in both runs' last months and replaced by newcomers
    # (12 and 36). Site 6: closed in both before the window.
    baseline = by_hand(
        [120, 60, 120, 60, 0, 612, 0], [0, 0, 0, 0, 0, 1, 0], [0, 0, 0, 0, 0, 12, 0],
        [0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, -1, 1, -1],
    )  # fmt: skip
    policy = by_hand(
        [144, 0, 108, 66, 24, 636, 0], [1, 1, 0, 0, 1, 1, 0], [0, 0, 0, 0, 24, 36, 0],
        [0, 0, 0, 0, 1, 0, 0], [0, -1, 0, 0, 0, 1, -1],
    )  # fmt: skip
    return baseline, policy


def test_twins_by_hand(town):
    baseline, policy = town
    found = read(policy, baseline, WINDOW)
    # (effect, level in the baseline, number), Rp m a month over the region, one site for ten.
    assert found["partners", "profit"].tolist() == [10 * (2 - 5 + 0), 10 * (10 + 5 + 50), 30]
    assert found["partners_new", "profit"].tolist() == [10 * (2 - 5), 10 * (10 + 5), 20]
    assert found["same_trade", "profit"].tolist() == [-10, 100, 10]
    assert found["other_trades", "profit"].tolist() == [5, 50, 20]
    assert found["new_firms", "profit"].tolist() == [10 * (2 + 2), 10, 20]
    assert found["all_umkm", "profit"][0] == -30 - 10 + 5 + 40
    assert found["partners", "profit_per_firm"].tolist() == pytest.approx([-1e6, 65e6 / 3, 30])
    assert found["other_trades", "profit_per_firm"][0] == 0.25e6
    # Of three partners one stands with the policy, two without it: the closed one counts.
    assert found["partners", "in_business"][:2].tolist() == pytest.approx([-100 / 3, 200 / 3])
    assert found["same_trade", "in_business"][:2].tolist() == [0, 100]


def test_the_naive_gap_is_selection_where_large_firms_are_chosen(town):
    """Partners lose by hand, and a survey would still find that they earn far more."""
    baseline, policy = town
    found = read(policy, baseline, WINDOW)
    gap, anyway, number = found["partners", NAIVE]
    effect, others = (found[g, "profit_per_firm"][0] for g in ("partners", "same_trade"))
    assert effect == -1e6
    assert gap == pytest.approx((12 + 0 + 50) / 3 * 1e6 - 9e6)
    assert anyway == pytest.approx(65e6 / 3 - 10e6)
    assert gap > 10e6
    assert number == 30
    assert gap - anyway == pytest.approx(effect - others)


def test_the_naive_gap_is_what_was_there_anyway_plus_the_effect(pair):
    baseline, record = pair
    for name in ("year 1", "policy"):
        found = read(record, baseline, windows(MONTHS)[name])
        gap, anyway, _ = found["partners", NAIVE]
        effect, others = (found[g, "profit_per_firm"][0] for g in ("partners", "same_trade"))
        assert gap - anyway == pytest.approx(effect - others, rel=1e-6, abs=1e-3)
        assert abs(gap) > 10 * abs(effect)
    # A policy that does nothing has no effect, and a naive gap all the same.
    nothing = read(baseline, baseline, windows(MONTHS)["policy"])
    assert nothing["partners", "profit"][0] == 0
    assert nothing["partners", NAIVE][0] == nothing["partners", NAIVE][1] > 0


def test_nobody_is_no_number_and_not_zero(pair):
    baseline, record = pair
    found = read(record, baseline, windows(MONTHS)["before"])
    assert found["partners", "profit"].tolist() == [0, 0, 0]
    assert np.isnan(found["partners", "profit_per_firm"][0])
    assert np.isnan(found["partners", NAIVE][0])
    assert found["same_trade", "profit"][0] == 0


def row(mean, sim, spread, stakeholder="hotels", measure="extra_cost"):
    ends = dict(
        zip(("sim_low", "sim_high", "range_low", "range_high"), (*sim, *spread), strict=True)
    )
    return pd.Series({"stakeholder": stakeholder, "measure": measure, "mean": mean, **ends})


NONE = (np.nan, np.nan)


@pytest.mark.parametrize(
    ("given", "word", "least"),
    [
        (row(5, (4, 6), (1, 9)), LOSE, None),  # more cost is a loss
        (row(-5, (-6, -4), (-9, -1)), GAIN, None),
        (row(5, (4, 6), (1, 9), "partners", "profit"), GAIN, None),
        (row(-5, (-6, -4), (-9, -1), "partners", "profit"), LOSE, None),
        (row(5, (4, 6), (-1, 9)), UNCLEAR, 5),
        (row(5, (-4, 14), (1, 9)), UNCLEAR, 9),  # the simulation error too must stay off zero
        (row(8, (-40, -2), (-66, -1)), UNCLEAR, 32.5),  # one run carries the mean across
        (row(5, (-6, -4), (1, 9)), UNCLEAR, 5),  # the two tell different stories
        (row(50, (4, 6), (-1, 9)), UNCLEAR, 50),  # so large a mean did not show
        (row(5, (4, 6), (0, 9)), LOSE, None),  # touches, and the other stays off
        (row(0.1, (0, 0), (0, 0)), UNCLEAR, 0.1),  # one run of many
        (row(0, (0, 0), (0, 0)), SAME, None),
        (row(0, NONE, (0, 0)), SAME, None),
        (row(5, (4, 6), NONE), LOSE, None),  # assumptions held fixed
        (row(5, (4, 6), (1, 9), "partners", NAIVE), SELECTION, None),
    ],
)
def test_a_verdict_needs_every_interval_off_zero(given, word, least):
    found = verdict(given)
    assert found[0] == word
    assert found[1] == least if least is not None else np.isnan(found[1])
