"""PRIM by hand, on a known box, and beside what another program gives on the same points."""

import numpy as np
import pytest

from experiments.explore.boxes import ABOVE, BELOW, Box, Limit, quasi_p, simplified
from experiments.explore.prim import Space, fewest_points, peel
from tests.boxed_data import boxed, cube, noise


def peeled(points, hit, **options):
    return peel(Space.of(np.asarray(points, dtype=np.float64)), np.asarray(hit, bool), **options)


def column(*values):
    return np.array(values, dtype=np.float64)[:, np.newaxis]


def sides(box):
    return {(x.column, x.side): x.value for x in box.limits}


# -- by hand


def test_ten_points_on_a_line():
    """Hits are 6, 7, 8, 9: six peels from below, one point each, then all are hits."""
    found = peeled(column(*range(10)), np.arange(10) >= 6, part=0.1, fewest=1)
    assert found.points.tolist() == [10, 9, 8, 7, 6, 5, 4]
    assert found.hits.tolist() == [4] * 7
    assert [(x.side, x.value) for x in found.cuts] == [(ABOVE, k + 0.5) for k in range(6)]
    assert found.coverage.tolist() == [1.0] * 7
    np.testing.assert_allclose(found.density, [4 / k for k in (10, 9, 8, 7, 6, 5, 4)])
    # Mass times what the box has more than all: 0.4 x (1 - 0.4).
    assert found.accuracy[-1] == pytest.approx(0.24)
    assert found.best == 6


def test_a_box_in_the_middle_is_peeled_from_both_ends():
    found = peeled(column(*range(9)), [0, 0, 0, 1, 1, 1, 0, 0, 0], part=0.1, fewest=1)
    assert sides(found.boxes[-1]) == {(0, ABOVE): 2.5, (0, BELOW): 5.5}
    assert (found.points[-1], found.hits[-1]) == (3, 3)


def test_the_worse_slice_goes_first():
    """Four lowest of the first column hold one hit, of the second none."""
    first = [0, 1, 2, 3, 4, 5, 6, 7]
    second = [4, 0, 1, 2, 3, 5, 6, 7]
    hit = [1, 0, 0, 0, 0, 1, 1, 1]
    found = peeled(np.array([first, second]).T, hit, part=0.5, fewest=2)
    assert (found.cuts[0].column, found.cuts[0].side, found.cuts[0].value) == (1, ABOVE, 3.5)
    assert found.hits.tolist() == [4, 4]


def test_what_comes_behind_breaks_ties():
    """No end holds a hit; behind it the second column's lower end has fewer hits."""
    first = [0, 1, 2, 3, 4, 5]
    second = [5, 2, 1, 4, 3, 0]
    hit = [0, 1, 0, 1, 1, 0]
    found = peeled(np.array([first, second]).T, hit, part=0.2, fewest=5)
    assert (found.cuts[0].column, found.cuts[0].side) == (1, ABOVE)


def test_equal_values_go_together_and_a_constant_stays():
    points = np.array([[0, 7], [0, 7], [0, 7], [1, 7], [2, 7], [3, 7]], dtype=np.float64)
    found = peeled(points, [0, 0, 0, 1, 1, 1], part=0.05, fewest=1)
    assert [(x.column, x.side, x.value) for x in found.cuts] == [(0, ABOVE, 0.5)]
    assert found.points.tolist() == [6, 3]
    assert peeled(np.full((8, 2), 3.0), [0, 1] * 4).cuts == ()


def test_no_box_is_smaller_than_asked():
    points, hit = noise(3, 200, 4)
    for least in (10, 50, 120):
        found = peeled(points, hit, fewest=least)
        assert found.points[-1] >= least
        assert len(found.cuts) > 3
    assert fewest_points(64) == 5
    assert fewest_points(1000) == 50


@pytest.mark.parametrize("hit", [np.zeros(20, bool), np.ones(20, bool)])
def test_nothing_to_find(hit):
    found = peeled(cube(1, 20, 3), hit)
    assert found.hits[0] == hit.sum()
    assert found.best == 0
    assert (found.accuracy == 0.0).all()


# -- what holds for all


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_box_holds_what_it_says(seed):
    points, hit = boxed(seed, 150, 5, [(1, 0.2, 0.7)])
    points[:, 4] = np.round(points[:, 4], 1)  # with equal values
    found = peeled(points, hit)
    assert len(found.boxes) == len(found.points) == len(found.cuts) + 1
    for k, box in enumerate(found.boxes):
        inside = box.inside(points)
        assert (inside.sum(), hit[inside].sum()) == (found.points[k], found.hits[k])
    assert (np.diff(found.points) < 0).all()
    assert (np.diff(found.coverage) <= 0).all()


def test_the_order_of_points_and_columns_does_not_matter():
    points, hit = boxed(5, 120, 4, [(0, 0.5, 1.1), (2, 0.3, 1.1)])
    found = peeled(points, hit)
    turned = np.argsort(points[:, 3])
    again = peeled(points[turned], hit[turned])
    assert again.cuts == found.cuts
    other = peeled(points[:, [3, 2, 1, 0]], hit)
    assert {(3 - c, s): v for (c, s), v in sides(other.boxes[other.best]).items()} == sides(
        found.boxes[found.best]
    )


# -- a known box


KNOWN = boxed(11, 1000, 8, [(1, 0.3, 0.7), (4, -0.1, 0.5)])


def test_a_known_box_is_recovered():
    points, hit = KNOWN
    found = peeled(points, hit)
    best = sides(found.boxes[found.best])
    assert set(best) == {(1, ABOVE), (1, BELOW), (4, BELOW)}
    for side, truth in (((1, ABOVE), 0.3), ((1, BELOW), 0.7), ((4, BELOW), 0.5)):
        assert best[side] == pytest.approx(truth, abs=0.03)
    assert found.density[found.best] == pytest.approx(0.9, abs=0.03)


# Mass, coverage and density of ema_workbench 2.5.3 (peel_alpha 0.05, mass_min 0.05) on the same
# points: its way down, and its box of the highest mass x (density - base rate).
THEIRS = (
    (0.813, 0.947, 0.285), (0.661, 0.906, 0.336), (0.536, 0.873, 0.399), (0.435, 0.857, 0.483),
    (0.353, 0.804, 0.558), (0.286, 0.788, 0.675), (0.231, 0.771, 0.818), (0.187, 0.714, 0.936),
    (0.121, 0.478, 0.967),
)  # fmt: skip
THEIR_BEST = (0.219, 0.771, 0.863)


def test_the_way_down_is_that_of_another_program():
    """Ties and rounding differ; nowhere by more than three of a hundred."""
    points, hit = KNOWN
    found = peeled(points, hit)
    for mass, coverage, density in THEIRS:
        assert np.interp(mass, found.mass[::-1], found.density[::-1]) == pytest.approx(
            density, abs=0.03
        )
        assert np.interp(mass, found.mass[::-1], found.coverage[::-1]) == pytest.approx(
            coverage, abs=0.03
        )
    mass, _, density = THEIR_BEST
    base = float(hit.mean())
    assert found.accuracy[found.best] >= mass * (density - base) - 0.002


# -- limits and what they are worth


def test_quasi_p_by_hand():
    """Three hits of three in the box; six points, half of them hits, without its one limit."""
    points, hit = column(*range(6)), np.array([0, 0, 0, 1, 1, 1], bool)
    box = Box((Limit(0, ABOVE, 2.5),))
    assert quasi_p(box, points, hit) == pytest.approx([0.5**3])
    # A limit that keeps nothing out is worth nothing.
    idle = box.cut(Limit(0, BELOW, 99.0))
    assert dict(zip([x.side for x in idle.limits], quasi_p(idle, points, hit), strict=True)) == {
        ABOVE: pytest.approx(0.125), BELOW: pytest.approx(1.0),
    }  # fmt: skip
    assert quasi_p(Box(), points, hit) == []


def test_limits_that_do_nothing_are_dropped_and_the_last_stays():
    points, hit = boxed(7, 300, 4, [(1, 0.5, 1.1)])
    box = Box(tuple(sorted([Limit(1, ABOVE, 0.5), Limit(0, BELOW, 0.95), Limit(3, ABOVE, 0.04)])))
    kept, dropped = simplified(box, points, hit)
    assert kept.limits == (Limit(1, ABOVE, 0.5),)
    assert {x.column for x in dropped} == {0, 3}
    only = Box((Limit(0, BELOW, 0.95),))
    assert simplified(only, points, hit) == (only, ())


def test_a_newer_limit_replaces_an_older_one_of_its_side():
    box = Box().cut(Limit(2, ABOVE, 0.1)).cut(Limit(0, BELOW, 0.9)).cut(Limit(2, ABOVE, 0.3))
    assert box.limits == (Limit(0, BELOW, 0.9), Limit(2, ABOVE, 0.3))
    assert box.columns == (0, 2)
    assert box.without(Limit(0, BELOW, 0.9)).columns == (2,)
