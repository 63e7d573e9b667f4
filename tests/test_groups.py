"""Groups of sites and twins: each site in exactly one, and sums that add up to the region's."""

import numpy as np
import pytest

from experiments.compare import compare
from experiments.group_report import group_lines, outcome_words
from experiments.groups import BANDS_KM, GROUP_OUTCOMES, group_names, group_values, sites_of
from scenarios.region import load_region
from scenarios.scenario import load_scenario
from sim.outcomes import window_values, windows
from sim.outcomes_record import follow
from sim.parameters import Parameters
from sim.policy import compile_policy
from sim.population import build_world
from sim.tables import KIND_HOTEL
from tests import screen

RULE = "mandated_hotel_partnership"
MONTHS = 60
OWN = ("partner_status", "distance", "baseline_decile")


@pytest.fixture(scope="module")
def pair():
    """Records of the baseline and of a rule, branched from one burn-in."""
    start = build_world(
        load_region("surabaya"), Parameters.default(), seed=5, scale=100, months=MONTHS
    )
    before = follow(start, 24)
    baseline = follow(start.copy(), before=before)
    policy = compile_policy(load_scenario(RULE).levers, start.names.goods, MONTHS)
    return baseline, follow(start.copy(policy), before=before)


@pytest.fixture(scope="module")
def result():
    return compare(
        [RULE, "cash_grant"], replicates=2, jobs=1, scale=100, months=MONTHS, quiet=True,
        fixed_replicates=2,
    )  # fmt: skip


def table(record, baseline, sites, by, window="policy"):
    values = group_values(record, baseline, sites, windows(MONTHS)[window], by)
    names = group_names(record.world.names, by)
    assert values.shape == (len(GROUP_OUTCOMES[by]), len(names))
    return {
        outcome: dict(zip(names, row.tolist(), strict=True))
        for outcome, row in zip(GROUP_OUTCOMES[by], values, strict=True)
    }


@pytest.mark.parametrize("by", ["distance", "baseline_decile"])
@pytest.mark.parametrize("window", ["policy", "year 2"])
def test_sites_add_up_to_the_region(pair, by, window):
    baseline = pair[0]
    sites = sites_of(baseline)
    for record in pair:
        found = table(record, baseline, sites, by, window)
        whole = window_values(record, window, baseline)
        for outcome in ("profit", "revenue"):
            assert sum(found[outcome].values()) == pytest.approx(whole[outcome])
        assert sum(found["firms_gaining"].values()) == pytest.approx(whole["firms_gaining"])
        years = slice(windows(MONTHS)[window].first_year, windows(MONTHS)[window].stop_year)
        yearly = record.world.yearly
        jobs = (yearly.alive[years] + yearly.hired[years]).sum(axis=1).mean() * record.world.scale
        assert sum(found["jobs"].values()) == pytest.approx(jobs)


def test_distance_is_to_the_nearest_hotel(pair):
    baseline, _ = pair
    world = baseline.world
    hotels = world.buyers[world.buyers.kind == KIND_HOTEL]
    code = sites_of(baseline).distance
    for site in range(0, world.n_firms, 97):
        firm = world.firms[site]
        km = min(
            ((firm.x - x) ** 2 + (firm.y - y) ** 2) ** 0.5
            for x, y in zip(hotels.x, hotels.y, strict=True)
        )
        assert code[site] == sum(km >= end for end in BANDS_KM)
    names = group_names(world.names, "distance")
    assert names == ("under 1 km", "1 to 2 km", "2 to 5 km", "5 to 20 km", "20 km or more")


def test_deciles_rank_the_profit_before_the_policy(pair):
    baseline, _ = pair
    code = sites_of(baseline).baseline_decile
    there = baseline.cohort >= 0
    assert (code[~there] == 10).all()
    sizes = np.bincount(code[there], minlength=10)
    assert sizes.size == 10
    assert sizes.max() - sizes.min() <= 1
    profit = baseline.world.yearly.profit[1]
    for k in range(9):
        assert profit[there & (code == k)].max() <= profit[there & (code == k + 1)].min()


def test_twins_add_up_to_the_difference_of_the_region(pair):
    baseline, rule = pair
    sites = sites_of(baseline)
    found = table(rule, baseline, sites, "partner_status")
    own, other = (window_values(record, "policy") for record in (rule, baseline))
    for outcome in ("profit", "revenue"):
        assert sum(found[outcome].values()) == pytest.approx(own[outcome] - other[outcome])
    assert sum(found["firms"].values()) == rule.world.scale * rule.world.n_firms
    twins = window_values(rule, "policy", baseline)
    supplied = [found["profit"][f"orders {which}"] for which in ("in both", "with policy only")]
    assert sum(supplied) == pytest.approx(twins["gain_partners"])
    assert found["profit"]["other trades"] == pytest.approx(
        twins["gain_other_trades"] - _lost_orders(pair)
    )
    assert found["profit"]["another firm or none"] == pytest.approx(twins["gain_other_firms"])


def _lost_orders(pair):
    """Gain of firms of other trades that had orders in the baseline only: a group of its own."""
    baseline, rule = pair
    years = slice(2, 5)
    gain = (rule.world.yearly.profit - baseline.world.yearly.profit)[years].sum(axis=0) / 36
    served, before = (r.world.yearly.served[years].any(axis=0) for r in (rule, baseline))
    same = (rule.generation[4] == baseline.generation[4]) & (rule.generation[4] >= 0)
    other = rule.world.eligible[rule.world.firms.sector] == 0
    return rule.world.scale * gain[same & ~served & before & other].sum()


def test_a_run_is_its_own_twin_and_gains_nothing(pair):
    baseline, _ = pair
    sites = sites_of(baseline)
    found = table(baseline, baseline, sites, "partner_status")
    assert set(found["profit"].values()) == {0.0}
    assert found["firms"]["orders with policy only"] == 0
    nothing = group_values(baseline, None, sites, windows(MONTHS)["policy"], "partner_status")
    assert (nothing[:-1] == 0).all()
    assert np.isnan(nothing[-1]).all()


@pytest.mark.parametrize("by", OWN)
def test_effects_are_given_by_group_with_both_intervals(result, by):
    effects = result.effects("profit_per_firm", by=by)
    assert set(effects["scenario"]) == {RULE, "cash_grant"}
    assert (effects["denominator"] == GROUP_OUTCOMES[by]["profit_per_firm"]).all()
    assert set(effects["for_whom"]) == {by}
    assert effects[["mean", "range_low", "range_high"]].notna().all().all()
    whole = result.effects("profit")
    for name in (RULE, "cash_grant"):
        parts = result.effects("profit", by=by)
        assert parts[parts["scenario"] == name]["mean"].sum() == pytest.approx(
            whole[whole["scenario"] == name]["mean"].iloc[0], abs=1e-6
        )
    assert by in str(result.to_json(by=by)["effects"])


@pytest.mark.parametrize("by", ["size_class", "district"])
def test_the_screen_shows_headline_outcomes_by_group_with_both_intervals(result, by):
    shown = "\n".join(group_lines(result, "policy", by, "en", 1_000))
    wanted = ("profit", "profit_per_firm", "profit_per_eligible", "revenue", "revenue_per_firm",
              "revenue_per_eligible", "firms_gaining", "in_business", "jobs")  # fmt: skip
    effects = result.effects(list(wanted), "policy", by)
    blocks = {block.splitlines()[0]: block.splitlines()[1:] for block in shown.split("\n\n")[:-1]}
    title, first, *rest = shown.split("\n\n")[0].splitlines()
    assert title.endswith(
        f"{'size class' if by == 'size_class' else 'district'}, against no_policy"
    )
    blocks = {first: rest, **{k: v for k, v in blocks.items() if k != title}}
    assert len(blocks) == len(wanted)
    for name, (head, lines) in zip(wanted, blocks.items(), strict=True):
        assert head.startswith(outcome_words(name, "en"))
        own = effects[(effects["outcome"] == name) & (effects["scenario"] == RULE)]
        assert len(lines) == len(own)
        for line, (_, row) in zip(lines, own.iterrows(), strict=True):
            cells = line[head.index("no_policy") :]
            level, cell = cells.split(maxsplit=1)
            assert screen.value(level) == pytest.approx(row["level_baseline"], rel=0.0051)
            if cell.startswith(screen.SAME):
                assert screen.is_nothing(row)
                continue
            if row["sim_low"] != row["sim_low"] or row["range_low"] == row["range_high"]:
                continue  # one run, or hardly a firm: nothing to round by
            assert not screen.range_faults(cell, row), (name, line)
            error = cell[cell.index("(") + 1 :]
            centre = (row["sim_low"] + row["sim_high"]) / 2
            assert not screen.error_faults(error, row, centre), (name, line)
    assert "simulation error alone" in shown


def test_how_many_twins_there_are_is_a_level_and_no_effect(result):
    assert result.effects("firms", by="partner_status").empty
    levels = result.levels("firms", by="partner_status")
    assert set(levels["scenario"]) == {RULE, "cash_grant"}
    assert (levels.groupby("scenario")["mean"].sum() > 100_000).all()
