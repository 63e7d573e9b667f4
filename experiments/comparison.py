"""A finished comparison: its tables, figures and words."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from experiments.batch.failure import Failure
from experiments.ceiling import ceiling, opens_a_channel, reach_per_month
from experiments.choices import known, plain_rows
from experiments.comparison_numbers import Numbers
from experiments.design import DISPLACEMENT, DRAW, Job, Study
from experiments.effects import (
    displacement_table,
    driver_table,
    effects_table,
    levels_table,
)
from experiments.ensemble_words import ensemble_notes
from experiments.groups import GROUP_OUTCOMES, GROUPINGS
from experiments.idle_levers import idle_lever_notes
from experiments.inputs import inputs_line
from experiments.missing import missing_lines
from experiments.money import equality_notes, money_rows
from experiments.precision.intervals import effects_shown
from experiments.precision.sequential import Sequential
from experiments.precision.tables import sureness_document
from experiments.precision.views import Sureness
from experiments.scale_rules import scale_notes
from experiments.shocks import shock_notes
from experiments.stakeholder_table import stakeholder_windows
from experiments.stale import stale_line
from experiments.unit import Cell, Result, cells
from experiments.views import Views
from experiments.words import number, say
from sim.errors import KemitraanError
from sim.outcomes import OUTCOMES, windows

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["FEWEST_PAIRS", "HEADLINE_OUTCOME", "LEVEL_COLUMNS", "Comparison"]

HEADLINE_OUTCOME = "profit"
LEVEL_COLUMNS = ("scenario", "outcome", "unit", "group", "window", "mean", "p05", "p50", "p95")
FEWEST_PAIRS = 20
"""With fewer, a 5-95 % range is little more than the ends of the runs, and nothing is ranked."""
_PURCHASES = (
    ("direct_purchases", "direct"),
    ("moved_from_umkm", "moved"),
    ("local_sales", "local"),
    ("online_sales", "online"),
)


class Comparison(Numbers, Views, Sureness):
    """Effects of scenarios against a baseline.

    Attributes:
        study: what the runs shared.
        uncertainty: "parameters", "ensemble" or "seeds".
        jobs: the replicates that have numbers, in order.
        results: their numbers, in the same order.
        runs: the number of each in the design.
        failures: of the replicates that have none, by their number in the design.
        plan: what was run, as plain JSON.
        stop: what ended the runs, where a precision was asked.
        seconds: the runs took, by the clock.
        folder: where it was written, if it was.
    """

    def __init__(
        self,
        study: Study,
        uncertainty: str,
        jobs: Sequence[Job],
        results: Sequence[Result],
        plan: Mapping[str, object],
        *,
        seconds: float = 0.0,
        failures: Mapping[int, tuple[Job, Failure]] | None = None,
        stop: Sequential | None = None,
    ) -> None:
        self.study = study
        self.uncertainty = uncertainty
        self.jobs: Sequence[Job] = jobs
        self.results = results
        self.failures = dict(failures or {})
        every = range(self.units)
        self.runs = [run for run in every if run not in self.failures]
        self.plan = dict(plan)
        self.stop = stop
        self.plan |= {} if stop is None else {"pairs": stop.looks[-1].pairs}
        self.seconds = seconds
        self.folder: Path | None = None

    @property
    def sets(self) -> int | None:
        """Parameter sets of the ensemble; none where assumptions did not come from one."""
        return None if self.study.ensemble is None else len(self.study.ensemble)

    @property
    def units(self) -> int:
        """Replicates in all, those that failed among them."""
        return len(self.jobs) + len(self.failures)

    @property
    def scenarios(self) -> tuple[str, ...]:
        """Names of the scenarios, without the baseline."""
        return self.study.names[1:]

    @property
    def baseline(self) -> str:
        """Name of the baseline."""
        return self.study.names[0]

    @cached_property
    def layout(self) -> list[Cell]:
        """What each number of a result is."""
        return cells(self._names, self.study.months)

    @cached_property
    def _names(self) -> Any:  # noqa: ANN401  # Names of the world; see sim.world
        from experiments.unit import region_names  # noqa: PLC0415

        return region_names(self.study)

    @property
    def goods(self) -> tuple[str, ...]:
        """The region's goods, in the order of the results."""
        return tuple(self._names.goods)

    @cached_property
    def all_effects(self) -> pd.DataFrame:
        """Effects of every outcome, window and group, with a last column `by`."""
        return effects_table(self.differences, self.layout, self.study.names)

    @cached_property
    def all_levels(self) -> pd.DataFrame:
        """Levels of every outcome, window and group, with a last column `by`."""
        return levels_table(self.differences, self.layout, self.study.names)

    def effects(
        self,
        outcome: str | Sequence[str] | None = None,
        window: str | None = "policy",
        by: str | None = None,
        *,
        intervals: str | None = None,
    ) -> pd.DataFrame:
        """Differences from the baseline, one row a scenario, outcome and group.

        Args:
            outcome: one or several; all if none.
            window: "policy", "after", "year 1" to "year 5", "before"; all if none.
            by: a grouping such as "size_class"; none for the region as a whole.
            intervals: "bootstrap" adds 95 % of the mean over the runs and of the share better.

        Returns:
            A tidy table. `sim_low` and `sim_high` bound the mean with assumptions held fixed (95 %,
            simulation error alone); `range_low` and `range_high` hold 5-95 % of parameter draws.

        Raises:
            KemitraanError: an unknown outcome, window, grouping or kind of interval.
        """
        return effects_shown(self, self._chosen(self.all_effects, outcome, window, by), intervals)

    def levels(
        self,
        outcome: str | Sequence[str] | None = None,
        window: str | None = "policy",
        by: str | None = None,
    ) -> pd.DataFrame:
        """Levels in each scenario and the baseline: mean, 5, 50 and 95 % points over the runs."""
        return self._chosen(self.all_levels, outcome, window, by)[list(LEVEL_COLUMNS)]

    def _chosen(
        self,
        table: pd.DataFrame,
        outcome: str | Sequence[str] | None,
        window: str | None,
        by: str | None,
    ) -> pd.DataFrame:
        names = [outcome] if isinstance(outcome, str) else outcome
        known("window", [window] if window else [], windows(self.study.months))
        known("grouping", [by] if by else [], GROUPINGS)
        known("outcome", names or [], GROUP_OUTCOMES[by] if by else OUTCOMES)
        rows = table["by"] == (by or "")
        if names is not None:
            rows &= table["outcome"].isin(list(names))
        if window is not None:
            rows &= table["window"] == window
        chosen: pd.DataFrame = table.loc[rows].reset_index(drop=True)
        return chosen

    def paired(self, outcome: str, window: str = "policy") -> dict[str, npt.NDArray[np.float64]]:
        """Effect of each scenario in each replicate of the draws."""
        at = self.layout.index(Cell(outcome, "", "all", window))
        levels = self.differences.levels[DRAW][:, :, at]
        effects = levels[:, 1:] - levels[:, :1]
        return {name: effects[:, s] for s, name in enumerate(self.scenarios)}

    @cached_property
    def displacement(self) -> pd.DataFrame:
        """Effects over the policy with displacement at 0, at its value and at 1."""
        value = self.study.parameters[DISPLACEMENT]
        return displacement_table(self.differences, self.layout, self.study.names, value)

    @cached_property
    def correlations(self) -> pd.DataFrame:
        """Rank correlation of every varied assumption with the profit effect, by scenario."""
        from experiments.explain.standing_out import named_assumptions  # noqa: PLC0415  # needs this

        first = next(job for job in self.jobs if job.role == DRAW)
        names = [name for name in self.study.varied if name in first.changes]
        points = np.empty((len(self.of_role(DRAW)), len(names)))
        for row, place in enumerate(self.of_role(DRAW)):
            changes = self.jobs[place].changes
            points[row] = [changes[name] for name in names]
        return driver_table(points, names, self.paired(HEADLINE_OUTCOME), named_assumptions(self))

    @property
    def drivers(self) -> pd.DataFrame:
        """The three assumptions that go most with the profit effect of each scenario.

        Only where `clear` do they stand out from luck.
        """
        return self.correlations.groupby("scenario", sort=False).head(3).reset_index(drop=True)

    @cached_property
    def ceiling(self) -> pd.DataFrame:
        """The ceiling of each scenario, with a first column `scenario`."""
        import pandas as pd  # noqa: PLC0415  # loaded already by now

        parts = []
        for scenario in self.study.scenarios[1:]:
            table = ceiling(scenario, self.study.region, beside=self.study.scenarios)
            table.attrs = {}
            table.insert(0, "scenario", scenario.name)
            parts.append(table.astype(dict.fromkeys(("channel", "note"), object)))
        return pd.concat(parts, ignore_index=True)

    @property
    def notes(self) -> list[str]:
        """What a reader must know besides the numbers."""
        return self.notes_in("en")

    def notes_in(self, lang: str) -> list[str]:
        """The same in a language, "en" or "id"."""
        study = self.study
        notes = [say("example", lang, region=study.region.name), inputs_line(study.region, lang)]
        notes += [line for line in [stale_line(lang)] if line]
        notes += [*scale_notes(study, lang), *idle_lever_notes(study, lang)]
        notes += missing_lines(self.failures, len(self.jobs), lang)
        pairs = int(str(self.plan["pairs"]))
        if self.uncertainty == "seeds":
            notes.append(say("alone", lang))
        elif pairs < FEWEST_PAIRS:
            notes.append(say("quick", lang, n=pairs))
        notes += ensemble_notes(study, lang)
        notes += [*equality_notes(self, lang), *shock_notes(study, lang)]
        if study.has_platform:
            notes.append(say("platform", lang))
        for name, assumption in sorted(
            {k: a for s in study.scenarios for k, a in s.assume.items()}.items()
        ):
            notes.append(say("given", lang, name=name, value=number(assumption.value, lang)))
        return notes + [n for n in (self._beyond(s, lang) for s in study.scenarios[1:]) if n]

    def _beyond(self, scenario: Any, lang: str) -> str:  # noqa: ANN401  # a Scenario
        """Names the source of a revenue effect that is larger than what the policy reaches.

        Where it reaches no purchases, as coaching and grants do, the source is named of any gain.
        """
        own = self.ceiling[self.ceiling["scenario"] == scenario.name]
        opens = opens_a_channel(own)
        reach = reach_per_month(own) if opens else 0.0
        table = self.effects(["revenue", *(name for name, _ in _PURCHASES)])
        means = table[table["scenario"] == scenario.name].set_index("outcome")["mean"]
        if not means["revenue"] > reach:
            return ""
        parts = [
            f"{say(key, lang)} {number(means[name], lang, signed=True)}"
            for name, key in _PURCHASES
            if math.isfinite(means.get(name, math.nan))
        ]
        return say(
            "beyond" if opens else "no_channel",
            lang,
            scenario=scenario.name,
            effect=number(means["revenue"], lang),
            reach=number(reach, lang),
            items="; ".join(parts),
        )

    def to_json(
        self, show: Sequence[str] = ("policy", "after"), by: str | None = None
    ) -> dict[str, Any]:
        """One plain document: folder, plan, effects, levels, ceiling, notes and more.

        Args:
            show: windows to include, where the run has them.
            by: a grouping to include besides the region as a whole.
        """
        wanted = [w for w in show if w in windows(self.study.months)]
        groupings = [None, by] if by else [None]
        document = {
            "folder": None if self.folder is None else self.folder.as_posix(),
            "plan": self.plan,
            "effects": [
                r for w in wanted for g in groupings for r in plain_rows(self.effects(None, w, g))
            ],
            "levels": [
                r for w in wanted for g in groupings for r in plain_rows(self.levels(None, w, g))
            ],
            "ceiling": plain_rows(self.ceiling),
            "displacement": plain_rows(self.displacement),
            "money": money_rows(self),
            "drivers": plain_rows(self.drivers),
            "stakeholders": plain_rows(
                self.stakeholders(stakeholder_windows(self.study.months, show))
            ),
            **sureness_document(self),
            "hotel_states": [r for w in wanted for r in plain_rows(self.hotel_states(w))],
            "notes": self.notes,
        }
        json.dumps(document, allow_nan=False)
        return document

    def plot_effects(
        self,
        outcomes: str | Sequence[str] | None = None,
        window: str = "policy",
        ax: Axes | None = None,
        lang: str = "en",
    ) -> Axes:
        """Forest of effects: thick bar the range over assumptions, thin the simulation error.

        Args:
            outcomes: one or several, or "all"; the six headlines if none.
            window: over which.
            ax: drawn into; a new figure if none.
            lang: "en" or "id".
        """
        from experiments.figures.forest import forest  # noqa: PLC0415  # matplotlib

        return forest(self, outcomes, window, ax=ax, lang=lang)

    def plot_fan(
        self,
        outcome: str = HEADLINE_OUTCOME,
        scenario: str | None = None,
        ax: Axes | None = None,
        lang: str = "en",
    ) -> Axes:
        """How the paired effect unfolds month by month: median, 50 %, 90 % and single runs."""
        from experiments.figures.fan import fan  # noqa: PLC0415  # matplotlib

        return fan(self, outcome, scenario, ax=ax, lang=lang)

    def plot_states(
        self, scenario: str | None = None, ax: Axes | None = None, lang: str = "en"
    ) -> Axes:
        """Hotels signed, buying and on paper over time, by good."""
        from experiments.figures.states import states  # noqa: PLC0415  # matplotlib

        return states(self, scenario, ax=ax, lang=lang)

    def report(self, lang: str = "en") -> Path:
        """Writes one page into the folder of this comparison, see `experiments.page`.

        Raises:
            KemitraanError: it was not written to a folder.
        """
        from experiments.page.write import report  # noqa: PLC0415  # only when asked

        if self.folder is None:
            raise KemitraanError("the comparison is in no folder; give compare(..., out=FOLDER)")
        return report(self.folder, lang)

    def __str__(self) -> str:
        from experiments.report import text  # noqa: PLC0415  # only when shown

        return text(self)

    def __repr__(self) -> str:
        return (
            f"Comparison({', '.join(self.scenarios)} against {self.baseline}, "
            f"{self.plan['pairs']} pairs, region {self.study.region.name})"
        )

    def _repr_html_(self) -> str:
        from experiments.report import html  # noqa: PLC0415  # only when shown

        return html(self)
