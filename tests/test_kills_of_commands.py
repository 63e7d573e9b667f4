"""Commands killed with all their processes and gone on with: the bytes of one that was left alone.

By default a few kills of a small comparison, without figures. `KEMITRAAN_TEST_KILLS=50` kills a
larger one fifty times, figures and all, and a sensitivity study and an exploration a few times.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time

import pandas as pd
import pytest

from experiments.batch.lock import is_locked
from experiments.batch.look import look
from tests.batch_folders import same_files
from tests.test_batch_kills import moment

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no process groups to kill there")
KILLS = int(os.environ.get("KEMITRAAN_TEST_KILLS", "0"))
long_form = pytest.mark.skipif(not KILLS, reason="takes minutes; set KEMITRAAN_TEST_KILLS=50")
FEW = 3
SMALL = ["compare", "cash_grant", "--scale", "200", "--months", "36", "--replicates", "3"]
LARGE = ["compare", "cash_grant", "--scale", "200", "--months", "36", "--replicates", "300"]
OTHERS = {
    "sensitivity": ["sensitivity", "cash_grant", "--scale", "200", "--months", "36", "--method",
                    "sobol", "--samples", "16", "--outcomes", "profit", "--parameters",
                    "displacement,sanction_probability"],
    "explore": ["explore", "mandated_hotel_partnership", "cash_grant", "--scale", "200",
                "--months", "36", "--replicates", "96", "--satisfy", "profit>0", "--against",
                "cash_grant"],
}  # fmt: skip
PLAIN = "import sys; from kemitraan.cli import main; sys.exit(main(sys.argv[1:]))"
WITHOUT_FIGURES = (
    f"from experiments import store; store._figures = lambda folder, *_: None\n{PLAIN}"
)


def started(script, words, where):
    """A command in a process group of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", script, *words],
        cwd=where,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def finished(script, words, where):
    """A command that is left alone."""
    assert started(script, words, where).wait() == 0


def until_it_writes(running, folder):
    """Waits until a command has the lock of its folder, or has ended."""
    until = time.monotonic() + 120.0
    while running.poll() is None and not is_locked(folder) and time.monotonic() < until:
        time.sleep(0.05)


def every_run_once(folder):
    """No run lost, none twice: in the parts, and as rows."""
    rows = pd.read_parquet(folder / "runs.parquet")
    parts = [pd.read_parquet(path)["run"] for path in sorted((folder / "parts").glob("part-*"))]
    per_run = len(parts[0]) // parts[0].nunique()
    assert pd.concat(parts).tolist() == [run for run in rows["run"] for _ in range(per_run)]
    assert rows["run"].tolist() == list(range(len(rows)))
    assert rows["id"].is_unique
    assert set(rows["state"]) == {"done"}


def killed_again_and_again(script, words, where, kills, longest):
    """Kills a command and those that go on with it; the folders that were killed, as they ended.

    Args:
        script: that runs words.
        words: of the command, without folder and processes.
        where: the folders are.
        kills: that hit a command which was at work.
        longest: moment of a kill after the command has begun to write, seconds.
    """
    folders, held, hits, tries = [where / "0"], [0], 0, 0
    during = {"runs": 0, "end": 0, "start": 0}
    while hits < kills:
        folder, jobs = folders[-1], ["--jobs", str(1 + tries % 2), "--quiet"]
        begun = (folder / "manifest.json").exists()
        asked = ["resume", folder.name] if begun else [*words, "--out", folder.name]
        running = started(script, [*asked, *jobs], where)
        if tries % 5 < 4:  # every fifth dies while it starts
            until_it_writes(running, folder)
        time.sleep(moment((words[0], tries), longest))
        over = running.poll()
        os.killpg(running.pid, signal.SIGKILL) if over is None else None
        running.wait()
        tries += 1
        assert over in (None, 0)
        hits += over is None
        if not (folder / "manifest.json").exists():
            during["start"] += 1
            continue
        found = look(folder)
        assert found.done >= held[-1], "a run that was kept is kept"
        assert not found.failures
        during["runs" if found.waiting else "end"] += over is None
        held.append(found.done)
        if found.complete:
            folders.append(where / str(len(folders)))
            held.append(0)
    if (folders[-1] / "manifest.json").exists():
        finished(script, ["resume", folders[-1].name, "--jobs", "2", "--quiet"], where)
    else:
        shutil.rmtree(folders[-1], ignore_errors=True)
        folders.pop()
    print(f"{words[0]}: {hits} kills, {during}, {len(folders)} folders, {len(set(held))} counts")
    return folders, held


def test_a_comparison_killed_at_random_ends_with_the_same_bytes(tmp_path):
    script, words = (PLAIN, LARGE) if KILLS else (WITHOUT_FIGURES, SMALL)
    finished(script, [*words, "--jobs", "2", "--quiet", "--out", "whole"], tmp_path)
    folders, held = killed_again_and_again(
        script, words, tmp_path, KILLS or FEW, 3.0 if KILLS else 1.0
    )
    assert folders
    for folder in folders:
        assert same_files(folder) == same_files(tmp_path / "whole")
        every_run_once(folder)
    if KILLS:
        assert len(set(held)) > KILLS // 5, "the kills must have fallen into the runs"


@long_form
@pytest.mark.parametrize("kind", list(OTHERS))
def test_others_killed_at_random_end_with_the_same_bytes(tmp_path, kind):
    words = OTHERS[kind]
    finished(PLAIN, [*words, "--jobs", "2", "--quiet", "--out", "whole"], tmp_path)
    folders, held = killed_again_and_again(PLAIN, words, tmp_path, 1 + KILLS // 10, 3.0)
    assert len(set(held)) > 1
    for folder in folders:
        assert same_files(folder) == same_files(tmp_path / "whole")
        every_run_once(folder)


def workers_of(parent):
    """Worker processes of a command."""
    import psutil

    found = []
    with contextlib.suppress(psutil.NoSuchProcess):  # it has just ended
        for one in psutil.Process(parent).children():
            with contextlib.suppress(psutil.NoSuchProcess):
                found += [one] if any("spawn_main" in word for word in one.cmdline()) else []
    return found


@long_form
def test_workers_of_a_comparison_killed_at_random_cost_no_run(tmp_path):
    finished(PLAIN, [*LARGE, "--jobs", "2", "--quiet", "--out", "whole"], tmp_path)
    words, killed, given_up = [*LARGE, "--out", "x"], 0, 0
    while not (tmp_path / "x" / "checksums.sha256").exists() or not look(tmp_path / "x").complete:
        running = started(PLAIN, [*words, "--jobs", "2", "--quiet"], tmp_path)
        while running.poll() is None:
            time.sleep(2.0 + moment(("workers", killed), 4.0))
            if running.poll() is None:
                workers = workers_of(running.pid)
                for worker in workers[:1]:
                    worker.kill()
                    killed += 1
        # Three that are killed in a row while they start are enough for it to give up.
        assert running.wait() in (0, 1)
        given_up += running.wait()
        words = ["resume", "x"]
    print(f"{killed} workers killed, given up {given_up} times")
    assert killed > 3
    assert same_files(tmp_path / "x") == same_files(tmp_path / "whole")
    every_run_once(tmp_path / "x")
