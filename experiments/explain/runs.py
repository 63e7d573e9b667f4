"""Further runs for break-even values: levers and assumptions moved one at a time.

Levers are not varied in a comparison. Here each main one is set to five values, in the first draws
of the comparison with their own seeds and values, so that all runs of a draw pair with one another
and with those of the comparison. All settings of a draw branch from one burn-in and share one
baseline. The strongest assumptions are likewise set to four values of their ranges.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from experiments.compare import progress_bar
from experiments.design import Job, Study
from experiments.explain.drawn import Drawn
from experiments.explain.levers import lever_grid, pulled_levers, set_by
from experiments.explain.moved import PLACES
from experiments.explain.words import say
from experiments.limits import MOST_JOBS, whole
from experiments.runner import default_jobs, run_units, warm
from experiments.unit import region_values
from experiments.words import number
from experiments.words import say as said
from scenarios.scenario import LeverSetting, Scenario
from sim.errors import KemitraanError
from sim.outcomes import OUTCOMES, windows

__all__ = ["DRAWS", "MOST_LEVERS", "RUNS", "Plan", "Ran", "make_plan", "make_runs"]

Floats = npt.NDArray[np.float64]
RUNS = 600
"""Further runs of one scenario if nothing is asked."""
DRAWS = 16
"""Draws that each value is run in."""
MOST_LEVERS = 3
MOST_ASSUMPTIONS = 8
_SAME = 1e-9
_START = 2.0  # seconds until further processes have loaded the model


@dataclass(frozen=True)
class Plan:
    """What is run.

    Attributes:
        levers: values of each lever by scenario, the present one among them.
        assumptions: by name, their values.
        draws: so many of the first ones.
    """

    levers: Mapping[str, Mapping[str, tuple[float, ...]]]
    assumptions: Mapping[str, tuple[float, ...]]
    draws: int
    scenarios: int = 1

    @property
    def lever_runs(self) -> int:
        """Runs of one scenario that the levers need, the baseline's among them."""
        new = sum(len(grid) - 1 for own in self.levers.values() for grid in own.values())
        return self.draws * (1 + new) if new else 0

    @property
    def assumption_runs(self) -> int:
        """Runs that the assumptions need, the baseline's among them."""
        return self.draws * (1 + self.scenarios) * sum(len(v) for v in self.assumptions.values())

    @property
    def runs(self) -> int:
        """Of one scenario, in all."""
        return self.lever_runs + self.assumption_runs


@dataclass(frozen=True)
class Ran:
    """What the runs gave.

    Attributes:
        plan: what was run.
        levers: (draws, values) effects by scenario and lever; nan for the present value, which the
            comparison holds.
        assumptions: (draws, values) effects by scenario and assumption.
        seconds: by the clock.
    """

    plan: Plan
    levers: Mapping[tuple[str, str], Floats]
    assumptions: Mapping[tuple[str, str], Floats]
    seconds: float = field(default=0.0, compare=False)


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
    the rest goes to as many assumptions as it suffices for.

    Args:
        drawn: the comparison.
        scenarios: that are explained, without the baseline.
        candidates: assumptions, the strongest first.
        runs: at most so many of one scenario.
        levers: asked for by scenario, whatever they need.
        assumptions: asked for likewise.

    Raises:
        KemitraanError: what was asked for needs more runs.
    """
    draws, count = min(DRAWS, drawn.draws), len(scenarios)

    def grids(chosen: Mapping[str, Sequence[str]]) -> dict[str, dict[str, tuple[float, ...]]]:
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

    if levers is not None or assumptions is not None:
        plan = Plan(grids(levers or {}), values(assumptions or ()), draws, count)
        if plan.runs > runs:
            raise KemitraanError(
                f"--runs {runs}: is not enough for the levers and assumptions asked for, which "
                f"need {plan.runs}; give more, or ask for fewer"
            )
        if levers is not None and assumptions is not None:
            return plan
    for most in range(MOST_LEVERS, -1, -1):
        chosen = {one.name: pulled_levers(set_by(one))[:most] for one in scenarios}
        plan = Plan(
            grids(chosen if levers is None else levers), values(assumptions or ()), draws, count
        )
        # One lever each comes before any assumption; a second one does not.
        if plan.runs <= (runs if most <= 1 or assumptions is not None else runs // 2):
            break
    if assumptions is None:
        each = draws * (1 + count) * len(PLACES)
        room = min(MOST_ASSUMPTIONS, (runs - plan.lever_runs) // each)
        plan = replace(plan, assumptions=values(candidates[: max(0, room)]))
    return plan


def make_runs(
    drawn: Drawn,
    study: Study,
    plan: Plan,
    *,
    jobs: int | None = None,
    tell: Callable[[str], None] = lambda _: None,
    quiet: bool = True,
    lang: str = "en",
) -> Ran:
    """Runs a plan.

    Args:
        drawn: the comparison.
        study: what its runs shared; further ones pair with them.
        plan: what is run.
        jobs: processes; as many as there are processors if none.
        tell: says a line.
        quiet: no progress.
        lang: of the messages.

    Raises:
        KemitraanError: the runs do not pair with the comparison's.
    """
    workers = default_jobs() if jobs is None else whole(jobs, "--jobs", 1, MOST_JOBS)
    if not 1 <= workers <= MOST_JOBS:
        raise KemitraanError(f"--jobs {workers}: is outside 1..{MOST_JOBS}")
    first = drawn.jobs[: plan.draws]
    pairs = _only(study, drawn.scenarios)
    settings, variants = _variants(study, plan)
    wide = replace(study, scenarios=(study.scenarios[0], *variants))
    moved = _moved(first, plan)
    warm(tell, lang)
    each = _seconds(pairs, first[0])
    share = each / (1 + len(pairs.scenarios))  # of one scenario; a burn-in counts as another
    longest = share * (2 + len(variants))
    seconds = longest * len(first) * bool(variants) + each * len(moved)
    tell(plan_line(plan, study, seconds / workers + _START * (workers > 1), workers, lang))
    begun = time.perf_counter()
    total = len(first) * bool(variants) + len(moved)
    with progress_bar(total, quiet=quiet) as advance:
        by_lever = (
            run_units(region_values, wide, first, workers, unit_seconds=longest, progress=advance)
            if variants
            else []
        )
        by_assumption = (
            run_units(region_values, pairs, moved, workers, unit_seconds=each, progress=advance)
            if moved
            else []
        )
    at = list(windows(study.months)).index(drawn.window), list(OUTCOMES).index(drawn.outcome)
    return Ran(
        plan,
        _lever_effects(drawn, plan, settings, by_lever, at),
        _assumption_effects(drawn, plan, by_assumption, at),
        time.perf_counter() - begun,
    )


def _only(study: Study, names: Sequence[str]) -> Study:
    """The study with the baseline and these scenarios alone."""
    own = [one for one in study.scenarios[1:] if one.name in names]
    return replace(study, scenarios=(study.scenarios[0], *own))


def _variants(study: Study, plan: Plan) -> tuple[list[tuple[str, str, int]], list[Scenario]]:
    """Scenarios with one lever set otherwise; and of each its scenario, lever and place."""
    settings: list[tuple[str, str, int]] = []
    variants: list[Scenario] = []
    for one in study.scenarios[1:]:
        for name, grid in plan.levers.get(one.name, {}).items():
            setting = one.levers[name]
            for place, value in enumerate(grid):
                if value == setting.value:
                    continue
                settings.append((one.name, name, place))
                changed: dict[str, LeverSetting] = {
                    **one.levers,
                    name: replace(setting, value=value),
                }
                called = f"{one.name} {len(variants)}"
                variants.append(replace(one, name=called, levers=changed))
    return settings, variants


def _moved(first: Sequence[Job], plan: Plan) -> list[Job]:
    """The first draws with one assumption at each of its values."""
    return [
        replace(job, role="explain", changes={**job.changes, name: value})
        for name, values in plan.assumptions.items()
        for value in values
        for job in first
    ]


def _seconds(pairs: Study, job: Job) -> float:
    """How long one draw of a study takes, by one that is run for it."""
    begun = time.perf_counter()
    region_values(pairs, job)
    return time.perf_counter() - begun


def plan_line(plan: Plan, study: Study, seconds: float, workers: int, lang: str) -> str:
    """What will be run, in one line."""
    levers = sum(len(own) for own in plan.levers.values())
    return say(
        "plan",
        lang,
        runs=number(plan.runs, lang, digits=0),
        levers=say("levers_one" if levers == 1 else "levers", lang, n=levers),
        assumptions=say(
            "assumptions_one" if len(plan.assumptions) == 1 else "assumptions",
            lang,
            n=len(plan.assumptions),
            values=len(PLACES),
        ),
        draws=plan.draws,
        firms=number(study.firms, lang),
        months=study.months,
        time=f"{seconds / 60:.1f} min" if seconds >= 90 else f"{max(1, seconds):.0f} s",
        cores=f"{workers} {said('core' if workers == 1 else 'cores', lang)}",
    )


def _lever_effects(
    drawn: Drawn,
    plan: Plan,
    settings: Sequence[tuple[str, str, int]],
    values: Sequence[Floats],
    at: tuple[int, int],
) -> dict[tuple[str, str], Floats]:
    if not values:
        return {}
    found = np.stack(values)[:, :, at[0], at[1]]
    before = drawn.levels[: plan.draws]
    off = np.abs(found[:, 0] - before) > _SAME * np.maximum(1.0, np.abs(before))
    if off.any():
        raise KemitraanError(
            f"{drawn.folder}: the baseline's {drawn.outcome} does not come out as in the "
            "comparison, so that further runs do not pair with its own: another machine or other "
            "versions wrote it; run the comparison again, or --no-runs explains it from its own "
            "draws alone"
        )
    effects = found[:, 1:] - found[:, :1]
    tables = {
        (scenario, name): np.full((plan.draws, len(grid)), np.nan)
        for scenario, own in plan.levers.items()
        for name, grid in own.items()
    }
    for k, (scenario, name, place) in enumerate(settings):
        tables[scenario, name][:, place] = effects[:, k]
    return tables


def _assumption_effects(
    drawn: Drawn, plan: Plan, values: Sequence[Floats], at: tuple[int, int]
) -> dict[tuple[str, str], Floats]:
    if not values:
        return {}
    found = np.stack(values)[:, :, at[0], at[1]]
    effects = (found[:, 1:] - found[:, :1]).reshape(
        len(plan.assumptions), len(PLACES), plan.draws, -1
    )
    order = [name for name in drawn.about["scenarios"] if name in drawn.scenarios]
    return {
        (scenario, name): effects[k, :, :, s].T
        for k, name in enumerate(plan.assumptions)
        for s, scenario in enumerate(order)
    }
