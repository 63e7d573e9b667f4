"""What a worker process does: loads the work once, then runs chunks until it is told to end.

Loads nothing of the model by itself, so that a worker for another model starts in a moment.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
import threading
import traceback
from contextlib import suppress
from multiprocessing import parent_process
from multiprocessing.connection import Connection
from pathlib import Path
from queue import SimpleQueue
from typing import TypeAlias

from experiments.batch.job import Job
from experiments.batch.work import attempt

__all__ = ["CANNOT_LOAD", "READY", "serve"]

READY = "ready"
CANNOT_LOAD = "cannot load"
Members: TypeAlias = tuple[tuple[int, Job], ...]


def serve(connection: Connection, path: str) -> None:
    """Runs what comes through a connection.

    Sends `READY`, or `CANNOT_LOAD` and why; then for each tuple of runs and jobs the list of
    outcomes, in the same order; ends at None.

    Args:
        connection: to the parent.
        path: of the pickled work.
    """
    with suppress(ValueError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt is the parent's to handle
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        work = pickle.loads(Path(path).read_bytes())  # noqa: S301  # written by the parent
    except Exception:  # noqa: BLE001  # the parent says it
        last = traceback.format_exc(limit=0).strip().splitlines()[-1]
        connection.send((CANNOT_LOAD, last))
        return
    connection.send((READY, ""))
    # Read in a thread of its own: the parent never waits with a chunk in hand while this process
    # waits with results.
    chunks: SimpleQueue[Members | None] = SimpleQueue()
    threading.Thread(target=_read, args=(connection, chunks), daemon=True).start()
    with suppress(OSError):
        while (members := chunks.get()) is not None:
            connection.send([attempt(work, run, job) for run, job in members])
    with suppress(OSError, ValueError):
        sys.stdout.flush()


def _read(connection: Connection, chunks: SimpleQueue[Members | None]) -> None:
    """Takes chunks from the pipe as they come, until the end."""
    members: Members | None = ()
    while members is not None:
        try:
            members = connection.recv()
        except (EOFError, OSError):
            members = None
        chunks.put(members)


def _end_with_parent() -> None:
    """A worker whose parent was killed would wait for work for ever."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
