"""What a sensitivity study moves: assumptions one by one, or whole groups of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from experiments.design import Study
from scenarios.faults import did_you_mean
from sim.errors import KemitraanError
from sim.parameters import SWITCHES, registry
from sim.parameters.programmes import GROUP as PROGRAMMES

__all__ = ["ALL", "DUMMY", "GROUPS", "Factor", "choose_factors"]

ALL, GROUPS = "all", "groups"
DUMMY = "dummy"
"""Name and kind of the factor that no parameter hangs on: moving it deals other luck."""


@dataclass(frozen=True)
class Factor:
    """What is moved in one step.

    Attributes:
        name: of a parameter or a group.
        kind: the registry's kind of a parameter, "group", or "dummy".
        ranges: low and high end of each parameter that moves with it.
    """

    name: str
    kind: str
    ranges: Mapping[str, tuple[float, float]]


def choose_factors(asked: str | Sequence[str], study: Study) -> tuple[Factor, ...]:
    """Factors in the registry's order, the region's guesses last.

    Args:
        asked: "all" for every assumed parameter by itself, "groups" for the registry's groups of
            them, each moved as one, or names with commas (or in a list) of parameters and groups;
            a group's name stands for its assumed parameters, each by itself.
        study: whose assumptions change ranges, or hold a parameter fixed.

    Raises:
        KemitraanError: a name is not known, or cannot be moved.
    """
    names = asked.split(",") if isinstance(asked, str) else list(asked)
    names = [name.strip() for name in names]
    entries = registry()
    if names == [GROUPS]:
        groups: dict[str, dict[str, tuple[float, float]]] = {}
        for name, ends in study.varied.items():
            groups.setdefault(study.group(name), {})[name] = ends
        return tuple(Factor(name, "group", ranges) for name, ranges in groups.items())
    if names == [ALL]:
        chosen = set(study.varied)
    else:
        chosen = {found for name in names for found in _named(name, study)}
    return tuple(
        Factor(name, study.kind(name), {name: _range(name, study)})
        for name in (*entries, *study.guesses)
        if name in chosen
    )


def _named(name: str, study: Study) -> list[str]:
    """The parameters that a name stands for."""
    entries = registry()
    _refuse_off(name, study)
    if name in entries or name in study.guesses:
        return [name]
    groups = dict.fromkeys(study.group(each) for each in study.varied)
    if name in groups:
        return [each for each in study.varied if study.group(each) == name]
    hint = did_you_mean(name, [ALL, GROUPS, *groups, *entries, *study.guesses], listed=0)
    raise KemitraanError(
        f"--parameters {name!r}: is no parameter or group{hint}"
        + ("" if hint else f"; known: {ALL}, {GROUPS}, {', '.join(groups)}, or a parameter's name")
    )


def _refuse_off(name: str, study: Study) -> None:
    """Refuses a group, or a parameter of it, that belongs to a part of the model that is off."""
    entry = registry().get(name)
    group = entry.group if entry else name
    switch = SWITCHES.get(group, "")
    if switch and name != switch and study.parameters[switch] <= 0.0:
        raise KemitraanError(
            f"--parameters {name}: nothing reads it while {switch} is 0; write "
            f"'assume: {{{switch}: 1}}' into the scenario's file, which switches the {group} on"
        )


def _range(name: str, study: Study) -> tuple[float, float]:
    """Ends between which a parameter is moved.

    Raises:
        KemitraanError: it has none.
    """
    if name in study.varied:
        return study.varied[name]
    entry = registry()[name]
    value = study.parameters[name]
    given: dict[str, Any] = {k: s for s in study.scenarios for k in s.assume}
    if name in given:
        raise KemitraanError(
            f"--parameters {name}: {given[name].name} holds it at {value:g}; "
            "give it a range under assume, or leave it out"
        )
    if entry.group == PROGRAMMES and not study.coaches:
        raise KemitraanError(
            f"--parameters {name}: nothing reads it, no scenario has places for coaching"
        )
    if entry.fixed or entry.low >= entry.high:
        raise KemitraanError(f"--parameters {name}: has no range, it is always {value:g}")
    return entry.low, entry.high
