"""A full disk, wherever it strikes: told in one message, nothing lost, the same bytes afterwards.

Once as an error that is put in the place of each write in turn, once on a real small file system,
of every size from nothing to enough. `KEMITRAAN_TEST_KILLS` does the second also for the commands.
"""

import contextlib
import errno
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from matplotlib.figure import Figure

from experiments.batch import atomic
from experiments.batch.ended import BatchError
from experiments.batch.experiment import Experiment
from experiments.batch.job import Job
from experiments.batch.manifest import MANIFEST, jobs_of, read_manifest
from experiments.batch.pool import LocalPool
from experiments.batch.program import Program
from experiments.batch.record import Block, Layout
from experiments.batch.task import Task
from experiments.batch.verify import verify
from experiments.store import kept
from sim.errors import KemitraanError
from tests.batch_folders import same_files
from tests.test_kills_of_commands import OTHERS, PLAIN, SMALL, every_run_once, finished, long_form

RUNS, PART = 6, 4
LAYOUT = Layout((Block(("u", "v"), {}),))
done = []
"""Runs that were really made."""


def numbers(study, job):
    done.append(job.replicate)
    return np.array([job.replicate + study, job.seed / 7])


def task(jobs):
    return Task(
        kind="toy", function=numbers, study=0.5, jobs=jobs, layout=LAYOUT, pack=np.asarray,
        names=(), fill=float, length=PART, files={"inputs.json": b"{}"},
    )  # fmt: skip


def fill(folder):
    """A table and a figure, as commands write them."""
    with (folder / "table.csv").open("w", encoding="utf-8", newline="\n") as file:
        file.write("a,b\n" + "1,2\n" * 3000)
    (folder / "figures").mkdir()
    figure = Figure(figsize=(1, 1), dpi=40)
    figure.savefig(folder / "figures" / "one.png", metadata={"Software": None})


def go_on(folder):
    """Begins an experiment, or goes on with it, and finishes it."""
    os.makedirs(folder, exist_ok=True)  # noqa: PTH103  # no write of the batch
    begun = (folder / MANIFEST).exists()
    if begun and read_manifest(folder)["complete"]:
        from experiments.batch.again import tidy
        from experiments.batch.ended import writing

        with writing(folder):
            return tidy(folder)
    own = task(jobs_of(folder) if begun else [Job("point", k, 10 + k, {}) for k in range(RUNS)])
    with Experiment.resume(folder, own) if begun else Experiment.create(folder, own) as one:
        one.run(LocalPool(1))
        one.finish(fill, lambda _: {"told": True})
    return None


@pytest.fixture(autouse=True, scope="module")
def _one_program():
    """The program is looked at once; it takes longer than all that is tested here."""
    inner = Program.of
    program = inner(numbers)
    Program.of = lambda *_: program
    yield
    Program.of = inner


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A folder that nothing happened to."""
    folder = tmp_path_factory.mktemp("whole") / "x"
    go_on(folder)
    assert verify(folder).sound
    return folder


class Disk:
    """Counts what is written, and is full from some place on.

    Attributes:
        left: writes until it is full; none if it never is.
        sites: what was written, in order.
    """

    def __init__(self):
        self.left = None
        self.sites = []

    def asked(self, what):
        """Lets a write through, or not."""
        self.sites.append(what)
        if self.left is not None and len(self.sites) > self.left:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


class Opened:
    """An open file whose writes are asked for, half done where they are refused."""

    def __init__(self, file, disk, name):
        self.file, self.disk, self.name = file, disk, name

    def write(self, content):
        try:
            self.disk.asked(f"write {self.name}")
        except OSError:
            self.file.write(content[: len(content) // 2])
            raise
        return self.file.write(content)

    def __getattr__(self, name):
        return getattr(self.file, name)

    def __enter__(self):
        self.file.__enter__()
        return self

    def __exit__(self, *given):
        return self.file.__exit__(*given)


@pytest.fixture
def disk(monkeypatch):
    """Every way in which a batch writes goes through it."""
    found = Disk()

    def before(owner, name, told):
        inner = getattr(owner, name)

        def asked(*given, **named):
            found.asked(told(given))
            return inner(*given, **named)

        monkeypatch.setattr(owner, name, asked)

    def file(given):
        words = [str(one) for one in given if isinstance(one, str | Path)]
        return Path(words[0]).name if words else ""

    open_ = Path.open

    def opened(path, mode="r", *given, **named):
        if mode.strip("bt") == "r":
            return open_(path, mode, *given, **named)
        if mode != "rb+":  # opened to be synced only
            found.asked(f"open {path.name}")
        return Opened(open_(path, mode, *given, **named), found, path.name)

    monkeypatch.setattr(Path, "open", opened)
    monkeypatch.setattr(atomic.os, "fsync", lambda _: found.asked("sync"))
    before(Path, "replace", lambda given: f"rename {given[1].name}")
    before(Path, "mkdir", lambda given: f"mkdir {given[0].name}")
    before(pq, "write_table", lambda given: f"part {file(given)}")
    before(pq.ParquetWriter, "write_table", lambda _: "rows")
    before(Figure, "savefig", lambda given: f"figure {file(given)}")
    return found


def test_a_disk_that_is_full_at_any_write_costs_nothing(whole, tmp_path, disk):
    go_on(tmp_path / "counted")
    sites = list(disk.sites)
    kinds = {site.split()[0] for site in sites}
    assert kinds == {"open", "write", "sync", "rename", "mkdir", "part", "rows", "figure"}
    for name in ("design.parquet", "inputs.json", "manifest.json", "checksums.sha256", "00000.log",
                 "00000.done", "part-00001.parquet", "runs.parquet", "seconds.csv", "table.csv",
                 "one.png", "part-00000.parquet"):  # fmt: skip
        assert any(name in site for site in sites), name
    for k, site in enumerate(sites):
        folder = tmp_path / str(k)
        folder.mkdir()
        del disk.sites[:], done[:]
        disk.left = k
        try:
            go_on(folder)
        except KemitraanError as error:
            told = error
        else:
            assert site == "sync", f"{site}: nobody has noticed"  # of a folder: some cannot
            told = None
        kept_runs = RUNS if told is None else 0
        if told is not None:
            assert told.exit_code == 1, site
            assert f"{folder}: cannot be written: No space left on device" in str(told), site
        if told is not None and isinstance(told, BatchError):
            said = re.search(r"; (\d) of 6 runs are kept; free some space, then: (.*)", str(told))
            assert said, site
            assert said[2] == f"kemitraan resume {folder}"
            kept_runs = int(said[1])
            del disk.sites[:], done[:]
            disk.left = 0
            if (folder / MANIFEST).exists():  # it is still full
                with pytest.raises(BatchError, match=r"cannot be written: No space.*resume"):
                    go_on(folder)
        elif told is not None:
            assert sorted(folder.rglob("*")) == [], site
        disk.left = None
        del done[:]
        go_on(folder)
        assert len(done) == RUNS - kept_runs, "what is kept is not made again"
        assert same_files(folder) == same_files(whole), site
        assert verify(folder).sound, site


def test_what_stands_in_memory_leaves_no_folder_on_a_full_disk(tmp_path):
    """And names none to go on with."""

    def full(_):
        raise BatchError("x: kemitraan resume x") from OSError(errno.ENOSPC, "No space left")

    folder = tmp_path / "x"
    folder.mkdir()
    with pytest.raises(KemitraanError, match=r"x: cannot be written: No space left$") as told:
        kept(lambda: folder, full)
    assert told.value.exit_code == 1
    assert not folder.exists()


# -- a real one


@pytest.fixture
def small_disk(tmp_path):
    """Mounts a file system of so many bytes, or changes its size."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = []

    def sized(size):
        words = ["-o", f"remount,size={size}"] if mounted else ["-t", "tmpfs", "-o", f"size={size}"]
        try:
            made = subprocess.run(
                ["mount", *words, *([] if mounted else ["tmpfs"]), str(place)],
                capture_output=True, text=True, check=False,
            )  # fmt: skip
        except OSError as error:
            pytest.skip(f"no file system can be mounted here: {error}")
        if made.returncode:
            pytest.skip(f"no file system can be mounted here: {made.stderr.strip()}")
        mounted.append(size)
        return place

    yield sized
    if mounted:
        subprocess.run(["umount", str(place)], check=True)


def test_a_real_disk_of_any_size_costs_nothing(whole, small_disk, monkeypatch):
    monkeypatch.setattr(os, "fsync", lambda _: None)  # nothing is cut off here
    sizes, told = 0, []
    for size in range(4096, 1 << 20, 4096):
        folder = small_disk(size) / "x"
        try:
            go_on(folder)
        except KemitraanError as error:
            told.append((type(error), error.exit_code, "No space left on device" in str(error)))
        except OSError as error:
            if error.filename != str(folder):  # the test's own folder may have no room
                raise
        else:
            assert same_files(folder) == same_files(whole)
            break
        small_disk(1 << 20)
        sizes += 1
        go_on(folder)
        assert same_files(folder) == same_files(whole), size
        for path in sorted(folder.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        folder.rmdir()
    assert sizes > 10
    assert set(told) == {(KemitraanError, 1, True), (BatchError, 1, True)}


def fill_up(place):
    """Takes all that is left of a disk; the file to remove."""
    path = place / "others"
    with path.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(bytes(4096)):
            pass
    return path


@long_form
@pytest.mark.parametrize("kind", ["compare", *OTHERS])
@pytest.mark.parametrize("what", ["journal", ".finishing"])
def test_a_command_on_a_real_disk_says_what_to_do(small_disk, tmp_path, kind, what):
    words = [*({"compare": SMALL} | OTHERS)[kind], "--jobs", "2", "--quiet"]
    place = small_disk("128m")
    running = subprocess.Popen(
        [sys.executable, "-c", PLAIN, *words, "--out", "x"],
        cwd=place, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    while not (place / "x" / what).exists():
        assert running.poll() is None
        time.sleep(0.002)
    others = fill_up(place)
    shown, err = running.communicate(timeout=300)
    print(f"{kind}, {what}: {running.returncode}: {err.strip()}")
    assert running.returncode == 1
    said = re.fullmatch(
        r"x: cannot be written: .*No space left on device.*; (\d+) of (\d+) runs are kept; "
        r"free some space, then: kemitraan resume x",
        err.strip().splitlines()[-1],
    )
    assert said, err
    assert (said[1] == said[2]) == (what != "journal")
    assert bool(shown) == (what != "journal"), "what all runs say is shown, though not kept"
    resumed = [sys.executable, "-c", PLAIN, "resume", "x", "--quiet"]
    again = subprocess.run(resumed, cwd=place, capture_output=True, text=True, check=False)
    print(f"    still full: {again.returncode}: {again.stderr.strip()}")
    assert again.returncode == 1
    assert "free some space, then: kemitraan resume x" in again.stderr
    others.unlink()
    finished(PLAIN, ["resume", "x", "--quiet"], place)
    finished(PLAIN, [*words, "--out", "whole"], tmp_path)
    assert same_files(place / "x") == same_files(tmp_path / "whole")
    every_run_once(place / "x")
