"""What an experiment runs: function, what is shared, design, and what a run leaves behind."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from experiments.batch.job import Job
from experiments.batch.program import Program, study_digest
from experiments.batch.record import Floats, Layout
from experiments.batch.work import Work

__all__ = ["Task"]


@dataclass(frozen=True)
class Task:
    """What an experiment runs.

    Attributes:
        kind: such as "compare": who can go on with the folder.
        function: of the study and a job; a module's own.
        also: further functions that its numbers hang on.
        study: what the runs share; plain data, or with a method `digest()`.
        jobs: the design, in its order.
        layout: what a record holds.
        pack: makes a record, (layout.size,), of what the function gives.
        names: of the values, in the order of the design's columns.
        fill: value of a name where a job does not change it.
        about: plain JSON that stands in the manifest from the start.
        files: that are needed to go on, by name; written at the start.
        extra: further columns of the design.
        length: runs of a part; chosen if none.
        order: in which runs are handed out, where neighbours share work; that of the design if
            none. It changes no number.
    """

    kind: str
    function: Callable[[Any, Job], Any]
    study: Any
    jobs: Sequence[Job]
    layout: Layout
    pack: Callable[[Any], Floats]
    names: Sequence[str]
    fill: Callable[[str], float]
    about: Mapping[str, object] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)
    extra: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    length: int | None = None
    also: Sequence[Callable[..., Any]] = ()
    order: Sequence[int] | None = None

    def work(self) -> Work:
        """What workers need to know."""
        return Work(self.function, self.study, self.pack, self.layout.size, also=self.also)

    def digests(self, program: Program) -> dict[str, str]:
        """Of all that its numbers hang on."""
        return {
            "program": program.digest,
            "study": study_digest(self.study),
            "layout": self.layout.digest,
        }
