"""Rows of the mentor programmes and of coached firms, made where a policy has coaching."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from sim.parameters.programmes import programmes
from sim.tables import COACHING_DTYPE, KIND_HOTEL, PROGRAMME_DTYPE, Tables

__all__ = ["add_coaching", "joint_criteria", "mismatch", "no_coaching"]

Floats = npt.NDArray[np.float64]
_LEAST_WIDTH = 1e-9  # a window of no width at all would divide by zero


def no_coaching(sectors: int) -> tuple[npt.NDArray[np.void], npt.NDArray[np.void], Floats]:
    """Tables without a row: of coached firms, of programmes, of their competence."""
    return (
        np.zeros(0, COACHING_DTYPE),
        np.zeros(0, PROGRAMME_DTYPE),
        np.zeros((0, sectors)),
    )


def add_coaching(
    tables: Tables, sectors: Sequence[str], values: Mapping[str, float] | None = None
) -> Tables:
    """The tables with a row a slot and a row a programme; nobody is coached yet.

    Whatever was drawn or assumed, shares of the places add up to 1 (equal ones where all are 0) and
    the mean cost over the places is 1, so that a place costs on average what the policy says. A
    programme whose weights are all 0 prefers nobody.

    Args:
        tables: without coaching.
        sectors: their names, in order.
        values: of the programmes' parameters, by name; those of `programmes.yaml` if none.
    """
    found = programmes()
    if values is not None:
        found = tuple(one.valued(values) for one in found)
    slots = np.zeros(tables.firms.size, COACHING_DTYPE)
    slots["generation"] = tables.firms["generation"]
    slots["programme"] = -1
    rows = np.zeros(len(found), PROGRAMME_DTYPE)
    for row, one in zip(rows, found, strict=True):
        row["criteria"] = one.criteria
        row["target"] = one["content_target"]
        row["width"] = max(_LEAST_WIDTH, one["content_width"])
        row["x"], row["y"] = _site(tables, one.office)
    rows["share"] = _shares([one["places_share"] for one in found])
    rows["cost_ratio"] = _ratios([one["cost_ratio"] for one in found], rows["share"].tolist())
    competence = np.array([[one.competence(sector) for sector in sectors] for one in found])
    return tables._replace(coaching=slots, programmes=rows, competence=competence)


def _shares(given: Sequence[float]) -> list[float]:
    """Shares of the places that add up to 1."""
    total = sum(given)
    return [one / total if total > 0.0 else 1.0 / len(given) for one in given]


def _ratios(given: Sequence[float], shares: Sequence[float]) -> list[float]:
    """Costs of a place against their mean over the places."""
    mean = sum(share * one for share, one in zip(shares, given, strict=True))
    return [one / mean if mean > 0.0 else 1.0 for one in given]


def _site(tables: Tables, office: str) -> tuple[float, float]:
    """A synthetic site: the middle of all firms, or of those of one district."""
    firms = tables.firms
    here = np.ones(firms.size, bool)
    if office == "populous":
        here = firms["district"] == np.bincount(firms["district"]).argmax()
    elif office == "hotels":
        hotels = tables.buyers[tables.buyers["kind"] == KIND_HOTEL]
        if hotels.size:
            weight = np.bincount(hotels["district"], hotels["weight"])
            here = firms["district"] == weight.argmax()
    if not here.any():
        here[:] = True
    return float(firms["x"][here].mean()), float(firms["y"][here].mean())


def joint_criteria(criteria: Floats, aligned: float) -> Floats:
    """Criteria (programmes, features) that programmes use when so far aligned to their mean."""
    joint: Floats = (1.0 - aligned) * criteria + aligned * criteria.mean(axis=0)
    return joint


def mismatch(criteria: Floats) -> float:
    """Mean of 1 - cosine over pairs of programmes: 0 where all look for the same, up to 2."""
    gaps = []
    for j in range(len(criteria)):
        for k in range(j + 1, len(criteria)):
            size = math.sqrt(float(criteria[j] @ criteria[j]) * float(criteria[k] @ criteria[k]))
            gaps.append(1.0 - float(criteria[j] @ criteria[k]) / size if size > 0.0 else 0.0)
    return float(np.mean(gaps)) if gaps else 0.0
