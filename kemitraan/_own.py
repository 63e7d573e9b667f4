"""Whether the packages this one stands on are its own, or hidden by something of the user's."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

__all__ = ["check_packages"]


def check_packages(*names: str) -> None:
    """Makes sure that each name means the package that came with this one.

    Python takes the first thing of a name that it finds, and looks in the folder of the script or
    notebook first: a `sim.py` there would be taken for `sim`.

    Raises:
        ImportError: with the file that hides a package, and what to do.
    """
    home = Path(__file__).resolve().parents[1]
    for name in names:
        found = _place(name)
        if found is None:
            raise ImportError(
                f"kemitraan: its package {name!r} is missing beside {home / 'kemitraan'}; "
                "install kemitraan again"
            )
        if found.parent.parent != home:
            what = found.parent if found.name == "__init__.py" else found
            raise ImportError(
                f"kemitraan: {what} hides its package {name!r}. Rename it, or start Python in "
                "another folder (and restart a notebook's kernel)."
            )


def _place(name: str) -> Path | None:
    """File that the name stands for, imported already or not."""
    module = sys.modules.get(name)
    if module is not None:
        file = getattr(module, "__file__", None)
        if file:
            return Path(file).resolve()
        folders = list(getattr(module, "__path__", []))
        return Path(folders[0]).resolve() / "__init__.py" if folders else None
    spec = find_spec(name)
    if spec is None:
        return None
    if spec.has_location and spec.origin:
        return Path(spec.origin).resolve()
    # A folder without __init__.py: only found where no real package of the name is.
    folders = list(spec.submodule_search_locations or [])
    return Path(folders[0]).resolve() / "__init__.py" if folders else None
