"""The stakeholder table as people get it: columns, words, screen, document, folder, workers."""

import json

import numpy as np
import pandas as pd
import pytest

from experiments import store
from experiments.compare import compare
from experiments.groups import GROUP_OUTCOMES, GROUPINGS
from experiments.report import text
from experiments.stakeholder_table import (
    GAIN,
    LOSE,
    SAME,
    SELECTION,
    STAKEHOLDER_COLUMNS,
    UNCLEAR,
    stakeholder_windows,
)
from experiments.stakeholder_words import group_words, say, whom_words
from experiments.stakeholders import FIRM_GROUPS, LINES, NAIVE, STAKEHOLDERS
from experiments.words import number
from sim.errors import KemitraanError

RULE = "mandated_hotel_partnership"
SMALL = {"replicates": 4, "scale": 100, "months": 60, "quiet": True, "fixed_replicates": 3}
PROMISED = (
    "scenario", "baseline", "stakeholder", "measure", "unit", "window", "firms", "level_baseline",
    "mean", "sim_low", "sim_high", "range_low", "range_high", "share_better", "verdict",
)  # fmt: skip


@pytest.fixture(scope="module")
def result():
    return compare([RULE, "cash_grant"], jobs=1, **SMALL)


def test_the_columns_are_the_promised_ones_and_every_line_is_there(result):
    table = result.stakeholders("year 3")
    assert tuple(table.columns) == STAKEHOLDER_COLUMNS
    assert STAKEHOLDER_COLUMNS[: len(PROMISED)] == PROMISED
    assert set(table["baseline"]) == {"no_policy"}
    assert set(table["window"]) == {"year 3"}
    for _, own in table.groupby("scenario", sort=False):
        found = list(zip(own["stakeholder"], own["measure"], strict=True))
        assert found == [(line.stakeholder, line.measure) for line in LINES if line[:2] in found]
        assert set(own["stakeholder"]) == set(STAKEHOLDERS)
    assert list(dict.fromkeys(table["scenario"])) == [RULE, "cash_grant"]
    words = {GAIN, LOSE, UNCLEAR, SAME, SELECTION}
    assert set(table["verdict"]) <= words
    unclear = table["verdict"] == UNCLEAR
    assert table.loc[unclear, "smallest_effect"].gt(0).all()
    assert table.loc[~unclear, "smallest_effect"].isna().all()


def test_means_of_the_firms_lines_add_up(result):
    for window in ("year 1", "year 3", "policy"):
        table = result.stakeholders(window)
        profits = table[table["measure"] == "profit"].set_index(["scenario", "stakeholder"])["mean"]
        effects = result.effects("profit", window).set_index("scenario")["mean"]
        for name in (RULE, "cash_grant"):
            parts = sum(profits[name, group] for group in FIRM_GROUPS)
            assert parts == pytest.approx(profits[name, "all_umkm"], rel=1e-9, abs=1e-6)
            assert parts == pytest.approx(effects[name], rel=1e-9, abs=1e-6)


def test_a_row_is_the_mean_of_paired_differences_with_both_intervals(result):
    table = result.stakeholders("year 3").set_index(["scenario", "stakeholder", "measure"])
    row = table.loc[(RULE, "treasury", "public_cost")]
    cost = result.effects("public_cost", "year 3").set_index("scenario").loc[RULE]
    for column in ("mean", "sim_low", "sim_high", "range_low", "range_high"):
        assert row[column] == pytest.approx(1000 * cost[column] / 12)
    assert row["share_better"] == cost["share_better"] == 0
    assert row["verdict"] == LOSE
    assert row["level_baseline"] == 0
    trade = table.loc[(RULE, "same_trade", "profit")]
    assert trade["range_low"] < trade["mean"] < trade["range_high"]
    assert trade["firms"] > 30_000
    each = table.loc[(RULE, "same_trade", "profit_per_firm")]
    assert each["unit"] == "Rp a month"
    assert "closed ones count" in each["denominator"]
    assert trade["denominator"] == ""


def test_the_naive_gap_stands_beside_the_effect_and_says_that_it_is_none(result):
    table = result.stakeholders("year 3").set_index(["scenario", "stakeholder", "measure"])
    gap, effect = (table.loc[(RULE, "partners", m)] for m in (NAIVE, "profit_per_firm"))
    assert gap["verdict"] == SELECTION
    assert np.isnan(gap["share_better"])
    assert gap["firms"] == effect["firms"]
    assert gap["level_baseline"] != 0
    # Within the runs it is a level: nowhere is it listed as an effect.
    assert NAIVE not in set(result.all_effects["outcome"])
    levels = result.all_levels
    own = levels[(levels["outcome"] == NAIVE) & (levels["scenario"] == RULE)]
    assert gap["mean"] == own.set_index("window").loc["year 3", "mean"]
    assert gap["range_low"] == own.set_index("window").loc["year 3", "p05"]
    shown = text(result)
    assert "naive gap: selection, not effect" in shown
    assert "selisih naif: seleksi, bukan pengaruh" in text(result, lang="id")


def test_first_and_last_year_unless_others_are_asked_for(result):
    assert list(dict.fromkeys(result.stakeholders()["window"])) == ["year 1", "year 3"]
    assert list(dict.fromkeys(result.stakeholders(["policy", "year 1"])["window"])) == [
        "policy", "year 1",
    ]  # fmt: skip
    assert stakeholder_windows(108) == ["year 1", "year 5"]
    assert stakeholder_windows(108, ["year 2", "policy"]) == ["year 2"]
    assert stakeholder_windows(36) == ["year 1"]
    assert stakeholder_windows(24) == []
    with pytest.raises(KemitraanError, match="no window 'year 5'"):
        result.stakeholders("year 5")


def test_the_screen_shows_the_years_after_the_effects(result):
    shown = text(result, width=160)
    assert shown.index("POLICY YEARS") < shown.index("YEAR 1 (2027): who gains, who loses")
    assert shown.index("YEAR 1 (2027)") < shown.index("YEAR 3 (2029): who gains, who loses")
    assert "same trade, not partnered" in shown
    assert "closed" in shown
    one = text(result, width=160, show=["year 2"])
    assert one.count("who gains, who loses") == 1
    assert "YEAR 2 (2028): who gains, who loses" in one
    both = text(result, width=160, show=["year 1", "year 2"])
    order = [both.index(f"YEAR {k} (202{6 + k}){rest}") for k in (1, 2)
             for rest in (", against", ": who")]  # fmt: skip
    assert order == sorted(order)
    indonesian = text(result, lang="id", width=160)
    assert "siapa untung, siapa rugi" in indonesian
    assert "who gains" not in indonesian
    assert max(len(line) for line in text(result, width=100).splitlines()) < 110


def test_a_short_run_without_a_policy_year_has_no_table():
    short = compare("cash_grant", uncertainty="seeds", jobs=1, replicates=2, scale=200, months=36,
                    quiet=True)  # fmt: skip
    table = short.stakeholders()
    assert set(table["window"]) == {"year 1"}
    assert table["range_low"].isna().all()
    assert table["sim_low"].notna().any()


def test_the_document_and_the_folder_hold_it(result, tmp_path, monkeypatch):
    monkeypatch.setattr(store, "_figures", lambda *_: None)
    document = result.to_json()
    rows = document["stakeholders"]
    json.dumps(rows, allow_nan=False)
    assert set(rows[0]) == set(STAKEHOLDER_COLUMNS)
    assert {r["window"] for r in rows} == {"year 1", "year 3"}
    assert {r["window"] for r in result.to_json(["year 2"])["stakeholders"]} == {"year 2"}
    folder = store.write_folder(result, tmp_path / "one")
    csv = pd.read_csv(folder / "stakeholders.csv")
    parquet = pd.read_parquet(folder / "stakeholders.parquet")
    assert tuple(csv.columns) == tuple(parquet.columns) == STAKEHOLDER_COLUMNS
    assert set(csv["window"]) == {"year 1", "year 2", "year 3", "policy"}
    pd.testing.assert_frame_equal(
        parquet[parquet["window"] == "year 3"].reset_index(drop=True), result.stakeholders("year 3")
    )
    assert len(csv) == len(parquet)


def test_one_worker_and_two_give_the_same_table(result):
    two = compare([RULE, "cash_grant"], jobs=2, **SMALL)
    pd.testing.assert_frame_equal(result.stakeholders(), two.stakeholders(), check_exact=True)


def test_a_unit_stays_small(result):
    """Numbers of groups come back, never columns of firms."""
    sizes = [one.numbers.size for one in result.results]
    other = compare(RULE, jobs=1, **(SMALL | {"scale": 400, "replicates": 2}))
    assert other.results[0].numbers.shape[1] == result.results[0].numbers.shape[1]
    assert max(sizes) * 8 < 300_000


def test_every_word_is_there_in_both_languages():
    for lang in ("en", "id"):
        for line in LINES:
            assert say(f"who_{line.stakeholder}", lang)
            assert say(f"measure_{line.measure}", lang)
        for word in (GAIN, LOSE, UNCLEAR, SAME, SELECTION):
            assert say(word, lang)
    assert say(UNCLEAR, "en") == "no clear difference"
    assert say(UNCLEAR, "id") == "belum dapat dibedakan"
    for by in GROUPINGS:
        assert say(f"by_{by}", "id") != say(f"by_{by}", "en")
        for whom in GROUP_OUTCOMES[by].values():
            assert whom_words(whom, "id") != whom_words(whom, "en")


def test_groups_are_named_in_both_languages():
    assert group_words("food_and_cakes", "en") == "food and cakes"
    assert group_words("food_and_cakes", "id") == "makanan dan kue"
    assert group_words("decile 3", "id") == "desil 3"
    assert group_words("Tegalsari", "id") == "Tegalsari"


def test_profit_per_eligible_firm_is_given_by_group(result):
    whole = result.levels("profit_per_eligible", "policy").set_index("scenario")["mean"]
    for by in ("size_class", "sector", "district", "owner_sex", "distance", "baseline_decile"):
        levels = result.levels("profit_per_eligible", "policy", by).set_index("scenario")
        firms = result.levels("firms_eligible", "policy", by).set_index("scenario")
        weight = firms.loc["no_policy", "mean"].to_numpy()
        value = levels.loc["no_policy", "mean"].to_numpy()
        weight = weight[weight > 0]
        # Firms are counted by month in the one and at the years' ends in the other.
        mean = (value * weight).sum() / weight.sum()
        assert mean == pytest.approx(whole["no_policy"], rel=0.05), by
        assert number(mean) != "-"
    trades = result.levels("firms_eligible", "policy", "sector").set_index("group")["mean"]
    assert (trades[["trade", "other_services"]] == 0).all()
    effects = result.effects("profit_per_eligible", "policy", "district")
    assert set(effects["unit"]) == {"Rp a month"}
    assert effects["denominator"].str.contains("eligible sectors").all()
