"""What a comparison says of how sure it is, and of the distribution behind its means."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from experiments.precision.dominance import dominance_table
from experiments.precision.quantile_effects import quantile_table
from experiments.precision.sequential import empty_table

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from experiments.comparison import Comparison

__all__ = ["Sureness"]


class Sureness:
    """A part of `experiments.comparison.Comparison`."""

    @property
    def precision(self) -> pd.DataFrame:
        """What was asked of the number of runs, and how far it got; empty if nothing was.

        Columns: outcome, scenario, window, asked, mean, low, high, half_width, reached, runs,
        runs_needed. The interval allows for every look that was planned, so that it holds its 95 %
        however the runs came to end: see docs/precision.md.
        """
        stop = cast("Comparison", self).stop
        return empty_table() if stop is None else stop.table

    def dominance(self, outcome: str = "profit", window: str = "policy") -> pd.DataFrame:
        """Stochastic dominance between every two scenarios over the runs, the baseline among them.

        Args:
            outcome: one of which more, or less, is better.
            window: over which.

        Returns:
            A tidy table: scenario, over, outcome, window, order (1 or 2), dominates (on the runs as
            they are), share (of resamples of the runs in which it does), runs.

        Raises:
            KemitraanError: an unknown outcome or window, or an outcome without a direction.
        """
        return self._kept(dominance_table, outcome, window)

    def quantile_effects(self, outcome: str = "profit", window: str = "policy") -> pd.DataFrame:
        """What a policy does along the distribution of firms' profit, Rp a month.

        Args:
            outcome: "profit", the only one with quantiles.
            window: over which; firms and years of it are taken together.

        Returns:
            A tidy table, see `experiments.precision.quantile_effects.QUANTILE_COLUMNS`: differences
            between quantiles, and beside them the mean effects on the sites of each tenth of the
            year before the policy. They differ where a policy moves firms past one another.

        Raises:
            KemitraanError: another outcome, or an unknown window.
        """
        return self._kept(quantile_table, outcome, window)

    def _kept(
        self, make: Callable[[Comparison, str, str], pd.DataFrame], outcome: str, window: str
    ) -> pd.DataFrame:
        """A copy of a table that takes a second, made once."""
        tables = self.__dict__.setdefault("_sureness", {})
        key = (make, outcome, window)
        if key not in tables:
            tables[key] = make(cast("Comparison", self), outcome, window)
        found: pd.DataFrame = tables[key].copy()
        return found

    def plot_quantile_effects(
        self,
        scenario: str | None = None,
        window: str = "policy",
        ax: Axes | None = None,
        lang: str = "en",
    ) -> Axes:
        """Quantile effects of a scenario, the first if none, and effects by tenth before it."""
        from experiments.figures.quantiles import quantile_chart  # noqa: PLC0415  # matplotlib

        return quantile_chart(cast("Comparison", self), scenario, window, ax=ax, lang=lang)
