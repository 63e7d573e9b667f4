"""A sensitivity study as a batch: its design and runs in a folder, and how it is gone on with."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from experiments.batch.backend import Backend
from experiments.batch.crate import crate_of
from experiments.batch.evaluate import refuse_other_design
from experiments.batch.experiment import Experiment
from experiments.batch.job import Job
from experiments.batch.manifest import MANIFEST, jobs_of, read_manifest
from experiments.batch.need import Need, refuse_what_does_not_fit
from experiments.batch.reading import read_block
from experiments.batch.record import MAIN, Block, Floats, Layout
from experiments.batch.task import Task
from experiments.batch.work import Outcome
from experiments.carry_out import begin, carry_out
from experiments.compare_need import FILES, FIRM, PROCESS, bytes_of_a_run
from experiments.decomposition import Decomposition
from experiments.evaluate import RegionRun, by_seed, evaluate
from experiments.own_model import OwnModel
from experiments.planned import (
    Planned,
    asked_plain,
    extra_columns,
    files_of,
    planned_again,
    planned_of,
)
from experiments.progress import progress_bar
from experiments.studied import Sensitivity
from experiments.study_json import INPUTS, study_from_json
from sim.errors import KemitraanError
from sim.outcomes import OUTCOMES, windows

__all__ = ["KIND", "SensitivityBatch", "keep", "need", "resumed", "run_planned"]

KIND = "sensitivity"
MONTHS = "months"
"""Block beside the main one, which holds the outcomes of the region, window by window."""


@dataclass(frozen=True)
class Shape:
    """Sizes of a result, and its way into a record.

    Attributes:
        scenarios: the baseline among them.
        windows: of the run.
        outcomes: of a window.
        months: rows of the monthly block; 0 without one.
        monthly: its columns.
    """

    scenarios: int
    windows: int
    outcomes: int
    months: int
    monthly: int

    def pack(self, result: RegionRun | Floats) -> Floats:
        """A result as one row of floats."""
        if isinstance(result, RegionRun):
            return np.concatenate([result.values.ravel(), result.months.ravel()])
        return np.asarray(result, dtype=np.float64).ravel()


class SensitivityBatch:
    """A study's runs in a folder.

    Attributes:
        planned: what is run.
        lang: language of the figures.
        task: for the folder.
    """

    def __init__(self, planned: Planned, lang: str, jobs: Sequence[Job] | None = None) -> None:
        self.planned = planned
        self.lang = lang
        about, design = planned.about, planned.design
        self._shape, layout = _layout(planned)
        own = isinstance(about, OwnModel)
        runs = planned.jobs if jobs is None else jobs
        self.task = Task(
            kind=KIND,
            function=planned.unit,
            also=(about.function,) if isinstance(about, OwnModel) else (),
            study=about,
            jobs=runs,
            layout=layout,
            pack=self._shape.pack,
            names=list(design.columns),
            fill=lambda _: np.nan,
            about={
                "asked": asked_plain(planned, lang),
                **({"function": about.names[0]} if own else {}),
            },
            files=files_of(planned),
            extra=extra_columns(planned),
            order=by_seed(runs),
        )

    def go_on(
        self,
        experiment: Experiment,
        *,
        backend: Backend,
        on_error: str,
        quiet: bool,
        unit_seconds: float | None = None,
    ) -> Sensitivity:
        """Does the runs that wait, and writes what follows from all of them."""
        return carry_out(
            experiment,
            lambda: self.result(experiment),
            lambda found: self.finish(experiment, found),
            backend=backend,
            on_error=on_error,
            quiet=quiet,
            unit_seconds=unit_seconds,
        )

    def result(self, experiment: Experiment) -> Sensitivity:
        """What the runs say; those that failed have no numbers."""
        layout, units = self.task.layout, len(self.task.jobs)
        shape = self._shape
        numbers = read_block(experiment.folder, layout, units).reshape(
            units, shape.scenarios, shape.windows, shape.outcomes
        )
        months = None
        if shape.months:
            months = read_block(experiment.folder, layout, units, MONTHS)
        failures = experiment.store.failures()
        return self.planned.result(
            numbers,
            months,
            failures={run: (self.task.jobs[run], one) for run, one in failures.items()},
        )

    def finish(self, experiment: Experiment, result: Sensitivity) -> None:
        """Writes tables, figures and the manifest; see `Experiment.finish`."""
        from experiments.sensitivity_store import about, fill  # noqa: PLC0415  # needs this module

        title = result.scenario + (f" against {result.baseline}" if result.baseline else "")
        told = {"name": f"what {title} hangs on", "inputs": [INPUTS, "scenarios.resolved.json"]}
        experiment.finish(
            lambda folder: fill(result, folder, self.lang),
            lambda _: about(result),
            lambda folder, files: crate_of(folder, files, told),
        )
        result.folder = experiment.folder


def _layout(planned: Planned) -> tuple[Shape, Layout]:
    """What a record of a study holds."""
    about = planned.about
    if isinstance(about, OwnModel):
        return Shape(1, 1, len(about.outcomes), 0, 0), Layout.of(about.outcomes)
    cuts = list(windows(about.months))
    rows = [(name, cut) for name in about.names for cut in cuts]
    index = {"scenario": [s for s, _ in rows], "window": [w for _, w in rows]}
    blocks = [Block(tuple(OUTCOMES), index, MAIN)]
    months = about.months if planned.monthly else 0
    if months:
        blocks.append(Block(planned.monthly, {"month": list(range(months))}, MONTHS))
    shape = Shape(len(about.names), len(cuts), len(OUTCOMES), months, len(planned.monthly))
    return shape, Layout(tuple(blocks))


def run_planned(
    planned: Planned,
    place: Callable[[], Path] | None,
    *,
    backend: Backend,
    unit_seconds: float,
    on_error: str,
    lang: str,
    quiet: bool,
) -> Sensitivity:
    """Runs a study, in a folder where nothing finished is lost, or in memory.

    Args:
        planned: what is run.
        place: makes the folder, at the last moment before the first run; none for memory.
        backend: that runs it.
        unit_seconds: of a run.
        on_error: "record" or "stop", in a folder.
        lang: language of the figures.
        quiet: no progress.
    """
    if place is None:
        begun = time.perf_counter()
        with progress_bar(len(planned.jobs), quiet=quiet) as advance:
            found = evaluate(
                planned.unit, planned.about, planned.jobs, backend.workers,
                unit_seconds=unit_seconds, progress=advance, backend=backend,
            )  # fmt: skip
        seconds = time.perf_counter() - begun
        if isinstance(planned.about, OwnModel):
            return planned.result(np.array(found)[:, None, None, :], None, seconds)
        months = np.array([one.months for one in found]) if planned.monthly else None
        return planned.result(np.array([one.values for one in found]), months, seconds)
    batch = SensitivityBatch(planned, lang)
    backend.check(batch.task.work())
    folder = place()
    try:
        refuse_what_does_not_fit(need(planned, min(backend.here, len(planned.jobs))), folder)
    except BaseException:
        with suppress(OSError):  # not one that is gone on with
            folder.rmdir()
        raise
    with _begun(folder, batch.task) as experiment:
        return batch.go_on(
            experiment, backend=backend, unit_seconds=unit_seconds, on_error=on_error, quiet=quiet
        )


def need(planned: Planned, workers: int, *, measured: bool = False) -> Need:
    """What a study will need, on the high side.

    Args:
        planned: what is run.
        workers: processes.
        measured: from two small runs, not from the size of a record alone.
    """
    about, jobs = planned.about, planned.jobs
    shape, layout = _layout(planned)
    each = float(layout.nbytes)
    if measured and not isinstance(about, OwnModel):
        each = bytes_of_a_run(planned.unit, about, jobs, layout, shape.pack, copies=1.0)
    size = layout.nbytes * len(jobs)
    firms = 0 if isinstance(about, OwnModel) else about.firms
    worker = PROCESS + FIRM * firms
    disk = FILES + round(each * len(jobs))
    return Need(disk=disk, parent=worker + 2 * size, worker=worker, workers=workers)


def _begun(folder: Path, task: Task) -> Experiment:
    """A new experiment; of a function, which no command can go on with, also one that is begun."""
    if (folder / MANIFEST).is_file():
        refuse_other_design(folder, task)
        experiment = Experiment.resume(folder, task)
        experiment.store.try_again()
        return experiment
    return begin(folder, task)


def keep(result: Sensitivity, folder: Path, lang: str) -> None:
    """Writes a study that stands in memory into an empty folder."""
    planned = planned_again(result)
    batch = SensitivityBatch(planned, lang)
    months = result.months if isinstance(result, Decomposition) else None
    with Experiment.create(folder, batch.task) as experiment:
        for run in range(len(result.numbers)):
            parts = [result.numbers[run].ravel()]
            parts += [months[run].ravel()] if months is not None and planned.monthly else []
            experiment.store.put([Outcome(run, np.concatenate(parts), 0.0)])
        batch.finish(experiment, result)


def resumed(folder: Path) -> SensitivityBatch:
    """The batch of a folder, as it was begun.

    Raises:
        KemitraanError: a function was studied, which no folder can hold, or the inputs or the
            design were changed.
    """
    manifest = read_manifest(folder)
    if "function" in manifest:
        raise KemitraanError(
            f"{folder}: studies the function {manifest['function']}; call km.sensitivity(...) "
            "again with the same arguments, and it goes on"
        )
    digest = str(manifest["batch"]["digests"]["study"])
    study = study_from_json((folder / INPUTS).read_bytes(), digest)
    asked = manifest["asked"]
    planned = planned_of(study, asked, folder)
    jobs = jobs_of(folder)
    if any(mine != kept for mine, kept in zip(planned.jobs, jobs, strict=True)):
        raise KemitraanError(
            f"{folder}: its design is not what this version makes; another version of SALib? go "
            "on with that version, or start again with another --out"
        )
    return SensitivityBatch(planned, str(asked["lang"]), jobs)
