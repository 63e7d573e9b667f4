"""Messages in two languages: compiled as written, complete, with the same places, and used."""

from __future__ import annotations

import ast
import gettext
import re
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from experiments import catalogue
from experiments.catalogue import BY_TEXT, LANGUAGES, LOCALE, messages, phrase, retold, told
from experiments.cli.options import language
from experiments.words import number, percent, unit_words
from sim.errors import KemitraanError
from sim.outcomes import OUTCOMES
from sim.parameters import levers, registry

ROOT = LOCALE.parents[1]
SOURCES = sorted((ROOT / "experiments").rglob("*.py"))
CONTEXT = {
    "experiments.words": "words",
    "experiments.sensitivity_words": "sensitivity",
    "experiments.explore.words": "explore",
    "experiments.page.words": "page",
    "experiments.shares_words": "shares",
    "experiments.stakeholder_words": "stakeholders",
    "experiments.trials.words": "trial",
    "experiments.validation.words": "validation",
    "experiments.batch.words": "batch",
    "experiments.packing.words": "pack",
    "experiments.explain.words": "explain",
    "experiments.precision.words": "precision",
    "experiments.calibration.words": "calibration",
}


def written(lang):
    """Messages of a .po by context and key."""
    with (LOCALE / lang / "LC_MESSAGES" / "kemitraan.po").open("rb") as file:
        catalog = read_po(file, locale=lang, abort_invalid=True)
    return {(m.context or "", m.id): m.string for m in catalog if m.id}


def places(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_is_read_is_what_is_written(lang):
    """A .po was changed and not compiled: run docs/make_catalogues.py."""
    assert dict(messages(lang)) == written(lang)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_message_stands_once_and_says_something(lang):
    text = (LOCALE / lang / "LC_MESSAGES" / "kemitraan.po").read_text(encoding="utf-8")
    assert text.count("\nmsgid ") == len(written(lang)) + (not text.startswith("msgid"))
    assert [key for key, said in written(lang).items() if not said] == []
    assert "fuzzy" not in text


def test_indonesian_has_one_plural_form():
    with (LOCALE / "id" / "LC_MESSAGES" / "kemitraan.mo").open("rb") as file:
        held = gettext.GNUTranslations(file).info()
    assert held["plural-forms"] == "nplurals=1; plural=0;"
    assert held["language"] == "id"
    assert held["content-type"] == "text/plain; charset=utf-8"


def test_both_languages_have_every_phrase():
    english, indonesian = written("en"), written("id")
    assert [key for key in english if key not in indonesian] == []
    # What stands under its English text needs no English.
    assert [k for k in indonesian if k not in english and k[0] and k[0] not in BY_TEXT] == []


def test_places_are_the_same_in_both():
    english = written("en")
    for (context, key), said in written("id").items():
        whole = english.get((context, key), key)
        assert places(said) == places(whole), (context, key)


def uses():
    """(file, context, key) of every phrase asked for by a constant."""
    for source in SOURCES:
        tree = ast.parse(source.read_text(encoding="utf-8"))
        names = {
            alias.asname or alias.name: CONTEXT[node.module]
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and node.module in CONTEXT
            for alias in node.names
            if alias.name == "say"
        }
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args):
                continue
            if node.func.id not in names:
                continue
            first = node.args[0]
            chosen = [first.body, first.orelse] if isinstance(first, ast.IfExp) else [first]
            for one in chosen:
                if isinstance(one, ast.Constant):
                    yield source.name, names[node.func.id], one.value
    template = (ROOT / "experiments" / "page" / "page.html").read_text(encoding="utf-8")
    for call in re.findall(r"say\(([^)]*)\)", template):
        for key in re.findall(r'"(\w+)"', call):
            yield "page.html", "page", key


def test_every_phrase_asked_for_is_there():
    found = list(uses())
    assert len(found) > 100
    english = written("en")
    assert [use for use in found if use[1:] not in english] == []


def test_no_phrase_of_the_page_is_left_over():
    asked = {key for _, context, key in uses() if context == "page"}
    built = re.compile(r"cannot_\d|instrument_\w+|better_-?\d|answer_effect_\w+|hangs\w*|kinds_\w+|"
                       r"same|unclear|higher|lower|written\w*|caption_\w+|channel\w*")  # fmt: skip
    left = [key for context, key in written("en") if context == "page" and key not in asked]
    assert [key for key in left if not built.fullmatch(key)] == []


def test_a_phrase_that_nobody_wrote_is_a_fault():
    with pytest.raises(KeyError, match="no message 'nothing of the kind'"):
        phrase("words", "nothing of the kind", "id")


def test_what_indonesian_lacks_is_said_in_english(tmp_path, monkeypatch):
    monkeypatch.setattr(catalogue, "LOCALE", tmp_path)
    catalogue._catalogue.cache_clear()
    from babel.messages.catalog import Catalog
    from babel.messages.mofile import write_mo

    for lang, said in (("en", {"a": "only English", "b": "both"}), ("id", {"b": "keduanya"})):
        made = Catalog(locale=lang)
        for key, text in said.items():
            made.add(key, text, context="words")
        (tmp_path / lang / "LC_MESSAGES").mkdir(parents=True)
        with (tmp_path / lang / "LC_MESSAGES" / "kemitraan.mo").open("wb") as file:
            write_mo(file, made)
    try:
        assert phrase("words", "b", "id") == "keduanya"
        assert phrase("words", "a", "id") == "only English"
        assert told("Rp a moon", "id", "unit") == "Rp a moon"
    finally:
        catalogue._catalogue.cache_clear()


@pytest.mark.parametrize(
    ("text", "context", "expected"),
    [
        ("starts with restaurant 415 (cakes)", "event", "mulai dengan restoran 415 (cakes)"),
        ("closed insolvent, 1.16 owed to it", "event",
         "tutup karena kas habis, masih berpiutang 1.16"),
        ("closed", "event", "tutup"),
        ("acquires certificate: cakes", "event", "memperoleh sertifikat: cakes"),
        ("something new", "event", "something new"),
        ("% of firms", "unit", "% usaha"),
    ],
)  # fmt: skip
def test_texts_made_of_parts_are_told_part_by_part(text, context, expected):
    assert retold(text, "id", context) == expected
    assert retold(text, "en", "event") == text


# -- nothing English is left where there is Indonesian


def test_every_unit_has_indonesian():
    used = {o.unit for o in OUTCOMES.values()} | {p.unit for p in registry().values()}
    used |= {lever.unit for lever in levers().values()}
    same = {"km", "0-1", "Rp per Rp", ""}
    assert sorted(u for u in used - same if unit_words(u, "id") == u) == []


def test_every_good_and_trade_has_words():
    from experiments.stakeholder_words import group_words
    from scenarios.region import SECTORS, list_regions, load_region

    goods = {good for name in list_regions() for good in load_region(name).goods["good"]}
    same = {group for group in {*goods, *SECTORS} if group_words(group, "id") == group}
    assert same == set()
    for good in goods:
        assert group_words(good, "id") == told(good, "id", "parameter"), good


def test_how_long_it_took_is_told_in_seconds_or_minutes():
    from experiments.cli.output import done_line

    assert done_line(0.2, "en") == "done in 1 s"
    assert done_line(179, "en") == "done in 179 s"
    assert done_line(600, "id") == "selesai dalam 10 min"


def test_every_denominator_has_indonesian():
    from experiments.figures.forest import FOREST_OUTCOMES

    used = {OUTCOMES[name].denominator or OUTCOMES[name].for_whom for name in FOREST_OUTCOMES}
    assert sorted(whom for whom in used if told(whom, "id", "whom") == whom) == []


@pytest.mark.parametrize(
    ("lang", "term", "other", "readme"),
    [
        ("en", "signs without buying", r"on paper|sign(?:ing|ed)? without", "README.md"),
        ("id", "patuh di atas kertas", r"(?<!patuh )di atas kertas", "README.id.md"),
    ],
)
def test_paper_compliance_has_one_name_everywhere(lang, term, other, readme):
    """Labels, the screen, the figure, the page and the README call it as the contract does."""
    said = {
        "hotels": OUTCOMES["hotels_on_paper"].label[lang],
        "agencies": OUTCOMES["agencies_on_paper"].label[lang],
        "screen": phrase("words", "hotels", lang),
        "by good": phrase("words", "hotels_by_good", lang),
        "figure": phrase("words", "states_paper", lang),
        "caption": phrase("words", "states_caption", lang),
        "page": phrase("page", "on_paper", lang),
    }
    assert {where for where, text in said.items() if term not in text} == set()
    assert {where for where, text in said.items() if re.search(other, text)} == set()
    lines = (ROOT / readme).read_text(encoding="utf-8").splitlines()
    explained = [line for line in lines if line.startswith("| ")]
    assert any(term in line.split(" | ")[0] for line in explained)
    assert [line for line in explained if "hotel_states.csv" in line and term in line]


def test_every_event_of_a_trace_has_indonesian():
    source = (ROOT / "sim" / "trace.py").read_text(encoding="utf-8")
    body = source[source.index("def _events(") : source.index("def _buyer(")]
    said = re.findall(r'"([a-z][^"]{5,})"', body)
    # A value in a text of the source stands for anything.
    texts = [re.sub(r"\{[^}]*\}", "7", text) for text in said]
    texts = [text for text in texts if " " in text or text == "closed"]
    assert len(texts) >= 7
    assert [text for text in texts if retold(text, "id", "event") == text] == []


# -- numbers as the language writes them


@pytest.mark.parametrize("x", [0.0, 1.5, -0.25, 999.0, 1234.0, -56_700.0, 1_234_000.0, 0.0321])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_numbers_are_those_of_the_locale(x, lang):
    assert number(x, lang, digits=4) == format_decimal(x, "#,##0.####", locale=lang)


def test_numbers_and_money_in_both():
    from experiments.page.words import amount

    assert number(1_234_567.89, "id", digits=2) == "1.234.567,89"
    assert number(1_234_567.89, "en", digits=2) == "1,234,567.89"
    assert percent(9.9, "id") == "9,9 %"
    for lang, expected in (("en", "Rp 125 m a month"), ("id", "Rp125 jt sebulan")):
        assert amount(125.0, "Rp m a month", lang, signed=False) == expected
    assert amount(-2.5, "Rp bn", "id") == "-Rp2,5 miliar"
    assert amount(44, "Rp m a month", "en", low=3, high=165) == "+Rp 44 m [+3..+165] a month"
    assert amount(0.5, "% of firms", "id", low=-1, high=2) == "+0,5 [-1..+2] % usaha"


# -- which language


@pytest.mark.parametrize(
    ("asked", "variable", "here", "expected"),
    [
        ("en", "id", "id_ID", "en"),
        ("id", "en", "en_US", "id"),
        (None, "id", "en_US", "id"),
        (None, None, "id_ID", "id"),
        (None, None, "Indonesian_Indonesia", "id"),
        (None, None, "de_DE", "en"),
        (None, None, None, "en"),
    ],
)
def test_the_option_then_the_variable_then_the_locale(monkeypatch, asked, variable, here, expected):
    monkeypatch.delenv("LANG", raising=False)
    monkeypatch.setattr("locale.getlocale", lambda: (here, "UTF-8"))
    if variable is None:
        monkeypatch.delenv("KEMITRAAN_LANG", raising=False)
    else:
        monkeypatch.setenv("KEMITRAAN_LANG", variable)
    assert language(asked) == expected


def test_an_unknown_language_names_its_place(monkeypatch):
    with pytest.raises(KemitraanError, match="--lang fr: no such language; known: en, id"):
        language("fr")
    monkeypatch.setenv("KEMITRAAN_LANG", "fr")
    with pytest.raises(KemitraanError, match="KEMITRAAN_LANG fr"):
        language(None)


def test_the_catalogues_are_files_of_the_package():
    assert LOCALE.is_relative_to(Path(catalogue.__file__).parent)
    for lang in LANGUAGES:
        assert {p.suffix for p in (LOCALE / lang / "LC_MESSAGES").iterdir()} == {".po", ".mo"}


# -- help and errors


def helps():
    """Every English text of every command's help."""
    from experiments.cli.app import COMMANDS

    for name, command in COMMANDS.items():
        yield name, command.help
    for name in COMMANDS:
        for text in texts_of(name):
            yield name, text


def texts_of(name):
    import typer

    from experiments.cli.app import app

    group = typer.main.get_command(app)
    made = group.get_command(None, name)
    for text in (made.help, *(getattr(p, "help", None) for p in made.params)):
        if text:
            yield " ".join(text.split())


def test_every_help_has_indonesian():
    """Add what is listed to locale/id under the context "help"."""
    alike = {"scenarios | regions | parameters | outcomes | levers | trials"}
    left = [(n, t) for n, t in helps() if t not in alike and told(t, "id", "help") == t]
    assert left == []


@pytest.mark.parametrize("words", [["report", "--help", "--lang", "id"], ["report", "--help"]])
def test_the_help_of_the_page_in_indonesian(monkeypatch, capsys, words):
    from kemitraan.cli import main

    if "--lang" not in words:
        monkeypatch.setenv("KEMITRAAN_LANG", "id")
    assert main(words) == 0
    shown = capsys.readouterr().out
    for text in ("Pemakaian: kemitraan report", "Folder yang ditulis suatu perbandingan.  [wajib]",
                 "Tampilkan bantuan ini, lalu selesai."):  # fmt: skip
        assert text in shown
    monkeypatch.setenv("KEMITRAAN_LANG", "en")
    assert main(["report", "--help"]) == 0
    assert "Usage: kemitraan report" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["report", "nosuch"], "nosuch: tidak ada folder ini; beri folder yang ditulis"),
        (["compare", "--scale", "0"], "--scale 0: di luar 1..700 untuk 140,000 usaha"),
        (["compare", "--replicates", "1"], "--replicates 1: di luar 2..100000"),
        (["compare", "nosuch"], "nosuch: bukan skenario bawaan dan bukan berkas; bawaan: "),
        (["compare", "--uncertainty", "x"], "--uncertainty x: tidak dikenal; yang dikenal: "),
        (["list", "levrs"], "tidak ada 'levrs' untuk didaftar, maksudnya 'levers'?"),
        (["check", "wrong.yaml"], "wrong.yaml:4:18: levers.hotel.qouta: kunci tidak dikenal,"),
        (["check", "wrong.yaml"], "maksudnya 'quota'?"),
        (["check", "wrong.yaml"], "levers.payment.max_days: 400 di luar kisaran [0..365, bawaan"),
        (["check", "wrong.yaml"], "2 kesalahan di wrong.yaml"),
        (["trace", "--slot", "1", "--pick", "partner"], "beri --slot N atau --pick partner"),
    ],
)
def test_errors_are_told_in_indonesian(monkeypatch, tmp_path, capsys, words, expected):
    from kemitraan.cli import main

    monkeypatch.chdir(tmp_path)
    (tmp_path / "wrong.yaml").write_text(
        "name: wrong\nextends: mandated_hotel_partnership\nregion: surabaya\n"
        "levers: {hotel: {qouta: 0.2}, payment: {max_days: 400}}\n",
        encoding="utf-8",
    )
    assert main([*words, "--lang", "id"]) == 2
    assert expected in capsys.readouterr().err


def test_a_message_that_no_pattern_knows_stays_english():
    from experiments.cli.speech import error_words

    assert error_words("rule.yaml:3: something else", "id") == "rule.yaml:3: something else"
    assert error_words("unknown key", "en") == "unknown key"


def test_parameters_have_a_meaning_in_both():
    from experiments.page.assumptions import meaning

    assert meaning("displacement", "en") == "wholesale supply that comes from UMKM already"
    assert meaning("goods.cakes.orders", "id") == "kue: pesanan sebulan"
    assert meaning("goods.cakes.orders", "en") == "cakes: orders a month"
    assert meaning("nobody_named_it_yet", "id") == ""


def test_every_figure_has_words_in_both():
    """Of the registry and of every region's guesses: the page says them, not their keys."""
    from experiments.page.assumptions import meaning
    from scenarios.region import load_region
    from scenarios.region_ranges import region_guesses

    regions = ("surabaya", "surakarta", "kutai_timur")
    guesses = [name for region in regions for name in region_guesses(load_region(region))]
    names = [n for n in [*registry(), *guesses] if not n.startswith("programmes.")]
    assert [(n, lang) for n in names for lang in LANGUAGES if not meaning(n, lang)] == []


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("a.yaml:3: start: 7.5 is no month: write a month number, or YYYY-MM such as 2027-01",
         "7.5 bukan bulan: tulis nomor bulan, atau YYYY-MM misalnya 2027-01"),
        ("a.yaml:3: kind: 'a' is not one of mentor, class", "'a' bukan salah satu dari mentor"),
    ],
)  # fmt: skip
def test_wrong_months_and_choices_are_told_in_indonesian(said, expected):
    from experiments.cli.speech import error_words

    assert expected in error_words(said, "id")
