"""What is run once: a set of values and a seed. Light to load, as every worker needs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["Job"]


@dataclass(frozen=True)
class Job:
    """One replicate of all scenarios, or one point of any other model.

    Attributes:
        role: "draw" (values drawn, or the seeds of `uncertainty` seeds), "fixed" (the registry's
            values), "displacement 0" or "displacement 1" (the registry's otherwise), or a word of
            another design. All jobs of a role change the same names.
        replicate: its number within the role.
        seed: of the run.
        changes: parameters, and guesses of the region, that differ from the study's.
    """

    role: str
    replicate: int
    seed: int
    changes: Mapping[str, float]
