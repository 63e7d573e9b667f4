"""What a dask worker does for a batch: loads the work once, then runs chunks of it.

All of it is called by name on workers, so that nothing but bytes travels. One run at a time in a
process, whatever number of threads the worker has.
"""

from __future__ import annotations

import os
import pickle
import threading
import traceback
import zlib
from collections import deque
from collections.abc import Mapping
from typing import Any

from experiments.batch.program import Program
from experiments.batch.work import Work, attempt
from experiments.batch.worker import CANNOT_LOAD, READY

__all__ = ["OTHER", "THREADS", "begin", "forget", "run_members"]

OTHER = "other"
"""Word of a worker whose program is not the one that asks."""
THREADS = ("OMP", "OPENBLAS", "MKL", "NUMEXPR")
"""Libraries for linear algebra, each with its own number of threads."""
_MOST_WORKS = 8
"""Works that a worker keeps: those of a client that was killed are not taken back."""

_works: dict[str, Work] = {}
_ended: deque[str] = deque(maxlen=64)
"""Names of works that were ended, perhaps while they were being loaded."""
_one_at_a_time = threading.Lock()


def begin(token: str, content: bytes, plain: Mapping[str, Any]) -> tuple[str, list[str]]:
    """Loads a work, unless it is here already.

    Args:
        token: its name.
        content: itself, pickled and compressed.
        plain: the program that asks, as `Program.plain` has it.

    Returns:
        `READY`; `OTHER` and what differs; or `CANNOT_LOAD` and why.
    """
    for name in THREADS:  # of libraries that are loaded from now on
        os.environ.setdefault(f"{name}_NUM_THREADS", "1")
    with _one_at_a_time:
        if token in _works:
            return READY, []
        try:
            work: Work = pickle.loads(zlib.decompress(content))  # noqa: S301  # of the client
            own = Program.of(work.function, work.also)
        except Exception:  # noqa: BLE001  # the client says it
            return CANNOT_LOAD, [traceback.format_exc(limit=0).strip().splitlines()[-1]]
        differences = Program.from_plain(plain).differences(own)
        if differences:
            return OTHER, differences
        if token not in _ended:
            _works[token] = work
        while len(_works) > _MOST_WORKS:
            del _works[next(iter(_works))]
    return READY, []


def run_members(token: str, content: bytes) -> bytes:
    """Runs a chunk.

    Args:
        token: of a work that was begun here.
        content: numbers of runs and their jobs, pickled.

    Returns:
        The list of outcomes, pickled; empty where the work is not here (any more): the worker is
        another process than the one that began it, or the batch has ended.
    """
    outcomes = []
    with _one_at_a_time:
        for run, job in pickle.loads(content):  # noqa: S301  # of the client
            work = _works.get(token)
            if work is None:
                return b""
            outcomes.append(attempt(work, run, job))
    return pickle.dumps(outcomes, protocol=pickle.HIGHEST_PROTOCOL)


def forget(token: str) -> None:
    """Ends a work here; a chunk of it ends after the run at hand."""
    _ended.append(token)
    _works.pop(token, None)
