"""The stakeholder table: who gains and who loses, how much each and in all, and how sure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from experiments.effects import Differences, effects_table
from experiments.stakeholders import LINES, NAIVE, STAKEHOLDER, line_of
from sim.outcomes import windows

if TYPE_CHECKING:
    import pandas as pd

    from experiments.unit import Cell

__all__ = ["GAIN", "LOSE", "SAME", "SELECTION", "STAKEHOLDER_COLUMNS", "UNCLEAR",
           "clear", "naive_table", "nothing", "shows_from", "stakeholder_table",
           "stakeholder_windows", "verdict"]  # fmt: skip

STAKEHOLDER_COLUMNS = (
    "scenario", "baseline", "stakeholder", "measure", "unit", "window", "firms", "level_baseline",
    "mean", "sim_low", "sim_high", "range_low", "range_high", "share_better", "verdict",
    "smallest_effect", "pairs", "denominator",
)  # fmt: skip
"""`firms`: how many firms or buyers a line is of. `smallest_effect`: where there is no clear
difference, the effect from which on one would have shown."""
GAIN, LOSE, UNCLEAR, SAME = "gain", "lose", "no clear difference", "no difference"
SELECTION = "selection, not effect"
_FEWEST = 8
"""Pairs with a number that a verdict takes, in a study that has as many."""


def stakeholder_windows(months: int, asked: Sequence[str] = ()) -> list[str]:
    """The windows that are shown: the years asked for, else the first and last of the policy."""
    years = [name for name in windows(months) if name.startswith("year ")]
    chosen = [name for name in asked if name in years]
    return chosen or list(dict.fromkeys([*years[:1], *years[-1:]]))


def naive_table(
    differences: Differences, layout: Sequence[Cell], names: Sequence[str]
) -> pd.DataFrame:
    """The naive gap within each scenario's runs, as rows of `experiments.effects.effects_table`.

    It is a level and no difference from the baseline, so it never stands among effects.
    """
    columns = [k for k, c in enumerate(layout) if c.by == STAKEHOLDER and c.outcome == NAIVE]
    levels = {role: values[:, :, columns].copy() for role, values in differences.levels.items()}
    for values in levels.values():
        values[:, 0] = 0.0
    return effects_table(Differences(levels), [layout[k] for k in columns], names)


def stakeholder_table(
    effects: pd.DataFrame, levels: pd.DataFrame, shown: Sequence[str]
) -> pd.DataFrame:
    """The rows of some windows, with the columns `STAKEHOLDER_COLUMNS`.

    Args:
        effects: of every cell, see `experiments.effects.effects_table`, and of the naive gap.
        levels: of every cell, see `experiments.effects.levels_table`.
        shown: windows, in the order wanted.
    """
    keys = ["scenario", "group", "window", "outcome"]
    rows = effects[(effects["by"] == STAKEHOLDER) & effects["window"].isin(list(shown))].copy()
    own = levels[levels["by"] == STAKEHOLDER].set_index(keys)["mean"]
    for column, part in (("level_baseline", ".baseline"), ("firms", ".count")):
        wanted = [(*key, f"{name}{part}") for *key, name in rows[keys].itertuples(index=False)]
        rows[column] = own.reindex(wanted).to_numpy() if len(rows) else []
    rows = rows.rename(columns={"group": STAKEHOLDER, "outcome": "measure"})
    fewest = min(_FEWEST, int(rows["pairs"].max())) if len(rows) else 0
    found = [verdict(row, fewest) for _, row in rows.iterrows()]
    rows["verdict"] = [name for name, _ in found]
    rows["smallest_effect"] = [least for _, least in found]
    orders = {
        "scenario": {name: k for k, name in enumerate(rows["scenario"].unique())},
        "window": {name: k for k, name in enumerate(shown)},
    }
    line = {(one.stakeholder, one.measure): k for k, one in enumerate(LINES)}
    for column, order in orders.items():
        rows[f"{column}_order"] = rows[column].map(order)
    pairs = zip(rows[STAKEHOLDER], rows["measure"], strict=True)
    rows["line_order"] = [line[str(who), str(what)] for who, what in pairs]
    rows = rows.sort_values(["scenario_order", "window_order", "line_order"], kind="stable")
    table: pd.DataFrame = rows[list(STAKEHOLDER_COLUMNS)].reset_index(drop=True)
    return table


def _intervals(row: pd.Series) -> list[tuple[float, float]]:
    """Those of range and simulation error that there are."""
    both = [(float(row[f"{kind}_low"]), float(row[f"{kind}_high"])) for kind in ("range", "sim")]
    return [(low, high) for low, high in both if math.isfinite(low) and math.isfinite(high)]


def clear(row: pd.Series) -> bool:
    """Whether no interval of an effect reaches across zero, and one at least stays off it.

    The mean must lie on their side: a single run far out can carry it to the other.
    """
    there = _intervals(row)
    sides = {side for low, high in there for side in _sides(low, high)}
    return sides == {1 if row["mean"] > 0 else -1}


def _sides(low: float, high: float) -> tuple[int, ...]:
    """The sides of zero an interval reaches to."""
    return (*((-1,) if low < 0.0 else ()), *((1,) if high > 0.0 else ()))


def nothing(row: pd.Series) -> bool:
    """Whether no run showed any difference."""
    there = _intervals(row)
    return bool(row["mean"] == 0.0) and all(low == high == 0.0 for low, high in there)


def shows_from(row: pd.Series) -> float:
    """The smallest effect that would have shown: half the widest interval.

    One as large as the mean did not show either, wherever the intervals lie.
    """
    return max([abs(float(row["mean"])), *((high - low) / 2 for low, high in _intervals(row))])


def verdict(row: pd.Series, fewest: int = 0) -> tuple[str, float]:
    """Gain, loss or neither, and where it is unclear the smallest effect that would have shown.

    Args:
        row: of the table.
        fewest: pairs without which nothing is clear.
    """
    if row["measure"] == NAIVE:
        return SELECTION, math.nan
    if nothing(row):
        return SAME, math.nan
    if not clear(row) or (fewest and row["pairs"] < fewest):
        return UNCLEAR, shows_from(row)
    line = line_of(str(row[STAKEHOLDER]), str(row["measure"]))
    return (GAIN if row["mean"] * line.better > 0 else LOSE), math.nan
