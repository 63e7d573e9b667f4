"""An experiment's folder: the same bytes however it came about, one writer, nothing taken twice."""

import errno
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments.batch import atomic, store
from experiments.batch.checksums import CHECKSUMS, files_in, read_checksums
from experiments.batch.ended import BatchError, resume_words
from experiments.batch.evaluate import evaluate
from experiments.batch.failure import Failure
from experiments.batch.journal import Log
from experiments.batch.lock import FolderLock, is_locked
from experiments.batch.sealed import seal, unseal
from experiments.batch.work import Outcome
from sim.errors import KemitraanError
from tests import batch_models
from tests.batch_folders import points, same_files
from tests.dying import dies_at_a_rename, renames_of


def run(folder, count=20, function=batch_models.lucky, **options):
    """An experiment of a few runs."""
    given = {"outputs": ("u", "v"), "seed": 3, "replicates": 2} | options
    return evaluate(function, points(count), out=folder, **given)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A folder that nothing happened to."""
    folder = tmp_path_factory.mktemp("whole") / "x"
    run(folder)
    return folder


def test_a_folder_holds_design_runs_and_parts(whole):
    design = pd.read_parquet(whole / "design.parquet")
    assert list(design.columns) == ["unit", "role", "replicate", "seed", "a", "b"]
    assert len(design) == 40
    runs = pd.read_parquet(whole / "runs.parquet")
    assert runs["id"].is_unique
    assert set(runs["state"]) == {"done"}
    parts = [pd.read_parquet(path) for path in sorted((whole / "parts").iterdir())]
    assert len(parts) == 8
    assert list(parts[0].columns) == ["run", "u", "v"]
    assert pd.concat(parts)["run"].tolist() == list(range(40))
    manifest = json.loads((whole / "manifest.json").read_text("utf-8"))
    assert manifest["complete"] is True
    assert manifest["batch"]["done"] == 40
    assert not (whole / "journal").exists()
    assert not (whole / "lock").exists()


def test_numbers_come_back_as_they_were_given(whole):
    found = run(whole)  # read, not run
    expected = evaluate(batch_models.lucky, points(20), ("u", "v"), seed=3, replicates=2)
    np.testing.assert_array_equal(found, expected)
    odd = {"a": [0.1, -0.0, np.nextafter(1, 2), 1e-320], "b": [np.inf, np.nan, -1e308, 5.0]}
    straight = evaluate(batch_models.lucky, odd, ("u", "v"), seed=1)
    kept = evaluate(batch_models.lucky, odd, ("u", "v"), seed=1, out=whole.parent / "odd")
    np.testing.assert_array_equal(kept.view(np.int64), straight.view(np.int64))


def test_another_number_of_workers_gives_the_same_bytes(whole, tmp_path):
    for jobs in (2, 4):
        run(tmp_path / str(jobs), jobs=jobs)
        assert same_files(tmp_path / str(jobs)) == same_files(whole)


def read_checksums_now(folder):
    """Hashes of all files that are there."""
    return {n: atomic.digest_of(folder / n) for n in files_in(folder, [CHECKSUMS])}


def test_ended_at_any_rename_a_batch_goes_on_to_the_same_bytes(whole, tmp_path, monkeypatch):
    """Each file gets its name by a rename: before and after each of them the process may die.

    A process that is killed removes nothing: what it had half written is there again afterwards.
    """
    monkeypatch.setattr(os, "fsync", lambda _: None)  # no power is cut here
    total = renames_of(monkeypatch, lambda: run(tmp_path / "counted"))
    assert total > 20
    for after in (False, True):
        for k in range(total):
            folder = tmp_path / f"{k}-{after}"
            dies_at_a_rename(monkeypatch, lambda folder=folder: run(folder), k, after=after)
            run(folder)
            assert same_files(folder) == same_files(whole), (k, after)
            assert read_checksums(folder) == read_checksums_now(folder), (k, after)


def entries(path):
    """Runs whose records a log holds whole."""
    log = Log(path)
    log.close()
    return sorted(log.entries)


def test_a_torn_record_is_dropped_and_its_run_done_again(tmp_path):
    log = Log(tmp_path / "log")
    records = np.arange(6.0).reshape(3, 2)
    log.add([Outcome(k, records[k], 0.5) for k in range(3)])
    log.close()
    content = (tmp_path / "log").read_bytes()
    each = len(content) // 3
    for end in range(len(content) + 1):
        (tmp_path / "log").write_bytes(content[:end])
        again = Log(tmp_path / "log")
        assert sorted(again.entries) == list(range(end // each))
        assert again.torn == end % each
        runs, found, _ = again.read(2)
        np.testing.assert_array_equal(found, records[: len(runs)])
        again.add([Outcome(7, records[0], 0.1)])
        again.close()
        assert entries(tmp_path / "log") == [*range(end // each), 7]


def test_a_flipped_byte_of_a_log_is_never_taken_for_a_number(tmp_path):
    log = Log(tmp_path / "log")
    log.add([Outcome(0, np.array([1.5]), 0.5), Outcome(1, np.array([2.5]), 0.5)])
    log.close()
    content = (tmp_path / "log").read_bytes()
    for at in range(len(content)):
        wrong = bytearray(content)
        wrong[at] ^= 1
        (tmp_path / "log").write_bytes(bytes(wrong))
        kept = entries(tmp_path / "log")
        assert kept == ([0] if at >= len(content) // 2 else [])


def test_a_seal_shows_every_changed_byte():
    content = seal("one\ntwo")
    assert unseal(content) == "one\ntwo\n"
    for at in range(len(content)):
        wrong = bytearray(content)
        wrong[at] ^= 1
        assert unseal(bytes(wrong)) is None
        assert unseal(content[:at]) is None


def test_checksums_are_read_by_sha256sum(whole):
    listed = read_checksums(whole)
    assert {"manifest.json", "design.parquet", "seconds.csv", "parts/part-00000.parquet"} <= {
        *listed
    }
    if sys.platform == "linux":
        done = subprocess.run(
            ["sha256sum", "-c", "checksums.sha256"], cwd=whole, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr


# -- who may write


def test_two_writers_are_refused(tmp_path):
    lock = FolderLock(tmp_path)
    assert is_locked(tmp_path)
    with pytest.raises(KemitraanError, match="another process is writing to it"):
        FolderLock(tmp_path)
    script = (
        "import sys; from pathlib import Path; from experiments.batch.lock import FolderLock\n"
        "try: FolderLock(Path(sys.argv[1]))\nexcept Exception as error: print(error)"
    )
    words = [sys.executable, "-c", script, str(tmp_path)]
    other = subprocess.run(words, capture_output=True, text=True, check=True)
    assert "another process is writing to it" in other.stdout
    lock.close()
    assert not is_locked(tmp_path)
    second = FolderLock(tmp_path)
    assert second.left_behind
    second.close(remove=True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="ends by itself there")
def test_the_lock_of_a_killed_process_is_free(tmp_path):
    script = (
        "import os, signal, sys; from pathlib import Path\n"
        "from experiments.batch.lock import FolderLock\n"
        "lock = FolderLock(Path(sys.argv[1])); os.kill(os.getpid(), signal.SIGKILL)"
    )
    killed = subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=False)
    assert killed.returncode < 0
    lock = FolderLock(tmp_path)
    assert lock.left_behind
    lock.close()


def test_a_used_folder_is_refused(tmp_path):
    (tmp_path / "mine.txt").write_text("kept", encoding="utf-8")
    with pytest.raises(KemitraanError, match="is there already and not empty"):
        run(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"function": batch_models.other_luck}, "other_luck"),
        ({"count": 21}, "at other points"),
        ({"seed": 4}, "other points, or with another seed"),
        ({"outputs": ("u", "w")}, "what is asked"),
    ],
)
def test_a_folder_of_other_runs_is_refused(whole, options, why):
    before = same_files(whole)
    with pytest.raises(KemitraanError, match=why):
        run(whole, **options)
    assert same_files(whole) == before


def test_a_changed_source_is_another_version(tmp_path):
    """The folder names the file that changed; it is not gone on with."""
    source = (
        "import numpy as np\n\n\ndef model(x):\n    if x[0] == 3: raise KeyboardInterrupt\n"
        "    return x[0]\n"
    )
    (tmp_path / "my_model.py").write_text(source, encoding="utf-8")
    script = (
        "import sys; sys.path.insert(0, '.')\nimport my_model\n"
        "from experiments.batch.evaluate import evaluate\n"
        "try: print(evaluate(my_model.model, {'x': range(5)}, out='x').ravel())\n"
        "except (Exception, KeyboardInterrupt) as error: print(type(error).__name__, error)"
    )

    def again():
        words = [sys.executable, "-c", script]
        env = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
        done = subprocess.run(
            words, cwd=tmp_path, capture_output=True, text=True, check=True, env=env
        )
        return done.stdout

    told = again()
    assert told.startswith("Interrupted")
    assert "of 5 runs are kept; to go on: kemitraan resume x" in told
    (tmp_path / "my_model.py").write_text(source + "\n# other\n", encoding="utf-8")
    told = again()
    assert "begun by another version: source my_model.py; mixed runs" in told
    fixed = source.replace("    if x[0] == 3: raise KeyboardInterrupt\n", "")
    (tmp_path / "my_model.py").write_text(fixed, encoding="utf-8")
    assert "another version: source my_model.py" in again()


# -- failures are rows


def test_a_failed_run_is_a_row_with_stage_message_and_traceback(tmp_path):
    found = evaluate(batch_models.broken, {"x": [4.0, -1.0, 9.0]}, out=tmp_path / "x")
    np.testing.assert_array_equal(found.ravel(), [2.0, np.nan, 3.0])
    row = pd.read_parquet(tmp_path / "x" / "runs.parquet").iloc[1]
    assert (row["state"], row["stage"], row["error"]) == ("failed", "run", "ValueError")
    assert row["message"] == "no root of -1"
    last = row["traceback"].splitlines()[-1]
    assert last.startswith("tests/batch_models.py:")
    assert "in broken: raise ValueError" in last
    text = (tmp_path / "x" / "runs.parquet").read_bytes()
    assert str(tmp_path.parents[-2]).encode() not in text
    for jobs in (1, 2):
        evaluate(batch_models.broken, {"x": [4.0, -1.0, 9.0]}, out=tmp_path / str(jobs), jobs=jobs)
        assert same_files(tmp_path / str(jobs)) == same_files(tmp_path / "x")


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize(
    ("function", "error", "message"),
    [
        (batch_models.leaving, "SystemExit", "no more"),
        (batch_models.mute, "MuteError", "tells no message: ValueError"),
    ],
)
def test_a_run_that_ends_the_program_or_says_nothing_failed(
    tmp_path, function, error, message, jobs
):
    points = {"x": [1.0, -1.0, 3.0, 4.0]}
    found = evaluate(function, points, out=tmp_path / "x", jobs=jobs)
    np.testing.assert_array_equal(found.ravel(), [1.0, np.nan, 3.0, 4.0])
    row = pd.read_parquet(tmp_path / "x" / "runs.parquet").iloc[1]
    assert (row["stage"], row["error"], row["message"]) == ("run", error, message)


def test_a_failure_is_told_where_the_working_folder_is_gone(tmp_path, monkeypatch):
    def gone():
        raise FileNotFoundError

    monkeypatch.setattr(Path, "cwd", gone)
    assert Failure.of(ValueError("some words")).message == "some words"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"outputs": ("u", "u")}, "u: stands for two columns of a table"),
        ({"outputs": ("run", "u")}, "run: stands for two columns of a table"),
    ],
)
def test_outputs_have_names_of_their_own(tmp_path, options, told):
    with pytest.raises(KemitraanError, match=told):
        run(tmp_path / "x", **options)


def test_inputs_have_names_of_their_own(tmp_path):
    with pytest.raises(KemitraanError, match=r"seed: stands for two columns of the design; .* uni"):
        evaluate(batch_models.scaled, {"seed": [1.0]}, out=tmp_path / "x")
    assert list((tmp_path / "x").iterdir()) == []


def test_a_file_where_the_folder_should_be_is_refused(tmp_path):
    (tmp_path / "x").write_text("mine", encoding="utf-8")
    with pytest.raises(KemitraanError, match="is a file; name a new folder"):
        run(tmp_path / "x")
    with pytest.raises(KemitraanError, match="--on-error perhaps: is not known"):
        evaluate(batch_models.scaled, {"x": [1.0]}, on_error="perhaps")


@pytest.mark.skipif(os.name == "nt", reason="words of another shell")
@pytest.mark.parametrize("name", ["a", "two words", "it's", "a$b", "ünïcode", "a(1)&b"])
def test_the_command_to_go_on_can_be_typed_as_it_is(name):
    assert shlex.split(resume_words(Path("runs") / name)) == ["kemitraan", "resume", f"runs/{name}"]


def test_a_disk_that_is_still_full_is_told_when_gone_on_with(tmp_path, monkeypatch):
    whole = run(tmp_path / "whole")

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(store, "write_part", full)
        with pytest.raises(BatchError, match=r"No space left on device; \d+ of 40 runs are kept"):
            run(tmp_path / "x")
        with pytest.raises(BatchError, match="what is there is kept; free some space, then: "):
            run(tmp_path / "x")
    np.testing.assert_array_equal(run(tmp_path / "x"), whole)
    assert same_files(tmp_path / "x") == same_files(tmp_path / "whole")


def test_a_run_of_another_shape_failed(tmp_path):
    found = evaluate(batch_models.growing, {"x": [1.0, 5.0]}, out=tmp_path / "x")
    assert np.isnan(found.ravel()).tolist() == [False, True]
    row = pd.read_parquet(tmp_path / "x" / "runs.parquet").iloc[1]
    assert row["stage"] == "record"
    assert "expected (1,)" in row["message"]


def test_stop_ends_at_the_first_failure_and_keeps_the_others(tmp_path):
    folder, given = tmp_path / "x", {"x": [1.0, -1.0, 4.0, 9.0]}
    with pytest.raises(BatchError, match=r"run 1 failed \(run\): no root of -1; .* kept"):
        evaluate(batch_models.broken, given, out=folder, on_error="stop")
    assert json.loads((folder / "manifest.json").read_text("utf-8"))["complete"] is False
    found = evaluate(batch_models.broken, given, out=folder)
    np.testing.assert_array_equal(found.ravel(), [1.0, np.nan, 2.0, 3.0])


@pytest.mark.skipif(sys.platform == "win32", reason="no limit on the size of a file there")
def test_a_full_disk_is_told_and_the_batch_goes_on_after_it(tmp_path):
    """A limit on the size of files stands for the disk: the system refuses to write on."""
    words = (
        "import resource, sys\nfrom tests.batch_models import wide\n"
        "from experiments.batch.evaluate import evaluate\n"
        "if sys.argv[2] != 'free': "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))\n"
        "outputs = [f'y{k}' for k in range(64)]\n"
        "try: evaluate(wide, {'x': [k / 7 for k in range(4000)]}, outputs, out=sys.argv[1])\n"
        "except Exception as error: print(type(error).__name__, error.exit_code, error)"
    )

    def limited(name, limit):
        done = subprocess.run(
            [sys.executable, "-c", words, str(tmp_path / name), limit],
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    assert limited("x", "free") == ""
    told = limited("y", "20000")  # the design is larger than that
    assert "KemitraanError 1" in told
    assert "cannot be written" in told
    assert list((tmp_path / "y").iterdir()) == []
    told = limited("y", "150000")  # the log of a part is larger
    assert re.search(
        r"BatchError 1 .*cannot be written: File too large; \d+ of 4000 runs are", told
    )
    assert "free some space, then: kemitraan resume" in told
    assert limited("y", "free") == ""
    assert same_files(tmp_path / "y") == same_files(tmp_path / "x")
