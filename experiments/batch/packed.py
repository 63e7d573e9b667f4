"""A work as bytes, for processes that do not share this one's memory."""

from __future__ import annotations

import pickle

from experiments.batch.work import Work, called
from sim.errors import KemitraanError

__all__ = ["packed", "refuse_own_function"]

_MAIN = "__main__"


def refuse_own_function(work: Work) -> None:
    """Refuses a function of the program itself, which no other process can import.

    Raises:
        KemitraanError: with what to do.
    """
    for function in (work.function, *work.also):
        if getattr(function, "__module__", None) == _MAIN:
            raise KemitraanError(
                f"{called(function)}: is defined in the program or notebook itself, where "
                "worker processes do not find it; put it into a module and import it, or use "
                "jobs=1"
            )


def packed(work: Work) -> bytes:
    """A work, pickled; functions by their names.

    Raises:
        KemitraanError: it cannot be.
    """
    try:
        return pickle.dumps(work)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise KemitraanError(
            f"{called(work.function)}: cannot be handed to worker processes: {error}; use a "
            "function of a module and plain data, or jobs=1"
        ) from error
