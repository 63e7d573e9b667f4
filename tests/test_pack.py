"""Packs: the same bytes twice, nothing of this machine in them, and the experiment again."""

import getpass
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import kemitraan as km
from experiments import store
from experiments.batch.checksums import CHECKSUMS
from experiments.batch.evaluate import evaluate
from experiments.batch.manifest import MANIFEST
from experiments.batch.sealed import seal
from experiments.packing import code, make
from experiments.packing.archive import extract, write_zip, zip_of
from kemitraan.cli import main
from sim.errors import KemitraanError
from tests import batch_models
from tests.batch_folders import points

LUCKY = "tests.batch_models:lucky"


def studied(folder):
    evaluate(batch_models.lucky, points(30), ("u", "v"), seed=5, replicates=2, out=folder)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Of a function: quick."""
    return studied(tmp_path_factory.mktemp("lucky") / "f")


@pytest.fixture(scope="module")
def packed(folder, tmp_path_factory):
    """With its runs."""
    return km.pack(folder, tmp_path_factory.mktemp("packed") / "f.zip").path


@pytest.fixture(scope="module")
def region(tmp_path_factory):
    """A region of one's own, in a folder that is gone when it is packed."""
    from scenarios.region import REGIONS

    place = tmp_path_factory.mktemp("own") / "my town"
    shutil.copytree(REGIONS / "surakarta", place)
    return place


@pytest.fixture(scope="module")
def compared(region, tmp_path_factory):
    """Of the model; figures have tests of their own."""
    place = tmp_path_factory.mktemp("compared") / "c"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "_figures", lambda *_: None)
        words = ["compare", "cash_grant", "--region", str(region), "--scale", "50", "--months",
                 "36", "--replicates", "2", "--jobs", "1", "--quiet"]  # fmt: skip
        assert main([*words, "--out", str(place)]) == 0
    shutil.rmtree(region)
    return place


def files_of(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def forged(path, target, **changes):
    """A pack with other content, and all hashes made to fit."""
    files = files_of(path)
    for name, content in changes.items():
        if content is None:
            del files[name]
        else:
            files[name] = content
    manifest = json.loads(files["experiment/" + MANIFEST])
    for name in manifest["files"]:
        content = files.get(f"experiment/{name}")
        if content is not None:
            manifest["files"][name] = hashlib.sha256(content).hexdigest()
    files["experiment/" + MANIFEST] = (json.dumps(manifest, indent=2) + "\n").encode()
    del files[CHECKSUMS]
    lines = [f"{hashlib.sha256(c).hexdigest()}  {n}" for n, c in sorted(files.items())]
    write_zip(target, {**files, CHECKSUMS: seal("\n".join(lines))})
    return target


# -- what a pack holds


def test_packing_twice_gives_the_same_bytes(folder, packed, tmp_path):
    for name in ("f.zip", "other name.zip"):
        again = km.pack(folder, tmp_path / name)
        assert (tmp_path / name).read_bytes() == packed.read_bytes()
        assert again.sha256 == hashlib.sha256(packed.read_bytes()).hexdigest()
    names = zipfile.ZipFile(packed).namelist()
    assert names == sorted(names)


@pytest.mark.parametrize("kind", ["packed", "compared"])
def test_nothing_of_this_machine_is_in_it(kind, request, tmp_path):
    path = request.getfixturevalue(kind)
    if kind == "compared":
        path = km.pack(path, tmp_path / "c.zip").path
    files = files_of(path)
    wheel = next(name for name in files if name.endswith(".whl"))
    # Names too common to tell anything ("root") stand in plain words of the source.
    words = [str(tmp_path.parent), str(Path.home()) + "/", str(code.ROOT), os.fspath(Path.cwd()),
             f"/{getpass.getuser()}/", platform.node()]  # fmt: skip
    words = [word.encode() for word in words if len(word) > 3]
    found = [(n, w) for n, content in files.items() for w in words if w in content and n != wheel]
    assert found == []
    (tmp_path / "w.whl").write_bytes(files[wheel])
    found = [(n, w) for n, c in files_of(tmp_path / "w.whl").items() for w in words if w in c]
    assert found == []


def test_the_hashes_are_those_of_sha256sum(packed, tmp_path):
    extract(packed, tmp_path)
    for line in (tmp_path / CHECKSUMS).read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            sha, name = line.split("  ")
            assert hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() == sha


def test_the_wheel_installs_and_is_the_program(packed, tmp_path):
    files = files_of(packed)
    wheel = next(name for name in files if name.endswith(".whl"))
    place = tmp_path / Path(wheel).name
    place.write_bytes(files[wheel])
    target = tmp_path / "there"
    extract(place, target)
    own = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    program = (
        "import kemitraan; print(kemitraan.__file__)\n"
        "from experiments.packing.code import code_files, lock_of\n"
        "print(lock_of()[1], sorted(code_files()) == sorted(eval(input())))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**own, "PYTHONPATH": str(target)}, cwd=tmp_path, capture_output=True, text=True,
        check=True, input=repr(list(code.code_files())),
    )  # fmt: skip
    where, told = done.stdout.splitlines()
    assert Path(where).is_relative_to(target.resolve())
    # An installed package has its lock, and packs the same files again.
    assert told == "lock True"


def test_the_crate_is_a_process_run_crate(compared, tmp_path):
    files = files_of(km.pack(compared, tmp_path / "c.zip").path)
    document = json.loads(files["ro-crate-metadata.json"])
    graph = {one["@id"]: one for one in document["@graph"]}
    assert document["@context"] == "https://w3id.org/ro/crate/1.1/context"
    root = graph[graph["ro-crate-metadata.json"]["about"]["@id"]]
    assert root["conformsTo"]["@id"].startswith("https://w3id.org/ro/wfrun/process/")
    assert root["datePublished"]
    parts = {one["@id"] for one in root["hasPart"]}
    assert parts == {*files} - {"ro-crate-metadata.json", CHECKSUMS}
    assert all("File" in graph[name]["@type"] for name in parts)
    action = graph[root["mentions"]["@id"]]
    assert action["@type"] == "CreateAction"
    program = graph[action["instrument"]["@id"]]
    assert "SoftwareApplication" in program["@type"]
    assert program["@id"].endswith(".whl")
    assert {"@id": "experiment/inputs.json"} in action["object"]
    assert {"@id": "experiment/summary.csv"} in action["result"]
    for name in parts:
        assert int(graph[name]["contentSize"]) == len(files[name]) if name != program["@id"] else 1


def test_the_page_tells_both_languages_how_to_run_it(packed):
    files = files_of(packed)
    english, indonesian = files["README.md"].decode(), files["README.id.md"].decode()
    for text in (english, indonesian):
        assert "kemitraan reproduce PACK.zip --runs 10" in text
        assert "pip install --require-hashes -r requirements.lock" in text
        assert f"--function {LUCKY}" in text
        assert "{" not in text
    assert "byte for byte" in english
    assert "bita demi bita" in indonesian


# -- what is refused


def test_what_no_reviewer_should_get_is_refused(folder, packed, tmp_path, capsys):
    def said(*words):
        assert main(["pack", *map(str, words)]) == 2
        return capsys.readouterr().err

    assert "is there already; name a new file" in said(folder, packed)
    assert "no such folder" in said(tmp_path / "x", tmp_path / "x.zip")
    assert "lies in the folder" in said(folder, folder / "x.zip")
    assert "make it first" in said(folder, tmp_path / "x" / "x.zip")
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    runs = copy / "runs.parquet"
    runs.write_bytes(runs.read_bytes()[:-1] + b"!")
    assert "runs.parquet changed or missing" in said(copy, tmp_path / "x.zip")
    shutil.copy(folder / "runs.parquet", runs)
    manifest = json.loads((copy / MANIFEST).read_text(encoding="utf-8"))
    (copy / MANIFEST).write_text(json.dumps({**manifest, "complete": False}), encoding="utf-8")
    (copy / CHECKSUMS).unlink()
    assert "is not complete; go on with it first: kemitraan resume" in said(
        copy, tmp_path / "x.zip"
    )
    assert list(tmp_path.iterdir()) == [copy]


def test_another_program_than_the_one_that_ran_is_refused(folder, tmp_path, monkeypatch):
    inner = make.code_files

    def changed():
        return {n: c + b"#" if n == "sim/draws.py" else c for n, c in inner().items()}

    monkeypatch.setattr(make, "code_files", changed)
    with pytest.raises(KemitraanError, match=r"another version of the program \(sim/draws\.py\)"):
        km.pack(folder, tmp_path / "x.zip")


# -- done again


def test_a_function_comes_out_again(packed):
    found = km.reproduce(packed, function=batch_models.lucky, jobs=1, quiet=True)
    assert (found.verdict, found.good, found.differs) == ("identical", True, ())
    assert found.standing.same
    with pytest.raises(KemitraanError, match=f"name it: --function {LUCKY}"):
        km.reproduce(packed, quiet=True)


def test_a_comparison_comes_out_again_without_its_region_and_runs(
    compared, tmp_path, monkeypatch, capsys
):
    """Nothing of the region's folder is left, and no run is in the pack: its inputs are enough."""
    monkeypatch.setattr(store, "_figures", lambda *_: None)
    monkeypatch.chdir(tmp_path)
    assert main(["pack", str(compared), "c.zip", "--no-runs"]) == 0
    shown = capsys.readouterr().out
    assert "without the runs" in shown
    assert shown.splitlines()[-1] == "c.zip"
    assert not any("/parts/" in name for name in files_of("c.zip"))
    assert main(["reproduce", "c.zip", "--jobs", "1", "--quiet", "--out", "again"]) == 0
    shown = capsys.readouterr().out
    assert "IDENTICAL" in shown
    assert "every byte should come out again" in shown
    assert (Path("again") / "parts").is_dir()
    assert km.verify("again").sound
    assert main(["reproduce", "c.zip", "--share", "0.1", "--quiet", "--jobs", "1", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["verdict"], told["runs"], told["same"]) == ("identical", 5, 5)


def test_a_forged_table_is_found_by_running_again(tmp_path, monkeypatch):
    """Hashes can be made to fit; what the program gives cannot. Of a sensitivity study."""
    problem = {"names": ["a", "b"], "bounds": [[0, 1], [0, 2]]}
    km.sensitivity(function=batch_models.parabola, problem=problem, method="morris", samples=4,
                   jobs=1, out=tmp_path / "s", quiet=True)  # fmt: skip
    path = km.pack(tmp_path / "s", tmp_path / "s.zip").path
    given = {"function": batch_models.parabola, "jobs": 1, "quiet": True}
    assert km.reproduce(path, **given).verdict == "identical"
    name = "experiment/sensitivity.csv"
    table = files_of(path)[name]
    assert table.count(b",2,") >= 1
    other = table.replace(b",2,", b",3,", 1)
    found = km.reproduce(forged(path, tmp_path / "x.zip", **{name: other}), **given)
    assert (found.verdict, found.good) == ("different", False)
    assert found.differs == ("sensitivity.csv", MANIFEST)


def test_forged_runs_are_found_in_a_sample(packed, tmp_path):
    rows = files_of(packed)["records.csv"].decode().splitlines()
    other = "\n".join([rows[0], *(row[:-4] + "0000" for row in rows[1:])]) + "\n"
    path = forged(packed, tmp_path / "x.zip", **{"records.csv": other.encode()})
    found = km.reproduce(path, runs=4, function=batch_models.lucky, jobs=1, quiet=True)
    assert (found.verdict, found.same, len(found.differs)) == ("different", 0, 4)


def test_another_program_is_told_and_not_run(packed, monkeypatch, capsys):
    from experiments.packing import standing

    def changed():
        return {
            n: c + b"#" if n.endswith("cli/app.py") else c for n, c in code.code_files().items()
        }

    monkeypatch.setattr(standing, "code_files", changed)
    monkeypatch.setattr(standing, "packages_here", lambda: {"pandas": "1.0"})
    found = km.reproduce(packed, function=batch_models.lucky, jobs=1, quiet=True)
    assert found.good, "the model is the same"
    assert found.standing.beside == ("experiments/cli/app.py",)
    assert any(word.endswith(", now 1.0") for word in found.standing.around)
    words = ["reproduce", str(packed), "--function", "tests.batch_models:other_luck", "--jobs", "1",
             "--quiet"]  # fmt: skip
    assert main(words) == 3
    shown = capsys.readouterr().out
    assert "nothing was run" in shown
    assert "--packed-code NEW_FOLDER" in shown
    assert main([*words, "--any-code"]) == 3
    assert "DIFFERENT: the numbers do not agree" in capsys.readouterr().out


def test_rounding_elsewhere_is_within_error_and_other_numbers_are_not(packed, monkeypatch):
    """As on another kind of machine."""
    from experiments.packing import standing

    inner = standing._around
    monkeypatch.setattr(standing, "_around", lambda *given: (*inner(*given), "system x, now y"))
    verdicts = {}
    for factor in (1.0 + 1e-9, 1.001):
        monkeypatch.setattr(batch_models, "FACTOR", factor)
        found = km.reproduce(packed, function=batch_models.lucky, jobs=1, quiet=True)
        assert found.differs
        verdicts[factor] = (found.verdict, found.agreement.outside)
    assert verdicts == {1.0 + 1e-9: ("within error", 0), 1.001: ("different", 2)}


# -- zips of strangers


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("../x", "leads out"), ("/x", "leads out"), ("a/../../x", "leads out"),
        ("a\\x", "leads out"), ("C:x", "leads out"), ("con.txt", "leads out"), ("a/", None),
        ("a\x07", "leads out"),
    ],
)  # fmt: skip
def test_a_name_that_leads_out_is_refused(tmp_path, name, said):
    path = tmp_path / "x.zip"
    path.write_bytes(zip_of({name: b""} if said is None else {name: b"x"}))
    target = tmp_path / "in" / "target"
    target.mkdir(parents=True)
    if said is None:
        assert extract(path, target) == []
        return
    with pytest.raises(KemitraanError, match=said):
        extract(path, target)
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == [path]


def test_links_bombs_doubles_and_no_zips_are_refused(tmp_path):
    path, target = tmp_path / "x.zip", tmp_path / "target"
    target.mkdir()

    def refused(said, **options):
        with pytest.raises(KemitraanError, match=said):
            extract(path, target, **options)

    with zipfile.ZipFile(path, "w") as archive:
        link = zipfile.ZipInfo("link")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc")
    refused("leads out")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a", "1")
        archive.writestr("A", "2")
    refused("twice")
    path.write_bytes(zip_of({"a": b"x" * 1000}))
    refused("unpacks to 1000 bytes", most_bytes=999)
    path.write_bytes(path.read_bytes()[:-30])
    refused("is no zip, or a damaged one")
    path.write_bytes(b"")
    refused("is no zip, or a damaged one")
    path.unlink()
    refused("no such file")


def test_a_damaged_pack_is_refused_with_the_file(packed, tmp_path, capsys):
    files = files_of(packed)
    target = tmp_path / "x.zip"

    def said(changed):
        write_zip(target, changed)
        assert main(["reproduce", str(target), "--function", LUCKY, "--quiet"]) == 2
        found = capsys.readouterr().err
        assert found.count("\n") == 1
        return found

    parts = [name for name in files if "/parts/" in name][1:]
    for name, content in files.items():
        if name in parts:  # one stands for all
            continue
        other = content[:-1] + bytes([content[-1] ^ 1])
        assert (CHECKSUMS if name == CHECKSUMS else name) in said({**files, name: other})
        without = {n: c for n, c in files.items() if n != name}
        assert name in said(without)
    assert "extra.txt is not listed" in said({**files, "extra.txt": b"x"})


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("pack.json", b"[]", "is no pack"),
        ("pack.json", b'{"schema": 99}', "schema 99"),
        ("records.csv", b"", "records.csv"),
        ("experiment/program.json", b"{}", "program.json"),
        ("experiment/runs.parquet", None, "runs.parquet"),
    ],
)
def test_a_pack_that_is_odd_inside_is_refused(packed, tmp_path, name, content, said):
    path = forged(packed, tmp_path / "x.zip", **{name: content})
    with pytest.raises(KemitraanError, match=said):
        km.reproduce(path, function=batch_models.lucky, quiet=True)


def test_a_packed_program_that_did_not_run_is_refused(packed, tmp_path):
    files = files_of(packed)
    wheel = next(name for name in files if name.endswith(".whl"))
    (tmp_path / "w").write_bytes(files[wheel])
    inner = files_of(tmp_path / "w")
    inner["sim/draws.py"] += b"# other\n"
    path = forged(packed, tmp_path / "x.zip", **{wheel: zip_of(inner)})
    with pytest.raises(KemitraanError, match=r"sim/draws\.py of the packed program is not what"):
        km.reproduce(path, function=batch_models.lucky, quiet=True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--share", "0"], "is outside 0..1"),
        (["--runs", "61"], "is outside 1..60"),
        (["--runs", "1", "--share", "0.5"], "give one of them"),
        (["--runs", "1", "--out", "x"], "keeps a whole experiment"),
        (["--jobs", "0"], "is outside 1..1024"),
        (["--function", "tests.nosuch:f"], "cannot be imported"),
        (["--function", "tests.batch_models:math"], "is no function"),
    ],
)
def test_wrong_use_is_told(packed, words, said, capsys):
    assert main(["reproduce", str(packed), *words]) == 2
    assert said in capsys.readouterr().err


def test_versions_stand_in_where_there_is_no_lock(monkeypatch):
    monkeypatch.setattr(code, "_project", dict)
    monkeypatch.setattr(code, "distribution", _Bare)
    text, kind = code.lock_of()
    assert kind == "installed"
    assert b"numpy==" in text


class _Bare:
    """Metadata without a lock."""

    def __init__(self, name):
        from importlib.metadata import distribution

        self._found = distribution(name)
        self.requires = self._found.requires

    def read_text(self, _name):
        return None
