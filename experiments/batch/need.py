"""What a batch will need, told before it starts, and refused where it cannot fit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from experiments.batch.machine import free_disk, free_memory
from sim.errors import KemitraanError

__all__ = ["Need", "amount_of_bytes", "refuse_what_does_not_fit"]

_UNITS = ("B", "kB", "MB", "GB", "TB")


@dataclass(frozen=True)
class Need:
    """Estimates.

    Attributes:
        disk: bytes of the folder when it is complete.
        parent: bytes of memory of the process that keeps the runs, and makes tables of them.
        worker: bytes of memory of each further process.
        workers: processes that run.
    """

    disk: int
    parent: int
    worker: int
    workers: int

    @property
    def memory(self) -> int:
        """Bytes of all processes."""
        return self.parent + (self.workers if self.workers > 1 else 0) * self.worker


def refuse_what_does_not_fit(
    need: Need,
    folder: Path | None,
    *,
    disk: Callable[[Path], int] = free_disk,
    memory: Callable[[], int | None] = free_memory,
) -> None:
    """Refuses a batch for which this machine has no room.

    Args:
        need: of the batch.
        folder: where it will be; none where it stays in memory.
        disk: bytes left below a folder.
        memory: bytes left, if that is known.

    Raises:
        KemitraanError: with what is needed and what is there.
    """
    if folder is not None and need.disk > (there := disk(folder)):
        raise KemitraanError(
            f"{folder}: needs about {amount_of_bytes(need.disk)} of disk, and "
            f"{amount_of_bytes(there)} are free; take fewer runs, or another place with --out"
        )
    left = memory()
    if left is not None and need.memory > left:
        each = f", {amount_of_bytes(need.worker)} a process" if need.workers > 1 else ""
        raise KemitraanError(
            f"needs about {amount_of_bytes(need.memory)} of memory{each}, and "
            f"{amount_of_bytes(left)} are free; use fewer processes (--jobs), fewer runs, or "
            "simulate fewer firms (--scale)"
        )


def amount_of_bytes(count: float) -> str:
    """Bytes for people, in powers of a thousand."""
    size = float(count)
    for unit in _UNITS:
        if size < 999.5 or unit == _UNITS[-1]:
            return f"{size:.0f} {unit}" if size >= 10 or unit == "B" else f"{size:.1f} {unit}"
        size /= 1000.0
    raise AssertionError
