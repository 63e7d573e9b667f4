"""Signed or bought, good by good: shares of hotels that sign, buy, still buy, or sign on paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.report import HOTEL_STATES, hotel_cell, laid_out, window_title
from experiments.stakeholder_words import group_words
from experiments.words import say

if TYPE_CHECKING:
    import pandas as pd

    from experiments.comparison import Comparison

__all__ = ["ALL_GOODS", "STATE_COLUMNS", "state_lines", "state_table"]

ALL_GOODS = "all"
STATE_COLUMNS = ("scenario", "good", "state", "unit", "window", "mean", "p05", "p50", "p95")
_MISSING = "-"


def state_table(comparison: Comparison, window: str | None) -> pd.DataFrame:
    """Levels of every state by good, and of hotels as a whole under the good `all`.

    Args:
        comparison: finished.
        window: one, or all if none.
    """
    import pandas as pd  # noqa: PLC0415  # loaded already by now

    names = list(HOTEL_STATES)
    parts = [comparison.levels(names, window), comparison.levels(names, window, "good")]
    table = pd.concat(parts, ignore_index=True)
    found = table.rename(columns={"group": "good", "outcome": "state"})
    orders = {
        "scenario": comparison.study.names,
        "window": tuple(dict.fromkeys(found["window"])),
        "good": (ALL_GOODS, *comparison.goods),
        "state": HOTEL_STATES,
    }
    keys = found[list(orders)].apply(lambda column: column.map(orders[column.name].index))
    rows: pd.DataFrame = found.loc[keys.sort_values(list(orders), kind="stable").index]
    return rows[list(STATE_COLUMNS)].reset_index(drop=True)


def state_lines(comparison: Comparison, window: str, lang: str, width: int) -> list[str]:
    """The table of one window as aligned text; nothing where no hotel signs for any good."""
    table = state_table(comparison, window)
    shares = {
        key: own.set_index("state")["mean"] for key, own in table.groupby(["good", "scenario"])
    }
    body = []
    for good in comparison.goods:
        cells = [hotel_cell(shares[good, name], lang) for name in comparison.scenarios]
        if any(cell != _MISSING for cell in cells):
            body.append([f"  {group_words(good, lang)}", *cells])
    if not body:
        return []
    title = say("hotels_by_good", lang, when=window_title(comparison, window, lang))
    return [title, *laid_out(["", *comparison.scenarios], body, width)]
