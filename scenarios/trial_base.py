"""A trial against its base scenario: what needs a marketplace, a rule or more months."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from scenarios.faults import ScenarioError, did_you_mean, shown
from scenarios.inheritance import FOLDER, shipped
from scenarios.scenario import Scenario, load_scenario
from scenarios.trial import Given
from sim.parameters import registry

if TYPE_CHECKING:
    from scenarios.trial_reader import TrialChecker

__all__ = ["check_base", "load_base"]

_FILE = re.compile(r"[A-Za-z0-9][\w .-]*\.ya?ml")
_SIMPLE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_PLATFORM = "platform_on"


def load_base(checker: TrialChecker, path: Path) -> Scenario | None:
    """The base scenario: a shipped one, or a file beside the trial's; none with the fault noted."""
    name = str(checker.value("scenario"))
    beside = path.parent / (name if _FILE.fullmatch(name) else f"{name}.yaml")
    if name in shipped():
        place: str | Path = name
    elif not (_SIMPLE.fullmatch(name) or _FILE.fullmatch(name)):
        _fault(
            checker,
            f"{shown(name)!r} lies outside the scenario folders: "
            "name a shipped scenario, or a file in this file's own folder",
        )
        return None
    elif path.parent.resolve() == (FOLDER / "trials").resolve() or not beside.is_file():
        hint = did_you_mean(name, shipped())
        _fault(checker, f"no scenario {shown(name)!r} is shipped or stands beside this file{hint}")
        return None
    else:
        place = beside
    try:
        found = load_scenario(place)
    except ScenarioError as error:
        _fault(checker, f"{shown(name)!r} has faults, see below")
        checker.document.faults += error.faults
        return None
    if found.budget is not None and found.budget.waits:
        _fault(
            checker,
            "its budget sizes the levers, which a trial does not do: write the levers' values",
        )
        return None
    return found


def check_base(checker: TrialChecker, scenario: Scenario) -> None:
    """Note what the scenario has no place for."""
    start, horizons = checker.value("start"), checker.value("horizons")
    if start + max(horizons) > scenario.months:
        most = scenario.months - start
        key = "horizons" if "horizons" in checker.written else "start"
        fits = f"at most {most} months after the start" if most > 0 else "start earlier"
        message = (
            f"the survey {max(horizons)} months after month {start} lies beyond the "
            f"{scenario.months} months of {scenario.name}: {fits}"
        )
        if key in checker.written:
            checker.written[key].fault(message)
        else:
            _fault(checker, message)
    without = "has no marketplace: take ecommerce_collaboration, or a scenario with"
    if not _has_platform(scenario):
        hint = f"{scenario.name} {without} 'assume: {{{_PLATFORM}: 1}}'"
        online = checker.written.get("eligible.online")
        if online is not None and online.value:
            online.fault(f"nobody sells online where {hint}")
        outcomes = checker.written.get("outcomes")
        if outcomes is not None and "online" in outcomes.value:
            outcomes.fault(f"online: nobody sells online where {hint}")
        for k, one in _given(checker):
            if one.kind == "online_training":
                _blame(checker, f"treatment.{k + 1}.online_training: {hint}")
    for k, one in _given(checker):
        if one.kind == "reserved_share_removed":
            _reserved(checker, scenario, k, one, start)


def _reserved(checker: TrialChecker, scenario: Scenario, k: int, one: Given, start: int) -> None:
    """A reserved share can only be removed where one is owed."""
    asked = one.settings.get("buyers", ())
    kinds = [str(name) for name in asked] if isinstance(asked, tuple) else []
    groups = [name.split(".")[0] for name in scenario.levers if name.endswith(".quota")]
    bound = [g for g in groups if _binding(scenario, g)]
    first, last = start + one.start, start + one.start + one.months - 1
    there = [
        g
        for g in bound
        if scenario.levers[f"{g}.quota"].start <= last
        and scenario.levers[f"{g}.quota"].end >= first
    ]
    if [g for g in there if not kinds or g in kinds]:
        return
    whom = f" with {', '.join(kinds)}" if kinds else ""
    has = f"reserves one with {', '.join(there)} only" if there else "reserves none in these months"
    _blame(
        checker,
        f"treatment.{k + 1}.reserved_share_removed: {scenario.name} reserves no share{whom} in "
        f"months {first} to {last} ({has}): take agency_procurement, or a scenario with a quota "
        "and binding 1",
    )


def _binding(scenario: Scenario, group: str) -> bool:
    levers = scenario.levers
    return all(
        f"{group}.{key}" in levers and float(levers[f"{group}.{key}"].value) > 0.0  # type: ignore[arg-type]
        for key in ("binding", "quota")
    )


def _has_platform(scenario: Scenario) -> bool:
    own = scenario.assume.get(_PLATFORM)
    return (registry()[_PLATFORM].value if own is None else own.value) > 0.0


def _given(checker: TrialChecker) -> list[tuple[int, Given]]:
    written = checker.written.get("treatment")
    return list(enumerate(written.value)) if written is not None else []


def _blame(checker: TrialChecker, message: str) -> None:
    checker.written["treatment"].fault(message)


def _fault(checker: TrialChecker, message: str) -> None:
    """A fault at the scenario's name, or at the top where the file does not write one."""
    written = checker.written.get("scenario")
    if written is not None:
        written.fault(message)
    else:
        checker.document.fault("scenario", message, 1, 1)
