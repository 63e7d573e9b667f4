"""Ctrl-C as a terminal sends it: to a command and all its workers. Code 130, and what to do next.

By default in the middle of the runs, with two workers; `KEMITRAAN_TEST_KILLS` has it also with one,
before anything is written, while tables and figures are written, and for every command.
"""

import os
import re
import signal
import subprocess
import sys
import time

import pytest

from experiments.batch.look import look
from tests.batch_folders import same_files
from tests.test_kills_of_commands import KILLS, OTHERS, PLAIN, SMALL, finished, long_form

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no process groups there")
COMMANDS = {"compare": [*SMALL[:-1], "40"], **OTHERS}
KEPT = re.compile(r"^(\d+) of (\d+) runs are kept; to go on: kemitraan resume x$", re.MULTILINE)
# Says when the trial of two runs has begun, and runs on.
IN_TRIAL = (
    "from pathlib import Path; from experiments import runner; inner = runner.pilot\n"
    "def pilot(*given, **named):\n"
    "    Path('in_trial').touch(); import time; time.sleep(0.3); return inner(*given, **named)\n"
    "for name in ('compare', 'explore.prepare', 'sensitivity_ready'):\n"
    "    module = __import__(f'experiments.{name}', fromlist=['x'])\n"
    "    module.pilot = pilot\n"
    f"{PLAIN}"
)


_HEARS = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
"""In the background interrupts are ignored, and so they are in what is started there."""


def interrupted(words, where, moment, script=PLAIN):
    """Runs a command until a moment comes, then interrupts its group; what it said, and its code.

    Args:
        words: of the command.
        where: the folders are.
        moment: says whether it has come.
        script: that runs the words.
    """
    running = subprocess.Popen(
        [sys.executable, "-c", _HEARS + script, *words], cwd=where, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    until = time.monotonic() + 300.0
    while running.poll() is None and not moment() and time.monotonic() < until:
        time.sleep(0.01)
    assert running.poll() is None, "it was over before the moment came"
    os.killpg(running.pid, signal.SIGINT)
    out, err = running.communicate(timeout=300)
    assert out == ""
    assert "Traceback" not in err
    assert err.splitlines()[-1] == "interrupted"
    assert not left(running.pid)
    return running.returncode, err


def left(group):
    """Whether some process of a group is there yet, a few seconds later."""
    for _ in range(100):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return False
        time.sleep(0.05)
    return True


def has_runs(folder):
    """Whether some runs of a folder are done, and not all."""
    return lambda: (folder / "manifest.json").exists() and look(folder).done > 0


@pytest.mark.parametrize("jobs", ["2", pytest.param("1", marks=long_form)])
@pytest.mark.parametrize(
    "kind", ["compare", *(pytest.param(kind, marks=long_form) for kind in OTHERS)]
)
def test_in_the_middle_it_names_what_is_kept_and_how_to_go_on(tmp_path, kind, jobs):
    words = [*COMMANDS[kind], "--jobs", jobs, "--quiet", "--out", "x"]
    code, err = interrupted(words, tmp_path, has_runs(tmp_path / "x"))
    assert code == 130
    said = re.search(
        r"^(\d+) of (\d+) runs are kept; to go on: kemitraan resume x$", err, re.MULTILINE
    )
    assert said, err
    found = look(tmp_path / "x")
    assert (found.done, found.runs) == (int(said[1]), int(said[2]))
    assert not found.running
    if KILLS:
        finished(PLAIN, ["resume", "x", "--quiet"], tmp_path)
        finished(PLAIN, [*words[:-1], "y"], tmp_path)
        assert same_files(tmp_path / "x") == same_files(tmp_path / "y")


@long_form
@pytest.mark.parametrize("kind", list(COMMANDS))
def test_before_anything_is_written_it_says_that_nothing_was(tmp_path, kind):
    words = [*COMMANDS[kind], "--jobs", "2", "--quiet", "--out", "x"]
    code, err = interrupted(words, tmp_path, (tmp_path / "in_trial").exists, IN_TRIAL)
    assert code == 130
    assert "stopped: the runs were not finished and no folder was written" in err
    assert not (tmp_path / "x").exists()


@long_form
@pytest.mark.parametrize("kind", list(COMMANDS))
@pytest.mark.parametrize("what", ["runs.parquet", ".finishing", ".finishing/figures"])
def test_while_tables_and_figures_are_written_all_runs_are_kept(tmp_path, kind, what):
    words = [*COMMANDS[kind], "--jobs", "2", "--quiet", "--out", "x"]
    code, err = interrupted(words, tmp_path, (tmp_path / "x" / what).exists)
    assert code == 130
    said = re.search(
        r"^(\d+) of (\d+) runs are kept; to go on: kemitraan resume x$", err, re.MULTILINE
    )
    assert said, err
    assert said[1] == said[2]
    finished(PLAIN, ["resume", "x", "--quiet"], tmp_path)
    assert not (tmp_path / "x" / "journal").exists()
    assert not (tmp_path / "x" / ".finishing").exists()
