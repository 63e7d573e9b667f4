"""Who is in a trial, who is treated, who takes it up and who is lost to the surveys.

All is drawn with keys (trial's seed, slot, generation), or village where villages are drawn, in a
stream of its own: a trial shifts nobody's luck in the model, and one more firm in the region
changes no other firm's draw.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from experiments.trials.observe import Before
from scenarios.faults import did_you_mean
from scenarios.trial import Range, Trial
from scenarios.trial_schema import BUYERS, ELIGIBLE_CHOICES
from sim.draws import STREAM_TRIAL, fill_uniform_pairs
from sim.errors import KemitraanError
from sim.world import World

__all__ = ["Assignment", "assign", "check_names", "eligible"]

Mask = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
# What a pair of draws is for, in the place of the month.
_WHO, _AFTER, _VILLAGE = 0, 1, 2


class Assignment(NamedTuple):
    """Units of a trial, one value a unit.

    Attributes:
        rows: of the firms, rising.
        treated: assigned to the treatment.
        takes: takes it up; never where not assigned.
        lost: not found by the surveys.
        village: where the firm is.
        eligible: firms that might have taken part.
    """

    rows: npt.NDArray[np.int64]
    treated: Mask
    takes: Mask
    lost: Mask
    village: npt.NDArray[np.int64]
    eligible: int


def check_names(trial: Trial, districts: tuple[str, ...], region: str) -> None:
    """Refuses districts that the region has not.

    Raises:
        KemitraanError: naming the first of them, and the nearest name.
    """
    for name in trial.eligible.district:
        if name not in districts:
            raise KemitraanError(
                f"{trial.name}: eligible.district: {name!r} is no district of {region}"
                f"{did_you_mean(name, districts, listed=99)}"
            )


def eligible(world: World, trial: Trial, before: Before) -> Mask:
    """Firms that stand at the trial's start and meet every condition, (firms,)."""
    firms, asked = world.tables.firms, trial.eligible
    found = before.generation >= 0
    if asked.size:
        found &= np.isin(firms["size_class"], _codes(ELIGIBLE_CHOICES["size"], asked.size))
    if asked.sector:
        found &= np.isin(firms["sector"], _codes(world.names.sectors, asked.sector))
    if asked.district:
        found &= np.isin(firms["district"], _codes(world.names.districts, asked.district))
    if asked.owner_sex is not None:
        found &= firms["woman"] == (asked.owner_sex == "woman")
    if asked.formal is not None:
        found &= firms["formal"] == asked.formal
    if asked.online is not None:
        shops = world.tables.shops
        has = shops["open"] == 1 if shops.size else np.zeros(found.size, bool)
        found &= has == asked.online
    for column, limits in (
        ("age", asked.age_months),
        ("practice", asked.practice),
        ("quality", asked.quality),
        ("cash", asked.cash),
    ):
        found &= _within(firms[column], limits)
    found &= _within(1.0 + firms["hired"], asked.workers)
    if asked.revenue is not None:
        found &= _within(before.values["revenue"], asked.revenue)
    if asked.distance_km is not None:
        found &= _within(_distance(world, asked.distance_to), asked.distance_km)
    return found & _past(before, asked.past_orders)


def _codes(names: tuple[str, ...], chosen: tuple[str, ...]) -> list[int]:
    return [names.index(name) for name in chosen if name in names]


def _within(values: npt.NDArray[Any], limits: Range | None) -> Mask:
    if limits is None:
        return np.ones(values.size, bool)
    low, high = limits
    found: Mask = np.isfinite(values)
    if low is not None:
        found &= values >= low
    if high is not None:
        found &= values <= high
    return found


def _distance(world: World, to: str) -> Floats:
    """Km from each firm to the nearest simulated buyer of a kind."""
    buyers, firms = world.tables.buyers, world.tables.firms
    chosen = buyers[buyers["kind"] == BUYERS.index(to)]
    nearest = np.full(firms.size, np.inf)
    x, y = firms["x"].copy(), firms["y"].copy()
    for at_x, at_y in zip(chosen["x"], chosen["y"], strict=True):
        np.minimum(nearest, np.hypot(x - at_x, y - at_y), out=nearest)
    return nearest


def _past(before: Before, asked: str | Range | None) -> Mask:
    if asked is None:
        return np.ones(before.generation.size, bool)
    if not isinstance(asked, str):
        return _within(before.order_months, asked)
    found: Mask = {
        "ever": before.ever_ordered,
        "never": ~before.ever_ordered,
        "last_year": before.order_months > 0,
        "not_last_year": before.order_months == 0,
    }[asked]
    return found


def assign(world: World, trial: Trial, before: Before, seed: int) -> Assignment:
    """Units among the eligible, and what becomes of each by lot.

    Exactly the share of the units, or of the villages, is assigned. Where fewer are eligible than
    the trial asks for, all of them are in it.

    Args:
        world: at the trial's start.
        trial: as asked.
        before: as the first survey saw it.
        seed: of this trial.
    """
    firms = world.tables.firms
    there = np.flatnonzero(eligible(world, trial, before))
    who, arm = _pairs(seed, _WHO, firms["slot"][there], before.generation[there])
    rows = np.sort(there[np.argsort(who, kind="stable")[: trial.units]])
    chosen = np.searchsorted(there, rows)
    village = firms["village"][rows].astype(np.int64)
    if trial.by == "village":
        treated = _by_village(village, trial.share, seed)
    else:
        treated = np.zeros(rows.size, bool)
        treated[np.argsort(arm[chosen], kind="stable")[: round(trial.share * rows.size)]] = True
    wants, goes = _pairs(seed, _AFTER, firms["slot"][rows], before.generation[rows])
    gone = np.where(treated, *trial.attrition)
    return Assignment(
        rows, treated, treated & (wants < trial.take_up), goes < gone, village, there.size
    )


def _by_village(village: npt.NDArray[np.int64], share: float, seed: int) -> Mask:
    """Whole villages, exactly the share of those that have a unit."""
    names = np.unique(village)
    draw, _ = _pairs(seed, _VILLAGE, names, np.zeros(names.size, np.int64))
    wanted = min(max(1, round(share * names.size)), max(1, names.size - 1))
    return np.isin(village, names[np.argsort(draw, kind="stable")[:wanted]])


def _pairs(
    seed: int, purpose: int, a: npt.NDArray[np.int64], gen: npt.NDArray[np.int64]
) -> tuple[Floats, Floats]:
    """Two uniforms for each entity."""
    first, second = np.empty(a.size), np.empty(a.size)
    fill_uniform_pairs(
        np.uint64(seed),
        STREAM_TRIAL,
        purpose,
        np.ascontiguousarray(a, np.uint64),
        np.ascontiguousarray(gen, np.uint64),
        a.size,
        first,
        second,
    )
    return first, second
