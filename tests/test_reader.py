"""The scenario reader: what is written is read as meant, and every fault is told with its place."""

from __future__ import annotations

import pickle
import re
from pathlib import Path

import numpy as np
import pytest

from scenarios import ScenarioError, list_scenarios, load_scenario
from tests import scenario_files
from tests.scenario_files import HEAD, faults, load, write

here = scenario_files.here

# -- what is read


def test_four_lines_are_a_complete_scenario(here: Path) -> None:
    scenario = load(here, HEAD + "levers: {hotel: {quota: 0.2}}\n")
    parent = load_scenario("mandated_hotel_partnership")
    assert scenario.name == "wajib"
    assert scenario.title == {"en": "wajib", "id": "wajib"}  # not the parent's
    assert scenario.levers["hotel.quota"].value == 0.2
    assert scenario.levers["hotel.coverage"] == parent.levers["hotel.coverage"]
    assert (scenario.months, scenario.first_month) == (108, "2025-01")
    assert scenario.instrument == "perda"
    assert scenario.text == HEAD + "levers: {hotel: {quota: 0.2}}\n"


def test_a_notebook_shows_a_scenario_with_all_it_sets(here: Path) -> None:
    scenario = load(
        here,
        HEAD
        + "title: 'A <b>rule</b> & co'\ndescription: <script>x</script>\nmonths: 96\n"
        + "levers: {hotel: {quota: 0.2}}\n"
        + "assume: {displacement: {value: 0.4, range: [0.2, 0.6], source: 'one <i>'}}\n"
        + "shocks: [{month: 2027-03, months: 6, sector: food_and_cakes, size: -0.3}]\n",
    )
    sheet = scenario._repr_html_()
    rows = [re.findall("<t[hd]>(.*?)</t[hd]>", row) for row in re.findall("<tr>(.*?)</tr>", sheet)]
    assert "A &lt;b&gt;rule&lt;/b&gt; &amp; co" in sheet
    assert "&lt;script&gt;x" in sheet
    assert not re.search("<script|<b>|<i>", sheet)
    for row in (
        ["instrument", "perda"],
        ["region", "surabaya"],
        ["months", "96, 2025-01 to 2032-12"],
        ["hotel.quota", "0.2", "share", "2027-01 to 2031-12", "wajib.yaml:7"],
        ["displacement", "0.4", "0.2..0.6", "share", "wajib.yaml:8", "one &lt;i&gt;"],
        ["2027-03", "6", "food_and_cakes", "-30 %", "", "everywhere"],
    ):
        assert row in rows
    assert [row[0] for row in rows if row[0] in scenario.levers] == list(scenario.levers)
    assert "Ramps: hotel 6 months, restaurant 6 months" in sheet
    for name in list_scenarios():
        plain = load_scenario(name)._repr_html_()
        assert ("No lever is set" in plain) == (name == "no_policy"), name
        assert "Shocks" not in plain


def test_region_may_be_inherited_and_name_may_not(here: Path) -> None:
    assert load(here, "name: x\nextends: cash_grant\n").region == "surabaya"
    assert faults(here, "extends: cash_grant\n") == ["1:1: name: missing: write 'name: my_rule'"]
    assert faults(here, "name: x\n") == ["1:1: region: missing: write 'region: surabaya'"]


def test_every_shipped_scenario_is_valid_and_for_its_region() -> None:
    assert list_scenarios()[0] == "no_policy"
    for name in list_scenarios():
        scenario = load_scenario(name)
        assert scenario.name == name
        far = name in ("kutai_timur_adoption", "large_buyer_procurement")
        assert scenario.region == ("kutai_timur" if far else "surabaya")
        assert scenario.title["en"] != scenario.title["id"]
        assert "Surabaya model" not in scenario.text
    assert load_scenario("no_policy").levers == {}


def test_the_two_mandates_differ_only_in_depth() -> None:
    paper = load_scenario("mandate_on_paper").resolved()
    verified = load_scenario("mandated_hotel_partnership").resolved()
    assert paper["levers"].pop("inspection.depth")["value"] == 0
    assert verified["levers"].pop("inspection.depth")["value"] == 0.5
    for key in ("levers", "months", "first_month", "region", "instrument", "assume"):
        assert paper[key] == verified[key]


def test_start_and_end_are_months_or_dates(here: Path) -> None:
    text = HEAD + "levers: {hotel: {start: 2028-03, end: 60, ramp_months: 2}}\n"
    setting = load(here, text).levers["hotel.quota"]
    assert (setting.start, setting.ramp_months, setting.end) == (38, 2, 60)


def test_dates_follow_the_calendar_of_the_scenario_that_is_run(here: Path) -> None:
    scenario = load(here, HEAD + "first_month: 2026-01\n")
    assert scenario.levers["hotel.quota"].start == 12  # 2027-01, inherited
    assert scenario.calendar(12) == "2027-01"


def test_null_is_no_value_so_the_inherited_one_stands(here: Path) -> None:
    text = HEAD + "months: null\nlevers:\n  hotel: {quota: null, start: ~}\n  payment:\n"
    scenario = load(here, text)
    assert scenario.levers == load_scenario("mandated_hotel_partnership").levers
    assert scenario.months == 108


def test_a_key_may_carry_its_unit(here: Path) -> None:
    text = HEAD + (
        "levers:\n"
        "  hotel: {quota_percent: 7, radius: 3, price_cap_share: 0.1, ramp: 3}\n"
        "  inspection: {sanction_billion_rp: 0.05}\n"
        "  payment: {max: 15}\n"
    )
    levers = load(here, text).levers
    assert levers["hotel.quota"].value == 0.07
    assert levers["hotel.radius_km"].value == 3
    assert levers["hotel.price_cap"].value == 0.1
    assert levers["hotel.quota"].ramp_months == 3
    assert levers["inspection.sanction_million_rp"].value == 50
    assert levers["payment.max_days"].value == 15


def test_assumptions_are_numbers_or_ranges_with_a_source(here: Path) -> None:
    text = HEAD + (
        "assume:\n"
        "  displacement: 0.4\n"
        "  spoilage_weight: {value: 0.03, range: [0.01, 0.2], source: 'interviews, 2026'}\n"
        "  goods.cakes.standardisation: {range: [0.3, 0.5]}\n"
    )
    assume = load(here, text).assume
    held = assume["displacement"]
    assert (held.value, held.low, held.high) == (0.4, 0.4, 0.4)
    varied = assume["spoilage_weight"]
    assert (varied.value, varied.low, varied.high) == (0.03, 0.01, 0.2)
    assert varied.source == "interviews, 2026"
    middle = assume["goods.cakes.standardisation"]
    assert (middle.value, middle.low, middle.high) == (0.4, 0.3, 0.5)  # registry's 0.2 is outside


def test_a_file_beside_can_be_extended(here: Path) -> None:
    write(here, HEAD + "levers: {hotel: {quota: 0.1}}\n", "base.yaml")
    text = "name: x\nextends: {}\nlevers: {{payment: {{max_days: 9}}}}\n"
    for spelled in ("base", "base.yaml"):
        levers = load(here, text.format(spelled)).levers
        assert (levers["hotel.quota"].value, levers["payment.max_days"].value) == (0.1, 9)


def test_yaml_is_1_2_so_no_is_a_text(here: Path) -> None:
    assert load(here, HEAD + "title: no\nmonths: 1e2\n").title["en"] == "no"
    assert load(here, HEAD + "months: 1e2\n").months == 100


def test_windows_line_ends_are_read(here: Path) -> None:
    scenario = load(here, (HEAD + "levers: {hotel: {quota: 0.2}}\n").replace("\n", "\r\n"))
    assert scenario.origin["levers.hotel.quota"] == "wajib.yaml:4"


def test_origin_says_where_each_value_comes_from(here: Path) -> None:
    write(here, HEAD + "levers:\n  hotel:\n    quota: 0.2\n  payment: {max_days: 9}\n")
    origin = load_scenario("wajib.yaml", {"hotel.radius_km": 2}, months=96).origin
    assert origin["levers.hotel.quota"] == "wajib.yaml:6"
    assert origin["levers.hotel.radius_km"] == "flag"
    assert origin["months"] == "flag"
    assert origin["levers.hotel.coverage"].startswith("mandated_hotel_partnership.yaml:")
    assert origin["levers.payment.start"] == "default"
    assert origin["title"] == "default"


def test_overrides_win_and_meet_the_same_checks(here: Path) -> None:
    scenario = load_scenario(
        "mandated_hotel_partnership",
        {
            "hotel.quota": np.float64(0.2),
            "hotel.goods": ["cakes"],
            "payment.max_days": 15,
            "hotel.start": "2028-01",
        },
        {"displacement": {"range": (0.2, 0.8)}},
    )
    assert scenario.levers["hotel.quota"].value == 0.2
    assert scenario.levers["hotel.quota"].start == 36
    assert scenario.levers["hotel.goods"].value == ("cakes",)
    assert scenario.assume["displacement"].low == 0.2
    with pytest.raises(ScenarioError) as caught:
        load_scenario(
            "mandated_hotel_partnership",
            {
                "hotel.quota": 1.4,
                "hotel.quoat": 1,
                "quota": 1,
                "hotel.binding": True,
                "hotel.price_cap": float("nan"),
                "hotel.publicity": object(),
            },
            {"displacment": 0.2},
        )
    assert str(caught.value).splitlines() == [
        "override: levers.quota: expects group.lever, did you mean 'hotel.quota'?",
        "override: assume.displacment: unknown parameter, did you mean 'displacement'?",
        "override: levers.hotel.quota: 1.4 is out of range [0..1, default 0.3]",
        "override: levers.hotel.quoat: unknown key, did you mean 'quota'?",
        (
            "override: levers.hotel.binding: expects a number [0..1, default 1], got True: "
            "write 1 or 0"
        ),
        "override: levers.hotel.price_cap: nan is not a finite number [0..1, default 0.15]",
        (
            "override: levers.hotel.publicity: expects a number [0..1, default 0], "
            "got the text 'object object'"
        ),
        "7 errors in the overrides",
    ]


def test_a_shorter_run_cuts_the_policy_off() -> None:
    scenario = load_scenario("mandated_hotel_partnership", months=60)
    assert scenario.levers["hotel.quota"].end == 59
    with pytest.raises(ScenarioError) as caught:
        load_scenario("cash_grant", months=20)
    assert caught.value.faults[0].message == (
        "levers.cash_grant.start month 24 (2027-01) lies beyond the last, month 19 (2026-08) "
        "[0..19, default 24]"
    )


def test_digest_is_of_meaning_not_of_names(here: Path) -> None:
    text = HEAD + "levers: {hotel: {quota: 0.2}}\n"
    one = load(here, text)
    same = load(here, text.replace("wajib", "other") + "title: another\ninstrument: perbup\n")
    other = load(here, text.replace("0.2", "0.21"))
    assert one.digest() == same.digest() != other.digest()
    assert (
        one.digest() == load_scenario("mandated_hotel_partnership", {"hotel.quota": 0.2}).digest()
    )
    assert pickle.loads(pickle.dumps(one)) == one
    assert len({one, load(here, text)}) == 1


# -- how a fault is shown


def test_all_faults_come_at_once_by_line_with_the_place_underlined(here: Path) -> None:
    text = HEAD + "levers:\n  hotel:\n    strat: 2027-01\n    quota: 1.4\n"
    write(here, text)
    with pytest.raises(ScenarioError) as caught:
        load_scenario("wajib.yaml")
    assert str(caught.value).splitlines() == [
        "wajib.yaml:6:5: levers.hotel.strat: unknown key, did you mean 'start'?",
        "      6 |     strat: 2027-01",
        "        |     ^^^^^",
        "wajib.yaml:7:12: levers.hotel.quota: 1.4 is out of range [0..1, default 0.3]",
        "      7 |     quota: 1.4",
        "        |            ^^^",
        "2 errors in wajib.yaml",
    ]
    assert caught.value.exit_code == 2
    again = pickle.loads(pickle.dumps(caught.value))
    assert (str(again), again.faults) == (str(caught.value), caught.value.faults)


def test_faults_of_an_extended_file_name_that_file(here: Path) -> None:
    write(here, HEAD + "levers: {hotel: {quota: 2}}\n", "base.yaml")
    write(here, "name: x\nextends: base\nmonths: -1\n")
    with pytest.raises(ScenarioError) as caught:
        load_scenario("wajib.yaml")
    assert [(f.file, f.line) for f in caught.value.faults] == [("wajib.yaml", 3), ("base.yaml", 4)]
    assert str(caught.value).splitlines()[-1] == "1 error in base.yaml"


def test_a_long_line_is_shown_around_the_fault(here: Path) -> None:
    write(here, HEAD + "levers: {hotel: {" + "publicity: 1, " + " " * 300 + "quota: 7}}\n")
    with pytest.raises(ScenarioError) as caught:
        load_scenario("wajib.yaml")
    _, source, marks, _ = str(caught.value).splitlines()
    assert len(source) < 120
    assert source[marks.index("^")] == "7"
