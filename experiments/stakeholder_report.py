"""The stakeholder table on the screen: one line each, and the naive gap beside the effect."""

from __future__ import annotations

import math
import textwrap
from typing import TYPE_CHECKING, cast

from experiments.report import laid_out, spread, window_title
from experiments.stakeholder_table import GAIN, LOSE, SAME
from experiments.stakeholder_words import say
from experiments.stakeholders import NAIVE
from experiments.words import number, unit_words, with_interval

if TYPE_CHECKING:
    import pandas as pd

    from experiments.comparison import Comparison

__all__ = ["EACH", "IN_ALL", "stakeholder_lines"]

EACH = ("partners", "partners_new", "same_trade", "other_trades", "new_firms")
"""Firms, shown by head."""
IN_ALL = (
    ("all_umkm", "profit"),
    ("all_umkm", "grants"),
    ("hotels", "extra_cost"),
    ("restaurants", "extra_cost"),
    ("other_buyers", "extra_cost"),
    ("agencies", "extra_cost"),
    ("treasury", "public_cost"),
    ("treasury", "fines"),
    ("outside_sellers", "sales"),
)
"""Lines shown in sum; the rest is in the folder."""
_MISSING = "-"
_SUM = "Rp m a month"


def stakeholder_lines(comparison: Comparison, window: str, lang: str, width: int) -> list[str]:
    """The table of one window as aligned text.

    Args:
        comparison: finished.
        window: such as "year 1".
        lang: "en" or "id".
        width: of the screen.
    """
    table = comparison.stakeholders(window).set_index(["stakeholder", "measure", "scenario"])
    names = comparison.scenarios

    def rows(stakeholder: str, measure: str) -> list[pd.Series | None]:
        keys = [(stakeholder, measure, name) for name in names]
        return [cast("pd.Series", table.xs(k)) if k in table.index else None for k in keys]

    def line(label: str, stakeholder: str, measure: str) -> None:
        found = rows(stakeholder, measure)
        if any(row is not None for row in found):
            body.append([f"  {label}", *(_cell(row, lang) for row in found)])

    each, total = (unit_words(unit, lang) for unit in ("Rp a month", _SUM))
    blank = [""] * len(names)
    body: list[list[str]] = [[f"{say('measure_profit', lang)}, {each}", *blank]]
    for name in EACH:
        line(("  " if name == "partners_new" else "") + say(f"who_{name}", lang), name,
             "profit_per_firm")  # fmt: skip
    body.append([total, *blank])
    for name, measure in IN_ALL:
        line(f"{say(f'who_{name}', lang)}, {say(f'measure_{measure}', lang)}", name, measure)
    naive = rows("partners", NAIVE)
    if any(row is not None for row in naive):
        body.append([f"{say(f'measure_{NAIVE}', lang)}, {each}", *blank])
        body.append([f"  {say('naive_with', lang)}", *(_cell(row, lang) for row in naive)])
        body.append([f"  {say('naive_anyway', lang)}", *(_anyway(row, lang) for row in naive)])
    when = window_title(comparison, window, lang)
    title = say("who_title", lang, when=when, baseline=comparison.baseline)
    legend = textwrap.wrap(say("who_legend", lang), max(60, width), subsequent_indent="  ")
    return [title, *laid_out(["", *names], body, width), *legend]


def _cell(row: pd.Series | None, lang: str) -> str:
    if row is None:
        return _MISSING
    found = say(SAME, lang) if row["verdict"] == SAME else _figure(row, lang)
    many = float(row["firms"])
    return f"{found} ({number(many, lang)})" if math.isfinite(many) else found


def _figure(row: pd.Series, lang: str) -> str:
    mean, low, high = (float(x) for x in (row["mean"], *spread(row)))
    if row["unit"] == _SUM:
        # A sum of a region that is below a thousand rupiah is nothing.
        mean, low, high = (round(x, 3) + 0.0 for x in (mean, low, high))
    text = with_interval(mean, low, high, lang)
    if row["verdict"] in (GAIN, LOSE):
        return f"{text} {say(str(row['verdict']), lang)}"
    return text if math.isnan(row["smallest_effect"]) else f"{text} ?"


def _anyway(row: pd.Series | None, lang: str) -> str:
    return _MISSING if row is None else number(float(row["level_baseline"]), lang, signed=True)
