"""Many exponentials at once, in vector instructions.

The library's `exp` takes one number at a time. This is the method of Cody and Waite (1980),
Software Manual for the Elementary Functions, chapter 6: a whole power of two, and a rational
function of the rest; its coefficients are those of Moshier (1989), Methods and Programs for
Mathematical Functions. Relative error below 4e-16.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from sim.jit import jit

__all__ = ["fill_exponentials"]

_LARGEST = 700.0
"""Beyond this size the power of two leaves the range of a double's exponent."""
_PER_LN2 = 1.4426950408889634
# ln 2 in two parts; the first has few digits, so that its multiples are exact.
_LN2_HIGH = 6.93145751953125e-1
_LN2_LOW = 1.42860682030941723212e-6
_BIAS = np.int64(1023)
_SHIFT = np.int64(52)


@jit
def fill_exponentials(
    x: npt.NDArray[np.float64],
    count: int,
    powers: npt.NDArray[np.float64],
    bits: npt.NDArray[np.int64],
) -> None:
    """E to the power of each number; infinite or zero where it is too large or small, nan for nan.

    Args:
        x: exponents, (count,) or longer; another array than `powers`.
        count: how many.
        powers: written.
        bits: scratch, likewise.
    """
    for i in range(count):
        clipped = min(_LARGEST, max(-_LARGEST, x[i]))
        twos = math.floor(_PER_LN2 * clipped + 0.5)
        r = (clipped - twos * _LN2_HIGH) - twos * _LN2_LOW
        s = r * r
        odd = r * (
            (1.26177193074810590878e-4 * s + 3.02994407707441961300e-2) * s
            + 9.99999999999999999910e-1
        )
        even = (
            (3.00198505138664455042e-6 * s + 2.52448340349684104192e-3) * s
            + 2.27265548208155028766e-1
        ) * s + 2.00000000000000000009
        powers[i] = 1.0 + 2.0 * (odd / (even - odd))
        bits[i] = (np.int64(np.int32(twos)) + _BIAS) << _SHIFT
    scale = bits.view(np.float64)
    for i in range(count):
        powers[i] *= scale[i]
    for i in range(count):
        if not abs(x[i]) <= _LARGEST:
            powers[i] = math.exp(x[i])
