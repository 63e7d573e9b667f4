"""An exploration as a batch: its task, the draws that its runs are, and its folder again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from experiments.batch.backend import Backend
from experiments.batch.crate import crate_of
from experiments.batch.ended import BatchError
from experiments.batch.experiment import Experiment
from experiments.batch.failure import Failure
from experiments.batch.job import Job
from experiments.batch.jobs import Chosen
from experiments.batch.manifest import jobs_of, read_manifest
from experiments.batch.need import Need, refuse_what_does_not_fit
from experiments.batch.reading import read_block
from experiments.batch.record import MAIN, Block, Floats, Layout
from experiments.batch.store import DONE
from experiments.batch.task import Task
from experiments.carry_out import begin, carry_out
from experiments.compare_need import bytes_of_a_run, need_of
from experiments.design import Study
from experiments.explore.asked import Asked
from experiments.explore.draws import of_study
from experiments.explore.exploration import Exploration
from experiments.explore.folder import KIND
from experiments.explore.notes import run_notes
from experiments.explore.prepare import Prepared
from experiments.progress import progress_bar
from experiments.runner import run_units
from experiments.study_json import INPUTS, study_from_json, study_to_json
from experiments.unit import region_values
from sim.outcomes import OUTCOMES, windows

__all__ = ["ExploreBatch", "need", "resumed", "run_prepared"]

_FEWEST = 2
"""Draws without which there is nothing to explore."""


class ExploreBatch:
    """An exploration's runs in a folder.

    Attributes:
        study: what they share.
        uncertainty: "ensemble" or "parameters".
        why_unequal: why scenarios could not be sized to the same money, if they could not.
        asked: of the draws.
        plan: what was asked of the runs, as plain JSON.
        lang: language of the figures.
        task: for the folder.
    """

    def __init__(
        self,
        study: Study,
        uncertainty: str,
        why_unequal: str,
        asked: Asked,
        jobs: Sequence[Job],
        plan: Mapping[str, Any],
        lang: str,
    ) -> None:
        self.study = study
        self.uncertainty = uncertainty
        self.why_unequal = why_unequal
        self.asked = asked
        self.plan = dict(plan)
        self.lang = lang
        self.task = Task(
            kind=KIND,
            function=region_values,
            study=study,
            jobs=jobs,
            layout=layout_of(study),
            pack=_row,
            names=list(study.varied),
            fill=study.value,
            about={
                "scenarios": list(study.names[1:]),
                "baseline": study.names[0],
                "uncertainty": uncertainty,
                "plan": {k: v for k, v in plan.items() if k not in ("seconds", "jobs")},
                "asked": asked.plain(),
                "why_unequal": why_unequal,
                "lang": lang,
            },
            # With the levers as they were sized: nothing is sized again.
            files={INPUTS: study_to_json(study)},
        )

    @classmethod
    def of(cls, prepared: Prepared, lang: str) -> ExploreBatch:
        """The batch of an exploration that is ready."""
        return cls(
            prepared.study,
            prepared.uncertainty,
            prepared.why_unequal,
            prepared.asked,
            prepared.jobs,
            prepared.plan,
            lang,
        )

    def go_on(
        self,
        experiment: Experiment,
        *,
        backend: Backend,
        on_error: str,
        quiet: bool,
        unit_seconds: float | None = None,
    ) -> Exploration:
        """Does the runs that wait, and writes what follows from all of them."""
        return carry_out(
            experiment,
            lambda: self.exploration(experiment),
            lambda found: self.finish(experiment, found),
            backend=backend,
            on_error=on_error,
            quiet=quiet,
            unit_seconds=unit_seconds,
        )

    def exploration(self, experiment: Experiment) -> Exploration:
        """What the runs say; a draw that failed is left out, and told.

        Raises:
            BatchError: too few draws have numbers.
        """
        jobs = self.task.jobs
        failures = experiment.store.failures()
        runs = np.flatnonzero(experiment.store.state == DONE)
        if len(runs) < _FEWEST and failures:
            run, one = next(iter(failures.items()))
            raise BatchError(
                f"{len(failures)} of {len(jobs)} runs failed, too many for a table; the first of "
                f"them, run {run} ({one.stage}): {one.message}"
            )
        numbers = read_block(experiment.folder, self.task.layout, len(jobs))[runs]
        told = {run: (jobs[run], one) for run, one in failures.items()}
        return self.of_numbers(Chosen(jobs, runs.tolist()), numbers, runs.tolist(), told)

    def of_numbers(
        self,
        jobs: Sequence[Job],
        numbers: Floats,
        runs: Sequence[int],
        failures: Mapping[int, tuple[Job, Failure]],
    ) -> Exploration:
        """The exploration of some draws.

        Args:
            jobs: draws that have numbers.
            numbers: of each, as `region_values` gives them or as rows of a part.
            runs: number of each in the design.
            failures: of the others.
        """
        study = self.study
        shape = (len(jobs), len(study.names), len(windows(study.months)), len(OUTCOMES))
        notes = {
            lang: run_notes(study, self.why_unequal, lang, failures, len(jobs))
            for lang in ("en", "id")
        }
        draws = of_study(
            study, list(jobs), numbers.reshape(shape), self.plan, self.uncertainty, notes, runs
        )
        found = self.asked.of(draws, self.plan)
        found.failures = dict(failures)
        return found

    def finish(self, experiment: Experiment, result: Exploration) -> None:
        """Writes tables, figures and the manifest; see `Experiment.finish`."""
        from experiments.explore.store import about, fill  # noqa: PLC0415  # pyarrow only now
        from experiments.standing import standing  # noqa: PLC0415

        names = ", ".join(self.study.names)
        told = {
            "name": f"{names} over what is not known, {self.study.region.name}",
            "inputs": [INPUTS, "scenarios.resolved.json"],
        }
        experiment.finish(
            lambda folder: fill(result, folder, self.lang, design=False),
            lambda _: {**about(result), **standing(self.study)},
            lambda folder, files: crate_of(folder, files, told),
        )
        result.folder = experiment.folder


def layout_of(study: Study) -> Layout:
    """What a record holds: every outcome of every scenario and window."""
    rows = [(name, cut) for name in study.names for cut in windows(study.months)]
    index = {"scenario": [name for name, _ in rows], "window": [cut for _, cut in rows]}
    return Layout((Block(tuple(OUTCOMES), index, MAIN),))


def _row(values: Floats) -> Floats:
    return values.ravel()


def need(prepared: Prepared, *, measured: bool = False) -> Need:
    """What an exploration will need.

    Args:
        prepared: what is run.
        measured: from two small runs, not from the size of a record alone.
    """
    study, jobs, layout = prepared.study, prepared.jobs, layout_of(prepared.study)
    each = bytes_of_a_run(region_values, study, jobs, layout, _row) if measured else 0.0
    here = min(prepared.workers, prepared.backend.here)
    return need_of(study, jobs, here, layout, run_bytes=each)


def run_prepared(
    prepared: Prepared,
    place: Callable[[], Path] | None,
    *,
    where: Path | None,
    on_error: str,
    lang: str,
    quiet: bool,
) -> Exploration:
    """Runs an exploration, in a folder where nothing finished is lost, or in memory.

    Args:
        prepared: what is run.
        place: makes the folder, at the last moment before the first run; none for memory.
        where: the folder will be, or one above it.
        on_error: "record" or "stop", in a folder.
        lang: language of the figures.
        quiet: no progress.

    Raises:
        KemitraanError: disk or memory will not do.
        BatchError: a run failed and `on_error` is "stop", too many failed, or the disk is full.
        Interrupted: by the user.
    """
    refuse_what_does_not_fit(need(prepared), None if place is None else where)
    batch = ExploreBatch.of(prepared, lang)
    if place is None:
        work = prepared.jobs
        with progress_bar(len(work), quiet=quiet) as advance:
            found = run_units(
                region_values,
                prepared.study,
                work,
                prepared.workers,
                unit_seconds=prepared.trial.unit_seconds,
                progress=advance,
                backend=prepared.backend,
            )
        return batch.of_numbers(work, np.array(found), range(len(work)), {})
    prepared.backend.check(batch.task.work())
    with begin(place(), batch.task) as experiment:
        return batch.go_on(
            experiment,
            backend=prepared.backend,
            unit_seconds=prepared.trial.unit_seconds,
            on_error=on_error,
            quiet=quiet,
        )


def resumed(folder: Path) -> ExploreBatch:
    """The batch of a folder, as it was begun.

    Raises:
        KemitraanError: the folder's inputs or design were changed.
    """
    manifest = read_manifest(folder)
    study = study_from_json(
        (folder / INPUTS).read_bytes(), str(manifest["batch"]["digests"]["study"])
    )
    return ExploreBatch(
        study,
        str(manifest["uncertainty"]),
        str(manifest["why_unequal"]),
        Asked.from_plain(manifest["asked"]),
        jobs_of(folder),
        manifest["plan"],
        str(manifest["lang"]),
    )
