"""Folders with files that are gone, or that no reader makes sense of: said, with what to do."""

import json
import shutil
import threading

import numpy as np
import pytest

from experiments import resume
from experiments.batch.evaluate import evaluate
from kemitraan.cli import main
from sim.errors import KemitraanError
from tests import batch_models
from tests.dying import without_figures

WORDS = ["compare", "cash_grant", "--scale", "200", "--months", "36", "--replicates", "2",
         "--jobs", "1", "--quiet"]  # fmt: skip
TOLD = "is missing or damaged; copy the original back"


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole") / "x"
    assert without_figures(lambda: main([*WORDS, "--out", str(folder)])) == 0
    return folder


@pytest.fixture
def mine(whole, tmp_path):
    shutil.copytree(whole, tmp_path / "mine")
    return tmp_path / "mine"


@pytest.mark.parametrize("how", ["gone", "cut"])
@pytest.mark.parametrize(
    ("command", "name"),
    [
        (["status"], "runs.parquet"),
        (["rerun", "1"], "runs.parquet"),
        (["resume", "--failed"], "runs.parquet"),
        (["rerun", "1"], "parts/part-00000.parquet"),
        (["rerun", "1"], "parts/months-00000.parquet"),
        (["rerun", "1"], "inputs.json"),
        (["rerun", "1"], "design.parquet"),
    ],
)
def test_a_file_that_is_gone_or_cut_is_named(mine, capsys, command, name, how):
    if how == "gone":
        (mine / name).unlink()
    else:
        (mine / name).write_bytes((mine / name).read_bytes()[:100])
    capsys.readouterr()
    assert main([command[0], str(mine), *command[1:]]) == 2
    told = capsys.readouterr().err
    assert name.rpartition("/")[2] in told
    assert "internal error" not in told
    assert "copy the original back" in told or "start again with another --out" in told


def test_it_is_said_in_indonesian(mine, capsys):
    (mine / "runs.parquet").unlink()
    assert main(["status", str(mine), "--lang", "id"]) == 2
    assert "hilang atau rusak; salin kembali aslinya" in capsys.readouterr().err


def test_a_manifest_of_other_things_is_none(mine, capsys):
    for plain in ({"schema": 2, "kind": "compare", "batch": 3}, [1], {}):
        (mine / "manifest.json").write_text(json.dumps(plain), encoding="utf-8")
        assert main(["status", str(mine)]) == 2
        assert main(["resume", str(mine)]) == 2
        assert "internal error" not in capsys.readouterr().err


def test_a_run_that_differs_because_its_part_changed_says_so(mine, capsys):
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = mine / "parts" / "part-00000.parquet"
    table = pq.read_table(path)
    values = table["profit"].to_numpy().copy()
    values[0] += 1.0
    place = table.column_names.index("profit")
    pq.write_table(table.set_column(place, "profit", pa.array(values)), path)
    assert main(["rerun", str(mine), "0"]) == 3
    told = capsys.readouterr().out
    assert "parts/part-00000.parquet has changed since it was written" in told
    assert "1 of" in told


def test_a_run_of_a_version_with_other_outcomes_is_not_compared(mine, capsys):
    for name, change in (
        ("manifest.json", lambda plain: plain["batch"]["digests"].update(layout="0")),
        ("program.json", lambda plain: plain["sources"].update({"sim/outcomes.py": "0"})),
    ):
        plain = json.loads((mine / name).read_text(encoding="utf-8"))
        change(plain)
        (mine / name).write_text(json.dumps(plain), encoding="utf-8")
    assert main(["rerun", str(mine), "0"]) == 2
    told = capsys.readouterr().err
    assert "another version, which measures a run by other outcomes: source sim/outcomes.py" in told


# -- looked at while somebody is writing


def test_a_folder_can_be_looked_at_and_hashed_while_it_is_written(tmp_path):
    points = {"x": np.arange(6000.0)}
    outputs = [f"y{k}" for k in range(64)]

    def batches():
        for k in range(3):
            evaluate(batch_models.wide, points, outputs, out=tmp_path / str(k))

    writer = threading.Thread(target=batches)
    writer.start()
    seen, faults = 0, []
    while writer.is_alive():
        for folder in sorted(tmp_path.iterdir()):
            if not (folder / "manifest.json").is_file():
                continue
            found, hashed = resume.status(folder), resume.verify(folder)
            seen += 1
            faults += [] if hashed.sound else [(hashed.changed, hashed.missing)]
            assert 0 <= found.done <= 6000
            assert found.waiting >= 0
    writer.join()
    assert seen > 5
    assert faults == []


def test_files_that_go_away_while_they_are_looked_at_are_looked_at_again(tmp_path, monkeypatch):
    from experiments.batch import look, verify

    evaluate(batch_models.parabola, {"a": [1.0, 2.0], "b": [0.0, 1.0]}, out=tmp_path / "x")
    for module, name, inner in (
        (look, "_look", look._look),
        (verify, "_verify", verify._verify),
    ):
        left = [3]

        def going(folder, inner=inner, left=left):
            left[0] -= 1
            if left[0] >= 0:
                raise FileNotFoundError(folder)
            return inner(folder)

        monkeypatch.setattr(module, name, going)
    assert resume.status(tmp_path / "x").done == 2
    assert resume.verify(tmp_path / "x").sound


def test_a_folder_of_a_function_whose_part_changed_is_not_believed(tmp_path):
    points = {"a": [1.0, 2.0], "b": [0.0, 1.0]}
    evaluate(batch_models.parabola, points, out=tmp_path / "x")
    path = tmp_path / "x" / "parts" / "part-00000.parquet"
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(KemitraanError, match=TOLD):
        evaluate(batch_models.parabola, points, out=tmp_path / "x")
