"""Numbers made many at a time are those made one by one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.draws import fill_uniform_pairs, uniform_pair
from sim.exponentials import fill_exponentials
from sim.processes.luck import BLOCK, draw_firms
from sim.quantiles import fill_normal_quantiles, normal_quantile
from sim.tables import FIRM_DTYPE

SEED = np.uint64(20261122)


@given(
    stream=st.integers(0, 255),
    month=st.integers(0, 4095),
    keys=st.lists(
        st.tuples(st.integers(0, 2**32 - 1), st.integers(0, 2**16 - 1)), min_size=1, max_size=40
    ),
)
def test_pairs_of_many_firms_are_those_of_each(stream, month, keys):
    """Bit for bit, for any firms, generations, streams and months."""
    a, gen = (np.array(column, np.uint64) for column in zip(*keys, strict=True))
    first, second = np.zeros(len(keys)), np.zeros(len(keys))
    fill_uniform_pairs(SEED, stream, month, a, gen, len(keys), first, second)
    for i, (slot, generation) in enumerate(keys):
        alone = uniform_pair(SEED, stream, month, slot, 0, generation, 0, 0)
        assert (first[i], second[i]) == alone


def test_only_so_many_are_written_as_are_asked_for():
    """What stands behind the count stays."""
    key, out = np.arange(9, dtype=np.uint64), np.full((2, 9), -1.0)
    fill_uniform_pairs(SEED, 1, 0, key, key, 5, out[0], out[1])
    assert (out[:, :5] > 0.0).all()
    assert (out[:, 5:] == -1.0).all()


@pytest.mark.parametrize("count", [1, BLOCK - 1, BLOCK, 2 * BLOCK + 7])
def test_firms_are_drawn_for_whatever_the_block(count):
    """Every row gets the draw of its own slot and generation, vacant rows too."""
    firms = np.zeros(count, FIRM_DTYPE)
    firms["slot"] = 10 * np.arange(count) + 3
    firms["generation"] = np.arange(count) % 3
    firms["alive"] = np.arange(count) % 2
    keys, draws = np.zeros((2, BLOCK), np.uint64), np.zeros((2, BLOCK))
    start = 0
    while start < count:
        stop = draw_firms(firms, start, SEED, 1, 30, keys, draws)
        assert start < stop <= count
        for i in range(start, stop):
            slot, generation = int(firms["slot"][i]), int(firms["generation"][i])
            alone = uniform_pair(SEED, 1, 30, slot, 0, generation, 0, 0)
            assert tuple(draws[:, i - start]) == alone
        start = stop


def test_quantiles_of_many_are_those_of_each():
    """Bit for bit, in the middle, in both tails and at their borders."""
    edges = np.array([0.075, 0.925, 0.5, 2.0**-53, 1.0 - 2.0**-53, 1e-12])
    p = np.concatenate([np.linspace(1e-6, 1.0 - 1e-6, 2_001), edges])
    deviates, places = np.zeros(p.size), np.zeros(p.size, np.int64)
    fill_normal_quantiles(p, p.size, deviates, places)
    assert deviates.tolist() == [normal_quantile(each) for each in p.tolist()]


def test_exponentials_are_those_of_the_library():
    """Within two units of the last digit where a double holds the result."""
    x = np.concatenate([np.linspace(-700.0, 700.0, 200_001), np.linspace(-1.0, 1.0, 20_001)])
    powers, scratch = np.zeros(x.size), np.zeros(x.size, np.int64)
    fill_exponentials(x, x.size, powers, scratch)
    assert np.abs(powers / np.exp(x) - 1.0).max() < 5e-16
    assert powers[100_000] == 1.0  # exp(0)


def test_exponentials_beyond_the_range_of_doubles_and_of_nan():
    """As the library has them: infinite, zero, not a number."""
    x = np.array([701.0, 709.7, 710.0, np.inf, -708.0, -745.0, -746.0, -np.inf, np.nan])
    powers, scratch = np.zeros(x.size), np.zeros(x.size, np.int64)
    fill_exponentials(x, x.size, powers, scratch)
    with np.errstate(over="ignore", under="ignore"):
        expected = np.exp(x)
    assert np.allclose(powers, expected, rtol=5e-16, atol=0.0, equal_nan=True)
