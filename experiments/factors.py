"""What a sensitivity study moves: assumptions one by one, or whole groups of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from experiments.design import COUNT, DOUBLED, Study
from scenarios.faults import did_you_mean
from sim.errors import KemitraanError
from sim.parameters import SWITCHES, TRIALS, registry
from sim.parameters.programmes import GROUP as PROGRAMMES

__all__ = [
    "ALL",
    "DUMMY",
    "EVERY",
    "FOLDS",
    "GROUPS",
    "KINDS",
    "OTHERS",
    "Factor",
    "choose_factors",
    "with_others",
]

ALL, EVERY, GROUPS, KINDS = "all", "every", "groups", "kinds"
FOLDS = ("none", "group", "kind")
"""How parameters move together: each by itself, by the registry's group, by kind of evidence."""
OTHERS = "others"
"""Name of the group of what a screening left."""
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


def choose_factors(
    asked: str | Sequence[str], study: Study, fold: str = "none"
) -> tuple[Factor, ...]:
    """Factors in the registry's order, the region's guesses last.

    Args:
        asked: "all" for every assumed parameter, "every" for every one with a range, or names with
            commas (or in a list) of parameters and groups; a group's name stands for its assumed
            parameters. "groups" and "kinds" are "all" and "every" moved together so.
        study: whose assumptions change ranges, or hold a parameter fixed.
        fold: "none" moves each by itself; "group" the parameters of a group of the registry as
            one, "kind" those of a kind of evidence: all guesses then are one factor.

    Raises:
        KemitraanError: a name is not known, or cannot be moved.
    """
    names = asked.split(",") if isinstance(asked, str) else list(asked)
    names = [name.strip() for name in names]
    if fold not in FOLDS:
        raise KemitraanError(f"--groups {fold}: is not known; known: {', '.join(FOLDS)}")
    if names in ([GROUPS], [KINDS]):
        names, fold = ([ALL], "group") if names == [GROUPS] else ([EVERY], "kind")
    if names == [ALL]:
        chosen = set(study.varied)
    elif names == [EVERY]:
        chosen = {*study.varied, *_published(study)}
    else:
        chosen = {found for name in names for found in _named(name, study)}
    ordered = [name for name in (*registry(), *study.guesses) if name in chosen]
    if fold == "none":
        return tuple(Factor(n, study.kind(n), {n: _range(n, study)}) for n in ordered)
    owner = study.group if fold == "group" else study.kind
    groups: dict[str, dict[str, tuple[float, float]]] = {}
    for name in ordered:
        groups.setdefault(owner(name), {})[name] = _range(name, study)
    return tuple(Factor(name, "group", ranges) for name, ranges in groups.items())


def with_others(factors: Sequence[Factor], leading: Sequence[str]) -> tuple[Factor, ...]:
    """The leading factors by themselves, and all others as one group, the last.

    Args:
        factors: all of them.
        leading: names of those that stay.
    """
    kept = [one for one in factors if one.name in leading]
    rest = {k: v for one in factors if one.name not in leading for k, v in one.ranges.items()}
    return (*kept, Factor(OTHERS, "group", rest)) if rest else tuple(kept)


def _published(study: Study) -> list[str]:
    """Parameters with a range that are no guesses, as far as anything reads them."""
    found = []
    for name, entry in registry().items():
        known = name in study.region.parameters or (name in DOUBLED and COUNT in study.guesses)
        held = any(name in one.assume for one in study.scenarios)
        if entry.group == TRIALS or known or held or entry.fixed or entry.low >= entry.high:
            continue
        switch = SWITCHES.get(entry.group, "")
        if (switch and study.parameters[switch] <= 0.0) or (
            entry.group == PROGRAMMES and not study.coaches
        ):
            continue
        found.append(name)
    return found


def _named(name: str, study: Study) -> list[str]:
    """The parameters that a name stands for."""
    entries = registry()
    _refuse_off(name, study)
    if name in entries or name in study.guesses:
        return [name]
    groups = dict.fromkeys(study.group(each) for each in study.varied)
    if name in groups:
        return [each for each in study.varied if study.group(each) == name]
    known = [ALL, EVERY, GROUPS, KINDS, *groups]
    hint = did_you_mean(name, [*known, *entries, *study.guesses], listed=0)
    raise KemitraanError(
        f"--parameters {name!r}: is no parameter or group{hint}"
        + ("" if hint else f"; known: {', '.join(known)}, or a parameter's name")
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
