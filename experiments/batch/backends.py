"""The choice of where runs are made: processes of this machine, or dask."""

from __future__ import annotations

import re
from importlib.util import find_spec

from experiments.batch.backend import Backend
from experiments.batch.pool import LocalPool
from experiments.limits import MOST_JOBS, whole
from sim.errors import KemitraanError

__all__ = ["BACKENDS", "backend_of"]

BACKENDS = ("local", "dask")
_ADDRESS = re.compile(r"(tcp|tls)://(\[[0-9a-fA-F:]+\]|[^\s/:\[\]]+):([0-9]{1,5})/?")
_MOST_PORT = 65_535


def backend_of(
    name: str | None = None, scheduler: str | None = None, workers: int | None = None
) -> Backend:
    """Where runs are made.

    Args:
        name: "local", processes of this machine, or "dask"; local if none, dask where a scheduler
            is named.
        scheduler: address of a dask scheduler, such as "tcp://10.0.0.5:8786"; with dask and
            without one a cluster is started on this machine.
        workers: processes of this machine; as many as there are processors if none. Not with a
            scheduler, whose workers were started elsewhere.

    Raises:
        KemitraanError: a word or a number is not known or out of range, dask is not installed, or
            the scheduler cannot be reached or has no workers.
    """
    if name is not None and name not in BACKENDS:
        raise KemitraanError(f"--backend {name}: is not known; known: {', '.join(BACKENDS)}")
    if scheduler is not None and name == "local":
        raise KemitraanError(
            f"--scheduler {scheduler}: is for --backend dask; leave out --backend local"
        )
    if scheduler is not None and workers is not None:
        raise KemitraanError(
            f"--jobs {workers}: the workers of {scheduler} were started elsewhere, and all of "
            "them are used; leave --jobs out"
        )
    if scheduler is not None:
        _check_address(scheduler)
    processes = _processes(workers)
    if name != "dask" and scheduler is None:
        return LocalPool(processes)
    if find_spec("distributed") is None:
        option = "--backend dask" if scheduler is None else f"--scheduler {scheduler}"
        raise KemitraanError(
            f"{option}: needs dask, which is not installed: pip install 'kemitraan[dask]'"
        )
    from experiments.batch.dask_pool import DaskPool  # noqa: PLC0415  # half a second

    return DaskPool(scheduler, processes)


def _processes(asked: int | None) -> int:
    if asked is None:
        from experiments.runner import default_jobs  # noqa: PLC0415  # numba

        return default_jobs()
    workers = whole(asked, "--jobs", 1, MOST_JOBS)
    if not 1 <= workers <= MOST_JOBS:
        raise KemitraanError(f"--jobs {workers}: is outside 1..{MOST_JOBS}")
    return workers


def _check_address(scheduler: str) -> None:
    match = _ADDRESS.fullmatch(scheduler)
    if match is None or not 1 <= int(match[3]) <= _MOST_PORT:
        raise KemitraanError(
            f"--scheduler {scheduler}: is no address; expects tcp://HOST:PORT or tls://HOST:PORT, "
            "as the scheduler says when it starts, such as tcp://10.0.0.5:8786"
        )
