"""What a comparison says of people and places: stakeholders, groups and districts."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, cast

from experiments.choices import known
from experiments.stakeholder_table import naive_table, stakeholder_table, stakeholder_windows
from experiments.stakeholders import STAKEHOLDER
from sim.outcomes import windows

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from experiments.comparison import Comparison

__all__ = ["Views"]


class Views:
    """Tables and figures of who and where; a part of `experiments.comparison.Comparison`."""

    def stakeholders(self, window: str | Sequence[str] | None = None) -> pd.DataFrame:
        """Who gains and who loses: a row a scenario, stakeholder and measure, with a verdict.

        Args:
            window: such as "year 1" or "year 5", or several; the policy's first and last year if
                none.

        Returns:
            A tidy table, see `experiments.stakeholder_table.STAKEHOLDER_COLUMNS`. Profits of
            partners, same_trade, other_trades and new_firms add up to that of all_umkm.

        Raises:
            KemitraanError: an unknown window.
        """
        whole = cast("Comparison", self)
        months = whole.study.months
        shown = [window] if isinstance(window, str) else window or stakeholder_windows(months)
        known("window", shown, windows(months))
        return stakeholder_table(self._with_naive, whole.all_levels, shown)

    @cached_property
    def _with_naive(self) -> pd.DataFrame:
        """Effects of the stakeholders, and the naive gap, which is none."""
        import pandas as pd  # noqa: PLC0415  # loaded already by now

        whole = cast("Comparison", self)
        effects = whole.all_effects[whole.all_effects["by"] == STAKEHOLDER]
        naive = naive_table(whole.differences, whole.layout, whole.study.names)
        return pd.concat([effects, naive], ignore_index=True) if len(naive) else effects

    def hotel_states(self, window: str | None = "policy") -> pd.DataFrame:
        """Percent of hotels signed, buying, still buying and on paper, by good and as a whole.

        Args:
            window: at whose end; all if none.

        Returns:
            A tidy table, see `experiments.hotel_states.STATE_COLUMNS`; the good `all` is hotels as
            a whole.

        Raises:
            KemitraanError: an unknown window.
        """
        from experiments.hotel_states import state_table  # noqa: PLC0415  # needs the report

        return state_table(cast("Comparison", self), window)

    def plot_stakeholders(
        self,
        scenario: str | None = None,
        windows: Sequence[str] | None = None,
        each: bool = False,
        ax: Axes | None = None,
        lang: str = "en",
    ) -> Axes:
        """Who gains and who loses in the first and last policy year: in all, or each."""
        from experiments.figures.stakeholders import stakeholder_chart  # noqa: PLC0415

        return stakeholder_chart(
            cast("Comparison", self), scenario, windows, each=each, ax=ax, lang=lang
        )

    def plot_groups(
        self,
        outcome: str = "profit_per_firm",
        by: str = "size_class",
        window: str = "policy",
        ax: Axes | None = None,
        lang: str = "en",
    ) -> Axes:
        """Change by group: thick bar the range over assumptions, thin the simulation error."""
        from experiments.figures.groups import group_chart  # noqa: PLC0415  # matplotlib

        return group_chart(cast("Comparison", self), outcome, by, window, ax=ax, lang=lang)

    def plot_districts(
        self,
        outcome: str = "profit_per_eligible",
        scenario: str | None = None,
        window: str = "policy",
        ax: Axes | None = None,
        lang: str = "en",
    ) -> Axes:
        """A circle a district, as large as its firms, coloured by the effect where it is clear."""
        from experiments.figures.districts import district_map  # noqa: PLC0415  # matplotlib

        return district_map(cast("Comparison", self), outcome, scenario, window, ax=ax, lang=lang)
