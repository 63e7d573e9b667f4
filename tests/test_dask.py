"""Runs through a real scheduler and workers over TCP: the same bytes, whoever is killed."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("distributed", reason="the extra dask is not installed")

import psutil

from experiments.batch import backends, dask_client, dask_pool
from experiments.batch.backends import backend_of
from experiments.batch.chunks import Chunks
from experiments.batch.dask_local import LocalCluster
from experiments.batch.ended import BatchError
from experiments.batch.evaluate import evaluate
from experiments.batch.failure import WORKER
from experiments.batch.job import Job
from experiments.batch.pool import LocalPool
from experiments.batch.program import Program
from experiments.batch.work import Work
from experiments.compare_batch import CompareBatch
from experiments.design import make_jobs, make_study
from experiments.runner import run_jobs
from kemitraan.cli import main
from scenarios import load_scenario
from scenarios.region import load_region
from sim.errors import KemitraanError
from tests import batch_models
from tests.batch_folders import points, same_files

RUNS = 1500
KILLS = int(os.environ.get("KEMITRAAN_TEST_KILLS", "2"))
"""More of them take longer: the batch grows with them."""
SECONDS = "KEMITRAAN_TEST_SECONDS"


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def dask(*words, **environment):
    """The command as a user gives it."""
    paths = os.pathsep.join(str(Path(path).absolute()) for path in sys.path)
    return subprocess.Popen(
        [sys.executable, "-m", "dask", *words, "--no-dashboard"],
        env={**os.environ, "PYTHONPATH": paths, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def end(process):
    for one in [*psutil.Process(process.pid).children(recursive=True), process]:
        one.kill()
    process.wait()


@pytest.fixture(scope="module")
def scheduler():
    """Address of a scheduler with four workers, two for each of two nannies."""
    address = f"tcp://127.0.0.1:{free_port()}"
    started = [dask("scheduler", "--host", "127.0.0.1", "--port", address.rsplit(":", 1)[1])]
    environment = {SECONDS: "0.003", "KEMITRAAN_TEST_WORKER": "1"}
    for _ in range(2):
        words = ["worker", address, "--nthreads", "1", "--nworkers", "2"]
        started.append(dask(*words, **environment))
    workers[:] = started[1:]
    yield address
    for process in reversed(started):
        end(process)


workers = []


def worker_processes():
    """The processes that run chunks: children of the nannies."""
    return [
        child
        for nanny in workers
        for child in psutil.Process(nanny.pid).children()
        if any("spawn_main" in word for word in child.cmdline())
    ]


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A folder that was made in one process."""
    folder = tmp_path_factory.mktemp("dask") / "whole"
    batch(folder, jobs=1)
    return folder


def batch(folder, runs=RUNS, **options):
    given = points(runs)
    return evaluate(batch_models.waiting, given, ("u", "v"), seed=5, out=folder, **options)


def jobs(count):
    return [Job("point", k, k, {"x": float(k)}) for k in range(count)]


# -- the same bytes


@pytest.mark.parametrize("processes", [1, 2])
def test_a_cluster_of_this_machine_gives_the_same_bytes(whole, tmp_path, processes):
    batch(tmp_path / "x", backend="dask", jobs=processes)
    assert same_files(tmp_path / "x") == same_files(whole)


def test_four_workers_over_tcp_give_the_same_bytes(scheduler, whole, tmp_path):
    batch(tmp_path / "x", scheduler=scheduler)
    assert same_files(tmp_path / "x") == same_files(whole)


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL there")
def test_workers_killed_during_a_batch_cost_no_run(scheduler, whole, tmp_path):
    """With more kills than usual the batch is longer, and made anew in one process."""
    runs = RUNS * max(1, KILLS // 2)
    if runs > RUNS:
        batch(tmp_path / "whole", runs, jobs=1)
        whole = tmp_path / "whole"
    killed = []
    ended = threading.Event()

    def killer():
        while len(killed) < KILLS and not ended.wait(0.5):
            there = worker_processes()
            if there and (tmp_path / "x" / "journal").is_dir():
                victim = there[len(killed) % len(there)]
                victim.send_signal(signal.SIGKILL)
                killed.append(victim.pid)

    thread = threading.Thread(target=killer)
    thread.start()
    try:
        batch(tmp_path / "x", runs, scheduler=scheduler)
    finally:
        ended.set()
        thread.join()
    assert len(killed) == KILLS
    assert same_files(tmp_path / "x") == same_files(whole)


def test_a_run_that_ends_its_workers_fails_and_takes_no_other_with_it(scheduler, tmp_path):
    given = {"x": np.arange(40.0)}
    found = evaluate(
        batch_models.deadly_far_away, given, out=tmp_path / "x", scheduler=scheduler
    ).ravel()
    assert np.flatnonzero(np.isnan(found)).tolist() == [3]
    assert np.delete(found, 3).tolist() == [k for k in range(40) if k != 3]
    row = pd.read_parquet(tmp_path / "x" / "runs.parquet").iloc[3]
    assert (row["state"], row["stage"]) == ("failed", WORKER)
    assert "2 times" in row["message"]


def test_a_comparison_through_dask_has_the_numbers_of_this_process():
    """One worker, as each has the kernels to load."""
    pair = [load_scenario("no_policy"), load_scenario("cash_grant")]
    study = make_study(load_region("surabaya"), pair, seed=1, scale=400, months=36)
    units = list(make_jobs(study, "seeds", 3, 0))
    batch = CompareBatch(study, "seeds", units, {"pairs": 3}, "en")
    here, there = (
        run_jobs(study, units, 1, backend=one)
        for one in (LocalPool(1), backend_of("dask", None, 1))
    )
    for mine, other in zip(here, there, strict=True):
        assert batch.shape.pack(mine).tobytes() == batch.shape.pack(other).tobytes()


# -- left early


def test_an_interrupted_batch_leaves_nothing_at_the_workers(scheduler):
    from distributed import Client

    work = Work(batch_models.slow_job, None)
    chunks = Chunks(range(4000), jobs(4000), total=4000, workers=4, unit_seconds=0.02)
    stream = backend_of("dask", scheduler).run(work, chunks)
    next(stream)
    with pytest.raises(KeyboardInterrupt):
        stream.throw(KeyboardInterrupt)
    with Client(scheduler, set_as_default=False) as client:
        until = time.monotonic() + 5
        while client.run_on_scheduler(tasks) and time.monotonic() < until:
            time.sleep(0.05)
        assert client.run_on_scheduler(tasks) == 0
        assert set(client.run(works).values()) == {0}
        assert not any(client.processing().values())


def tasks(dask_scheduler):
    return sum(key.startswith("kemitraan-") for key in dask_scheduler.tasks)


def works():
    from experiments.batch import dask_worker

    return len(dask_worker._works)


def test_a_cluster_of_this_machine_mends_itself_and_ends_with_the_batch():
    before = psutil.Process().children(recursive=True)
    chunks = Chunks(range(900), jobs(900), total=900, workers=2, unit_seconds=0.002)
    stream = backend_of("dask", None, 2).run(Work(batch_models.slow_job, None), chunks)
    found = [one.run for one in next(stream)]
    own = [p for p in psutil.Process().children() if p not in before]
    assert len(own) == 3
    assert all("experiments.batch.dask_process" in one.cmdline() for one in own)
    next(one for one in own if "worker" in one.cmdline()).kill()
    found += [one.run for outcomes in stream for one in outcomes]
    assert sorted(found) == list(range(900))
    assert [p for p in psutil.Process().children(recursive=True) if p not in before] == []


def test_a_scheduler_that_is_lost_leaves_what_is_done(whole, tmp_path, monkeypatch):
    monkeypatch.setenv(SECONDS, "0.01")
    monkeypatch.setattr(dask_client, "CONNECT_SECONDS", 0.5)
    folder = tmp_path / "x"
    with LocalCluster(2) as cluster:

        def kill():
            journal = folder / "journal"
            while not (journal.is_dir() and any(p.stat().st_size for p in journal.iterdir())):
                time.sleep(0.05)
            cluster._scheduler.kill()

        thread = threading.Thread(target=kill)
        thread.start()
        with pytest.raises(BatchError, match=r"scheduler is gone.* kemitraan resume") as caught:
            batch(folder, scheduler=cluster.address)
        thread.join()
    assert caught.value.exit_code == 1
    assert " 0 of" not in str(caught.value)
    monkeypatch.setenv(SECONDS, "0")
    batch(folder, jobs=1)
    assert same_files(folder) == same_files(whole)


# -- refused


def test_nobody_at_the_address_is_said_at_once(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(dask_client, "CONNECT_SECONDS", 0.5)
    address = f"tcp://127.0.0.1:{free_port()}"
    out = tmp_path / "x"
    words = ["compare", "cash_grant", "--scale", "200", "--scheduler", address, "--out", str(out)]
    begun = time.monotonic()
    assert main(words) == 2
    assert time.monotonic() - begun < 5
    said = capsys.readouterr().err
    assert f"{address}: nobody answers there" in said
    assert "dask scheduler" in said
    assert "Traceback" not in said
    assert not out.exists()


def test_a_scheduler_without_workers_is_said(monkeypatch):
    monkeypatch.setattr(dask_pool, "FIRST_WORKER_SECONDS", 0.2)
    with LocalCluster(0) as cluster, pytest.raises(KemitraanError, match="has no workers") as error:
        backend_of("dask", cluster.address)
    assert error.value.exit_code == 2
    assert f"dask worker {cluster.address} --nthreads 1" in str(error.value)


def test_workers_of_another_version_are_refused_before_anything_is_written(
    scheduler, tmp_path, monkeypatch
):
    def other(function, also=()):
        own = Program.of(function, also)
        return replace(own, versions={**own.versions, "numpy": "0.1"})

    class Other(Program):
        of = staticmethod(other)

    monkeypatch.setattr(dask_client, "Program", Other)
    with pytest.raises(KemitraanError, match=r"numpy 0\.1, now .*requirements\.lock") as error:
        batch(tmp_path / "x", scheduler=scheduler)
    assert error.value.exit_code == 2
    assert not (tmp_path / "x").exists()


def test_workers_that_cannot_load_the_work_are_refused(scheduler):
    work = Work(batch_models.Unloadable(), None)
    with pytest.raises(KemitraanError, match="cannot load"):
        backend_of("dask", scheduler).check(work)


def test_a_function_of_the_program_itself_is_refused(monkeypatch):
    def local(_study, job):
        return job.seed

    monkeypatch.setattr(local, "__module__", "__main__")
    with pytest.raises(KemitraanError, match="is defined in the program or notebook itself"):
        backend_of("dask", None, 1).check(Work(local, None))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"name": "spark"}, "--backend spark: is not known; known: local, dask"),
        ({"name": "local", "scheduler": "tcp://a:1"}, "leave out --backend local"),
        ({"scheduler": "a:1"}, "is no address; expects tcp://HOST:PORT"),
        ({"scheduler": "tcp://a:99999"}, "is no address"),
        ({"scheduler": "tcp://a:1", "workers": 2}, "leave --jobs out"),
        ({"workers": 0}, r"--jobs 0: is outside 1\.\."),
    ],
)
def test_words_that_make_no_backend_are_refused(given, words):
    with pytest.raises(KemitraanError, match=words):
        backend_of(**given)


def test_an_encrypted_address_without_certificates_is_refused():
    with pytest.raises(KemitraanError, match=r"needs certificates .*TLS__CA_FILE"):
        backend_of("dask", "tls://127.0.0.1:1")


def test_the_missing_extra_is_named(monkeypatch):
    monkeypatch.setattr(backends, "find_spec", lambda _: None)
    with pytest.raises(KemitraanError, match=r"pip install 'kemitraan\[dask\]'") as error:
        backend_of("dask")
    assert error.value.exit_code == 2
    assert isinstance(backend_of("local", None, 2), LocalPool)
