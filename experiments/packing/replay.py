"""The task of a folder, made from what it holds, and all of its runs done anew elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from experiments.batch.evaluate import KIND as FUNCTION
from experiments.batch.evaluate import Model, run_model
from experiments.batch.experiment import Experiment
from experiments.batch.manifest import jobs_of, read_manifest
from experiments.batch.pool import LocalPool
from experiments.batch.record import Floats, Layout
from experiments.batch.task import Task
from experiments.resume import Batch, batch_of
from sim.errors import KemitraanError

__all__ = ["Replay", "layout_of", "own_function", "replay_of"]


@dataclass(frozen=True)
class Replay:
    """An experiment that can be done anew.

    Attributes:
        task: of its folder.
        carry_out: does all runs of an open folder and writes what follows; takes the folder and the
            number of processes.
    """

    task: Task
    carry_out: Callable[[Experiment, int], object]

    def into(self, folder: Path, workers: int) -> None:
        """Does all of it in a new folder."""
        with Experiment.create(folder, self.task) as experiment:
            self.carry_out(experiment, workers)


def own_function(manifest: Mapping[str, Any]) -> str | None:
    """Name of the function that a folder studies; none where it is the model."""
    if manifest["kind"] == FUNCTION or "function" in manifest:
        return str(manifest["batch"]["function"]).rpartition(" with ")[2]
    return None


def layout_of(folder: Path) -> Layout:
    """What a record of a folder holds; needs no function."""
    manifest = read_manifest(folder)
    if manifest["kind"] == FUNCTION:
        return Layout.of(manifest["outputs"])
    if "function" in manifest:
        return Layout.of(manifest["asked"]["outcomes"])
    return batch_of(folder).task.layout


def replay_of(folder: Path, function: Callable[..., Any] | None, *, quiet: bool) -> Replay:
    """The experiment of a folder.

    Args:
        folder: complete or not; only what its runs are made from is read.
        function: that it studies, if it does not study the model.
        quiet: no progress.

    Raises:
        KemitraanError: it studies a function, and none is given, or another one.
    """
    manifest = read_manifest(folder)
    name = own_function(manifest)
    if name is None:
        if function is not None:
            raise KemitraanError("function: the experiment studies the model; leave it out")
        return _of_batch(batch_of(folder), quiet=quiet)
    if function is None:
        raise KemitraanError(
            f"the experiment studies the function {name}, and no file can hold a function; if you "
            f"have it and trust it, name it: --function {':'.join(name.rpartition('.')[::2])}"
        )
    if manifest["kind"] == FUNCTION:
        return _of_function(function, manifest, jobs_of(folder))
    return _of_batch(_study_of(function, manifest, folder), quiet=quiet)


def _of_batch(batch: Batch, *, quiet: bool) -> Replay:
    def carry_out(experiment: Experiment, workers: int) -> object:
        return batch.go_on(experiment, backend=LocalPool(workers), on_error="record", quiet=quiet)

    return Replay(batch.task, carry_out)


def _study_of(function: Callable[..., Any], manifest: Mapping[str, Any], folder: Path) -> Batch:
    """A sensitivity study of a function."""
    from experiments.own_model import OwnModel  # noqa: PLC0415  # loads SALib's designs
    from experiments.planned import planned_of  # noqa: PLC0415
    from experiments.sensitivity_batch import SensitivityBatch  # noqa: PLC0415

    asked = manifest["asked"]
    if asked["screened"]:
        raise KemitraanError(
            "a screening of a function chose the parameters, and no folder keeps one: it cannot be "
            "done again"
        )
    names = tuple(name for _, _, ranges in asked["factors"] for name in ranges)
    model = OwnModel(function, names, tuple(asked["outcomes"]))
    return SensitivityBatch(planned_of(model, asked, folder), str(asked["lang"]), jobs_of(folder))


def _of_function(
    function: Callable[..., Any], manifest: Mapping[str, Any], jobs: Sequence[Any]
) -> Replay:
    """Points of `evaluate`."""
    inputs, outputs = tuple(manifest["inputs"]), tuple(manifest["outputs"])
    task = Task(
        kind=FUNCTION,
        function=run_model,
        also=(function,),
        study=Model(function, inputs, outputs, manifest["seed"] is not None),
        jobs=jobs,
        layout=Layout.of(outputs),
        pack=_as_it_is,
        names=inputs,
        fill=lambda _: np.nan,
        about={key: manifest[key] for key in ("inputs", "outputs", "seed")},
    )

    def carry_out(experiment: Experiment, workers: int) -> object:
        experiment.run(LocalPool(min(workers, max(1, len(jobs)))))
        experiment.finish()
        return None

    return Replay(task, carry_out)


def _as_it_is(numbers: Floats) -> Floats:
    return numbers
