"""A finished trial: its table, figure and words."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.choices import known, plain_rows
from experiments.design import Job
from experiments.trials.table import attrition_table, trial_table
from experiments.trials.unit import Replicate, TrialStudy
from scenarios.trial import Trial

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from experiments.trials.power import PilotDesign

__all__ = ["TrialResult"]


class TrialResult:
    """What trials of this kind would find, and what is true in the model.

    Attributes:
        study: what the replicates shared.
        uncertainty: "seeds" or "parameters".
        jobs: replicates, in order.
        results: of each.
        plan: what was run, as plain JSON.
        seconds: the runs took, by the clock.
        design: of a pilot, where power was asked for.
        folder: where it was written, if it was.
    """

    def __init__(
        self,
        study: TrialStudy,
        uncertainty: str,
        jobs: Sequence[Job],
        results: Sequence[Replicate],
        plan: Mapping[str, object],
        *,
        seconds: float = 0.0,
    ) -> None:
        self.study = study
        self.uncertainty = uncertainty
        self.jobs = tuple(jobs)
        self.results = tuple(results)
        self.plan = dict(plan)
        self.seconds = seconds
        self.design: PilotDesign | None = None
        self.folder: Path | None = None

    @property
    def trial(self) -> Trial:
        """The trial as asked."""
        return self.study.trial

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row an outcome, survey and estimand; see `experiments.trials.table.COLUMNS`."""
        return trial_table(self.trial, self.jobs, self.results, self.uncertainty)

    @cached_property
    def attrition(self) -> pd.DataFrame:
        """Units without an outcome, by arm, with the difference and its standard error."""
        return attrition_table(self.trial, self.jobs, self.results)

    @cached_property
    def counts(self) -> dict[str, float]:
        """Mean numbers of firms and villages over the replicates."""
        names = self.results[0].counts._fields
        return {
            name: float(np.mean([getattr(r.counts, name) for r in self.results])) for name in names
        }

    def rows(self, outcome: str | None = None, estimand: str | None = None) -> pd.DataFrame:
        """Rows of the table of one outcome, or one estimand, or both.

        Raises:
            KemitraanError: an unknown name.
        """
        found = self.table
        if outcome is not None:
            known("outcome", [outcome], self.trial.outcomes)
            found = found[found["outcome"] == outcome]
        if estimand is not None:
            known("estimand", [estimand], found["estimand"].unique())
            found = found[found["estimand"] == estimand]
        return found

    def text(self, lang: str = "en", width: int = 118) -> str:
        """All that the screen shows."""
        from experiments.trials.report import text  # noqa: PLC0415  # words only now

        return text(self, lang, width)

    def __repr__(self) -> str:
        plan = self.plan
        return f"TrialResult({self.trial.name!r}, {plan['region']!r}, {plan['replicates']} trials)"

    def _repr_html_(self) -> str:
        import html  # noqa: PLC0415

        return f"<pre>{html.escape(self.text())}</pre>"

    def plot(self, outcome: str | None = None, *, ax: Axes | None = None, lang: str = "en") -> Axes:
        """Estimate with the interval of one trial by survey, and the truth beside it.

        Args:
            outcome: one of the trial's; its first if none.
            ax: drawn into; a new figure if none.
            lang: "en" or "id".
        """
        from experiments.figures.trial import estimates  # noqa: PLC0415  # matplotlib only now

        known("outcome", [outcome or self.trial.outcomes[0]], self.trial.outcomes)
        return estimates(self, outcome or self.trial.outcomes[0], ax=ax, lang=lang)

    def save(self, folder: str | PathLike[str], *, lang: str = "en") -> Path:
        """Writes tables, figures and the manifest into a new or empty folder."""
        from experiments.trials.store import save_folder  # noqa: PLC0415  # pyarrow only now

        self.folder = save_folder(self, Path(folder), lang=lang)
        return self.folder

    def to_json(self) -> dict[str, Any]:
        """One document: plan, trial, table and attrition."""
        found: dict[str, Any] = {
            "folder": None if self.folder is None else self.folder.as_posix(),
            "plan": self.plan,
            "trial": self.trial.resolved(),
            "counts": self.counts,
            "table": plain_rows(self.table),
            "attrition": plain_rows(self.attrition),
        }
        if self.design is not None:
            found["power"] = self.design.to_json()
        json.dumps(found, allow_nan=False)  # a value that is not finite is an error, not bad JSON
        return found
