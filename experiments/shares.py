"""Indices of all outcomes, windows and months of a study as tidy tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from experiments.factors import DUMMY, Factor
from experiments.given_data import CURVES, HALVES, INDICES, fast_indices, given_indices
from experiments.saltelli import RESAMPLES, Estimate, sobol_indices
from experiments.sampling import Sample

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "DISPERSION",
    "MEAN",
    "NO_MONTH",
    "PAIR",
    "SHARE_COLUMNS",
    "Cut",
    "Shares",
    "indices_of",
    "shares_of",
    "shares_table",
]

Floats = npt.NDArray[np.float64]
MEAN, DISPERSION = "mean", "dispersion"
"""What of a point's replicates an index is of: their mean, or their standard deviation."""
PAIR = "S2"
"""The index that is of two factors."""
NO_MONTH = -1
"""Month of what is no single month's."""
_LEAST = 0.0005
"""A share below it is printed as 0.0 %: whatever it is told from, nothing hangs on it."""
SHARE_COLUMNS = (
    "outcome", "of", "window", "month", "rank", "parameter", "other", "kind", "members", "index",
    "estimate", "low", "high", "conf", "above_dummy", "rows",
)  # fmt: skip


class Cut(NamedTuple):
    """What a column of values is."""

    outcome: str
    of: str = MEAN
    window: str = ""
    month: int = NO_MONTH


@dataclass(frozen=True)
class Shares:
    """An index of every factor and cut, each (factors, cuts).

    Attributes:
        index: its name: ST, S1, delta, pawn; S2 has a row a pair of factors.
        value: the index.
        low: end of its interval.
        high: the other end.
        conf: half width of a symmetric interval.
        above: whether the factor is told from the dummy: its index is above the dummy's in 97.5 %
            of the resamplings; of a Sobol design its total is, or its own share is above zero.
        kept: (cuts,) rows, base rows or search curves used.
    """

    index: str
    value: Floats
    low: Floats
    high: Floats
    conf: Floats
    above: npt.NDArray[np.bool_]
    kept: npt.NDArray[np.int64]


def indices_of(method: str) -> tuple[str, ...]:
    """Names of a method's indices; the first one ranks."""
    return ("ST", "S1") if method == "sobol" else INDICES[method]


def shares_of(
    sample: Sample,
    values: Floats,
    *,
    pairs: bool = False,
    resamples: int = RESAMPLES,
    halves: int = HALVES,
) -> list[Shares]:
    """Indices of columns of values, by the method of the sample.

    Args:
        sample: the design.
        values: (rows, cuts), a number for each point.
        pairs: whether a Sobol design of second order tells pairs.
        resamples: of the base rows of a Sobol design.
        halves: of the rows, of the methods that read any sample.
    """
    seed = sample.bootstrap_seed
    count = len(sample.factors)
    if sample.method == "sobol":
        found = sobol_indices(
            values, count, seed, second_order=sample.second_order, pairs=pairs, resamples=resamples
        )

        def made(index: str, one: Estimate, above: npt.NDArray[np.bool_]) -> Shares:
            return Shares(index, one.value, one.low, one.high, one.conf, above, found.kept)

        # A factor that only deals other luck has a total of up to the dummy's, but explains nothing
        # by itself.
        told = found.above_last | ((found.first.low > 0.0) & (found.total.value >= _LEAST))
        parts = [
            made("ST", found.total, told),
            made("S1", found.first, told),
        ]
        if found.second is not None:
            nothing = np.zeros(found.second.value.shape, np.bool_)
            parts.append(made(PAIR, found.second, nothing))
        return parts
    return [_stacked(sample, values, name, seed, halves) for name in indices_of(sample.method)]


def _stacked(sample: Sample, values: Floats, name: str, seed: int, halves: int) -> Shares:
    """Outcome by outcome, as SALib has it."""
    count, cuts = len(sample.factors), values.shape[1]
    blank = [np.full((count, cuts), np.nan) for _ in range(4)]
    above = np.zeros((count, cuts), np.bool_)
    kept = np.zeros(cuts, np.int64)
    for k in range(cuts):
        column = np.ascontiguousarray(values[:, k])
        found = (
            fast_indices(column, count, CURVES)
            if sample.method == "fast"
            else given_indices(sample.method, sample.places, column, seed, halves)
        ).get(name)
        if found is not None:
            for into, own in zip(
                blank, (found.value, found.low, found.high, found.conf), strict=True
            ):
                into[:, k] = own
            above[:, k], kept[k] = found.above_last, found.kept
    return Shares(name, blank[0], blank[1], blank[2], blank[3], above, kept)


def shares_table(
    factors: Sequence[Factor], cuts: Sequence[Cut], shares: Sequence[Shares]
) -> pd.DataFrame:
    """One row a cut, index and factor, the strongest first within each cut and index.

    The dummy has rank 0; an index of a pair has the second factor under `other` and no rank. What
    has no index, for want of finite values, has no row.
    """
    import pandas as pd  # noqa: PLC0415  # 0.4 s

    parts = list(_parts(factors, cuts, shares))
    if not parts:
        return pd.DataFrame(columns=list(SHARE_COLUMNS))
    # One frame of whole columns: frames of single cuts would take longer than the indices.
    return pd.DataFrame(
        {name: np.concatenate([part[name] for part in parts]) for name in SHARE_COLUMNS}
    )


def _parts(
    factors: Sequence[Factor], cuts: Sequence[Cut], shares: Sequence[Shares]
) -> Iterator[dict[str, npt.NDArray[Any]]]:
    lead = shares[0]
    alone = _labels(factors)
    pairs = list(combinations(range(len(factors)), 2))
    first, second = ([pair[k] for pair in pairs] for k in (0, 1))
    paired = {key: values[first] for key, values in alone.items()}
    paired["other"] = alone["parameter"][second]
    for k, cut in enumerate(cuts):
        if np.isnan(lead.value[:, k]).all():
            continue
        # The same order for every index of single factors: that of the first.
        order = np.argsort(-lead.value[:, k], kind="stable")
        real = np.array([factors[i].kind != DUMMY for i in order])
        rank = np.where(real, np.cumsum(real), 0)
        for one in shares:
            pair = one.index == PAIR
            rows = np.argsort(-one.value[:, k], kind="stable") if pair else order
            fixed = {**cut._asdict(), "index": one.index, "rows": int(one.kept[k])}
            yield {
                **{key: np.full(rows.size, value) for key, value in fixed.items()},
                **{key: own[rows] for key, own in (paired if pair else alone).items()},
                "rank": np.zeros(rows.size, np.int64) if pair else rank,
                "estimate": one.value[rows, k],
                "low": one.low[rows, k],
                "high": one.high[rows, k],
                "conf": one.conf[rows, k],
                "above_dummy": one.above[rows, k],
            }


def _labels(factors: Sequence[Factor]) -> dict[str, npt.NDArray[Any]]:
    return {
        "parameter": np.array([one.name for one in factors]),
        "other": np.array([""] * len(factors)),
        "kind": np.array([one.kind for one in factors]),
        "members": np.array([len(one.ranges) for one in factors]),
    }
