"""The program itself as files to hand on: a wheel of its source, its lock, its name and commit.

Read from where the program stands, a copy of the repository or an installed package, so that what
is handed on is what ran.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import shutil
import subprocess
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution, distributions
from pathlib import Path

from experiments.batch.sources import PACKAGES, ROOT
from experiments.packing.archive import zip_of

__all__ = [
    "LOCK_FILE", "LOCK_KINDS", "Commit", "code_files", "commit_of", "lock_of", "make_wheel",
    "packages_here", "version_here", "wheel_name",
]  # fmt: skip

NAME = "kemitraan"
LOCK_FILE = "requirements.lock"
LOCK_KINDS = ("lock", "installed")
"""The project's own lock, with hashes; or versions of what is installed, where there is none."""
_SKIPPED = ("__pycache__",)
_MOVERS = ("numpy", "numba", "llvmlite", "pandas", "pyarrow", "scipy", "matplotlib", "SALib")
"""Whose versions can move a number, or a byte of a table or figure."""


@dataclass(frozen=True)
class Commit:
    """Where the source stands in the repository's history.

    Attributes:
        id: of the commit.
        changed: whether files differ from it.
    """

    id: str
    changed: bool


def code_files(root: Path = ROOT) -> dict[str, bytes]:
    """Every file of the program's packages, by its path; what tools left there is not among them.

    Args:
        root: folder that holds the packages.
    """
    found = {}
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*")):
            parts = path.relative_to(root).parts
            hidden = any(part.startswith(".") or part in _SKIPPED for part in parts)
            if path.is_file() and not hidden:
                found["/".join(parts)] = path.read_bytes()
    return found


def version_here() -> str:
    """The program's version: of the copy it runs from, else as installed."""
    told = _project().get("version")
    if told:
        return str(told)
    try:
        return distribution(NAME).version
    except PackageNotFoundError:
        return "0"


def wheel_name() -> str:
    """Name of the wheel's file."""
    return f"{NAME}-{version_here()}-py3-none-any.whl"


def make_wheel() -> bytes:
    """A wheel of the program as it stands here; the same source gives the same bytes."""
    info = f"{NAME}-{version_here()}.dist-info"
    files = code_files()
    files[f"{info}/METADATA"] = _metadata().encode()
    files[f"{info}/WHEEL"] = (
        b"Wheel-Version: 1.0\nGenerator: kemitraan pack\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    )
    files[f"{info}/entry_points.txt"] = b"[console_scripts]\nkemitraan = kemitraan.cli:main\n"
    lock, kind = lock_of()
    if kind == LOCK_KINDS[0]:
        files[f"{info}/extra_metadata/{LOCK_FILE}"] = lock
    files[f"{info}/RECORD"] = _record(files, f"{info}/RECORD")
    return zip_of(files)


def lock_of() -> tuple[bytes, str]:
    """Pinned packages to install before the wheel, and which of `LOCK_KINDS` they are.

    A copy of the repository has the lock beside its packages, an installed wheel beside its
    metadata. Where neither is there, the versions of what the program needs and is installed.
    """
    beside = ROOT / LOCK_FILE
    if _project() and beside.is_file():
        return beside.read_bytes(), LOCK_KINDS[0]
    try:
        text = distribution(NAME).read_text(f"extra_metadata/{LOCK_FILE}")
    except PackageNotFoundError:
        text = None
    if text:
        return text.encode(), LOCK_KINDS[0]
    pins = "".join(f"{name}=={version}\n" for name, version in _needed().items())
    return pins.encode(), LOCK_KINDS[1]


def packages_here() -> dict[str, str]:
    """Versions of installed packages that can move a number or a byte."""
    there = _installed()
    return {name: there[_plain(name)][1] for name in _MOVERS if _plain(name) in there}


def commit_of() -> Commit | None:
    """The commit of the copy that the program runs from; none where that cannot be known."""
    git = shutil.which("git")
    if git is None or not _project() or not (ROOT / ".git").exists():
        return None

    def asked(*words: str) -> str:
        return subprocess.run(  # noqa: S603  # words of our own
            [git, *words], cwd=ROOT, capture_output=True, text=True, check=True, timeout=30
        ).stdout.strip()

    try:
        found = asked("rev-parse", "HEAD")
        return Commit(found, bool(asked("status", "--porcelain", "--", *PACKAGES)))
    except (OSError, subprocess.SubprocessError):
        return None


# -- inside


@cache
def _project() -> Mapping[str, object]:
    """The project's table of the pyproject.toml beside the packages; empty where none is."""
    try:
        table = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    except (OSError, ValueError, KeyError):
        return {}
    return table if isinstance(table, dict) and table.get("name") == NAME else {}


def _metadata() -> str:
    """The wheel's METADATA, of the copy's pyproject.toml, else as installed."""
    project = _project()
    if not project:
        try:
            return distribution(NAME).read_text("METADATA") or _least_metadata()
        except PackageNotFoundError:
            return _least_metadata()
    needs = project.get("dependencies", [])
    lines = [f"Requires-Dist: {need}" for need in needs] if isinstance(needs, list) else []
    return "\n".join(
        [
            _least_metadata().rstrip("\n"),
            f"Summary: {project['description']}",
            f"License-Expression: {project['license']}",
            f"Requires-Python: {project['requires-python']}",
            *lines,
            "",
        ]
    )


def _least_metadata() -> str:
    return f"Metadata-Version: 2.4\nName: {NAME}\nVersion: {version_here()}\n"


def _record(files: Mapping[str, bytes], own: str) -> bytes:
    """The wheel's list of its files with their hashes."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for name, content in sorted(files.items()):
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        writer.writerow([name, f"sha256={digest}", len(content)])
    writer.writerow([own, "", ""])
    return text.getvalue().encode()


def _plain(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")


def _installed() -> dict[str, tuple[str, str]]:
    """Name and version of every installed package; the first on the path counts, as for import."""
    found: dict[str, tuple[str, str]] = {}
    for one in distributions():
        name = one.metadata["Name"]
        if name:
            found.setdefault(_plain(name), (name, one.version))
    return found


def _needed() -> dict[str, str]:
    """Versions of what the program needs, and what that needs, as installed here."""
    from packaging.requirements import Requirement  # noqa: PLC0415  # only without a lock

    there = _installed()
    waiting = [(_plain(NAME), frozenset[str]())]
    seen: dict[str, str] = {}
    done = set()
    while waiting:
        name, extras = waiting.pop()
        if (name, extras) in done or name not in there:
            continue
        done.add((name, extras))
        if name != _plain(NAME):
            seen[there[name][0]] = there[name][1]
        for text in distribution(there[name][0]).requires or []:
            need = Requirement(text)
            wanted = [{"extra": extra} for extra in extras or ("",)]
            if need.marker is None or any(need.marker.evaluate(one) for one in wanted):
                waiting.append((_plain(need.name), frozenset(need.extras)))
    return dict(sorted(seen.items()))
