"""The stakeholder table of the page: who gains and who loses, first and last policy year."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from experiments.catalogue import told
from experiments.page.words import say
from experiments.words import number, unit_words, with_error, with_interval

if TYPE_CHECKING:
    import pandas as pd

    from experiments.page.folder import Kept

__all__ = ["SHOWN", "stakeholder_section"]

SHOWN = (
    ("partners", "profit_per_firm"),
    ("partners", "naive_gap"),
    ("same_trade", "profit_per_firm"),
    ("other_trades", "profit_per_firm"),
    ("new_firms", "profit"),
    ("all_umkm", "profit"),
    ("hotels", "extra_cost_per_buyer"),
    ("restaurants", "extra_cost_per_buyer"),
    ("other_buyers", "extra_cost_per_buyer"),
    ("treasury", "public_cost"),
    ("outside_sellers", "sales"),
)
"""Lines of the page; the folder's table has more."""
_WINDOWS = ("year 1", "year 5")


def stakeholder_section(kept: Kept, letters: Sequence[str], lang: str) -> dict[str, Any] | None:
    """Rows of the table by year, a cell a scenario; nothing where the folder has no such table."""
    table = kept.stakeholders
    if table is None or table.empty:
        return None
    pairs = list(zip(table["stakeholder"], table["measure"], strict=True))
    wanted = [pair for pair in SHOWN if pair in pairs] or list(dict.fromkeys(pairs))
    years = []
    for window in _WINDOWS:
        part = table[table["window"] == window]
        rows = [_line(kept, part, *pair, lang) for pair in wanted]
        # Nobody's line: no number in any scenario.
        rows = [row for row in rows if any(cell["text"] != "-" for cell in row["cells"])]
        if rows:
            years.append({"title": say("year", lang, n=window[5:]), "rows": rows})
    if not years:
        return None
    naive = any(row["naive"] for year in years for row in year["rows"])
    return {"letters": list(letters), "years": years, "naive": naive}


def _line(kept: Kept, part: pd.DataFrame, who: str, measure: str, lang: str) -> dict[str, Any]:
    own = part[(part["stakeholder"] == who) & (part["measure"] == measure)]
    unit = unit_words(str(own["unit"].iloc[0]), lang) if len(own) else ""
    return {
        "who": told(who, lang, "stakeholder"),
        "measure": f"{told(measure, lang, 'measure')}, {unit}",
        "naive": measure == "naive_gap",
        "cells": [_cell(own[own["scenario"] == name], lang) for name in kept.names],
    }


def _cell(own: pd.DataFrame, lang: str) -> dict[str, str]:
    if own.empty or not math.isfinite(float(own["mean"].iloc[0])):
        return {"text": "-", "error": "", "verdict": "", "kind": "", "firms": ""}
    row = own.iloc[0]
    mean = float(row["mean"])
    sim = float(row["sim_low"]), float(row["sim_high"])
    ends = float(row["range_low"]), float(row["range_high"])
    varied = math.isfinite(ends[0])
    low, high = ends if varied else sim
    text = with_interval(mean, low, high, lang) if math.isfinite(low) else number(mean, lang)
    error = with_error(sum(sim) / 2, *sim, lang) if varied and math.isfinite(sim[0]) else ""
    verdict = str(row["verdict"])
    if mean == low == high == 0.0 and sim in ((0.0, 0.0), (math.nan, math.nan)):
        text, error = "0", ""
    firms = float(row["firms"])
    return {
        "text": text,
        "error": error,
        "verdict": told(verdict, lang, "verdict"),
        "kind": verdict if verdict in ("gain", "lose") else "",
        "firms": number(firms, lang) if math.isfinite(firms) else "",
    }
