"""One scenario's part of an explanation: its scale, its shares, its curves."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from experiments.explain.drawn import Drawn
from experiments.explain.flips import Curve, Flip, curve_of, find_flip
from experiments.explain.moved import Moved, moved_share
from experiments.explain.runs import Ran
from experiments.explain.scale import Scale, held_by_few
from experiments.explain.shares import Found, Shares, find_shares, luck_share, resamples
from experiments.explain.standing_out import studied
from experiments.explain.value import Worth, worth_of

__all__ = ["Part", "make_part"]

Floats = npt.NDArray[np.float64]
GRID = 21  # values of a fitted curve
FEWEST_ROWS = 4  # draws that say anything of a value


@dataclass(frozen=True)
class Part:
    """What is known of one scenario's effect.

    Attributes:
        drawn: the comparison.
        scenario: its name.
        usable: draws that have the outcome.
        why_not: `standing_out.SAME` or `FEW` where there is nothing to explain.
        scale: of the study.
        effect: (usable draws,) on the scale.
        shares: of the assumptions that can change it.
        columns: of these, in the comparison.
        ran: further runs, if there were.
    """

    drawn: Drawn
    scenario: str
    usable: npt.NDArray[np.bool_]
    why_not: str
    scale: Scale
    effect: Floats
    shares: Shares
    columns: tuple[int, ...]
    ran: Ran | None = None

    def with_runs(self, ran: Ran) -> Part:
        """The same with further runs."""
        return replace(self, ran=ran)

    @property
    def plain(self) -> Floats:
        """(usable draws,) effects as they are."""
        return self.drawn.effects[self.scenario][self.usable]

    @property
    def heavy(self) -> float:
        """The part of the variance that the farthest 5 % of the draws hold."""
        return held_by_few(self.plain)

    @cached_property
    def luck(self) -> tuple[float, float, float]:
        """Share of the variance due to luck alone, and its interval."""
        fixed = self.drawn.fixed[self.scenario]
        fixed = self.scale.to(fixed[np.isfinite(fixed)])
        return luck_share(fixed, self.effect, self.drawn.seed)

    def name_of(self, found: Found) -> str:
        """The name of an assumption."""
        return self.drawn.names[self.columns[found.column]]

    @cached_property
    def by_name(self) -> dict[str, Found]:
        """What the draws say of each assumption measured."""
        return {self.name_of(found): found for found in self.shares.found}

    @property
    def candidates(self) -> list[str]:
        """Assumptions, the strongest first."""
        return list(self.by_name)

    @cached_property
    def moved(self) -> dict[str, Moved]:
        """What runs say of each assumption that was moved alone."""
        if self.ran is None:
            return {}
        found = {}
        tests = len(self.ran.plan.assumptions)
        for (scenario, name), part in self.ran.assumptions.items():
            rows = self._rows(part)
            if scenario == self.scenario and rows.sum() >= FEWEST_ROWS:
                whole = self._in_front(rows)
                drawn = resamples(len(whole), self.drawn.seed)
                found[name] = moved_share(
                    self.scale.to(part[rows]), self.scale.to(whole), drawn, self.drawn.seed, tests
                )
        return found

    def _rows(self, part: Floats) -> npt.NDArray[np.bool_]:
        """Draws that were run and have the outcome at every value, and in the comparison."""
        return self.usable[: len(part)] & np.isfinite(part).all(axis=1)

    def _in_front(self, rows: npt.NDArray[np.bool_]) -> Floats:
        """Effects in the comparison: of these of the first draws, then of those not run."""
        whole, first = self.drawn.effects[self.scenario], len(rows)
        return np.concatenate([whole[:first][rows], whole[first:][self.usable[first:]]])

    @cached_property
    def levers(self) -> dict[str, Curve]:
        """Curves of the levers that were moved."""
        if self.ran is None:
            return {}
        found = {}
        for (scenario, name), part in self.ran.levers.items():
            if scenario != self.scenario:
                continue
            grid = self.ran.plan.levers[scenario][name]
            place = int(np.flatnonzero(np.isnan(part).all(axis=0))[0])
            filled = part.copy()
            filled[:, place] = self.drawn.effects[scenario][: len(part)]
            curve = self._run_curve(grid, filled, place)
            if curve is not None:
                found[name] = curve
        return found

    @cached_property
    def assumptions(self) -> dict[str, Curve]:
        """Curves of the assumptions: run where they were, else fitted to the draws."""
        found = {}
        for name, one in self.by_name.items():
            curve = self._moved_curve(name)
            found[name] = self._fitted_curve(name, one) if curve is None else curve
        return found

    def _moved_curve(self, name: str) -> Curve | None:
        if self.ran is None or (self.scenario, name) not in self.ran.assumptions:
            return None
        grid = self.ran.plan.assumptions[name]
        return self._run_curve(grid, self.ran.assumptions[self.scenario, name], None)

    def _run_curve(self, grid: Sequence[float], part: Floats, place: int | None) -> Curve | None:
        """The curve of values that were run; draws without the outcome are left out."""
        rows = self._rows(part)
        if rows.sum() < FEWEST_ROWS:
            return None
        both = self._in_front(rows)
        drawn = resamples(len(both), self.drawn.seed)
        return curve_of(grid, self.scale.to(both), self.scale.to(part[rows]), drawn, place)

    def _fitted_curve(self, name: str, one: Found) -> Curve:
        values = np.linspace(*self.drawn.range_of(name), GRID)
        drawn = resamples(len(self.effect), self.drawn.seed)
        every = np.vstack([np.ones((1, len(self.effect))), drawn])
        curves = one.fit.curves(one.column, values, every)
        return Curve(tuple(values.tolist()), curves[0], curves[1:], len(self.effect), runs=False)

    def flip(self, curve: Curve, present: float) -> Flip:
        """Where a curve changes its sign."""
        return find_flip(curve, self.scale, present)

    @property
    def sure(self) -> float:
        """Part of the draws that have the commoner sign."""
        count = len(self.plain)
        return max(int((self.plain > 0.0).sum()), int((self.plain < 0.0).sum())) / count

    def worth(self, name: str) -> Worth:
        """What knowing an assumption would bring; by runs where it was run."""
        one = self.by_name[name]
        values = self.drawn.points[self.usable, self.columns[one.column]]
        share = self.moved[name].share if name in self.moved else one.share
        if name in self.moved:
            run = self.assumptions[name]
            curve = np.interp(values, run.places, run.means)
        else:
            curve = one.fit.curve(one.column, values)
        return worth_of(
            share, curve, float(self.effect.mean()), float(self.effect.var()), self.scale.zero
        )


def make_part(drawn: Drawn, scenario: str, wanted: Sequence[str] = ()) -> Part:
    """One scenario's part, from the draws alone.

    Args:
        drawn: the comparison.
        scenario: its name.
        wanted: assumptions that are measured in any case.
    """
    one = studied(drawn, scenario)
    if one.why_not:
        none = Shares((), math.nan, math.nan, math.nan, len(one.effect))
        return Part(drawn, scenario, one.usable, one.why_not, one.scale, one.effect, none, ())
    columns = list(one.columns)
    asked = [columns.index(k) for k in map(drawn.names.index, wanted) if k in columns]
    points = drawn.points[one.usable][:, columns]
    shares = find_shares(points, one.effect, drawn.seed, wanted=asked)
    return Part(drawn, scenario, one.usable, "", one.scale, one.effect, shares, one.columns)
