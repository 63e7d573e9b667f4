"""What an experiment would take, told before anything of it is run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

from experiments.batch.machine import free_disk, free_memory
from experiments.batch.need import Need

__all__ = ["Forecast", "forecast"]


@dataclass(frozen=True)
class Forecast:
    """Estimates, from a timed trial and the size of a run.

    Attributes:
        plan: what would be run, as plain JSON.
        units: of the design; each runs all scenarios.
        scenarios: of a unit; 1 where nothing is set against another.
        seconds: by the clock.
        need: disk and memory.
        free_disk: bytes.
        free_memory: bytes; none if unknown.
    """

    plan: Mapping[str, Any]
    units: int
    scenarios: int
    seconds: float
    need: Need
    free_disk: int
    free_memory: int | None

    @property
    def runs(self) -> int:
        """Of the model, all scenarios of all units."""
        return self.units * self.scenarios

    @property
    def fits(self) -> bool:
        """Whether this machine has room for it."""
        memory = self.free_memory is None or self.need.memory <= self.free_memory
        return self.need.disk <= self.free_disk and memory

    def to_json(self) -> dict[str, Any]:
        """One plain document."""
        return {
            "plan": dict(self.plan),
            "units": self.units,
            "runs": self.runs,
            "seconds": round(self.seconds, 1),
            "disk_bytes": self.need.disk,
            "memory_bytes": self.need.memory,
            "free_disk_bytes": self.free_disk,
            "free_memory_bytes": self.free_memory,
            "fits": self.fits,
        }


def forecast(
    plan: Mapping[str, Any],
    *,
    units: int,
    scenarios: int,
    seconds: float,
    need: Need,
    out: str | PathLike[str] | None = None,
) -> Forecast:
    """Estimates, beside what this machine has.

    Args:
        plan: what would be run.
        units: of the design.
        scenarios: of a unit.
        seconds: by the clock.
        need: disk and memory.
        out: where the folder would be; runs/ if none.
    """
    from experiments.store import RUNS  # noqa: PLC0415  # the model only now

    place = RUNS if out is None else Path(out)
    return Forecast(plan, units, scenarios, seconds, need, free_disk(place), free_memory())
