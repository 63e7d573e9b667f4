"""`calibrate`: history matching of the model's assumptions on published figures."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from os import PathLike
from pathlib import Path

import numpy as np
import numpy.typing as npt

from experiments.calibration.implausible import CUT
from experiments.calibration.prepare import FINE_REPLICATES, Problem, make_problem
from experiments.calibration.result import Calibration
from experiments.calibration.targets import SHIPPED, read_targets
from experiments.calibration.waves import Simulate, Wave, match
from experiments.calibration.words import say
from experiments.compare import progress_bar, teller
from experiments.design import Job
from experiments.factors import ALL
from experiments.limits import MOST_JOBS, MOST_SEED, whole
from experiments.runner import default_jobs, run_units, warm
from experiments.words import number
from experiments.words import say as said
from scenarios.region import Region
from sim.errors import KemitraanError

__all__ = ["FINE", "REPLICATES", "RUNS", "WAVES", "calibrate"]

Floats = npt.NDArray[np.float64]

WAVES, RUNS, REPLICATES, FINE = 4, 1000, 4, 40
"""Waves, parameter sets of each, runs of each set, and sets of each wave that are run once more."""
_MOST_WAVES, _MOST_RUNS, _MOST_REPLICATES = 20, 100_000, 1000
_LEAST_RUNS, _LEAST_FINE = 50, 10


def calibrate(
    targets: str | PathLike[str] | None = None,
    region: str | PathLike[str] | Region | None = None,
    *,
    scale: int | str | None = None,
    waves: int = WAVES,
    runs: int = RUNS,
    replicates: int = REPLICATES,
    fine: int = FINE,
    fine_scale: int | None = None,
    parameters: str | Sequence[str] = ALL,
    seed: int = 1,
    jobs: int | None = None,
    out: str | PathLike[str] | None = None,
    lang: str = "en",
    quiet: bool = False,
) -> Calibration:
    """Rules out parameter sets that cannot be, given what was observed.

    Wave by wave the model is run at sets spread over the space that is left, emulators learn what
    it says of every target, and what is implausible by them is left out. What remains are sets that
    were run and are not implausible by their own runs. It is no set of best values: whatever could
    be is kept.

    Args:
        targets: a table of targets; the project's own if none.
        region: a region, its name or folder; that of `no_policy` if none.
        scale: keep every so many-th firm; "auto" (or none) keeps about 2,000.
        waves: how many.
        runs: parameter sets run in each wave.
        replicates: runs of each set; the same seeds in all of them.
        fine: sets of each wave that are also run at the scale of a comparison, with luck of their
            own, from which is learned what a small sample gets wrong, and what luck does.
        fine_scale: that scale, if it is not to be that of a comparison.
        parameters: "all" assumed ones and those that a target's row has set before, or names of
            parameters and groups.
        seed: of the experiment; the same seed gives the same sets.
        jobs: processes; as many as there are processors if none.
        out: folder for tables, figures, the ensemble and the manifest; none if none.
        lang: language of messages and figures.
        quiet: no messages and no progress on stderr.

    Returns:
        The sets that are left, with `.targets`, `.parameters`, `.waves`, figures and words.

    Raises:
        KemitraanError: wrong use, or a fault of the table of targets.
    """
    from experiments.calibration.store import save_folder  # noqa: PLC0415  # pyarrow only now
    from experiments.store import check_target  # noqa: PLC0415

    waves = _within(waves, "--waves", 1, _MOST_WAVES)
    runs = _within(runs, "--runs", _LEAST_RUNS, _MOST_RUNS)
    replicates = _within(replicates, "--replicates", 2, _MOST_REPLICATES)
    fine = _within(fine, "--fine", _LEAST_FINE, runs)
    if fine_scale is not None:
        fine_scale = whole(fine_scale, "--fine-scale", 1, MOST_SEED)
    seed = whole(seed, "--seed", 0, MOST_SEED)
    workers = default_jobs() if jobs is None else _within(jobs, "--jobs", 1, MOST_JOBS)
    folder = None if out is None else check_target(Path(out))
    path = SHIPPED if targets is None else Path(targets)
    problem = make_problem(
        read_targets(path), region, path=path, seed=seed, scale=scale, replicates=replicates,
        fine_scale=fine_scale,
        parameters=parameters,
    )  # fmt: skip
    study = problem.study
    finer = problem.finer
    tell = teller(quiet=quiet)
    warm(tell, lang)
    each = _timed(problem)
    small = waves * runs * replicates
    large = waves * fine * FINE_REPLICATES
    plan: dict[str, object] = {
        "waves": waves,
        "sets": runs,
        "replicates": replicates,
        "runs": small + large,
        "fine_sets": fine,
        "fine_scale": finer,
        "scenarios": list(study.names),
        "trials": list(dict.fromkeys(t.trial for t in problem.targets if t.trial)),
        "firms": study.firms,
        "months": study.months,
        "scale": study.scale,
        "targets_file": "" if targets is None else path.name,
        "asked": parameters if isinstance(parameters, str) else ",".join(parameters),
        "targets": problem.fitted,
        "cannot": len(problem.left),
        "parameters": len(problem.names),
        "seed": seed,
        "jobs": workers,
        "seconds": round(each * (small + large * study.scale / finer) / workers, 1),
    }
    tell(plan_line(plan, lang))
    begun = time.perf_counter()
    checked: list[Floats] = []
    with progress_bar(small + large, quiet=quiet) as advance:

        def told(wave: Wave) -> None:
            tell(wave_line(wave, lang))

        history = match(
            problem.wanted,
            len(problem.names),
            _simulator(problem, workers, each, advance, checked),
            waves=waves,
            rows=runs,
            seed=seed,
            snap=problem.snapped,
            fine=fine,
            each=told,
        )
    result = Calibration(
        problem, history, np.concatenate(checked), plan, seconds=time.perf_counter() - begun
    )
    if folder is not None:
        result.folder = save_folder(result, folder, lang=lang)
    return result


def _within(value: object, where: str, low: int, high: int) -> int:
    found = whole(value, where, low, high)
    if not low <= found <= high:
        raise KemitraanError(f"{where} {found}: is outside {low}..{high}")
    return found


def _simulator(
    problem: Problem,
    workers: int,
    each: float,
    advance: Callable[[int], None],
    checked: list[Floats],
) -> Simulate:
    """What runs the points of a wave, some of them at the finer scale too.

    Args:
        problem: what is run.
        workers: processes.
        each: seconds of a run.
        advance: called with the number of runs just done.
        checked: means of the targets that are only compared are added here.
    """

    def simulate(points: Floats, fine: int, wave: int) -> tuple[Floats, Floats]:
        work = [*problem.fine_jobs(points[:fine], wave), *problem.jobs(points)]
        found = np.array(
            run_units(
                problem.unit, problem.study, work, min(workers, len(work)), unit_seconds=each,
                progress=advance,
            )
        )  # fmt: skip
        large = fine * FINE_REPLICATES
        finer = found[:large].reshape(fine, FINE_REPLICATES, -1)
        small = found[large:].reshape(len(points), problem.replicates, -1)
        checked.append(small[:, :, problem.fitted :].mean(axis=1))
        return small[:, :, : problem.fitted], finer[:, :, : problem.fitted]

    return simulate


def _timed(problem: Problem) -> float:
    """Seconds of one run, after one that loads what it needs."""
    job = Job("pilot", 0, problem.seeds[0], {})
    problem.unit(problem.study, job)
    begun = time.perf_counter()
    problem.unit(problem.study, job)
    return time.perf_counter() - begun


def plan_line(plan: dict[str, object], lang: str = "en") -> str:
    """What will be run, in one line."""

    def amount(key: str) -> str:
        return number(float(str(plan[key])), lang, digits=0)

    seconds, cores = float(str(plan["seconds"])), int(str(plan["jobs"]))
    where = [name for key in ("scenarios", "trials") for name in _listed(plan[key])]
    return say(
        "plan",
        lang,
        waves=plan["waves"],
        sets=amount("sets"),
        replicates=plan["replicates"],
        runs=amount("runs"),
        firms=number(float(str(plan["firms"])), lang),
        months=plan["months"],
        where=", ".join(where),
        time=f"{seconds / 60:.0f} min" if seconds >= 180 else f"{max(1, seconds):.0f} s",
        cores=f"{cores} {said('core' if cores == 1 else 'cores', lang)}",
        parameters=plan["parameters"],
        targets=plan["targets"],
        cannot=plan["cannot"],
        fine=plan["fine_sets"],
        scale=plan["fine_scale"],
    )


def _listed(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []


def wave_line(wave: Wave, lang: str = "en") -> str:
    """What a wave left, in one line."""
    met = float(np.mean(wave.worst <= CUT))
    return say(
        "wave",
        lang,
        wave=wave.number,
        met=number(100.0 * met, lang),
        before=number(100.0 * wave.share_before, lang),
        after=number(100.0 * wave.share_after, lang),
    )
