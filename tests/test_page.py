"""One page of a comparison: sentences from numbers, nothing run, nothing fetched, plain words."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest

import kemitraan as km
from experiments.page.answer import Effect, span
from experiments.page.content import _hypothetical
from experiments.page.folder import read_folder
from experiments.page.write import page, report
from kemitraan.cli import main
from sim.errors import KemitraanError
from tests.page_folder import (
    ASSUMPTIONS,
    GRANT,
    MANDATE,
    MEMO,
    NAN,
    effect,
    made_folder,
    who_row,
)

HOSTILE = "<script>alert(1)</script> \"A\" & 'B' {{ 7 * 7 }}"
WHO = [
    who_row(MANDATE, "partners", "profit_per_firm", "Rp a month", w, 9000.0, (5000.0, 14_000.0),
            "gain") for w in ("year 1", "year 5")
] + [
    who_row(MANDATE, "same_trade", "profit_per_firm", "Rp a month", "year 5", -300.0,
            (-900.0, -100.0), "lose"),
    who_row(MANDATE, "hotels", "extra_cost_per_buyer", "Rp a month", "year 5", 10.0, (-50.0, 70.0),
            "no clear difference"),
    who_row(MANDATE, "partners", "naive_gap", "Rp a month", "year 5", 55_000.0, (1e4, 9e4),
            "selection, not effect"),
]  # fmt: skip


class Reader(HTMLParser):
    """Text as people read it, and every tag with its attributes."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.tags, self.parts, self._silent = [], [], 0
        self.feed(text.replace("<wbr>", ""))  # where a line may break within an interval
        self.words = re.sub(r" ([,:])", r"\1", " ".join(" ".join(self.parts).split()))

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        self._silent += tag == "style"

    def handle_endtag(self, tag):
        self._silent -= tag == "style"

    def handle_data(self, data):
        if not self._silent:
            self.parts.append(data)

    def all(self, name):
        return [attributes for tag, attributes in self.tags if tag == name]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return made_folder(tmp_path_factory.mktemp("page") / "rule", who=WHO)


@pytest.fixture(scope="module")
def pages(folder):
    return {lang: Reader(page(folder, lang)) for lang in ("en", "id")}


# -- the answer, from numbers


@pytest.mark.parametrize(
    ("lang", "sentence"),
    [
        ("en", "In the policy years (2027-2031) the profit of all UMKM together differs"),
        (
            "en",
            "A, Hotel memorandum, as reported: higher, by +Rp 44 m [+3..+165] a month (0.022",
        ),
        (
            "en",
            "B, Hotel partnership obligation, deliveries verified: no clear difference, -Rp 44 m",
        ),
        ("en", "-Rp 44 m [-171..+27] a month; an effect would have shown from about Rp 99 m a"),
        ("en", "C, Cash grant of the same public cost: no difference in any run."),
        ("en", "simulation error alone, with assumptions held fixed (16 runs, 95 %), leaves in"),
        ("en", "A +40 ±10; B -50 ±20; C 0 ±0; more runs make this error smaller"),
        ("en", "64 paired simulation runs of 16,000 firms each: A better in 62 of 64 paired"),
        ("en", "B better in 12 of 64 paired simulations"),
        ("en", "if these assumptions hold."),
        ("en", "After funding has stopped (2032-2033) the same difference is: B -Rp 20 m"),
        ("id", "A, Nota kesepakatan hotel, seperti diberitakan: lebih tinggi, sebesar +Rp44 jt"),
        ("id", "belum dapat dibedakan, -Rp44 jt [-171..+27] sebulan; pengaruh baru terlihat mulai"),
        ("id", "sekitar Rp99 jt sebulan"),
        ("id", "tidak berbeda dalam ulangan mana pun."),
        ("id", "dalam 62 dari 64 simulasi berpasangan lebih baik"),
        ("id", "bila asumsi ini benar."),
    ],
)
def test_sentences_follow_from_the_numbers(pages, lang, sentence):
    assert sentence in pages[lang].words


def test_with_assumptions_fixed_the_page_says_so(tmp_path):
    rows = [effect(MEMO, "profit", 200_000, 44, (30, 58), better=0.75)]
    made = made_folder(tmp_path / "x", scenarios=(MEMO,), effects=rows, uncertainty="seeds")
    words = Reader(page(made, "en")).words
    assert "in brackets the simulation error (95 %), assumptions held fixed:" in words
    assert "higher, by +Rp 44 m [+30..+58] a month" in words
    assert "they do not show how uncertain the assumptions are" in words
    assert "range, because assumptions are uncertain" not in words


@pytest.mark.parametrize(
    ("mean", "sim", "ends", "clear", "least"),
    [
        (44, (30, 50), (3, 165), True, 81.0),
        (-44, (-70, -30), (-171, 27), False, 99.0),
        (5, (-1, 11), (1, 9), False, 6.0),  # the simulation error alone reaches across
        (5, (1, 9), (0, 12), True, 6.0),
        (0, (0, 0), (0, 0), False, 0.0),
        (5, (-1, 11), (NAN, NAN), False, 6.0),
        (5, (-9, -1), (-8, -2), False, 4.0),  # a single run far out carries the mean across
    ],
)
def test_clear_means_that_no_interval_reaches_across_zero(mean, sim, ends, clear, least):
    one = Effect("s", "profit", "Rp m a month", 1.0, mean, sim, ends, NAN, 64)
    assert one.clear is clear
    assert one.least == least


def test_few_pairs_are_a_quick_look(tmp_path):
    plan = {"pairs": 4, "extra_pairs": 48, "firms": 1400, "seed": 1}
    made = made_folder(tmp_path / "x", plan=plan)
    assert "Only 4 paired simulations" in Reader(page(made, "en")).words
    assert "With 4 simulation runs it cannot be told which ones" in Reader(page(made, "en")).words
    assert "Sekadar gambaran awal, bukan hasil." in Reader(page(made, "id")).words


def test_a_year_that_begins_in_april(tmp_path):
    kept = read_folder(made_folder(tmp_path / "x", first_month="2025-04"))
    assert span(kept, "policy") == "2027-04 - 2032-03"


# -- the other sections


def test_the_ceiling_stands_beside_the_effect(pages):
    english = pages["en"].words
    assert "All hotels together buy Rp 162,000 m a year" in english
    assert "0.9 % of what the UMKM of the region sell" in english
    assert "Rp 87,500 m a year: hotels Rp 48,600 m a year, Rp 93,900 a month for each" in english
    assert "88 %" in english  # (48,600 x .79 + 38,900 x 1) / 87,500
    assert "+Rp 1,200 m [-200..+2,600] a year ?" in english
    assert "Rp87.500 jt setahun" in pages["id"].words


def test_signed_never_stands_alone(pages):
    after = {"en": "still buying after 12 months", "id": "masih membeli setelah 12 bulan"}
    for lang, heads in (
        ("en", f"signed buying newly buying {after['en']} signs without buying"),
        ("id", f"menandatangani membeli baru membeli {after['id']} patuh di atas kertas"),
    ):
        assert f"{heads} B 71 % 22 % 12 % 18 % 49 %" in pages[lang].words


def test_signed_is_left_out_where_the_rest_is_missing(tmp_path, monkeypatch):
    import tests.page_folder as made

    monkeypatch.setattr(made, "STATES", {"hotels_signed": 71.0})
    words = Reader(page(made_folder(tmp_path / "x"), "en")).words
    assert "71 %" not in words
    assert "still buying after 12 months" not in words


def test_stakeholders_gain_lose_or_neither(pages):
    english = pages["en"].words
    partners = "policy year 1 partners (firms with buyer orders), Rp/month/firm"
    assert f"{partners} - +9,000 [+5,000..+14,000] gain -" in english
    assert "same trade, not partnered, Rp/month/firm - -300 [-900..-100] lose -" in english
    assert "hotels: extra cost, Rp/month - +10 [-50..+70] ? -" in english
    assert "naive gap: selection, not effect, Rp/month/firm - +55,000" in english
    assert "it is biased" in english
    assert "[+5.000..+14.000] untung" in pages["id"].words


def test_without_stakeholders_the_section_is_left_out(tmp_path):
    words = Reader(page(made_folder(tmp_path / "x"), "en")).words
    assert "Who gains, who loses" not in words
    assert "naive" not in words


def test_who_pays_has_a_line_and_who_is_untouched_has_none(tmp_path):
    each = [("restaurants", 40.0, "lose"), ("agencies", 90.0, "lose"), ("other_buyers", 0.2, "?"),
            ("hotels", 0.0, "no difference")]  # fmt: skip
    who = [
        who_row(MANDATE, name, "extra_cost_per_buyer", "Rp a month", "year 5", mean,
                (mean / 2, mean * 2), verdict)
        for name, mean, verdict in each
    ]  # fmt: skip
    who.append(who_row(MANDATE, "treasury", "fines", "Rp m a month", "year 5", 7.0, (2, 9), "gain"))
    words = Reader(page(made_folder(tmp_path / "x", who=who), "en")).words
    assert "restaurants: extra cost, Rp/month - +40 [+20..+80] lose" in words
    assert "agencies: extra cost, Rp/month - +90 [+45..+180] lose" in words
    assert "treasury: fines received" in words
    assert "hotels: extra cost" not in words
    assert "other large buyers: extra cost" not in words  # less than a rupiah


def test_guessed_assumptions_come_first_and_what_the_answer_hangs_on(folder):
    text = page(folder, "en")
    table = text[text.index("Assumptions, guessed ones first") : text.index("<details>")]
    names = re.findall(r"<code>(\w+)</code></th>", table)
    assert names == ["paper_cost", "displacement", "market_growth"]
    words = Reader(table).words
    assert "5 figures: 3 assumed, 1 literature, 1 measured" in words
    assert "B hangs on: paper_cost (-0.71)." in words
    assert "A: with 64 simulation runs none stands out from luck; kemitraan explain" in words
    assert re.search(r"paper_cost 0\.01 0\.\.0\.03 share of demand assumed .* B - ", words)
    every = text[text.index("<details>") : text.index("</details>")]
    kinds = [
        next(kind for kind in ("assumed", "literature", "measured") if f"<td>{kind}</td>" in row)
        for row in every.split("<tr>")[2:]
    ]
    assert kinds == ["assumed"] * 3 + ["literature", "measured"]


def test_how_to_get_the_numbers_again(pages):
    english = pages["en"].words
    assert "kemitraan compare rule.yaml --seed 7" in english
    for digest in ("s", "r", "p", "m"):
        assert digest * 64 in english
    assert "python 3.11.7, kemitraan 0.1.0" in english
    assert "Seed 7" in english
    assert "N en" in english
    assert "N id" in pages["id"].words


def test_what_no_file_holds_is_said(tmp_path):
    command = {"words": ["kemitraan"], "files": ["scenarios/a.yaml"], "missing": ["my_rule"],
               "fixed_replicates": 4}  # fmt: skip
    words = Reader(page(made_folder(tmp_path / "x", command=command), "en")).words
    assert "no file of the folder holds it: my_rule" in words
    assert "which holds scenarios/a.yaml" in words
    assert "fixed_replicates" in words


# -- words


FORBIDDEN = {
    "en": ("significan", "proves", "proof", "proven", "forecast", "predict", "surabaya model",
           "treatment effect", "p-value", "guarantee", "optimal", "confidence"),
    "id": ("signifikan", "membuktikan", "terbukti", "ramal", "prediksi", "model surabaya",
           "efek perlakuan", "menjamin", "optimal", "dipastikan"),
}  # fmt: skip
ALLOWED = {"en": ("never a forecast for it",), "id": ("bukan ramalan",)}
REQUIRED = {
    "en": (
        "range, because assumptions are uncertain", "simulation error", "if these assumptions hold",
        "no clear difference", "in business", "signs without buying", "obligation",
        "simulation runs", "an effect would have shown from", "assumptions held fixed",
        "never a forecast for it", "hypothetical obligation", "no city is known to have this rule",
        "what the press reported for Surabaya is a memorandum", "What the model cannot tell",
        "memorandum", "perda (regional law), hypothetical obligation", "none named",
    ),
    "id": (
        "kisaran karena asumsi belum pasti", "galat simulasi", "bila asumsi ini benar",
        "belum dapat dibedakan", "masih beroperasi", "patuh di atas kertas", "Kewajiban",
        "ulangan simulasi",
        "pengaruh baru terlihat mulai", "asumsi dibuat tetap", "bukan ramalan",
        "kewajiban pengandaian", "tidak diketahui ada kota yang mempunyai aturan ini",
        "yang diberitakan di Surabaya ialah nota kesepakatan", "Yang tidak dapat dikatakan model",
        "perda (peraturan daerah), kewajiban pengandaian", "tidak disebut",
    ),
}  # fmt: skip


@pytest.mark.parametrize("lang", ["en", "id"])
def test_the_words_of_the_page(pages, lang):
    words = pages[lang].words
    lower = words.lower()
    for phrase in ALLOWED[lang]:
        assert phrase in lower
        lower = lower.replace(phrase, "")
    assert [word for word in FORBIDDEN[lang] if word in lower] == []
    assert [phrase for phrase in REQUIRED[lang] if phrase not in words] == []


def test_an_obligation_alone_is_called_hypothetical(tmp_path):
    made = made_folder(tmp_path / "x", scenarios=(MEMO, GRANT))
    words = Reader(page(made, "en")).words
    assert "no city is known to have this rule" not in words
    assert "hypothetical obligation" not in words


@pytest.mark.parametrize(
    ("levers", "lang", "expected"),
    [
        ({"agency.binding": 1}, "en", "to have this rule for agencies. "),
        ({"agency.binding": 1, "hotel.binding": 0}, "id", "mempunyai aturan ini bagi dinas. "),
        ({"hotel.binding": 1, "restaurant.binding": 1}, "en", "rule for hotels, restaurants. "),
    ],
)
def test_the_note_names_whom_the_obligation_binds(tmp_path, levers, lang, expected):
    made = made_folder(tmp_path / "x", scenarios=(MANDATE,))
    kept = read_folder(made)
    for one in kept.scenarios:
        if one["name"] == MANDATE:
            one["levers"].clear()
            one["levers"].update({key: {"value": value} for key, value in levers.items()})
    assert expected in _hypothetical(kept, lang)


def test_a_simulation_interval_stands_beside_its_range(folder, tmp_path):
    text = page(folder, "en")
    for table in re.findall(r"<table.*?</table>", text, re.DOTALL):
        if "±" in table:
            head = Reader(table[: table.index("</thead>")]).words
            assert "effect [range] simulation error alone" in head
    held = made_folder(tmp_path / "x", scenarios=(MEMO,), uncertainty="seeds",
                       effects=[effect(MEMO, "profit", 9e4, 44, (30, 58))])  # fmt: skip
    words = Reader(page(held, "en")).words
    assert "effect [simulation error]" in words
    assert "Simulation error: 95 % interval of the mean, assumptions held fixed." in words


# -- safe, offline, readable


@pytest.mark.parametrize("lang", ["en", "id"])
def test_a_strangers_text_stays_text(tmp_path, lang):
    titles = {MANDATE: {"en": HOSTILE, "id": HOSTILE}}
    own = ("displacement", 0.5, 0.2, 0.8, HOSTILE, "assumed", True, MANDATE, HOSTILE)
    rows = [own, *(row for row in ASSUMPTIONS if row[0] != own[0])]
    made = made_folder(
        tmp_path / "x",
        scenarios=titles,
        assumptions=rows,
        who=[who_row(MANDATE, "partners", "profit", HOSTILE, "year 5", 1.0, (0.5, 2), HOSTILE)],
        region_title={"en": HOSTILE, "id": HOSTILE},
        notes=[HOSTILE],
        notes_id=[HOSTILE],
        versions={HOSTILE: HOSTILE},
        command={"words": ["kemitraan", HOSTILE], "files": [HOSTILE], "missing": [HOSTILE]},
    )
    text = page(made, lang)
    reader = Reader(text)
    assert reader.all("script") == []
    assert not any(name.startswith("on") for _, held in reader.tags for name in held)
    assert reader.words.count(HOSTILE) >= 8
    assert "{{ 7 * 7 }}" in reader.words  # a title is no template


@pytest.mark.parametrize("lang", ["en", "id"])
def test_the_page_needs_nothing_else(folder, lang):
    text = page(folder, lang)
    reader = Reader(text)
    used = {tag for tag, _ in reader.tags}
    assert used.isdisjoint({"script", "link", "img", "iframe", "object", "embed", "a", "base"})
    for _, held in reader.tags:
        assert {"src", "href", "action", "data", "srcset", "style"}.isdisjoint(held)
    addresses = re.findall(r"https?://[^\s\"'<]*", text)
    assert set(addresses) <= {"http://www.w3.org/2000/svg"}
    assert "url(" not in text
    assert "@import" not in text


@pytest.mark.parametrize("lang", ["en", "id"])
def test_the_page_can_be_read_by_ear_and_on_paper(folder, pages, lang):
    reader = pages[lang]
    assert reader.all("html")[0]["lang"] == lang
    levels = [int(tag[1]) for tag, _ in reader.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b <= a + 1 for a, b in pairwise(levels))
    assert all("scope" in held for held in reader.all("th"))
    figure = next(held for held in reader.all("div") if held.get("role") == "img")
    assert "+44 [+3..+165]" in figure["aria-label"]
    assert all("aria-hidden" in held for held in reader.all("svg") if "width" in held)
    assert any(held.get("name") == "viewport" for held in reader.all("meta"))
    text = page(folder, lang)
    assert "@page { size: A4" in text
    assert "@media print" in text
    assert text.count("<section") == text.count("</section>")


def test_the_order_of_the_page(pages):
    heads = ["Question", "Answer", "What arithmetic allows at most",
             "Effects and how uncertain they are", "Who gains, who loses",
             "Assumptions, guessed ones first", "What the model cannot tell",
             "How to get these numbers again"]  # fmt: skip
    places = [pages["en"].words.index(head) for head in heads]
    assert places == sorted(places)


# -- the file


def test_the_file_is_ours_to_write_over(tmp_path, capsys):
    made = made_folder(tmp_path / "x")
    assert main(["report", str(made), "--lang", "id"]) == 0
    out = capsys.readouterr()
    assert out.out == f"{(made / 'report.id.html').as_posix()}\n"
    assert out.err == "satu halaman, untuk dibaca luring dan dicetak\n"
    assert main(["report", str(made), "--lang", "id"]) == 0
    assert "menggantikan yang lama" in capsys.readouterr().err
    first = (made / "report.id.html").read_bytes()
    assert km.report(made, "id").read_bytes() == first
    assert sorted(p.name for p in made.iterdir() if "report" in p.name) == ["report.id.html"]


@pytest.mark.parametrize("content", [b"mine", b"\xff\xfe\x00binary"])
def test_a_file_of_somebody_else_is_left_alone(tmp_path, capsys, content):
    made = made_folder(tmp_path / "x")
    (made / "report.en.html").write_bytes(content)
    assert main(["report", str(made), "--lang", "en"]) == 2
    assert "was not made by kemitraan; rename or move it" in capsys.readouterr().err
    assert (made / "report.en.html").read_bytes() == content


def damaged(path, what):
    """A folder that is not right, and where the message points."""
    if what == "none":
        return path
    if what == "file":
        path.write_text("x", encoding="utf-8")
        return path
    if what == "empty":
        path.mkdir()
        return path
    made_folder(path)
    manifest = path / "manifest.json"
    found = json.loads(manifest.read_text(encoding="utf-8"))
    if what == "no json":
        manifest.write_text("{", encoding="utf-8")
    elif what == "no manifest of ours":
        manifest.write_text("[]", encoding="utf-8")
    elif what == "lost":
        (path / "levels.csv").unlink()
    elif what == "changed":
        with (path / "ceiling.csv").open("a", encoding="utf-8") as file:
            file.write("\n")
    else:
        key, value = {
            "schema": ("schema", 1),
            "kind": ("kind", "sensitivity"),
            "partial": ("complete", False),
        }[what]
        manifest.write_text(json.dumps(found | {key: value}), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("what", "message"),
    [
        ("none", "no such folder; give one that kemitraan compare wrote"),
        ("file", "is a file; give the folder"),
        ("empty", "has no manifest.json"),
        ("no json", "manifest.json: cannot be read"),
        ("no manifest of ours", "is no manifest of kemitraan"),
        ("lost", "is not whole, without levels.csv; run the comparison again"),
        ("changed", "ceiling.csv changed since the comparison wrote it"),
        ("schema", "schema 1, and this version reads 2; run the comparison again"),
        ("kind", "of kind 'sensitivity'; a page is made of a comparison only"),
        ("partial", "is not whole, says that not all runs are there"),
    ],
)
def test_a_folder_that_is_none_is_refused(tmp_path, capsys, what, message):
    path = damaged(tmp_path / "x", what)
    assert main(["report", str(path), "--lang", "en"]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.startswith(str(path))
    assert "Traceback" not in error
    assert not (path / "report.en.html").exists()


def test_an_unknown_language(tmp_path):
    with pytest.raises(KemitraanError, match="no such language"):
        report(made_folder(tmp_path / "x"), "fr")
