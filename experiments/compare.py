"""`compare`: scenarios against a baseline, with both uncertainties."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.asked import ScenarioLike, amount_of, load_study
from experiments.batch.backend import Backend
from experiments.batch.backends import backend_of
from experiments.batch.ended import check_on_error
from experiments.batch.job import Job
from experiments.comparison import Comparison
from experiments.comparison_record import comparison_layout
from experiments.design import ENSEMBLE, FIXED_REPLICATES, Study, make_jobs
from experiments.ensembles import sets_of, with_sets
from experiments.limits import MOST_REPLICATES, MOST_SEED, whole
from experiments.precision.comparing import sequential_of
from experiments.precision.sequential import Precision, read_precision
from experiments.precision.words import asked_line, pairs_words, time_words
from experiments.preliminary import Preliminary
from experiments.progress import progress_bar, teller
from experiments.runner import Pilot, pilot, run_jobs, warm
from experiments.unit import Result
from experiments.words import number, say
from scenarios.region import Region

if TYPE_CHECKING:
    from experiments.calibration.ensemble import Ensemble

__all__ = [
    "HEADLINE", "Comparison", "Prepared", "ScenarioLike", "compare", "compare_into",
    "load_study",
    "plan_line", "prepare", "progress_bar", "teller",
]  # fmt: skip

HEADLINE = (
    "no_policy",
    "cash_grant",
    "voluntary_coaching",
    "hotel_memorandum",
    "mandated_hotel_partnership",
    "agency_procurement",
    "ecommerce_collaboration",
    "bundle",
)
"""Scenarios compared when none is named; the first of them is the baseline, if no other is."""


def compare(
    scenarios: ScenarioLike | Sequence[ScenarioLike] = HEADLINE,
    region: str | PathLike[str] | Region | None = None,
    baseline: ScenarioLike = "no_policy",
    uncertainty: str = ENSEMBLE,
    replicates: int = 64,
    seed: int = 1,
    jobs: int | None = None,
    out: str | PathLike[str] | None = None,
    scale: int | str | None = None,
    months: int | None = None,
    *,
    ensemble: str | PathLike[str] | Ensemble | None = None,
    fixed_replicates: int = FIXED_REPLICATES,
    equal_budget: float | bool = False,
    precision: str | Sequence[str] | None = None,
    max_replicates: int | None = None,
    on_error: str = "record",
    backend: str | None = None,
    scheduler: str | None = None,
    lang: str = "en",
    quiet: bool = False,
) -> Comparison:
    """Runs scenarios and a baseline side by side and measures the differences.

    Args:
        scenarios: names, files or scenarios; one or several.
        region: a region, its name or folder; the scenarios' own if none.
        baseline: what the others are compared with.
        uncertainty: "ensemble" takes sets of assumptions that published figures did not rule out,
            the same in all scenarios of a replicate, and varies what they do not hold over its
            range; "parameters" varies every assumed figure over its range; "seeds" holds
            assumptions fixed.
        replicates: pairs.
        seed: of the experiment; the same seed gives the same numbers.
        jobs: processes; as many as there are processors if none.
        out: folder for runs, tables, figures and the manifest, there from the start: what is
            finished outlives the process, and `kemitraan resume` goes on with it. Nothing is
            written if none.
        scale: keep every so many-th firm and buyer; "auto" (or none) keeps at most 20,000 firms.
        months: length of the runs instead of the scenarios'.
        ensemble: the sets, or the folder that `calibrate` wrote; the project's own if none.
        fixed_replicates: further pairs at the registry's values, for the simulation error, and as
            many at displacement 0 and 1; not with `uncertainty` "seeds".
        equal_budget: sizes every scenario to the same expected public cost, million rupiah in a
            policy year: a number, or True for what the first scenario costs. Each is sized by the
            levers that its `budget: {spend_on: [...]}` names.
        precision: how well effects are to be known, such as "profit: sign", "profit: 5% of effect"
            or "jobs: 200" (half width in the outcome's unit), one or several: pairs are added from
            `replicates` on until all are, see docs/precision.md and `Comparison.precision`.
        max_replicates: pairs at which that ends in any case; 1,024 if none.
        on_error: "record" notes a run that fails and goes on without it, where there is a folder;
            "stop" ends at the first.
        backend: "local", processes of this machine, or "dask"; see `docs/machines.md`.
        scheduler: address of a dask scheduler, whose workers are all used; none for a cluster on
            this machine.
        lang: language of messages and figures.
        quiet: no messages and no progress on stderr.

    Returns:
        The comparison, with `.effects(...)`, `.levels(...)`, figures, drivers and the ceiling.

    Raises:
        KemitraanError: wrong use, or scenarios that cannot stand side by side.
        BatchError: see `compare_into`.
    """
    from experiments.batch.experiment import beginnings  # noqa: PLC0415  # pyarrow only now
    from experiments.store import check_target, make_folder  # noqa: PLC0415
    from experiments.study_json import INPUTS  # noqa: PLC0415

    check_on_error(on_error)
    target = None if out is None else check_target(Path(out), beginnings([INPUTS]))
    prepared = prepare(
        scenarios,
        region,
        baseline,
        uncertainty,
        replicates,
        seed,
        jobs,
        scale,
        months,
        ensemble=ensemble,
        fixed_replicates=fixed_replicates,
        equal_budget=equal_budget,
        backend=backend,
        scheduler=scheduler,
        precision=precision,
        max_replicates=max_replicates,
        lang=lang,
        quiet=quiet,
    )
    if target is None:
        return _in_memory(prepared)
    return compare_into(lambda: make_folder(target), prepared, where=target, on_error=on_error)


@dataclass(frozen=True)
class Prepared:
    """A comparison, ready to run.

    Attributes:
        study: what the runs share.
        uncertainty: "parameters", "ensemble" or "seeds".
        jobs: all replicates.
        backend: that runs them.
        workers: processes.
        trial: what a short trial says about the whole.
        plan: what will be run, as plain JSON.
        lang: language of messages and figures.
        quiet: no messages and no progress.
        precision: what is asked of the number of runs, if anything is.
    """

    study: Study
    uncertainty: str
    jobs: Sequence[Job]
    backend: Backend
    workers: int
    trial: Pilot
    plan: dict[str, object]
    lang: str
    quiet: bool
    precision: Precision | None = None


def prepare(
    scenarios: ScenarioLike | Sequence[ScenarioLike],
    region: str | PathLike[str] | Region | None,
    baseline: ScenarioLike,
    uncertainty: str,
    replicates: int,
    seed: int,
    jobs: int | None,
    scale: int | str | None,
    months: int | None,
    *,
    ensemble: str | PathLike[str] | Ensemble | None,
    fixed_replicates: int,
    equal_budget: float | bool,
    backend: str | None = None,
    scheduler: str | None = None,
    precision: str | Sequence[str] | None = None,
    max_replicates: int | None = None,
    lang: str,
    quiet: bool,
) -> Prepared:
    """Reads everything, times a trial and tells the plan; the arguments are those of `compare`.

    Raises:
        KemitraanError: wrong use, or scenarios that cannot stand side by side.
    """
    replicates = whole(replicates, "--replicates", 2, MOST_REPLICATES)
    fixed_replicates = whole(fixed_replicates, "fixed_replicates", 2, MOST_REPLICATES)
    seed = whole(seed, "--seed", 0, MOST_SEED)
    study, replaced = load_study(
        scenarios, baseline, region, seed, scale, months, lang, equal_budget=equal_budget
    )
    wanted = read_precision(
        precision,
        scenarios=study.names[1:],
        months=study.months,
        first=replicates,
        most=max_replicates,
        seed=seed,
    )
    looks = () if wanted is None else wanted.looks
    pool = backend_of(backend, scheduler, jobs)
    study = with_sets(study, uncertainty, ensemble)
    work = make_jobs(study, uncertainty, replicates, fixed_replicates, looks)
    workers = min(pool.workers, len(work))
    tell = teller(quiet=quiet)
    for line in replaced:
        tell(line)
    warm(tell, lang)
    trial = pilot(study, work, workers)
    plan = {
        "scenarios": len(study.scenarios),
        "pairs": replicates,
        "extra_pairs": len(work) - max(replicates, *looks, 0),
        **({} if wanted is None else {"most_pairs": looks[-1]}),
        "firms": study.firms,
        "months": study.months,
        "scale": study.scale,
        "seed": seed,
        "uncertainty": uncertainty,
        "assumptions_varied": 0 if uncertainty == "seeds" else len(study.varied),
        **({} if study.ensemble is None else sets_of(study)),
        **({} if equal_budget is False else {"equal_budget": amount_of(study)}),
        "jobs": workers,
        "seconds": round(trial.seconds, 1),
    }
    tell(plan_line(plan, lang))
    if wanted is not None:
        tell(asked_line(wanted, lang))
    return Prepared(study, uncertainty, work, pool, workers, trial, plan, lang, quiet, wanted)


def _in_memory(prepared: Prepared) -> Comparison:
    study, work = prepared.study, prepared.jobs
    begun = time.perf_counter()
    told, stop = _preliminary(prepared), None
    if prepared.precision is not None:
        shape = comparison_layout(study)[0]
        stop = sequential_of(prepared.precision, work, shape, study)

    def each(run: int, result: Result) -> None:
        if stop is not None:
            stop.take(run, shape.pack(result))
        told(run, result)

    with progress_bar(len(work), quiet=prepared.quiet) as advance:
        results = run_jobs(
            study,
            work,
            prepared.workers,
            unit_seconds=prepared.trial.unit_seconds,
            progress=advance,
            each=each,
            backend=prepared.backend,
            upto=None if stop is None else (stop.first, stop),
        )
    seconds = time.perf_counter() - begun
    return Comparison(
        study,
        prepared.uncertainty,
        work[: len(results)],
        results,
        prepared.plan,
        seconds=seconds,
        stop=stop,
    )


def compare_into(
    place: Callable[[], Path], prepared: Prepared, *, where: Path, on_error: str = "record"
) -> Comparison:
    """Runs a comparison in a folder, where nothing finished is lost.

    Args:
        place: makes the folder, at the last moment before the first run.
        prepared: what is run.
        where: the folder will be, or one above it.
        on_error: "record" notes a failed run and goes on; "stop" ends at the first.

    Raises:
        KemitraanError: disk, memory or the workers will not do.
        BatchError: a run failed and `on_error` is "stop", too many failed, or the disk is full.
        Interrupted: by the user.
    """
    from experiments.batch.need import refuse_what_does_not_fit  # noqa: PLC0415
    from experiments.carry_out import begin  # noqa: PLC0415  # pyarrow only now
    from experiments.compare_batch import CompareBatch  # noqa: PLC0415
    from experiments.compare_need import need_of  # noqa: PLC0415

    study, work = prepared.study, prepared.jobs
    batch = CompareBatch(
        study, prepared.uncertainty, work, prepared.plan, prepared.lang, prepared.precision
    )
    here = min(prepared.workers, prepared.backend.here)
    refuse_what_does_not_fit(need_of(study, work, here, batch.layout), where)
    prepared.backend.check(batch.task.work())
    told = _preliminary(prepared)
    with begin(place(), batch.task) as experiment:
        return batch.go_on(
            experiment,
            backend=prepared.backend,
            on_error=on_error,
            quiet=prepared.quiet,
            unit_seconds=prepared.trial.unit_seconds,
            each=lambda run, record: told(run, batch.shape.unpack(record)),
        )


def _preliminary(prepared: Prepared) -> Preliminary:
    work, asked = prepared.jobs, prepared.precision
    return Preliminary(
        prepared.study,
        work if asked is None else work[: len(work) - asked.looks[-1] + asked.looks[0]],
        teller(quiet=prepared.quiet),
        prepared.lang,
        prepared.trial.seconds,
    )


def plan_line(plan: dict[str, object], lang: str = "en") -> str:
    """What will be run, in one line."""
    seconds = float(str(plan["seconds"]))
    workers = int(str(plan["jobs"]))
    varied = int(str(plan["assumptions_varied"]))
    extra = int(str(plan["extra_pairs"]))
    assumptions = say("varied", lang, n=varied) if varied else say("held", lang)
    if "ensemble" in plan:
        assumptions += say("of_ensemble", lang, n=plan["together"], sets=plan["ensemble"])
    line = say(
        "plan",
        lang,
        scenarios=plan["scenarios"],
        pairs=pairs_words(plan, lang),
        firms=number(float(str(plan["firms"])), lang),
        months=plan["months"],
        time=time_words(plan, seconds, lang),
        cores=f"{workers} {say('core' if workers == 1 else 'cores', lang)}",
        assumptions=assumptions,
    )
    return f"{line} {say('extra', lang, n=extra)}" if extra else line
