"""FAST, RBD-FAST, delta and PAWN of one outcome: SALib's estimators, with intervals of our own.

SALib's intervals are symmetric half widths, and it says of those of FAST that they cannot be
trusted. Here FAST is run on several search curves with other random phases, whose spread gives the
interval (Saltelli, Tarantola and Chan 1999, doi:10.1080/00401706.1999.10485594). The others draw
halves of the rows without replacement: what an index of half the rows varies by is what one of all
rows is off by, and no row stands twice, which would change ranks and densities. The dummy is a
place in a column that nothing reads: what comes out for it is the noise floor.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from experiments.saltelli import FEWEST, tails

__all__ = ["CURVES", "GIVEN", "HALVES", "INDICES", "Given", "fast_indices", "given_indices"]

Floats = npt.NDArray[np.float64]
CURVES = 4
"""Search curves of FAST for each factor."""
HALVES = 100
"""Halves of the rows that are drawn for an interval."""
GIVEN = ("rbd-fast", "delta", "pawn")
"""Methods that read any sample of points and values."""
INDICES: Mapping[str, tuple[str, ...]] = {
    "fast": ("ST", "S1"),
    "rbd-fast": ("S1",),
    "delta": ("delta",),
    "pawn": ("pawn",),
}
"""Indices of each method; the first one ranks."""
_SLIDES = 10  # of PAWN
_HARMONICS = 10  # of RBD-FAST
_BIAS_DRAWS = 20  # of delta's own correction of its bias


@dataclass(frozen=True)
class Given:
    """An index of every factor and its interval, each (factors,).

    Attributes:
        value: SALib's.
        low: end of the interval.
        high: the other end.
        conf: half of its width.
        above_last: whether the index is above the dummy's, the last, in 97.5 % of the resamplings.
        kept: rows, or search curves, that were used.
    """

    value: Floats
    low: Floats
    high: Floats
    conf: Floats
    above_last: npt.NDArray[np.bool_]
    kept: int


def given_indices(
    method: str, places: Floats, values: Floats, seed: int, halves: int = HALVES
) -> dict[str, Given]:
    """Indices of one outcome by a method of `GIVEN`; empty where too few values are finite.

    Args:
        method: its name.
        places: (rows, factors) places in the ranges, from 0 to 1, the dummy last.
        values: (rows,) the outcome; rows where it is not finite are left out.
        seed: of the resampling, not zero.
        halves: how many halves are drawn.
    """
    usable = np.isfinite(values)
    rows = int(usable.sum())
    if rows < min(2 * FEWEST, len(values)):
        return {}
    points, own = places[usable], values[usable]
    name = INDICES[method][0]
    if np.ptp(own) <= 8.0 * np.finfo(np.float64).eps * np.abs(own).max():
        return {name: _nothing(places.shape[1], rows)}
    with _left_alone():
        value = _SALIB[method](points, own, seed)
    quick = _QUICK[method]
    rng = np.random.default_rng(seed)
    parts = [np.sort(rng.permutation(rows)[: rows // 2]) for _ in range(halves)]
    again = np.array([quick(points[part], own[part]) for part in parts]).T
    # An index of half the rows has another bias than one of all: only its spread counts.
    spread = again - np.median(again, axis=1, keepdims=True)
    low, high = tails(value[:, None] + spread)
    ahead, _ = tails((value - value[-1])[:, None] + spread - spread[-1:])
    return {
        name: Given(
            value,
            low,
            high,
            1.96 * spread.std(axis=1, ddof=1),
            ahead > 0.0,
            rows,
        )
    }


def fast_indices(values: Floats, factors: int, curves: int) -> dict[str, Given]:
    """First and total indices by FAST; empty where no curve is finite for every factor.

    Args:
        values: (rows,), curve after curve, and in a curve factor after factor as SALib has them.
        factors: of the design, the dummy last.
        curves: how many.
    """
    from SALib.analyze import fast  # noqa: PLC0415  # 1 s

    blocks = values.reshape(curves, factors, -1)
    usable = np.isfinite(blocks).all(axis=(1, 2))
    kept = int(usable.sum())
    if kept == 0:
        return {}
    if np.ptp(blocks[usable]) == 0.0:
        return {name: _nothing(factors, kept) for name in INDICES["fast"]}
    count = blocks.shape[2]
    omega = (count - 1) // (2 * 4)
    found = np.array(
        [[fast.compute_orders(own, count, 4, omega) for own in curve] for curve in blocks[usable]]
    )
    return {"ST": _over_curves(found[:, :, 1]), "S1": _over_curves(found[:, :, 0])}


def _over_curves(found: Floats) -> Given:
    """The mean over curves, (curves, factors), with the interval of Student's t."""
    from experiments.effects import mean_interval  # noqa: PLC0415  # pandas and more

    low, high = mean_interval(found)
    ahead, _ = mean_interval(found - found[:, -1:])
    with np.errstate(invalid="ignore"):
        above = np.asarray(ahead > 0.0)
    mean = found.mean(axis=0)
    return Given(mean, low, high, high - mean, above, len(found))


def _nothing(factors: int, kept: int) -> Given:
    """An outcome that never changes hangs on nothing."""
    zero = np.zeros(factors)
    return Given(zero, zero, zero, zero, np.zeros(factors, np.bool_), kept)


@contextmanager
def _left_alone() -> Iterator[None]:
    """SALib reseeds numpy's global generator and warns of what is dealt with here."""
    state = np.random.get_state()  # noqa: NPY002  # to give back what SALib takes
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        np.random.set_state(state)  # noqa: NPY002


def _problem(factors: int) -> dict[str, Any]:
    """Names of our own: SALib's delta refuses some, such as those that end with _step."""
    return {
        "num_vars": factors,
        "names": [f"x{k}" for k in range(factors)],
        "bounds": [[0.0, 1.0]] * factors,
    }


def _salib_rbd(places: Floats, values: Floats, seed: int) -> Floats:
    from SALib.analyze import rbd_fast  # noqa: PLC0415  # 1 s

    found = rbd_fast.analyze(
        _problem(places.shape[1]), places, values, M=_HARMONICS, num_resamples=2, seed=seed
    )
    return np.array(found["S1"], np.float64)


def _salib_delta(places: Floats, values: Floats, seed: int) -> Floats:
    """Less its bias, as estimated by resampling (Plischke and others 2013, equation 30).

    SALib's own correction starts from one resample in place of the sample, and scatters with it.
    """
    rng = np.random.default_rng(seed)
    drawn = rng.integers(values.size, size=(_BIAS_DRAWS, values.size))
    again = np.array([_delta(places[rows], values[rows]) for rows in drawn])
    return np.asarray(2.0 * _delta(places, values) - again.mean(axis=0))


def _salib_pawn(places: Floats, values: Floats, seed: int) -> Floats:
    from SALib.analyze import pawn  # noqa: PLC0415  # 1 s

    found = pawn.analyze(
        _problem(places.shape[1]), places, values, S=_SLIDES, seed=seed % (1 << 32) or 1
    )
    return np.array(found["median"], np.float64)


def _rbd(places: Floats, values: Floats) -> Floats:
    from SALib.analyze import rbd_fast  # noqa: PLC0415  # 1 s

    def of_one(column: Floats) -> float:
        ordered = rbd_fast.permute_outputs(column, values)
        share = rbd_fast.compute_first_order(ordered, _HARMONICS)
        return float(rbd_fast.unskew_S1(share, _HARMONICS, values.size))

    return np.array([of_one(column) for column in places.T])


def _delta(places: Floats, values: Floats) -> Floats:
    from SALib.analyze import delta  # noqa: PLC0415  # 1 s

    grid = np.linspace(values.min(), values.max(), 100)
    exponent = 2.0 / (7.0 + np.tanh((1500.0 - values.size) / 500.0))
    classes = round(min(np.ceil(values.size**exponent), 48.0))
    edges = np.linspace(0, values.size, classes + 1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return np.array([delta.calc_delta(values, grid, column, edges) for column in places.T])


def _pawn(places: Floats, values: Floats) -> Floats:
    """Median over slides of the largest gap between two distributions, as SALib defines it."""
    order = np.sort(values)
    whole = np.searchsorted(order, order, side="right") / order.size
    found = np.empty(places.shape[1])
    for k, column in enumerate(places.T):
        edges = np.nanquantile(column, np.arange(_SLIDES + 1) / _SLIDES)
        gaps = []
        for s in range(_SLIDES):
            some = np.sort(values[(column >= edges[s]) & (column < edges[s + 1])])
            if some.size:
                own = np.searchsorted(some, order, side="right") / some.size
                gaps.append(float(np.abs(own - whole).max()))
        found[k] = np.median(gaps)
    return found


_SALIB: Mapping[str, Callable[[Floats, Floats, int], Floats]] = {
    "rbd-fast": _salib_rbd,
    "delta": _salib_delta,
    "pawn": _salib_pawn,
}
_QUICK: Mapping[str, Callable[[Floats, Floats], Floats]] = {
    "rbd-fast": _rbd,
    "delta": _delta,
    "pawn": _pawn,
}
