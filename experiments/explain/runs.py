"""Further runs: levers and assumptions moved one at a time, and more draws of all assumptions.

Levers are not varied in a comparison. Here each main one is set to five values, in the first draws
of the comparison with their own seeds and values, so that all runs of a draw pair with one another
and with those of the comparison. All settings of a draw branch from one burn-in and share one
baseline. Further draws come from the ranges of the comparison, with seeds of their own; they make
of a design that was meant for a range one that can tell assumptions apart.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from experiments.compare import progress_bar
from experiments.design import DRAW, FIXED_REPLICATES, Job, Study, latin_hypercube
from experiments.explain.drawn import Drawn
from experiments.explain.moved import PLACES
from experiments.explain.plan import Plan, plan_line
from experiments.limits import MOST_JOBS, whole
from experiments.runner import default_jobs, run_units, warm
from experiments.unit import region_values
from scenarios.scenario import LeverSetting, Scenario
from sim.draws import replicate_seed
from sim.errors import KemitraanError
from sim.outcomes import OUTCOMES, windows

__all__ = ["Ran", "make_runs", "more_draws"]

Floats = npt.NDArray[np.float64]
_SAME = 1e-9
_START = 2.0  # seconds until further processes have loaded the model
_SEED_MORE = (1 << 32) - 15  # of the design of further draws


@dataclass(frozen=True)
class Ran:
    """What the runs gave.

    Attributes:
        plan: what was run.
        levers: (draws, values) effects by scenario and lever; nan for the present value, which the
            comparison holds.
        assumptions: (draws, values) effects by scenario and assumption.
        more: (further draws,) effects by scenario.
        jobs: the further draws.
        seconds: by the clock.
    """

    plan: Plan
    levers: Mapping[tuple[str, str], Floats]
    assumptions: Mapping[tuple[str, str], Floats]
    more: Mapping[str, Floats]
    jobs: tuple[Job, ...]
    seconds: float = field(default=0.0, compare=False)


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
    own = [one for one in study.scenarios[1:] if one.name in drawn.scenarios]
    pairs = replace(study, scenarios=(study.scenarios[0], *own))
    settings, variants = _variants(study, plan)
    wide = replace(study, scenarios=(study.scenarios[0], *variants))
    more = more_draws(drawn, study, plan.more)
    paired = [*_moved(first, plan), *more]
    warm(tell, lang)
    begun = time.perf_counter()
    region_values(pairs, first[0])
    each = time.perf_counter() - begun
    # One more scenario takes about as long as the burn-in, or as the baseline.
    longest = each * (2 + len(variants)) / (1 + len(pairs.scenarios))
    branched = list(first) if variants else []
    seconds = (longest * len(branched) + each * len(paired)) / workers
    tell(plan_line(plan, study, seconds + _START * (workers > 1), workers, lang))
    begun = time.perf_counter()
    with progress_bar(len(branched) + len(paired), quiet=quiet) as advance:

        def run(shared: Study, work: Sequence[Job], unit: float) -> list[Floats]:
            if not work:
                return []
            return run_units(
                region_values, shared, work, workers, unit_seconds=unit, progress=advance
            )

        by_lever = run(wide, branched, longest)
        by_pair = run(pairs, paired, each)
    at = list(windows(study.months)).index(drawn.window), list(OUTCOMES).index(drawn.outcome)
    names = [one.name for one in own]
    effects = np.array([v[1:, at[0], at[1]] - v[0, at[0], at[1]] for v in by_pair])
    effects = effects.reshape(len(paired), len(names))
    cut = len(paired) - len(more)
    return Ran(
        plan,
        _lever_effects(drawn, plan, settings, by_lever, at),
        _moved_effects(plan, names, effects[:cut]),
        {name: effects[cut:, s] for s, name in enumerate(names)},
        tuple(more),
        time.perf_counter() - begun,
    )


def more_draws(drawn: Drawn, study: Study, count: int) -> list[Job]:
    """Further draws of the ranges of a comparison, with values and seeds that it does not have."""
    if not count:
        return []
    together = study.together
    apart = {name: ends for name, ends in study.varied.items() if name not in together}
    points = latin_hypercube(replicate_seed(study.seed, _SEED_MORE), count, apart)
    start = max(drawn.draws, FIXED_REPLICATES)
    rows = [dict(zip(apart, point, strict=True)) for point in points.tolist()]
    if study.ensemble is not None:
        # The next sets in the order of the comparison.
        places = [study.ensemble.names.index(name) for name in together]
        members = study.ensemble.order(study.seed, start + count)[start:]
        for row, member in zip(rows, members, strict=True):
            values = study.ensemble.members[member, places].tolist()
            row.update(zip(together, values, strict=True))
    return [
        Job(
            DRAW,
            start + r,
            replicate_seed(study.seed, start + r),
            {name: row[name] for name in study.varied},
        )
        for r, row in enumerate(rows)
    ]


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


def _moved_effects(
    plan: Plan, names: Sequence[str], effects: Floats
) -> dict[tuple[str, str], Floats]:
    table = effects.reshape(len(plan.assumptions), len(PLACES), plan.draws, len(names))
    return {
        (scenario, name): table[k, :, :, s].T
        for k, name in enumerate(plan.assumptions)
        for s, scenario in enumerate(names)
    }
