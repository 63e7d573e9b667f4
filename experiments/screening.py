"""A finished screening: its table and figures."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from experiments.design import Study
from experiments.factors import DUMMY, Factor
from experiments.morris import LEVELS, Design, Indices, indices
from experiments.own_model import OwnModel
from experiments.studied import Sensitivity

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["TABLE_COLUMNS", "Screening"]

TABLE_COLUMNS = (
    "scenario", "baseline", "outcome", "unit", "window", "rank", "parameter", "kind", "members",
    "index", "estimate", "low", "high", "conf", "mu", "mu_low", "mu_high", "sim_low", "sim_high",
    "sigma", "sigma_low", "sigma_high", "direction", "above_dummy", "trajectories",
)  # fmt: skip
Floats = npt.NDArray[np.float64]


class Screening(Sensitivity):
    """What Morris screening found.

    Attributes:
        design: the rows.
    """

    def __init__(
        self,
        study: Study | OwnModel,
        design: Design,
        numbers: Floats,
        plan: Mapping[str, object],
        *,
        outcomes: tuple[str, ...] = ("profit",),
        window: str = "policy",
        seconds: float = 0.0,
    ) -> None:
        super().__init__(study, numbers, plan, outcomes=outcomes, window=window, seconds=seconds)
        self.design = design

    @property
    def factors(self) -> tuple[Factor, ...]:
        """What was moved, the dummy last."""
        return self.design.factors

    @property
    def rows(self) -> int:
        """Points of the design."""
        return len(self.design.levels)

    @property
    def words(self) -> ModuleType:
        """The module that tells the study."""
        from experiments import sensitivity_report  # noqa: PLC0415  # only when shown

        return sensitivity_report

    @cached_property
    def indices(self) -> dict[str, Indices | None]:
        """Indices of each outcome; none where too few values are finite."""
        return {name: indices(self.design, self.outcome(name)) for name in self.outcomes}

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row an outcome and factor, the strongest first; the dummy has rank 0.

        `estimate` is mu* with its interval `low` to `high` over resampled trajectories; `conf` is
        the half width that SALib gives. `sim_low` and `sim_high` bound mu over replicates alone.
        """
        import pandas as pd  # noqa: PLC0415  # 0.4 s

        parts = [self._part(name, one) for name, one in self.indices.items() if one is not None]
        if not parts:
            return pd.DataFrame(columns=list(TABLE_COLUMNS))
        return pd.concat(parts, ignore_index=True)[list(TABLE_COLUMNS)]

    def _part(self, outcome: str, found: Indices) -> pd.DataFrame:
        import pandas as pd  # noqa: PLC0415  # loaded already by now

        factors = self.design.factors
        part = pd.DataFrame(
            {
                "scenario": self.scenario,
                "baseline": self.baseline or "",
                "outcome": outcome,
                "unit": self.unit(outcome),
                "window": self.window,
                "parameter": [one.name for one in factors],
                "kind": [one.kind for one in factors],
                "members": [len(one.ranges) for one in factors],
                "index": "mu_star",
                "estimate": found.mu_star,
                **{
                    key: getattr(found, key)
                    for key in (
                        "low", "high", "conf", "mu", "mu_low", "mu_high", "sim_low", "sim_high",
                        "sigma", "sigma_low", "sigma_high", "above_dummy",
                    )
                },
                "direction": _directions(found),
                "trajectories": found.kept,
            }
        )  # fmt: skip
        part = part.sort_values("estimate", ascending=False, kind="stable", ignore_index=True)
        real = part["kind"] != DUMMY
        part["rank"] = np.where(real, real.cumsum(), 0)
        return part

    def ranked(self, outcome: str) -> pd.DataFrame:
        """Rows of one outcome without the dummy, the strongest first."""
        rows = self.table[(self.table["outcome"] == outcome) & (self.table["kind"] != DUMMY)]
        found: pd.DataFrame = rows.reset_index(drop=True)
        return found

    def leading(self, count: int) -> list[str]:
        """The factors that lead in any of the outcomes asked for, the strongest first.

        Strength is mu* over the largest of its outcome.
        """
        strength: dict[str, float] = {}
        for outcome in self.outcomes:
            rows = self.ranked(outcome)
            most = float(rows["estimate"].max()) if len(rows) else 0.0
            for name, value in zip(rows["parameter"], rows["estimate"], strict=True):
                own = float(value) / most if most > 0.0 else 0.0
                strength[name] = max(strength.get(name, 0.0), own)
        # A sort keeps the order of what is equal.
        return sorted(strength, key=lambda name: -strength[name])[:count]

    def dummy(self, outcome: str) -> pd.Series:
        """The dummy's row of one outcome."""
        rows = self.table[(self.table["outcome"] == outcome) & (self.table["kind"] == DUMMY)]
        found: pd.Series = rows.iloc[0]
        return found

    def plot(self, outcome: str | None = None, ax: Axes | None = None, lang: str = "en") -> Axes:
        """The Morris map: mu* against sigma; for groups, which have no sigma, the ranking."""
        from experiments.figures.morris import morris_map, ranking  # noqa: PLC0415  # matplotlib

        draw = ranking if self.by_groups else morris_map
        return draw(self, outcome or self.outcomes[0], ax=ax, lang=lang)

    def plot_ranking(
        self, outcome: str | None = None, ax: Axes | None = None, lang: str = "en"
    ) -> Axes:
        """The strongest factors with their intervals, and the dummy."""
        from experiments.figures.morris import ranking  # noqa: PLC0415  # matplotlib

        return ranking(self, outcome or self.outcomes[0], ax=ax, lang=lang)

    def to_salib(self, outcome: str | None = None) -> Any:  # noqa: ANN401  # a SALib ProblemSpec
        """The study as SALib's ProblemSpec, with samples and results of whole trajectories."""
        from SALib import ProblemSpec  # noqa: PLC0415  # 1 s

        means = self.outcome(outcome or self.outcomes[0]).mean(axis=1)
        whole = np.isfinite(means).reshape(self.design.samples, -1).all(axis=1)
        rows = np.repeat(whole, self.design.points)
        luck = self.design.levels[:, -1] / (LEVELS - 1)
        problem = self.design.problem
        problem["bounds"] = [*map(list, self.design.ranges.values()), [0.0, 1.0]]
        spec = ProblemSpec(problem)
        spec.set_samples(np.column_stack([*self.design.columns.values(), luck])[rows])
        spec.set_results(means[rows])
        return spec


def _directions(found: Indices) -> list[str]:
    """Whether a higher value means more or less; "+-" where the interval of mu reaches zero."""
    words = []
    for mu, low, high in zip(found.mu, found.mu_low, found.mu_high, strict=True):
        if not np.isfinite(mu) or low == high == 0.0:
            words.append("")
        else:
            words.append("+" if low > 0.0 else "-" if high < 0.0 else "+-")
    words[-1] = ""  # more of other luck means nothing
    return words
