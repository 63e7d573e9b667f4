"""`validate`: the frozen rows replayed over the ensemble and scored as they come out."""

from __future__ import annotations

import time
from collections.abc import Sequence
from os import PathLike
from pathlib import Path

import numpy as np

from experiments.calibration.ensemble import FILES, SHIPPED
from experiments.compare import progress_bar, teller
from experiments.design import DRAW, ENSEMBLE, Job
from experiments.limits import MOST_JOBS, MOST_REPLICATES, MOST_SEED, read_scale, whole
from experiments.runner import default_jobs, pilot, run_units, warm
from experiments.validation.plan import Replays, changed_since, make_replays
from experiments.validation.replay import replay_unit
from experiments.validation.result import Validation
from experiments.validation.rows import read_frozen
from experiments.validation.words import say
from experiments.words import say as said
from sim.draws import replicate_seed
from sim.errors import KemitraanError

__all__ = ["REPLICATES", "usual_uncertainty", "validate"]

REPLICATES = 64
"""Draws if nothing is asked."""
_WORKER_START = 2.0


def usual_uncertainty() -> str:
    """The ensemble where there is one, else the registry's ranges."""
    return ENSEMBLE if (SHIPPED / FILES[0]).is_file() else "parameters"


def validate(
    rows: str | Sequence[str] | None = None,
    *,
    uncertainty: str | None = None,
    replicates: int = REPLICATES,
    seed: int = 1,
    scale: int | str | None = None,
    jobs: int | None = None,
    out: str | PathLike[str] | None = None,
    lang: str = "en",
    quiet: bool = False,
) -> Validation:
    """Replays the frozen validation rows and scores them by the rules frozen with them.

    Args:
        rows: ids, one or several; all if none.
        uncertainty: "ensemble" (the default, where there is one), "parameters" or "seeds".
        replicates: draws.
        seed: of the experiment; the same seed gives the same numbers.
        scale: keep every so many-th firm and buyer; "auto" (or none) keeps at most 20,000 firms. A
            small region keeps what a sample must have.
        jobs: processes; as many as there are processors if none.
        out: folder for tables, the figure and the manifest; nothing is written if none.
        lang: language of messages and the figure.
        quiet: no messages and no progress on stderr.

    Returns:
        The result, with `.table`, `.counts`, `.text()` and `.plot()`.

    Raises:
        FrozenError: a file is not what was frozen.
        KemitraanError: wrong use.
    """
    from experiments.store import check_target  # noqa: PLC0415  # pyarrow only now

    frozen = read_frozen()
    chosen = frozen.chosen(rows if isinstance(rows, str) or rows is None else ",".join(rows))
    how = usual_uncertainty() if uncertainty is None else uncertainty
    replicates = whole(replicates, "--replicates", 2, MOST_REPLICATES)
    seed = whole(seed, "--seed", 0, MOST_SEED)
    workers = default_jobs() if jobs is None else whole(jobs, "--jobs", 1, MOST_JOBS)
    if not 1 <= workers <= MOST_JOBS:
        raise KemitraanError(f"--jobs {workers}: is outside 1..{MOST_JOBS}")
    every = read_scale(scale)
    target = None if out is None else check_target(Path(out))
    tell = teller(quiet=quiet)
    replays = make_replays(
        frozen, chosen, uncertainty=how, replicates=replicates, seed=seed, scale=every
    )
    work = [Job(DRAW, r, replicate_seed(seed, r), {}) for r in range(replicates)]
    workers = min(workers, len(work))
    values = np.zeros((replicates, 0))
    plan: dict[str, object] = {
        "rows": len(chosen),
        "expressed": sum(row.can_express for row in chosen),
        "worlds": len(replays.worlds),
        "trials": len(replays.trials),
        "replicates": replicates,
        "seed": seed,
        "scale": "auto" if every is None else every,
        "uncertainty": how,
        "assumptions_varied": 0 if how == "seeds" else replays.varied,
        "freeze": frozen.digest,
        "jobs": workers,
        "seconds": 0.0,
    }
    begun = time.perf_counter()
    if replays.figures:
        warm(tell, lang)
        each = _unit_seconds(replays)
        start = _WORKER_START if workers > 1 else 0.0
        plan["seconds"] = round(each * replicates / workers + start, 1)
        tell(plan_line(plan, lang))
        begun = time.perf_counter()
        with progress_bar(len(work), quiet=quiet) as advance:
            found = run_units(
                replay_unit, replays, work, workers, unit_seconds=each, progress=advance
            )
        values = np.array(found)
    result = Validation(
        frozen,
        chosen,
        replays,
        values,
        plan,
        changed=changed_since(frozen),
        seconds=time.perf_counter() - begun,
    )
    if target is not None:
        result.save(target, lang=lang)
    return result


def _unit_seconds(replays: Replays) -> float:
    """Of one draw on one core, from a few months of a small sample of the first world."""
    study = replays.studies[0]
    first = Job(DRAW, 0, replicate_seed(study.seed, 0), {})
    seen = pilot(study, [first], 1).unit_seconds
    return seen / (study.firms * study.months) * replays.firm_months


def plan_line(plan: dict[str, object], lang: str = "en") -> str:
    """What will be run, in one line."""
    seconds, cores = float(str(plan["seconds"])), int(str(plan["jobs"]))
    varied = int(str(plan["assumptions_varied"]))
    return say(
        "plan",
        lang,
        rows=plan["expressed"],
        worlds=plan["worlds"],
        trials=plan["trials"],
        replicates=plan["replicates"],
        time=f"{seconds / 60:.0f} min" if seconds >= 180 else f"{max(1, seconds):.0f} s",
        cores=f"{cores} {said('core' if cores == 1 else 'cores', lang)}",
        assumptions=said("varied", lang, n=varied) if varied else said("held", lang),
    )
