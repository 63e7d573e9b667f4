"""Break-even values: where a curve goes through zero, how sure, and what knowing is worth."""

import math

import numpy as np
import pytest

from experiments.explain.flips import Curve, curve_of, find_flip, run_means
from experiments.explain.levers import lever_grid, named_levers, pulled_levers, set_by
from experiments.explain.scale import Scale
from experiments.explain.shares import find_shares, resamples
from experiments.explain.value import worth_of
from scenarios.scenario import list_scenarios, load_scenario
from sim.draws import replicate_seed
from sim.errors import KemitraanError
from sim.parameters import levers

PLAIN = Scale(ranked=False, values=np.zeros(0), scores=np.zeros(0), slope=1.0)
GRID = (0.0, 0.25, 0.5, 0.75, 1.0)


def normal(seed, size):
    return np.random.default_rng(replicate_seed(seed, 78)).standard_normal(size)


def traced(seed, effect, draws=64, first=16, noise=1.0):
    """A lever at five values in the first of the draws; the present value is the middle one."""
    own = noise * normal(seed, draws)
    whole = effect(0.5) + own
    part = np.array([[effect(x) for x in GRID]] * first) + own[:first, None]
    part = part + 0.1 * normal(seed + 900, part.shape)
    part[:, 2] = whole[:first]
    return curve_of(GRID, whole, part, resamples(draws, seed), 2)


def test_a_known_break_even_lies_in_its_interval():
    held = 0
    for seed in range(30):
        flip = find_flip(traced(seed, lambda x: 8 * (x - 0.3)), PLAIN, 0.5)
        assert flip.flips
        assert flip.clear
        held += flip.low <= 0.3 <= flip.high
        assert flip.high - flip.low < 0.2
    assert held >= 26


def test_an_effect_that_keeps_its_sign_does_not_flip():
    flip = find_flip(traced(1, lambda x: 3 + x), PLAIN, 0.5)
    assert not flip.flips
    assert flip.clear
    assert math.isnan(flip.at)
    assert flip.sure == 0.0


def test_an_effect_near_zero_cannot_be_told():
    flip = find_flip(traced(2, lambda x: 0.1 * (x - 0.5)), PLAIN, 0.5)
    assert not flip.clear


def test_nothing_without_a_policy_is_no_change_of_sign():
    """Zero at the null of a lever, positive beyond: it does not flip at null."""
    whole = 5 + normal(3, 64)
    part = np.outer(whole[:16], (0.0, 0.5, 1.0, 1.5, 2.0))
    flip = find_flip(curve_of(GRID, whole, part, resamples(64, 3), 2), PLAIN, 0.5)
    assert not flip.flips
    assert flip.sure == 0.0


def test_of_two_break_evens_the_nearest_to_today_is_told():
    means = np.array([-1.0, 1.0, 1.0, 1.0, -3.0])
    curve = Curve(GRID, means, np.tile(means, (50, 1)), 16, runs=True)
    assert find_flip(curve, PLAIN, 0.2).at == pytest.approx(0.125)
    assert find_flip(curve, PLAIN, 0.9).at == pytest.approx(0.8125)


def test_few_runs_stand_for_all_draws():
    """The first sixteen draws lie high by chance; what is known of all of them is used."""
    off = []
    for seed in range(200):
        whole = 2 * normal(seed, 64)
        part = whole[:16, None] + 1.0 + 0.2 * normal(seed + 400, (16, 1))
        found = run_means(whole, part, np.ones((1, 64)))[0, 0]
        off.append((found - (whole.mean() + 1.0), part.mean() - (whole.mean() + 1.0)))
    ours, plain = np.std(off, axis=0)
    assert ours < plain / 4
    assert abs(np.mean(off, axis=0)[0]) < 0.02


def test_the_present_value_is_that_of_all_draws():
    whole = normal(5, 64)
    part = np.repeat(whole[:16, None], 5, axis=1)
    curve = curve_of(GRID, whole, part, resamples(64, 5), 2)
    assert curve.means[2] == pytest.approx(whole.mean())
    assert curve.idle
    assert not traced(5, lambda x: x).idle


def test_a_fitted_curve_goes_through_the_break_even_of_its_assumption():
    """Others averaged over the draws: 4 (x - 0.2) has its break-even at 0.2."""
    held = 0
    for seed in range(10):
        x = np.random.default_rng(replicate_seed(seed, 3)).uniform(-1, 1, (120, 10))
        effect = 4 * (x[:, 0] - 0.2) + 2 * x[:, 1] + normal(seed, 120)
        one = next(f for f in find_shares(x, effect, seed).found if f.column == 0)
        values = np.linspace(-1, 1, 21)
        every = np.vstack([np.ones((1, 120)), resamples(120, seed)])
        curves = one.fit.curves(0, values, every)
        curve = Curve(tuple(values), curves[0], curves[1:], 120, runs=False)
        flip = find_flip(curve, PLAIN, 0.0)
        held += flip.low <= 0.2 <= flip.high
        assert flip.high - flip.low < 0.4
    assert held >= 8


# -- what knowing is worth


def test_knowing_all_settles_the_sign_and_knowing_nothing_settles_none():
    curve = np.linspace(-3, 3, 101)
    whole = float(curve.var())
    every = worth_of(1.0, curve, 0.0, whole, 0.0)
    assert every.narrows == 1.0
    assert every.settles > 0.95
    nothing = worth_of(0.0, curve, 0.5, whole, 0.0)
    assert (nothing.narrows, nothing.settles, nothing.turns) == (0.0, 0.0, 0.0)


def test_the_chance_of_another_sign_is_that_of_values_beyond_the_break_even():
    curve = np.linspace(-1, 1, 1001)
    share = 0.5
    worth = worth_of(share, curve, 0.5, float(curve.var()) / share, 0.0)
    assert worth.turns == pytest.approx(0.25, abs=0.01)  # where the curve lies below -0.5
    assert worth.narrows == pytest.approx(1 - math.sqrt(0.5))


def test_a_larger_share_is_worth_more():
    curve, whole = np.linspace(-1, 1, 101), 1.0
    found = [worth_of(share, curve, 0.2, whole, 0.0) for share in (0.1, 0.3, 0.6, 0.9)]
    assert [w.narrows for w in found] == sorted(w.narrows for w in found)
    assert [w.settles for w in found] == sorted(w.settles for w in found)


# -- levers


@pytest.mark.parametrize("name", list_scenarios())
def test_every_lever_that_is_pulled_has_a_grid_with_today_and_null(name):
    scenario = load_scenario(name)
    for lever in pulled_levers(set_by(scenario)):
        value = float(scenario.levers[lever].value)
        grid = lever_grid(lever, value)
        assert value in grid
        assert float(levers()[lever].null) in grid
        assert list(grid) == sorted(set(grid))
        assert 3 <= len(grid) <= 5
        assert levers()[lever].low <= grid[0] <= grid[-1] <= levers()[lever].high


def test_the_size_of_a_policy_comes_first_and_what_only_costs_last():
    found = pulled_levers(set_by(load_scenario("mandated_hotel_partnership")))
    assert found[:3] == ["hotel.quota", "restaurant.quota", "inspection.hours_per_month"]
    assert found[-1] == "programme.office_million_rp_per_month"
    assert "hotel.binding" not in found  # a switch has no value in between
    assert pulled_levers(set_by(load_scenario("hotel_memorandum")))[0] == "hotel.coverage"
    assert pulled_levers(set_by(load_scenario("no_policy"))) == []


def test_a_lever_is_not_carried_far_beyond_the_policy():
    assert lever_grid("coaching.places", 500.0) == (0.0, 250.0, 500.0, 1250.0, 2000.0)
    assert lever_grid("hotel.quota", 0.3) == (0.0, 0.15, 0.3, 0.65, 1.0)
    assert lever_grid("hotel.radius_km", 5.0)[-1] == 1000.0  # no limit is its null
    assert lever_grid("hotel.publicity", 1.0) == (0.0, 0.25, 0.5, 0.75, 1.0)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("hotel.qouta", "is no lever, did you mean 'hotel.quota'"),
        ("hotel.binding", "is a choice or a switch"),
        ("payment.max_days", "stays at its null in mandated_hotel_partnership"),
    ],
)
def test_a_lever_that_cannot_be_moved_is_refused(name, message):
    scenario = load_scenario("mandated_hotel_partnership")
    with pytest.raises(KemitraanError, match=message):
        named_levers([scenario], [name])
