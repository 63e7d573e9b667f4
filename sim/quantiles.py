"""Inverse of the normal distribution, to the precision of a double.

Wichura (1988), Algorithm AS 241: The Percentage Points of the Normal Distribution,
Applied Statistics 37(3), 477-484, routine PPND16: three rational functions of degree
seven, one for the middle and two for the tails; relative error about 1e-16.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from sim.jit import inlined, jit

__all__ = ["fill_normal_quantiles", "normal_quantile"]

_MIDDLE = 0.425
"""Half width of the shares served by the middle function."""


@inlined
def _seventh(
    r: float,
    c7: float,
    c6: float,
    c5: float,
    c4: float,
    c3: float,
    c2: float,
    c1: float,
    c0: float,
) -> float:
    """Polynomial of degree seven at `r`, by Horner's rule."""
    return ((((((c7 * r + c6) * r + c5) * r + c4) * r + c3) * r + c2) * r + c1) * r + c0


@inlined
def _middle(q: float) -> float:
    """The deviate at share 0.5 + q; right where |q| is at most 0.425."""
    r = 0.180625 - q * q
    return (
        q
        * _seventh(
            r,
            2.5090809287301226727e3,
            3.3430575583588128105e4,
            6.7265770927008700853e4,
            4.5921953931549871457e4,
            1.3731693765509461125e4,
            1.9715909503065514427e3,
            1.3314166789178437745e2,
            3.3871328727963666080,
        )
        / _seventh(
            r,
            5.2264952788528545610e3,
            2.8729085735721942674e4,
            3.9307895800092710610e4,
            2.1213794301586595867e4,
            5.3941960214247511077e3,
            6.8718700749205790830e2,
            4.2313330701600911252e1,
            1.0,
        )
    )


@jit
def _tail(p: float) -> float:
    """The deviate at a share outside the middle."""
    q = p - 0.5
    tail = p if q < 0.0 else 1.0 - p
    r = math.sqrt(-math.log(tail))
    if r <= 5.0:
        r -= 1.6
        size = _seventh(
            r,
            7.74545014278341407640e-4,
            2.27238449892691845833e-2,
            2.41780725177450611770e-1,
            1.27045825245236838258,
            3.64784832476320460504,
            5.76949722146069140550,
            4.63033784615654529590,
            1.42343711074968357734,
        ) / _seventh(
            r,
            1.05075007164441684324e-9,
            5.47593808499534494600e-4,
            1.51986665636164571966e-2,
            1.48103976427480074590e-1,
            6.89767334985100004550e-1,
            1.67638483018380384940,
            2.05319162663775882187,
            1.0,
        )
    else:
        r -= 5.0
        size = _seventh(
            r,
            2.01033439929228813265e-7,
            2.71155556874348757815e-5,
            1.24266094738807843860e-3,
            2.65321895265761230930e-2,
            2.96560571828504891230e-1,
            1.78482653991729133580,
            5.46378491116411436990,
            6.65790464350110377720,
        ) / _seventh(
            r,
            2.04426310338993978564e-15,
            1.42151175831644588870e-7,
            1.84631831751005468180e-5,
            7.86869131145613259100e-4,
            1.48753612908506148525e-2,
            1.36929880922735805310e-1,
            5.99832206555887937690e-1,
            1.0,
        )
    return -size if q < 0.0 else size


@jit
def normal_quantile(p: float) -> float:
    """Standard normal deviate below which a share `p` of the distribution lies.

    Args:
        p: share, strictly between 0 and 1; anything else gives nan or an infinity.

    Returns:
        The deviate, in standard deviations.
    """
    q = p - 0.5
    if abs(q) <= _MIDDLE:
        return _middle(q)
    return _tail(p)


@jit
def fill_normal_quantiles(
    p: npt.NDArray[np.float64],
    count: int,
    deviates: npt.NDArray[np.float64],
    places: npt.NDArray[np.int64],
) -> None:
    """`normal_quantile` of many shares at once, to the same bits.

    The middle function is taken of all of them, in vector instructions; the tails, gathered
    without a branch that no processor could foretell, are put right afterwards.

    Args:
        p: shares, (count,) or longer; another array than `deviates`.
        count: how many.
        deviates: written, likewise.
        places: scratch, likewise.
    """
    for i in range(count):
        deviates[i] = _middle(p[i] - 0.5)
    tails = 0
    for i in range(count):
        places[tails] = i
        tails += abs(p[i] - 0.5) > _MIDDLE
    for j in range(tails):
        deviates[places[j]] = _tail(p[places[j]])
