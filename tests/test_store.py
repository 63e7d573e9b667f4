"""Folders of comparisons: two runs at once get a folder each, and nothing is written over."""

import json
import threading

import pytest

from experiments import store
from experiments.compare import compare
from kemitraan.cli import main
from sim.errors import KemitraanError

SMALL = {"scale": 200, "months": 36, "replicates": 2, "jobs": 1, "quiet": True}
WORDS = ["compare", "cash_grant", "--scale", "200", "--months", "36", "--replicates", "2",
         "--jobs", "1", "--uncertainty", "seeds", "--quiet"]  # fmt: skip


@pytest.fixture(scope="module")
def result():
    return compare("cash_grant", uncertainty="seeds", **SMALL)


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(store, "_figures", lambda *_: None)


def complete(root):
    """Names of the folders that hold a finished comparison; there is nothing else."""
    for folder in root.iterdir():
        assert json.loads((folder / "manifest.json").read_text("utf-8"))["complete"] is True
    return sorted(folder.name for folder in root.iterdir())


def test_runs_that_end_at_once_get_a_folder_each(result, tmp_path):
    count = 6
    together = threading.Barrier(count)
    folders = []

    def write():
        together.wait()
        folders.append(store.write_next_folder(result, tmp_path / "runs"))

    threads = [threading.Thread(target=write) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    names = [f"compare-{n:03d}" for n in range(1, count + 1)]
    assert sorted(folder.name for folder in folders) == names
    assert complete(tmp_path / "runs") == names


def test_a_folder_taken_after_the_look_is_left_alone(monkeypatch, tmp_path, capsys):
    """Another process begins first: it has the folder that was the next one when we looked."""
    import experiments.compare

    prepare = experiments.compare.prepare

    def overtaken(*given, **options):
        (tmp_path / "runs" / "compare-001").mkdir(parents=True)
        (tmp_path / "runs" / "compare-001" / "manifest.json").write_text(
            '{"complete": true, "whose": "the other run\'s"}', encoding="utf-8"
        )
        return prepare(*given, **options)

    monkeypatch.setattr(experiments.compare, "prepare", overtaken)
    assert main(WORDS) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "runs/compare-002"
    assert complete(tmp_path / "runs") == ["compare-001", "compare-002"]
    kept = (tmp_path / "runs" / "compare-001" / "manifest.json").read_text(encoding="utf-8")
    assert "the other run's" in kept


def test_a_name_taken_between_look_and_making_is_tried_again(result, monkeypatch, tmp_path):
    store.write_next_folder(result)
    names = iter(["compare-001", "compare-001", "compare-002"])
    monkeypatch.setattr(store, "next_folder", lambda root, _kind: root / next(names))
    assert store.write_next_folder(result).name == "compare-002"
    assert complete(tmp_path / "runs") == ["compare-001", "compare-002"]


def test_a_folder_asked_for_must_be_new_and_this_is_said_before_the_work(
    monkeypatch, tmp_path, capsys
):
    from experiments.batch.pool import LocalPool

    monkeypatch.setattr(LocalPool, "run", lambda *_, **__: pytest.fail("it ran"))
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "kept.txt").write_text("kept", encoding="utf-8")
    assert main([*WORDS, "--out", "mine"]) == 2
    assert "--out mine: is there already and not empty" in capsys.readouterr().err
    (tmp_path / "runs").write_text("a file in the way", encoding="utf-8")
    assert main(WORDS) == 2
    assert "runs is a file; name another place with --out" in capsys.readouterr().err


def test_a_disk_that_fails_is_named_and_leaves_nothing(result, monkeypatch, tmp_path):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store, "_tables", full)
    with pytest.raises(KemitraanError, match="cannot be written: No space left"):
        store.write_next_folder(result, tmp_path / "runs")
    assert list((tmp_path / "runs").iterdir()) == []
