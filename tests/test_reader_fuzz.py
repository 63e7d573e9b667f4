"""Thousands of damaged scenario files: each is read or refused with its faults, never a crash."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios import Scenario, ScenarioError, list_scenarios, load_scenario
from scenarios.inheritance import FOLDER

GOOD = (
    "name: wajib\n"
    "title: {en: Rule, id: Wajib}\n"
    "extends: mandated_hotel_partnership\n"
    "region: surabaya\n"
    "months: 108\n"
    "first_month: 2025-01\n"
    "instrument: perbup\n"
    "levers:\n"
    "  hotel: {quota: 0.2, radius_km: 10, goods: [cakes, slippers], start: 2027-01}\n"
    "  inspection:\n"
    "    hours_per_month: 80\n"
    "    targeting: risk\n"
    "  payment: {max_days: 15, ramp_months: 6, end: 2031-12}\n"
    "assume:\n"
    '  displacement: {range: [0.2, 0.8], source: "interviews with 6 hotels"}\n'
)
SEEDS = [
    GOOD,
    *((FOLDER / f"{name}.yaml").read_text(encoding="utf-8") for name in list_scenarios()),
]

PIECES = st.sampled_from(
    [
        *"{}[],:-?!&*#|>@`%'\"\\\n\t \0\x07\u00a0\ufeff\U0001f600~",
        ": ", "- ", "\n  ", "\n---\n", "...\n", "<<: *a", "&a ", "*a", "!!python/none ", "!!str ",
        "0,3", ".nan", "-.inf", "1e999", "9" * 400, "null", "no", "true", "0x1f", "1_000", "30%",
        "2027-13", "2027-01-01", '"\\uD800"', '"\\UFFFFFFFF"', '"\\x', "|2\n", ">-\n",
        "? [a, b]\n: c\n", "{a: {b: {c: {d: {e: {f: {g: {h: {i: 1}}}}}}}}}", "[" * 50, "- " * 50,
        "extends: ../x\n", "extends: wajib\n", "levers:\n", "  hotel:\n", "quota: ", "assume: ",
        "%TAG ! tag:x,2026:\n---\n", "\r", "\u2028", "#", "name: x\n", "months: -1\n",
    ]
)  # fmt: skip


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A good file with some characters cut out, put in, doubled or swapped."""
    text = draw(st.sampled_from(SEEDS))
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(text)))
        length = draw(st.integers(0, 12))
        match draw(st.integers(0, 4)):
            case 0:
                text = text[:at] + text[at + length :]
            case 1:
                text = text[:at] + draw(PIECES) + text[at:]
            case 2:
                text = text[:at] + draw(PIECES) + text[at + length :]
            case 3:
                text = text[:at] + text[at : at + length] * 2 + text[at + length :]
            case _:
                lines = text.split("\n")
                first = draw(st.integers(0, len(lines) - 1))
                second = draw(st.integers(0, len(lines) - 1))
                lines[first], lines[second] = lines[second], lines[first]
                text = "\n".join(lines)
    raw = text.encode("utf-8", errors="surrogatepass")
    if draw(st.integers(0, 9)) == 0:
        at = draw(st.integers(0, len(raw)))
        raw = raw[:at] + bytes([draw(st.integers(0, 255))]) + raw[at:]
    return raw


def read_or_refuse(path: Path | str, *overrides: dict[str, object]) -> Scenario | ScenarioError:
    try:
        return load_scenario(path, *overrides)
    except ScenarioError as error:
        return error


def check(path: Path, raw: bytes) -> None:
    path.write_bytes(raw)
    found = read_or_refuse(path)
    if isinstance(found, Scenario):
        found.digest()
        for setting in found.levers.values():
            assert 0 <= setting.start <= setting.end < found.months
        for assumption in found.assume.values():
            assert assumption.low <= assumption.value <= assumption.high
        return
    assert found.faults
    lines = path.read_bytes().decode("utf-8", errors="replace")
    lines = lines.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for fault in found.faults:
        assert fault.message
        assert "\n" not in fault.message
        assert fault.line <= len(lines)
        if fault.line and fault.file == str(path):
            assert 1 <= fault.column <= len(lines[fault.line - 1]) + 1
    places = [(f.line, f.column) for f in found.faults if f.file == str(path)]
    assert places == sorted(places)
    # What is shown carries nothing that could garble a screen.
    assert all(c.isprintable() or c in "\n\t" for c in str(found))


@settings(max_examples=1500)
@given(raw=damaged())
def test_a_damaged_file_is_read_or_refused(
    raw: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    check(tmp_path_factory.getbasetemp() / "wajib.yaml", raw)


@settings(max_examples=300)
@given(raw=st.binary(max_size=300))
def test_any_bytes_are_refused(raw: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    check(tmp_path_factory.getbasetemp() / "bytes.yaml", raw)


VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
NAMES = st.sampled_from(
    ["hotel.quota", "hotel.goods", "hotel.start", "hotel.end", "inspection.targeting", "hotel",
     "payment.max_days", "hotel.ramp_months", "coaching.kind", ".", "a.b.c", ""]
)  # fmt: skip


@settings(max_examples=150)
@given(
    levers=st.dictionaries(NAMES, VALUES, max_size=3),
    assume=st.dictionaries(st.sampled_from(["displacement", "candidates", "x"]), VALUES),
)
def test_any_overrides_are_taken_or_refused(
    levers: dict[str, object], assume: dict[str, object]
) -> None:
    found = read_or_refuse("mandated_hotel_partnership", levers, assume)
    if isinstance(found, ScenarioError):
        assert {fault.file for fault in found.faults} == {"override"}
    else:
        found.digest()


@pytest.mark.parametrize(
    "content",
    [
        "a: " + "[" * 60_000,
        "{" * 60_000,
        "- " * 30_000,
        "? " * 30_000,
        "a: &a [" + "*a," * 15_000 + "]",
        "a: " + "x" * 60_000,
        "\n" * 60_000 + "a: *b",
        "".join(f"k{i}: 1\n" for i in range(6_000)),
        "'" * 60_000,
        "#" * 60_000,
        "a: |\n" + " x\n" * 20_000,
        "levers: {" + ",".join(f"g{i}: {{}}" for i in range(2_000)) + "}",
        "assume: {" + ",".join(f"displacemen{i}: 1" for i in range(2_000)) + "}",
    ],
    ids=lambda content: content[:12].replace("\n", "/"),
)
def test_a_monstrous_file_is_refused_soon(tmp_path: Path, content: str) -> None:
    path = tmp_path / "huge.yaml"
    path.write_text(content, encoding="utf-8")
    start = time.process_time()
    found = read_or_refuse(path)
    assert isinstance(found, ScenarioError)
    assert time.process_time() - start < 20
    assert len(str(found)) < 40_000
