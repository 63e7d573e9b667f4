"""Functions with known indices, in a module of their own so that other processes find them."""

import numpy as np
from SALib.test_functions import Ishigami, Sobol_G

from sim.draws import uniform

__all__ = ["ISHIGAMI", "SOBOL_G", "STOCHASTIC", "fails", "ishigami", "sobol_g", "stochastic"]

PI = float(np.pi)
ISHIGAMI = {"names": ["x1", "x2", "x3"], "bounds": [[-PI, PI]] * 3}
SOBOL_G = {"names": [f"x{k}" for k in range(1, 9)], "bounds": [[0.0, 1.0]] * 8}
STOCHASTIC = {"names": ["a", "b", "still"], "bounds": [[-1.0, 1.0], [-2.0, 2.0], [0.0, 1.0]]}
"""Of `stochastic`: a holds 1/6 of the variance by itself, b 4/6, luck 1/6; of b's 4/6 nothing is
shared. The spread over seeds is that of luck alone, whose size a multiplies."""


def ishigami(point):
    """A plain float."""
    return float(Ishigami.evaluate(point[None, :])[0])


def sobol_g(point):
    """Two outcomes."""
    value = float(Sobol_G.evaluate(point[None, :])[0])
    return value, np.sqrt(value)


def stochastic(point, seed):
    """a + b + luck, each uniform around zero: variances 1/3, 4/3 and 1/3."""
    luck = 2.0 * uniform(np.uint64(seed), 250, 0, 0, 0, 0, 0, 0) - 1.0
    return point[0] + point[1] + luck


def fails(point):
    """Gives up in a part of the range."""
    if point[0] > 3.0:
        raise ValueError("too far")
    return point[0]
