"""What this machine has left: memory and disk, without any package."""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
from contextlib import suppress
from pathlib import Path

__all__ = ["free_disk", "free_memory"]

_MEMINFO = Path("/proc/meminfo")
_CGROUPS = (
    (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory.current")),
    (
        Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
        Path("/sys/fs/cgroup/memory/memory.usage_in_bytes"),
    ),
)
_CACHE = ("inactive_file", "total_inactive_file")
"""Of `memory.stat` beside them: copies of files, which are given up when memory is needed."""
_UNLIMITED = 1 << 60


def free_disk(folder: Path) -> int:
    """Bytes that may still be written below a folder, which need not be there yet."""
    place = folder.absolute()
    while not place.exists():
        place = place.parent
    return shutil.disk_usage(place).free


def free_memory() -> int | None:
    """Bytes of memory that may still be used, within the limit of a container; none if unknown."""
    found = [value for value in (_available(), _within_group()) if value is not None]
    return min(found) if found else None


def _available() -> int | None:
    if sys.platform == "win32":
        return _windows()
    with suppress(OSError, ValueError, IndexError):
        for line in _MEMINFO.read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return 1024 * int(line.split()[1])
    sysconf = getattr(os, "sysconf", None)
    if sysconf is None:
        return None
    with suppress(OSError, ValueError):
        # All there is, where the system does not say what is free.
        return int(sysconf("SC_PHYS_PAGES")) * int(sysconf("SC_PAGE_SIZE"))
    return None


def _within_group() -> int | None:
    """What a container has left of its limit; none without one."""
    for most, now in _CGROUPS:
        with suppress(OSError, ValueError):
            limit = int(most.read_text(encoding="ascii"))
            if limit < _UNLIMITED:
                used = int(now.read_text(encoding="ascii")) - _cached(now.with_name("memory.stat"))
                return min(limit, max(0, limit - used))
    return None


def _cached(stat: Path) -> int:
    """Bytes that a container holds of files, and would give up."""
    with suppress(OSError, ValueError):
        pairs = (line.split() for line in stat.read_text(encoding="ascii").splitlines())
        return max((int(count) for name, count in pairs if name in _CACHE), default=0)
    return 0


class _MemoryStatus(ctypes.Structure):
    """MEMORYSTATUSEX of Windows."""

    _fields_ = (
        ("length", ctypes.c_ulong),
        ("load", ctypes.c_ulong),
        *(
            (name, ctypes.c_ulonglong)
            for name in ("total", "free", "total_page", "free_page", "total_virtual",
                         "free_virtual", "free_extended")
        ),
    )  # fmt: skip


def _windows() -> int | None:
    library = getattr(ctypes, "windll", None)
    if library is None:
        return None
    status = _MemoryStatus()
    status.length = ctypes.sizeof(status)
    if not library.kernel32.GlobalMemoryStatusEx(ctypes.byref(status)):
        return None
    return int(status.free)
