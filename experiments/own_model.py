"""Any Python function in place of the model: its parameters from a SALib problem, its values."""

from __future__ import annotations

import inspect
import math
import pickle
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from experiments.design import Job
from experiments.factors import Factor
from sim.errors import KemitraanError

__all__ = ["OwnModel", "factors_of", "own_values", "read_problem", "travels"]

Floats = npt.NDArray[np.float64]
KIND = "parameter"
"""Kind of a parameter of a function: nothing is known of its evidence."""


@dataclass(frozen=True)
class OwnModel:
    """A function of values, and of a seed where it has a parameter of that name.

    Attributes:
        function: of an array (parameters,); gives a number, or one for each outcome.
        parameters: names, in the order of the array.
        outcomes: names of what it gives.
    """

    function: Callable[..., Any]
    parameters: tuple[str, ...]
    outcomes: tuple[str, ...]

    @property
    def name(self) -> str:
        """Name of the function."""
        return str(getattr(self.function, "__name__", type(self.function).__name__))

    @property
    def names(self) -> tuple[str, ...]:
        """What would be the scenarios: the function alone."""
        return (self.name,)

    def digest(self) -> str:
        """Its names; the function's own source is part of the program."""
        return repr((self.name, self.parameters, self.outcomes, self.seeded))

    @property
    def seeded(self) -> bool:
        """Whether the function takes a seed."""
        try:
            return "seed" in inspect.signature(self.function).parameters
        except (TypeError, ValueError):  # some builtins tell no signature
            return False


def own_values(model: OwnModel, job: Job) -> Floats:
    """(outcomes,): what the function gives at a point.

    Raises:
        KemitraanError: the function fails there, or gives another number of values.
    """
    point = np.array([job.changes[name] for name in model.parameters])
    try:
        found = model.function(point, seed=job.seed) if model.seeded else model.function(point)
        values = np.atleast_1d(np.asarray(found, np.float64)).ravel()
    except Exception as error:
        shown = ", ".join(f"{name} {value:g}" for name, value in job.changes.items())
        raise KemitraanError(
            f"{model.name}: {type(error).__name__}: {error} (at {shown})"
        ) from error
    if model.outcomes and values.size != len(model.outcomes):
        raise KemitraanError(
            f"{model.name}: gave {values.size} values for {len(model.outcomes)} outcomes "
            f"({', '.join(model.outcomes)})"
        )
    return values


def travels(model: OwnModel) -> bool:
    """Whether other processes can find the function; what a script itself defines they cannot."""
    if getattr(model.function, "__module__", None) == "__main__":
        return False
    try:
        pickle.dumps(model.function)
    except (pickle.PicklingError, AttributeError, TypeError):
        return False
    return True


def read_problem(problem: Mapping[str, Any] | None) -> dict[str, Any]:
    """A SALib problem, checked and plain.

    Args:
        problem: a dictionary or `ProblemSpec` with names, bounds, and perhaps groups, dists and
            outputs.

    Raises:
        KemitraanError: it is none.
    """
    if not isinstance(problem, Mapping) or not {"names", "bounds"} <= set(problem):
        raise KemitraanError(
            "problem: expects a SALib problem, such as {'names': ['x', 'y'], 'bounds': [[0, 1], "
            "[2, 5]]}"
        )
    names = [str(name) for name in problem["names"]]
    bounds = [[float(end) for end in ends] for ends in problem["bounds"]]
    if not names or len(set(names)) < len(names) or len(bounds) != len(names):
        raise KemitraanError(
            f"problem: {len(names)} names and {len(bounds)} bounds; every name once, each with its "
            "bounds"
        )
    dists = problem.get("dists")
    found: dict[str, Any] = {"num_vars": len(names), "names": names, "bounds": bounds}
    if dists is not None:
        found["dists"] = [str(one) for one in dists]
    for k, (name, ends) in enumerate(zip(names, bounds, strict=True)):
        plain = dists is None or dists[k] in ("unif", "logunif")
        if not all(math.isfinite(end) for end in ends):
            raise KemitraanError(f"problem: {name}: bounds {ends} are not finite")
        if plain and (len(ends) != 2 or ends[0] >= ends[1]):
            raise KemitraanError(f"problem: {name}: bounds {ends} are no low and high end")
    groups = problem.get("groups") or None
    if groups is not None and len(groups) != len(names):
        raise KemitraanError(f"problem: {len(groups)} groups for {len(names)} names")
    # A ProblemSpec without groups has each name as its own.
    if groups is not None and [str(one) for one in groups] != names:
        found["groups"] = [str(one) for one in groups]
    return found


def factors_of(
    problem: Mapping[str, Any],
) -> tuple[tuple[Factor, ...], dict[str, Any]]:
    """Factors of a problem, groups as one, and the problem in the order of their parameters."""
    names: Sequence[str] = problem["names"]
    owners: Sequence[str] = problem.get("groups", names)
    grouped = "groups" in problem
    ends = {name: (own[0], own[1]) for name, own in zip(names, problem["bounds"], strict=True)}
    members: dict[str, list[str]] = {}
    for name, owner in zip(names, owners, strict=True):
        members.setdefault(owner, []).append(name)
    factors = tuple(
        Factor(owner, "group" if grouped else KIND, {name: ends[name] for name in own})
        for owner, own in members.items()
    )
    order = [names.index(name) for own in members.values() for name in own]
    keys = [key for key in ("names", "bounds", "dists") if key in problem]
    ordered = {key: [problem[key][k] for k in order] for key in keys}
    return factors, {"num_vars": len(names), **ordered}
