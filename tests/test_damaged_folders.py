"""Damage of every sort to every file of a folder: `verify` names the file, code 3.

Of a comparison that a precision ended, a sensitivity study and an exploration.
"""

import re

import pytest

from experiments import resume, sensitivity_store, store
from experiments.batch.checksums import CHECKSUMS
from experiments.batch.manifest import MANIFEST
from experiments.explore import store as explore_store
from kemitraan.cli import main

SIZE = ["--scale", "200", "--months", "36", "--jobs", "1", "--quiet"]
PAIR = ["mandated_hotel_partnership", "cash_grant"]
WORDS = {
    "precision": ["compare", "cash_grant", "--precision", "profit: 1000", "--replicates", "16",
                  "--max-replicates", "24",
                  *SIZE],
    "sensitivity": ["sensitivity", "cash_grant", "--region", "kutai_timur", "--scale", "40",
                    "--parameters", "displacement,sanction_probability", "--method", "sobol",
                    "--samples", "8", "--outcomes", "fines", "--months", "36", *SIZE[4:]],
    "explore": ["explore", *PAIR, "--replicates", "16", "--satisfy", "profit>0", "--against",
                "cash_grant", *SIZE],
}  # fmt: skip


@pytest.fixture(scope="module", params=list(WORDS))
def folder(request, tmp_path_factory):
    """A folder of each kind that nothing happened to, with one small figure."""
    inner = {one: one._figures for one in (store, sensitivity_store, explore_store)}

    def figure(*given):
        place = next(one for one in given if hasattr(one, "mkdir"))
        place.mkdir(exist_ok=True)
        (place / "one.svg").write_text("<svg/>\n", encoding="utf-8")

    for one in inner:
        one._figures = figure
    made = tmp_path_factory.mktemp(request.param) / "x"
    try:
        assert main([*WORDS[request.param], "--out", str(made)]) == 0
    finally:
        for one, own in inner.items():
            one._figures = own
    return made


def files(folder):
    return [path for path in sorted(folder.rglob("*")) if path.is_file()]


def named(folder, name):
    """Whether only this file is named, as changed."""
    found = resume.verify(folder)
    assert (found.changed, found.missing, found.new, found.sound) == ((name,), (), (), False), name


def damages(content):
    """The same file with a byte flipped at several places, cut off, emptied, and with one more."""
    for at in sorted({0, 1, len(content) // 3, len(content) // 2, len(content) - 1}):
        wrong = bytearray(content)
        wrong[at] ^= 1 << at % 8
        yield bytes(wrong)
    yield content[:-1]
    yield content[: len(content) // 2]
    yield b""
    yield content + b"\n"


def test_every_damage_to_every_file_is_named(folder):
    found = files(folder)
    assert {MANIFEST, CHECKSUMS, "one.svg", "program.json", "seconds.csv"} <= {
        f.name for f in found
    }
    assert resume.verify(folder).sound
    for path in found:
        content, name = path.read_bytes(), path.relative_to(folder).as_posix()
        for wrong in damages(content):
            path.write_bytes(wrong)
            named(folder, name)
        path.unlink()
        lost = resume.verify(folder)
        assert (lost.changed, lost.missing, lost.new) == ((), (name,), ())
        assert not lost.sound
        path.write_bytes(content)
        other = path.with_name("other" + path.suffix)
        path.rename(other)
        lost = resume.verify(folder)
        assert lost.missing == (name,)
        assert lost.new == (other.relative_to(folder).as_posix(),)
        other.rename(path)
    assert resume.verify(folder).sound


def test_the_command_says_it_and_ends_with_3(folder, capsys):
    for path in (folder / MANIFEST, folder / CHECKSUMS, next((folder / "parts").iterdir())):
        content = path.read_bytes()
        path.write_bytes(content[:-2] + bytes([content[-2] ^ 4]) + content[-1:])
        for lang, word in (("en", "changed"), ("id", r"\w+")):
            assert main(["verify", str(folder), "--lang", lang]) == 3
            told = capsys.readouterr().out
            assert re.match(rf"{word}: {path.relative_to(folder).as_posix()}\n", told)
        path.write_bytes(content)
    path = folder / CHECKSUMS
    content = path.read_bytes()
    path.unlink()
    assert main(["verify", str(folder)]) == 3
    assert capsys.readouterr().out.startswith(f"missing: {CHECKSUMS}\n")
    path.write_bytes(content)
    assert main(["verify", str(folder)]) == 0


def test_an_added_file_is_named_and_harms_only_where_it_would_be_read(folder, capsys):
    (folder / "own.txt").write_text("mine", encoding="utf-8")
    capsys.readouterr()
    assert main(["verify", str(folder)]) == 0
    assert capsys.readouterr().out.startswith("new: own.txt\n")
    (folder / "own.txt").unlink()
    part = next((folder / "parts").iterdir())
    added = part.with_name("part-00099.parquet")
    added.write_bytes(part.read_bytes())
    assert main(["verify", str(folder)]) == 3
    assert capsys.readouterr().out.startswith("new: parts/part-00099.parquet\n")
    added.unlink()
