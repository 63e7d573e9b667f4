"""What a scenario may not say: each wrong line is told with range, default and nearest name."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import scenario_files
from tests.scenario_files import HEAD, faults

here = scenario_files.here


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("1.4", "1.4 is out of range [0..1, default 0.3]"),
        ("-0.1", "-0.1 is out of range [0..1, default 0.3]"),
        ("1e999", "1e999 is out of range [0..1, default 0.3]"),
        (".nan", ".nan is not a finite number [0..1, default 0.3]"),
        ("-.inf", "-.inf is not a finite number [0..1, default 0.3]"),
        ("nan", "nan is not a finite number [0..1, default 0.3]"),
        ("0,3", "0,3 has a decimal comma: write 0.3 [0..1, default 0.3]"),
        ("30%", "30% is a percentage: write 0.3 [0..1, default 0.3]"),
        ("1_000", "1_000 has separators: write 1000 [0..1, default 0.3]"),
        ("1.000,5", "1.000,5 has a decimal comma: write 1000.5 [0..1, default 0.3]"),
        ("1.000.000", "1.000.000 has separators: write 1000000 [0..1, default 0.3]"),
        ("1,234", "1,234 is ambiguous: write 1.234 or 1234 [0..1, default 0.3]"),
        ("0x1", "0x1 is not decimal: write a plain decimal number [0..1, default 0.3]"),
        ("'0.3'", "0.3 is text because of its quotes: write 0.3 [0..1, default 0.3]"),
        ("much", "expects a number [0..1, default 0.3], got the text 'much'"),
        ("true", "expects a number [0..1, default 0.3], got true"),
        ("[0.3]", "expects a number [0..1, default 0.3], got a list"),
        ("{a: 1}", "expects a number [0..1, default 0.3], got keys and values"),
        ("!!float 0.3", "tags (tag:yaml.org,2002:float) are not read: write the plain value"),
        ("&a 0.3", "anchors (&a) are not read: take it out"),
    ],
)
def test_a_wrong_number_is_refused_with_range_and_default(
    here: Path, value: str, message: str
) -> None:
    text = HEAD + f"levers:\n  hotel:\n    quota: {value}\n"
    assert faults(here, text) == [f"6:12: levers.hotel.quota: {message}"]


def test_a_decimal_comma_in_braces_is_found(here: Path) -> None:
    text = HEAD + "levers: {hotel: {quota: 0,3, price_cap: 0.1}}\n"
    expected = "0,3 has a decimal comma: write 0.3"
    assert faults(here, text) == [f"4:25: levers.hotel.quota: {expected}"]
    text = HEAD + "assume: {displacement: {range: [0,2, 0,8]}}\n"
    assert faults(here, text) == [
        (
            "4:32: assume.displacement.range: expects [low, high], got 4 values: "
            "write decimals with a point, as in [0.2, 0.8]"
        )
    ]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("naem: x", "4:1: naem: unknown key, did you mean 'name'?"),
        ("hotel: {}", "4:1: hotel: unknown key: groups of levers stand under 'levers:'"),
        (
            "displacement: 1",
            "4:1: displacement: unknown key: assumptions about parameters stand under 'assume:'",
        ),
        (
            "budget: {million_rp_per_year: x}",
            ("4:31: budget.million_rp_per_year: expects a number [0..10000000], "
            "got the text 'x'"),
        ),
        ("months: 0", "4:9: months: 0 is out of range [1..600, default 108]"),
        ("months: 10.5", "4:9: months: 10.5 is not a whole number [1..600, default 108]"),
        ("months: x", "4:9: months: expects a number [1..600, default 108], got the text 'x'"),
        (
            "first_month: 2025",
            "4:14: first_month: 2025 is no month: write YYYY-MM, such as 2027-01",
        ),
        (
            "first_month: 2025-13",
            "4:14: first_month: the text '2025-13' is no month: write YYYY-MM, such as 2027-01",
        ),
        (
            "instrument: perbub",
            ("4:13: instrument: 'perbub' is not one of memorandum, perbup, perda, "
            "did you mean 'perbup'?"),
        ),
        ("title: {fr: Non}", "4:9: title.fr: unknown key; known here: en, id"),
        ("title: 3", "4:8: title: expects a text, got 3: put it in quotes"),
        ("title: ''", "4:8: title: is an empty text"),
        ("name: y", "4:1: name: duplicate key, first written on line 1"),
        ("levers: 3", "4:9: levers: expects groups such as {hotel: {quota: 0.3}}, got 3"),
        ("levers: {hotl: {}}", "4:10: levers.hotl: unknown lever group, did you mean 'hotel'?"),
        (
            "levers: {data_sharing: {coverage: 1}}",
            "4:10: levers.data_sharing: not available in this version: take it out",
        ),
        (
            "levers: {hotel: {depth: 1}}",
            "4:18: levers.hotel.depth: unknown key, did you mean levers.inspection.depth?",
        ),
        (
            "levers: {coaching: {kind: lecture}}",
            "4:27: levers.coaching.kind: 'lecture' is not one of mentor, class",
        ),
        (
            "levers: {coaching: {months: 2.5}}",
            "4:29: levers.coaching.months: 2.5 is not a whole number [1..36, default 6]",
        ),
        (
            "levers: {coaching: {places: -5}}",
            "4:29: levers.coaching.places: -5 is out of range [0..200000, default 0]",
        ),
        (
            "levers: {hotel: {quota: 0.1, quota_percent: 3}}",
            "4:30: levers.hotel.quota_percent: sets levers.hotel.quota again, see line 4",
        ),
        (
            "levers: {hotel: {quota_percent: 140}}",
            "4:33: levers.hotel.quota_percent: 140 is out of range [0..100, default 30]",
        ),
        (
            "levers: {hotel: {binding: 0.5}}",
            "4:27: levers.hotel.binding: 0.5 is not a whole number [0..1, default 1]",
        ),
        (
            "levers: {hotel: {binding: yes}}",
            ("4:27: levers.hotel.binding: expects a number [0..1, default 1], got the text 'yes': "
            "write 1 or 0"),
        ),
        (
            "levers: {hotel: {goods: cakes}}",
            ("4:25: levers.hotel.goods: expects a list of goods, got the text 'cakes': "
            "write [cakes]"),
        ),
        (
            "levers: {hotel: {goods: [cakes, cake]}}",
            "4:33: levers.hotel.goods: 'cake' is no known good, did you mean 'cakes'?",
        ),
        (
            "levers: {hotel: {goods: [cakes, cakes]}}",
            "4:33: levers.hotel.goods: cakes stands twice",
        ),
        (
            "levers: {inspection: {targeting: rsk}}",
            ("4:34: levers.inspection.targeting: 'rsk' is not one of random, risk, complaint, "
            "did you mean 'risk'?"),
        ),
        (
            "levers: {hotel: {start: 2027-1}}",
            ("4:25: levers.hotel.start: the text '2027-1' is no month: "
            "write a month number, or YYYY-MM such as 2027-01"),
        ),
        (
            "levers: {hotel: {ramp_months: -1}}",
            "4:31: levers.hotel.ramp_months: -1 is out of range [0..600, default 6]",
        ),
        (
            "levers: {hotel: {end: 20}}",
            ("4:23: levers.hotel.end: ends in month 20 (2026-09), "
            "before it starts in month 24 (2027-01)"),
        ),
        (
            "levers: {payment: {max_days: 9, start: 90}}",
            ("4:40: levers.payment.start: levers.payment.end ends in month 83 (2031-12) "
            "by default, before it starts in month 90 (2032-07)"),
        ),
        (
            "levers: {hotel: {start: 2034-01}}",
            ("4:25: levers.hotel.start: month 108 (2034-01) lies beyond the last, "
            "month 107 (2033-12) [0..107, default 24]"),
        ),
        (
            "levers: {hotel: {start: 2024-12}}",
            ("4:25: levers.hotel.start: month -1 (2024-12) lies before the first month 2025-01 "
            "[0..107, default 24]"),
        ),
        (
            "levers: {hotel: {end: 2131-12}}",
            ("4:23: levers.hotel.end: month 1283 (2131-12) lies beyond the last, "
            "month 107 (2033-12) [0..107]"),
        ),
        (
            "assume: {displacment: 0.4}",
            "4:10: assume.displacment: unknown parameter, did you mean 'displacement'?",
        ),
        (
            "assume: {displacement: 1.4}",
            "4:24: assume.displacement: 1.4 is out of range [0..1, default 0.5]",
        ),
        (
            "assume: {displacement: {valeu: 1}}",
            "4:25: assume.displacement.valeu: unknown key, did you mean 'value'?",
        ),
        (
            "assume: {displacement: {value: 0.9, range: [0.2, 0.8]}}",
            "4:32: assume.displacement.value: 0.9 is outside the range given with it [0.2..0.8]",
        ),
        (
            "assume: {displacement: {range: [0.8, 0.2]}}",
            "4:32: assume.displacement.range: low 0.8 is above high 0.2",
        ),
        (
            "assume: {displacement: {range: [0.2, 1.2]}}",
            "4:38: assume.displacement.range: 1.2 is out of range [0..1]",
        ),
        (
            "assume: {displacement: {source: me}}",
            "4:24: assume.displacement: expects a number, or value and range",
        ),
        (
            "assume: {candidates: {range: [8, 64]}}",
            "4:30: assume.candidates.range: is a setting: give it one value",
        ),
        ("<<: {a: 1}", ("4:1: <<: merge keys (<<) are not read: use 'extends', "
                       "or write the values out")),
        ("? [a]\n: 3", "4:3: a key is a plain name, not a list or mapping"),
        ('title: "\\0"', "4:8: title: an escape stands for a control character"),
        ("title: a: b", "4:9: a second ': ' on this line: put the text in quotes"),
        ("\ttitle: b", "4:1: a tab stands where YAML allows only spaces"),
    ],
)  # fmt: skip
def test_a_wrong_line_is_refused(here: Path, line: str, message: str) -> None:
    found = faults(here, HEAD + line + "\n")
    assert [text.replace(": : ", ": ") for text in found] == [message]


def test_an_alias_and_its_anchor_are_both_told(here: Path) -> None:
    text = HEAD + "levers:\n  hotel: &h {quota: 0.2}\n  restaurant: *h\n"
    assert faults(here, text) == [
        "5:10: levers.hotel: anchors (&h) are not read: take it out",
        "6:15: levers.restaurant: aliases (*h) are not read: write the value out",
    ]


def test_python_tags_build_nothing(here: Path) -> None:
    text = HEAD + "title: !!python/object/apply:os.getcwd []\n"
    assert len(faults(here, text)) >= 1
