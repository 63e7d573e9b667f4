"""Random numbers that are a pure function of what they are for.

There is no generator to carry about and no order to keep: a draw is Philox4x32-10
(Salmon, Moraes, Dror, Shaw 2011, Parallel random numbers: as easy as 1, 2, 3), a
scrambling of a counter under a key, where the key is the run's seed and the counter
spells out what the draw is for:

    word 0   a, 32 bits: the entity, as a firm's slot or a buyer
    word 1   b, 32 bits: a second entity, as buyer + 1; 0 is none
    word 2   gen, 16 bits: generation of the slot | good, 16 bits, above it
    word 3   month, 12 bits | stream, 8 bits, above it | block, 12 bits, on top

One block gives two doubles; `index` counts doubles (block = index // 2). Fields do
not overlap, so two draws share a counter only if they are for the same thing: give
each purpose its own stream. A policy that draws more shifts nobody else's luck, and
the same firm in two scenarios is a twin.

Fields are cut to their width, and compiled code does not check them. Values must be
non-negative; `counter_words` checks, and shows the packing.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from sim.jit import Integer, inlined, jit, jit_as
from sim.philox import scrambled, words
from sim.quantiles import normal_quantile

__all__ = [
    "bernoulli",
    "counter_words",
    "exponential",
    "fill_uniform_pairs",
    "gumbel",
    "lognormal",
    "normal",
    "normal_pair",
    "replicate_seed",
    "uniform",
    "uniform_pair",
    "words",
]

# Streams: one for each purpose, never reused, never renumbered (that moves numbers). Each says
# whose draw it is and when, then what for; docs/odd/draws.md is made from these lines.
STREAM_PRODUCTIVITY = 1  # firm, month: productivity (index 0), growth of capacity (1)
STREAM_CAPACITY = 2  # never drawn: growth of capacity is index 1 of the stream above
STREAM_EXIT = 3  # firm, month: closing
STREAM_ENTRY = 4  # slot, month: a vacant slot is taken
STREAM_POPULATION = 5  # firm or buyer, once: who and where it is, at month 0 or entry
STREAM_CANDIDATES = 6  # buyer, good and slot, once: whom a buyer knows
STREAM_QUALITY = 7  # link, month: delivered quality
STREAM_LATE = 8  # link, month: an invoice is paid late
STREAM_MODE = 9  # buyer, once: lasting liking for none, genuine and paper
STREAM_INSPECTION = 10  # buyer, month: who is visited, and whether papers are seen through
STREAM_SANCTION = 11  # buyer, month: what is found ends in a sanction
STREAM_BUYER_SHOCK = 12  # buyer, month: demand drops, or comes back
STREAM_TASTE = 13  # buyer and good, or link, once: lasting liking
STREAM_CERTIFICATE = 14  # firm, at entry or month and line: a certificate held, acquired
STREAM_PHASE = 15  # buyer and good, once: month of the first order
STREAM_GRANT = 16  # firm, month: lottery of cash grants
STREAM_SAMPLE = 17  # link, once a firm: the sample a buyer sees first
STREAM_SHELF = 18  # link, once a firm: shelf life (index 0) and lead time (1)
STREAM_DAYS = 19  # link, month: remainder of the days to payment
STREAM_COVERAGE = 20  # buyer, once: covered while below the rule's coverage
STREAM_NEED = 21  # buyer and good, once: whether it asks for a certificate and a cold chain
STREAM_COACHING = 22  # firm, month: application, choice, hand-over, drop-out (by index)
STREAM_SHOP = 40  # firm, once: readiness to sell online; month 0: who has a shop
STREAM_SHOP_ORDERS = 41  # shop, month: the last whole order, and its ratings
STREAM_SHOP_CHOICE = 42  # firm, month: training, onboarding, opening a shop (by index)
STREAM_EVENT = 50  # firm or buyer, month: invited to a matching event
STREAM_CATALOGUE = 51  # firm, month: helped onto the catalogue
STREAM_COOPERATIVE = 52  # firm or pool, once: membership, active, pooling
STREAM_TREATMENT = 60  # firm and contract, month: quality, late payment, days (by index)
STREAM_TRIAL = 61  # slot, once a trial: taking part, arm, taking up, dropping out
STREAM_REPLICATE = 255  # replicate: its seed; a model stream may not take this number

WIDTHS = {"a": 32, "b": 32, "gen": 16, "good": 16, "month": 12, "stream": 8, "block": 12}
"""Bits of each field of the counter."""

# numba gives float64 for int64 with uint64, so every constant here is a uint64.
_LOW = np.uint64(0xFFFFFFFF)
_0 = np.uint64(0)
_1 = np.uint64(1)
_32 = np.uint64(32)

_BITS_12 = np.uint64(0xFFF)
_BITS_8 = np.uint64(0xFF)
_BITS_16 = np.uint64(0xFFFF)
_12 = np.uint64(12)
_16 = np.uint64(16)
_20 = np.uint64(20)
_HALF_UNIT = 0.5**53

# Seed, stream, month, a, b, gen, good and index or block: one type each, whatever callers have.
_ONE = "f8(u8, i8, i8, i8, i8, i8, i8, i8)"
_TWO = "UniTuple(f8, 2)(u8, i8, i8, i8, i8, i8, i8, i8)"
_WORDS = "UniTuple(u8, 2)(u8, i8, i8, i8, i8, i8, i8, i8)"


@jit_as(_WORDS)
def _block(
    seed: Integer,
    stream: Integer,
    month: Integer,
    a: Integer,
    b: Integer,
    gen: Integer,
    good: Integer,
    block: Integer,
) -> tuple[np.uint64, np.uint64]:
    """Two 64-bit words for one counter; see the module's text for the packing."""
    key = np.uint64(seed)
    low = (np.uint64(gen) & _BITS_16) | ((np.uint64(good) & _BITS_16) << _16)
    top = (
        (np.uint64(month) & _BITS_12)
        | ((np.uint64(stream) & _BITS_8) << _12)
        | ((np.uint64(block) & _BITS_12) << _20)
    )
    w0, w1, w2, w3 = scrambled(np.uint64(a), np.uint64(b), low, top, key & _LOW, key >> _32)
    return w0 | (w1 << _32), w2 | (w3 << _32)


@inlined
def _unit(bits: Integer) -> float:
    """A double strictly between 0 and 1 from the upper 52 of 64 bits.

    Fifty-three bits plus a half would round up to 1.0 at the top; with 52 every value,
    and one minus it, is exact: an odd multiple of 2**-53.
    """
    return np.float64(np.int64(((np.uint64(bits) >> _12) << _1) | _1)) * _HALF_UNIT


@jit_as(_ONE)
def uniform(
    seed: Integer,
    stream: Integer,
    month: Integer,
    a: Integer,
    b: Integer,
    gen: Integer,
    good: Integer,
    index: Integer,
) -> float:
    """A double strictly between 0 and 1.

    Args:
        seed: the run's seed, 64 bits.
        stream: what the draw is for, one of the `STREAM_` constants.
        month: month of the run, 0 to 4095.
        a: entity, as a firm's slot or a buyer.
        b: second entity, as buyer + 1; 0 for none.
        gen: generation of the slot, 0 to 65535.
        good: good, 0 to 65535.
        index: which of several draws of the same kind, 0 to 8191.

    Returns:
        An odd multiple of 2**-53; the same arguments give the same number.
    """
    low, high = _block(seed, stream, month, a, b, gen, good, np.uint64(index) >> _1)
    return _unit(low if np.uint64(index) & _1 == _0 else high)


@jit_as(_TWO)
def uniform_pair(
    seed: Integer,
    stream: Integer,
    month: Integer,
    a: Integer,
    b: Integer,
    gen: Integer,
    good: Integer,
    block: Integer,
) -> tuple[float, float]:
    """The doubles of `uniform` at index 2 * block and 2 * block + 1, for the price of one."""
    low, high = _block(seed, stream, month, a, b, gen, good, block)
    return _unit(low), _unit(high)


@jit_as("void(u8, i8, i8, u8[::1], u8[::1], i8, f8[::1], f8[::1])")
def fill_uniform_pairs(
    seed: Integer,
    stream: Integer,
    month: Integer,
    a: npt.NDArray[np.uint64],
    gen: npt.NDArray[np.uint64],
    count: int,
    first: npt.NDArray[np.float64],
    second: npt.NDArray[np.float64],
) -> None:
    """The doubles of `uniform_pair` for many entities at once, several times as fast.

    Args:
        seed: as in `uniform`, also stream and month; b, good and block are 0.
        stream: what the draws are for.
        month: month of the run.
        a: entities, (count,) or longer; `gen`, `first` and `second` alike.
        gen: generation of each.
        count: how many.
        first: the doubles at index 0 are written here.
        second: those at index 1.
    """
    k0 = np.uint64(seed) & _LOW
    k1 = np.uint64(seed) >> _32
    top = (np.uint64(month) & _BITS_12) | ((np.uint64(stream) & _BITS_8) << _12)
    for i in range(count):
        w0, w1, w2, w3 = words(a[i], _0, gen[i] & _BITS_16, top, k0, k1)
        first[i] = _unit(w0 | (w1 << _32))
        second[i] = _unit(w2 | (w3 << _32))


@jit_as(_ONE)
def normal(
    seed: Integer,
    stream: Integer,
    month: Integer,
    a: Integer,
    b: Integer,
    gen: Integer,
    good: Integer,
    index: Integer,
) -> float:
    """A standard normal deviate; by inverse CDF, so it rises with the uniform behind it."""
    return normal_quantile(uniform(seed, stream, month, a, b, gen, good, index))


@jit_as(_TWO)
def normal_pair(
    seed: Integer,
    stream: Integer,
    month: Integer,
    a: Integer,
    b: Integer,
    gen: Integer,
    good: Integer,
    block: Integer,
) -> tuple[float, float]:
    """The deviates of `normal` at index 2 * block and 2 * block + 1."""
    low, high = uniform_pair(seed, stream, month, a, b, gen, good, block)
    return normal_quantile(low), normal_quantile(high)


@jit_as(_ONE)
def exponential(
    seed: Integer,
    stream: Integer,
    month: Integer,
    a: Integer,
    b: Integer,
    gen: Integer,
    good: Integer,
    index: Integer,
) -> float:
    """An exponential deviate of mean 1; it rises with the uniform behind it."""
    # One minus the uniform is exact, so log loses nothing against log1p.
    return -math.log(1.0 - uniform(seed, stream, month, a, b, gen, good, index))


@jit_as(_ONE)
def gumbel(
    seed: Integer,
    stream: Integer,
    month: Integer,
    a: Integer,
    b: Integer,
    gen: Integer,
    good: Integer,
    index: Integer,
) -> float:
    """A standard Gumbel deviate (for maxima): added to utilities, the largest is a logit."""
    return -math.log(-math.log(uniform(seed, stream, month, a, b, gen, good, index)))


@jit
def lognormal(
    seed: Integer,
    mu: float,
    sigma: float,
    stream: Integer,
    month: Integer,
    a: Integer,
    b: Integer,
    gen: Integer,
    good: Integer,
    index: Integer,
) -> float:
    """A deviate whose logarithm has mean `mu` and standard deviation `sigma`.

    Its median is exp(mu), its mean exp(mu + sigma**2 / 2).
    """
    return math.exp(mu + sigma * normal(seed, stream, month, a, b, gen, good, index))


@jit
def bernoulli(
    seed: Integer,
    p: float,
    stream: Integer,
    month: Integer,
    a: Integer,
    b: Integer,
    gen: Integer,
    good: Integer,
    index: Integer,
) -> bool:
    """True with probability `p`: never at 0, always at 1, and a higher `p` only adds."""
    return uniform(seed, stream, month, a, b, gen, good, index) < p


def counter_words(
    stream: int, month: int, a: int, b: int = 0, gen: int = 0, good: int = 0, block: int = 0
) -> tuple[int, int, int, int]:
    """The four counter words of a draw, with every field checked; for tests and reading.

    Raises:
        ValueError: a field is negative or wider than its place in the counter.
    """
    fields = {
        "a": a,
        "b": b,
        "gen": gen,
        "good": good,
        "month": month,
        "stream": stream,
        "block": block,
    }
    for name, value in fields.items():
        if not 0 <= value < 1 << WIDTHS[name]:
            raise ValueError(f"{name}: {value} is outside 0..{(1 << WIDTHS[name]) - 1}")
    return a, b, gen | good << 16, month | stream << 12 | block << 20


def replicate_seed(seed: int, replicate: int) -> int:
    """Seed of one replicate: 63 bits from the experiment's seed and its number.

    Args:
        seed: the experiment's seed, 0 to 2**64 - 1.
        replicate: its number, 0 to 2**32 - 1.

    Returns:
        An integer from 0 to 2**63 - 1.

    Raises:
        ValueError: an argument is out of range.
    """
    if not 0 <= seed < 1 << 64:
        raise ValueError(f"seed: {seed} is outside 0..2**64 - 1")
    counter = counter_words(STREAM_REPLICATE, 0, replicate)
    w0, w1, _, _ = words(*counter, seed & 0xFFFFFFFF, seed >> 32)
    return (int(w0) | int(w1) << 32) >> 1
