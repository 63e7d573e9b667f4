"""What a policy does along the distribution of profit: to its quantiles, and to who was where.

The quantile effect is the difference between the same quantile of two distributions over firms,
with the policy and without (Doksum 1974, doi:10.1214/aos/1176342827; Bitler, Gelbach and Hoynes
2006, doi:10.1257/aer.96.4.988). It is the effect on the firms at that place only if the policy
leaves firms in their order. Here the firms of both runs are twins, so the other question has an
answer too: what happened to the sites that were poorest before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from experiments.choices import known
from experiments.groups import DECILES, QUANTILES
from experiments.precision.intervals import with_intervals
from sim.errors import KemitraanError
from sim.outcomes import windows

if TYPE_CHECKING:
    import pandas as pd

    from experiments.comparison import Comparison

__all__ = ["BY_DECILE", "BY_QUANTILE", "QUANTILE_COLUMNS", "quantile_table"]

BY_QUANTILE, BY_DECILE = "profit_quantile", "baseline_decile"
QUANTILE_COLUMNS = (
    "scenario", "baseline", "by", "group", "place", "unit", "window", "level_baseline", "mean",
    "low", "high", "range_low", "range_high", "share_better", "pairs",
)  # fmt: skip
_OUTCOMES = {"profit": "profit_per_firm", "profit_per_firm": "profit_per_firm"}


def quantile_table(comparison: Comparison, outcome: str, window: str) -> pd.DataFrame:
    """Quantile effects, and effects by place in the distribution before the policy.

    Rows with `by` "profit_quantile" are differences between quantiles; with "baseline_decile" mean
    effects on the sites of a tenth of the year before the policy. `place` is the share of firms
    below: the quantile, or the middle of the tenth. `low` and `high` bound the mean over the runs
    (95 %, resampled); `range_low` and `range_high` hold 5-95 % of the draws.

    Raises:
        KemitraanError: an outcome without quantiles, or an unknown window.
    """
    if outcome not in _OUTCOMES:
        raise KemitraanError(
            f"outcome {outcome!r}: has no quantiles over firms; only profit has, per firm and month"
        )
    known("window", [window], windows(comparison.study.months))
    every = comparison.all_effects
    chosen = every[
        every["by"].isin([BY_QUANTILE, BY_DECILE])
        & (every["outcome"] == _OUTCOMES[outcome])
        & (every["window"] == window)
    ]
    place = {f"{100 * q:.0f} %": q for q in QUANTILES}
    place |= {f"decile {k}": (k - 0.5) / DECILES for k in range(1, DECILES + 1)}
    chosen = chosen[chosen["group"].isin(list(place))].reset_index(drop=True)
    found = with_intervals(comparison, chosen).rename(
        columns={"mean_low": "low", "mean_high": "high"}
    )
    found["place"] = found["group"].map(place).astype(np.float64)
    rank = {name: k for k, name in enumerate(comparison.scenarios)}
    found["order"] = found["scenario"].map(rank)
    found["kind"] = (found["by"] == BY_DECILE).astype(np.int64)
    found = found.sort_values(["order", "kind", "place"], kind="stable")
    table: pd.DataFrame = found[list(QUANTILE_COLUMNS)].reset_index(drop=True)
    return table
