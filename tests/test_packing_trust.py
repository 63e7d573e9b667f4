"""Packs of strangers, packs that were changed, and numbers that are only almost the same."""

import json
import stat
import struct
import zipfile

import numpy as np
import pandas as pd
import pytest

from experiments.batch.checksums import CHECKSUMS
from experiments.batch.evaluate import evaluate
from experiments.batch.manifest import CRATE
from experiments.batch.sources import source_digest
from experiments.packing import archive, standing
from experiments.packing.make import pack
from experiments.packing.numbers import agreement, table_agreement
from experiments.packing.opened import open_pack
from experiments.packing.reproduce import reproduce
from kemitraan.cli import main
from sim.errors import KemitraanError
from tests.packs import members, mended, resummed, shifted, zipped

SHIFT = "KEMITRAAN_TEST_SHIFT"
CALLED = ["--function", "tests.packs:shifted", "--jobs", "1", "--quiet"]
SOURCE = "experiments/batch/job.py"
PROGRAM = "experiment/program.json"


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """What is in the pack of a function's runs."""
    folder = tmp_path_factory.mktemp("points") / "x"
    evaluate(shifted, {"x": [0.0, 1.0, 2.0]}, ("y",), replicates=4, seed=4, out=folder)
    pack(folder, folder.parent / "x.zip")
    return members(folder.parent / "x.zip")


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def opened(tmp_path, files):
    """The pack, or why there is none."""
    path = tmp_path / "p.zip"
    path.write_bytes(zipped(files) if isinstance(files, dict) else files)
    root = tmp_path / f"root{len(list(tmp_path.iterdir()))}"
    root.mkdir()
    said = None
    try:
        return open_pack(path, root)
    except KemitraanError as error:
        said = str(error)
    assert str(root) not in said
    return said


def with_code(files, name, content):
    """With another source in the packed program."""
    wheel = json.loads(files["pack.json"])["program"]["wheel"]
    return {wheel: zipped({**members(files[wheel]), name: content})}


# -- changed


def test_a_changed_byte_in_any_member_is_named(files, tmp_path):
    assert opened(tmp_path, files).files == len(files) - 1
    for name, content in files.items():
        wrong = bytearray(content)
        wrong[len(wrong) // 2] ^= 1
        said = opened(tmp_path, {**files, name: bytes(wrong)})
        assert name in said, name
        assert "was changed" in said


def test_a_member_removed_or_added_is_named(files, tmp_path):
    for name in files:
        said = opened(tmp_path, {n: c for n, c in files.items() if n != name})
        assert name in said, name
    assert "own.txt is not listed" in opened(tmp_path, {**files, "own.txt": b""})


def test_lists_of_hashes_that_were_mended_must_agree_with_one_another(files, tmp_path):
    design = {**files, "experiment/design.parquet": b"x"}
    assert "design.parquet is not what manifest.json says" in opened(tmp_path, resummed(design))
    less = {n: c for n, c in files.items() if n != "experiment/design.parquet"}
    assert "design.parquet is missing" in opened(tmp_path, resummed(less))
    hashes = files["records.csv"].replace(b"\n3,", b"\n5,")
    assert "records.csv" in opened(tmp_path, resummed({**files, "records.csv": hashes}))
    for key, value in (("schema", 2), ("left_out", ["design.parquet"]), ("program", None),
                       ("left_out", 3)):  # fmt: skip
        about = {**json.loads(files["pack.json"]), key: value}
        said = opened(tmp_path, resummed({**files, "pack.json": json.dumps(about).encode()}))
        assert isinstance(said, str), key
    for content in (b"", b"[]", b"{}", b"\xff"):
        for name in ("pack.json", PROGRAM, "experiment/manifest.json", "records.csv"):
            assert isinstance(opened(tmp_path, resummed({**files, name: content})), str), name
    other = with_code(files, SOURCE, b"pass\n")
    said = opened(tmp_path, mended(files, other))
    assert f"{SOURCE} of the packed program is not what program.json says ran" in said


def test_a_manifest_that_asks_for_nothing_known_ends_with_2(files, tmp_path, capsys):
    manifest = json.loads(files["experiment/manifest.json"])
    for changes in ({"inputs": 3}, {"outputs": None}, {"kind": "compare"}, {"seed": "x"}):
        forged = json.dumps({**manifest, **changes}).encode()
        (tmp_path / "p.zip").write_bytes(
            zipped(mended(files, {"experiment/manifest.json": forged}))
        )
        code = main(["reproduce", "p.zip", *CALLED])
        shown = capsys.readouterr().err
        # A seed of points only says that there is one: the design has those of the runs.
        assert code == (3 if "seed" in changes else 2), (changes, shown)
        assert "Traceback" not in shown


def test_a_run_that_its_program_does_not_give_is_found(files, tmp_path, capsys):
    """In a sample by its hash, however the list was mended."""
    rows = files["records.csv"].decode().splitlines()
    rows[3] = rows[3].rpartition(",")[0] + "," + "0" * 64
    forged = resummed({**files, "records.csv": "\n".join([*rows, ""]).encode()})
    (tmp_path / "p.zip").write_bytes(zipped(forged))
    assert main(["reproduce", "p.zip", *CALLED, "--share", "1", "--json"]) == 3
    found = json.loads(capsys.readouterr().out)
    assert (found["verdict"], found["differs"], found["same"]) == ("different", ["2"], 11)


# -- another program, other packages


def test_the_program_here_is_not_run_where_it_is_another_one(files, tmp_path, monkeypatch, capsys):
    program = json.loads(files[PROGRAM])
    program["sources"][SOURCE] = source_digest(b"pass\n")
    changes = {PROGRAM: json.dumps(program).encode(), **with_code(files, SOURCE, b"pass\n")}
    (tmp_path / "p.zip").write_bytes(zipped(mended(files, changes)))
    with monkeypatch.context() as patch:
        patch.setenv(SHIFT, "no number")  # would fail, if it ran
        for lang in ("en", "id"):
            assert main(["reproduce", "p.zip", *CALLED, "--lang", lang, "--out", "y"]) == 3
            assert SOURCE in capsys.readouterr().out
    found = reproduce("p.zip", function=shifted, jobs=1, quiet=True)
    assert (found.verdict, found.runs, found.standing.model) == ("other code", 0, (SOURCE,))
    assert not (tmp_path / "y").exists()
    found = reproduce("p.zip", function=shifted, jobs=1, any_code=True, quiet=True)
    assert (found.verdict, found.runs) == ("within error", 12)
    assert "program.json" in found.differs


@pytest.mark.parametrize("sample", [{}, {"runs": 6}], ids=["all", "sample"])
def test_numbers_may_differ_by_rounding_where_packages_do(files, tmp_path, monkeypatch, sample):
    (tmp_path / "p.zip").write_bytes(zipped(files))

    def verdict(shift):
        monkeypatch.setenv(SHIFT, str(shift))
        return reproduce("p.zip", function=shifted, jobs=1, quiet=True, **sample).verdict

    assert verdict(0) == "identical"
    assert verdict(1e-9) == "different"  # nothing here excuses it
    packages = {**standing.packages_here(), "scipy": "0.1"}
    monkeypatch.setattr(standing, "packages_here", lambda: packages)
    assert verdict(0) == "identical"
    assert verdict(1e-9) == "within error"
    assert verdict(0.5) == "different"


def test_the_exit_code_says_whether_the_numbers_hold(files, tmp_path, monkeypatch, capsys):
    (tmp_path / "p.zip").write_bytes(zipped(files))
    packages = {**standing.packages_here(), "scipy": "0.1"}
    monkeypatch.setattr(standing, "packages_here", lambda: packages)
    for shift, code in ((0, 0), (1e-9, 0), (0.5, 3)):
        monkeypatch.setenv(SHIFT, str(shift))
        assert main(["reproduce", "p.zip", *CALLED, "--runs", "5"]) == code
        assert "scipy" in capsys.readouterr().out


# -- numbers


def drawn(runs, columns, seed, common=0.0):
    """Numbers around 5; `common` is the share of the variance that all columns have together."""
    draws = np.random.default_rng(seed)
    own = draws.standard_normal((runs, columns)) * np.sqrt(1 - common)
    return 5.0 + own + draws.standard_normal((runs, 1)) * np.sqrt(common)


@pytest.mark.parametrize("common", [0.0, 0.9])
@pytest.mark.parametrize("columns", [1, 20, 99, 199, 1000])
@pytest.mark.parametrize("runs", [3, 50])
def test_chance_seldom_passes_for_a_difference(runs, columns, common):
    pairs = ((drawn(runs, columns, (k, 0), common), drawn(runs, columns, (k, 1), common))
             for k in range(200))  # fmt: skip
    alarms = sum(not agreement(*pair).within for pair in pairs)
    assert alarms <= 14  # 5 % where all hangs on a common draw, about 1 % elsewhere


def test_real_shifts_are_found():
    before, now = drawn(50, 100, 1), drawn(50, 100, 2)
    assert agreement(before, before).within
    assert agreement(before, before * (1 + 1e-9)).within
    assert not agreement(before, before * (1 + 1e-5)).within
    assert agreement(before, now).within
    one = now.copy()
    one[:, 7] += 2.0
    assert agreement(before, one).far == 1
    few = now.copy()
    few[:, :8] += 0.75
    assert not agreement(before, few).within
    gone = before.copy()
    gone[3, 7] = np.nan
    assert not agreement(before, gone).within
    assert agreement(gone, gone).within
    assert not agreement(before[:1], now[:1]).within  # one run has no spread to judge by
    assert not agreement(before[:, :0], now[:, :0]).within


def test_tables_stand_in_where_runs_were_left_out(tmp_path):
    def table(name, means):
        (tmp_path / name).mkdir(exist_ok=True)
        pd.DataFrame({
            "scenario": "a", "outcome": [f"o{k}" for k in range(len(means))], "window": "policy",
            "mean": means, "sim_low": means - 1.96, "sim_high": means + 1.96,
        }).to_csv(tmp_path / name / "summary.csv", index=False)  # fmt: skip
        return tmp_path / name

    means = drawn(1, 50, 3)[0]
    before = table("before", means)
    assert table_agreement(before, table("now", means * (1 + 1e-9))).within
    assert table_agreement(before, table("now", drawn(1, 50, 4)[0])).within
    assert not table_agreement(before, table("now", means + 10.0)).within
    assert not table_agreement(before, table("now", means[:-1])).within
    (tmp_path / "now" / "summary.csv").unlink()
    assert table_agreement(before, tmp_path / "now") is None


# -- zips of strangers


@pytest.mark.parametrize(
    "name",
    ["../out.txt", "a/../../out.txt", "/out.txt", "//host/out.txt", "C:/out.txt", "C:out.txt",
     "a\\..\\out.txt", "./out.txt", "a//out.txt", "a/.", "aux", "com1.txt", "a /b", "a./b",
     "a\nb", "a\x1b[31m"],
)  # fmt: skip
def test_names_that_lead_out_are_refused_before_anything_is_written(tmp_path, name):
    target = tmp_path / "in" / "here"
    target.mkdir(parents=True)
    entry = zipfile.ZipInfo("x")
    entry.filename = name  # as it is
    with zipfile.ZipFile(tmp_path / "p.zip", "w") as made:
        made.writestr("good.txt", b"")
        made.writestr(entry, b"out")
    with pytest.raises(KemitraanError, match="leads out of the folder"):
        archive.extract(tmp_path / "p.zip", target)
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == ["p.zip"]


def test_links_and_names_given_twice_are_refused(tmp_path):
    def refused(*entries):
        with zipfile.ZipFile(tmp_path / "p.zip", "w") as made:
            for name, mode in entries:
                entry = zipfile.ZipInfo(name)
                entry.external_attr = mode << 16
                made.writestr(entry, b"/etc")
        said = opened(tmp_path, (tmp_path / "p.zip").read_bytes())
        assert isinstance(said, str)
        return said

    plain = stat.S_IFREG | 0o644
    assert "leads out" in refused(("a", stat.S_IFLNK | 0o777), ("b", plain))
    assert "twice" in refused(("a", plain), ("A", plain))
    assert "cannot be read or unpacked" in refused(("a", plain), ("a/b", plain))
    assert "cannot be read or unpacked" in refused(("a" * 3000, plain))


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path, monkeypatch):
    with zipfile.ZipFile(tmp_path / "p.zip", "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("a", bytes(2_000_000))
    target = tmp_path / "here"
    target.mkdir()
    with pytest.raises(KemitraanError, match="more than 1000000"):
        archive.extract(tmp_path / "p.zip", target, most_bytes=1_000_000)
    with monkeypatch.context() as patch:
        patch.setattr(archive, "_SMALL", 1_000_000)
        with pytest.raises(KemitraanError, match="far more than it has"):
            archive.extract(tmp_path / "p.zip", target)
    with monkeypatch.context() as patch:
        patch.setattr(archive, "MOST_FILES", 0)
        with pytest.raises(KemitraanError, match="holds 1 files"):
            archive.extract(tmp_path / "p.zip", target)
    # One that says it is small.
    lying = bytearray((tmp_path / "p.zip").read_bytes())
    place = lying.rindex(b"PK\x01\x02") + 24
    lying[place : place + 4] = struct.pack("<I", 10)
    (tmp_path / "p.zip").write_bytes(lying)
    with pytest.raises(KemitraanError, match="damaged"):
        archive.extract(tmp_path / "p.zip", target)
    assert sum(p.stat().st_size for p in target.iterdir()) <= 10
    (target / "a").unlink()


def test_a_zip_with_any_byte_changed_is_read_or_refused_in_words(tmp_path):
    """Also where another way of packing is named, or a password."""
    content = archive.zip_of({"a.txt": b"some words " * 9, "b/c.parquet": b"packed already"})
    path, outcomes = tmp_path / "p.zip", []
    for place in range(len(content)):
        for flip in (1, 4, 6, 128):
            wrong = bytearray(content)
            wrong[place] ^= flip
            path.write_bytes(bytes(wrong))
            target = tmp_path / f"t{place}-{flip}"
            target.mkdir()
            try:
                archive.extract(path, target)
                outcomes.append("read")
            except KemitraanError as error:
                outcomes.append(str(error))
    refused = [said for said in outcomes if said != "read"]
    assert all(said.startswith(f"{path}: ") for said in refused)
    assert len(refused) > len(outcomes) / 3
    for end in range(0, len(content), 7):
        path.write_bytes(content[:end])
        with pytest.raises(KemitraanError, match="is no zip, or a damaged one"):
            archive.extract(path, tmp_path / "t0-1")


def test_what_is_no_pack_ends_with_2(tmp_path, capsys):
    (tmp_path / "folder").mkdir()
    (tmp_path / "text.zip").write_text("no zip", encoding="utf-8")
    (tmp_path / "empty.zip").write_bytes(b"")
    (tmp_path / "other.zip").write_bytes(zipped({"a.txt": b""}))
    (tmp_path / "bare.zip").write_bytes(zipped({"pack.json": b"{}", CHECKSUMS: b"", CRATE: b""}))
    for name, said in (
        ("folder", "is a folder"), ("text.zip", "is no zip"), ("empty.zip", "is no zip"),
        ("other.zip", "no pack of kemitraan"), ("bare.zip", "was changed"),
        ("nothing.zip", "no such file"), ("text.zip/x", "no such file"),
    ):  # fmt: skip
        assert main(["reproduce", name, "--quiet"]) == 2
        shown = capsys.readouterr()
        assert shown.out == ""
        assert f"{name}: " in shown.err
        assert said in shown.err
        assert "Traceback" not in shown.err
