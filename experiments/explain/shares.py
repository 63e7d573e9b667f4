"""What part of the spread of an effect goes with which assumption, from the draws at hand.

With more assumptions than draws a regression on all of them has no answer. Instead assumptions are
taken one after the other: at each step the one whose straight or bent term goes best with what is
left of the effect, if it goes better than the best of all would by chance in 95 of 100 designs.
Chance is found by dealing the leftovers to other draws (a permutation of residuals), so that it
holds for any distribution and any number of assumptions. What does not rise above it is not told
apart from noise, which is not to say that it does nothing.

The share of an assumption is the covariance of its terms with the effect over the variance of the
effect, less what as many terms without influence would reach. With independent assumptions it is
the first-order index; with assumptions that go together it is its part of what the named explain.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from experiments.explain.terms import Fit, fit, make_terms, pick
from sim.draws import replicate_seed

__all__ = [
    "CONFIDENCE",
    "Found",
    "Shares",
    "draws_needed",
    "ends",
    "find_shares",
    "going_together",
    "luck_share",
    "resamples",
    "standing_out",
    "variances",
]

Floats = npt.NDArray[np.float64]
CONFIDENCE = 0.95
PERMUTATIONS = 999
RESAMPLES = 1000
FOLDS, ROUNDS = 8, 3
POWER = 0.8
FEWEST_FIXED = 8
SURE = 0.99
"""With which two assumptions are said to go together, of all pairs of independent ones at once."""
# Numbers of the seeds beside the replicates'; the highest, so that no replicate has them.
_SEED_PERMUTE, _SEED_RESAMPLE, _SEED_FOLDS = (1 << 32) - 11, (1 << 32) - 12, (1 << 32) - 13


@dataclass(frozen=True)
class Found:
    """One assumption's part.

    Attributes:
        column: of the points.
        share: of the variance of the effect, chance taken off; may lie below zero.
        low: end of its interval, by resampling draws.
        high: the other end.
        direction: +1 where the effect rises with it, -1 where it falls, 0 where it does both.
        named: told apart from noise.
        fit: of the named ones and of this one, whose curves are read from it.
    """

    column: int
    share: float
    low: float
    high: float
    direction: int
    named: bool
    fit: Fit


@dataclass(frozen=True)
class Shares:
    """Shares of one effect.

    Attributes:
        found: the named ones by share, then the strongest of the others.
        floor: share that the strongest assumption reaches by chance alone in one of twenty
            designs, beside those named.
        explained: by the named ones together, chance taken off.
        predicted: part of the variance in draws left out that those predict which are named
            without these draws. Low where few draws carried a name; a chance of the whole design
            it does not see through.
        draws: used.
    """

    found: tuple[Found, ...]
    floor: float
    explained: float
    predicted: float
    draws: int


def find_shares(
    points: Floats, effect: Floats, seed: int, most: int = 8, wanted: Sequence[int] = ()
) -> Shares:
    """Shares of the assumptions that stand out, and of the strongest that do not.

    Args:
        points: (draws, assumptions).
        effect: (draws,), finite and not all alike.
        seed: of resampling and permutation.
        most: so many assumptions are measured, named or not.
        wanted: columns that are measured in any case.
    """
    terms = make_terms(points)
    bar = _Permuted(seed)
    chosen = pick(terms, effect, bar)
    named = list(dict.fromkeys(terms.owner(k) for k in chosen))
    drawn = resamples(len(effect), seed)
    whole = fit(terms, effect, chosen)
    found = sorted(
        (_found(whole, column, drawn, named=True) for column in named),
        key=lambda one: -one.share,
    )
    others = [column for column in wanted if column not in named]
    for term in terms.ranked(effect, chosen):
        column = terms.owner(term)
        if len(named) + len(others) >= most:
            break
        if column not in named and column not in others:
            others.append(column)
    rest = [
        _found(
            fit(terms, effect, [*chosen, terms.best_of(column, effect, chosen)]),
            column,
            drawn,
            named=False,
        )
        for column in others
    ]
    rest.sort(key=lambda one: -one.share)
    return Shares(
        found=(*found, *rest),
        floor=max(0.0, _floor(bar.last, whole)),
        explained=whole.explained,
        predicted=_predicted(points, effect, seed),
        draws=len(effect),
    )


def standing_out(points: Floats, effect: Floats, seed: int) -> list[int]:
    """Columns of the assumptions that `find_shares` names, the first named first; not measured.

    Args:
        points: (draws, assumptions).
        effect: (draws,), finite and not all alike.
        seed: of the permutation.
    """
    terms = make_terms(points)
    chosen = pick(terms, effect, _Permuted(seed))
    return list(dict.fromkeys(terms.owner(k) for k in chosen))


class _Permuted:
    """The bar a term must clear: what the best of all reaches when leftovers are dealt anew."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self.last = 1.0

    def __call__(self, free: Floats, basis: Floats, left: Floats) -> float:
        """Correlation that is reached by chance in one of twenty designs.

        Args:
            free: (draws, terms) of length one, freed of what is chosen.
            basis: (draws, chosen and the mean) orthonormal.
            left: (draws,) of the effect.
        """
        rng = np.random.default_rng(replicate_seed(self._seed, _SEED_PERMUTE - basis.shape[1]))
        dealt = rng.permuted(np.tile(left, (PERMUTATIONS, 1)), axis=1).T
        dealt = dealt - basis @ (basis.T @ dealt)
        size = np.sqrt((dealt**2).sum(axis=0))
        best = np.abs(free.T @ dealt).max(axis=0) / size
        # The value itself counts as one of the permutations, so that the test is exact.
        place = math.ceil(CONFIDENCE * (PERMUTATIONS + 1)) - 1
        self.last = float(np.sort(best)[min(place, PERMUTATIONS - 1)])
        return self.last


def _floor(bar: float, whole: Fit) -> float:
    """The bar as a share of the whole variance, chance taken off as for an assumption."""
    gain = bar**2 * (1.0 - whole.plain)
    left = 1.0 - whole.plain - gain
    return gain - left / max(1, whole.draws - 2 - len(whole.chosen))


def _found(one: Fit, column: int, drawn: Floats, *, named: bool) -> Found:
    low, high = ends(one.shares_of(column, drawn))
    return Found(column, one.share(column), low, high, one.direction(column), named, one)


def resamples(draws: int, seed: int, count: int = RESAMPLES) -> Floats:
    """(count, draws): how often each draw stands in each resample."""
    rng = np.random.default_rng(replicate_seed(seed, _SEED_RESAMPLE))
    taken = rng.integers(draws, size=(count, draws))
    return np.apply_along_axis(np.bincount, 1, taken, minlength=draws).astype(np.float64)


def ends(sample: Floats, level: float = CONFIDENCE) -> tuple[float, float]:
    """Percentiles of resamples that hold so much of them in the middle."""
    tail = (1.0 - level) / 2.0
    low, high = np.quantile(sample, (tail, 1.0 - tail))
    return float(low), float(high)


def _predicted(points: Floats, effect: Floats, seed: int) -> float:
    """Part of the variance predicted in draws left out; everything is done anew without them."""
    draws = len(effect)
    rng = np.random.default_rng(replicate_seed(seed, _SEED_FOLDS))
    missed = around = 0.0
    for _ in range(ROUNDS):
        fold = rng.permutation(draws) % FOLDS
        for k in range(FOLDS):
            out = fold == k
            terms = make_terms(points[~out])
            chosen = pick(terms, effect[~out], _by_table)
            said = fit(terms, effect[~out], chosen).predict(points[out])
            missed += float(((effect[out] - said) ** 2).sum())
            around += float(((effect[out] - effect[~out].mean()) ** 2).sum())
    return 1.0 - missed / around if around > 0.0 else 0.0


def _by_table(free: Floats, basis: Floats, left: Floats) -> float:
    """The same bar from Student's t, which takes no time."""
    from scipy.special import stdtrit  # noqa: PLC0415  # 0.1 s

    freedom = len(left) - basis.shape[1] - 1
    used = max(1, int((np.abs(free).sum(axis=0) > 0.0).sum()))
    t = float(stdtrit(freedom, 1.0 - (1.0 - CONFIDENCE) / 2.0 / used))
    return t / math.sqrt(freedom + t * t)


def luck_share(fixed: Floats, draws: Floats, seed: int) -> tuple[float, float, float]:
    """Share of the variance that other luck makes at fixed assumptions, and its interval.

    Not a number with fewer than eight runs, whose variance says nothing.

    Args:
        fixed: (runs,) effects with all assumptions held.
        draws: (draws,) effects with assumptions varied.
        seed: of resampling.
    """
    if len(fixed) < FEWEST_FIXED:
        return math.nan, math.nan, math.nan
    share = float(fixed.var(ddof=1) / draws.var(ddof=1))
    above = variances(fixed, resamples(len(fixed), seed))
    below = variances(draws, resamples(len(draws), replicate_seed(seed, 1)))
    good = below > 0.0
    low, high = ends(above[good] / below[good])
    return share, low, high


def variances(sample: Floats, drawn: Floats) -> Floats:
    """Variance of each resample, as of a sample."""
    count = len(sample)
    weight = drawn / count
    middle = sample - sample.mean()
    # A resample has (n - 1) / n of the variance of its sample.
    spread = weight @ middle**2 - (weight @ middle) ** 2
    return np.asarray(spread * (count / (count - 1)) ** 2)


def going_together(points: Floats) -> list[tuple[int, int, float]]:
    """Pairs of assumptions that go together more than any two of so many would by chance.

    Returns:
        First column, second column and correlation, the strongest first. A Latin hypercube has
        none; an ensemble of sets that fit the same data may.
    """
    from experiments.explain.scale import normal_scores  # noqa: PLC0415

    draws = len(points)
    spread = points.std(axis=0)
    moved = np.flatnonzero(spread > 0.0)
    if len(moved) < 2 or draws < 5:
        return []
    found = np.atleast_2d(np.corrcoef(points[:, moved].T))
    pairs = len(moved) * (len(moved) - 1) / 2
    limit = float(normal_scores(np.array([1.0 - (1.0 - SURE) / 2.0 / pairs]))[0])
    bar = math.tanh(limit / math.sqrt(draws - 3))
    first, second = np.where(np.triu(np.abs(found), 1) > bar)
    listed = [
        (int(moved[i]), int(moved[j]), float(found[i, j]))
        for i, j in zip(first, second, strict=True)
    ]
    return sorted(listed, key=lambda pair: -abs(pair[2]))


def draws_needed(share: float, assumptions: int) -> int:
    """Draws with which a straight influence of this share is told apart four times in five."""
    from experiments.explain.scale import normal_scores  # noqa: PLC0415

    tail = (1.0 - CONFIDENCE) / 2.0 / max(1, 2 * assumptions)
    bar, power = normal_scores(np.array([1.0 - tail, POWER]))
    return math.ceil((float(bar + power) / math.atanh(math.sqrt(share))) ** 2 + 3)
