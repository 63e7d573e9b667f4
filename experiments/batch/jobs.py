"""Designs that are not kept job by job: a job is made when it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple, overload

from experiments.batch.job import Job
from experiments.batch.record import Floats

__all__ = ["Chosen", "Jobs", "Role"]


class Role(NamedTuple):
    """Jobs of one role, replicate after replicate.

    Attributes:
        name: of the role.
        names: that its jobs change.
        points: (replicates, names), the values.
        first: number of the first replicate; more than 0 where a role goes on after others.
    """

    name: str
    names: tuple[str, ...]
    points: Floats
    first: int = 0


class Jobs(Sequence[Job]):
    """Roles one after another; replicate r has the same seed in each.

    Args:
        seeds: of replicate 0, 1, ...; at least as many as the longest role has.
        roles: in the order of the design.
    """

    def __init__(self, seeds: Sequence[int], roles: Sequence[Role]) -> None:
        if any(role.first + len(role.points) > len(seeds) for role in roles):
            raise ValueError("fewer seeds than replicates")  # else they would be cut off silently
        self._seeds = seeds
        self._roles = tuple(roles)
        self._ends = list(accumulate(len(role.points) for role in roles))

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    @overload
    def __getitem__(self, place: int) -> Job: ...
    @overload
    def __getitem__(self, place: slice) -> list[Job]: ...
    def __getitem__(self, place: int | slice) -> Job | list[Job]:
        if isinstance(place, slice):
            return [self[i] for i in range(*place.indices(len(self)))]
        run = place + len(self) if place < 0 else place
        if not 0 <= run < len(self):
            raise IndexError(place)
        at = next(k for k, end in enumerate(self._ends) if run < end)
        role = self._roles[at]
        row = run - (self._ends[at] - len(role.points))
        replicate = role.first + row
        values = dict(zip(role.names, role.points[row].tolist(), strict=True))
        return Job(role.name, replicate, self._seeds[replicate], values)


class Chosen(Sequence[Job]):
    """Some jobs of a design.

    Args:
        jobs: of the design.
        runs: numbers of those that are chosen.
    """

    def __init__(self, jobs: Sequence[Job], runs: Sequence[int]) -> None:
        self._jobs = jobs
        self._runs = runs

    def __len__(self) -> int:
        return len(self._runs)

    @overload
    def __getitem__(self, place: int) -> Job: ...
    @overload
    def __getitem__(self, place: slice) -> list[Job]: ...
    def __getitem__(self, place: int | slice) -> Job | list[Job]:
        if isinstance(place, slice):
            return [self._jobs[run] for run in self._runs[place]]
        return self._jobs[self._runs[place]]
