"""A sensitivity study that is ready to run, what a folder keeps of it, and the study from that."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from experiments.batch.failure import Failure
from experiments.batch.job import Job
from experiments.batch.record import Floats
from experiments.decomposition import Decomposition
from experiments.design import Study
from experiments.evaluate import RegionUnit
from experiments.factors import DUMMY, Factor
from experiments.morris import Design, make_design, make_rows
from experiments.own_model import OwnModel, own_values
from experiments.sampling import Sample, make_sample, sample_jobs
from experiments.screening import Screening
from experiments.studied import Sensitivity
from experiments.study_json import INPUTS, study_to_json

__all__ = [
    "SCREENED", "Planned", "asked_plain", "extra_columns", "files_of", "planned_again",
    "planned_of",
]  # fmt: skip

SCREENED = "screening.npz"
"""File with the runs of the screening that chose the factors."""


@dataclass(frozen=True)
class Planned:
    """A study that is ready to run.

    Attributes:
        about: the study, or a function.
        design: its rows.
        replicates: runs of each row.
        plan: what was asked, as plain JSON.
        outcomes: names of what was asked for.
        window: over which; empty for a function.
        monthly: outcomes that are kept month by month too.
        screening: what chose the factors, if a screening did.
    """

    about: Study | OwnModel
    design: Design | Sample
    replicates: int
    plan: Mapping[str, object]
    outcomes: tuple[str, ...]
    window: str
    monthly: tuple[str, ...] = ()
    screening: Screening | None = None

    @cached_property
    def jobs(self) -> list[Job]:
        """Every run, row after row."""
        if isinstance(self.design, Design):
            return make_rows(self.design, self.replicates)
        return sample_jobs(self.design, self.replicates)

    @property
    def unit(self) -> Callable[[Any, Job], Any]:
        """What is run."""
        return own_values if isinstance(self.about, OwnModel) else RegionUnit(self.monthly)

    def result(
        self,
        numbers: Floats,
        months: Floats | None,
        seconds: float = 0.0,
        failures: Mapping[int, tuple[Job, Failure]] | None = None,
    ) -> Sensitivity:
        """The finished study.

        Args:
            numbers: (units, scenarios, windows, outcomes).
            months: (units, months, outcomes asked by month), if any are kept.
            seconds: the runs took, by the clock.
            failures: of runs that have no numbers.
        """
        common: dict[str, Any] = {
            "outcomes": self.outcomes, "window": self.window, "seconds": seconds,
        }  # fmt: skip
        found: Sensitivity
        if isinstance(self.design, Design):
            found = Screening(self.about, self.design, numbers, self.plan, **common)
        else:
            found = Decomposition(
                self.about,
                self.design,
                numbers,
                self.plan,
                months=months if self.monthly else None,
                monthly=self.monthly,
                screening=self.screening,
                **common,
            )
        found.failures = dict(failures or {})
        return found


def asked_plain(planned: Planned, lang: str) -> dict[str, object]:
    """What the design and the result are made from, as plain JSON."""
    design = planned.design
    plan = {k: v for k, v in planned.plan.items() if k not in ("seconds", "jobs")}
    return {
        "method": plan["method"],
        "samples": design.samples,
        "seed": design.seed,
        "second_order": isinstance(design, Sample) and design.second_order,
        "factors": _plain_factors(design.factors),
        "replicates": planned.replicates,
        "outcomes": list(planned.outcomes),
        "window": planned.window,
        "monthly": list(planned.monthly),
        "plan": plan,
        "lang": lang,
        "screened": planned.screening is not None,
    }


def _plain_factors(factors: Sequence[Factor]) -> list[list[object]]:
    return [
        [one.name, one.kind, {name: list(ends) for name, ends in one.ranges.items()}]
        for one in factors
        if one.kind != DUMMY
    ]


def _factors(plain: Sequence[Sequence[Any]]) -> tuple[Factor, ...]:
    return tuple(
        Factor(name, kind, {one: (ends[0], ends[1]) for one, ends in ranges.items()})
        for name, kind, ranges in plain
    )


def files_of(planned: Planned) -> dict[str, bytes]:
    """What is needed to go on; nothing of a function, which no file can hold."""
    if isinstance(planned.about, OwnModel):
        return {}
    files = {INPUTS: study_to_json(planned.about)}
    screening = planned.screening
    if screening is not None:
        content = io.BytesIO()
        asked = json.dumps(
            {
                "factors": _plain_factors(screening.factors),
                "samples": screening.design.samples,
                "seed": screening.design.seed,
                "plan": {k: v for k, v in screening.plan.items() if k not in ("seconds", "jobs")},
            }
        )
        np.savez(content, numbers=screening.numbers, asked=np.array(asked))
        files[SCREENED] = content.getvalue()
    return files


def extra_columns(planned: Planned) -> dict[str, list[int]]:
    """Which rows belong together, and their luck, of each run."""
    design = planned.design
    rows = np.arange(len(design.luck))
    together = "trajectory" if isinstance(design, Design) else "base_row"
    columns = {
        "row": rows,
        together: rows // design.points,
        "point": rows % design.points,
        "luck": np.asarray(design.luck, dtype=np.int64),
    }
    return {k: np.repeat(own, planned.replicates).tolist() for k, own in columns.items()}


def planned_again(result: Sensitivity) -> Planned:
    """What a finished study was made from."""
    common = (
        int(str(result.plan["replicates"])), result.plan, result.outcomes, result.window,
    )  # fmt: skip
    about = result.study if result.own is None else result.own
    if isinstance(result, Screening):
        return Planned(about, result.design, *common)
    assert isinstance(result, Decomposition)  # noqa: S101  # there is no third kind
    return Planned(about, result.sample, *common, result.monthly, result.screening)


def planned_of(study: Study | OwnModel, asked: Mapping[str, Any], folder: Path) -> Planned:
    """The study of a folder, ready to go on.

    Args:
        study: what its runs share, or the function.
        asked: as `asked_plain` gave it.
        folder: with the runs of the screening, if there was one.
    """
    return Planned(
        study,
        _design(asked),
        int(asked["replicates"]),
        asked["plan"],
        tuple(asked["outcomes"]),
        str(asked["window"]),
        tuple(asked["monthly"]),
        _screening(folder, study, asked)
        if asked["screened"] and isinstance(study, Study)
        else None,
    )


def _design(asked: Mapping[str, Any]) -> Design | Sample:
    factors, samples, seed = _factors(asked["factors"]), int(asked["samples"]), int(asked["seed"])
    if asked["method"] == "morris":
        return make_design(factors, samples, seed)
    return make_sample(
        str(asked["method"]), factors, samples, seed, second_order=bool(asked["second_order"])
    )


def _screening(folder: Path, study: Study, asked: Mapping[str, Any]) -> Screening:
    with np.load(folder / SCREENED, allow_pickle=False) as file:
        numbers, told = file["numbers"], json.loads(str(file["asked"]))
    factors = _factors(told["factors"])
    ranges = {name: ends for one in factors for name, ends in one.ranges.items()}
    return Screening(
        replace(study, varied=ranges),
        make_design(factors, int(told["samples"]), int(told["seed"])),
        numbers,
        told["plan"],
        outcomes=tuple(asked["outcomes"]),
        window=str(asked["window"]),
    )
