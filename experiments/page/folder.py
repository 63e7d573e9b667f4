"""The folder a comparison wrote, read again: its tables and manifest, and if they are whole."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.store import SCHEMA
from sim.errors import KemitraanError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["STAKEHOLDERS", "Kept", "check_hashes", "read_folder", "read_manifest"]

MANIFEST = "manifest.json"
SCENARIOS = "scenarios.resolved.json"
EFFECTS = "effects.parquet"
TABLES = ("ceiling", "levels", "assumptions", "drivers")
STAKEHOLDERS = "stakeholders.csv"
ONLY_PAGES = "a page is made of a comparison only"
NO_PAGE = "a page would not say what was run"
_NEEDED = ("baseline", "scenarios", "uncertainty", "plan", "region", "seed", "digests", "versions",
           "files", "notes", "notes_id", "command", "months", "first_month", "inputs")  # fmt: skip


@dataclass(frozen=True)
class Kept:
    """A comparison as its folder holds it.

    Attributes:
        path: the folder.
        manifest: what was run with what.
        scenarios: each scenario as run, the baseline first.
        effects: of the region as a whole, all windows.
        levels: likewise.
        ceiling: of each scenario.
        assumptions: every figure of the registry as it was used.
        drivers: rank correlations of the profit effect.
        stakeholders: who gains and who loses, if the folder has it.
    """

    path: Path
    manifest: Mapping[str, Any]
    scenarios: tuple[Mapping[str, Any], ...]
    effects: pd.DataFrame
    levels: pd.DataFrame
    ceiling: pd.DataFrame
    assumptions: pd.DataFrame
    drivers: pd.DataFrame
    stakeholders: pd.DataFrame | None

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the scenarios, without the baseline."""
        return tuple(self.manifest["scenarios"])

    @property
    def baseline(self) -> str:
        """Name of the baseline."""
        return str(self.manifest["baseline"])

    @property
    def varied(self) -> bool:
        """Whether assumptions were varied."""
        return bool(self.manifest["uncertainty"] != "seeds")

    @property
    def pairs(self) -> int:
        """Paired simulation runs."""
        return int(self.manifest["plan"]["pairs"])

    def scenario(self, name: str) -> Mapping[str, Any]:
        """A scenario as run."""
        return next(one for one in self.scenarios if one["name"] == name)

    def title(self, name: str, lang: str) -> str:
        """A scenario's title in a language, else in the other, else its name."""
        return _title(self.scenario(name)["title"], lang) or name

    def region_title(self, lang: str) -> str:
        """The region's title, likewise."""
        found = _title(self.manifest.get("region_title", {}), lang)
        return found or str(self.manifest["region"])


def _title(title: Mapping[str, str], lang: str) -> str:
    return title.get(lang) or title.get("en") or title.get("id") or ""


def read_folder(path: Path) -> Kept:
    """A comparison from its folder.

    Raises:
        KemitraanError: there is no folder, it is none of a comparison, of another version, not
            whole, or changed since.
    """
    manifest = read_manifest(path)
    names = [SCENARIOS, EFFECTS, *(f"{name}.csv" for name in TABLES)]
    listed = manifest["files"]
    missing = [name for name in names if name not in listed or not (path / name).is_file()]
    if missing:
        raise KemitraanError(
            f"{path}: is not whole, without {', '.join(missing)}; run the comparison again into a "
            "new folder"
        )
    there = [*names, *([STAKEHOLDERS] if (path / STAKEHOLDERS).is_file() else [])]
    check_hashes(path, there, listed)
    import pandas as pd  # noqa: PLC0415  # 0.4 s

    try:
        tables = {name: pd.read_csv(path / f"{name}.csv", keep_default_na=True) for name in TABLES}
        effects = pd.read_parquet(path / EFFECTS)
        scenarios = json.loads((path / SCENARIOS).read_text(encoding="utf-8"))
        who = pd.read_csv(path / STAKEHOLDERS) if STAKEHOLDERS in there else None
    except (OSError, ValueError) as error:
        raise KemitraanError(f"{path}: cannot be read: {error}") from error
    return Kept(
        path=path,
        manifest=manifest,
        scenarios=tuple(scenarios),
        effects=effects[effects["by"] == ""],
        stakeholders=who,
        **tables,
    )


def read_manifest(path: Path, only: str = ONLY_PAGES) -> Mapping[str, Any]:
    """The folder's manifest, if it is a whole comparison of this version's kind.

    Args:
        path: the folder.
        only: what is said of a folder of another kind.

    Raises:
        KemitraanError: it is none.
    """
    if not path.exists():
        raise KemitraanError(f"{path}: no such folder; give one that kemitraan compare wrote")
    if not path.is_dir():
        raise KemitraanError(f"{path}: is a file; give the folder that kemitraan compare wrote")
    file = path / MANIFEST
    if not file.is_file():
        raise KemitraanError(
            f"{path}: has no {MANIFEST}, so it is no folder of a comparison, or one that was not "
            "finished; give one that kemitraan compare wrote"
        )
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise KemitraanError(f"{file}: cannot be read: {error}") from error
    if not isinstance(found, dict) or "schema" not in found:
        raise KemitraanError(f"{file}: is no manifest of kemitraan")
    if found["schema"] != SCHEMA:
        raise KemitraanError(
            f"{file}: schema {found['schema']}, and this version reads {SCHEMA}; run the "
            "comparison again, or use the version that wrote the folder"
        )
    if found.get("kind") != "compare":
        raise KemitraanError(f"{file}: of kind {found.get('kind')!r}; {only}")
    lost = [key for key in _NEEDED if key not in found]
    if found.get("complete") is not True or lost:
        what = f"without {', '.join(lost)}" if lost else "says that not all runs are there"
        raise KemitraanError(f"{file}: is not whole, {what}; run the comparison again")
    return found


def check_hashes(
    path: Path, names: Sequence[str], listed: Mapping[str, str], why: str = NO_PAGE
) -> None:
    """Refuses files that are not as the comparison wrote them.

    Args:
        path: the folder.
        names: of files that are read.
        listed: hashes by name, from the manifest.
        why: what would be wrong otherwise.

    Raises:
        KemitraanError: one was changed.
    """
    changed = [
        name
        for name in names
        if name in listed and hashlib.sha256((path / name).read_bytes()).hexdigest() != listed[name]
    ]
    if changed:
        raise KemitraanError(
            f"{path}: {', '.join(changed)} changed since the comparison wrote it, so that {why}; "
            "copy the original back, or run the comparison again"
        )
