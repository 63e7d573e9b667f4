"""What every manifest says: the region's inputs, what is held or stale, digests and versions."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.inputs import input_counts
from experiments.stale import today
from sim.parameters import STALE_MONTHS, fixed_guesses, stale

if TYPE_CHECKING:
    from experiments.design import Study

__all__ = ["model_digest", "standing"]

_PACKAGES = ("kemitraan", "numpy", "numba", "pandas", "pyarrow", "matplotlib", "scipy")


def standing(study: Study | None, packages: Sequence[str] = ()) -> dict[str, object]:
    """What every manifest says: the region's inputs, what is held or stale, digests and versions.

    Args:
        study: what the runs shared; none where no run was the model's.
        packages: whose versions count besides the usual ones.
    """
    return {
        **({} if study is None else _of_model(study)),
        "versions": {
            "python": ".".join(map(str, sys.version_info[:3])),
            **_versions((*_PACKAGES, *packages)),
        },
    }


def _of_model(study: Study) -> dict[str, object]:
    """What a manifest says of the model, the region and the inputs."""
    return {
        "region": study.region.name,
        "inputs": input_counts(study.region),
        "held_fixed": list(fixed_guesses()),
        "stale": {"months": STALE_MONTHS, "parameters": list(stale(today()))},
        "seed": study.seed,
        "digests": {
            "study": study.digest(),
            "region": study.region.digest(),
            "parameters": study.parameters.digest(),
            "model": model_digest(),
        },
    }


def model_digest() -> str:
    """SHA-256 over the sources of the model: equal where the same program ran."""
    root = Path(__file__).resolve().parents[1] / "sim"
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*.py"), key=lambda p: p.relative_to(root).as_posix()):
        digest.update(f"{path.relative_to(root).as_posix()}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _versions(packages: Sequence[str]) -> Mapping[str, str]:
    found = {}
    for name in packages:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found
