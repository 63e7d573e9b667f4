"""From numbers of units to effects: paired differences with two intervals, and levels.

Every effect is a difference between a scenario and the baseline in the same replicate. The range is
taken over parameter draws, the simulation error over seeds at the registry's values; neither is
ever shown as the other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from experiments.design import ALL_MOVED, DRAW, FIXED, NONE_MOVED
from experiments.groups import GROUP_OUTCOMES
from experiments.stakeholders import STAKEHOLDER, line_of
from experiments.unit import Cell
from sim.outcomes import OUTCOMES

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["EFFECT_COLUMNS", "Differences", "displacement_table", "driver_table", "effects_table",
           "group_unit", "levels_table", "mean_interval", "quantile"]  # fmt: skip

EFFECT_COLUMNS = (
    "scenario", "baseline", "outcome", "unit", "for_whom", "group", "window", "denominator",
    "level_baseline", "mean", "relative", "sim_low", "sim_high", "range_low", "range_high",
    "share_better", "variance_ratio", "pairs",
)  # fmt: skip
Floats = npt.NDArray[np.float64]
_FEW_CELLS = 512
_GROUP_UNITS = {"profit_per_firm": "Rp a month", "revenue_per_firm": "Rp a month",
                "firms_eligible": "firms"}  # fmt: skip


class Differences:
    """Values of all runs by role, and their differences from the baseline."""

    def __init__(self, levels: Mapping[str, Floats]) -> None:
        """Takes (replicates, scenarios, cells) by role; the baseline is scenario 0."""
        self.levels = levels

    @cached_property
    def effects(self) -> dict[str, Floats]:
        """(replicates, scenarios but the baseline, cells) by role; as large again as the levels."""
        return {role: values[:, 1:] - values[:, :1] for role, values in self.levels.items()}

    def parts(self) -> Iterator[Differences]:
        """A few cells after another, so that what is made of them stays small."""
        cells = next(iter(self.levels.values())).shape[2]
        for start in range(0, cells, _FEW_CELLS):
            some = slice(start, start + _FEW_CELLS)
            yield Differences({role: values[:, :, some] for role, values in self.levels.items()})

    @property
    def fixed(self) -> Floats:
        """Effects with assumptions at the registry's values."""
        return self.effects.get(FIXED, self.effects[DRAW])

    @property
    def fixed_levels(self) -> Floats:
        """Values with assumptions at the registry's values."""
        return self.levels.get(FIXED, self.levels[DRAW])

    @property
    def varied(self) -> bool:
        """Whether assumptions were varied."""
        return FIXED in self.levels


def _unit(cell: Cell) -> str:
    if cell.by == STAKEHOLDER:
        return line_of(cell.group, cell.outcome).unit
    return group_unit(cell.outcome)


def group_unit(outcome: str) -> str:
    """The unit of an outcome of the region or of groups."""
    return _GROUP_UNITS.get(outcome) or OUTCOMES[outcome].unit


def _for_whom(cell: Cell) -> str:
    return cell.by or OUTCOMES[cell.outcome].for_whom


def _denominator(cell: Cell) -> str:
    if cell.by == STAKEHOLDER:
        return line_of(cell.group, cell.outcome).denominator
    if cell.by:
        return GROUP_OUTCOMES[cell.by][cell.outcome]
    return OUTCOMES[cell.outcome].denominator


def _better(cell: Cell) -> int:
    if cell.by == STAKEHOLDER:
        return line_of(cell.group, cell.outcome).better
    name = cell.outcome.removesuffix("_per_firm")
    return OUTCOMES[name].better if name in OUTCOMES else 0


def mean_interval(sample: Floats) -> tuple[Floats, Floats]:
    """95 % interval of the mean over the first axis, by Student's t; nan below two values."""
    from scipy.special import stdtrit  # noqa: PLC0415  # 0.1 s

    count = np.sum(np.isfinite(sample), axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.nansum(sample, axis=0) / count
        spread = np.nansum((sample - mean) ** 2, axis=0) / (count - 1)
        half = stdtrit(np.maximum(count - 1, 1), 0.975) * np.sqrt(spread / count)
    half = np.where(count > 1, half, np.nan)
    return mean - half, mean + half


def _mean(sample: Floats) -> Floats:
    count = np.sum(np.isfinite(sample), axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(count > 0, np.nansum(sample, axis=0) / count, np.nan)


def quantile(sample: Floats, q: float) -> Floats:
    """Quantile over the first axis among finite values, by linear interpolation."""
    ordered = np.sort(sample, axis=0)  # nan last
    count = np.sum(np.isfinite(sample), axis=0)
    place = q * np.maximum(count - 1, 0)
    low = np.floor(place).astype(np.int64)
    high = np.minimum(low + 1, np.maximum(count - 1, 0))
    first = np.take_along_axis(ordered, low[None], axis=0)[0]
    second = np.take_along_axis(ordered, high[None], axis=0)[0]
    return np.where(count > 0, first + (place - low) * (second - first), np.nan)


def effects_table(
    differences: Differences, layout: Sequence[Cell], names: Sequence[str]
) -> pd.DataFrame:
    """One row a scenario and cell, with the columns `EFFECT_COLUMNS`; names[0] is the baseline."""
    import pandas as pd  # noqa: PLC0415  # 0.4 s

    better = np.array([_better(cell) for cell in layout], dtype=np.float64)
    found = _joined(
        _effect_statistics(part, better[k * _FEW_CELLS : (k + 1) * _FEW_CELLS])
        for k, part in enumerate(differences.parts())
    )
    one = {
        "outcome": [cell.outcome for cell in layout],
        "unit": [_unit(cell) for cell in layout],
        "for_whom": [_for_whom(cell) for cell in layout],
        "group": [cell.group for cell in layout],
        "window": [cell.window for cell in layout],
        "denominator": [_denominator(cell) for cell in layout],
    }
    parts = [
        pd.DataFrame(
            {
                "scenario": name,
                "baseline": names[0],
                **one,
                **{key: values[s] for key, values in found.items()},
                "by": [cell.by for cell in layout],
            }
        )
        for s, name in enumerate(names[1:])
    ]
    table = pd.concat(parts, ignore_index=True)
    kept: pd.DataFrame = table.loc[table["pairs"] > 0].reset_index(drop=True)
    return kept


def _effect_statistics(part: Differences, better: Floats) -> dict[str, Floats]:
    """(scenarios but the baseline, cells) of each number of `EFFECT_COLUMNS`, in their order."""
    draws, fixed = part.effects[DRAW], part.fixed
    base = _mean(part.levels[DRAW][:, 0])
    mean = _mean(draws)
    sim_low, sim_high = mean_interval(fixed)
    blank = np.full_like(mean, np.nan)
    pairs = np.sum(np.isfinite(draws), axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.sum(draws * better > 0, axis=0) / pairs
        share = np.where((pairs > 0) & (better != 0), share, np.nan)
        ratio = _variance(fixed) / (
            _variance(part.fixed_levels[:, 1:]) + _variance(part.fixed_levels[:, :1])
        )
        relative = np.where(base != 0, mean / np.abs(base), np.nan)
    return {
        "level_baseline": np.broadcast_to(base, mean.shape),
        "mean": mean,
        "relative": relative,
        "sim_low": sim_low,
        "sim_high": sim_high,
        "range_low": quantile(draws, 0.05) if part.varied else blank,
        "range_high": quantile(draws, 0.95) if part.varied else blank,
        "share_better": share,
        "variance_ratio": ratio,
        "pairs": pairs,
    }


def _level_statistics(part: Differences) -> dict[str, Floats]:
    """(scenarios, cells) of each statistic of the levels over the draws."""
    levels = part.levels[DRAW]
    return {
        "mean": _mean(levels),
        "p05": quantile(levels, 0.05),
        "p50": quantile(levels, 0.5),
        "p95": quantile(levels, 0.95),
    }


def _joined(parts: Iterable[Mapping[str, Floats]]) -> dict[str, Floats]:
    """Statistics of all cells from those of a few after another."""
    every = list(parts)
    return {key: np.concatenate([part[key] for part in every], axis=-1) for key in every[0]}


def _variance(sample: Floats) -> Floats:
    mean = _mean(sample)
    count = np.sum(np.isfinite(sample), axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.nansum((sample - mean) ** 2, axis=0) / (count - 1))


def levels_table(
    differences: Differences, layout: Sequence[Cell], names: Sequence[str]
) -> pd.DataFrame:
    """Mean and 5, 50, 95 % points of the level of every cell, the baseline's too."""
    import pandas as pd  # noqa: PLC0415  # 0.4 s

    statistics = _joined(_level_statistics(part) for part in differences.parts())
    parts = [
        pd.DataFrame(
            {
                "scenario": name,
                "outcome": [cell.outcome for cell in layout],
                "unit": [_unit(cell) for cell in layout],
                "group": [cell.group for cell in layout],
                "window": [cell.window for cell in layout],
                **{key: value[s] for key, value in statistics.items()},
                "by": [cell.by for cell in layout],
            }
        )
        for s, name in enumerate(names)
    ]
    table = pd.concat(parts, ignore_index=True)
    kept: pd.DataFrame = table.loc[np.isfinite(table["mean"])].reset_index(drop=True)
    return kept


def displacement_table(
    differences: Differences, layout: Sequence[Cell], names: Sequence[str], value: float
) -> pd.DataFrame:
    """Effects over the policy with displacement at 0, at its value and at 1, all else fixed."""
    import pandas as pd  # noqa: PLC0415  # 0.4 s

    columns = ("scenario", "outcome", "unit", "displacement", "mean", "sim_low", "sim_high")
    chosen = [k for k, cell in enumerate(layout) if not cell.by and cell.window == "policy"]
    rows = []
    for role, at in ((NONE_MOVED, 0.0), (FIXED, value), (ALL_MOVED, 1.0)):
        if role != FIXED and role not in differences.levels:
            continue
        held = differences.fixed_levels if role == FIXED else differences.levels[role]
        levels = held[:, :, chosen]
        sample = levels[:, 1:] - levels[:, :1]
        mean, (low, high) = _mean(sample), mean_interval(sample)
        rows += [
            (name, layout[k].outcome, _unit(layout[k]), at, mean[s, c], low[s, c], high[s, c])
            for s, name in enumerate(names[1:])
            for c, k in enumerate(chosen)
        ]
    return pd.DataFrame(rows, columns=list(columns))


def driver_table(
    points: Floats,
    parameters: Sequence[str],
    effects: Mapping[str, Floats],
    named: Mapping[str, Collection[str]],
) -> pd.DataFrame:
    """Rank correlation of each varied assumption with each scenario's effect, strongest first.

    Args:
        points: (draws, assumptions).
        parameters: names of the assumptions.
        effects: (draws,) by scenario.
        named: by scenario the assumptions that stand out from luck, as `explain` finds them.

    Returns:
        One row a scenario and assumption. `noise` is what the largest of so many correlations
        reaches by chance in one of twenty designs; `clear`: the assumption is named. One that is
        named below the noise moves the effect up and down again.
    """
    import pandas as pd  # noqa: PLC0415  # 0.4 s

    columns = ("scenario", "parameter", "correlation", "noise", "clear")
    rows = []
    for scenario, effect in effects.items():
        usable = np.isfinite(effect)
        count = int(usable.sum())
        if count < 3 or np.ptp(effect[usable]) == 0:
            continue
        noise = NormalDist().inv_cdf(1 - 0.025 / max(1, len(parameters))) / np.sqrt(count - 1)
        ranked = _ranks(effect[usable])
        found = [
            (name, float(np.corrcoef(_ranks(points[usable, c]), ranked)[0, 1]))
            for c, name in enumerate(parameters)
            if np.ptp(points[usable, c]) > 0
        ]
        found.sort(key=lambda pair: -abs(pair[1]))
        rows += [(scenario, name, rho, noise, name in named[scenario]) for name, rho in found]
    return pd.DataFrame(rows, columns=list(columns))


def _ranks(sample: Floats) -> Floats:
    """Ranks, ties at their mean."""
    _, place, count = np.unique(sample, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    return (last - (count - 1) / 2.0)[place]
