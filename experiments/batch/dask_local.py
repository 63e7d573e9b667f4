"""A cluster of this machine: a scheduler and workers as processes that end with this one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Self

from experiments.batch.backend import BackendError
from experiments.batch.dask_worker import THREADS

__all__ = ["LocalCluster"]

_SCHEDULER_SECONDS = 60.0
_PATIENCE = 5.0
_BEAT = 0.05
_TOLD = 3
_PROGRAM = "experiments.batch.dask_process"


class LocalCluster:
    """Processes of this machine; a context manager.

    They are started as commands, not spawned: a script without a `__main__` guard is not run again
    in them, an interrupt of the terminal does not reach them, and they end when this process does.

    Args:
        workers: processes, each with one thread.
    """

    def __init__(self, workers: int) -> None:
        self._aside = tempfile.TemporaryDirectory(prefix="kemitraan-", ignore_cleanup_errors=True)
        self._folder = Path(self._aside.name)
        self._processes: list[subprocess.Popen[bytes]] = []
        self._scheduler: subprocess.Popen[bytes] | None = None
        self.ended = 0
        try:
            self.address = self._started()
            self._processes = [self._worker() for _ in range(workers)]
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def mend(self) -> None:
        """Starts another worker for each that has ended."""
        for k, process in enumerate(self._processes):
            if process.poll() is not None:
                self.ended += 1
                _close_pipe(process)
                self._processes[k] = self._worker()

    def close(self) -> None:
        """Ends all processes."""
        every = [*self._processes, *([self._scheduler] if self._scheduler is not None else [])]
        for process in every:
            process.kill()  # nothing in them would be lost
        for process in every:
            process.wait(_PATIENCE)
            _close_pipe(process)
        self._processes, self._scheduler = [], None
        self._aside.cleanup()

    # -- inside

    def _started(self) -> str:
        """Starts the scheduler and gives its address.

        Raises:
            BackendError: it does not start.
        """
        card = self._folder / "scheduler.json"
        self._scheduler = self._process(
            "scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(card)
        )
        until = time.monotonic() + _SCHEDULER_SECONDS
        while time.monotonic() < until and self._scheduler.poll() is None:
            try:
                return str(json.loads(card.read_text(encoding="utf-8"))["address"])
            except (OSError, ValueError):
                time.sleep(_BEAT)
        raise BackendError(f"--backend dask: its scheduler does not start: {self._said()}")

    def _worker(self) -> subprocess.Popen[bytes]:
        words = ["--nthreads", "1", "--nworkers", "1", "--no-nanny", "--memory-limit", "0"]
        return self._process("worker", self.address, "--host", "127.0.0.1", *words)

    def _process(self, role: str, *words: str) -> subprocess.Popen[bytes]:
        paths = [str(Path(path).absolute()) for path in sys.path]
        environment = {
            **os.environ,
            **{f"{name}_NUM_THREADS": "1" for name in THREADS},
            "PYTHONPATH": os.pathsep.join(paths),
            "DASK_TEMPORARY_DIRECTORY": str(self._folder),
        }
        with self._log.open("ab") as log:
            return subprocess.Popen(  # noqa: S603  # our own program
                [sys.executable, "-m", _PROGRAM, role, "--no-dashboard", *words],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                env=environment,
                start_new_session=True,
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            )

    @property
    def _log(self) -> Path:
        return self._folder / "log"

    def _said(self) -> str:
        """The last lines that its processes wrote."""
        text = self._log.read_text(encoding="utf-8", errors="replace").strip()
        return "; ".join(text.splitlines()[-_TOLD:]) or "it says nothing"


def _close_pipe(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        process.stdin.close()
