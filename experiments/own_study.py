"""A sensitivity study of any Python function, by the same designs, runner and tables."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from experiments.batch.backend import Backend
from experiments.batch.pool import LocalPool
from experiments.compare import teller
from experiments.morris import Design, make_design
from experiments.own_model import OwnModel, factors_of, own_values, read_problem, travels
from experiments.planned import Planned
from experiments.sampling import Sample, make_sample
from experiments.sensitivity_batch import run_planned
from experiments.sensitivity_plan import check_size, plan_line
from experiments.shares_words import say
from experiments.studied import Sensitivity
from sim.errors import KemitraanError

__all__ = ["study_function"]

_TRIED = 3


def study_function(
    function: Callable[..., Any],
    problem: Mapping[str, Any] | None,
    outcomes: str | Sequence[str] | None,
    method: str,
    samples: int,
    replicates: int,
    seed: int,
    backend: Backend,
    *,
    second_order: bool = False,
    place: Callable[[], Path] | None = None,
    on_error: str = "record",
    lang: str = "en",
    quiet: bool = False,
) -> Sensitivity:
    """Runs a function over a design; see `experiments.sensitivity.sensitivity`.

    Raises:
        KemitraanError: no problem, a design that cannot be, or a function that fails.
    """
    plain = read_problem(problem)
    if method == "morris" and any(one != "unif" for one in plain.get("dists", ())):
        raise KemitraanError("--method morris: walks through uniform ranges; leave dists out")
    factors, given = factors_of(plain)
    check_size(method, samples, replicates, len(factors), second_order=second_order)
    # Values come in the problem's own order, whatever the groups.
    model = OwnModel(function, tuple(plain["names"]), ())
    design: Design | Sample
    if method == "morris":
        design = make_design(factors, samples, seed)
    else:
        design = make_sample(method, factors, samples, seed, second_order=second_order, given=given)
    planned = Planned(model, design, replicates, {}, (), "")
    work = planned.jobs
    begun = time.perf_counter()
    first, *_ = [own_values(model, job) for job in work[:_TRIED]]
    each = (time.perf_counter() - begun) / _TRIED
    model = replace(model, outcomes=_outcomes(outcomes, problem, first.size))
    tell = teller(quiet=quiet)
    workers = min(backend.workers, len(work))
    if isinstance(backend, LocalPool) and workers > 1 and not travels(model):
        tell(say("here", lang, name=model.name))
        backend, workers = LocalPool(1), 1
    grouped = "groups" in plain
    plan: dict[str, object] = {
        "method": method,
        "function": model.name,
        "scenarios": 1,
        "samples": samples,
        "points": design.points,
        "replicates": replicates,
        "runs": len(work),
        "units": len(work),
        "factors": len(factors),
        "by": "groups" if grouped else "parameters",
        "fold": "none",
        "assumptions_varied": len(plain["names"]),
        "seed": seed,
        "jobs": workers,
        "seconds": round(each * len(work) / workers, 1),
    }
    tell(plan_line(plan, lang))
    planned = replace(planned, about=model, plan=plan, outcomes=model.outcomes)
    return run_planned(
        planned,
        place,
        backend=backend,
        unit_seconds=each,
        on_error=on_error,
        lang=lang,
        quiet=quiet,
    )


def _outcomes(
    asked: str | Sequence[str] | None, problem: Mapping[str, Any] | None, count: int
) -> tuple[str, ...]:
    """Names of what the function gives: as asked, else the problem's, else y, or y1, y2, ...

    Raises:
        KemitraanError: another number of names than of values, or one stands twice.
    """
    given = (problem or {}).get("outputs") if asked is None else asked
    if given is None or (asked is None and len(given) != count):
        return ("y",) if count == 1 else tuple(f"y{k + 1}" for k in range(count))
    names = given.split(",") if isinstance(given, str) else list(given)
    found = tuple(str(name).strip() for name in names)
    if len(found) != count or len(set(found)) < count:
        raise KemitraanError(
            f"outcomes: {len(found)} names ({', '.join(found)}) for {count} values of the function"
        )
    return found
