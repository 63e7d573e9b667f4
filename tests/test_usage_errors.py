"""Wrong use of a command: Typer's own errors in the reader's language, on stderr, exit code 2."""

import re

import pytest
import typer

from experiments.cli.app import COMMANDS, app
from experiments.cli.speech import asked_language, error_words, usage_words
from kemitraan.cli import main
from tests import scenario_files

here = scenario_files.here

KINDS = {
    "unknown option": (
        ["compare", "--what"],
        "Error: No such option: --what",
        "Kesalahan: Tidak ada opsi --what",
    ),
    "nearly an option": (
        ["compare", "--replicatess", "5"],
        "Error: No such option: --replicatess (Possible options: --max-replicates, --replicates)",
        "Kesalahan: Tidak ada opsi --replicatess (yang mirip: --max-replicates, --replicates)",
    ),
    "short option": (
        ["check", "-x"],
        "Error: No such option: -x",
        "Kesalahan: Tidak ada opsi -x",
    ),
    "option before the command": (
        ["--what", "show"],
        "Error: No such option: --what",
        "Kesalahan: Tidak ada opsi --what",
    ),
    "missing argument": (
        ["show"],
        "Error: Missing argument 'FILE'.",
        "Kesalahan: Argumen 'FILE' belum diberikan.",
    ),
    "argument too many": (
        ["show", "no_policy", "nothing", "missing"],
        "Error: Got unexpected extra argument(s) (nothing missing)",
        "Kesalahan: Ada argumen berlebih (nothing missing)",
    ),
    "one argument too many, a word of the catalogue": (
        ["show", "no_policy", "nothing"],
        "Error: Got unexpected extra argument(s) (nothing)",
        "Kesalahan: Ada argumen berlebih (nothing)",
    ),
    "no whole number": (
        ["compare", "--replicates", "5.5"],
        "Error: Invalid value for '--replicates': '5.5' is not a whole number",
        "Kesalahan: Nilai untuk '--replicates' tidak sah: '5.5' bukan bilangan bulat",
    ),
    "no number": (
        ["trace", "--slot", "a: b"],
        "Error: Invalid value for '--slot': 'a: b' is not a whole number",
        "Kesalahan: Nilai untuk '--slot' tidak sah: 'a: b' bukan bilangan bulat",
    ),
    "a value for a switch": (
        ["check", "--json=yes"],
        "Error: Option '--json' does not take a value.",
        "Kesalahan: Opsi '--json' tidak menerima nilai.",
    ),
    "unknown command": (
        ["chek"],
        "no command 'chek', did you mean 'check'?",
        "tidak ada perintah 'chek', maksudnya 'check'?",
    ),
    "an unknown command far from all": (
        ["zzz"],
        f"no command 'zzz'; known: {', '.join(COMMANDS)}",
        f"tidak ada perintah 'zzz'; yang dikenal: {', '.join(COMMANDS)}",
    ),
    "a decimal comma": (
        ["compare", "--equal-budget", "1,5"],
        "--equal-budget 1,5: has a decimal comma: write 1.5, in million Rp",
        "--equal-budget 1,5: memakai koma desimal: tulis 1.5, dalam juta rupiah",
    ),
    "separators": (
        ["compare", "--equal-budget", "1.234.567"],
        "--equal-budget 1.234.567: has separators: write 1234567, in million Rp",
        "--equal-budget 1.234.567: memakai pemisah ribuan: tulis 1234567, dalam juta rupiah",
    ),
}
ENGLISH = re.compile(
    r"\b(Usage|Try|for help|Error|Missing|No such|Invalid|value|requires|COMMAND)\b"
)


def refused(capsys, *words):
    """The lines on stderr of a command that ends with 2 and prints nothing else."""
    assert main(words) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "Traceback" not in err
    return err.splitlines()


@pytest.mark.parametrize("kind", KINDS)
def test_wrong_use_is_told_in_both_languages(capsys, kind):
    words, english, indonesian = KINDS[kind]
    assert refused(capsys, *words)[-1] == english
    assert refused(capsys, *words, "--lang", "en")[-1] == english
    for asked in (["--lang", "id"], ["--lang=id"]):
        lines = refused(capsys, *words, *asked)
        assert lines[-1] == indonesian
        assert not ENGLISH.search("\n".join(lines))


@pytest.mark.parametrize("kind", KINDS)
def test_the_variable_tells_the_language_too(capsys, monkeypatch, kind):
    words, english, indonesian = KINDS[kind]
    monkeypatch.setenv("KEMITRAAN_LANG", "id")
    assert refused(capsys, *words)[-1] == indonesian
    assert refused(capsys, *words, "--lang", "en")[-1] == english


def test_the_usage_line_and_where_help_is(capsys):
    assert refused(capsys, "show") == [
        "Usage: kemitraan show [OPTIONS] {FILE}",
        "Try 'kemitraan show --help' for help.",
        "",
        "Error: Missing argument 'FILE'.",
    ]
    assert refused(capsys, "show", "--lang", "id") == [
        "Pemakaian: kemitraan show [OPSI] {FILE}",
        "Coba 'kemitraan show --help' untuk bantuan.",
        "",
        "Kesalahan: Argumen 'FILE' belum diberikan.",
    ]
    assert refused(capsys, "--what", "--lang", "id")[0] == (
        "Pemakaian: kemitraan [OPSI] PERINTAH [ARGUMEN]..."
    )


def test_an_option_without_its_value(capsys, monkeypatch):
    words = ["compare", "--lang", "id", "--replicates"]
    assert refused(capsys, *words) == ["Kesalahan: Opsi '--replicates' memerlukan nilai."]
    assert refused(capsys, "compare", "--replicates") == [
        "Error: Option '--replicates' requires an argument."
    ]
    monkeypatch.setenv("KEMITRAAN_LANG", "id")
    assert refused(capsys, "compare", "--lang") == ["Kesalahan: Opsi '--lang' memerlukan nilai."]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_takes_lang_and_tells_every_fault_in_it(capsys, command):
    made = typer.main.get_command(app).get_command(None, command)
    options = [p for p in made.params if p.param_type_name == "option"]
    assert "--lang" in {name for p in options for name in p.opts}
    wrong = [["--no-such-option"]]
    for option in options:
        name = option.opts[0]
        if name == "--equal-budget":
            continue  # its number may be left out
        wrong.append([f"{name}=x"] if option.is_flag else [name])
    if any(p.required for p in made.params):
        wrong.append([])
    for words in wrong:
        lines = refused(capsys, command, "--lang", "id", *words)
        assert not ENGLISH.search("\n".join(lines)), lines


@pytest.mark.parametrize(
    ("words", "variable", "expected"),
    [
        (["show", "--lang", "id"], "en", "id"),
        (["show", "--lang=id"], "en", "id"),
        (["--lang", "id", "show"], "en", "id"),
        (["show", "--slot", "--lang", "id"], "en", "id"),
        (["show", "--lang", "id", "--lang", "en"], "id", "en"),
        (["show", "--lang"], "id", "id"),
        (["show", "--lang", "fr"], "id", "id"),
        (["show", "--lang", "--what"], "id", "id"),
        (["show", "--lang", "fr"], "xx", "en"),
        (["show"], "xx", "en"),
    ],
)
def test_the_language_is_found_where_nothing_was_parsed(monkeypatch, words, variable, expected):
    monkeypatch.setenv("KEMITRAAN_LANG", variable)
    assert asked_language(words) == expected


def test_a_help_that_stands_in_for_an_error_is_a_help(capsys, monkeypatch):
    monkeypatch.setenv("KEMITRAAN_LANG", "id")
    lines = refused(capsys)
    assert lines[0] == "Pemakaian: kemitraan [OPSI] PERINTAH [ARGUMEN]..."
    assert "Perintah:" in lines
    assert usage_words("no error here: missing", "id") == "no error here: missing"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (
            "1,234 is ambiguous: write 1.234 or 1234",
            "1,234 dapat dibaca dua cara: tulis 1.234 atau 1234",
        ),
        (
            "50% is a percentage: write 0.5 [0..1, default 0.3]",
            "50% adalah persentase: tulis 0.5 [0..1, bawaan 0.3]",
        ),
        (
            "50% is a percentage: write a plain number",
            "50% adalah persentase: tulis bilangan biasa",
        ),
        (
            "1_000 has separators: write 1000 [0..9, default 1]",
            "1_000 memakai pemisah ribuan: tulis 1000 [0..9, bawaan 1]",
        ),
        (
            "0x1f is not decimal: write a plain decimal number [0..9, default 1]",
            "0x1f bukan desimal: tulis bilangan desimal biasa [0..9, bawaan 1]",
        ),
        (
            "0.2 is text because of its quotes: write 0.2",
            "0.2 menjadi teks karena tanda kutipnya: tulis 0.2",
        ),
    ],
)
def test_advice_on_numbers_is_told_whole(said, expected):
    assert error_words(f"w.yaml:4:30: levers.hotel.quota: {said}", "id") == (
        f"w.yaml:4:30: levers.hotel.quota: {expected}"
    )


# -- kemitraan init


def test_init_says_what_it_wrote_in_both_languages(here, capsys):
    assert main(["init", "a.yaml"]) == 0
    assert capsys.readouterr() == ("", "wrote a.yaml; check it with: kemitraan check a.yaml\n")
    assert main(["init", "aturan b.yaml", "--lang", "id"]) == 0
    said = 'aturan b.yaml sudah ditulis; periksa dengan: kemitraan check "aturan b.yaml"\n'
    assert capsys.readouterr() == ("", said)
    files = "region.yaml, districts.csv, villages.csv, umkm.csv, hotels.csv"
    assert main(["init", "--region", "town"]) == 0
    said = f"wrote {files} in town; check them with: kemitraan check town\n"
    assert capsys.readouterr() == ("", said)
    assert main(["init", "--region", "kota", "--lang=id"]) == 0
    said = f"{files} sudah ditulis di kota; periksa dengan: kemitraan check kota\n"
    assert capsys.readouterr() == ("", said)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["there.yaml"], "there.yaml: sudah ada; pilih nama lain"),
        (["--region", "."], "--region .: sudah ada dan tidak kosong; sebutkan folder baru"),
        (["--region", "there.yaml"], "--region there.yaml: adalah berkas; sebutkan folder baru"),
        (["--region", "no/town"], "--region no/town: tidak ada folder no; buat dahulu"),
        (["no/rule.yaml"], "no/rule.yaml: tidak ada folder no; buat dahulu"),
        (["rule.txt"], "rule.txt: berkas skenario berakhiran .yaml; tulis rule.yaml"),
        ([], "beri berkas baru, misalnya aturan.yaml; atau --region FOLDER"),
        (["a.yaml", "--region", "b"], "beri FILE skenario atau --region FOLDER, salah satu saja"),
    ],
)
def test_init_refuses_in_indonesian(here, capsys, words, expected):
    (here / "there.yaml").write_text("kept", encoding="utf-8")
    assert refused(capsys, "init", *words, "--lang", "id") == [expected]
    assert (here / "there.yaml").read_text(encoding="utf-8") == "kept"
    assert [path.name for path in here.iterdir()] == ["there.yaml"]


def test_init_writes_the_same_files_whatever_the_language(here):
    assert main(["init", "--region", "town"]) == 0
    held = {path.name: path.read_bytes() for path in (here / "town").iterdir()}
    (here / "town").rename(here / "before")
    assert main(["init", "--region", "town", "--lang", "id"]) == 0
    assert {path.name: path.read_bytes() for path in (here / "town").iterdir()} == held
    assert main(["init", "a.yaml"]) == 0
    text = (here / "a.yaml").read_bytes()
    (here / "a.yaml").unlink()
    assert main(["init", "a.yaml", "--lang", "id"]) == 0
    assert (here / "a.yaml").read_bytes() == text


def test_init_writes_nothing_in_a_language_that_is_not_there(here, capsys):
    assert refused(capsys, "init", "a.yaml", "--lang", "fr") == [
        "--lang fr: no such language; known: en, id"
    ]
    assert list(here.iterdir()) == []
