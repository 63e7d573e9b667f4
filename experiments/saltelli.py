"""Sobol indices of many outcomes at once, with intervals, from runs in Saltelli's arrangement.

A base row i holds the points A, then A with one factor after another taken from B, then (for second
order) B with one factor after another taken from A, and at last B. The estimators are those that
SALib uses: first order after Saltelli and others (2010, doi:10.1016/j.cpc.2009.09.018), total order
after Jansen (1999, doi:10.1016/S0010-4655(98)00154-4), second order after Saltelli (2002,
doi:10.1016/S0010-4655(02)00280-1). Intervals are percentiles over resampled base rows. All outcomes
and factors are resampled by the same rows, so that a whole study is a few matrix products.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

__all__ = [
    "CONFIDENCE",
    "FEWEST",
    "RESAMPLES",
    "Estimate",
    "SobolIndices",
    "base_rows",
    "resampled_rows",
    "sobol_indices",
    "tails",
]

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
CONFIDENCE = 0.95
RESAMPLES = 1000
FEWEST = 8
"""Base rows below which nothing is said of an outcome."""
_BLOCK = 1 << 21  # numbers of a block, so that memory stays small
_EPS = float(np.finfo(np.float64).eps)


@dataclass(frozen=True)
class Estimate:
    """An index and its interval, each (factors or pairs, outcomes).

    Attributes:
        value: the index; not a number where too few base rows are finite.
        low: end of the percentile interval.
        high: the other end.
        conf: half width of SALib's interval, which is symmetric.
    """

    value: Floats
    low: Floats
    high: Floats
    conf: Floats


@dataclass(frozen=True)
class SobolIndices:
    """Indices of every outcome.

    Attributes:
        first: share of the variance that a factor explains by itself, (factors, outcomes).
        total: share that is gone when the factor alone is held, (factors, outcomes).
        second: share that two factors explain only together, (pairs, outcomes); none if not asked.
        above_last: whether the total index is above that of the last factor, the dummy, in 97.5 %
            of the resamplings, (factors, outcomes).
        kept: base rows used, (outcomes,).
    """

    first: Estimate
    total: Estimate
    second: Estimate | None
    above_last: Flags
    kept: npt.NDArray[np.int64]


def base_rows(values: Floats, factors: int, *, second_order: bool) -> Floats:
    """(base rows, points, outcomes): the runs of a design, base row by base row.

    Args:
        values: (rows, outcomes).
        factors: of the design, the dummy among them.
        second_order: whether the design has the points for it.

    Raises:
        ValueError: the rows are no whole number of base rows.
    """
    points = (2 * factors if second_order else factors) + 2
    if len(values) % points:
        raise ValueError(f"{len(values)} rows are no multiple of {points} points")
    return values.reshape(len(values) // points, points, -1)


def resampled_rows(count: int, resamples: int, seed: int) -> Floats:
    """(resamples, base rows): how often each base row is drawn, over their number.

    The draws are those of SALib's Sobol analysis with the same seed.
    """
    drawn = np.random.default_rng(seed).integers(count, size=(count, resamples))
    flat = drawn + count * np.arange(resamples)
    found = np.bincount(flat.ravel(), minlength=count * resamples).reshape(resamples, count)
    return np.asarray(found / count)


def tails(sample: Floats, confidence: float = CONFIDENCE) -> tuple[Floats, Floats]:
    """Ends of the percentile interval over the last axis, by linear interpolation."""
    most = sample.shape[-1] - 1
    places = np.array([(1.0 - confidence) / 2.0, (1.0 + confidence) / 2.0]) * most
    low = np.floor(places).astype(np.int64)
    high = np.minimum(low + 1, most)
    ordered = np.partition(sample, np.unique([*low, *high]), axis=-1)
    first, second = ordered[..., low], ordered[..., high]
    found = first + (places - low) * (second - first)
    return found[..., 0], found[..., 1]


def sobol_indices(
    values: Floats,
    factors: int,
    seed: int,
    *,
    second_order: bool = False,
    pairs: bool = True,
    resamples: int = RESAMPLES,
) -> SobolIndices:
    """Indices of all outcomes.

    A base row with a value that is not finite is left out for that outcome: all its points are, so
    that differences stay within a row.

    Args:
        values: (rows, outcomes), base row by base row.
        factors: of the design, the dummy last.
        seed: of the resampling, not zero.
        second_order: whether the design has the points for it.
        pairs: whether pairs are told then too; they take as long as their number says.
        resamples: how often base rows are drawn anew.
    """
    blocks = base_rows(values, factors, second_order=second_order)
    count, outcomes = len(blocks), blocks.shape[2]
    wanted = second_order and pairs
    sizes = {"first": factors, "total": factors, "second": wanted * factors * (factors - 1) // 2}
    found = {
        name: Estimate(*(np.full((size, outcomes), np.nan) for _ in range(4)))
        for name, size in sizes.items()
    }
    above = np.zeros((factors, outcomes), np.bool_)
    finite: Flags = np.asarray(np.isfinite(blocks).all(axis=1))
    weights: dict[int, Floats] = {}
    for rows, columns in _alike(finite):
        kept = int(rows.sum())
        if kept < min(FEWEST, count):
            continue
        if kept not in weights:
            weights[kept] = resampled_rows(kept, resamples, seed)
        width = max(1, _BLOCK // max(1, kept * factors))
        for start in range(0, columns.size, width):
            some = columns[start : start + width]
            part = blocks[:, :, some] if kept == count else blocks[rows][:, :, some]
            above[:, some] = _fill(found, some, part, factors, weights[kept], wanted)
    return SobolIndices(
        found["first"],
        found["total"],
        found["second"] if wanted else None,
        above,
        finite.sum(axis=0),
    )


def _alike(finite: Flags) -> Iterator[tuple[Flags, npt.NDArray[np.int64]]]:
    """Outcomes that have the same finite base rows, and these."""
    patterns, which = np.unique(finite.T, axis=0, return_inverse=True)
    for k, rows in enumerate(patterns):
        yield rows, np.flatnonzero(which.ravel() == k)


def _fill(
    found: dict[str, Estimate],
    some: npt.NDArray[np.int64],
    blocks: Floats,
    factors: int,
    weights: Floats,
    with_pairs: bool,
) -> Flags:
    """Writes the indices of some outcomes; whether totals are above the last factor's."""
    mean = blocks.mean(axis=(0, 1))
    spread = blocks.std(axis=(0, 1))
    # A rounding error of the mean is no variance.
    still = spread <= 8.0 * _EPS * np.maximum(np.abs(mean), np.finfo(np.float64).tiny)
    scaled = (blocks - mean) / np.where(still, 1.0, spread)
    scaled[:, :, still] = 0.0
    a, b = scaled[:, 0], scaled[:, -1]
    ab = scaled[:, 1 : factors + 1]
    variance = _variances(a, b, weights)
    gained = b[:, None] * (ab - a[:, None])
    lost = 0.5 * (a[:, None] - ab) ** 2
    first, first_again = _ratio(gained, variance, weights)
    total, total_again = _ratio(lost, variance, weights)
    _put(found["first"], some, first, first_again)
    _put(found["total"], some, total, total_again)
    if with_pairs:
        ba = scaled[:, factors + 1 : -1]
        for k, (i, j) in enumerate(combinations(range(factors), 2)):
            both, both_again = _ratio((ba[:, i] * ab[:, j] - a * b)[:, None], variance, weights)
            alone = first[i] + first[j]
            alone_again = first_again[i] + first_again[j]
            _put(found["second"], some, both - alone, both_again - alone_again, slice(k, k + 1))
    ahead, _ = tails(total_again - total_again[-1:])
    return ahead > 0.0


def _variances(a: Floats, b: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Variance of A and B together: (outcomes,) of all rows, (outcomes, resamples) of resampled."""
    own = np.concatenate([a, b]).var(axis=0)
    mean = 0.5 * (weights @ (a + b))
    square = 0.5 * (weights @ (a * a + b * b))
    return own, (square - mean * mean).T


def _ratio(
    parts: Floats, variance: tuple[Floats, Floats], weights: Floats
) -> tuple[Floats, Floats]:
    """Means over rows of (rows, factors, outcomes), over the variance; zero where that is zero.

    Returns:
        (factors, outcomes) of all rows and (factors, outcomes, resamples).
    """
    count, factors, outcomes = parts.shape
    own, again = variance
    flat = parts.reshape(count, factors * outcomes)
    resampled = (flat.T @ weights.T).reshape(factors, outcomes, -1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return (
            np.where(own > _EPS, parts.mean(axis=0) / own, 0.0),
            np.where(again > _EPS, resampled / again, 0.0),
        )


def _put(
    into: Estimate,
    some: npt.NDArray[np.int64],
    value: Floats,
    again: Floats,
    rows: slice = slice(None),
) -> None:
    from scipy.special import ndtri  # noqa: PLC0415  # 0.1 s

    low, high = tails(again)
    into.value[rows, some], into.low[rows, some], into.high[rows, some] = value, low, high
    half = float(ndtri((1.0 + CONFIDENCE) / 2.0))
    into.conf[rows, some] = half * again.std(axis=-1, ddof=1)
