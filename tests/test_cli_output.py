"""Tables on a screen: wrapped where there is room, and never a number in two lines."""

import re
import sys

import pytest

from experiments.cli.app import COMMANDS
from experiments.cli.output import print_table
from kemitraan.cli import main

HEAD = ("month", "amount, Rp m a year", "note")
ROWS = (("2025-01", "6,720,000", "less where no firm is within the radius of the buyer"),) * 2


@pytest.fixture
def screen(monkeypatch):
    """A terminal of so many columns."""

    def of(columns):
        monkeypatch.setenv("COLUMNS", str(columns))
        monkeypatch.setattr(type(sys.stdout), "isatty", lambda _: True, raising=False)

    return of


@pytest.mark.parametrize("columns", [36, 50, 60, 70, 120])
def test_numbers_and_months_stay_whole_at_any_width(capsys, screen, columns):
    screen(columns)
    print_table(HEAD, ROWS)
    shown = capsys.readouterr().out
    assert shown.count("6,720,000") == 2
    assert shown.count("2025-01") == 2


def test_a_long_note_is_wrapped_where_there_is_room(capsys, screen):
    screen(60)
    print_table(HEAD, ROWS)
    lines = re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out).splitlines()
    assert max(len(line) for line in lines) <= 60
    assert any("radius" in line and "2025-01" not in line for line in lines)


def test_a_screen_too_narrow_gets_plain_lines(capsys, screen):
    screen(20)
    print_table(HEAD, ROWS)
    assert capsys.readouterr().out.splitlines()[1].split()[:2] == ["2025-01", "6,720,000"]


def test_an_empty_table_has_its_head(capsys, screen):
    screen(80)
    print_table(HEAD, [])
    assert "amount" in capsys.readouterr().out


@pytest.mark.parametrize("command", list(COMMANDS))
def test_helps_speak_to_people(capsys, command):
    assert main([command, "--help"]) == 0
    shown = capsys.readouterr().out
    for word in ("<str>", "<int>", "list[", "[["):
        assert word not in shown
