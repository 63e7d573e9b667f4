"""A study whose assumptions come from an ensemble: parameter sets that figures did not rule out."""

from __future__ import annotations

from dataclasses import replace
from os import PathLike
from typing import TypeVar

from experiments.calibration.ensemble import Ensemble, load_ensemble
from experiments.design import COUNT, DOUBLED, ENSEMBLE, Study, groups_off
from sim.errors import KemitraanError
from sim.parameters import registry

__all__ = ["sets_of", "with_ensemble", "with_sets"]

AnyStudy = TypeVar("AnyStudy", bound=Study)


def with_ensemble(study: AnyStudy, ensemble: Ensemble) -> AnyStudy:
    """The study with an ensemble, whose parameters are varied too where a run reads them.

    Among them are parameters that are no guesses but were set to figures that a calibration was
    held against. What a scenario assumes, and what the region knows of itself, stays as it is.
    """
    entries = registry()
    off = groups_off(study.parameters, coaches=study.coaches)
    own = {*study.region.parameters, *(name for one in study.scenarios for name in one.assume)}
    added = {
        name: (entries[name].low, entries[name].high)
        for name in ensemble.names
        if name not in study.varied
        and name not in own
        and entries[name].group not in off
        and not (name in DOUBLED and COUNT in study.guesses)
    }
    both = {**study.varied, **added}
    order = [*(name for name in entries if name in both), *(n for n in both if n not in entries)]
    return replace(study, varied={name: both[name] for name in order}, ensemble=ensemble)


def with_sets(
    study: AnyStudy, uncertainty: str, given: str | PathLike[str] | Ensemble | None
) -> AnyStudy:
    """The study with the sets that are asked for.

    Raises:
        KemitraanError: sets are given and not asked for, or there are none.
    """
    if uncertainty != ENSEMBLE:
        if given is not None:
            raise KemitraanError(
                f"--ensemble: goes with --uncertainty {ENSEMBLE}, not with {uncertainty}"
            )
        return study
    return with_ensemble(study, given if isinstance(given, Ensemble) else load_ensemble(given))


def sets_of(study: Study) -> dict[str, object]:
    """How many sets the ensemble has, and parameters that come from it."""
    return {"ensemble": len(study.ensemble or ()), "together": len(study.together)}
