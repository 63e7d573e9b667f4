"""Parts of month 0 that many runs of an experiment have in common, kept for the next of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt

__all__ = ["Kept"]

T = TypeVar("T")


class Kept(Generic[T]):
    """The last results of a function that gives the same for the same arguments.

    Neighbouring rows of a design share their seed and most values: who stands where, and which
    firms a buyer knows, is then the same, and costs as much as the months themselves.

    Args:
        places: results kept; the one not asked for longest gives way.
    """

    def __init__(self, places: int = 3) -> None:
        self._places = places
        self._held: list[tuple[tuple[Any, ...], tuple[npt.NDArray[Any], ...], T]] = []

    def get(
        self, plain: tuple[Any, ...], arrays: Sequence[npt.NDArray[Any]], make: Callable[[], T]
    ) -> T:
        """The result for these arguments, made if it is not there; the caller must not change it.

        Args:
            plain: numbers it depends on.
            arrays: arrays it depends on; their values are compared, and copies kept.
            make: gives the result.
        """
        for at, (own, others, result) in enumerate(self._held):
            if own == plain and all(map(np.array_equal, arrays, others)):
                self._held.insert(0, self._held.pop(at))
                return result
        made = make()
        self._held.insert(0, (plain, tuple(array.copy() for array in arrays), made))
        del self._held[self._places :]
        return made
