"""The mentor programmes: selection, content and cost of each, read once from `programmes.yaml`.

Each number is a parameter `programmes.<programme>.<attribute>`, varied and assumed like all others.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sim.parameters.entries import (
    KINDS,
    Parameter,
    RegistryError,
    Source,
    load_yaml,
    read_entry,
    read_sources,
)
from sim.parameters.evidence import Evidence, read_evidence

__all__ = [
    "FEATURES",
    "FILE",
    "GROUP",
    "OFFICES",
    "PREFIX",
    "Programme",
    "check_programmes",
    "programmes",
    "read_programmes",
]

FILE = "programmes.yaml"
GROUP = "programmes"
"""The registry's group of their numbers: read only where a policy has places for coaching."""

PREFIX = "programmes."

FEATURES = ("growth_potential", "need", "export_readiness", "formality", "proximity")
"""What programmes look at in an applicant, in the order of the criteria."""

OFFICES = ("centre", "populous", "hotels")
"""Where a programme may sit, see `programmes.yaml`."""

_FOLDER = Path(__file__).parent
_NUMBERS = (
    "places_share",
    *(f"weight_{feature}" for feature in FEATURES),
    "content_target",
    "content_width",
    "cost_ratio",
    "competence",
)
_SECTOR = re.compile(r"competence_[a-z][a-z0-9_]*")
_LANGUAGES = {"en", "id"}


@dataclass(frozen=True)
class Programme:
    """One mentor programme.

    Attributes:
        key: lower-case name, such as "city".
        title: name for people, by language.
        office: one of `OFFICES`.
        attributes: every number with kind and source, by name; as a parameter it has the name
            `programmes.<key>.<name>`.
    """

    key: str
    title: Mapping[str, str]
    office: str
    attributes: Mapping[str, Parameter]

    def __getitem__(self, name: str) -> float:
        """Value of an attribute."""
        return self.attributes[name].value

    @property
    def criteria(self) -> tuple[float, ...]:
        """Weights over `FEATURES`, brought to length one; all 0 where none was given any."""
        weights = [self[f"weight_{feature}"] for feature in FEATURES]
        length = math.sqrt(sum(weight * weight for weight in weights))
        return tuple(weight / length if length > 0.0 else 0.0 for weight in weights)

    def competence(self, sector: str) -> float:
        """Share of what a firm of the sector needs that the mentors can teach."""
        own = self.attributes.get(f"competence_{sector}")
        return self["competence"] if own is None else own.value

    def valued(self, values: Mapping[str, float]) -> Programme:
        """The same programme with other values, by the parameters' names."""
        own = {
            name: replace(entry, value=values[entry.name])
            for name, entry in self.attributes.items()
        }
        return replace(self, attributes=MappingProxyType(own))


@cache
def programmes() -> tuple[Programme, ...]:
    """The programmes in file order.

    Raises:
        RegistryError: with every fault of the file, one a line.
    """
    return read_programmes(_FOLDER / FILE)


def read_programmes(path: Path) -> tuple[Programme, ...]:
    """The programmes of a file; its folder holds `sources.yaml` and, if any, `evidence.csv`.

    Raises:
        RegistryError: with every fault, one a line: a field is missing or unknown, a value is out
            of range, a source is not known, shares do not add up to 1, or the mean cost ratio is
            not 1.
    """
    sources, faults = read_sources(path.parent / "sources.yaml")
    evidence, wrong = read_evidence(path.parent)
    faults += wrong
    found, wrong = check_programmes(path, sources, evidence)
    faults += wrong
    if faults:
        raise RegistryError("\n".join(faults))
    return found


def check_programmes(
    path: Path, sources: Mapping[str, Source], evidence: Mapping[str, Evidence] | None
) -> tuple[tuple[Programme, ...], list[str]]:
    """The programmes of a file, and the faults found in it.

    Args:
        path: of the file.
        sources: known sources by key.
        evidence: rows of evidence by id; None where there are no tables of evidence.
    """
    faults: list[str] = []
    found: list[Programme] = []
    for key, fields in load_yaml(path).items():
        place = f"{path.name}: {key}"
        if not isinstance(fields, dict):
            faults.append(f"{place}: expects title, office and attributes")
            continue
        own, attributes = _check(place, fields, sources), {}
        for name, entry in fields.items():
            if name in ("title", "office"):
                continue
            if name not in _NUMBERS and not _SECTOR.fullmatch(str(name)):
                own.append(f"{place}: {name}: unknown field")
                continue
            parameter, wrong = read_entry(place, name, entry, sources, evidence)
            own += wrong
            if parameter is not None:
                full = f"{PREFIX}{key}.{name}"
                attributes[str(name)] = replace(parameter, name=full, group=GROUP)
        if not own and not any(attributes[f"weight_{feature}"].value for feature in FEATURES):
            own.append(f"{place}: weights: all are 0, nothing to select by")
        faults += own
        if not own:
            title, office = MappingProxyType(fields["title"]), fields["office"]["place"]
            found.append(Programme(str(key), title, office, MappingProxyType(attributes)))
    if not faults:
        faults += _check_all(path.name, found)
    return tuple(found), faults


def _check(place: str, fields: dict[str, Any], sources: Mapping[str, Source]) -> list[str]:
    faults = [f"{place}: {name}: missing" for name in _NUMBERS if name not in fields]
    title = fields.get("title")
    if not isinstance(title, dict) or set(title) != _LANGUAGES or not all(title.values()):
        faults.append(f"{place}: title: expects {{en: ..., id: ...}}")
    office = fields.get("office")
    if not isinstance(office, dict) or set(office) != {"place", "kind", "source", "note"}:
        faults.append(f"{place}: office: expects {{place: ..., kind: ..., source: ..., note: ...}}")
        return faults
    if office["place"] not in OFFICES:
        faults.append(f"{place}: office: {office['place']!r} is not one of {', '.join(OFFICES)}")
    if office["kind"] not in KINDS:
        faults.append(f"{place}: office: {office['kind']!r} is not one of {', '.join(KINDS)}")
    if office["source"] not in sources:
        faults.append(f"{place}: office: {office['source']!r} is not in sources.yaml")
    if not isinstance(office["note"], str) or not office["note"].strip():
        faults.append(f"{place}: office: note: expects a text")
    return faults


def _check_all(file: str, found: list[Programme]) -> list[str]:
    shares = [one["places_share"] for one in found]
    faults = []
    if abs(sum(shares) - 1.0) > 1e-9:
        faults.append(f"{file}: places_share: all together are {sum(shares):g}, not 1")
    mean = sum(s * one["cost_ratio"] for s, one in zip(shares, found, strict=True))
    if not faults and abs(mean - 1.0) > 1e-9:
        faults.append(f"{file}: cost_ratio: the mean over places is {mean:g}, not 1")
    return faults
