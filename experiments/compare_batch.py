"""A comparison as a batch: its task, what follows from its runs, and its folder again."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from experiments import store
from experiments.batch.backend import Backend
from experiments.batch.crate import crate_of
from experiments.batch.ended import BatchError
from experiments.batch.experiment import Experiment
from experiments.batch.failure import Failure
from experiments.batch.job import Job
from experiments.batch.jobs import Chosen
from experiments.batch.manifest import jobs_of, read_manifest
from experiments.batch.record import Floats, Layout
from experiments.batch.store import DONE
from experiments.batch.task import Task
from experiments.batch.work import Outcome
from experiments.carry_out import carry_out
from experiments.comparison import Comparison
from experiments.comparison_record import RecordShape, StoredResults, comparison_layout
from experiments.design import Study
from experiments.precision.comparing import precision_of, sequential_of
from experiments.precision.sequential import Precision, Sequential
from experiments.study_json import INPUTS, study_from_json, study_to_json
from experiments.unit import run_unit

__all__ = ["KIND", "CompareBatch", "keep", "resumed"]

KIND = "compare"
_FEWEST = 2
"""Replicates of every role without which there is no table."""


class CompareBatch:
    """A comparison's runs in a folder.

    Attributes:
        study: what they share.
        uncertainty: "parameters" or "seeds".
        plan: what was asked, as plain JSON.
        lang: language of the figures.
        precision: what is asked of the number of runs, if anything is.
        task: for the folder.
    """

    def __init__(
        self,
        study: Study,
        uncertainty: str,
        jobs: Sequence[Job],
        plan: Mapping[str, object],
        lang: str,
        precision: Precision | None = None,
    ) -> None:
        self.study = study
        self.precision = precision
        self.uncertainty = uncertainty
        self.plan = dict(plan)
        self.lang = lang
        shape, layout = comparison_layout(study)
        self.shape: RecordShape = shape
        self.layout: Layout = layout
        asked = {k: v for k, v in self.plan.items() if k not in ("seconds", "jobs")}
        changed = dict.fromkeys(name for job in jobs for name in job.changes)
        self.task = Task(
            kind=KIND,
            function=run_unit,
            study=study,
            jobs=jobs,
            layout=layout,
            pack=shape.pack,
            names=list(dict.fromkeys([*study.varied, *changed])),
            fill=study.value,
            about={
                "scenarios": list(study.names[1:]),
                "baseline": study.names[0],
                "uncertainty": uncertainty,
                "plan": asked,
                "lang": lang,
                **({} if precision is None else {"precision": precision.plain()}),
            },
            files={INPUTS: study_to_json(study)},
        )

    def comparison(
        self, experiment: Experiment, seconds: float = 0.0, stop: Sequential | None = None
    ) -> Comparison:
        """What the runs say, read from the folder when it is asked for.

        Args:
            experiment: with all runs.
            seconds: they took.
            stop: what ended them, if a precision did.

        Raises:
            BatchError: too few of them have numbers.
        """
        failures = experiment.store.failures()
        self._refuse_few(failures, len(experiment.store.state))
        runs = np.flatnonzero(experiment.store.state == DONE).tolist()
        results = StoredResults(
            experiment.folder, self.shape, self.layout, runs, experiment.store.length
        )
        jobs = self.task.jobs
        return Comparison(
            self.study,
            self.uncertainty,
            Chosen(jobs, runs),
            results,
            self.plan,
            seconds=seconds,
            stop=stop,
            failures={run: (jobs[run], failure) for run, failure in failures.items()},
        )

    def sequential(self, experiment: Experiment | None = None) -> Sequential | None:
        """What says when there are enough runs, told of those a folder has; none if none is."""
        if self.precision is None:
            return None
        return sequential_of(self.precision, self.task.jobs, self.shape, self.study, experiment)

    def go_on(
        self,
        experiment: Experiment,
        *,
        backend: Backend,
        on_error: str,
        quiet: bool,
        unit_seconds: float | None = None,
        each: Callable[[int, Floats], None] = lambda *_: None,
    ) -> Comparison:
        """Does the runs that wait, and writes what follows from all of them."""
        begun = time.perf_counter()
        stop = self.sequential(experiment)

        def taken(run: int, record: Floats) -> None:
            if stop is not None:
                stop.take(run, record)
            each(run, record)

        return carry_out(
            experiment,
            lambda: self.comparison(experiment, time.perf_counter() - begun, stop),
            lambda found: self.finish(experiment, found),
            backend=backend,
            on_error=on_error,
            quiet=quiet,
            unit_seconds=unit_seconds,
            each=taken,
            upto=None if stop is None else (stop.first, stop),
        )

    def finish(self, experiment: Experiment, comparison: Comparison) -> None:
        """Writes tables, figures and the manifest; see `Experiment.finish`."""
        experiment.finish(
            lambda folder: store.fill(comparison, folder, self.lang),
            lambda folder: store.about(comparison, folder),
            lambda folder, files: crate_of(folder, files, self._told()),
        )
        comparison.folder = experiment.folder

    def _told(self) -> Mapping[str, Any]:
        names = ", ".join(self.study.names[1:])
        return {
            "name": f"{names} against {self.study.names[0]}, {self.study.region.name}",
            "inputs": [INPUTS, "scenarios.resolved.json"],
        }

    def _refuse_few(self, failures: Mapping[int, Failure], runs: int) -> None:
        """Refuses a table of nothing.

        Raises:
            BatchError: a role has fewer than two replicates left.
        """
        left: dict[str, int] = {}
        for run, job in enumerate(self.task.jobs[:runs]):
            left[job.role] = left.get(job.role, 0) + (run not in failures)
        few = [role for role, count in left.items() if count < _FEWEST]
        if few and failures:
            run, failure = next(iter(failures.items()))
            raise BatchError(
                f"{len(failures)} of {runs} runs failed, too many for a table "
                f"({', '.join(few)}); the first of them, run {run} ({failure.stage}): "
                f"{failure.message}"
            )


def keep(comparison: Comparison, folder: Path, lang: str) -> None:
    """Writes a comparison that stands in memory into an empty folder."""
    batch = CompareBatch(
        comparison.study, comparison.uncertainty, comparison.jobs, comparison.plan, lang
    )
    with Experiment.create(folder, batch.task) as experiment:
        for run, result in enumerate(comparison.results):
            experiment.store.put([Outcome(run, batch.shape.pack(result), result.seconds)])
        batch.finish(experiment, comparison)


def resumed(folder: Path) -> CompareBatch:
    """The batch of a folder, as it was begun.

    Raises:
        KemitraanError: the folder's inputs or design were changed.
    """
    manifest = read_manifest(folder)
    study = study_from_json(
        (folder / INPUTS).read_bytes(), str(manifest["batch"]["digests"]["study"])
    )
    return CompareBatch(
        study,
        str(manifest["uncertainty"]),
        jobs_of(folder),
        manifest["plan"],
        manifest["lang"],
        precision_of(manifest, study),
    )
