"""CART by hand, beside another program on the same points, and in noise."""

import numpy as np
import pytest

from experiments.explore.boxes import ABOVE, BELOW
from experiments.explore.tree import grow
from tests.boxed_data import boxed, cube, luck, noise


def leaves(tree):
    return [(leaf.counts, sides(leaf)) for leaf in tree.leaves()]


def sides(node):
    return {(x.column, x.side): x.value for x in node.box.limits}


def test_one_split_by_hand():
    """Twenty points; the labels part at 9.5, and the Gini impurity of a half falls to nothing."""
    points = np.column_stack([np.arange(20.0), np.arange(20.0) % 7])
    tree = grow(points, (np.arange(20) >= 10).astype(np.int64), 2, seed=1)
    assert leaves(tree) == [((10, 0), {(0, BELOW): 9.5}), ((0, 10), {(0, ABOVE): 9.5})]
    assert tree.gain == pytest.approx(0.5)
    assert tree.limit is not None
    assert (tree.limit.column, tree.limit.value) == (0, 9.5)
    assert [node.points for node in tree.splits()] == [20]


def test_three_labels():
    points = cube(4, 240, 6)
    labels = np.where(points[:, 2] > 0.6, 0, np.where(points[:, 5] < 0.4, 1, 2))
    found = grow(points, labels, 3, seed=1)
    assert [max(counts) / sum(counts) for counts, _ in leaves(found)] == [1.0, 1.0, 1.0]
    assert [int(np.argmax(counts)) for counts, _ in leaves(found)] == [1, 2, 0]
    assert found.limit is not None
    assert found.limit.value == pytest.approx(0.6, abs=0.01)


def test_splits_are_those_of_another_program():
    """Of scikit-learn's DecisionTreeClassifier(max_depth=3, min_samples_leaf=50), where both split.

    It goes on where labels are all but alike; this tree asks whether luck would split as well.
    """
    points, hit = boxed(11, 1000, 8, [(1, 0.3, 0.7), (4, -0.1, 0.5)])
    found = dict(leaves(grow(points, hit.astype(np.int64), 2, seed=1)))
    assert found[144, 13] == pytest.approx({(1, BELOW): 0.3001, (4, BELOW): 0.5038}, abs=1e-4)
    assert found[14, 188] == pytest.approx(
        {(1, ABOVE): 0.3001, (1, BELOW): 0.7004, (4, BELOW): 0.5038}, abs=1e-4
    )
    assert found[137, 8] == pytest.approx({(1, ABOVE): 0.7004, (4, BELOW): 0.5038}, abs=1e-4)


def test_noise_is_seldom_split():
    """One in twenty may be: of thirty no more than five (beyond which luck comes in 1 of 300)."""
    split = 0
    for seed in range(30):
        points, hit = noise(seed, 80, 20)
        split += grow(points, hit.astype(np.int64), 2, seed, shuffles=19).low is not None
    assert split <= 5


def test_equal_values_are_not_parted_and_a_constant_not_split():
    points = np.repeat([[0.0], [1.0]], 20, axis=0)
    labels = np.repeat([0, 1], 20)
    tree = grow(points, labels, 2, seed=1)
    assert leaves(tree) == [((20, 0), {(0, BELOW): 0.5}), ((0, 20), {(0, ABOVE): 0.5})]
    alone = grow(np.zeros((40, 3)), labels, 2, seed=1)
    assert (alone.low, alone.counts, alone.limit) == (None, (20, 20), None)


def test_the_same_seed_gives_the_same_tree():
    points, hit = cube(2, 100, 10), luck(9, 100)
    labels = (points[:, 3] + 0.5 * hit > 0.7).astype(np.int64)
    assert grow(points, labels, 2, seed=5) == grow(points, labels, 2, seed=5)
