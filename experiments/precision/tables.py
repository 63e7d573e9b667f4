"""What a folder, a document and a screen show of how sure a comparison is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from experiments.choices import plain_rows
from experiments.precision.intervals import wilson
from experiments.precision.quantile_effects import BY_DECILE, BY_QUANTILE
from experiments.precision.words import say
from experiments.words import percent, unit_words, with_interval
from sim.outcomes import windows

if TYPE_CHECKING:
    import pandas as pd

    from experiments.comparison import Comparison

__all__ = ["dominance_line", "share_words", "sureness_document", "sureness_tables", "tenth_line"]

_HEADLINE = "profit"
_WINDOWS = ("policy", "after")
_SURE = 0.95
"""Share of resamples from which on dominance is said in words."""
_COLUMNS = ("scenario", "outcome", "unit", "window", "mean", "mean_low", "mean_high",
            "share_better", "share_low", "share_high", "pairs")  # fmt: skip


def sureness_tables(comparison: Comparison) -> dict[str, pd.DataFrame]:
    """Intervals of all outcomes, quantile effects and dominance, by name of the file."""
    import pandas as pd  # noqa: PLC0415  # 0.4 s

    shown = [name for name in _WINDOWS if name in windows(comparison.study.months)]
    found = {"intervals": comparison.effects(None, None, intervals="bootstrap")[list(_COLUMNS)]}
    quantiles = [comparison.quantile_effects(_HEADLINE, one) for one in shown]
    dominance = [comparison.dominance(_HEADLINE, one) for one in shown]
    if shown:
        found["quantile_effects"] = pd.concat(quantiles, ignore_index=True)
        found["dominance"] = pd.concat(dominance, ignore_index=True)
    return found


def sureness_document(comparison: Comparison) -> dict[str, Any]:
    """The same as plain JSON, without the intervals; and what was asked of the number of runs."""
    found: dict[str, Any] = {
        name: plain_rows(table)
        for name, table in sureness_tables(comparison).items()
        if name != "intervals"
    }
    if comparison.stop is not None:
        rows = plain_rows(comparison.precision)
        found["precision"] = {**comparison.stop.plain(), "rows": rows}
    return found


def share_words(share: float, pairs: int, lang: str) -> str:
    """The interval of a share of better runs."""
    low, high = (float(end) for end in wilson(share, pairs))
    ends = [percent(100.0 * end, lang).replace(" %", "") for end in (low, high)]
    return say("share_interval", lang, low=ends[0], high=ends[1])


def tenth_line(comparison: Comparison, scenario: str, lang: str) -> str:
    """What happens at the 10 % point of profit, and to those who were poorest; empty if unknown."""
    table = comparison.quantile_effects(_HEADLINE, "policy")
    own = table[table["scenario"] == scenario].set_index(["by", "group"])
    keys = [(BY_QUANTILE, "10 %"), (BY_DECILE, "decile 1")]
    if any(key not in own.index for key in keys):
        return ""
    rows = [cast("pd.Series", own.loc[key]) for key in keys]
    # As everywhere on the screen: the range over assumptions, or where they are held the error.
    kind = "range_" if comparison.uncertainty != "seeds" else ""
    shown = [
        with_interval(float(row["mean"]), float(row[f"{kind}low"]), float(row[f"{kind}high"]), lang)
        for row in rows
    ]
    unit = unit_words(str(rows[0]["unit"]), lang)
    return say("tenth", lang, quantile=shown[0], decile=shown[1], unit=unit)


def dominance_line(comparison: Comparison, scenario: str, lang: str) -> str:
    """Whether a scenario dominates the baseline in profit, or is dominated by it, if surely so."""
    table = comparison.dominance(_HEADLINE, "policy")
    for first, second in (
        (scenario, comparison.baseline),
        (comparison.baseline, scenario),
    ):
        for order in (1, 2):
            own = (table["scenario"] == first) & (table["over"] == second)
            found = table[own & (table["order"] == order)]
            if found.empty:
                return ""
            row = found.iloc[0]
            if bool(row["dominates"]) and float(row["share"]) >= _SURE:
                share = percent(100.0 * float(row["share"]), lang)
                return say(f"dominates_{order}", lang, first=first, second=second, share=share)
    return say("dominates_none", lang, baseline=comparison.baseline)
