"""One unit of work: a set of values and a seed, with every scenario, as one array of numbers.

The burn-in runs once without any policy; each scenario branches from a copy of it. What comes back
is the value of every declared outcome by scenario, and a few monthly series; columns of firms stay
behind, so that a unit is small whatever the region.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, cast

import numpy as np
import numpy.typing as npt

from experiments.design import Job, Study
from experiments.groups import (
    GROUP_OUTCOMES,
    GROUPINGS,
    Sites,
    group_names,
    group_values,
    sites_of,
)
from experiments.stakeholders import LINES, PARTS, STAKEHOLDER, stakeholder_values
from scenarios.region_ranges import drawn_region
from sim.errors import KemitraanError
from sim.outcomes import OUTCOMES, window_values, windows
from sim.outcomes_record import Record, follow
from sim.policy import compile_policy
from sim.population import build_world
from sim.shocks import compile_shocks
from sim.tables import BUYER_KINDS, KIND_AGENCY
from sim.world import Names, World

if TYPE_CHECKING:
    from sim.population import RegionLike

__all__ = [
    "SERIES",
    "SERIES_GOODS",
    "Cell",
    "ModelError",
    "Result",
    "cells",
    "region_names",
    "region_values",
    "run_unit",
    "runs",
    "start_world",
]

TOLERANCE = 1e-9
SERIES = ("profit", "revenue", "firms", "hired", "direct", "hotels_signed", "hotels_buying",
          "hotels_paper", "hotels")  # fmt: skip
"""Monthly outcomes kept for figures."""
SERIES_GOODS = ("signed", "buying", "paper")
"""Fields of `World.good_state` kept for figures; the first of its last axis."""


class ModelError(KemitraanError):
    """A run broke an identity of the model: a fault of the program, not of the input."""

    exit_code = 1


class Cell(NamedTuple):
    """What one number of a unit is."""

    outcome: str
    by: str  # "" for the region as a whole
    group: str
    window: str


@dataclass(frozen=True)
class Result:
    """Numbers of a unit.

    Attributes:
        numbers: (scenarios, cells), in the order of `cells`.
        series: (scenarios, months, `SERIES`).
        goods: (scenarios, months, goods, `SERIES_GOODS`), hotels over the region.
        seconds: processor time it took.
    """

    numbers: npt.NDArray[np.float64]
    series: npt.NDArray[np.float64]
    goods: npt.NDArray[np.float64]
    seconds: float


def cells(names: Names, months: int) -> list[Cell]:
    """What the columns of `Result.numbers` are, in order."""
    found = []
    for window in windows(months):
        found += [Cell(outcome, "", "all", window) for outcome in OUTCOMES]
        for by in GROUPINGS:
            groups = group_names(names, by)
            found += [Cell(o, by, g, window) for o in GROUP_OUTCOMES[by] for g in groups]
        found += [
            Cell(f"{line.measure}{part}", STAKEHOLDER, line.stakeholder, window)
            for part in PARTS
            for line in LINES
        ]
    return found


def run_unit(study: Study, job: Job) -> Result:
    """Runs all scenarios of a replicate.

    Raises:
        ModelError: an identity of the ledger or a ceiling does not hold.
    """
    begun = time.process_time()
    sites: Sites | None = None
    values, series, goods = [], [], []
    for record, baseline in runs(study, job):
        sites = sites_of(record) if sites is None else sites  # the baseline comes first
        values.append(_measure(record, baseline, sites))
        monthly = record.world.monthly
        series.append(np.stack([monthly[name] for name in SERIES], axis=1))
        goods.append(record.world.good_state[:, :, : len(SERIES_GOODS)])
    return Result(np.array(values), np.array(series), np.array(goods), time.process_time() - begun)


def runs(study: Study, job: Job) -> Iterator[tuple[Record, Record | None]]:
    """The checked runs of a replicate in the order of the scenarios, each with the baseline's.

    The first is the baseline, which has none.

    Raises:
        ModelError: an identity of the ledger or a ceiling does not hold.
    """
    start = start_world(study, job)
    before = follow(start, study.branch_month)
    baseline: Record | None = None
    for scenario in study.scenarios:
        policy = compile_policy(scenario.levers, start.names.goods, study.months)
        shocks = compile_shocks(
            scenario.shocks, start.names.sectors, study.months, study.region.name
        )
        record = follow(start.copy(policy, shocks), before=before)
        check_ledger(record.world, scenario.name)
        check_ceiling(record.world, scenario.name)
        yield record, baseline
        baseline = record if baseline is None else baseline


def start_world(study: Study, job: Job) -> World:
    """A unit's world at month 0, under no policy."""
    own = {name: value for name, value in job.changes.items() if name in study.guesses}
    others = {name: value for name, value in job.changes.items() if name not in own}
    return build_world(
        cast("RegionLike", drawn_region(study.region, own, study.guesses)),
        study.parameters.replace(check=False, **others),
        seed=job.seed,
        scale=study.scale,
        months=study.months,
        first_calendar_month=int(study.first_month[5:7]),
    )


def region_values(study: Study, job: Job) -> npt.NDArray[np.float64]:
    """(scenarios, windows, outcomes): a unit's values for the region as a whole, groups left out.

    Raises:
        ModelError: an identity of the ledger or a ceiling does not hold.
    """
    every = windows(study.months)
    return np.array(
        [
            [list(window_values(record, name, baseline).values()) for name in every]
            for record, baseline in runs(study, job)
        ]
    )


def _measure(record: Record, baseline: Record | None, sites: Sites) -> npt.NDArray[np.float64]:
    """All cells of one run."""
    parts: list[npt.NDArray[np.float64]] = []
    for name, window in windows(record.world.months).items():
        parts.append(np.array(list(window_values(record, name, baseline).values())))
        parts += [group_values(record, baseline, sites, window, by).ravel() for by in GROUPINGS]
        parts.append(stakeholder_values(record, baseline, window).ravel())
    return np.concatenate(parts)


def check_ledger(world: World, scenario: str) -> None:
    """Every stock-flow identity of every month holds to 1e-9.

    Raises:
        ModelError: one does not, or is not a number.
    """
    for line in world.ledger.dtype.names or ():
        residual = np.asarray(world.ledger[line])
        broken = ~(residual < TOLERANCE)
        if broken.any():
            month = int(np.argmax(broken))
            raise ModelError(
                f"{scenario}, month {month}: the ledger's line '{line}' is off by "
                f"{residual[month]:.3g} (at most {TOLERANCE:g}); please report it with the seed"
            )


def check_ceiling(world: World, scenario: str) -> None:
    """No channel buys more than it needs: in a month by its orders, in all by its demand.

    Raises:
        ModelError: one does.
    """
    monthly = world.monthly
    room = 1.0 + TOLERANCE
    bought = {
        "hotel": (monthly["hotel_direct"], monthly["hotel_need"]),
        "restaurant": (monthly["restaurant_direct"], _due(world, BUYER_KINDS.index("restaurant"))),
        "agency": (monthly["agency_direct"], monthly["agency_need"]),
        "all large buyers": (monthly["direct"], monthly["need"]),
    }
    others = monthly["direct"] - monthly["hotel_direct"] - monthly["restaurant_direct"]
    others = others - monthly["agency_direct"]
    for channel, (direct, need) in bought.items():
        over = direct > need * room + TOLERANCE
        if over.any():
            month = int(np.argmax(over))
            raise ModelError(
                f"{scenario}, month {month}: {channel} purchases {direct[month]:.6g} exceed the "
                f"need {need[month]:.6g}"
            )
    online = world.online
    over = online["online_sales"] > room * (
        online["online_households"] + online["online_demand_outside"]
    )
    if over.any():
        month = int(np.argmax(over))
        raise ModelError(
            f"{scenario}, month {month}: online sales {online['online_sales'][month]:.6g} exceed "
            "what buyers spend online"
        )
    totals = (bought["hotel"][0], bought["restaurant"][0], others, bought["agency"][0])
    for channel, series, ceiling in zip(BUYER_KINDS, totals, channel_ceilings(world), strict=True):
        total = float(series.sum())
        if total > ceiling * room + TOLERANCE:
            raise ModelError(
                f"{scenario}: {channel} purchases of the run {total:.6g} exceed the ceiling "
                f"{ceiling:.6g}"
            )


def _due(world: World, kind: int) -> npt.NDArray[np.float64]:
    """(months,): what is due of the order lines of one kind of buyer, from their demand alone."""
    lines = world.tables.lines
    own = world.tables.buyers["kind"][lines["buyer"]] == kind
    interval = world.tables.goods["interval"][lines["good"]]
    months = np.arange(world.months)[:, np.newaxis]
    due = own & ((interval == 1) | ((months + lines["phase"]) % interval == 0))
    return np.asarray(world.scale * np.where(due, lines["demand"] * interval, 0.0).sum(axis=1))


def channel_ceilings(world: World) -> Sequence[float]:
    """Most each kind of buyer can need over the run, from its demand and not from its orders.

    A good ordered every P months is due at most once more than the months say, and one with a
    season may be due for a year in less.
    """
    lines = world.tables.lines
    interval = world.tables.goods["interval"][lines["good"]]
    kind = world.tables.buyers["kind"][lines["buyer"]]
    spare = np.where(kind == KIND_AGENCY, 12, interval)
    most = world.scale * lines["demand"] * (world.months + spare)
    return [float(v) for v in np.bincount(kind, most, len(BUYER_KINDS))]


def region_names(study: Study) -> Names:
    """Names behind the codes of a study's worlds."""
    return build_world(
        cast("RegionLike", study.region),
        study.parameters,
        seed=study.seed,
        scale=study.scale,
        months=study.months,
    ).names
