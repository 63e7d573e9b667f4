"""`pack` and `reproduce` on experiments of every kind, as people type them."""

import getpass
import json
import re
import shutil
import socket
import zipfile
from pathlib import Path

import pytest

import kemitraan as km
from experiments import sensitivity_store, store
from experiments.batch.checksums import CHECKSUMS
from experiments.batch.ended import BatchError
from experiments.batch.evaluate import evaluate
from experiments.batch.manifest import CRATE
from experiments.batch.sources import ROOT
from experiments.explore import store as explore_store
from experiments.packing import fresh
from experiments.packing.make import pack
from experiments.packing.reproduce import reproduce
from kemitraan.cli import main
from sim.errors import KemitraanError
from tests.batch_folders import same_files
from tests.batch_models import broken
from tests.functions import ISHIGAMI, ishigami
from tests.packs import members, mended, shifted, zipped

# Reached at the first look: the further runs of the design are never wanted.
COMPARE = ["compare", "cash_grant", "--scale", "200", "--months", "36", "--replicates", "16",
           "--uncertainty", "seeds", "--precision", "jobs: 1000000", "--max-replicates", "40",
           "--jobs", "1", "--quiet"]  # fmt: skip
CAP = 40
REAL = {
    "sensitivity": [
        "sensitivity", "mandated_hotel_partnership", "--region", "kutai_timur", "--scale", "40",
        "--months", "36", "--parameters", "displacement", "--method", "morris", "--samples", "2",
        "--replicates", "1", "--jobs", "1", "--quiet",
    ],
    "explore": [
        "explore", "mandated_hotel_partnership", "voluntary_coaching", "--scale", "200",
        "--months", "36", "--replicates", "16", "--satisfy", "profit>0", "--jobs", "1", "--quiet",
    ],
}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def _no_figures():
    """Figures have tests of their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "_figures", lambda *_: None)
        patch.setattr(sensitivity_store, "_figures", lambda *_: None)
        patch.setattr(explore_store, "_figures", lambda *_: None)
        yield


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
    """A comparison that stopped early, in a folder."""
    folder = tmp_path_factory.mktemp("compared") / "x"
    assert main([*COMPARE, "--out", str(folder)]) == 0
    return folder


@pytest.fixture(scope="module")
def whole(compared):
    """It, packed with its runs."""
    path = compared.parent / "whole.zip"
    pack(compared, path)
    return path


@pytest.fixture(scope="module")
def bare(compared):
    """It, packed without its runs."""
    path = compared.parent / "bare.zip"
    pack(compared, path, runs=False)
    return path


@pytest.fixture(scope="module")
def studied(tmp_path_factory):
    """A sensitivity study of a function, packed without its runs."""
    folder = tmp_path_factory.mktemp("studied") / "x"
    km.sensitivity(function=ishigami, problem=ISHIGAMI, method="morris", samples=4, jobs=1,
                   quiet=True, out=folder)  # fmt: skip
    path = folder.parent / "studied.zip"
    pack(folder, path, runs=False)
    return path


def test_all_of_a_comparison_comes_out_again(whole, compared, tmp_path, capsys):
    assert main(["reproduce", str(whole), "--jobs", "1", "--quiet", "--out", "again"]) == 0
    told = capsys.readouterr().out
    assert "every byte should come out again" in told
    assert "IDENTICAL" in told
    assert told.splitlines()[-1] == "again"
    assert same_files(tmp_path / "again") == same_files(compared)


@pytest.mark.parametrize("asked", [{"runs": 2}, {"share": 0.1}])
def test_a_few_runs_can_be_checked_by_their_hashes_alone(bare, asked):
    found = reproduce(bare, jobs=1, quiet=True, **asked)
    assert (found.verdict, found.same, found.differs) == ("identical", 2, ())
    assert found.sampled
    assert found.of == len(members(bare)["records.csv"].splitlines()) - 1


def test_runs_that_were_not_needed_are_not_listed(compared, whole):
    """The design holds them, the runs of the experiment do not."""
    manifest = json.loads((compared / "manifest.json").read_text("utf-8"))
    needed = CAP - manifest["batch"]["not_needed"]
    assert 16 <= needed < CAP
    files = members(whole)
    assert len(files["records.csv"].splitlines()) == needed + 1
    assert json.loads(files["pack.json"])["runs"] == needed
    with pytest.raises(KemitraanError, match=rf"--runs {CAP}: is outside 1\.\.{needed}"):
        reproduce(whole, runs=CAP)


def test_packing_twice_gives_the_same_bytes(compared, whole, tmp_path, capsys):
    again = pack(compared, tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == whole.read_bytes()
    assert again.with_runs
    with zipfile.ZipFile(whole) as archive:
        assert archive.namelist() == sorted(archive.namelist())
        assert {one.date_time for one in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert main(["reproduce", "again.zip", "--runs", "1", "--json", "--quiet"]) == 0
    assert json.loads(capsys.readouterr().out)["verdict"] == "identical"


def test_without_runs_only_they_are_left_out(whole, bare):
    gone = {*members(whole)} - {*members(bare)}
    assert gone
    assert all(n.startswith("experiment/parts/") or n == "experiment/outcomes.parquet"
               for n in gone)  # fmt: skip
    assert sorted(json.loads(members(bare)["pack.json"])["left_out"]) == sorted(
        name.removeprefix("experiment/") for name in gone
    )


def test_no_file_says_who_packed_it_where(whole, compared):
    files = members(whole)
    inside = members(files[json.loads(files["pack.json"])["program"]["wheel"]])
    secret = [str(ROOT), str(compared.parent), str(Path.home()) + "/"]
    # Shorter names are parts of words.
    secret += [name for name in (getpass.getuser(), socket.gethostname()) if len(name) > 4]
    for name, content in {**files, **inside}.items():
        if name.startswith("code/"):
            continue
        for word in secret:
            assert word.encode() not in content, (name, word)
    assert len(inside) > 100
    assert not any("__pycache__" in name for name in inside)


def test_every_file_is_described_for_other_programs(whole):
    files = members(whole)
    graph = json.loads(files[CRATE])["@graph"]
    ids = [one["@id"] for one in graph]
    assert len(ids) == len({*ids})

    def links(value):
        if isinstance(value, dict):
            if set(value) == {"@id"}:
                yield value["@id"]
            for inner in value.values():
                yield from links(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from links(inner)

    for link in links(graph):
        assert link in ids or re.match(r"https?://", link), link
    root = next(one for one in graph if one["@id"] == "./")
    assert {one["@id"] for one in root["hasPart"]} == {*files} - {CRATE}
    sizes = {one["@id"]: one["contentSize"] for one in graph if "contentSize" in one}
    assert {name: len(files[name]) for name in sizes} == {n: int(s) for n, s in sizes.items()}
    assert CHECKSUMS in sizes


def test_both_pages_are_filled(whole, bare, studied):
    for path in (whole, bare, studied):
        for name in ("README.md", "README.id.md"):
            page = members(path)[name].decode()
            assert not re.search(r"[{}]", page)
            assert "None" not in page
            assert "reproduce PACK.zip --runs" in page
    assert "tests.functions:ishigami" in members(studied)["README.md"].decode()


# -- other kinds


@pytest.mark.parametrize("kind", REAL)
def test_other_experiments_of_the_model_come_out_again(kind, tmp_path, capsys):
    assert main([*REAL[kind], "--out", "x"]) == 0
    made = km.pack("x", "x.zip")
    assert (made.with_runs, made.left_out) == (True, ())
    found = km.reproduce("x.zip", jobs=1, quiet=True)
    assert (found.verdict, found.differs, found.not_made) == ("identical", (), ())
    assert not found.sampled
    assert km.reproduce("x.zip", runs=1, jobs=1, quiet=True).verdict == "identical"
    capsys.readouterr()


def test_a_study_of_a_function_needs_the_function(studied, capsys):
    assert main(["reproduce", str(studied), "--quiet"]) == 2
    assert "--function tests.functions:ishigami" in capsys.readouterr().err
    words = ["reproduce", str(studied), "--jobs", "1", "--quiet", "--function"]
    assert main([*words, "tests.functions:ishigami"]) == 0
    assert "IDENTICAL" in capsys.readouterr().out
    for wrong in ("tests.functions:nothing", "no_such_module:f", "tests.functions:PI", ":", "x"):
        assert main([*words, wrong]) == 2
        assert f"--function {wrong}" in capsys.readouterr().err
    assert main([*words, "tests.functions:sobol_g"]) == 2
    assert "tests.functions.ishigami, not tests.functions.sobol_g" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "table", "words"),
    [
        ("studied", "sensitivity.csv", ["--function", "tests.functions:ishigami"]),
        ("bare", "summary.csv", []),
    ],
)
def test_a_table_that_its_runs_do_not_give_is_found(request, tmp_path, capsys, name, table, words):
    """All hashes are mended, as a forger would; only doing it again shows it."""
    files = members(request.getfixturevalue(name))
    lines = files[f"experiment/{table}"].decode().splitlines()
    lines[1] = re.sub(r"(?<=[,.])\d", lambda m: str((int(m[0]) + 5) % 10), lines[1])
    forged = {f"experiment/{table}": "\n".join([*lines, ""]).encode()}
    (tmp_path / "f.zip").write_bytes(zipped(mended(files, forged)))
    assert main(["reproduce", "f.zip", *words, "--jobs", "1", "--json", "--quiet"]) == 3
    found = json.loads(capsys.readouterr().out)
    assert found["verdict"] == "different"
    assert found["differs"] == [table, "manifest.json"]
    assert found["environment_differs"] == found["model_differs"] == []
    assert found["agreement"]["statistics"] > 0


def test_points_of_a_function_come_out_again(tmp_path):
    evaluate(shifted, {"x": [0.0, 1.0, 2.0]}, replicates=3, seed=4, out="x")
    km.pack("x", "x.zip")
    assert km.reproduce("x.zip", function=shifted, jobs=1, quiet=True).verdict == "identical"
    assert km.reproduce("x.zip", function=shifted, runs=4, jobs=1).same == 4


# -- what is refused


def test_only_a_whole_and_unchanged_experiment_is_packed(compared, tmp_path, capsys):
    shutil.copytree(compared, tmp_path / "mine")

    def refused(*words):
        assert main(["pack", *words]) == 2
        shown = capsys.readouterr()
        assert "Traceback" not in shown.err
        assert not shown.out
        return shown.err

    (tmp_path / "there.zip").write_bytes(b"")
    assert "is there already" in refused("mine", "there.zip")
    assert "lies in the folder that is packed" in refused("mine", "mine/out.zip")
    assert "its folder is not there" in refused("mine", "no/out.zip")
    assert "no such folder" in refused("nothing", "out.zip")
    assert "is a file" in refused("there.zip", "out.zip")
    (tmp_path / "empty").mkdir()
    assert "has no manifest.json" in refused("empty", "out.zip")
    content = (tmp_path / "mine" / "summary.csv").read_bytes()
    (tmp_path / "mine" / "summary.csv").write_bytes(content + b"\n")
    assert "summary.csv changed or missing" in refused("mine", "out.zip")
    (tmp_path / "mine" / "summary.csv").write_bytes(content)
    with pytest.raises(BatchError):
        evaluate(broken, {"x": [1.0, -1.0]}, on_error="stop", out="part")
    assert "part: is not complete" in refused("part", "out.zip")
    (tmp_path / "mine" / "own.txt").write_text("mine", encoding="utf-8")
    assert main(["pack", "mine", "out.zip", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["left_out"] == ["own.txt"]
    assert not any("own.txt" in name for name in members(tmp_path / "out.zip"))


def test_another_version_than_the_one_that_ran_is_not_packed(compared, tmp_path, monkeypatch):
    from experiments.packing import make

    here = make.code_files()
    monkeypatch.setattr(make, "code_files", lambda: {**here, "sim/month.py": b"pass\n"})
    with pytest.raises(KemitraanError, match=r"another version of the program \(sim/month\.py\)"):
        pack(compared, tmp_path / "out.zip")
    assert not (tmp_path / "out.zip").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--runs", "0"], "--runs"),
        (["--runs", "x"], "--runs"),
        (["--share", "0"], "--share 0: is outside"),
        (["--share", "nan"], "--share nan: is outside"),
        (["--share", "0.1", "--runs", "1"], "give one of them"),
        (["--runs", "1", "--out", "y"], "leave --share and --runs out"),
        (["--jobs", "0"], "--jobs"),
        (["--function", "tests.functions:ishigami"], "studies the model"),
    ],
)
def test_wrong_use_ends_with_2(bare, capsys, words, said):
    assert main(["reproduce", str(bare), "--quiet", *words]) == 2
    shown = capsys.readouterr().err
    assert said in shown
    assert "Traceback" not in shown
    assert not list(Path().iterdir())


# -- the packed program


def test_the_packed_program_is_installed_as_the_page_says(whole, tmp_path, monkeypatch, capsys):
    """Without an index: what would be installed and run is looked at."""
    asked = []

    class Done:
        returncode = 0

    def run(words, **options):
        assert "PYTHONPATH" not in options["env"]
        asked.append(words[1:])
        done = Done()
        done.returncode = 3 if "reproduce" in words else 0
        return done

    monkeypatch.setattr(fresh.venv, "create", lambda *_, **__: None)
    monkeypatch.setattr(fresh.subprocess, "run", run)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    words = ["reproduce", str(whole), "--packed-code", "env", "--runs", "2", "--quiet"]
    assert main(words) == 3
    lock, wheel, last = asked
    assert lock[:6] == ["-m", "pip", "install", "--quiet", "--require-hashes", "-r"]
    assert wheel[4] == "--no-deps"
    assert wheel[5].endswith(".whl")
    assert last == ["-I", "-m", "kemitraan", "reproduce", str(whole), "--runs", "2", "--quiet"]
    monkeypatch.setattr(fresh.subprocess, "run", lambda *_, **__: type("E", (), {"returncode": 1}))
    assert main([*words[:3], "other"]) == 2
    assert "ended with 1" in capsys.readouterr().err


def test_the_wheel_lists_its_own_files(whole):
    files = members(whole)
    inside = members(next(c for n, c in files.items() if n.endswith(".whl")))
    record = next(name for name in inside if name.endswith("/RECORD"))
    rows = [line.split(",")[0] for line in inside[record].decode().splitlines()]
    assert sorted(rows) == sorted(inside)
    assert "Name: kemitraan" in inside[record.replace("RECORD", "METADATA")].decode()
    assert (
        inside["sim/parameters/goods.csv"]
        == (ROOT / "sim" / "parameters" / "goods.csv").read_bytes()
    )
