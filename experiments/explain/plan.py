"""What further runs are spent on: levers at some values, more draws, assumptions moved alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from experiments.design import Study
from experiments.explain.drawn import Drawn
from experiments.explain.levers import lever_grid, pulled_levers, set_by
from experiments.explain.moved import PLACES
from experiments.explain.words import say
from experiments.words import number
from experiments.words import say as said
from scenarios.scenario import Scenario
from sim.errors import KemitraanError

__all__ = ["DRAWS", "MOST_LEVERS", "RUNS", "Plan", "make_plan", "plan_line"]

RUNS = 500
"""Further runs of one scenario if nothing is asked."""
DRAWS = 16
"""Draws that each value of a lever or an assumption is run in."""
MOST_LEVERS = 3
MOST_ASSUMPTIONS = 8
FEWEST_MORE = 8
"""Further draws below which none are made."""
Grids = Mapping[str, Mapping[str, tuple[float, ...]]]


@dataclass(frozen=True)
class Plan:
    """What is run.

    Attributes:
        levers: values of each lever by scenario, the present one among them.
        assumptions: values of those that are moved alone, by name.
        draws: each value is run in so many of the first ones.
        more: further draws of all assumptions.
        scenarios: that every draw is run with, besides the baseline.
    """

    levers: Grids
    assumptions: Mapping[str, tuple[float, ...]]
    draws: int
    more: int = 0
    scenarios: int = 1

    @property
    def lever_runs(self) -> int:
        """Runs of one scenario that the levers need, the baseline's among them."""
        new = sum(len(grid) - 1 for own in self.levers.values() for grid in own.values())
        return self.draws * (1 + new) if new else 0

    @property
    def pairs(self) -> int:
        """Draws that are run with all scenarios and the baseline."""
        return self.more + self.draws * sum(len(v) for v in self.assumptions.values())

    @property
    def runs(self) -> int:
        """Of one scenario, in all."""
        return self.lever_runs + self.pairs * (1 + self.scenarios)


def make_plan(
    drawn: Drawn,
    scenarios: Sequence[Scenario],
    candidates: Sequence[str],
    runs: int,
    levers: Mapping[str, Sequence[str]] | None = None,
    assumptions: Sequence[str] | None = None,
) -> Plan:
    """What so many runs are spent on.

    Without further words up to three levers of each scenario come first, for half of the runs, and
    the rest goes to further draws, which tell more assumptions apart from noise than moving a few
    would. Where an ensemble has no sets left the strongest assumptions are moved alone.

    Args:
        drawn: the comparison.
        scenarios: whose levers are moved.
        candidates: assumptions, the strongest first.
        runs: at most so many of one scenario.
        levers: asked for by scenario, whatever they need.
        assumptions: to be moved alone, likewise.

    Raises:
        KemitraanError: what was asked for needs more runs.
    """
    draws, count = min(DRAWS, drawn.draws), len(drawn.scenarios)

    def grids(chosen: Mapping[str, Sequence[str]]) -> Grids:
        return {
            one.name: {
                name: lever_grid(name, float(str(one.levers[name].value)))
                for name in chosen.get(one.name, ())
            }
            for one in scenarios
        }

    def values(names: Sequence[str]) -> dict[str, tuple[float, ...]]:
        found = {}
        for name in names:
            low, high = drawn.range_of(name)
            found[name] = tuple(low + place * (high - low) for place in PLACES)
        return found

    plan = Plan(grids(levers or {}), values(assumptions or ()), draws, 0, count)
    if plan.runs > runs:
        raise KemitraanError(
            f"--runs {runs}: is not enough for the levers and assumptions asked for, which need "
            f"{plan.runs}; give more, or ask for fewer"
        )
    if levers is None:
        for most in range(MOST_LEVERS, -1, -1):
            chosen = {one.name: pulled_levers(set_by(one))[:most] for one in scenarios}
            tried = replace(plan, levers=grids(chosen))
            # One lever each comes before further draws; a second one does not.
            if tried.runs <= runs and (most <= 1 or tried.lever_runs <= runs // 2):
                plan = tried
                break
    room = (runs - plan.runs) // (1 + count)
    if drawn.can_draw >= FEWEST_MORE:
        room = int(min(room, drawn.can_draw))
        return replace(plan, more=room if room >= FEWEST_MORE else 0)
    if assumptions is None:
        several = min(MOST_ASSUMPTIONS, room // (draws * len(PLACES)))
        plan = replace(plan, assumptions=values(candidates[:several]))
    return plan


def plan_line(plan: Plan, study: Study, seconds: float, workers: int, lang: str) -> str:
    """What will be run, in one line."""
    levers = sum(len(own) for own in plan.levers.values())
    moved = len(plan.assumptions)
    parts = [
        say("levers_one" if levers == 1 else "levers", lang, n=levers, draws=plan.draws),
        say(
            "assumptions_one" if moved == 1 else "assumptions",
            lang,
            n=moved,
            values=len(PLACES),
            draws=plan.draws,
        ),
        say("draws_more", lang, n=plan.more),
    ]
    kept = [part for part, n in zip(parts, (levers, moved, plan.more), strict=True) if n]
    return say(
        "plan",
        lang,
        runs=number(plan.runs, lang, digits=0),
        parts=", ".join(kept),
        firms=number(study.firms, lang),
        months=study.months,
        time=f"{seconds / 60:.1f} min" if seconds >= 90 else f"{max(1, seconds):.0f} s",
        cores=f"{workers} {said('core' if workers == 1 else 'cores', lang)}",
    )
