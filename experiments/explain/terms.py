"""Straight and bent terms of assumptions, which of them are taken, and what they fit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Bar", "Fit", "Terms", "fit", "make_terms", "pick"]

Floats = npt.NDArray[np.float64]
Bar = Callable[[Floats, Floats, Floats], float]
"""Of terms freed of what is chosen, its basis and what is left: the correlation to be beaten."""
MOST_TERMS = 12
FEWEST_A_TERM = 6
"""Draws that each term taken needs."""
_FLAT = 1e-9


@dataclass(frozen=True)
class Terms:
    """Two terms an assumption: place in its range from -1 to 1, and the square of it less 1/3.

    Attributes:
        low: (assumptions,) least value in the draws.
        high: greatest.
        values: (draws, 2 assumptions), straight and bent side by side; the mean taken off.
        middle: (2 assumptions,) that mean.
    """

    low: Floats
    high: Floats
    values: Floats
    middle: Floats

    def owner(self, term: int) -> int:
        """The assumption of a term."""
        return term // 2

    def at(self, points: Floats) -> Floats:
        """The same terms of other points."""
        return _raw(points, self.low, self.high) - self.middle

    def ranked(self, effect: Floats, chosen: Sequence[int]) -> list[int]:
        """All terms by how well they go with what is left of the effect beside those chosen."""
        return [int(k) for k in np.argsort(-self._met(effect, chosen), kind="stable")]

    def best_of(self, column: int, effect: Floats, chosen: Sequence[int]) -> int:
        """The one of an assumption's two terms that goes better with what is left."""
        met = self._met(effect, chosen)
        return 2 * column + int(met[2 * column + 1] > met[2 * column])

    def _met(self, effect: Floats, chosen: Sequence[int]) -> Floats:
        free, _, left = freed(self, effect, chosen)
        return np.abs(free.T @ left)


def _raw(points: Floats, low: Floats, high: Floats) -> Floats:
    width = np.where(high > low, high - low, 1.0)
    place = np.where(high > low, 2.0 * (points - low) / width - 1.0, 0.0)
    both = np.stack([place, np.where(high > low, place**2 - 1.0 / 3.0, 0.0)], axis=2)
    return np.asarray(both.reshape(len(points), -1))


def make_terms(points: Floats) -> Terms:
    """The terms of (draws, assumptions) points; both are nothing where a value never changes."""
    low, high = points.min(axis=0), points.max(axis=0)
    raw = _raw(points, low, high)
    middle = raw.mean(axis=0)
    return Terms(low, high, raw - middle, middle)


def freed(terms: Terms, effect: Floats, chosen: Sequence[int]) -> tuple[Floats, Floats, Floats]:
    """Terms of length one and the effect, freed of those chosen; and the basis of these.

    A term that those chosen make up is nothing.
    """
    draws = len(effect)
    start = np.column_stack([np.full(draws, 1.0), terms.values[:, list(chosen)]])
    basis, _ = np.linalg.qr(start)
    free = terms.values - basis @ (basis.T @ terms.values)
    size = np.sqrt((free**2).sum(axis=0))
    before = np.sqrt((terms.values**2).sum(axis=0))
    keep = size > _FLAT * np.maximum(before, _FLAT)
    free = np.where(keep, free / np.where(keep, size, 1.0), 0.0)
    left = effect - basis @ (basis.T @ effect)
    return free, basis, left


def pick(terms: Terms, effect: Floats, bar: Bar) -> list[int]:
    """Terms that clear the bar, the best first; each is judged beside those before it."""
    chosen: list[int] = []
    most = min(MOST_TERMS, len(effect) // FEWEST_A_TERM)
    around = float(((effect - effect.mean()) ** 2).sum())
    while True:
        free, basis, left = freed(terms, effect, chosen)
        size = float(np.sqrt(left @ left))
        if size**2 <= _FLAT * around:
            return chosen
        met = np.abs(free.T @ left) / size
        best = int(np.argmax(met))
        if not met[best] > bar(free, basis, left) or len(chosen) >= most:
            return chosen
        chosen.append(best)


@dataclass(frozen=True)
class Fit:
    """Least squares of an effect on the terms chosen.

    Attributes:
        terms: of all assumptions.
        effect: (draws,).
        chosen: terms.
        weights: (chosen,) of them.
    """

    terms: Terms
    effect: Floats
    chosen: tuple[int, ...]
    weights: Floats

    @property
    def draws(self) -> int:
        """Draws used."""
        return len(self.effect)

    @property
    def plain(self) -> float:
        """Part of the variance fitted, chance included."""
        return float(self._parts(np.ones((1, self.draws))).sum())

    @property
    def explained(self) -> float:
        """The same with chance taken off."""
        return float(self.plain - self._chance(len(self.chosen), self.plain))

    def share(self, column: int) -> float:
        """An assumption's share, chance taken off."""
        own = self._own(column)
        parts = self._parts(np.ones((1, self.draws)))[0]
        return float(parts[own].sum() - self._chance(len(own), parts.sum()))

    def shares_of(self, column: int, drawn: Floats) -> Floats:
        """(resamples,) the share in each; chance is taken off twice, as resampling adds it again.

        Args:
            column: the assumption.
            drawn: (resamples, draws) how often each draw counts.
        """
        own = self._own(column)
        parts = self._parts(drawn)
        whole = parts.sum(axis=1)
        return np.asarray(parts[:, own].sum(axis=1) - 2.0 * self._chance(len(own), whole))

    def curve(self, column: int, values: Floats) -> Floats:
        """What the assumption adds to the effect at these values, the mean over draws taken off."""
        points = np.zeros((len(values), len(self.terms.low)))
        points[:, column] = values
        own = self._own(column)
        terms = self.terms.at(points)[:, [self.chosen[k] for k in own]]
        return np.asarray(terms @ self.weights[own])

    def curves(self, column: int, values: Floats, drawn: Floats) -> Floats:
        """(resamples, values): mean effect at these values in each resample, others averaged."""
        points = np.zeros((len(values), len(self.terms.low)))
        points[:, column] = values
        own = self._own(column)
        picked = [self.chosen[k] for k in own]
        weights, means, middles = solved(self.terms, self.effect, self.chosen, drawn)
        there = self.terms.at(points)[:, picked]
        off = weights[:, own] @ there.T - (weights[:, own] * means[:, own]).sum(axis=1)[:, None]
        return np.asarray(middles[:, None] + off)

    def direction(self, column: int) -> int:
        """+1 where the effect rises with it all the way, -1 where it falls, 0 where it bends."""
        ends = np.linspace(self.terms.low[column], self.terms.high[column], 21)
        steps = np.sign(np.diff(self.curve(column, ends)))
        return int(steps[0]) if np.all(steps == steps[0]) else 0

    def predict(self, points: Floats) -> Floats:
        """The effect at other points."""
        there = self.terms.at(points)[:, list(self.chosen)]
        return np.asarray(self.effect.mean() + there @ self.weights)

    def _own(self, column: int) -> list[int]:
        return [k for k, term in enumerate(self.chosen) if self.terms.owner(term) == column]

    def _chance(self, count: int, whole: float | Floats) -> float | Floats:
        """What so many terms without influence would reach beside the others."""
        return count * (1.0 - whole) / max(1, self.draws - 1 - len(self.chosen))

    def _parts(self, drawn: Floats) -> Floats:
        """(resamples, chosen): covariance of each term with the effect over its variance."""
        if not self.chosen:
            return np.zeros((len(drawn), 0))
        weights, means, middles = solved(self.terms, self.effect, self.chosen, drawn)
        used = self.terms.values[:, list(self.chosen)]
        total = drawn.sum(axis=1, keepdims=True)
        with_effect = (drawn * self.effect) @ used / total - means * middles[:, None]
        around = drawn @ self.effect**2 / total[:, 0] - middles**2
        return np.asarray(weights * with_effect / np.maximum(around, 1e-300)[:, None])


def fit(terms: Terms, effect: Floats, chosen: Sequence[int]) -> Fit:
    """Least squares on the terms chosen."""
    weights = solved(terms, effect, chosen, np.ones((1, len(effect))))[0][0]
    return Fit(terms, effect, tuple(chosen), weights)


def solved(
    terms: Terms, effect: Floats, chosen: Sequence[int], drawn: Floats
) -> tuple[Floats, Floats, Floats]:
    """Weights of the terms, their means and that of the effect in each resample."""
    used = terms.values[:, list(chosen)]
    total = drawn.sum(axis=1, keepdims=True)
    means = drawn @ used / total
    middles = drawn @ effect / total[:, 0]
    square = np.einsum("rd,da,db->rab", drawn, used, used) / total[:, :, None]
    square = square - means[:, :, None] * means[:, None, :]
    with_effect = (drawn * effect) @ used / total - means * middles[:, None]
    # A resample in which two terms are one has no answer of its own: a little is added.
    ridge = _FLAT * np.eye(len(chosen)) * (1.0 + np.abs(square).max(initial=0.0))
    weights = np.linalg.solve(square + ridge, with_effect[:, :, None])[:, :, 0]
    return weights, means, middles
