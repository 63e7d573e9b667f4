"""Philox4x32-10, the counter-based generator behind every draw.

Salmon, Moraes, Dror and Shaw (2011), Parallel random numbers: as easy as 1, 2, 3. Checked against
their published test vectors.
"""

from __future__ import annotations

import numpy as np

from sim.jit import Integer, inlined, jit

__all__ = ["scrambled", "words"]

# numba gives float64 for int64 with uint64, so every constant here is a uint64.
_LOW = np.uint64(0xFFFFFFFF)
_32 = np.uint64(32)
_MULTIPLIER_0 = np.uint64(0xD2511F53)
_MULTIPLIER_1 = np.uint64(0xCD9E8D57)
_WEYL_0 = np.uint64(0x9E3779B9)
_WEYL_1 = np.uint64(0xBB67AE85)


@inlined
def _round(
    x0: np.uint64, x1: np.uint64, x2: np.uint64, x3: np.uint64, k0: np.uint64, k1: np.uint64
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    """One round of Philox4x32 on four words below 2**32."""
    product0 = _MULTIPLIER_0 * x0
    product1 = _MULTIPLIER_1 * x2
    return (
        (product1 >> _32) ^ x1 ^ k0,
        product1 & _LOW,
        (product0 >> _32) ^ x3 ^ k1,
        product0 & _LOW,
    )


@inlined
def words(
    c0: Integer, c1: Integer, c2: Integer, c3: Integer, k0: Integer, k1: Integer
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    """Four 32-bit words: Philox4x32 with ten rounds, as published.

    The rounds are written out, not looped, so that a loop over draws is turned into vector
    instructions.

    Args:
        c0: counter word, as c1, c2 and c3.
        c1: counter word.
        c2: counter word.
        c3: counter word.
        k0: key word, as k1; only the low 32 bits of each word count.
        k1: key word.

    Returns:
        Four words, each a uint64 below 2**32.
    """
    a = np.uint64(k0) & _LOW
    b = np.uint64(k1) & _LOW
    x0 = np.uint64(c0) & _LOW
    x1 = np.uint64(c1) & _LOW
    x2 = np.uint64(c2) & _LOW
    x3 = np.uint64(c3) & _LOW
    x0, x1, x2, x3 = _round(x0, x1, x2, x3, a, b)
    a, b = (a + _WEYL_0) & _LOW, (b + _WEYL_1) & _LOW
    x0, x1, x2, x3 = _round(x0, x1, x2, x3, a, b)
    a, b = (a + _WEYL_0) & _LOW, (b + _WEYL_1) & _LOW
    x0, x1, x2, x3 = _round(x0, x1, x2, x3, a, b)
    a, b = (a + _WEYL_0) & _LOW, (b + _WEYL_1) & _LOW
    x0, x1, x2, x3 = _round(x0, x1, x2, x3, a, b)
    a, b = (a + _WEYL_0) & _LOW, (b + _WEYL_1) & _LOW
    x0, x1, x2, x3 = _round(x0, x1, x2, x3, a, b)
    a, b = (a + _WEYL_0) & _LOW, (b + _WEYL_1) & _LOW
    x0, x1, x2, x3 = _round(x0, x1, x2, x3, a, b)
    a, b = (a + _WEYL_0) & _LOW, (b + _WEYL_1) & _LOW
    x0, x1, x2, x3 = _round(x0, x1, x2, x3, a, b)
    a, b = (a + _WEYL_0) & _LOW, (b + _WEYL_1) & _LOW
    x0, x1, x2, x3 = _round(x0, x1, x2, x3, a, b)
    a, b = (a + _WEYL_0) & _LOW, (b + _WEYL_1) & _LOW
    x0, x1, x2, x3 = _round(x0, x1, x2, x3, a, b)
    a, b = (a + _WEYL_0) & _LOW, (b + _WEYL_1) & _LOW
    x0, x1, x2, x3 = _round(x0, x1, x2, x3, a, b)
    return x0, x1, x2, x3


@jit
def scrambled(
    c0: np.uint64, c1: np.uint64, c2: np.uint64, c3: np.uint64, k0: np.uint64, k1: np.uint64
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    """`words`, compiled once: for draws one by one, whose callers come with many types."""
    return words(c0, c1, c2, c3, k0, k1)
