"""Killed batches and killed workers: every run once, the same bytes as if nothing had happened."""

import hashlib
import os
import signal
import sys
import threading
import time

import numpy as np
import pandas as pd
import pytest

from experiments.batch import pool
from experiments.batch.chunks import Chunks
from experiments.batch.evaluate import evaluate
from experiments.batch.failure import WORKER, Failure
from experiments.batch.job import Job
from experiments.batch.journal import scan
from experiments.batch.pool import LocalPool, WorkerError
from experiments.batch.work import Work
from sim.errors import KemitraanError
from tests import batch_models
from tests.batch_folders import points, same_files
from tests.dying import in_a_group

posix = pytest.mark.skipif(sys.platform == "win32", reason="no process groups to kill there")
RUNS = 4000
SECONDS = "KEMITRAAN_TEST_SECONDS"


def moment(key, longest):
    """A moment drawn by its key, seconds."""
    word = hashlib.sha256(repr(key).encode()).digest()
    return longest * int.from_bytes(word[:8], "big") / 2**64


def batch(folder, jobs=1):
    return evaluate(batch_models.waiting, points(RUNS), ("u", "v"), seed=5, out=folder, jobs=jobs)


def killed_batch(folder, jobs, seconds):
    """Starts a batch in a process group of its own and kills all of it after a while."""
    child = in_a_group(lambda: batch(folder, jobs))
    time.sleep(seconds)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)


def kept(folder):
    """Runs that a folder holds, of a batch that may be anywhere."""
    journal = folder / "journal"
    count = sum(
        len(pd.read_parquet(folder / "parts" / f"part-{note.stem}.parquet"))
        for note in journal.glob("*.done")
    )
    logs = [path for path in journal.glob("*.log") if not path.with_suffix(".done").exists()]
    return count + sum(len(list(scan(path))) for path in logs)


def start_of_a_batch(folder):
    """Seconds until a batch keeps its first run, which a busy machine makes longer."""
    begun = time.monotonic()
    child = in_a_group(lambda: batch(folder))
    while not kept(folder):
        time.sleep(0.005)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return time.monotonic() - begun


@posix
def test_a_batch_killed_fifty_times_ends_as_if_nothing_had_happened(tmp_path, monkeypatch):
    whole, folder = tmp_path / "whole", tmp_path / "killed"
    monkeypatch.setenv(SECONDS, "0")
    expected = batch(whole)
    monkeypatch.setenv(SECONDS, "0.005")
    held, longest = [0], start_of_a_batch(tmp_path / "timed") + 0.4
    for k in range(50):
        killed_batch(folder, 1 + k % 3, moment(k, longest))
        held.append(kept(folder))
    assert len(set(held)) > 10, "the kills must have fallen into the batch"
    assert held == sorted(held), "a run that was kept is kept"
    monkeypatch.setenv(SECONDS, "0")
    found = batch(folder)
    np.testing.assert_array_equal(found, expected)
    assert same_files(folder) == same_files(whole)
    runs = pd.concat([pd.read_parquet(path) for path in (folder / "parts").iterdir()])["run"]
    assert sorted(runs) == list(range(RUNS)), "no run lost, none twice"
    assert set(pd.read_parquet(folder / "runs.parquet")["state"]) == {"done"}


# -- workers


def children():
    """Worker processes of this one."""
    import psutil

    return [
        one
        for one in psutil.Process().children()
        if any("spawn_main" in word for word in one.cmdline())
    ]


@pytest.fixture
def workers_only(monkeypatch):
    """This process runs nothing while workers start."""
    monkeypatch.setattr(pool._Crew, "_may_work_here", lambda _: False)


def pool_results(function, count, workers, **options):
    """Results by run of a pool."""
    chunks = Chunks(range(count), jobs(count), total=count, workers=workers, **options)
    found = {}
    for outcomes in LocalPool(workers).run(Work(function, None), chunks):
        for one in outcomes:
            assert one.run not in found, "a job came back twice"
            found[one.run] = one.result
    assert sorted(found) == list(range(count)), "a job did not come back"
    return [found[run] for run in range(count)]


def jobs(count):
    return [Job("point", k, k, {"x": float(k)}) for k in range(count)]


@posix
def test_workers_killed_at_random_cost_no_run(tmp_path, monkeypatch):
    whole, folder = tmp_path / "whole", tmp_path / "killed"
    monkeypatch.setenv(SECONDS, "0")
    batch(whole)
    monkeypatch.setenv(SECONDS, "0.003")
    killed = []
    ended = threading.Event()

    def killer():
        while not ended.wait(0.3 + moment(len(killed), 0.3)):
            for worker in children()[:1]:
                worker.kill()
                killed.append(worker.pid)

    thread = threading.Thread(target=killer)
    thread.start()
    try:
        batch(folder, jobs=3)
    finally:
        ended.set()
        thread.join()
    assert len(killed) >= 3
    assert same_files(folder) == same_files(whole)


@pytest.mark.parametrize("seconds", [1.0, 0.02])
def test_a_run_that_ends_its_workers_fails_and_takes_no_other_with_it(workers_only, seconds):
    """Alone in a chunk, and with others."""
    found = pool_results(batch_models.deadly_job, 24, 2, unit_seconds=seconds)
    failure = found.pop(3)
    assert isinstance(failure, Failure)
    assert failure.stage == WORKER
    assert "2 times" in failure.message
    assert found == [float(k) for k in range(24) if k != 3]


def test_a_folder_has_the_run_that_ends_its_workers_as_a_row(workers_only, tmp_path):
    given = {"x": np.arange(6.0)}
    found = evaluate(batch_models.deadly, given, out=tmp_path / "x", jobs=2)
    assert np.isnan(found.ravel()).tolist() == [k == 3 for k in range(6)]
    row = pd.read_parquet(tmp_path / "x" / "runs.parquet").iloc[3]
    assert (row["state"], row["stage"]) == ("failed", WORKER)


def test_workers_that_cannot_load_the_model_are_told(workers_only):
    with pytest.raises(WorkerError, match=r"cannot load it.*--jobs 1"):
        pool_results(batch_models.Unloadable(), 4, 2, unit_seconds=1.0)


def test_a_function_of_the_program_itself_needs_a_module(monkeypatch):
    def local(_study, job):
        return job.seed

    local.__module__ = "__main__"
    with pytest.raises(KemitraanError, match="is defined in the program or notebook itself"):
        pool_results(local, 4, 2)
    assert pool_results(local, 4, 1) == [0, 1, 2, 3]
    local.__module__ = __name__
    with pytest.raises(KemitraanError, match="cannot be handed to worker processes"):
        pool_results(local, 4, 2)


def test_large_results_and_large_chunks_do_not_block_each_other():
    """More than a pipe holds in both directions at once."""
    found = pool_results(batch_models.echo, 400, 2, unit_seconds=0.003)
    assert [len(one) for one in found] == [20_000] * 400


def test_a_pool_that_is_left_leaves_no_process():
    chunks = Chunks(range(100), jobs(100), total=100, workers=2, unit_seconds=1.0)
    stream = LocalPool(2).run(Work(batch_models.echo, None), chunks)
    next(stream)
    assert len(children()) == 2
    stream.close()
    assert children() == []
