"""resume, status, verify, rerun and plan as people type them, on a comparison of the real model."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest

from experiments import resume, store
from experiments.batch.failure import stage
from experiments.batch.look import look
from experiments.compare import compare
from experiments.study_json import INPUTS
from kemitraan.cli import main
from sim.errors import KemitraanError
from tests.batch_folders import same_files
from tests.dying import without_figures
from tests.test_batch_kills import moment

WORDS = ["compare", "cash_grant", "--scale", "200", "--months", "36", "--replicates", "3",
         "--jobs", "1"]  # fmt: skip
RUNS = 3 + 3 * 16
_run_unit = None


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    """Folders go to a place of the test's own; figures have tests of their own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(store, "_figures", lambda *_: None)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A folder that nothing happened to."""
    folder = tmp_path_factory.mktemp("whole") / "x"
    assert without_figures(lambda: main([*WORDS, "--quiet", "--out", str(folder)])) == 0
    return folder


@pytest.fixture
def mine(whole, tmp_path):
    """A copy of it, to change."""
    shutil.copytree(whole, tmp_path / "mine")
    return tmp_path / "mine"


def interrupted(monkeypatch, after, words=WORDS):
    """Runs a command and interrupts it after so many runs; its folder is `part`."""
    from experiments import compare_batch

    left = [after]
    inner = compare_batch.run_unit

    def counted(study, job):
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        return inner(study, job)

    counted.__module__, counted.__qualname__ = inner.__module__, inner.__qualname__
    with monkeypatch.context() as patch:
        patch.setattr(compare_batch, "run_unit", counted)
        return main([*words, "--out", "part"])


def test_an_interrupted_comparison_goes_on_to_the_same_bytes(whole, tmp_path, monkeypatch, capsys):
    assert interrupted(monkeypatch, 20) == 130
    shown = capsys.readouterr()
    assert shown.out == ""
    said = re.search(r"(\d+) of 51 runs are kept; to go on: (.*)", shown.err)
    assert int(said[1]) > 0
    assert said[2] == "kemitraan resume part"
    assert shown.err.splitlines()[-1] == "interrupted"
    assert main(["status", "part"]) == 0
    told = capsys.readouterr().out
    assert "part: compare, ended before all was done" in told
    assert f"51 runs: {said[1]} done, 0 failed, {51 - int(said[1])} to come" in told
    assert "to go on: kemitraan resume part" in told
    assert main([*WORDS, "--out", "part"]) == 2
    assert "not complete; name a new folder, or go on with it" in capsys.readouterr().err
    assert main(["verify", "part"]) == 0
    assert "not complete" in capsys.readouterr().out
    assert main(["resume", "part"]) == 0
    shown = capsys.readouterr()
    assert f"{said[1]} of 51 runs are kept" in shown.err
    assert shown.out.splitlines()[-1] == "part"
    assert "against no_policy" in shown.out
    assert same_files(tmp_path / "part") == same_files(whole)
    assert main(["resume", "part"]) == 0
    assert "is complete; nothing is left to run" in capsys.readouterr().err
    assert main(["status", "part", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["done"], document["waiting"], document["complete"]) == (51, 0, True)


def test_memory_and_a_folder_give_the_same_tables(whole, tmp_path):
    result = compare(
        "cash_grant", scale=200, months=36, replicates=3, jobs=1, quiet=True, out=tmp_path / "y"
    )
    plain = compare("cash_grant", scale=200, months=36, replicates=3, jobs=1, quiet=True)
    assert same_files(tmp_path / "y") == same_files(whole)
    pd.testing.assert_frame_equal(result.all_effects, plain.all_effects)
    assert str(result) == str(plain)
    store.write_folder(plain, tmp_path / "z")
    assert same_files(tmp_path / "z") == same_files(whole)
    again = result.results[7]
    for name in ("numbers", "series", "goods"):
        np.testing.assert_array_equal(getattr(again, name), getattr(plain.results[7], name))


@pytest.mark.skipif(sys.platform == "win32", reason="no process groups to kill there")
def test_a_comparison_killed_a_few_times_ends_with_the_same_bytes(whole, tmp_path):
    """With two processes, and figures left out in all of them."""
    script = (
        "import sys; from experiments import store; store._figures = lambda *_: None\n"
        "from kemitraan.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    words = [sys.executable, "-c", script]
    for k in range(4):
        begun = (tmp_path / "x" / "manifest.json").exists()
        asked = ["resume", "x", "--jobs", "2"] if begun else [*WORDS[:-1], "2", "--out", "x"]
        running = subprocess.Popen(
            [*words, *asked], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        deadline = time.monotonic() + 60
        while not (tmp_path / "x" / "journal").exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(0.4 + moment(("compare", k), 1.5))
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()
    assert main(["resume", "x", "--jobs", "1", "--quiet"]) == 0
    assert same_files(tmp_path / "x") == same_files(whole)


def test_a_folder_killed_before_its_first_run_is_begun_again(whole, tmp_path):
    (tmp_path / "x").mkdir()
    for name in ("design.parquet", "lock", ".manifest.json.partial"):
        (tmp_path / "x" / name).write_bytes(b"" if name == "lock" else b"half a")
    assert main(["resume", "x"]) == 2
    assert main([*WORDS, "--quiet", "--out", "x"]) == 0
    assert same_files(tmp_path / "x") == same_files(whole)


# -- verify


def test_verify_names_a_flipped_byte_in_any_file(mine, capsys):
    files = sorted(path for path in mine.rglob("*") if path.is_file())
    assert len(files) > 20
    for path in files:
        content = path.read_bytes()
        wrong = bytearray(content)
        wrong[len(wrong) // 2] ^= 1
        path.write_bytes(bytes(wrong))
        found = resume.verify(mine)
        assert found.changed == (path.relative_to(mine).as_posix(),)
        assert not found.sound
        path.write_bytes(content)
    assert resume.verify(mine).sound
    (mine / "summary.csv").unlink()
    (mine / "own.txt").write_text("mine", encoding="utf-8")
    assert main(["verify", "mine"]) == 3
    told = capsys.readouterr().out.splitlines()
    assert told[:2] == ["missing: summary.csv", "new: own.txt"]
    assert main(["verify", "mine", "--json"]) == 3
    document = json.loads(capsys.readouterr().out)
    assert (document["missing"], document["sound"]) == (["summary.csv"], False)


def test_a_flipped_byte_while_the_batch_goes_on_is_named_and_its_runs_done_again(
    whole, tmp_path, monkeypatch, capsys
):
    assert interrupted(monkeypatch, 30) == 130
    part = tmp_path / "part"
    files = [p for p in sorted(part.rglob("*")) if p.is_file() and p.stat().st_size]
    kinds = {path.suffix for path in files}
    assert {".log", ".done", ".parquet", ".json", ".sha256"} <= kinds
    for path in files:
        content = path.read_bytes()
        wrong = bytearray(content)
        wrong[len(wrong) // 2] ^= 1
        path.write_bytes(bytes(wrong))
        assert resume.verify(part).changed == (path.relative_to(part).as_posix(),)
        path.write_bytes(content)
    for pattern in ("parts/part-00000.parquet", "journal/*.log", "journal/00001.done"):
        path = next(iter(part.glob(pattern)))
        wrong = bytearray(path.read_bytes())
        wrong[len(wrong) // 2] ^= 1
        path.write_bytes(bytes(wrong))
    capsys.readouterr()
    assert main(["resume", "part", "--jobs", "1"]) == 0
    assert "done again: parts/part-00000.parquet, journal/00001.done" in capsys.readouterr().err
    assert same_files(part) == same_files(whole)


@pytest.mark.parametrize("name", ["design.parquet", INPUTS])
def test_changed_inputs_are_refused(tmp_path, monkeypatch, capsys, name):
    assert interrupted(monkeypatch, 3) == 130
    content = (tmp_path / "part" / name).read_bytes()
    (tmp_path / "part" / name).write_bytes(content.replace(b"37", b"73") + b" ")
    capsys.readouterr()
    assert main(["resume", "part"]) == 2
    assert name in capsys.readouterr().err


# -- rerun


def test_a_run_done_again_gives_the_same_bytes_or_says_why_not(mine, capsys, monkeypatch):
    ids = pd.read_parquet(mine / "runs.parquet")["id"]
    assert main(["rerun", "mine", "7"]) == 0
    told = capsys.readouterr().out
    assert f"run 7 ({ids[7]}): the same" in told
    assert main(["rerun", "mine", ids[40][:12]]) == 0
    assert "run 40 (" in capsys.readouterr().out
    for wrong in ("51", "-1", "zzzzzzz", "0123456789abcdef", "abc"):
        with pytest.raises(KemitraanError, match=r"there is none; give its number, 0 to 50"):
            resume.rerun(mine, wrong)
    from experiments import compare_batch

    inner = compare_batch.run_unit

    def other(study, job):
        found = inner(study, job)
        found.numbers[0, 5] *= 1.5
        return found

    other.__module__, other.__qualname__ = inner.__module__, "run_otherwise"
    monkeypatch.setattr(compare_batch, "run_unit", other)
    assert main(["rerun", "mine", "7"]) == 3
    told = capsys.readouterr().out
    assert re.search(r"1 of \d+ numbers differ, by 3\.3e-01 of their size", told)
    assert "another version" in told
    assert "function experiments.unit.run_unit, now experiments.unit.run_otherwise" in told
    assert same_files(mine)["runs.parquet"]


# -- another version, another writer


def test_another_version_does_not_go_on_and_says_what_differs(tmp_path, monkeypatch, capsys):
    assert interrupted(monkeypatch, 3) == 130
    program = tmp_path / "part" / "program.json"
    plain = json.loads(program.read_text(encoding="utf-8"))
    plain["versions"]["numpy"] = "1.0.0"
    plain["sources"]["sim/month.py"] = "0"
    program.write_text(json.dumps(plain), encoding="utf-8")
    manifest = tmp_path / "part" / "manifest.json"
    known = json.loads(manifest.read_text(encoding="utf-8"))
    known["batch"]["digests"]["program"] = "0"
    manifest.write_text(json.dumps(known), encoding="utf-8")
    capsys.readouterr()
    for lang, said in (("en", "was begun by another version: source sim/month.py; numpy 1.0.0"),
                       ("id", "dimulai oleh versi lain: source sim/month.py")):  # fmt: skip
        assert main(["resume", "part", "--lang", lang]) == 2
        assert said in capsys.readouterr().err


def test_a_second_writer_is_refused(tmp_path, monkeypatch, capsys):
    from experiments.batch.lock import FolderLock

    assert interrupted(monkeypatch, 3) == 130
    lock = FolderLock(tmp_path / "part")
    capsys.readouterr()
    assert main(["resume", "part"]) == 2
    assert "another process is writing to it" in capsys.readouterr().err
    assert look(tmp_path / "part").running
    lock.close()
    assert not look(tmp_path / "part").running


# -- failures


def failing(monkeypatch, replicates=(1,), role="draw"):
    """Runs of some replicates fail."""
    from experiments import compare_batch

    inner = compare_batch.run_unit

    def sometimes(study, job):
        if job.role == role and job.replicate in replicates:
            with stage("cash_grant: run"):
                raise ValueError("the cash is gone")
        return inner(study, job)

    sometimes.__module__, sometimes.__qualname__ = inner.__module__, inner.__qualname__
    monkeypatch.setattr(compare_batch, "run_unit", sometimes)


def test_a_failed_run_is_named_in_the_tables_and_ends_with_1(whole, tmp_path, monkeypatch, capsys):
    with monkeypatch.context() as patch:
        failing(patch)
        assert main([*WORDS, "--out", "x"]) == 1
        shown = capsys.readouterr()
        line = "1 of 51 replicates are missing from every table, their runs failed: run 1 (draw 1, "
        assert line + "cash_grant: run): the cash is gone" in " ".join(shown.out.split())
        assert shown.err.splitlines()[-1].startswith("1 of 51 runs failed, the first of them run 1")
        assert set(pd.read_csv("x/summary.csv")["pairs"]) == {2}
        manifest = json.loads((tmp_path / "x" / "manifest.json").read_text("utf-8"))
        assert manifest["complete"] is True
        assert (manifest["batch"]["done"], manifest["batch"]["failed"]) == (50, 1)
        assert any("the cash is gone" in note for note in manifest["notes"])
        assert main(["rerun", "x", "1"]) == 0
        assert "fails as before: the cash is gone" in capsys.readouterr().out
        assert main(["status", "x"]) == 0
        assert "run 1 failed (cash_grant: run): the cash is gone" in capsys.readouterr().out
    # Whatever it was, it is gone: only the failed run is done again.
    assert main(["resume", "x", "--failed"]) == 0
    assert "50 of 51 runs are kept; 1 to come" in capsys.readouterr().err
    assert same_files(tmp_path / "x") == same_files(whole)


def test_stop_ends_at_the_first_failed_run(tmp_path, monkeypatch, capsys):
    failing(monkeypatch, replicates=(2,))
    assert main([*WORDS, "--out", "x", "--on-error", "stop"]) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "run 2 failed (cash_grant: run): the cash is gone" in shown.err
    assert "to go on: kemitraan resume x" in shown.err
    assert main([*WORDS, "--out", "y", "--on-error", "never"]) == 2
    assert "--on-error never: is not known; known: record, stop" in capsys.readouterr().err
    assert not (tmp_path / "y").exists()


def test_too_many_failed_runs_make_no_table(tmp_path, monkeypatch, capsys):
    failing(monkeypatch, replicates=(0, 2))
    assert main([*WORDS, "--out", "x"]) == 1
    assert "2 of 51 runs failed, too many for a table (draw); the first" in capsys.readouterr().err
    assert main(["status", "x"]) == 0
    assert "51 runs: 49 done, 2 failed, 0 to come" in capsys.readouterr().out


# -- plan, and what does not fit


def test_a_plan_says_runs_seconds_and_bytes_and_writes_nothing(whole, tmp_path, capsys):
    assert main(["plan", *WORDS[1:], "--json", "--quiet"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["units"], document["runs"]) == (RUNS, 2 * RUNS)
    assert document["seconds"] > 0
    size = sum(path.stat().st_size for path in whole.rglob("*") if path.is_file())
    assert 0.3 * document["disk_bytes"] < size + 10e6 < 3 * document["disk_bytes"]
    assert list(tmp_path.iterdir()) == []
    assert main(["plan", *WORDS[1:]]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0] == "runs    51 units of 2 scenarios, 102 runs in all"
    assert len(told) == 4


def test_what_does_not_fit_is_refused_before_it_starts(tmp_path, monkeypatch, capsys):
    from experiments.batch import need

    monkeypatch.setattr(need.refuse_what_does_not_fit, "__kwdefaults__",
                        {"disk": lambda _: 1_000_000, "memory": lambda: 10**12})  # fmt: skip
    assert main([*WORDS, "--out", "x"]) == 2
    told = capsys.readouterr().err.splitlines()[-1]
    assert re.fullmatch(r"x: needs about \d+ MB of disk, and 1\.0 MB are free; take .*", told)
    monkeypatch.setattr(need.refuse_what_does_not_fit, "__kwdefaults__",
                        {"disk": lambda _: 10**12, "memory": lambda: 50_000_000})  # fmt: skip
    assert main([*WORDS, "--out", "x"]) == 2
    told = capsys.readouterr().err.splitlines()[-1]
    assert re.match(r"needs about \d+ MB of memory, and 50 MB are free; use fewer", told)
    assert list(tmp_path.iterdir()) == []


def test_an_old_folder_says_what_it_is(tmp_path, capsys):
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "manifest.json").write_text(
        '{"schema": 2, "kind": "compare", "complete": true, "files": {}}', encoding="utf-8"
    )
    assert main(["verify", "old"]) == 0
    for command in ("resume", "status"):
        assert main([command, "old"]) == 2
        assert "keeps no runs" in capsys.readouterr().err
    for words in (["resume", "nothing"], ["verify", "nothing"], ["rerun", "nothing", "1"]):
        assert main(words) == 2
        assert "no such folder" in capsys.readouterr().err
