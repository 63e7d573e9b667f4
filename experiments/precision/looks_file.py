"""Looks that a running batch has taken, for whoever asks how far it is; gone when it is complete.

Nothing hangs on the file: a batch that goes on takes every look again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from experiments.batch.atomic import write_whole

__all__ = ["LOOKS", "read_looks", "write_looks"]

LOOKS = "looks.json"


def write_looks(journal: Path, plain: Mapping[str, Any]) -> None:
    """Writes what the looks so far say into the journal of a folder."""
    write_whole(journal / LOOKS, json.dumps(plain).encode())


def read_looks(journal: Path) -> Mapping[str, Any] | None:
    """What the looks so far say; none where none was taken."""
    try:
        found = json.loads((journal / LOOKS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None
