"""A fast stand-in for the model: a polynomial in the parameters that matter, and its error.

One emulator a target. Which terms it has is chosen by forward selection: of straight lines and
curves of all parameters first, then of products of those that are in it, for as long as a term
lowers the extended Bayesian information criterion (Chen and Chen 2008), which asks more of a term
the more of them were tried. How wrong it is it learns from runs it was not fitted to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["FOLDS", "Emulator", "Term", "fit_emulator"]

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]

FOLDS = 5
"""Parts of the runs, each held out once."""
_CRITERION = 0.5
"""Gamma of the extended criterion: 0 is the ordinary one, 1 the strictest."""
_MOST_TERMS = 120
_ROWS_A_TERM = 4
_MOST_PAIRED = 30
"""Parameters, the strongest first, whose products are tried."""
_DEGREES = 3
_TINY = 1e-12


class Term(NamedTuple):
    """A product of at most two polynomials of one parameter each; degree 0 is none."""

    first: int
    degree: int
    second: int = 0
    other_degree: int = 0


@dataclass(frozen=True)
class Emulator:
    """What a target is expected to be at any point, and with which variance.

    Attributes:
        centre: (parameters,) middle of the points it was fitted to.
        half: (parameters,) half their width.
        terms: of the polynomial, beside a constant.
        coefficients: the constant first.
        inverse: (terms + 1, terms + 1), of the products of the columns.
        variance: of the error at a point where the polynomial is known, from held-out runs.
        held_out: errors of held-out runs over their expected size, in the order of the rows.
        explained: share of the variance of held-out runs that it explains.
    """

    centre: Floats
    half: Floats
    terms: tuple[Term, ...]
    coefficients: Floats
    inverse: Floats
    variance: float
    held_out: Floats
    explained: float

    @property
    def active(self) -> tuple[int, ...]:
        """Columns of the parameters that it reads, in rising order."""
        used = [t.first for t in self.terms] + [t.second for t in self.terms if t.other_degree]
        return tuple(sorted(dict.fromkeys(used)))

    def predict(self, points: Floats) -> tuple[Floats, Floats]:
        """Expected values and leverages of points, (points,) each.

        The variance of a new run is `variance` times one plus the leverage; that of the expected
        value itself `variance` times the leverage.

        Args:
            points: (points, parameters) in the unit cube.
        """
        columns = _columns(self._centred(points), self.terms)
        return columns @ self.coefficients, _leverage(columns, self.inverse)

    def _centred(self, points: Floats) -> Floats:
        return (points - self.centre) / self.half


def fit_emulator(points: Floats, values: Floats, most_terms: int = _MOST_TERMS) -> Emulator:
    """An emulator of a target, with its error from runs that were held out.

    Terms are chosen anew without each fifth of the rows, so that the choice is held out too.

    Args:
        points: (rows, parameters) in the unit cube.
        values: (rows,) finite.
        most_terms: at most so many, and at most one for every four rows.
    """
    low, high = points.min(axis=0), points.max(axis=0)
    centre, half = (low + high) / 2, np.maximum((high - low) / 2, _TINY)
    x = (points - centre) / half
    errors, room = np.zeros(len(values)), np.ones(len(values))
    rows = np.arange(len(values))
    for fold in range(FOLDS):
        out = rows % FOLDS == fold
        part = _fit(x[~out], values[~out], most_terms)
        columns = _columns(x[out], part[0])
        errors[out] = values[out] - columns @ part[1]
        room[out] += _leverage(columns, part[2])
    variance = float(np.mean(errors**2 / room))
    whole = float(np.var(values))
    explained = 1.0 - float(np.mean(errors**2)) / whole if whole > 0.0 else 0.0
    size = np.sqrt(variance * room)
    terms, coefficients, inverse = _fit(x, values, most_terms)
    return Emulator(
        centre=centre,
        half=half,
        terms=terms,
        coefficients=coefficients,
        inverse=inverse,
        variance=variance,
        held_out=errors / np.where(size > 0.0, size, 1.0),
        explained=explained,
    )


def _fit(x: Floats, y: Floats, most: int) -> tuple[tuple[Term, ...], Floats, Floats]:
    """Terms, their coefficients and the inverse of their products."""
    terms = _choose(x, y, min(most, len(y) // _ROWS_A_TERM))
    columns = _columns(x, terms)
    products = columns.T @ columns
    inverse = np.linalg.pinv(products, hermitian=True)
    return terms, np.asarray(inverse @ (columns.T @ y)), np.asarray(inverse)


def _choose(x: Floats, y: Floats, most: int) -> tuple[Term, ...]:
    """Terms by forward selection."""
    search = _Search(y, most)
    alone = [Term(j, degree) for degree in (1, 2) for j in range(x.shape[1])]
    search.extend(x, alone)
    active: list[int] = []
    while True:
        # Products and cubes of what is in it, until nothing new comes in.
        found = _by_strength(search.chosen)[:_MOST_PAIRED]
        if found == active:
            return tuple(search.chosen)
        fresh = [Term(j, _DEGREES) for j in found if j not in active]
        fresh += [
            Term(i, 1, j, 1)
            for i, j in combinations(sorted(found), 2)
            if i not in active or j not in active
        ]
        active = found
        if not search.extend(x, fresh):
            return tuple(search.chosen)


def _by_strength(terms: Sequence[Term]) -> list[int]:
    """Parameters in the order in which they came in."""
    used: dict[int, None] = {}
    for term in terms:
        used[term.first] = None
        if term.other_degree:
            used[term.second] = None
    return list(used)


class _Search:
    """Forward selection: candidates less what the chosen terms explain of them."""

    def __init__(self, y: Floats, most: int) -> None:
        self.chosen: list[Term] = []
        self._pool: list[Term] = []
        self._candidates = np.empty((len(y), 0))
        self._sizes = np.empty(0)
        self._rest = y - y.mean()
        self._basis = [np.full(len(y), 1.0 / np.sqrt(len(y)))]
        self._most = most

    def extend(self, x: Floats, terms: Sequence[Term]) -> bool:
        """Adds candidates and chooses on; says whether any came in."""
        if terms:
            columns = _columns(x, terms)[:, 1:]
            sizes = np.einsum("ij,ij->j", columns, columns)
            for _ in range(2):  # once more, for what rounding left of the first
                for one in self._basis:
                    columns = columns - np.outer(one, one @ columns)
            self._candidates = np.column_stack([self._candidates, columns])
            self._sizes = np.concatenate([self._sizes, sizes])
            self._pool += terms
        before = len(self.chosen)
        while self._step():
            pass
        return len(self.chosen) > before

    def _step(self) -> bool:
        count = len(self._rest)
        left = float(self._rest @ self._rest)
        if len(self.chosen) >= self._most or left <= _TINY or not self._pool:
            return False
        own = np.einsum("ij,ij->j", self._candidates, self._candidates)
        free = own > 1e-8 * np.maximum(self._sizes, _TINY)
        products = self._rest @ self._candidates
        gain = np.where(free, products**2 / np.where(free, own, 1.0), 0.0)
        best = int(np.argmax(gain))
        after = max(left - float(gain[best]), _TINY * left)
        price = np.log(count) + 2.0 * _CRITERION * np.log(len(self._pool))
        if count * np.log(left / after) <= price:
            return False
        one = self._candidates[:, best] / np.sqrt(own[best])
        self._rest = self._rest - one * float(one @ self._rest)
        self._candidates = self._candidates - np.outer(one, one @ self._candidates)
        self._basis.append(one)
        self.chosen.append(self._pool[best])
        return True


def _leverage(columns: Floats, inverse: Floats) -> Floats:
    return np.asarray(np.einsum("ij,ij->i", columns @ inverse, columns))


def _columns(x: Floats, terms: Sequence[Term]) -> Floats:
    """(rows, terms + 1): a constant and the terms at centred points."""
    found = np.ones((len(x), len(terms) + 1))
    for k, term in enumerate(terms):
        found[:, k + 1] = _legendre(x[:, term.first], term.degree)
        if term.other_degree:
            found[:, k + 1] *= _legendre(x[:, term.second], term.other_degree)
    return found


def _legendre(x: Floats, degree: int) -> Floats:
    if degree == 1:
        return x
    if degree == 2:
        return 1.5 * x * x - 0.5
    return (2.5 * x * x - 1.5) * x
