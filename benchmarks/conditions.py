"""Under what conditions a measurement was made."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version

__all__ = ["conditions"]

_PACKAGES = ("numpy", "numba", "llvmlite", "mesa", "pandas", "pyarrow")


def conditions() -> list[str]:
    """Processor, versions and load, one a line; nothing that tells whose machine it is."""
    import psutil  # noqa: PLC0415  # a tool of developers, only here

    load = psutil.getloadavg()
    memory = psutil.virtual_memory().total / 2**30
    return [
        f"processors: {os.cpu_count()} ({_processor()}), {memory:.1f} GiB of memory",
        f"system: {platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "packages: " + ", ".join(f"{name} {version(name)}" for name in _PACKAGES),
        f"load before the start: {load[0]:.2f} over one minute, {load[1]:.2f} over five",
    ]


def _processor() -> str:
    """Name of the processor where the system tells it."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:  # noqa: PTH123  # may not exist
            names = [
                line.split(":", 1)[1].strip() for line in file if line.startswith("model name")
            ]
    except OSError:
        names = []
    return names[0] if names else platform.processor() or "unknown"
