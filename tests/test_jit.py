"""The folder of machine code: named by its sources, made where it may be, kept small."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import numba
import pytest

from sim import jit as subject

ROOT = Path(__file__).resolve().parents[1]


def test_the_cache_is_for_these_kernels_only(monkeypatch, tmp_path):
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))
    subject.jit(lambda x: x)
    assert str(tmp_path) == numba.config.CACHE_DIR


def test_a_compiled_function_stays_as_written():
    @subject.jit
    def ratio(x, y):
        return x / y

    assert ratio(1.0, 0.0) == float("inf")
    assert not ratio.targetoptions.get("fastmath", False)


def test_the_name_changes_with_any_source(monkeypatch, tmp_path):
    (tmp_path / "processes").mkdir()
    kernel, helper = tmp_path / "jit.py", tmp_path / "processes" / "helper.py"
    kernel.write_text("a = 1\n", encoding="utf-8")
    helper.write_text("b = 1\n", encoding="utf-8")
    monkeypatch.setattr(subject, "__file__", str(kernel))
    before = subject._source_hash()
    assert subject._source_hash() == before
    helper.write_text("b = 2\n", encoding="utf-8")
    changed = subject._source_hash()
    helper.rename(tmp_path / "processes" / "other.py")
    assert len({before, changed, subject._source_hash()}) == 3


def test_a_chosen_folder_comes_first(monkeypatch, tmp_path):
    monkeypatch.setenv("KEMITRAAN_CACHE_DIR", str(tmp_path / "mine"))
    assert subject.user_cache_folder() == tmp_path / "mine"


@pytest.mark.parametrize(
    ("system", "variable", "tail"),
    [
        ("win32", "LOCALAPPDATA", ("kemitraan",)),
        ("linux", "XDG_CACHE_HOME", ("kemitraan",)),
        ("darwin", "HOME", ("Library", "Caches", "kemitraan")),
    ],
)
def test_the_habit_of_the_system(monkeypatch, tmp_path, system, variable, tail):
    monkeypatch.delenv("KEMITRAAN_CACHE_DIR", raising=False)
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.setenv(variable, str(tmp_path))
    assert subject.user_cache_folder() == tmp_path.joinpath(*tail)


def test_a_relative_xdg_folder_is_ignored(monkeypatch, tmp_path):
    monkeypatch.delenv("KEMITRAAN_CACHE_DIR", raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", "somewhere")
    assert subject.user_cache_folder() == tmp_path / ".cache" / "kemitraan"


def test_only_old_folders_of_other_sources_go(tmp_path):
    now = time.time()
    names = [f"{number:020x}" for number in range(8)]
    for age, name in enumerate(names):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "x.nbi").touch()
        hours = 0.1 * age if age < 4 else 24.0 * age
        os.utime(folder, (now - 3600 * hours, now - 3600 * hours))
    (tmp_path / "of somebody else").mkdir()
    subject._remove_old(tmp_path, keep=names[7])
    # four used within the hour, and the own one however old
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        *names[:4],
        names[7],
        "of somebody else",
    ]
    subject._remove_old(tmp_path / "missing", keep="")


WARMTH = """
import os
from sim.jit import cache_folder, cache_is_warm
before = cache_is_warm()
from sim.draws import uniform
uniform(1, 2, 3, 4, 0, 0, 0, 0)
assert not cache_is_warm("run_month")
print(before, cache_is_warm(), os.environ["KEMITRAAN_CACHE_DIR"], cache_folder(), sep="|")
"""


def start(cache):
    environment = os.environ | {"KEMITRAAN_CACHE_DIR": str(cache), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", WARMTH],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    return done.stdout.strip().split("|")


def test_the_second_start_is_warm(tmp_path):
    assert start(tmp_path)[:2] == ["False", "True"]
    assert start(tmp_path)[:2] == ["True", "True"]


def test_a_folder_that_cannot_be_made_gives_a_private_one_for_a_while(tmp_path):
    blocked = tmp_path / "a file"
    blocked.touch()
    before, after, told, folder = start(blocked)
    assert (before, after) == ("False", "True")
    assert Path(folder).is_relative_to(told)  # the workers find it too
    assert told != str(blocked)
    assert not Path(told).exists()
