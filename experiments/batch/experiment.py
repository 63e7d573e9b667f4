"""An experiment as a folder: the design first, then runs as they end, tables and hashes last.

The folder is there from the start, with a manifest that says `complete: false`. Whatever ends the
process, another one opens the folder and goes on; the files it ends with are the same, to the byte,
as if nothing had happened.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from experiments.batch.atomic import digest_of, move_into_place, sweep
from experiments.batch.backend import Backend, BackendError
from experiments.batch.checksums import CHECKSUMS, files_in, write_checksums
from experiments.batch.chunks import Chunks
from experiments.batch.design_file import DESIGN
from experiments.batch.ended import BatchError, Interrupted, check_on_error, resume_words, writing
from experiments.batch.failure import Failure
from experiments.batch.growing import Growing
from experiments.batch.lock import LOCK, FolderLock
from experiments.batch.look import look
from experiments.batch.manifest import (
    APART,
    CRATE,
    MANIFEST,
    NOT_NEEDED,
    PROGRAM,
    read_manifest,
    refuse_other,
    write_json,
    write_start,
)
from experiments.batch.notes import JOURNAL
from experiments.batch.program import Program
from experiments.batch.record import Floats
from experiments.batch.runs_file import write_runs
from experiments.batch.store import FAILED, WAITING, Store
from experiments.batch.task import Task
from sim.errors import KemitraanError

__all__ = ["Experiment", "beginnings"]

_FINISHING = ".finishing"
_INSIDE = (JOURNAL, LOCK, _FINISHING, CHECKSUMS)


class Experiment:
    """An open folder, with the lock on it; a context manager.

    Attributes:
        folder: of the experiment.
        task: what is run.
        manifest: as the folder has it.
        store: its finished runs.
        left_behind: a writer was here before, and has ended.
    """

    def __init__(self, folder: Path, task: Task, program: Program, lock: FolderLock) -> None:
        self.folder = folder
        self.task = task
        self.program = program
        self.manifest = read_manifest(folder)
        self.left_behind = lock.left_behind
        self._lock = lock
        sweep(folder)  # else it would be listed among the files that are there to stay
        length = int(str(self.manifest["batch"]["part_runs"]))
        self.store = Store(folder, task.layout, len(task.jobs), length)

    @classmethod
    def create(cls, folder: Path, task: Task) -> Experiment:
        """Writes what is known before the first run into a folder that is there and empty.

        What a process left there that was killed before its first run does not count.

        Raises:
            KemitraanError: the folder holds something already, or cannot be written to.
        """
        _refuse_used(folder, task)
        program = Program.of(task.function, task.also)
        lock = FolderLock(folder)
        try:
            _refuse_used(folder, task)  # somebody may have been quicker
        except BaseException:
            lock.close()
            raise
        try:
            write_start(folder, task, program)
            return cls(folder, task, program, lock)
        except BaseException as error:
            _empty(folder)
            lock.close(remove=True)
            if isinstance(error, OSError):
                raise _cannot_write(folder, error) from error
            raise

    @classmethod
    def resume(cls, folder: Path, task: Task) -> Experiment:
        """Goes on with a folder.

        Args:
            folder: of an experiment that is not complete.
            task: as it was when the folder was made; its jobs are read from the folder.

        Raises:
            KemitraanError: another program or another study, or somebody else writes there.
            BatchError: the disk is full.
        """
        program = Program.of(task.function, task.also)
        lock = FolderLock(folder)
        try:
            manifest = read_manifest(folder)
            _refuse_complete(folder, manifest)
            refuse_other(folder, manifest, task, program)
            with writing(folder):
                return cls(folder, task, program, lock)
        except BaseException:
            lock.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        error: BaseException | None,
        _where: TracebackType | None,
    ) -> None:
        self.close()
        if isinstance(error, KeyboardInterrupt) and not isinstance(error, Interrupted):
            raise self._interrupted() from error  # between the runs and the tables

    def close(self) -> None:
        """Gives the folder up; what is kept stays."""
        self.store.close()
        self._lock.close()

    def run(
        self,
        backend: Backend,
        *,
        on_error: str = "record",
        unit_seconds: float = 0.0,
        progress: Callable[[int], None] = lambda _: None,
        each: Callable[[int, Floats], None] = lambda *_: None,
        upto: tuple[int, Callable[[], int]] | None = None,
    ) -> None:
        """Does every run that is not done yet, or those that are wanted.

        Args:
            backend: that runs them.
            on_error: "record" notes a failed run and goes on; "stop" ends at the first.
            unit_seconds: of a run, if it is known.
            progress: called with the number of runs just done.
            each: called with the number of a run and its record, as they come.
            upto: runs of the design that are wanted first; and what says, when all of them are
                there, how many are wanted then. The same number again ends the design there.

        Raises:
            BatchError: a run failed and `on_error` is "stop", the disk is full, or no workers are
                left.
            Interrupted: by the user; what was finished is kept.
        """
        check_on_error(on_error)
        waiting = self.store.counts[0]
        store = self.store
        if upto is None:
            if not waiting:
                return
            runs: Iterator[int] = store.waiting(self.task.order)
        else:
            runs = Growing(*upto, lambda run: bool(store.state[run] != WAITING))
            waiting = int((store.state[: upto[0]] == WAITING).sum())
        chunks = Chunks(
            runs,
            self.task.jobs,
            total=waiting,
            workers=backend.workers,
            unit_seconds=unit_seconds,
            record_bytes=self.task.layout.nbytes,
        )
        if isinstance(runs, Growing):
            runs.grown = chunks.more
        try:
            # A backend may end where nothing waits for now, and be started again where more does.
            while not isinstance(runs, Growing) or runs.more():
                stream = backend.run(self.task.work(), chunks)
                with closing(stream):  # type: ignore[type-var]
                    for outcomes in stream:
                        store.put(outcomes)
                        progress(len(outcomes))
                        for one in outcomes:
                            if not isinstance(one.result, Failure):
                                each(one.run, one.result)
                            elif on_error == "stop":
                                raise self._stopped(one.run, one.result)
                if not isinstance(runs, Growing):
                    break
            if isinstance(runs, Growing):
                store.end_at(runs.end)
            store.sync()
        except KeyboardInterrupt as error:
            raise self._interrupted() from error
        except BackendError as error:
            raise self._deserted(error) from error
        except OSError as error:
            raise self._full(error) from error

    def finish(
        self,
        fill: Callable[[Path], None] = lambda _: None,
        about: Callable[[Path], Mapping[str, object]] = lambda _: {},
        crate: Callable[[Path, Sequence[str]], Mapping[str, object]] | None = None,
    ) -> None:
        """Writes what follows from the runs, then the manifest, then the hashes.

        Args:
            fill: writes tables and figures into the folder it is given, which is empty; its files
                come into the experiment's folder.
            about: entries of the manifest, once all other files are there.
            crate: the description for other programs, given the folder and names of its files.

        Raises:
            BatchError: the disk is full; all runs are kept.
            Interrupted: by the user; likewise.
        """
        try:
            write_runs(self.folder, self.task.jobs, self.store, self.run_digests)
            self._fill(fill)
            if crate is not None:
                write_json(self.folder / CRATE, crate(self.folder, self._described()))
            self._write_end(about(self.folder))
            self.store.remove_journal()
            self._lock.close(remove=True)
        except KeyboardInterrupt as error:
            raise self._interrupted() from error
        except OSError as error:
            raise self._full(error) from error

    @property
    def run_digests(self) -> tuple[str, str]:
        """Of the program and the study, as `run_id` takes them."""
        found = self.manifest["batch"]["digests"]
        return str(found["program"]), str(found["study"])

    @property
    def failed(self) -> int:
        """Runs that failed."""
        return self.store.counts[FAILED]

    # -- inside

    def _fill(self, fill: Callable[[Path], None]) -> None:
        """Has all files ready before the first of them comes into the folder."""
        aside = self.folder / _FINISHING
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir()
        fill(aside)
        for name in files_in(aside):
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            move_into_place(aside / name, self.folder / name)
        shutil.rmtree(aside)

    def _files(self) -> list[str]:
        """Names of all that is in the folder to stay, but the manifest."""
        return files_in(self.folder, (*_INSIDE, MANIFEST))

    def _described(self) -> list[str]:
        """Names of what the description for other programs lists."""
        return [*(name for name in self._files() if name != CRATE), MANIFEST]

    def _write_end(self, about: Mapping[str, object]) -> None:
        names = [name for name in self._files() if name not in APART]
        _, done, failed = self.store.counts
        manifest = {
            **self.manifest,
            **about,
            "complete": True,
            "batch": {**self.manifest["batch"], "done": done, "failed": failed, **self._spared()},
            "apart": [name for name in APART if (self.folder / name).is_file()],
            "files": {name: digest_of(self.folder / name) for name in names},
        }
        write_json(self.folder / MANIFEST, manifest)
        self.manifest = manifest
        write_checksums(self.folder, files_in(self.folder, _INSIDE))

    def _spared(self) -> dict[str, int]:
        """Runs of the design that were not needed, where it was ended before its own end."""
        count = len(self.task.jobs) - len(self.store.state)
        return {NOT_NEEDED: count} if count else {}

    def _kept(self) -> tuple[int, int]:
        waiting, done, failed = self.store.counts
        return done + failed, waiting + done + failed

    def _interrupted(self) -> Interrupted:
        with suppress(OSError):
            self.store.sync()
        # As the folder has it: an interrupt may come between a log and what is known of it here.
        found = look(self.folder)
        kept = found.done + len(found.failures)
        return Interrupted(self.folder, kept, found.runs - found.not_needed)

    def _full(self, error: OSError) -> BatchError:
        done, runs = self._kept()
        # Those who write tables put the system's word into a sentence of their own.
        why = os.strerror(error.errno) if error.errno else error
        return BatchError(
            f"{self.folder}: cannot be written: {why}; {done} of {runs} runs "
            f"are kept; free some space, then: {resume_words(self.folder)}"
        )

    def _deserted(self, error: BackendError) -> BatchError:
        with suppress(OSError):
            self.store.sync()
        done, runs = self._kept()
        return BatchError(
            f"{error}; {done} of {runs} runs are kept; to go on: {resume_words(self.folder)}"
        )

    def _stopped(self, run: int, failure: Failure) -> BatchError:
        done, runs = self._kept()
        return BatchError(
            f"run {run} failed ({failure.stage}): {failure.message}; {done} of {runs} runs are "
            f"kept, this failure among them; to go on: {resume_words(self.folder)}"
        )


def beginnings(files: Iterable[str]) -> frozenset[str]:
    """Names of what stands in a folder whose process was killed before its first run.

    Args:
        files: those of the task that are written at the start.
    """
    names = [LOCK, DESIGN, PROGRAM, *files]
    return frozenset([*names, *(f".{name}.partial" for name in [*names, MANIFEST])])


def _refuse_used(folder: Path, task: Task) -> None:
    """Refuses a folder that holds anything but beginnings of this experiment without a manifest."""
    begun = beginnings(task.files)
    if any(name not in begun for name in files_in(folder)):
        raise KemitraanError(f"--out {folder}: is there already and not empty; name a new folder")


def _empty(folder: Path) -> None:
    """Removes what was written into a folder that was empty, but the lock."""
    for path in (path for path in folder.iterdir() if path.name != LOCK):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            with suppress(OSError):
                path.unlink()


def _refuse_complete(folder: Path, manifest: Mapping[str, Any]) -> None:
    if manifest.get("complete") is True:
        raise KemitraanError(f"{folder}: is complete; nothing is left to run")


def _cannot_write(folder: Path, error: OSError) -> KemitraanError:
    found = KemitraanError(f"{folder}: cannot be written: {error.strerror or error}")
    found.exit_code = 1
    return found
