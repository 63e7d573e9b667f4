"""The registry: all parameters of the model, read once from the files of this folder."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType

from sim.parameters.calendar import STALE_MONTHS
from sim.parameters.entries import (
    PUBLISHED,
    Parameter,
    RegistryError,
    Source,
    load_yaml,
    read_entry,
    read_sources,
)
from sim.parameters.evidence import read_evidence
from sim.parameters.goods import read_goods
from sim.parameters.programmes import FILE as PROGRAMMES
from sim.parameters.programmes import check_programmes
from sim.parameters.value_inputs import guessed_part

__all__ = [
    "SWITCHES",
    "TRIALS",
    "Parameter",
    "RegistryError",
    "Source",
    "assumed",
    "fixed_guesses",
    "read_registry",
    "registry",
    "stale",
]

FOLDER = Path(__file__).parent
SWITCHES: Mapping[str, str] = MappingProxyType({"platform": "platform_on"})
"""Groups of parameters and levers that do nothing unless a parameter is 1, and that parameter.

It is a parameter and no lever because it holds from month 0 and for every scenario of a comparison:
what one scenario assumes all do, so that pairs stay pairs.
"""

TRIALS = "trials"
"""The group of parameters that only field experiments read: no comparison varies them."""

_NOT_ENTRIES = ("sources.yaml", "levers.yaml")


def read_registry(folder: Path) -> dict[str, Parameter]:
    """All parameters of a folder of entry files, in file order, goods last.

    Raises:
        RegistryError: with every fault of every file, one a line.
    """
    faults: list[str] = []
    sources: dict[str, Source] = {}
    if (folder / "sources.yaml").is_file():
        sources, faults = read_sources(folder / "sources.yaml")
    evidence, found = read_evidence(folder)
    faults += found
    parameters: dict[str, Parameter] = {}
    for path in sorted(folder.glob("*.yaml"), key=lambda p: p.name):
        if path.name in _NOT_ENTRIES:
            continue
        if path.name == PROGRAMMES:
            found_there, found = check_programmes(path, sources, evidence)
            faults += found
            parameters.update((p.name, p) for one in found_there for p in one.attributes.values())
            continue
        for name, entry in load_yaml(path).items():
            parameter, found = read_entry(path.name, name, entry, sources, evidence)
            faults += found
            if parameter is None:
                continue
            if parameter.name in parameters:
                first = parameters[parameter.name].group
                faults.append(f"{path.name}: {name}: already an entry of {first}.yaml")
            parameters[parameter.name] = parameter
    if (folder / "goods.csv").is_file():
        goods, found = read_goods(folder / "goods.csv", sources, evidence)
        faults += found
        parameters.update((good.name, good) for good in goods)
    if faults:
        raise RegistryError("\n".join(faults))
    return parameters


@cache
def registry() -> Mapping[str, Parameter]:
    """All parameters by name, in file order (files sorted by name), goods last.

    Raises:
        RegistryError: when an entry lacks a field, lies outside its range, names an
            unknown source or kind, or stands twice.
    """
    return MappingProxyType(read_registry(FOLDER))


@cache
def assumed() -> tuple[str, ...]:
    """Names of the parameters that are guesses with a range: those `parameters` runs vary.

    A good's value that was computed from an assumed volume or price is a guess too.
    """
    return tuple(p.name for p in registry().values() if not p.fixed and _is_guess(p))


@cache
def fixed_guesses() -> tuple[str, ...]:
    """Names of the guesses with a range that no run varies: settings of sizes and samples.

    Goods have none: a fixed range of theirs is a spread between firms.
    """
    return tuple(
        p.name for p in registry().values() if p.fixed and p.group != "goods" and _is_guess(p)
    )


def stale(
    on: date, entries: Mapping[str, Parameter] | None = None, months: int = STALE_MONTHS
) -> tuple[str, ...]:
    """Names of the published figures that were checked more than so many months before a day.

    A guess has nothing to be checked against, and what was worked out follows its figures.

    Args:
        on: the day.
        entries: where not the registry's.
        months: age up to which a check counts.
    """
    known = registry() if entries is None else entries
    return tuple(
        p.name for p in known.values() if p.kind in PUBLISHED and _months(p.checked_on, on) > months
    )


def _months(earlier: date, later: date) -> float:
    """Months between two days; a part of a month counts by days."""
    whole = 12 * (later.year - earlier.year) + later.month - earlier.month
    return whole + (later.day - earlier.day) / 31


def _is_guess(entry: Parameter) -> bool:
    derived = entry.kind == "estimated" and entry.name.endswith(".value")
    guess = entry.kind == "assumed" or (
        derived and guessed_part(entry.name.split(".")[1], entry) > 0.0
    )
    return guess and entry.low < entry.high
