"""The stakeholder table of the page: who gains and who loses, first and last policy year."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from experiments.page.words import say
from experiments.stakeholder_table import GAIN, LOSE, SAME, UNCLEAR
from experiments.stakeholder_words import say as words_of
from experiments.stakeholders import NAIVE
from experiments.words import interval, number, supported, unit_words

if TYPE_CHECKING:
    import pandas as pd

    from experiments.page.folder import Kept

__all__ = ["SHOWN", "stakeholder_section"]

SHOWN = (
    ("partners", "profit_per_firm"),
    ("same_trade", "profit_per_firm"),
    ("other_trades", "profit_per_firm"),
    ("new_firms", "profit"),
    ("hotels", "extra_cost_per_buyer"),
    ("restaurants", "extra_cost_per_buyer"),
    ("other_buyers", "extra_cost_per_buyer"),
    ("agencies", "extra_cost_per_buyer"),
    ("treasury", "public_cost"),
    ("treasury", "fines"),
    ("outside_sellers", "sales"),
    ("partners", NAIVE),
)
"""Lines of the page, those with a difference in some scenario; the folder's table has more."""
_WINDOWS = ("year 1", "year 5")
_PROFITS = ("profit", "profit_per_firm")
_WAYS = (GAIN, LOSE)
_RUPIAH = 0.5
"""Less than this a month each is nothing: it comes of rounding in orders."""


def stakeholder_section(kept: Kept, letters: Sequence[str], lang: str) -> dict[str, Any] | None:
    """Rows of the table by year, a cell a scenario; nothing where the folder has no such table."""
    table = kept.stakeholders
    if table is None or table.empty:
        return None
    there = [window for window in _WINDOWS if (table["window"] == window).any()]
    years: list[dict[str, Any]] = []
    for window in there:
        part = table[table["window"] == window]
        wanted = [pair for pair in SHOWN if pair[1] != NAIVE or window == there[-1]]
        rows = [_line(kept, part, *pair, lang) for pair in wanted]
        # Nobody's line: no number, or no difference, in any scenario.
        rows = [row for row in rows if not all(cell["nothing"] for cell in row["cells"])]
        if rows:
            years.append({"title": say("year", lang, n=window[5:]), "rows": rows})
    if not years:
        return None
    naive = any(row["naive"] for year in years for row in year["rows"])
    return {"letters": list(letters), "years": years, "naive": naive}


def _line(kept: Kept, part: pd.DataFrame, who: str, measure: str, lang: str) -> dict[str, Any]:
    own = part[(part["stakeholder"] == who) & (part["measure"] == measure)]
    declared = str(own["unit"].iloc[0]) if len(own) else ""
    # Of a buyer, and not of a firm as everywhere else.
    each = declared == "Rp a month" and measure not in (*_PROFITS, NAIVE)
    unit = unit_words("Rp a month each" if each else declared, lang)
    name, bracket, whom = words_of(f"who_{who}", lang).partition(" (")
    return {
        "who": name,
        "whom": bracket.strip() + whom,
        # Of firms it is profit, as the note below says.
        "what": "" if measure in _PROFITS else f": {words_of(f'measure_{measure}', lang)}",
        "unit": unit,
        "naive": measure == NAIVE,
        "cells": [_cell(own[own["scenario"] == name], lang) for name in kept.names],
    }


def _size(x: float) -> float:
    return abs(x) if math.isfinite(x) else 0.0


def _cell(own: pd.DataFrame, lang: str) -> dict[str, Any]:
    """What a cell says, in parts, so that narrow columns break between them and not within."""
    cell = {"nothing": True, "mean": "-", "low": "", "high": "", "mark": "", "verdict": ""}
    if own.empty or not math.isfinite(float(own["mean"].iloc[0])):
        return cell
    row = own.iloc[0]
    verdict = str(row["verdict"])
    if verdict == SAME:
        return cell | {"mean": "0"}
    mean = float(row["mean"])
    sim = float(row["sim_low"]), float(row["sim_high"])
    ends = float(row["range_low"]), float(row["range_high"])
    low, high = ends if math.isfinite(ends[0]) else sim
    known = math.isfinite(low)
    if str(row["unit"]) == "Rp a month" and max(map(_size, (mean, low, high))) < _RUPIAH:
        return cell | {"mean": "0"}
    # A single run far out can carry the mean out of its interval, where digits mean nothing.
    digits = supported(low, high)
    if digits is not None and not low <= mean <= high:
        digits = None
    first = number(mean, lang, signed=known, digits=digits)
    lower, dots, upper = interval(low, high, lang).partition("..") if known else ("", "", "")
    return {
        "nothing": False,
        "mean": first,
        "low": lower + dots,
        "high": upper,
        "mark": "?" if verdict == UNCLEAR else "",
        "verdict": verdict if verdict in _WAYS else "",
        "said": words_of(verdict, lang) if verdict in _WAYS else "",
    }
