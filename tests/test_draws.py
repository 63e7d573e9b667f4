"""Keyed draws: published vectors, distributions, and no trace of one key in another.

Seeds are fixed, so a bound that holds today holds always; each is wide enough (four
to five standard errors) that a right generator passes it with nearly any seed.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from sim import draws
from sim.draws import WIDTHS, counter_words, replicate_seed
from sim.jit import jit
from sim.quantiles import normal_quantile

SEED = 20261122
N = 100_000

# name of the field -> where `sample` counts along
FIELDS = ("seed", "stream", "month", "a", "b", "gen", "good", "index")


@jit
def _sample(start, step, out):
    """Uniforms along a line through the space of keys, from `start` by `step`."""
    for i in range(out.size):
        out[i] = draws.uniform(
            start[0] + i * step[0],
            start[1] + i * step[1],
            start[2] + i * step[2],
            start[3] + i * step[3],
            start[4] + i * step[4],
            start[5] + i * step[5],
            start[6] + i * step[6],
            start[7] + i * step[7],
        )


@jit
def _kinds(seed, out):
    """One deviate of each kind for each entity."""
    for i in range(out.shape[1]):
        out[0, i] = draws.uniform(seed, 1, 0, i, 0, 0, 0, 0)
        out[1, i] = draws.normal(seed, 1, 0, i, 0, 0, 0, 0)
        out[2, i] = draws.exponential(seed, 1, 0, i, 0, 0, 0, 0)
        out[3, i] = draws.gumbel(seed, 1, 0, i, 0, 0, 0, 0)
        out[4, i] = draws.lognormal(seed, 0.3, 0.8, 1, 0, i, 0, 0, 0, 0)
        out[5, i] = draws.bernoulli(seed, 0.3, 1, 0, i, 0, 0, 0, 0)


def sample(n=N, along="a", **fixed):
    start = dict.fromkeys(FIELDS, 0) | {"seed": SEED, "stream": 1} | fixed
    step = dict.fromkeys(FIELDS, 0) | {along: 1}
    out = np.empty(n)
    _sample(
        np.array([start[name] for name in FIELDS], dtype=np.int64),
        np.array([step[name] for name in FIELDS], dtype=np.int64),
        out,
    )
    return out


@pytest.fixture(scope="module")
def kinds():
    out = np.empty((6, N))
    _kinds(SEED, out)
    return dict(
        zip(
            ("uniform", "normal", "exponential", "gumbel", "lognormal", "bernoulli"),
            out,
            strict=True,
        )
    )


# -- the generator itself


@pytest.mark.parametrize(
    ("counter_and_key", "expected"),
    [
        ("00000000 " * 6, "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
        ("ffffffff " * 6, "408f276d 41c83b0e a20bc7c6 6d5451fd"),
        (
            "243f6a88 85a308d3 13198a2e 03707344 a4093822 299f31d0",
            "d16cfe09 94fdcceb 5001e420 24126ea1",
        ),
    ],
    ids=["zeros", "ones", "digits of pi"],
)
def test_words_equal_the_published_vectors(counter_and_key, expected):
    given_words = [int(word, 16) for word in counter_and_key.split()]
    assert [f"{int(word):08x}" for word in draws.words(*given_words)] == expected.split()


def plain_philox(counter, key):
    """The same rounds in unbounded integers, from the paper."""
    x, k = list(counter), list(key)
    for _ in range(10):
        high0, low0 = divmod(0xD2511F53 * x[0], 1 << 32)
        high1, low1 = divmod(0xCD9E8D57 * x[2], 1 << 32)
        x = [high1 ^ x[1] ^ k[0], low1, high0 ^ x[3] ^ k[1], low0]
        k = [(k[0] + 0x9E3779B9) % (1 << 32), (k[1] + 0xBB67AE85) % (1 << 32)]
    return x


keys = st.fixed_dictionaries(
    {name: st.integers(0, (1 << width) - 1) for name, width in WIDTHS.items()}
)
seeds = st.integers(0, (1 << 64) - 1)


@given(seed=seeds, key=keys)
def test_a_draw_is_philox_of_the_documented_counter(seed, key):
    w = plain_philox(counter_words(**key), (seed & 0xFFFFFFFF, seed >> 32))
    pair = draws.uniform_pair(
        np.uint64(seed),
        *(key[name] for name in ("stream", "month", "a", "b", "gen", "good", "block")),
    )
    halves = (w[0] | w[1] << 32, w[2] | w[3] << 32)
    assert pair == tuple(((half >> 12) + 0.5) * 2.0**-52 for half in halves)


@given(key=keys)
def test_packing_can_be_undone(key):
    c0, c1, c2, c3 = counter_words(**key)
    assert all(0 <= word < 1 << 32 for word in (c0, c1, c2, c3))
    assert key == {
        "a": c0,
        "b": c1,
        "gen": c2 & 0xFFFF,
        "good": c2 >> 16,
        "month": c3 & 0xFFF,
        "stream": (c3 >> 12) & 0xFF,
        "block": c3 >> 20,
    }


@pytest.mark.parametrize("name", WIDTHS)
def test_a_field_out_of_range_is_named(name):
    fits = dict.fromkeys(WIDTHS, 0) | {name: (1 << WIDTHS[name]) - 1}
    counter_words(**fits)
    for wrong in (-1, 1 << WIDTHS[name]):
        with pytest.raises(ValueError, match=f"{name}: {wrong} is outside 0"):
            counter_words(**(fits | {name: wrong}))


def test_streams_are_distinct_and_fit():
    streams = {name: value for name, value in vars(draws).items() if name.startswith("STREAM_")}
    assert len(set(streams.values())) == len(streams)
    assert all(0 < value < 256 for value in streams.values())


# -- the open interval


def test_uniform_never_touches_its_ends():
    # the words that give the smallest and the largest double
    assert draws._unit(np.uint64(0)) == 2.0**-53
    assert draws._unit(np.uint64((1 << 64) - 1)) == 1.0 - 2.0**-53
    assert draws._unit(np.uint64((1 << 64) - 1)) < 1.0


@given(seed=seeds, key=keys)
def test_every_kind_is_finite_for_every_key(seed, key):
    order = ("stream", "month", "a", "b", "gen", "good")
    place = [key[name] for name in order]
    seed = np.uint64(seed)
    assert 0.0 < draws.uniform(seed, *place, key["block"]) < 1.0
    for kind in (draws.normal, draws.exponential, draws.gumbel):
        assert math.isfinite(kind(seed, *place, key["block"]))


def test_kinds_are_finite_at_the_ends():
    for p in (2.0**-53, 1.0 - 2.0**-53):
        assert math.isfinite(normal_quantile(p))
        assert math.isfinite(-math.log(-math.log(p)))
        assert math.isfinite(-math.log(1.0 - p))


# -- a pure function


def test_order_and_company_change_nothing():
    forwards = [draws.uniform(SEED, 3, 7, slot, 0, 0, 0, 0) for slot in range(50)]
    backwards = [draws.uniform(SEED, 3, 7, slot, 0, 0, 0, 0) for slot in reversed(range(50))]
    for slot in range(50):  # somebody else draws in between
        draws.uniform(SEED, 4, 7, slot, 0, 0, 0, 0)
    assert forwards == backwards[::-1]
    assert forwards == [draws.uniform(SEED, 3, 7, slot, 0, 0, 0, 0) for slot in range(50)]


def test_pairs_and_singles_are_the_same_numbers():
    place = (SEED, 5, 11, 3, 2, 1, 4)
    for block in (0, 1, 4095):
        singles = tuple(draws.uniform(*place, index) for index in (2 * block, 2 * block + 1))
        assert draws.uniform_pair(*place, block) == singles
        assert draws.normal_pair(*place, block) == tuple(map(normal_quantile, singles))


def test_kinds_of_integer_do_not_matter():
    expected = draws.uniform(7, 1, 2, 3, 4, 5, 6, 7)
    for kind in (np.int32, np.int64, np.uint16, np.uint64):
        assert draws.uniform(*(kind(value) for value in (7, 1, 2, 3, 4, 5, 6, 7))) == expected


# -- distributions


@pytest.mark.parametrize(
    ("kind", "law"),
    [
        ("uniform", stats.uniform()),
        ("normal", stats.norm()),
        ("exponential", stats.expon()),
        ("gumbel", stats.gumbel_r()),
        ("lognormal", stats.lognorm(s=0.8, scale=math.exp(0.3))),
    ],
)
def test_moments_and_shape(kinds, kind, law):
    x = kinds[kind]
    assert stats.kstest(x, law.cdf).pvalue > 1e-3
    mean, variance, kurtosis = (float(moment) for moment in law.stats("mvk"))
    assert abs(x.mean() - mean) < 4.5 * math.sqrt(variance / N)
    assert abs(x.var() / variance - 1.0) < 4.5 * math.sqrt((kurtosis + 2.0) / N)


def test_bernoulli_counts_and_grows_with_p(kinds):
    assert abs(kinds["bernoulli"].mean() - 0.3) < 4.5 * math.sqrt(0.21 / N)
    assert not any(draws.bernoulli(SEED, 0.0, 1, 0, slot, 0, 0, 0, 0) for slot in range(200))
    assert all(draws.bernoulli(SEED, 1.0, 1, 0, slot, 0, 0, 0, 0) for slot in range(200))
    for slot in range(200):
        answers = [draws.bernoulli(SEED, p, 1, 0, slot, 0, 0, 0, 0) for p in (0.2, 0.5, 0.8)]
        assert answers == sorted(answers)


def test_normal_quantile_is_exact_to_a_double():
    tails = np.concatenate([np.geomspace(2.0**-53, 0.5, 4000), [0.075, 0.925, math.exp(-25.0)]])
    p = np.concatenate([tails, 1.0 - tails])
    found = np.array([normal_quantile(each) for each in p])
    expected = special.ndtri(p)
    np.testing.assert_allclose(found, expected, rtol=2e-15, atol=1e-16)
    assert normal_quantile(0.5) == 0.0


# -- no trace of one key in the next

CORRELATION = 4.5  # standard errors

STEPS = ["a", "b", "gen", "good", "month", "stream", "index", "seed"]


def room(along):
    """How many values a field has, up to the size of a sample."""
    width = {"seed": 64, "index": 13} | WIDTHS
    return min(N, (1 << width[along]) - 2)


@pytest.mark.parametrize("along", STEPS)
def test_neighbours_in_every_field_are_uniform_and_unrelated(along):
    n = room(along)
    # a short field gives few values along it: take many lines beside each other
    lines = max(1, N // n)
    across = "b" if along == "a" else "a"
    table = np.array([sample(n, along, **{across: line}) for line in range(lines)])
    assert stats.kstest(table.ravel(), "uniform").pvalue > 1e-3
    z = (table - 0.5) * math.sqrt(12.0)
    for lag in (1, 2, 7):
        products = z[:, lag:] * z[:, :-lag]
        assert abs(products.mean()) < CORRELATION / math.sqrt(products.size)


@pytest.mark.parametrize("along", STEPS)
def test_whole_samples_one_step_apart_are_unrelated(along):
    across = "b" if along == "a" else "a"
    base = {"gen": 3, "good": 5, "month": 40, "stream": 9, "index": 2, "seed": SEED}
    base |= {"a": 17, "b": 23}
    base.pop(across)
    first = sample(N, across, **base)
    second = sample(N, across, **(base | {along: base[along] + 1}))
    assert abs(np.corrcoef(first, second)[0, 1]) < CORRELATION / math.sqrt(N)
    # and in the far tails, where a rank correlation would not look
    both = np.mean((first > 0.99) & (second > 0.99))
    assert abs(both - 1e-4) < CORRELATION * math.sqrt(1e-4 / N)


def test_one_bit_of_a_key_turns_half_the_bits():
    turned = []
    base = [0x9E3779B9, 0x243F6A88, 0x01234567, 0x089ABCDE, 0x0F1E2D3C, 0x00C0FFEE]
    before = np.array(plain_philox(base[:4], base[4:]), dtype=np.uint64)
    for word in range(6):
        for bit in range(32):
            other = list(base)
            other[word] ^= 1 << bit
            after = np.array([int(w) for w in draws.words(*other)], dtype=np.uint64)
            turned.append(sum(int(x).bit_count() for x in before ^ after))
    turned = np.array(turned)
    assert abs(turned.mean() - 64.0) < CORRELATION * math.sqrt(32.0 / turned.size)
    assert turned.min() > 30


def test_many_keys_give_distinct_numbers():
    draws_of_months = np.concatenate([sample(2000, month=month) for month in range(50)])
    assert np.unique(draws_of_months).size == draws_of_months.size


# -- seeds of replicates


def test_replicates_have_distinct_seeds_of_63_bits():
    found = [replicate_seed(1, r) for r in range(1000)] + [replicate_seed(2, r) for r in range(9)]
    assert len(set(found)) == len(found)
    assert all(0 <= seed < 1 << 63 for seed in found)
    assert replicate_seed(1, 0) == found[0]
    assert isinstance(found[0], int)


@pytest.mark.parametrize(("seed", "replicate"), [(-1, 0), (1 << 64, 0), (0, -1), (0, 1 << 32)])
def test_replicate_seed_out_of_range(seed, replicate):
    with pytest.raises(ValueError, match="outside 0"):
        replicate_seed(seed, replicate)


def test_replicates_are_unrelated():
    first, second = (sample(N, "a", seed=replicate_seed(1, r)) for r in (0, 1))
    assert abs(np.corrcoef(first, second)[0, 1]) < CORRELATION / math.sqrt(N)
