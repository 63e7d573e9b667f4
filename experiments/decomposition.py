"""A finished study of how the variance of an outcome divides among its causes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from experiments.choices import known
from experiments.design import Study
from experiments.factors import DUMMY, OTHERS, Factor
from experiments.luck import SeedShare, seed_share
from experiments.own_model import OwnModel
from experiments.sampling import Sample
from experiments.shares import (
    DISPERSION,
    MEAN,
    NO_MONTH,
    SHARE_COLUMNS,
    Cut,
    indices_of,
    shares_of,
    shares_table,
)
from experiments.studied import Sensitivity

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from experiments.screening import Screening

__all__ = ["TABLE_COLUMNS", "Decomposition"]

Floats = npt.NDArray[np.float64]
TABLE_COLUMNS = ("scenario", "baseline", "unit", *SHARE_COLUMNS)
SEED, LUCK, SEED_SHARE = "seed", "luck", "seed_share"
"""Parameter, kind and index of the row that tells the seed's share."""
_PARTS = (8, 4, 2, 1)  # the sub-samples of the convergence: an eighth, a quarter, a half, all
_FEWEST = 16
_QUICK_HALVES = 40
_AT_ONCE = 600
"""Columns analysed together: the copy of them and what resampling needs stay small."""


class Decomposition(Sensitivity):
    """How much of an outcome's variance hangs on what.

    Attributes:
        sample: the rows.
        months: (units, months, outcomes asked by month), the effect or the level; none if not kept.
        monthly: names of the last axis of `months`.
        screening: what chose the factors, if a screening did.
    """

    def __init__(
        self,
        study: Study | OwnModel,
        sample: Sample,
        numbers: Floats,
        plan: Mapping[str, object],
        *,
        outcomes: tuple[str, ...] = ("profit",),
        window: str = "policy",
        seconds: float = 0.0,
        months: Floats | None = None,
        monthly: tuple[str, ...] = (),
        screening: Screening | None = None,
    ) -> None:
        super().__init__(study, numbers, plan, outcomes=outcomes, window=window, seconds=seconds)
        self.sample = sample
        self.months = months
        self.monthly = monthly
        self.screening = screening

    @property
    def factors(self) -> tuple[Factor, ...]:
        """What was moved, the dummy last."""
        return self.sample.factors

    @property
    def rows(self) -> int:
        """Points of the design."""
        return self.sample.rows

    @property
    def method(self) -> str:
        """Its method."""
        return self.sample.method

    @property
    def indices(self) -> tuple[str, ...]:
        """Names of its indices; the first one ranks."""
        return indices_of(self.method)

    @property
    def replicates(self) -> int:
        """Runs of each point."""
        return len(self.numbers) // self.rows

    @property
    def words(self) -> ModuleType:
        """The module that tells the study."""
        from experiments import decomposition_report  # noqa: PLC0415  # only when shown

        return decomposition_report

    def column(self, cut: Cut) -> Floats:
        """(rows,): a number for each point: the mean or the spread of its replicates."""
        if cut.month == NO_MONTH:
            values = self.outcome(cut.outcome, cut.window)
        else:
            if self.months is None:
                raise KeyError(cut)
            at = self.monthly.index(cut.outcome)
            values = self.months[:, cut.month, at].reshape(self.rows, -1)
        found = values.std(axis=1, ddof=1) if cut.of == DISPERSION else values.mean(axis=1)
        return np.asarray(found)

    @cached_property
    def table(self) -> pd.DataFrame:
        """Indices of what was asked for: one row an outcome, index and factor, the strongest first.

        `of` says whether the mean of a point's replicates was studied or their dispersion. `index`
        is ST (the variance that is gone when the factor alone is held), S1 (what it explains by
        itself), S2 (what a pair explains only together), delta, pawn, or `seed_share`: the part of
        the variance of a single run that its seed holds.
        """
        cuts = [Cut(name, MEAN, self.window) for name in self.outcomes]
        if self.replicates > 1:
            cuts += [Cut(name, DISPERSION, self.window) for name in self.outcomes]
        return self._named(self._told(cuts, pairs=True), seed=True)

    @cached_property
    def everything(self) -> pd.DataFrame:
        """Indices of all outcomes in all windows, and of the outcomes asked month by month.

        Of a Sobol study; the others take too long for it, and give `table` again.
        """
        if self.method != "sobol":
            return self.table
        cuts = [Cut(name, MEAN, cut) for cut in self.every_window for name in self.every_outcome]
        if self.months is not None:
            cuts += [
                Cut(name, MEAN, "", month)
                for name in self.monthly
                for month in range(self.months.shape[1])
            ]
        told = [self._told(cuts[k : k + _AT_ONCE]) for k in range(0, len(cuts), _AT_ONCE)]
        return self._named(*told, seed=False)

    def months_of(self, outcome: str) -> pd.DataFrame:
        """The rows of `everything` that tell one outcome month by month."""
        rows = self.everything
        found: pd.DataFrame = rows[(rows["outcome"] == outcome) & (rows["month"] != NO_MONTH)]
        return found.reset_index(drop=True)

    def _told(self, cuts: list[Cut], *, pairs: bool = False) -> pd.DataFrame:
        values = np.column_stack([self.column(cut) for cut in cuts])
        return shares_table(self.factors, cuts, shares_of(self.sample, values, pairs=pairs))

    def _named(self, *rows: pd.DataFrame, seed: bool) -> pd.DataFrame:
        import pandas as pd  # noqa: PLC0415  # loaded already by now

        parts = [*rows, *(self._seed_row(name) for name in self.outcomes)] if seed else [*rows]
        # An empty table has no types, and pandas warns of it.
        found = [part for part in parts if part is not None and len(part)]
        if not found:
            return pd.DataFrame(columns=list(TABLE_COLUMNS))
        table = pd.concat(found, ignore_index=True)
        table["scenario"], table["baseline"] = self.scenario, self.baseline or ""
        table["unit"] = [self.unit(name) for name in table["outcome"]]
        return table[list(TABLE_COLUMNS)]

    def _seed_row(self, outcome: str) -> pd.DataFrame | None:
        import pandas as pd  # noqa: PLC0415  # loaded already by now

        share = self.seed_share(outcome)
        if share is None:
            return None
        row = {
            "outcome": outcome, "of": MEAN, "window": self.window, "month": NO_MONTH, "rank": 0,
            "parameter": SEED, "other": "", "kind": LUCK, "members": 0, "index": SEED_SHARE,
            "estimate": share.value, "low": share.low, "high": share.high,
            "conf": (share.high - share.low) / 2.0, "above_dummy": False, "rows": self.rows,
        }  # fmt: skip
        return pd.DataFrame([row])

    def seed_share(self, outcome: str, window: str | None = None) -> SeedShare | None:
        """The part of the variance of a single run that its seed holds.

        From replicates; with one a point, from the dummy of a Sobol design, which deals other luck;
        none where neither is there.
        """
        values = self.outcome(outcome, window)
        points = self.sample.points
        if self.replicates > 1:
            blocks = values.reshape(len(values) // points, points, -1)
            # A and B of a base row are independent points, those between them are not.
            independent = blocks[:, [0, -1]] if points > 1 else blocks
            common = self.method == "fast"
            return seed_share(independent, self.sample.bootstrap_seed, common=common)
        if self.method != "sobol":
            return None
        (total, *_) = shares_of(self.sample, values)
        ends = np.array([total.value[-1, 0], total.low[-1, 0], total.high[-1, 0]])
        # An estimate of a share near one lies above it about as often as below.
        return SeedShare(*np.minimum(ends, 1.0).tolist()) if np.isfinite(ends[0]) else None

    def rows_of(self, outcome: str, index: str | None = None, of: str = MEAN) -> pd.DataFrame:
        """Rows of one outcome and index, the strongest first, the dummy among them."""
        known("outcome", [outcome], self.outcomes)
        table = self.table
        name = self.indices[0] if index is None else index
        chosen = (table["outcome"] == outcome) & (table["index"] == name) & (table["of"] == of)
        found: pd.DataFrame = table[chosen].reset_index(drop=True)
        return found

    def ranked(self, outcome: str, of: str = MEAN) -> pd.DataFrame:
        """Rows of the leading index without the dummy, the strongest first."""
        rows = self.rows_of(outcome, of=of)
        found: pd.DataFrame = rows[rows["kind"] != DUMMY].reset_index(drop=True)
        return found

    def left_out(self, outcome: str) -> pd.Series | None:
        """The row of all that a screening did not choose, moved as one; none without a screening.

        Its total index is what would be gone if they were held.
        """
        rows = self.rows_of(outcome)
        rows = rows[rows["parameter"] == OTHERS]
        return None if self.screening is None or rows.empty else rows.iloc[0]

    def convergence(self, outcome: str) -> pd.DataFrame:
        """The leading index from an eighth, a quarter, a half and all of the sample.

        Returns:
            Columns samples, parameter, kind, index, estimate, low, high; FAST has the whole only.
        """
        import pandas as pd  # noqa: PLC0415  # loaded already by now

        known("outcome", [outcome], self.every_outcome)
        values = self.column(Cut(outcome, MEAN, self.window))
        total = self.sample.samples
        sizes = [total] if self.method == "fast" else [total // part for part in _PARTS]
        parts = []
        for size in sorted({max(size, min(_FEWEST, total)) for size in sizes}):
            part = self.sample if size == total else self.sample.part(size)
            own = values[: part.rows, None]
            shares = shares_of(part, own, halves=_QUICK_HALVES)[:1]
            table = shares_table(self.factors, [Cut(outcome, MEAN, self.window)], shares)
            table.insert(0, "samples", size)
            parts.append(table)
        columns = ["samples", "parameter", "kind", "index", "estimate", "low", "high"]
        found = [part for part in parts if len(part)]
        if not found:
            return pd.DataFrame(columns=columns)
        return pd.concat(found, ignore_index=True)[columns]

    def plot(self, outcome: str | None = None, ax: Axes | None = None, lang: str = "en") -> Axes:
        """Dot and interval of every factor's indices, and the dummy as the noise floor."""
        from experiments.figures.shares import dots  # noqa: PLC0415  # matplotlib

        return dots(self, outcome or self.outcomes[0], ax=ax, lang=lang)

    def plot_convergence(
        self, outcome: str | None = None, ax: Axes | None = None, lang: str = "en"
    ) -> Axes:
        """The leading factors' indices as the sample grows."""
        from experiments.figures.shares import settling  # noqa: PLC0415  # matplotlib

        return settling(self, outcome or self.outcomes[0], ax=ax, lang=lang)

    def plot_months(
        self, outcome: str | None = None, ax: Axes | None = None, lang: str = "en"
    ) -> Axes:
        """The leading factors' total indices month by month."""
        from experiments.figures.shares import by_month  # noqa: PLC0415  # matplotlib

        return by_month(self, outcome or self.outcomes[0], ax=ax, lang=lang)

    def to_salib(self, outcome: str | None = None) -> Any:  # noqa: ANN401  # a SALib ProblemSpec
        """The study as SALib's ProblemSpec, with samples and results; the dummy is a parameter.

        Rows stay where a value is not finite: SALib checks for none.
        """
        from SALib import ProblemSpec  # noqa: PLC0415  # 1 s

        problem = self.sample.problem
        given = self.sample.given or {}
        bounds = given.get("bounds", [list(ends) for ends in self.sample.ranges.values()])
        problem["bounds"] = [*bounds, [0.0, 1.0]]
        if "dists" in given:
            problem["dists"] = [*given["dists"], "unif"]
        spec = ProblemSpec(problem)
        values = [*self.sample.columns.values(), self.sample.places[:, -1]]
        spec.set_samples(np.column_stack(values))
        spec.set_results(self.column(Cut(outcome or self.outcomes[0], MEAN, self.window)))
        return spec
