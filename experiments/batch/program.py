"""The program that made a run's numbers, and the run's own name: a hash of all that can move them.

A run is known by what it was, never by when or where in a batch it was done.
"""

from __future__ import annotations

import hashlib
import json
import platform
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from experiments.batch.job import Job
from experiments.batch.sources import source_digests
from experiments.batch.work import called
from sim.errors import KemitraanError

__all__ = ["ID_LENGTH", "Program", "run_id", "study_digest"]

PACKAGES = ("numpy", "numba", "llvmlite")
"""Whose versions can move a number; what only reads and writes files cannot."""
ID_LENGTH = 32
_SHOWN = 5


@dataclass(frozen=True)
class Program:
    """Sources, versions and kind of machine.

    Attributes:
        function: module and name of what was run.
        sources: SHA-256 of each source file it hangs on.
        versions: of Python and of packages.
        system: such as "linux x86_64": another may round the last digit otherwise.
    """

    function: str
    sources: Mapping[str, str]
    versions: Mapping[str, str]
    system: str

    @classmethod
    def of(cls, function: Callable[..., Any], also: Sequence[Callable[..., Any]] = ()) -> Program:
        """The program that runs a function here and now.

        Args:
            function: that is run.
            also: what it calls that its module does not import.
        """
        versions = {"python": ".".join(map(str, sys.version_info[:2]))}
        for name in PACKAGES:
            try:
                versions[name] = version(name)
            except PackageNotFoundError:
                versions[name] = "not installed"
        return cls(
            " with ".join(map(called, (function, *also))),
            {name: sha for one in (function, *also) for name, sha in source_digests(one).items()},
            versions,
            f"{sys.platform} {platform.machine().lower()}",
        )

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Program:
        """From what `plain` gives."""
        return cls(plain["function"], plain["sources"], plain["versions"], plain["system"])

    def plain(self) -> dict[str, Any]:
        """As plain JSON."""
        return {
            "function": self.function,
            "sources": dict(self.sources),
            "versions": dict(self.versions),
            "system": self.system,
        }

    @cached_property
    def digest(self) -> str:
        """SHA-256 of all of it."""
        return _hash(self.plain())

    def differences(self, other: Program) -> list[str]:
        """How another program differs from this one, in words; empty where it does not."""
        found = []
        if self.function != other.function:
            found.append(f"function {self.function}, now {other.function}")
        names = sorted({*self.sources, *other.sources})
        changed = [n for n in names if self.sources.get(n) != other.sources.get(n)]
        if changed:
            more = f" and {len(changed) - _SHOWN} more" if len(changed) > _SHOWN else ""
            found.append(f"source {', '.join(changed[:_SHOWN])}{more}")
        for name in sorted({*self.versions, *other.versions}):
            old, new = self.versions.get(name, "none"), other.versions.get(name, "none")
            if old != new:
                found.append(f"{name} {old}, now {new}")
        if self.system != other.system:
            found.append(f"system {self.system}, now {other.system}")
        return found


def study_digest(study: Any) -> str:  # noqa: ANN401  # of any model
    """SHA-256 of what runs share: its own `digest()` if it has one, else as plain JSON.

    Raises:
        KemitraanError: it has none and is no plain data.
    """
    own = getattr(study, "digest", None)
    if callable(own):
        return str(own())
    try:
        return _hash(study)
    except (TypeError, ValueError) as error:
        raise KemitraanError(
            f"{type(study).__name__}: cannot be told apart from others: {error}; give it a method "
            "digest(), or hand over numbers, texts, lists and dictionaries"
        ) from error


def run_id(program: str, study: str, job: Job) -> str:
    """A run's name, 32 hexadecimal digits: of the program, what is shared, and the job.

    Args:
        program: digest of it.
        study: digest of it.
        job: role, replicate, seed and values.
    """
    values = sorted((name, float(value).hex()) for name, value in job.changes.items())
    return _hash([program, study, job.role, job.replicate, str(job.seed), values])[:ID_LENGTH]


def _hash(plain: object) -> str:
    text = json.dumps(plain, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()
