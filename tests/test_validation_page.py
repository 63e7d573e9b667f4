"""The page on validation: its tables are those of the freeze."""

import csv
import runpy
from pathlib import Path

from experiments.validation.rows import read_frozen

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "validation.md").read_text(encoding="utf-8")


def test_the_tables_of_the_page_are_those_of_the_freeze():
    """Otherwise: python docs/make_validation.py."""
    make = runpy.run_path(str(ROOT / "docs" / "make_validation.py"))
    assert make["filled"](PAGE) == PAGE
    assert all(f"| {row.id} |" in PAGE for row in read_frozen().rows)


def test_what_came_out_is_written_as_it_came_out(tmp_path):
    make = runpy.run_path(str(ROOT / "docs" / "make_validation.py"))
    fields = ["id", "verdict", "missed", "median", "p05", "p95", "share_in_band", "share_right"]
    rows = [
        ["E128", "miss", "size", 40.0, 30.0, 50.0, 0.25, 1.0],
        ["E202", "cannot express", "", "", "", "", "", ""],
    ]
    with (tmp_path / "validation.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([fields, *rows])
    page = make["filled"]("<!-- made: results -->\n<!-- end -->", tmp_path)
    assert "| 40 [30..50] | 25 % | 100 % | **miss**: size |" in page
    assert "E202" not in page
