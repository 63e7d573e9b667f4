"""Shares of variance from few draws: known ones come back, and noise is not named."""

import math

import numpy as np
import pytest

from experiments.design import latin_hypercube
from experiments.explain.moved import PLACES, WEIGHTS, moved_share
from experiments.explain.scale import held_by_few, make_scale
from experiments.explain.shares import (
    draws_needed,
    find_shares,
    going_together,
    luck_share,
    resamples,
)
from sim.draws import replicate_seed

DRAWS, MANY = 64, 80


def points(seed, draws=DRAWS, count=MANY):
    """A design as a comparison draws it, all ranges from -1 to 1."""
    return latin_hypercube(seed, draws, {f"p{k}": (-1.0, 1.0) for k in range(count)})


def normal(seed, size):
    return np.random.default_rng(replicate_seed(seed, 77)).standard_normal(size)


def named(found):
    return [one.column for one in found.found if one.named]


def known(seed, draws=DRAWS):
    """Two straight influences, one interaction, one unit of noise; and their true shares."""
    x = points(seed, draws)
    effect = 3 * x[:, 0] - 2 * x[:, 1] + 2 * x[:, 2] * x[:, 3] + normal(seed, draws)
    whole = 9 / 3 + 4 / 3 + 4 / 9 + 1
    return x, effect, {0: 9 / 3 / whole, 1: 4 / 3 / whole}


# -- what is there is found, with the right size


def test_known_shares_come_back_and_their_intervals_hold_them():
    covered, off = 0, []
    for seed in range(12):
        x, effect, truth = known(seed)
        found = find_shares(x, effect, seed)
        by = {one.column: one for one in found.found}
        assert named(found)[:2] == [0, 1]
        covered += sum(by[k].low <= share <= by[k].high for k, share in truth.items())
        off += [by[k].share - share for k, share in truth.items()]
        assert by[0].direction == 1
        assert by[1].direction == -1
        assert sum(truth.values()) - 0.25 < found.predicted < sum(truth.values()) + 0.2
    assert covered >= 0.85 * 24
    assert abs(np.mean(off)) < 0.04  # with chance taken off they are not too large on average


def test_an_interaction_is_left_in_the_rest():
    """Its two members have no first-order share, and are not given any."""
    for seed in range(6):
        x, effect, truth = known(seed, draws=200)
        found = find_shares(x, effect, seed)
        assert abs(found.explained - sum(truth.values())) < 0.08
        by = {one.column: one for one in found.found if one.named}
        assert all(by[k].share < 0.05 for k in (2, 3) if k in by)


def test_an_influence_that_turns_back_is_found_by_its_bend():
    for seed in range(5):
        x = points(seed)
        effect = 4 * x[:, 5] ** 2 + 0.5 * normal(seed, DRAWS)
        found = find_shares(x, effect, seed)
        assert named(found)[0] == 5
        assert found.found[0].direction == 0
        assert found.found[0].share > 0.6


def test_more_assumptions_than_draws_are_no_obstacle():
    for seed in range(4):
        x = points(seed, count=229)
        found = find_shares(x, 3 * x[:, 200] + normal(seed, DRAWS), seed)
        assert named(found) == [200]
        assert abs(found.found[0].share - 0.75) < 0.15


# -- noise is not named


@pytest.mark.parametrize("heavy", [False, True])
def test_noise_is_named_in_one_design_of_twenty(heavy):
    """Forty designs of 229 assumptions without any influence: two are expected, at most five."""
    wrong = 0
    for seed in range(40):
        x = points(100 + seed, count=229)
        effect = normal(seed, DRAWS)
        if heavy:
            effect = np.exp(1.5 * effect)
        wrong += bool(named(find_shares(x, effect, seed)))
    assert wrong <= 5


def test_noise_inputs_beside_true_ones_are_rarely_named():
    wrong = 0
    for seed in range(20):
        x, effect, _ = known(300 + seed)
        effect = effect - 2 * x[:, 2] * x[:, 3]  # nothing but the two, and noise
        wrong += bool(set(named(find_shares(x, effect, seed))) - {0, 1})
    assert wrong <= 3


def test_the_floor_is_what_the_strongest_of_noise_reaches():
    """In about one of twenty designs the largest share of noise lies above it."""
    found = [find_shares(points(s, count=229), normal(s, DRAWS), s) for s in range(20)]
    largest = [max(one.share for one in each.found) for each in found]
    above = sum(top > each.floor for top, each in zip(largest, found, strict=True))
    assert above <= 4
    assert 0.1 < np.mean([each.floor for each in found]) < 0.3
    assert np.mean(largest) > 0.08  # so large a share may be nothing at all


def test_noise_predicts_nothing_in_draws_left_out():
    found = [find_shares(points(s), normal(s, DRAWS), s).predicted for s in range(20)]
    assert -0.1 < np.mean(found) < 0.02


def test_shares_repeat_and_hang_on_the_seed_of_resampling_only_a_little():
    x, effect, _ = known(3)
    first, again, other = (find_shares(x, effect, seed) for seed in (3, 3, 4))
    assert first.found[0].low == again.found[0].low
    assert abs(first.found[0].share - other.found[0].share) < 0.02
    assert abs(first.found[0].low - other.found[0].low) < 0.05


# -- how many draws


def test_the_draws_asked_for_do_find_it():
    share = 0.25
    need = draws_needed(share, MANY)
    assert 60 < need < 110
    hits = 0
    for seed in range(20):
        x = points(seed, need)
        effect = math.sqrt(3 * share) * x[:, 0] + math.sqrt(1 - share) * normal(seed, need)
        hits += 0 in named(find_shares(x, effect, seed))
    assert hits >= 13
    assert draws_needed(0.1, 200) > draws_needed(0.1, 20) > draws_needed(0.2, 20)


# -- assumptions that go together


def ensemble(seed, draws=DRAWS):
    """Rows as a calibration leaves them: the first two assumptions go together."""
    x = points(seed, draws, 30)
    x[:, 1] = 0.9 * x[:, 0] + 0.1 * x[:, 1]
    return x


def test_a_latin_hypercube_has_no_pairs_and_an_ensemble_does():
    assert [going_together(points(s, count=229)) for s in range(5)] == [[]] * 5
    (pair,) = going_together(ensemble(1))
    assert pair[:2] == (0, 1)
    assert pair[2] > 0.9


def test_of_two_that_go_together_the_shares_do_not_count_twice():
    x = ensemble(2)
    found = find_shares(x, 2 * x[:, 0] + 2 * x[:, 1] + 0.5 * normal(2, DRAWS), 2)
    assert set(named(found)) <= {0, 1}
    assert 0.8 < found.explained <= 1.0
    total = sum(one.share for one in found.found if one.named)
    assert total == pytest.approx(found.explained, abs=1e-9)


def test_a_value_that_never_changes_is_no_assumption():
    x, effect, _ = known(1)
    x[:, 7] = 0.3
    found = find_shares(x, effect, 1, wanted=[7])
    held = next(one for one in found.found if one.column == 7)
    assert abs(held.share) < 0.05
    assert not held.named


# -- luck


def test_the_share_of_luck_is_that_of_the_fixed_runs():
    covered = 0
    for seed in range(30):
        draws, fixed = 2 * normal(seed, DRAWS), normal(1000 + seed, 16)
        share, low, high = luck_share(fixed, draws, seed)
        assert share == pytest.approx(fixed.var(ddof=1) / draws.var(ddof=1))
        covered += low <= 0.25 <= high
    assert covered >= 24
    assert math.isnan(luck_share(normal(1, 7), normal(2, DRAWS), 1)[0])


# -- the order of the runs where few hold the variance


def test_ranks_are_taken_where_few_runs_hold_the_variance():
    plain, heavy = normal(1, DRAWS), np.exp(2 * normal(1, DRAWS))
    assert not make_scale(plain).ranked
    scale = make_scale(heavy)
    assert scale.ranked
    assert held_by_few(heavy) > 0.5 > held_by_few(plain)
    inside = np.sort(heavy)[3:-3]
    assert scale.back(scale.to(inside)) == pytest.approx(inside)
    assert np.all(np.diff(scale.to(np.linspace(heavy.min() - 1, heavy.max() + 1, 50))) >= 0)
    assert scale.to(heavy).std() == pytest.approx(1.0, abs=0.1)


def test_ranks_find_what_one_wild_run_hides():
    hidden = seen = 0
    for seed in range(10):
        x = points(seed)
        effect = 2 * x[:, 0] + normal(seed, DRAWS)
        effect[5] = 60.0
        hidden += 0 in named(find_shares(x, effect, seed))
        seen += 0 in named(find_shares(x, make_scale(effect).to(effect), seed))
    assert hidden <= 2
    assert seen >= 8


# -- assumptions moved alone


def moved(seed, slope=2.0, bend=0.0, together=0.0, draws=16):
    """An assumption run at its four values in some draws, beside another and noise."""
    u = 2 * np.array(PLACES) - 1
    other = np.random.default_rng(replicate_seed(seed, 5)).uniform(-1, 1, draws)
    noise = normal(seed, draws)[:, None] + 0.3 * normal(seed + 500, (draws, 4))
    part = slope * u + bend * (u**2 - 1 / 3) + together * u * other[:, None] + noise
    return part + 2 * other[:, None]


def whole(seed, variance):
    """Effects in a comparison of so large a variance."""
    return math.sqrt(variance) * normal(seed + 700, DRAWS)


def test_runs_find_the_share_without_regard_to_the_rest():
    variance = 4 / 3 + 4 / 3 + 1.09
    covered, shares = 0, []
    for seed in range(25):
        one = moved_share(moved(seed), whole(seed, variance), resamples(64, seed), seed, 3)
        assert one.named
        assert one.direction == 1
        covered += one.low <= (4 / 3) / variance <= one.high
        shares.append(one.share)
    assert np.mean(shares) == pytest.approx((4 / 3) / variance, abs=0.04)
    assert covered >= 22


def test_runs_that_only_carry_noise_are_not_named():
    wrong = 0
    for seed in range(60):
        one = moved_share(moved(seed, slope=0.0), whole(seed, 3.0), resamples(64, seed), seed, 1)
        wrong += one.named
        assert abs(one.share) < 0.05
    assert wrong <= 7


def test_runs_tell_what_goes_together_from_what_stands_alone():
    one = moved_share(moved(4, slope=0.0, together=3.0), whole(4, 4.0), resamples(64, 4), 4, 1)
    assert one.share < 0.1
    assert one.together > 0.2  # a quarter, for nine times a third times a third of four


def test_the_weights_integrate_a_curve_that_bends():
    u = 2 * np.array(PLACES) - 1
    curve = 1.5 * u + 2.0 * u**2
    mean = curve @ WEIGHTS
    assert mean == pytest.approx(2 / 3)
    assert (curve - mean) ** 2 @ WEIGHTS == pytest.approx(1.5**2 / 3 + 4 * 4 / 45, abs=0.2)
    assert WEIGHTS.sum() == pytest.approx(1.0)


def test_an_assumption_that_moves_nothing_has_no_share_and_no_way():
    part = np.repeat(normal(1, 16)[:, None] * 1e3, 4, axis=1)
    one = moved_share(part, whole(1, 1e6), resamples(64, 1), 1, 1)
    assert (one.share, one.together, one.direction, one.named) == (0.0, 0.0, 0, False)
