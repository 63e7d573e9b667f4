"""Who is in a trial, and what a survey sees of firms: in a town of a few thousand firms."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from experiments.design import Job
from experiments.trials.assign import assign, eligible
from experiments.trials.observe import OUTCOMES, burn_in, follow, in_form
from experiments.trials.study import trial_study
from experiments.trials.unit import start_world
from scenarios.trial import Eligible
from sim.errors import KemitraanError
from sim.run import simulate
from tests.lab import agency_town, town
from tests.trial_files import small

SEED = 77


def started(trial, region=None, seed=SEED):
    """A world at the trial's start, with what a first survey saw."""
    place = town(3_000) if region is None else region
    study = trial_study(trial, place, seed=seed, scale=1)
    return start_world(study, Job("draw", 0, seed, {}))


@pytest.fixture(scope="module")
def world_and_before():
    # Asked about past orders, so that they are counted.
    return started(small(eligible=Eligible(past_orders=(0, 12), revenue=(None, None))))


def chosen(world_and_before, **asked):
    world, before = world_and_before
    trial = small(eligible=Eligible(**asked))
    return world, before, eligible(world, trial, before)


# -- eligible


@pytest.mark.parametrize(
    ("asked", "holds"),
    [
        ({"size": ("micro",)}, lambda w, b: w.firms.size_class == 0),
        ({"size": ("small", "medium")}, lambda w, b: w.firms.size_class > 0),
        ({"sector": ("laundry",)},
         lambda w, b: w.firms.sector == w.names.sectors.index("laundry")),
        ({"owner_sex": "woman"}, lambda w, b: w.firms.woman == 1),
        ({"owner_sex": "man"}, lambda w, b: w.firms.woman == 0),
        ({"formal": True}, lambda w, b: w.firms.formal == 1),
        ({"online": False}, lambda w, b: w.firms.alive == 1),
        ({"age_months": (12.0, 60.0)},
         lambda w, b: (w.firms.age >= 12) & (w.firms.age <= 60)),
        ({"workers": (2.0, None)}, lambda w, b: w.firms.hired >= 1.0),
        ({"practice": (None, 0.3)}, lambda w, b: w.firms.practice <= 0.3),
        ({"quality": (0.6, None)}, lambda w, b: w.firms.quality >= 0.6),
        ({"cash": (None, 1.0)}, lambda w, b: w.firms.cash <= 1.0),
        ({"revenue": (2.0, 5.0)},
         lambda w, b: (b.values["revenue"] >= 2) & (b.values["revenue"] <= 5)),
        ({"district": ("Tegalsari",)},
         lambda w, b: w.firms.district == w.names.districts.index("Tegalsari")),
        ({"past_orders": "last_year"}, lambda w, b: b.order_months > 0),
        ({"past_orders": "not_last_year"}, lambda w, b: b.order_months == 0),
        ({"past_orders": "ever"}, lambda w, b: b.ever_ordered),
        ({"past_orders": (1.0, 3.0)},
         lambda w, b: (b.order_months >= 1) & (b.order_months <= 3)),
    ],
)  # fmt: skip
def test_only_firms_that_meet_the_condition_take_part(world_and_before, asked, holds):
    world, before, mask = chosen(world_and_before, **asked)
    there = before.generation >= 0
    assert mask.sum() > 0
    assert (mask == (holds(world, before) & there)).all()


def test_nobody_is_left_out_but_vacant_sites(world_and_before):
    world, _, mask = chosen(world_and_before)
    assert (mask == (world.firms.alive == 1)).all()
    assert not chosen(world_and_before, online=True)[2].any()


def test_distance_is_to_the_nearest_buyer_of_the_kind(world_and_before):
    world, before, near = chosen(world_and_before, distance_km=(0.0, 2.0))
    hotels = world.buyers[world.buyers.kind == 0]
    km = np.hypot(
        world.firms.x[:, None] - hotels.x[None, :], world.firms.y[:, None] - hotels.y[None, :]
    ).min(axis=1)
    assert (near == ((km <= 2.0) & (before.generation >= 0))).all()
    # A town without restaurants.
    far = chosen(world_and_before, distance_km=(0.0, 50.0), distance_to="restaurant")[2]
    assert not far.any()


def test_past_orders_are_those_of_the_firm_that_stands_there(world_and_before):
    world, before = world_and_before
    new = (world.firms.generation > 0) & (world.firms.alive == 1) & (world.firms.age < 12)
    assert new.any()
    assert (before.order_months[new] <= world.firms.age[new] + 1).all()
    assert before.ever_ordered.any()
    assert (before.ever_ordered | (before.order_months == 0)).all()


def test_a_district_that_the_region_has_not_is_refused():
    with pytest.raises(KemitraanError, match=r"'Tegalsary' is no district of .*'Tegalsari'"):
        started(small(eligible=Eligible(district=("Tegalsary",))))


# -- drawn


def drawn(world_and_before, seed=SEED, **changes):
    world, before = world_and_before
    return world, before, assign(world, small(**changes), before, seed)


def test_the_share_is_exact_and_the_draw_repeats(world_and_before):
    _, _, units = drawn(world_and_before, units=301, share=0.3)
    assert units.rows.size == 301
    assert units.treated.sum() == 90
    again = drawn(world_and_before, units=301, share=0.3)[2]
    assert all((a == b).all() for a, b in zip(units[:5], again[:5], strict=True))
    other = drawn(world_and_before, seed=SEED + 1, units=301, share=0.3)[2]
    assert (units.rows != other.rows).any()


def test_more_units_keep_those_that_were_in(world_and_before):
    few = drawn(world_and_before, units=100)[2]
    many = drawn(world_and_before, units=200)[2]
    assert np.isin(few.rows, many.rows).all()


def test_all_are_in_where_too_few_may_take_part(world_and_before):
    world, before, units = drawn(world_and_before, units=100_000, eligible=Eligible())
    assert units.rows.size == units.eligible == (before.generation >= 0).sum()
    assert world.n_firms > units.rows.size


def test_take_up_and_attrition_are_shares_of_each_arm(world_and_before):
    units = drawn(world_and_before, units=2_000, take_up=0.6, attrition=(0.1, 0.3))[2]
    assert not units.takes[~units.treated].any()
    assert units.takes[units.treated].mean() == pytest.approx(0.6, abs=0.05)
    assert units.lost[units.treated].mean() == pytest.approx(0.1, abs=0.03)
    assert units.lost[~units.treated].mean() == pytest.approx(0.3, abs=0.05)
    # Who takes it up at a lower rate does so at a higher one.
    more = drawn(world_and_before, units=2_000, take_up=0.8)[2]
    assert more.takes[units.takes].all()


def test_villages_are_treated_whole(world_and_before):
    world, _, units = drawn(world_and_before, units=1_500, by="village", share=0.25)
    assert (units.village == world.firms.village[units.rows]).all()
    villages = np.unique(units.village)
    by_village = [units.treated[units.village == v] for v in villages]
    assert all(arm.all() or not arm.any() for arm in by_village)
    assert sum(arm.all() for arm in by_village) == round(0.25 * villages.size)


# -- surveys


def test_the_world_at_the_start_is_the_plain_run(world_and_before):
    trial = small()
    study = trial_study(trial, town(3_000), seed=SEED, scale=1)
    one, _ = start_world(study, Job("draw", 0, SEED, {}))
    other = world_and_before[0]
    assert one.tables.firms.tobytes() == other.tables.firms.tobytes()
    assert one.month == 24


def test_a_survey_sees_the_means_of_the_months_before_it():
    trial = small(outcomes=("profit", "revenue", "workers", "in_business", "cash"),
                  horizons=(2, 5), recall_months=2)  # fmt: skip
    world, before = started(trial)
    plain = world.copy()
    y = follow(world, trial, before.generation)
    firms = []
    for month in (25, 26, 27, 28, 29):
        simulate(plain, month)
        firms.append(plain.tables.firms.copy())
    stands = (before.generation >= 0) & (
        firms[4]["generation"] == before.generation
    ) & (firms[4]["alive"] == 1)  # fmt: skip
    for o, column in ((0, "profit"), (1, "revenue")):
        mean = (firms[0][column] + firms[1][column]) / 2
        stood = (before.generation >= 0) & (firms[1]["alive"] == 1)
        assert np.allclose(y[o, 0][stood], mean[stood], atol=1e-12)
    late = (firms[3]["revenue"] + firms[4]["revenue"]) / 2
    assert np.allclose(y[1, 1][stands], late[stands], atol=1e-12)
    assert (y[3, 1][before.generation >= 0] == stands[before.generation >= 0]).all()
    assert np.allclose(y[4, 1][stands], firms[4]["cash"][stands])
    assert np.isnan(y[:, :, before.generation < 0]).all()
    assert plain.tables.firms.tobytes() == world.tables.firms.tobytes()


def test_a_closed_firm_counts_as_zero_or_is_missing():
    trial = small(outcomes=("profit", "quality", "in_business"), horizons=(23, 24), recall_months=1)
    world, before = started(trial)
    followed = before.generation >= 0
    both = follow(world.copy(), trial, before.generation)
    zero, earlier = both[:, 1], both[2, 0]
    missing = follow(world, replace(trial, closed="missing"), before.generation)[:, 1]
    # What a firm earned in its last month is its own.
    closed = followed & (earlier == 0.0)
    assert 0 < closed.sum() < followed.sum()
    assert (zero[0][closed] == 0.0).all()
    assert np.isnan(missing[0][closed]).all()
    assert np.isnan(zero[1][closed]).all()
    assert np.isnan(missing[1][closed]).all()
    assert (missing[2][closed] == 0.0).all()
    stands = followed & (zero[2] == 1.0)
    assert (zero[0][stands] == missing[0][stands]).all()


def test_what_was_before_is_the_mean_of_the_months_in_which_the_firm_stood():
    trial = small(outcomes=("revenue", "practice"), recall_months=6, horizons=(12,))
    place = town(3_000)
    study = trial_study(trial, place, seed=SEED, scale=1)
    job = Job("draw", 0, SEED, {})
    _, before = start_world(study, job)
    world, _ = start_world(replace(study, trial=replace(trial, start=18, recall_months=1)), job)
    seen = []
    while world.month < 24:
        simulate(world, world.month + 1)
        seen.append(world.tables.firms["revenue"].copy())
    old = (world.firms.alive == 1) & (world.firms.age > 6)
    assert np.allclose(before.values["revenue"][old], np.mean(seen, axis=0)[old], atol=1e-12)
    assert np.allclose(before.values["practice"][old], world.firms.practice[old])


def test_late_invoices_and_sales_to_buyers_are_seen():
    trial = small(
        "faster_payment", outcomes=("late_payments", "buyer_sales", "revenue_outside", "revenue"),
        horizons=(12,), recall_months=12, start=36, treatments=(),
    )  # fmt: skip
    study = trial_study(trial, agency_town(600), seed=SEED, scale=1)
    world, before = start_world(study, Job("draw", 0, SEED, {}))
    late, sales, outside, revenue = follow(world, trial, before.generation)[:, 0]
    followed = before.generation >= 0
    assert late[followed].sum() > 0
    assert (sales[followed] <= revenue[followed] + 1e-9).all()
    assert (sales[late > 0] > 0).all()
    assert (outside[followed] == revenue[followed]).all()


def test_logarithms_are_missing_where_there_is_none():
    values = np.array([1.0, 0.0, -1.0, np.nan])
    assert np.allclose(in_form(values, "log"), [0.0, np.nan, np.nan, np.nan], equal_nan=True)
    assert in_form(values, "level") is values


def test_every_outcome_has_words_and_is_read(world_and_before):
    world = world_and_before[0]
    for name, one in OUTCOMES.items():
        assert one.read(world).shape == (world.n_firms,), name
        assert one.label["en"] != one.label["id"], name


def test_burn_in_stops_at_the_start():
    trial = small(start=30)
    world, _ = started(trial)
    assert world.month == 30
    assert burn_in(world, trial).generation.size == world.n_firms
