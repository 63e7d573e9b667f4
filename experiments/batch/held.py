"""What a function holds beside its source: arguments, an object's state, values of a closure.

Two functions of one source can give other numbers, as `partial(model, cost=1.0)` and
`partial(model, cost=2.0)` do. Told by value, not by pickled bytes, which differ from process to
process for things that are equal.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable
from inspect import isbuiltin, isfunction, ismethod, ismodule
from typing import Any

import numpy as np

from experiments.batch.work import called
from sim.errors import KemitraanError

__all__ = ["held_by"]

_PLAIN = (type(None), bool, int, float, complex, str, bytes)


def held_by(
    function: Callable[..., Any], sources: Callable[[Callable[..., Any]], object]
) -> str | None:
    """SHA-256 of what a function holds; none where its source says all.

    Args:
        function: any that can be called.
        sources: says what the source of another function is, that this one holds.

    Raises:
        KemitraanError: it holds something that cannot be told apart from others.
    """
    teller = _Teller(sources)
    try:
        held = teller.of_function(function)
    except (TypeError, AttributeError, ValueError, RecursionError) as error:
        raise KemitraanError(
            f"{called(function)}: holds what cannot be told apart from others: {error}; give the "
            "object a method digest(), or use a function of a module"
        ) from error
    return None if held is None else hashlib.sha256(repr(held).encode()).hexdigest()


class _Teller:
    """Things as nested tuples of plain values, whatever they are made of."""

    def __init__(self, sources: Callable[[Callable[..., Any]], object]) -> None:
        self._sources = sources
        self._within: list[int] = []

    def of_function(self, function: Any) -> object:  # noqa: ANN401  # any that can be called
        """What it holds; none if nothing."""
        function = getattr(function, "py_func", function)  # compiled by numba
        if isinstance(function, functools.partial):
            arguments = (function.args, function.keywords)
            return ("partial", self.of(arguments), self.of_function(function.func))
        if ismethod(function):
            return ("method", self.of(function.__self__))
        if isfunction(function):
            if "<locals>" not in function.__qualname__:
                return None  # made as its module was loaded: the source says with what
            cells = [cell.cell_contents for cell in function.__closure__ or ()]
            cells += [function.__defaults__, function.__kwdefaults__]
            return ("closure", self.of(cells)) if any(c is not None for c in cells) else None
        if isbuiltin(function) or isinstance(function, type | np.ufunc):
            return None
        return None if hasattr(function, "__wrapped__") else self.of(function)

    def of(self, thing: Any) -> object:  # noqa: ANN401  # whatever a function holds
        """The same for equal things."""
        if isinstance(thing, _PLAIN):
            return (type(thing).__name__, repr(thing))
        if id(thing) in self._within:
            return ("again", len(self._within) - self._within.index(id(thing)))
        self._within.append(id(thing))
        try:
            return self._composed(thing)
        finally:
            self._within.pop()

    def _composed(self, thing: Any) -> object:  # noqa: ANN401
        if isinstance(thing, list | tuple):
            return (type(thing).__name__, *map(self.of, thing))
        if isinstance(thing, dict):
            pairs = ((repr(self.of(key)), self.of(value)) for key, value in thing.items())
            return ("dict", *sorted(pairs, key=lambda pair: pair[0]))
        if isinstance(thing, set | frozenset):
            return ("set", *sorted(map(repr, map(self.of, thing))))
        if isinstance(thing, np.ndarray) and not thing.dtype.hasobject:
            return ("array", thing.dtype.str, thing.shape, np.ascontiguousarray(thing).tobytes())
        if ismodule(thing):
            return ("module", thing.__name__)
        if isinstance(thing, type):
            return ("class", _name(thing), self._sources(thing))
        if isfunction(thing) or ismethod(thing) or hasattr(thing, "py_func"):
            return ("function", _name(thing), self._sources(thing), self.of_function(thing))
        own = getattr(thing, "digest", None)
        if callable(own):
            return ("digest", _name(type(thing)), str(own()))
        made = thing.__reduce_ex__(4)
        if isinstance(made, str):
            return ("name", made)
        function, arguments, state, items, entries = (*made, *[None] * 5)[:5]
        further = (state, list(items or ()), list(entries or ()))
        return ("object", _name(function), self.of(arguments), self.of(further))


def _name(thing: Any) -> str:  # noqa: ANN401
    return f"{getattr(thing, '__module__', '')}.{getattr(thing, '__qualname__', thing)}"
