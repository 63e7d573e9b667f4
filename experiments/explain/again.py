"""A comparison's study built again from its folder, so that further runs pair with its own."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any

from experiments.calibration.ensemble import Ensemble, load_ensemble
from experiments.design import Study, make_study
from experiments.ensembles import with_ensemble
from experiments.explain.drawn import SCENARIOS
from experiments.standing import model_digest
from scenarios.region import Region, RegionError, list_regions, load_region
from scenarios.scenario import Assumption, Budget, LeverSetting, Scenario, Shock
from sim.errors import KemitraanError

__all__ = ["read_scenario", "study_again"]

_HOW = "--no-runs explains it from its own draws alone"


def study_again(
    folder: Path, about: Mapping[str, Any], region: str | PathLike[str] | Region | None = None
) -> Study:
    """The study of a comparison, the same to the last bit.

    Args:
        folder: that the comparison wrote.
        about: its manifest.
        region: where the region is, if it does not come with the program.

    Raises:
        KemitraanError: the program, the region or the registry has changed since, or the region is
            not here.
    """
    if about["digests"]["model"] != model_digest():
        raise KemitraanError(
            f"{folder}: was written by another version of the model, so that further runs would "
            f"not pair with its own; run the comparison again, or {_HOW}"
        )
    resolved = json.loads((folder / SCENARIOS).read_text(encoding="utf-8"))
    scenarios = [read_scenario(one) for one in resolved]
    place = _region(folder, about, scenarios, region)
    plan = about["plan"]
    study = make_study(
        place,
        scenarios,
        seed=int(about["seed"]),
        scale=int(plan["scale"]),
        months=int(about["months"]),
    )
    if "ensemble" in about:
        study = with_ensemble(study, _ensemble(folder, about["ensemble"]))
    if study.digest() != about["digests"]["study"]:
        raise KemitraanError(
            f"{folder}: the registry or the region has changed since the comparison, so that "
            f"further runs would not pair with its own; run the comparison again, or {_HOW}"
        )
    return study


def _ensemble(folder: Path, about: Mapping[str, Any]) -> Ensemble:
    """The parameter sets that the comparison drew from: the project's own.

    Raises:
        KemitraanError: they were others.
    """
    found = load_ensemble()
    if found.digest != about["digest"]:
        raise KemitraanError(
            f"{folder}: drew its assumptions from other parameter sets than those that come with "
            f"the program, so that further runs would not pair with its own; {_HOW}"
        )
    return found


def _region(
    folder: Path,
    about: Mapping[str, Any],
    scenarios: Sequence[Scenario],
    given: str | PathLike[str] | Region | None,
) -> Region:
    """The region the comparison ran in.

    Raises:
        KemitraanError: it is not here, or it is another one.
    """
    name = str(about["region"])
    if given is None and name not in list_regions():
        given = next((one.region for one in scenarios if Path(one.region).is_dir()), None)
        if given is None:
            raise KemitraanError(
                f"{folder}: its region {name} does not come with the program; give its folder with "
                f"--region, or {_HOW}"
            )
    try:
        found = load_region(name if given is None else given)
    except RegionError as error:
        raise KemitraanError(f"{folder}: its region cannot be read: {error}; {_HOW}") from error
    if found.digest() != about["digests"]["region"]:
        raise KemitraanError(
            f"{folder}: region {found.name} is not what the comparison ran with, so that further "
            f"runs would not pair with its own; give the folder it had with --region, or {_HOW}"
        )
    return found


def read_scenario(plain: Mapping[str, Any]) -> Scenario:
    """A scenario from the plain form that a comparison keeps, nothing left to inherit."""
    budget = plain.get("budget")
    return Scenario(
        name=str(plain["name"]),
        title=dict(plain["title"]),
        description=str(plain.get("description") or ""),
        instrument=plain.get("instrument"),
        region=str(plain["region"]),
        months=int(plain["months"]),
        first_month=str(plain["first_month"]),
        levers={name: _setting(name, one) for name, one in plain["levers"].items()},
        assume={
            name: Assumption(name, one["value"], one["low"], one["high"], one["source"])
            for name, one in plain["assume"].items()
        },
        budget=None
        if budget is None
        else Budget(
            budget["million_rp_per_year"],
            tuple(budget["spend_on"]),
            budget["price_year"],
            applied=bool(budget["applied"]),
        ),
        shocks=tuple(Shock(**one) for one in plain.get("shocks", ())),
    )


def _setting(name: str, plain: Mapping[str, Any]) -> LeverSetting:
    value = plain["value"]
    return LeverSetting(
        name,
        tuple(value) if isinstance(value, list) else value,
        int(plain["start"]),
        int(plain["ramp_months"]),
        int(plain["end"]),
    )
