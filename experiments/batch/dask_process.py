"""A scheduler or worker of dask as a process that ends with the one that started it.

Run as `python -m experiments.batch.dask_process scheduler ...` with the words of the `dask`
command, and a pipe as standard input that its parent holds open.
"""

from __future__ import annotations

import os
import sys
import threading

__all__ = ["main"]


def main() -> None:
    """Runs the command; ends at once when nobody holds the other end of standard input."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    from dask.__main__ import main as dask  # noqa: PLC0415  # after the thread: it takes a second

    sys.argv[0] = "dask"
    dask()


def _end_with_parent() -> None:
    os.read(0, 1)
    os._exit(1)


if __name__ == "__main__":
    main()
