"""Runs that stop when enough is known: the same bytes whatever ended the batch, none too many."""

import json
import os
import signal
import sys
import time
from functools import partial

import numpy as np
import pandas as pd
import pytest

from experiments.batch import look
from experiments.batch.again import reopen, tidy
from experiments.batch.backend import run_here
from experiments.batch.experiment import Experiment
from experiments.batch.jobs import Jobs, Role
from experiments.batch.manifest import jobs_of, needed_runs, read_manifest
from experiments.batch.pool import LocalPool
from experiments.batch.record import Block, Layout
from experiments.batch.rerun import rerun
from experiments.batch.task import Task
from experiments.batch.verify import verify
from experiments.precision.criteria import WIDTH, Criterion, Target
from experiments.precision.sequential import Precision, Sequential
from sim.draws import replicate_seed
from sim.errors import KemitraanError
from tests import batch_models
from tests.batch_folders import same_files
from tests.dying import dies_at_a_rename, in_a_group, renames_of

posix = pytest.mark.skipif(sys.platform == "win32", reason="no process groups to kill there")
LOOKS = (16, 24, 32, 40, 56, 72, 88)
EXTRA = 6
LAYOUT = Layout((Block(("baseline", "policy"), {}),))
SECONDS = "KEMITRAAN_TEST_SECONDS"


def asked(kind=WIDTH, amount=0.43, looks=LOOKS):
    one = Criterion("profit", kind, amount, "policy", None, "as tested")
    return Precision(("as tested",), (Target(one, "policy", 1),), looks, 3)


def design(looks=LOOKS, extra=EXTRA):
    stages = list(zip([0, *looks], looks, strict=False))
    roles = [Role("draw", (), np.empty((b - a, 0)), a) for a, b in stages]
    fixed = [Role("fixed", (), np.empty((extra, 0)))] if extra else []
    return Jobs([replicate_seed(3, k) for k in range(looks[-1])], [roles[0], *fixed, *roles[1:]])


def task(jobs, effect=0.4, broken=()):
    return Task(
        kind="toy",
        function=batch_models.twins,
        study={"effect": effect, "broken": list(broken)},
        jobs=jobs,
        layout=LAYOUT,
        pack=np.asarray,
        names=(),
        fill=float,
        length=11,
    )


def go_on(folder, precision, workers=1, **given):
    """Begins an experiment, or goes on with it, and finishes it."""
    folder.mkdir(exist_ok=True)
    begun = (folder / "manifest.json").exists()
    jobs = jobs_of(folder) if begun else design(precision.looks)
    own = task(jobs, **given)
    with Experiment.resume(folder, own) if begun else Experiment.create(folder, own) as one:
        stop = Sequential(precision, EXTRA, lambda record: record[1:] - record[:1])
        for number in range(one.store.parts):
            for run, record in zip(*one.store.records(number), strict=True):
                stop.take(run, record)
        one.run(LocalPool(workers), each=stop.take, upto=(stop.first, stop))
        one.finish(about=lambda _: {"precision": stop.plain()})
    return stop


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A folder that nothing happened to."""
    folder = tmp_path_factory.mktemp("whole") / "x"
    assert go_on(folder, asked()).stopped == 56
    return folder


def test_runs_stop_where_what_was_asked_is_known_and_no_others_are_done(whole):
    manifest = read_manifest(whole)
    assert manifest["batch"]["runs"] == 88 + EXTRA
    assert manifest["batch"]["not_needed"] == 88 - 56
    assert needed_runs(manifest) == manifest["batch"]["done"] == 56 + EXTRA
    assert [one["pairs"] for one in manifest["precision"]["taken"]] == [16, 24, 32, 40, 56]
    states = pd.read_parquet(whole / "runs.parquet")["state"]
    assert states.tolist() == ["done"] * 62 + ["not needed"] * 32
    parts = pd.concat([pd.read_parquet(path) for path in sorted((whole / "parts").iterdir())])
    assert parts["run"].tolist() == list(range(62))
    assert len(pd.read_parquet(whole / "design.parquet")) == 94
    found = look.look(whole)
    assert (found.done, found.waiting, found.not_needed) == (62, 0, 32)
    assert verify(whole).sound
    with pytest.raises(KemitraanError, match="run 80 was not needed"):
        rerun(whole, "80", task(jobs_of(whole)))
    assert rerun(whole, "61", task(jobs_of(whole))).same


def test_any_number_of_workers_gives_the_same_bytes(whole, tmp_path):
    for workers in (2, 4):
        go_on(tmp_path / str(workers), asked(), workers)
        assert same_files(tmp_path / str(workers)) == same_files(whole)


def done_in(folder):
    """Runs that a folder has, of a batch that may be anywhere."""
    try:
        return look.look(folder).done
    except (KemitraanError, OSError):  # not begun, or a part has just got its name
        return 0


def killed(folder, workers, more):
    """Begins or goes on, in a process group of its own that is killed so many runs later."""
    before = done_in(folder)
    child = in_a_group(lambda: go_on(folder, asked(), workers))
    until = time.monotonic() + 20.0
    while done_in(folder) < before + more and time.monotonic() < until:
        if os.waitpid(child, os.WNOHANG)[0]:
            return  # it was quicker
        time.sleep(0.002)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)


@posix
def test_killed_at_many_moments_it_ends_as_if_nothing_had_happened(whole, tmp_path, monkeypatch):
    kills, held = int(os.environ.get("KEMITRAAN_TEST_KILLS", "10")), set()
    for k in range(kills):
        folder = tmp_path / str(k // 10)
        # Slow enough for several kills in each batch, whichever comes first.
        monkeypatch.setenv(SECONDS, "0.01")
        if not (folder / "manifest.json").exists() or not read_manifest(folder)["complete"]:
            killed(folder, 1 + k % 2, 1 + 3 * k % 13)
        held.add(done_in(folder))
        if k % 10 == 9:
            monkeypatch.setenv(SECONDS, "0")
            tidy(folder)
            if not read_manifest(folder)["complete"]:
                go_on(folder, asked())
            assert same_files(folder) == same_files(whole)
    assert len(held) > 3, "the kills must have fallen into the batch"


def test_ended_at_any_rename_it_goes_on_to_the_same_bytes(whole, tmp_path, monkeypatch):
    """Parts, notes and the shorter last part: before and after each the process may die."""
    monkeypatch.setattr(os, "fsync", lambda _: None)  # no power is cut here
    total = renames_of(monkeypatch, lambda: go_on(tmp_path / "counted", asked()))
    assert total > 18
    for after in (False, True):
        # The beginning is as in any batch; what is new is how it ends.
        for k in range(total - 14, total):
            folder = tmp_path / f"{k}-{after}"
            work = partial(go_on, folder, asked())
            dies_at_a_rename(monkeypatch, work, k, after=after)
            if not read_manifest(folder)["complete"]:
                work()
            tidy(folder)
            assert same_files(folder) == same_files(whole), (k, after)


def test_the_stop_is_a_function_of_the_first_runs_alone(tmp_path):
    """Whatever stands behind them, and whatever order they come in."""
    precision = asked()
    effects = {k: np.array([0.4 + np.sin(9.1 * k)]) for k in range(LOOKS[-1])}

    def stopped(order, values):
        stop = Sequential(precision, EXTRA, lambda record: record)
        end, given = stop.first, 0
        while True:
            own = sorted(range(given, end), key=order)
            for run in own:
                draw = run if run < LOOKS[0] else run - EXTRA
                if not LOOKS[0] <= run < LOOKS[0] + EXTRA:
                    stop.take(run, values[draw])
            given = end
            end = stop()
            if end == given:
                return stop.stopped, [one.plain() for one in stop.looks]

    plain = stopped(lambda run: run, effects)
    assert plain[0] < LOOKS[-1]
    assert stopped(lambda run: -run, effects) == plain
    other = effects | {k: np.array([-9.0]) for k in range(plain[0], LOOKS[-1])}
    assert stopped(lambda run: run, other) == plain


def test_a_cap_that_is_reached_is_told(tmp_path):
    stop = go_on(tmp_path / "x", asked(WIDTH, 0.05))
    assert stop.stopped == LOOKS[-1]
    row = stop.table.iloc[0]
    assert not row["reached"]
    assert row["runs"] == LOOKS[-1]
    assert row["half_width"] > 0.05
    expected = LOOKS[-1] * (row["half_width"] / 0.05) ** 2
    assert expected <= row["runs_needed"] < 1.11 * expected
    manifest = json.loads((tmp_path / "x" / "manifest.json").read_text("utf-8"))
    assert manifest["precision"]["reached"] is False
    assert "not_needed" not in manifest["batch"]


def test_runs_that_fail_are_no_numbers_of_a_look(tmp_path):
    folder = tmp_path / "x"
    stop = go_on(folder, asked(), broken=(3, 20))
    assert stop.looks[0].findings[0].runs == LOOKS[0] - 1
    assert stop.looks[-1].findings[0].runs == stop.stopped - 2
    failures = look.look(folder).failures
    assert sorted(failures) == [3, 20 + EXTRA]
    before = same_files(folder)
    assert reopen(folder) == 2
    assert "not_needed" not in read_manifest(folder)["batch"]
    assert go_on(folder, asked(), broken=(3, 20)).stopped == stop.stopped
    assert same_files(folder) == before


def test_a_backend_that_ends_at_every_look_is_started_again(whole, tmp_path):
    class Short:
        """Takes what waits at once, and ends."""

        workers = 1
        started = 0

        def run(self, work, chunks):
            self.started += 1
            for chunk in list(chunks):
                yield from run_here(work, chunk, chunks)

    folder = tmp_path / "x"
    folder.mkdir()
    backend = Short()
    with Experiment.create(folder, task(design())) as one:
        stop = Sequential(asked(), EXTRA, lambda record: record[1:] - record[:1])
        one.run(backend, each=stop.take, upto=(stop.first, stop))
        one.finish(about=lambda _: {"precision": stop.plain()})
    assert backend.started == len(stop.looks)
    assert same_files(folder) == same_files(whole)


def test_what_is_there_beyond_an_earlier_stop_goes(whole, tmp_path):
    """Runs that were tried again may make a stop earlier than the one that was."""
    folder = tmp_path / "x"
    folder.mkdir()
    with Experiment.create(folder, task(design())) as one:
        stop = Sequential(asked(), EXTRA, lambda record: record[1:] - record[:1])
        one.run(LocalPool(1), each=stop.take)
        assert one.store.counts == (0, 94, 0)
        one.run(LocalPool(1), upto=(stop.first, stop))
        assert one.store.counts == (0, 62, 0)
        one.finish(about=lambda _: {"precision": stop.plain()})
    assert same_files(folder) == same_files(whole)
