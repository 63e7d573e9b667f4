"""A box told only where it stands out from shuffled labels."""

import numpy as np
import pytest

from experiments.explore.boxes import ABOVE, BELOW
from experiments.explore.luck import HALVES, halves, orders
from experiments.explore.prim import Space
from experiments.explore.search import _as_good, enough, ladder, search, strength
from tests.boxed_data import boxed, cube, noise


@pytest.fixture(scope="module")
def found():
    points, hit = boxed(3, 256, 60, [(17, 0.5, 1.1), (41, -0.1, 0.5)])
    return search(points, hit, seed=1), hit


def test_a_known_box_of_two_columns_among_sixty(found):
    one, hit = found
    assert {(x.column, x.side) for x in one.box.limits} == {(17, ABOVE), (41, BELOW)}
    for limit in one.box.limits:
        assert limit.value == pytest.approx(0.5, abs=0.06)
    assert one.p == 1 / 200
    assert max(one.quasi) < 0.001
    assert min(one.again) > 0.7
    assert one.hits / one.points == one.density > 0.85
    assert one.hits / hit.sum() == one.coverage
    # What is told of other draws is less than of those it was found with, and far above all.
    assert hit.mean() + 0.3 < one.held_density < one.density


def test_few_columns_show_what_all_of_them_hide(found):
    """On all sixty PRIM peels luck: its box is hardly denser than in shuffled labels."""
    one, _ = found
    beyond = [rung.gain - one.noise.gains[:, k].mean() for k, rung in enumerate(one.rungs)]
    spread = one.noise.gains.std(axis=0)
    assert len(one.rung.columns) == 2
    assert beyond[one.told] / spread[one.told] > 4 * beyond[-1] / spread[-1]
    assert one.rungs[-1].every


def test_few_draws_of_many_dimensions_give_handsome_boxes_in_noise_that_are_not_told():
    """Of ten one in twenty may stand out; more than three come by luck in 1 of 1,000."""
    told = 0
    for seed in range(10):
        points, hit = noise(seed, 64, 100)
        one = search(points, hit, seed, shuffles=19)
        every = one.rungs[-1].peeling
        assert every.density[every.points >= 16].max() > hit.mean() + 0.35
        told += one.p <= 0.05
    assert told <= 3


def test_nothing_is_found_in_noise():
    """Of forty one in twenty may stand out; more than seven come by luck in 1 of 1,000."""
    values = np.array([search(*noise(seed, 60, 15), seed, shuffles=19).p for seed in range(40)])
    assert (values <= 0.05).sum() <= 7
    # As often below a half as above: less than nine of forty come by luck in 1 of 10,000.
    assert 9 <= (values <= 0.5).sum() <= 31


def test_strength_is_the_best_single_limit():
    points, hit = boxed(6, 40, 3, [(1, 0.4, 1.1)])
    points[:, 2] = np.round(points[:, 2], 1)
    base = hit.mean()
    for column, found in enumerate(strength(Space.of(points), hit)):
        tried = []
        for cut in np.unique(points[:, column])[:-1]:
            below = points[:, column] <= cut
            tried += [own.mean() * (hit[own].mean() - base) for own in (below, ~below)]
        assert found == pytest.approx(max(tried))


def test_the_ladder_takes_the_strongest_columns_then_all():
    points, hit = boxed(2, 200, 9, [(5, 0.5, 1.1), (7, 0.4, 1.1)])
    rungs = ladder(Space.of(points), hit)
    assert [len(rung.columns) for rung in rungs] == [1, 2, 3, 4, 5, 9]
    assert rungs[1].columns == (5, 7)
    assert [rung.every for rung in rungs] == [False] * 5 + [True]
    few = ladder(Space.of(points[:, :2]), hit)
    assert [rung.columns for rung in few][-1] == (0, 1)
    only = ladder(Space.of(points[:, 5:6]), hit)
    assert [(rung.columns, rung.every) for rung in only] == [((0,), True)]


def test_as_good_counts_those_that_stand_out_as_far():
    gains = np.array([[0.1, 0.1], [0.2, 0.1], [0.3, 0.1], [0.4, 0.1]])
    assert _as_good(np.array([0.5, 0.1]), gains) == 0
    assert _as_good(np.array([0.25, 0.1]), gains) == 2
    assert _as_good(np.array([0.0, 0.1]), gains) == 4


def test_few_hits_are_not_searched():
    assert not enough(np.arange(100) < 4)
    assert enough(np.arange(100) < 5)
    assert not enough(np.arange(100) < 96)
    assert not enough(np.arange(19) < 9)


def test_shuffles_and_halves_are_keyed():
    np.testing.assert_array_equal(orders(4, 3, 50), orders(4, 5, 50)[:3])
    assert not np.array_equal(orders(4, 1, 50), orders(5, 1, 50))
    assert all(sorted(row) == list(range(50)) for row in orders(4, 3, 50).tolist())
    parts = halves(4, 51)
    assert len(parts) == HALVES
    for one, other in parts:
        assert (len(one), len(other)) == (25, 26)
        assert sorted([*one, *other]) == list(range(51))


def test_the_same_seed_gives_the_same_answer():
    points, hit = cube(1, 60, 6), cube(2, 60, 1)[:, 0] < 0.4
    first, second = (search(points, hit, seed=3, shuffles=9) for _ in range(2))
    assert (first.box, first.p, first.again, first.held_hits) == (
        second.box, second.p, second.again, second.held_hits,
    )  # fmt: skip
