"""One or two sheets of paper: what is left out there, and the count where there is a browser."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from experiments.page.write import page
from tests.page_folder import GRANT, MANDATE, MEMO, effect, made_folder, who_row

TWO_SHEETS = 2
LINES = (
    ("partners", "profit_per_firm"), ("same_trade", "profit_per_firm"),
    ("other_trades", "profit_per_firm"), ("new_firms", "profit"),
    ("hotels", "extra_cost_per_buyer"), ("restaurants", "extra_cost_per_buyer"),
    ("other_buyers", "extra_cost_per_buyer"), ("agencies", "extra_cost_per_buyer"),
    ("treasury", "public_cost"), ("treasury", "fines"), ("outside_sellers", "sales"),
    ("partners", "naive_gap"),
)  # fmt: skip
OUTCOMES = ("profit", "profit_per_eligible", "same_trade", "jobs", "in_business", "hotel_cost",
            "public_cost", "net_benefit")  # fmt: skip
NOTES = ["1 firm in 20 simulated; totals are the region's", "not equal money: 1, 2"] + [
    f"a long remark on this run, number {k}, " + "with much to say " * 12 for k in range(12)
]
ENOUGH_ROWS = 90
"""Rows of tables on paper; sheets of 7 pt at 1.16 lines have some 200 lines."""


def folder(path, count):
    """A comparison of so many scenarios with wide numbers and every line."""
    names = [MANDATE, MEMO, GRANT, "bundle", "agency_procurement", "voluntary_coaching",
             "ecommerce_collaboration"][:count]  # fmt: skip
    titles = {
        n: {
            "en": "Hotel partnership obligation, deliveries verified",
            "id": "Kewajiban kemitraan hotel, pengiriman diperiksa",
        }
        for n in names
    }
    rows = [
        effect(name, outcome, 1_234_567.0, -12_345.0, (-15_000.0, 1_000.0), (-46_000.0, 21_000.0))
        for name in names for outcome in OUTCOMES
    ]  # fmt: skip
    who = [
        who_row(name, who, what, "Rp a month", year, -12_000.0, (-230_000.0, 510_000.0), "?")
        for name in names
        for year in ("year 1", "year 5")
        for who, what in LINES
    ]
    return made_folder(path, scenarios=titles, effects=rows, who=who, notes=NOTES, notes_id=NOTES)


def printed(text):
    """The body as paper has it: without what the rules for print leave out."""
    css = text[text.index("@media print") : text.index("</style>")]
    body = text[text.index("<body") : text.index("</body>")]
    size = set((re.match(r'<body(?: class="([\w ]*)")?', body)[1] or "").split())
    gone = {"details"} if "details { display: none" in css else set()
    for rule in re.findall(r"([^{}]*)\{ display: none; \}", css):
        for choice in rule.split(","):
            parts = choice.split()
            if parts[0].removeprefix(".") in size:
                gone.add(" ".join(parts[1:]))
    return body, size, gone


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 7])
def test_paper_leaves_out_what_the_screen_has(tmp_path, count):
    body, size, gone = printed(page(folder(tmp_path / "x", count), "id"))
    assert size == {name for name, than in (("many", 1), ("most", 4)) if count > than}
    assert (".spare" in gone) is (count > 1)
    assert (".rest" in gone) is (count > 1)
    assert (".early .between" in gone) is (count > 4)
    # The number table and most notes, and never the years or a verdict.
    numbers = body.index('<div class="numbers">')
    assert body.rindex('<div class="spare">', 0, numbers) > 0
    assert len(re.findall(r'<li class="spare">a long remark', body)) == 12
    assert "<li>not equal money" not in body  # its Indonesian words are others
    assert body.count('class="year"') >= 2
    assert 'class="early"' in body
    kept = re.sub(r'<div class="numbers">.*?<h3>', "", body, flags=re.DOTALL)
    kept = re.sub(r"<details>.*?</details>", "", kept, flags=re.DOTALL)
    assert kept.count("<tr") < ENOUGH_ROWS


def test_no_note_that_paper_needs_is_left_out(tmp_path):
    body, _, _ = printed(page(folder(tmp_path / "x", 3), "en"))
    assert "<li>1 firm in 20 simulated" in body
    assert "<li>not equal money" in body
    assert "and notes on this run (12)" in body


@pytest.mark.parametrize("lang", ["en", "id"])
@pytest.mark.parametrize("count", [1, 2, 3, 4, 7])
def test_two_sheets_of_a4(tmp_path, count, lang):
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    browser = next((found for name in names if (found := shutil.which(name))), None)
    if browser is None:
        pytest.skip("no Chromium on this machine, which counts the sheets")
    made = tmp_path / "page.html"
    made.write_text(page(folder(tmp_path / "x", count), lang), encoding="utf-8")
    target = tmp_path / "page.pdf"
    subprocess.run(  # our own page
        [browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer",
         f"--print-to-pdf={target}", made.as_uri()],
        check=True, capture_output=True, timeout=60,
    )  # fmt: skip
    assert len(re.findall(rb"/Type\s*/Page\b", target.read_bytes())) <= TWO_SHEETS
