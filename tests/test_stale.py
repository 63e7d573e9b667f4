"""Published figures that nobody has looked at for long are named."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from typer.testing import CliRunner

from experiments.stale import stale_line, today
from sim.errors import KemitraanError
from sim.parameters import STALE_MONTHS, registry, stale

LATER = "2031-01-01"


def only(kind: str, checked: date):
    name = "typical_occupancy"
    return {name: replace(registry()[name], kind=kind, checked_on=checked)}


def test_a_check_counts_for_so_many_months_and_no_day_longer():
    entry = only("measured", date(2024, 3, 15))
    assert STALE_MONTHS == 24
    assert stale(date(2026, 3, 15), entry) == ()
    assert stale(date(2026, 3, 16), entry) == ("typical_occupancy",)
    assert stale(date(2025, 3, 16), entry, months=12) == ("typical_occupancy",)


@pytest.mark.parametrize("kind", ["assumed", "estimated"])
def test_a_guess_does_not_age(kind):
    assert stale(date(2040, 1, 1), only(kind, date(2020, 1, 1))) == ()


def test_the_registry_today_and_in_years():
    assert stale(date(2026, 11, 26)) == ()
    old = stale(date.fromisoformat(LATER))
    assert "typical_occupancy" in old
    assert {registry()[name].kind for name in old} == {"measured", "literature"}


@pytest.mark.parametrize(
    ("lang", "words"), [("en", "checked more than 24"), ("id", "diperiksa lebih dari 24")]
)
def test_the_line_names_them(lang, words):
    line = stale_line(lang, date.fromisoformat(LATER))
    assert words in line
    assert "typical_occupancy" in line
    assert "2026-11-2" in line
    assert stale_line(lang, date(2026, 11, 26)) == ""


def test_the_day_may_be_given(monkeypatch):
    monkeypatch.setenv("KEMITRAAN_TODAY", LATER)
    assert today() == date(2031, 1, 1)
    monkeypatch.setenv("KEMITRAAN_TODAY", "soon")
    with pytest.raises(KemitraanError, match="KEMITRAAN_TODAY soon: is no date"):
        today()
    monkeypatch.delenv("KEMITRAAN_TODAY")
    assert today() >= date(2026, 11, 1)


@pytest.mark.parametrize("words", [["list", "parameters"], ["check", "no_policy"]])
def test_commands_warn_beside_their_data(words, monkeypatch):
    from experiments.cli.app import app

    monkeypatch.setenv("KEMITRAAN_TODAY", LATER)
    told = CliRunner().invoke(app, [*words, "--lang", "en"])
    assert told.exit_code == 0
    assert "last checked more than 24 months ago" in told.stderr
    assert "last checked" not in told.stdout
    monkeypatch.setenv("KEMITRAAN_TODAY", "2026-11-26")
    assert "last checked" not in CliRunner().invoke(app, [*words, "--lang", "en"]).stderr
