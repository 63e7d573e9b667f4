"""The levers a policy can pull, read once from `levers.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sim.parameters.entries import RegistryError, load_yaml
from sim.parameters.goods import goods_names

__all__ = ["Lever", "LeverGroup", "lever_groups", "levers", "read_levers"]

_FILE = Path(__file__).with_name("levers.yaml")
_FIELDS = {"kind", "unit", "null_value", "doc", "range", "whole", "ramped", "choices"}
_LANGUAGES = {"en", "id"}

LeverValue = float | str | tuple[str, ...]


@dataclass(frozen=True)
class Lever:
    """One thing a policy can set.

    Attributes:
        name: group and key, such as "hotel.quota".
        null: what the lever is without a policy.
        low: least value of a number; None for lists and choices.
        high: greatest value of a number; None for lists and choices.
        kind: "number", "list" (of goods) or "choice".
        choices: what a choice or the items of a list may be.
        whole: only whole numbers (a switch has 0 and 1).
        ramped: rises with the ramp instead of switching on; see `sim.policy.rises` for coverage.
    """

    name: str
    group: str
    key: str
    null: LeverValue
    unit: str
    low: float | None
    high: float | None
    kind: str
    choices: tuple[str, ...]
    doc: Mapping[str, str]
    whole: bool = False
    ramped: bool = False


@dataclass(frozen=True)
class LeverGroup:
    """Levers that start, ramp and end together."""

    name: str
    doc: Mapping[str, str]
    keys: tuple[str, ...]


@cache
def levers() -> Mapping[str, Lever]:
    """All levers by name, such as "hotel.quota", in file order."""
    return MappingProxyType(read_levers(_FILE)[1])


@cache
def lever_groups() -> Mapping[str, LeverGroup]:
    """The groups of levers by name, in file order."""
    return MappingProxyType(read_levers(_FILE)[0])


def read_levers(path: Path) -> tuple[dict[str, LeverGroup], dict[str, Lever]]:
    """Groups and levers of a levers file.

    Raises:
        RegistryError: naming file, lever and field of the first fault.
    """
    content = load_yaml(path)
    groups: dict[str, LeverGroup] = {}
    found: dict[str, Lever] = {}
    for group, entry in content.items():
        place = f"{path.name}: {group}"
        if not isinstance(entry, dict) or not _is_doc(entry.get("doc")):
            raise RegistryError(f"{place}: doc: expects {{en: ..., id: ...}}")
        twin = content.get(entry.get("same_levers_as", group))
        keys = twin.get("levers") if isinstance(twin, dict) else None
        if not isinstance(keys, dict):
            raise RegistryError(f"{place}: levers: missing")
        # Levers of its own come after those it shares.
        keys = {**keys, **(entry.get("levers") or {})}
        groups[group] = LeverGroup(group, entry["doc"], tuple(keys))
        for key, fields in keys.items():
            found[f"{group}.{key}"] = _lever(f"{place}.{key}", group, key, fields)
    return groups, found


def _is_doc(doc: object) -> bool:
    return isinstance(doc, dict) and set(doc) == _LANGUAGES and all(doc.values())


def _lever(place: str, group: str, key: str, fields: dict[str, Any]) -> Lever:
    def fail(field: str, message: str) -> RegistryError:
        return RegistryError(f"{place}: {field}: {message}")

    for field in fields:
        if field not in _FIELDS:
            raise fail(field, "unknown field")
    for field in ("kind", "unit", "null_value", "doc"):
        if field not in fields:
            raise fail(field, "missing")
    if not _is_doc(fields["doc"]):
        raise fail("doc", "expects {en: ..., id: ...}")
    null: LeverValue
    low = high = None
    choices: tuple[str, ...] = ()
    match fields["kind"]:
        case "number":
            low, high = (float(x) for x in fields.get("range", (1, 0)))
            null = float(fields["null_value"])
            if not low <= null <= high:
                raise fail("range", "expects [low, high] with null_value within")
        case "list":
            null, choices = tuple(fields["null_value"]), goods_names()
        case "choice":
            null, choices = str(fields["null_value"]), tuple(fields.get("choices", ()))
            if null not in choices:
                raise fail("choices", "expects a list with null_value in it")
        case kind:
            raise fail("kind", f"{kind!r} is not number, list or choice")
    return Lever(
        name=f"{group}.{key}",
        group=group,
        key=key,
        null=null,
        unit=fields["unit"],
        low=low,
        high=high,
        kind=fields["kind"],
        choices=choices,
        doc=fields["doc"],
        whole=bool(fields.get("whole", False)),
        ramped=bool(fields.get("ramped", False)),
    )
