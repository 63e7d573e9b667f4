"""An experiment as a folder: the design first, then runs as they end, tables and hashes last.

The folder is there from the start, with a manifest that says `complete: false`. Whatever ends the
process, another one opens the folder and goes on; the files it ends with are the same, to the byte,
as if nothing had happened.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from experiments.batch.atomic import move_into_place, write_whole
from experiments.batch.backend import Backend
from experiments.batch.checksums import CHECKSUMS, files_in, write_checksums
from experiments.batch.chunks import Chunks
from experiments.batch.design_file import DESIGN, DesignFile, write_design
from experiments.batch.ended import BatchError, Interrupted, check_on_error, resume_words
from experiments.batch.failure import Failure
from experiments.batch.job import Job
from experiments.batch.lock import LOCK, FolderLock
from experiments.batch.program import Program, study_digest
from experiments.batch.record import Floats, Layout
from experiments.batch.runs_file import SECONDS, write_runs
from experiments.batch.store import FAILED, JOURNAL, Store, part_length
from experiments.batch.work import Work
from sim.errors import KemitraanError

__all__ = [
    "APART", "CRATE", "MANIFEST", "PROGRAM", "SCHEMA", "Experiment", "Task", "jobs_of",
    "read_manifest", "refuse_other", "tidy",
]  # fmt: skip

MANIFEST = "manifest.json"
PROGRAM = "program.json"
CRATE = "ro-crate-metadata.json"
APART = (SECONDS, CRATE)
"""Files that say when and how long: two runs of one experiment differ in them, and only in them."""
SCHEMA = 2
_FINISHING = ".finishing"
_INSIDE = (JOURNAL, LOCK, _FINISHING, CHECKSUMS)


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

    def work(self) -> Work:
        """What workers need to know."""
        return Work(self.function, self.study, self.pack, self.layout.size)

    def digests(self, program: Program) -> dict[str, str]:
        """Of all that its numbers hang on."""
        return {
            "program": program.digest,
            "study": study_digest(self.study),
            "layout": self.layout.digest,
        }


class Experiment:
    """An open folder, with the lock on it; a context manager.

    Attributes:
        folder: of the experiment.
        task: what is run.
        manifest: as the folder has it.
        store: its finished runs.
        left_behind: the last writer ended without giving the folder up.
    """

    def __init__(self, folder: Path, task: Task, program: Program, lock: FolderLock) -> None:
        self.folder = folder
        self.task = task
        self.program = program
        self.manifest = read_manifest(folder)
        self.left_behind = lock.left_behind
        self._lock = lock
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
            _write_start(folder, task, program)
            return cls(folder, task, program, lock)
        except BaseException as error:
            lock.close()
            _empty(folder)
            if isinstance(error, OSError):
                raise _cannot_write(folder, error) from error
            raise

    @classmethod
    def open(cls, folder: Path, task: Task) -> Experiment:
        """Goes on with a folder.

        Args:
            folder: of an experiment that is not complete.
            task: as it was when the folder was made; its jobs are read from the folder.

        Raises:
            KemitraanError: another program or another study, or somebody else writes there.
        """
        program = Program.of(task.function, task.also)
        lock = FolderLock(folder)
        try:
            manifest = read_manifest(folder)
            _refuse_complete(folder, manifest)
            refuse_other(folder, manifest, task, program)
            return cls(folder, task, program, lock)
        except BaseException:
            lock.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _where: TracebackType | None,
    ) -> None:
        self.close()

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
    ) -> None:
        """Does every run that is not done yet.

        Args:
            backend: that runs them.
            on_error: "record" notes a failed run and goes on; "stop" ends at the first.
            unit_seconds: of a run, if it is known.
            progress: called with the number of runs just done.
            each: called with the number of a run and its record, as they come.

        Raises:
            BatchError: a run failed and `on_error` is "stop", or the disk is full.
            Interrupted: by the user; what was finished is kept.
        """
        check_on_error(on_error)
        waiting = self.store.counts[0]
        if not waiting:
            return
        chunks = Chunks(
            self.store.waiting(),
            self.task.jobs,
            total=waiting,
            workers=backend.workers,
            unit_seconds=unit_seconds,
            record_bytes=self.task.layout.nbytes,
        )
        try:
            with closing(backend.run(self.task.work(), chunks)) as stream:  # type: ignore[type-var]
                for outcomes in stream:
                    self.store.put(outcomes)
                    progress(len(outcomes))
                    for one in outcomes:
                        if not isinstance(one.result, Failure):
                            each(one.run, one.result)
                        elif on_error == "stop":
                            raise self._stopped(one.run, one.result)
            self.store.sync()
        except KeyboardInterrupt as error:
            raise self._interrupted() from error
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
                _write_json(self.folder / CRATE, crate(self.folder, self._described()))
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
            "batch": {**self.manifest["batch"], "done": done, "failed": failed},
            "apart": [name for name in APART if (self.folder / name).is_file()],
            "files": {name: _sha(self.folder / name) for name in names},
        }
        _write_json(self.folder / MANIFEST, manifest)
        self.manifest = manifest
        write_checksums(self.folder, files_in(self.folder, _INSIDE))

    def _kept(self) -> tuple[int, int]:
        waiting, done, failed = self.store.counts
        return done + failed, waiting + done + failed

    def _interrupted(self) -> Interrupted:
        with suppress(OSError):
            self.store.sync()
        return Interrupted(self.folder, *self._kept())

    def _full(self, error: OSError) -> BatchError:
        done, runs = self._kept()
        return BatchError(
            f"{self.folder}: cannot be written: {error.strerror or error}; {done} of {runs} runs "
            f"are kept; free some space, then: {resume_words(self.folder)}"
        )

    def _stopped(self, run: int, failure: Failure) -> BatchError:
        done, runs = self._kept()
        return BatchError(
            f"run {run} failed ({failure.stage}): {failure.message}; {done} of {runs} runs are "
            f"kept, this failure among them; to go on: {resume_words(self.folder)}"
        )


def tidy(folder: Path) -> None:
    """Puts right what a process left that was ended after the last manifest and before its end.

    Does nothing to a folder that is not complete, or has nothing left over.
    """
    left_over = (folder / JOURNAL).exists() or (folder / LOCK).exists()
    if not left_over or read_manifest(folder).get("complete") is not True:
        return
    lock = FolderLock(folder)
    write_checksums(folder, files_in(folder, _INSIDE))
    shutil.rmtree(folder / JOURNAL, ignore_errors=True)
    lock.close(remove=True)


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of an experiment's folder, complete or not.

    Raises:
        KemitraanError: there is none, or it cannot be read.
    """
    if not folder.is_dir():
        what = "is a file" if folder.exists() else "no such folder"
        raise KemitraanError(f"{folder}: {what}; give the folder of an experiment")
    file = folder / MANIFEST
    if not file.is_file():
        raise KemitraanError(
            f"{folder}: has no {MANIFEST}, so it is no folder of an experiment, or one that ended "
            "before its first run; start it again with another --out"
        )
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise KemitraanError(f"{file}: cannot be read: {error}") from error
    if not isinstance(found, dict) or "schema" not in found:
        raise KemitraanError(f"{file}: is no manifest of kemitraan")
    return found


def _refuse_used(folder: Path, task: Task) -> None:
    """Refuses a folder that holds anything but beginnings of this experiment without a manifest."""
    begun = {LOCK, DESIGN, PROGRAM, *task.files}
    for name in files_in(folder):
        if name not in begun and not name.endswith(".partial"):
            raise KemitraanError(
                f"--out {folder}: is there already and not empty; name a new folder"
            )


def _empty(folder: Path) -> None:
    """Removes what was written into a folder that was empty."""
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            with suppress(OSError):
                path.unlink()


def _write_start(folder: Path, task: Task, program: Program) -> None:
    files = {
        DESIGN: write_design(folder, task.jobs, task.names, task.fill, task.extra),
        PROGRAM: _write_json(folder / PROGRAM, program.plain()),
    }
    for name, content in task.files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        files[name] = write_whole(folder / name, content)
    length = part_length(len(task.jobs), task.layout) if task.length is None else task.length
    manifest = {
        "schema": SCHEMA,
        "kind": task.kind,
        "complete": False,
        **task.about,
        "batch": {
            "function": program.function,
            "runs": len(task.jobs),
            "part_runs": length,
            "digests": task.digests(program),
        },
        "files": files,
    }
    _write_json(folder / MANIFEST, manifest)
    write_checksums(folder, [MANIFEST, *files])


def _refuse_complete(folder: Path, manifest: Mapping[str, Any]) -> None:
    if manifest.get("complete") is True:
        raise KemitraanError(f"{folder}: is complete; nothing is left to run")


def refuse_other(folder: Path, manifest: Mapping[str, Any], task: Task, program: Program) -> None:
    """Refuses to go on with what another program, or another study, has begun.

    Raises:
        KemitraanError: with what differs.
    """
    if "batch" not in manifest or manifest.get("kind") != task.kind:
        raise KemitraanError(f"{folder}: holds no experiment of kind {task.kind!r}")
    own = task.digests(program)
    known = manifest["batch"]["digests"]
    changed = [key for key in own if own[key] != known.get(key)]
    if not changed:
        return
    try:
        before = Program.from_plain(json.loads((folder / PROGRAM).read_text(encoding="utf-8")))
        told = before.differences(program)
    except (OSError, ValueError, KeyError):
        told = []
    told += ["what is asked (study)"] if "study" in changed else []
    told += ["what a run is measured by (layout)"] if changed == ["layout"] else []
    raise KemitraanError(
        f"{folder}: was begun by another version: {'; '.join(told) or ', '.join(changed)}; mixed "
        "runs would be no experiment: go on with that version, or start again with another --out"
    )


def jobs_of(folder: Path) -> Sequence[Job]:
    """The design of a folder, as its runs took it.

    Raises:
        KemitraanError: it cannot be read, or has been changed.
    """
    listed = read_manifest(folder).get("files", {})
    if not (folder / DESIGN).is_file() or _sha(folder / DESIGN) != listed.get(DESIGN):
        raise KemitraanError(
            f"{folder / DESIGN}: is missing or changed; copy the original back, or start again "
            "with another --out"
        )
    return DesignFile(folder)


def _cannot_write(folder: Path, error: OSError) -> KemitraanError:
    found = KemitraanError(f"{folder}: cannot be written: {error.strerror or error}")
    found.exit_code = 1
    return found


def _write_json(path: Path, plain: Mapping[str, object]) -> str:
    content = json.dumps(plain, indent=2, ensure_ascii=False) + "\n"
    return write_whole(path, content.encode())


def _sha(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
