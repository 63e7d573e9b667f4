"""Any model as a function: rows of values in, rows of numbers out, by the same runner and store."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any, overload

import numpy as np
import numpy.typing as npt

from experiments.batch.again import tidy
from experiments.batch.backend import Backend
from experiments.batch.backends import backend_of
from experiments.batch.chunks import Chunks
from experiments.batch.damage import refuse_damaged
from experiments.batch.design_file import DESIGN, write_design
from experiments.batch.ended import BatchError, check_on_error, writing
from experiments.batch.experiment import Experiment
from experiments.batch.failure import Failure
from experiments.batch.job import Job
from experiments.batch.manifest import MANIFEST, read_manifest, refuse_other
from experiments.batch.parts import PARTS
from experiments.batch.program import Program
from experiments.batch.reading import read_block
from experiments.batch.record import Floats, Layout
from experiments.batch.task import Task
from experiments.batch.work import called
from sim.errors import KemitraanError

__all__ = ["KIND", "Model", "Points", "evaluate", "refuse_other_design", "run_model"]

KIND = "function"
_ROLE = "point"


@dataclass(frozen=True)
class Model:
    """A function of values, or of values and a seed.

    Attributes:
        function: of an array (inputs,), and of the seed where `seeded`; gives a number, or several.
        inputs: names, in the order of the array.
        outputs: names of what it gives.
        seeded: whether it takes a seed.
    """

    function: Callable[..., Any]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    seeded: bool = False

    def digest(self) -> str:
        """Its names; the function's own source is part of the program."""
        return repr((called(self.function), self.inputs, self.outputs, self.seeded))


def run_model(model: Model, job: Job) -> Floats:
    """The numbers of a model at a point, as the runner asks for them."""
    point = np.array([job.changes[name] for name in model.inputs])
    found = model.function(point, job.seed) if model.seeded else model.function(point)
    return np.atleast_1d(np.asarray(found, dtype=np.float64))


class Points(Sequence[Job]):
    """Every point so many times, made when it is asked for.

    Args:
        inputs: names.
        rows: (points, inputs).
        replicates: runs of each point, which follow one another.
        seed: of the experiment; none where nothing hangs on chance.
    """

    def __init__(
        self, inputs: Sequence[str], rows: Floats, replicates: int, seed: int | None
    ) -> None:
        self._inputs = tuple(inputs)
        self._rows = rows
        self._replicates = replicates
        self._seed = seed

    def __len__(self) -> int:
        return len(self._rows) * self._replicates

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
        point, replicate = divmod(run, self._replicates)
        changes = dict(zip(self._inputs, self._rows[point].tolist(), strict=True))
        return Job(_ROLE, replicate, self._seed_of(run), changes)

    def _seed_of(self, run: int) -> int:
        if self._seed is None:
            return 0
        from sim.draws import replicate_seed  # noqa: PLC0415  # numba

        return replicate_seed(self._seed, run)


def evaluate(
    function: Callable[..., Any],
    points: Mapping[str, npt.ArrayLike],
    outputs: Sequence[str] = ("y",),
    *,
    replicates: int = 1,
    seed: int | None = None,
    jobs: int | None = None,
    out: str | PathLike[str] | None = None,
    on_error: str = "record",
    backend: str | None = None,
    scheduler: str | None = None,
) -> Floats:
    """What a function gives at every point; a folder keeps it, and a second call goes on with it.

    Args:
        function: of an array with one value an input, and of a seed where one is given; gives one
            number or several. To use several processes, define it in a module.
        points: values by input, all of one length.
        outputs: names of what it gives.
        replicates: runs of each point, each with a seed of its own.
        seed: of the experiment; none for a function without chance.
        jobs: processes; one if none.
        out: a folder, kept and gone on with; nothing is written if none.
        on_error: "record" has nan where a run failed; "stop" ends at the first.
        backend: "local", processes of this machine, or "dask".
        scheduler: address of a dask scheduler, whose workers are all used.

    Returns:
        (points, replicates, outputs).

    Raises:
        KemitraanError: wrong use; a folder of another function, version or design.
        BatchError: a run failed and `on_error` is "stop".
    """
    if replicates < 1:
        raise KemitraanError(f"replicates {replicates}: expects at least 1")
    check_on_error(on_error)
    model = Model(function, tuple(points), tuple(outputs), seed is not None)
    rows = _rows(points)
    work = Points(model.inputs, rows, replicates, seed)
    task = Task(
        kind=KIND,
        function=run_model,
        also=(function,),
        study=model,
        jobs=work,
        layout=Layout.of(model.outputs),
        pack=_as_it_is,
        names=model.inputs,
        fill=lambda _: np.nan,
        about={"inputs": list(model.inputs), "outputs": list(model.outputs), "seed": seed},
    )
    pool = backend_of(backend, scheduler, 1 if jobs is None and scheduler is None else jobs)
    pool.check(task.work())
    if out is None:
        found = _in_memory(task, pool, on_error)
    else:
        found = _in_folder(Path(out), task, pool, on_error)
    return found.reshape(len(rows), replicates, len(outputs))


def _rows(points: Mapping[str, npt.ArrayLike]) -> Floats:
    """(points, inputs): the columns side by side.

    Raises:
        KemitraanError: there is none, or they differ in length.
    """
    columns = [np.asarray(values, dtype=np.float64) for values in points.values()]
    lengths = {column.shape for column in columns}
    if len(lengths) != 1 or columns[0].ndim != 1:
        told = ", ".join(f"{n} {c.shape}" for n, c in zip(points, columns, strict=True)) or "none"
        raise KemitraanError(f"points: expects columns of one length, got {told}")
    return np.column_stack(columns)


def _as_it_is(numbers: Floats) -> Floats:
    return numbers


def _in_memory(task: Task, pool: Backend, on_error: str) -> Floats:
    count = len(task.jobs)
    found = np.full((count, task.layout.size), np.nan)
    chunks = Chunks(range(count), task.jobs, total=count, workers=pool.workers)
    with closing(pool.run(task.work(), chunks)) as stream:  # type: ignore[type-var]
        for outcomes in stream:
            for run, result, _ in outcomes:
                if not isinstance(result, Failure):
                    found[run] = result
                elif on_error == "stop":
                    raise BatchError(f"run {run} failed ({result.stage}): {result.message}")
    return found


def _in_folder(folder: Path, task: Task, pool: Backend, on_error: str) -> Floats:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        why = "is a file" if folder.is_file() else f"cannot be made: {error.strerror or error}"
        raise KemitraanError(f"--out {folder}: {why}; name a new folder") from error
    if (folder / MANIFEST).is_file():
        refuse_other_design(folder, task)
        complete = read_manifest(folder).get("complete") is True
        experiment = None if complete else Experiment.resume(folder, task)
    else:
        experiment = Experiment.create(folder, task)
    if experiment is None:
        with writing(folder):
            tidy(folder)
        refuse_damaged(folder, read_manifest(folder).get("files", {}), PARTS)
    else:
        with experiment:
            with writing(folder):
                experiment.store.try_again()
            experiment.run(pool, on_error=on_error)
            experiment.finish()
    return read_block(folder, task.layout, len(task.jobs))[:, 0]


def refuse_other_design(folder: Path, task: Task) -> None:
    """Refuses a folder of another program, another function or another design.

    Raises:
        KemitraanError: with what differs.
    """
    manifest = read_manifest(folder)
    refuse_other(folder, manifest, task, Program.of(task.function, task.also))
    with tempfile.TemporaryDirectory(prefix="kemitraan-") as aside:
        own = write_design(Path(aside), task.jobs, task.names, task.fill, task.extra)
    if manifest["files"].get(DESIGN) != own:
        raise KemitraanError(
            f"--out {folder}: holds runs at other points, or with another seed; name a new folder"
        )
