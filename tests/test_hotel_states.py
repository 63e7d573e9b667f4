"""States of hotels by good: levels of the runs, on the screen, in the document, in the folder."""

import csv

import pytest

from experiments.compare import compare
from experiments.hotel_states import ALL_GOODS, STATE_COLUMNS, state_lines
from experiments.kept import write_beside
from experiments.report import HOTEL_STATES, text
from experiments.stakeholder_words import group_words
from experiments.words import percent

RULE = "mandated_hotel_partnership"
SCENARIOS = (RULE, "cash_grant")


@pytest.fixture(scope="module")
def result():
    return compare(
        list(SCENARIOS), replicates=2, jobs=1, scale=100, months=48, quiet=True, fixed_replicates=2
    )


def test_every_good_has_every_state_and_hotels_as_a_whole_come_first(result):
    table = result.hotel_states("policy")
    assert tuple(table.columns) == STATE_COLUMNS
    own = table[table["scenario"] == RULE]
    expected = [(good, state) for good in (ALL_GOODS, *result.goods) for state in HOTEL_STATES]
    assert list(zip(own["good"], own["state"], strict=True)) == expected
    assert list(dict.fromkeys(table["scenario"])) == ["no_policy", *SCENARIOS]
    assert set(table["unit"]) == {"% of hotels"}


def test_the_shares_are_the_levels_and_buying_and_paper_are_within_signed(result):
    table = result.hotel_states("policy").set_index(["scenario", "good", "state"])["mean"]
    levels = result.levels("hotels_buying", "policy", "good").set_index(["scenario", "group"])
    for good in result.goods:
        signed, buying, newly, still, paper = (table[RULE, good, state] for state in HOTEL_STATES)
        assert buying == levels.loc[(RULE, good), "mean"]
        assert buying + paper <= signed + 1e-9
        assert still <= buying + 1e-9
        assert newly <= buying + 1e-9
    assert table[RULE, ALL_GOODS, "hotels_signed"] == pytest.approx(100.0)


@pytest.mark.parametrize("lang", ["en", "id"])
def test_the_screen_has_a_line_a_signed_good(result, lang):
    lines = state_lines(result, "policy", lang, 200)
    table = result.hotel_states("policy").set_index(["scenario", "good", "state"])["mean"]
    goods = [good for good in result.goods if table[RULE, good, "hotels_signed"] > 0]
    assert len(goods) > 1
    assert len(lines) == len(goods) + 2
    for line, good in zip(lines[2:], goods, strict=True):
        cell = " / ".join(percent(table[RULE, good, state], lang) for state in HOTEL_STATES)
        assert line.strip().split("  ")[0] == group_words(good, lang)
        assert cell in line
        assert line.endswith("-")  # a grant signs nobody
    assert "\n".join(lines) in text(result, lang=lang, width=200)


def test_where_no_hotel_signs_there_is_no_table(result):
    assert state_lines(result, "before", "en", 200) == []


def test_the_document_and_the_folder_have_it(result, tmp_path):
    document = result.to_json(["policy", "year 1"])["hotel_states"]
    assert {row["window"] for row in document} == {"policy", "year 1"}
    write_beside(result, tmp_path)
    with (tmp_path / "hotel_states.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == STATE_COLUMNS
    assert {row["window"] for row in rows} == set(result.all_levels["window"])
    wanted = [row for row in document if row["window"] == "policy"]
    found = [row for row in rows if row["window"] == "policy"]
    assert [float(row["mean"]) for row in found] == pytest.approx([r["mean"] for r in wanted])
