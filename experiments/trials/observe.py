"""What a survey sees of firms: columns by month, averaged over the months a firm is asked about.

Flows of a month belong to the firm that stood at its start; a firm that has closed is another
matter than one that could not be found, see `Trial.closed`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from scenarios.trial import Trial
from scenarios.trial_schema import OUTCOMES as NAMES
from sim.run import simulate
from sim.world import World

__all__ = ["OUTCOMES", "Before", "FirmOutcome", "burn_in", "follow", "in_form"]

Floats = npt.NDArray[np.float64]
YEAR = 12


@dataclass(frozen=True)
class FirmOutcome:
    """A column of a firm that a trial follows.

    Attributes:
        unit: key of its words.
        label: for people, by language.
        flow: averaged over the recall months; else as it stands at the survey.
        zero: a closed firm has none of it, which is a number; else it has no value.
        read: the column, (firms,), after a month.
    """

    unit: str
    label: Mapping[str, str]
    flow: bool
    zero: bool
    read: Callable[[World], Floats]


def _column(name: str) -> Callable[[World], Floats]:
    return lambda world: world.tables.firms[name].astype(np.float64)


def _outside(world: World) -> Floats:
    """Revenue less what the trial's own contract or order brought this month."""
    revenue = _column("revenue")(world)
    deals = world.tables.deals
    return revenue - deals["revenue"] if deals.size else revenue


def _late(world: World) -> Floats:
    """Invoices of the month that will be paid late, those of the trial's own channel too."""
    links, deals = world.tables.links, world.tables.deals
    late = links["firm"][(links["order"] > 0.0) & (links["late"] == 1)]
    found = np.bincount(late, minlength=world.n_firms).astype(np.float64)
    return found + deals["late"] if deals.size else found


def _online(world: World) -> Floats:
    """1 with an open shop."""
    shops = world.tables.shops
    if not shops.size:
        return np.zeros(world.n_firms)
    own = shops["generation"] == world.tables.firms["generation"]
    found: Floats = (own & (shops["open"] == 1)).astype(np.float64)
    return found


_MONEY = "Rp m a month"
_SHARE = "0-1"

OUTCOMES: Mapping[str, FirmOutcome] = MappingProxyType(
    {
        "profit": FirmOutcome(
            _MONEY, {"en": "profit", "id": "laba"}, True, True, _column("profit")
        ),
        "revenue": FirmOutcome(
            _MONEY, {"en": "revenue", "id": "omzet"}, True, True, _column("revenue")
        ),
        "revenue_outside": FirmOutcome(
            _MONEY,
            {"en": "revenue outside of the treatment", "id": "omzet di luar perlakuan"},
            True,
            True,
            _outside,
        ),
        "buyer_sales": FirmOutcome(
            _MONEY,
            {"en": "sales to buyers", "id": "penjualan kepada pembeli besar"},
            True,
            True,
            _column("invoiced"),
        ),
        "workers": FirmOutcome(
            "persons",
            {"en": "workers, owner included", "id": "pekerja, termasuk pemilik"},
            True,
            True,
            lambda world: 1.0 + _column("hired")(world),
        ),
        "in_business": FirmOutcome(
            _SHARE, {"en": "in business", "id": "masih beroperasi"}, False, True,
            lambda world: np.ones(world.n_firms),
        ),
        "quality": FirmOutcome(
            _SHARE, {"en": "quality", "id": "mutu"}, False, False, _column("quality")
        ),
        "practice": FirmOutcome(
            _SHARE, {"en": "business practice", "id": "praktik usaha"}, False, False,
            _column("practice"),
        ),
        "information": FirmOutcome(
            _SHARE, {"en": "local information", "id": "informasi setempat"}, False, False,
            _column("information"),
        ),
        "capacity": FirmOutcome(
            _MONEY, {"en": "capacity", "id": "kapasitas"}, False, False, _column("capacity")
        ),
        "cash": FirmOutcome(
            "Rp m", {"en": "cash", "id": "kas"}, False, False, _column("cash")
        ),
        "late_payments": FirmOutcome(
            "invoices a month",
            {"en": "invoices paid late", "id": "tagihan yang dibayar terlambat"},
            True,
            True,
            _late,
        ),
        "online": FirmOutcome(
            _SHARE, {"en": "sells on the marketplace", "id": "berjualan di lokapasar"}, False, True,
            _online,
        ),
    }
)  # fmt: skip
"""Outcomes by name, in the order of the grammar."""
if tuple(OUTCOMES) != NAMES:
    raise AssertionError("the grammar of trials and what is observed differ")


class Before(NamedTuple):
    """Firms as they are when the trial begins, (firms,) each.

    Attributes:
        generation: of the firm that stands there; -1 for a vacant slot.
        values: outcomes of the months before the start, by name.
        order_months: of the last twelve, with an order of a buyer.
        ever_ordered: a buyer ordered since the run, or the firm, began.
    """

    generation: npt.NDArray[np.int64]
    values: Mapping[str, Floats]
    order_months: npt.NDArray[np.int64]
    ever_ordered: npt.NDArray[np.bool_]


def burn_in(world: World, trial: Trial) -> Before:
    """Runs a world to the trial's start and says what a first survey would see.

    Means are over the recall months in which the firm stood.
    """
    names = list(dict.fromkeys([*trial.outcomes, *(["revenue"] if trial.eligible.revenue else [])]))
    firms = world.n_firms
    generation = np.full(firms, -1, np.int64)
    recent = np.zeros((YEAR, firms), np.int64)
    ever = np.zeros(firms, bool)
    sums = {name: np.zeros(firms) for name in names if OUTCOMES[name].flow}
    months = np.zeros(firms)
    asked = trial.eligible.past_orders is not None
    # What is not asked about need not be looked at month by month.
    first = 0 if asked else trial.start - trial.recall_months
    simulate(world, first)
    generation[:] = _standing(world)
    while world.month < trial.start:
        there = _standing(world)
        simulate(world, world.month + 1)
        _forget(there != generation, recent, ever, sums, months)
        generation[:] = there
        stood = there >= 0
        ordered = stood & (world.tables.firms["ordered"] > 0.0)
        recent[(world.month - 1) % YEAR] = ordered
        ever |= ordered
        if world.month > trial.start - trial.recall_months:
            months += stood
            for name, total in sums.items():
                total[stood] += OUTCOMES[name].read(world)[stood]
    now = _standing(world)
    _forget(now != generation, recent, ever, sums, months)
    values = {}
    for name in names:
        one = OUTCOMES[name]
        found = sums[name] / np.maximum(months, 1.0) if one.flow else one.read(world)
        # Of a firm that entered in this month nothing is known yet.
        known = (now >= 0) & ((months > 0) | (not one.flow))
        values[name] = np.where(known, found, np.nan)
    return Before(now, values, recent.sum(axis=0), ever)


def _standing(world: World) -> npt.NDArray[np.int64]:
    """Generation of the firm at each slot; -1 where there is none."""
    firms = world.tables.firms
    found: npt.NDArray[np.int64] = np.where(firms["alive"] == 1, firms["generation"], -1)
    return found.astype(np.int64)


def _forget(
    changed: npt.NDArray[np.bool_],
    recent: npt.NDArray[np.int64],
    ever: npt.NDArray[np.bool_],
    sums: Mapping[str, Floats],
    months: Floats,
) -> None:
    """A new firm at a slot begins without a past."""
    recent[:, changed] = 0
    ever[changed] = False
    months[changed] = 0.0
    for total in sums.values():
        total[changed] = 0.0


def follow(world: World, trial: Trial, generation: npt.NDArray[np.int64]) -> Floats:
    """Runs a world to the last survey; (outcomes, horizons, firms), nan where there is no value.

    Args:
        world: at the trial's start; run in place.
        trial: whose outcomes and horizons.
        generation: of the firms followed; -1 where a slot is not.
    """
    chosen = [OUTCOMES[name] for name in trial.outcomes]
    values = np.zeros((len(chosen), len(trial.horizons), generation.size))
    surveys = [trial.start + h for h in trial.horizons]
    recall = trial.recall_months
    followed = generation >= 0
    while world.month < surveys[-1]:
        due = [k for k, survey in enumerate(surveys) if survey - recall <= world.month < survey]
        if not due:  # no survey asks about this month
            simulate(world, min(s - recall for s in surveys if s - recall > world.month))
            continue
        stood = followed & (_standing(world) == generation)
        simulate(world, world.month + 1)
        stands = followed & (_standing(world) == generation)
        ends = [k for k in due if surveys[k] == world.month]
        for o, one in enumerate(chosen):
            if one.flow:
                values[o, due] += np.where(stood, one.read(world), 0.0) / recall
            elif ends:
                values[o, ends] = np.where(stands, one.read(world), 0.0 if one.zero else np.nan)
            if one.flow and ends and trial.closed == "missing":
                values[o, ends] = np.where(stands, values[o, ends], np.nan)
    values[:, :, ~followed] = np.nan
    return values


def in_form(values: Floats, form: str) -> Floats:
    """Levels as they are, or their logarithms; nan where there is none."""
    if form == "level":
        return values
    found = np.full_like(values, np.nan)
    np.log(values, out=found, where=values > 0.0)
    return found
