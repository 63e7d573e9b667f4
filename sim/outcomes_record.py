"""The record of a run as outcomes read it: windows, who stood on each slot, twins in two runs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.run import simulate
from sim.tables import BUYER_KINDS
from sim.world import World

__all__ = [
    "MonthsView",
    "Newcomers",
    "Record",
    "Twins",
    "View",
    "Window",
    "follow",
    "share_of",
    "windows",
]

YEAR = 12
_FIRST_YEARS = 2
"""Years before the firms of month 23 are known."""
COACHED_BITS = ("admissions", "judged", "success")
"""Bits of `Record.coached`, lowest first: columns of `sim.tables.COACHING_DTYPE`."""
_YEARS = {
    "before": (1, 2),
    **{f"year {k}": (k + 1, k + 2) for k in range(1, 6)},
    "policy": (2, 7),
    "after": (7, 9),
}


class Window(NamedTuple):
    """A stretch of whole years of the run; `stop` years are exclusive."""

    name: str
    first_year: int
    stop_year: int

    @property
    def last_year(self) -> int:
        """Its last year, from 0."""
        return self.stop_year - 1

    @property
    def start(self) -> int:
        """Its first month."""
        return self.first_year * YEAR

    @property
    def stop(self) -> int:
        """The month after its last."""
        return self.stop_year * YEAR

    @property
    def months(self) -> int:
        """Its length."""
        return self.stop - self.start


def windows(months: int) -> dict[str, Window]:
    """The windows a run of so many months has, in order; a short run cuts the tail.

    'before' is the last burn-in year, 'year 1' to 'year 5' are those of the policy, 'policy' all of
    them, 'after' what follows. Only whole years count; a window without one is left out.
    """
    years = months // YEAR
    cut = {name: Window(name, a, min(b, years)) for name, (a, b) in _YEARS.items()}
    return {name: w for name, w in cut.items() if w.stop_year > w.first_year}


class Newcomers(NamedTuple):
    """The part of a slot's year that belongs to firms that came after month 23, (years, slots)."""

    profit: npt.NDArray[np.float64]
    months: npt.NDArray[np.uint8]  # in which one stood there
    served: npt.NDArray[np.uint8]  # the year's first order from a buyer was one's

    @classmethod
    def none(cls, years: int, slots: int) -> Newcomers:
        """Nobody yet."""
        shape = (years, slots)
        return cls(np.zeros(shape), np.zeros(shape, np.uint8), np.zeros(shape, np.uint8))

    def copy(self) -> Newcomers:
        """The same in arrays of its own."""
        return Newcomers(self.profit.copy(), self.months.copy(), self.served.copy())


@dataclass(frozen=True)
class Record:
    """A run with what the world itself does not keep: who stood on each slot, and buyers' cost.

    Attributes:
        world: after the run.
        generation: (years, slots) at the year's end, -1 for a vacant slot.
        size_class: (years, slots), of the last firm there.
        woman: (years, slots), likewise.
        newcomers: what of a slot's year is not of the firm of month 23.
        buyer_cost: (months, kinds), extra cost by kind of buyer over the region, Rp m.
        coached: (years, slots), bits of `COACHED_BITS`; 0 without coaching.
    """

    world: World
    generation: npt.NDArray[np.int32]
    size_class: npt.NDArray[np.int8]
    woman: npt.NDArray[np.int8]
    newcomers: Newcomers
    buyer_cost: npt.NDArray[np.float64]
    coached: npt.NDArray[np.int8]

    @property
    def cohort(self) -> npt.NDArray[np.int32]:
        """Generation at month 23, -1 where the slot was vacant; (slots,)."""
        return np.asarray(self.generation[1])


def follow(world: World, stop: int | None = None, before: Record | None = None) -> Record:
    """Runs a world on and writes down who stands on each slot, and what buyers' orders cost them.

    Args:
        world: run in place.
        stop: the month to stop before; the end of the run if none.
        before: the record of the run this world branched from.
    """
    last = world.months if stop is None else min(stop, world.months)
    record = _blank(world) if before is None else _branch(world, before)
    kinds = np.asarray(world.buyers.kind, dtype=np.int64)
    while world.month < last:
        _month(record, kinds)
        if world.month % YEAR == 0:
            year = world.month // YEAR - 1
            firms = world.firms
            record.generation[year] = np.where(firms.alive == 1, firms.generation, -1)
            record.size_class[year] = firms.size_class
            record.woman[year] = firms.woman
            record.coached[year] = _coached(world)
    return record


def _blank(world: World) -> Record:
    years, slots = -(-world.months // YEAR), world.n_firms
    shape = (years, slots)
    return Record(
        world,
        np.full(shape, -1, np.int32),
        np.zeros(shape, np.int8),
        np.zeros(shape, np.int8),
        Newcomers.none(years, slots),
        np.zeros((world.months, len(BUYER_KINDS))),
        np.zeros(shape, np.int8),
    )


def _branch(world: World, before: Record) -> Record:
    return Record(
        world,
        before.generation.copy(),
        before.size_class.copy(),
        before.woman.copy(),
        before.newcomers.copy(),
        before.buyer_cost.copy(),
        before.coached.copy(),
    )


def _month(record: Record, kinds: npt.NDArray[np.int64]) -> None:
    """Runs the next month and books what it brings to newcomers and costs buyers.

    Firms close and enter at a month's end: who stands at its start earns all of it.
    """
    world = record.world
    month, year = world.month, world.month // YEAR
    firms, yearly, new = world.firms, world.yearly, record.newcomers
    fresh = np.empty(0, np.int64)
    if month >= _FIRST_YEARS * YEAR:
        fresh = np.flatnonzero((firms.generation != record.cohort) & (firms.alive == 1))
    profit, served = yearly.profit[year, fresh], yearly.served[year, fresh]
    simulate(world, month + 1)
    new.profit[year, fresh] += yearly.profit[year, fresh] - profit
    new.months[year, fresh] += 1
    # An order marks the slot's year once: whoever came first set the mark.
    new.served[year, fresh] |= yearly.served[year, fresh] & ~served & 1
    cost = np.bincount(kinds, world.buyers.cost, len(BUYER_KINDS))
    record.buyer_cost[month] = world.scale * cost


def _coached(world: World) -> npt.NDArray[np.int8]:
    """`COACHED_BITS` of the firms that stand now, (slots,)."""
    firms, rows = world.tables.firms, world.tables.coaching
    bits = np.zeros(firms.size, np.int8)
    if rows.size:
        own = (firms["alive"] == 1) & (rows["generation"] == firms["generation"])
        for place, name in enumerate(COACHED_BITS):
            bits |= (own & (rows[name] > 0)).astype(np.int8) << place
    return bits


class Twins(NamedTuple):
    """Same slots in a run and its baseline; sums in Rp m a month over the region, means in Rp.

    The four sums add up to the difference of the region's profit: every slot is in exactly one.
    """

    gaining: float
    losing: float
    mean_partners: float
    mean_same_trade: float
    mean_other_trades: float
    sum_partners: float
    sum_same_trade: float
    sum_other_trades: float
    sum_changed: float
    share_changed: float
    mean_coached: float
    true_success: float


def gaining_twins(record: Record, baseline: Record, window: Window) -> npt.NDArray[np.bool_]:
    """Firms standing in both runs at a window's end that gain more than the threshold, (slots,)."""
    years = slice(window.first_year, window.stop_year)
    own, other = (one.world.yearly.profit[years].sum(axis=0) for one in (record, baseline))
    now, then = (one.generation[window.last_year] for one in (record, baseline))
    threshold = float(record.world.params["gain_threshold"][0])
    gains = (own - other) / window.months > threshold
    return np.asarray((now == then) & (now >= 0) & gains)


class View:
    """One run over one window, with its baseline, as outcomes read it."""

    def __init__(self, record: Record, baseline: Record | None, window: Window) -> None:
        self.record = record
        self.baseline = baseline
        self.window = window
        self.world = record.world

    def _cut(self, name: str, world: World) -> npt.NDArray[np.float64]:
        return world.column(name)[self.window.start : self.window.stop]

    def total(self, name: str) -> float:
        """Sum of a monthly outcome."""
        return float(self._cut(name, self.world).sum())

    def mean(self, name: str) -> float:
        """Mean month of a monthly outcome."""
        return float(self._cut(name, self.world).mean())

    def last(self, name: str) -> float:
        """A monthly outcome in the window's last month."""
        return float(self._cut(name, self.world)[-1])

    def ratio(self, numerator: str, denominator: str, empty: float = np.nan) -> float:
        """Sum over sum; `empty` where the second is zero."""
        return share_of(self.total(numerator), self.total(denominator), empty)

    def baseline_mean(self, name: str) -> float:
        """Mean month of a monthly outcome in the baseline run."""
        if self.baseline is None:
            return self.mean(name)
        return float(self._cut(name, self.baseline.world).mean())

    def parameter(self, name: str) -> float:
        """Value of a parameter in this run."""
        return float(self.world.params[name][0])

    @cached_property
    def twins(self) -> Twins:
        """Gains of the same slots against the baseline run."""
        if self.baseline is None:
            return Twins(*([0.0] * len(Twins._fields)))
        own, other = self.record, self.baseline
        years = slice(self.window.first_year, self.window.stop_year)
        profit = own.world.yearly.profit[years].sum(axis=0)
        gain = (profit - other.world.yearly.profit[years].sum(axis=0)) / self.window.months
        now, then = own.generation[years][-1], other.generation[years][-1]
        same = (now == then) & (now >= 0)
        served = own.world.yearly.served[years].any(axis=0)
        eligible = own.world.eligible[own.world.firms.sector] == 1
        partners = same & served
        trade = same & ~served & eligible
        others = same & ~served & ~eligible
        threshold = self.parameter("gain_threshold")
        marks = own.coached[years][-1]
        coached = same & (marks & 1 > 0)
        judged = same & (marks & 2 > 0)
        sold = own.world.yearly.revenue[years][-1]
        rise = sold > (1.0 + self.parameter("visible_rise")) * other.world.yearly.revenue[years][-1]
        scale = float(own.world.scale)
        return Twins(
            gaining=scale * float((gain[same] > threshold).sum()),
            losing=scale * float((gain[same] < -threshold).sum()),
            mean_partners=_mean(gain, partners),
            mean_same_trade=_mean(gain, trade),
            mean_other_trades=_mean(gain, others),
            sum_partners=scale * float(gain[partners].sum()),
            sum_same_trade=scale * float(gain[trade].sum()),
            sum_other_trades=scale * float(gain[others].sum()),
            sum_changed=scale * float(gain[~same].sum()),
            share_changed=100.0 * float((now != then).mean()),
            mean_coached=_mean(gain, coached) if coached.any() else 0.0,
            true_success=100.0 * float(rise[judged].mean()) if judged.any() else 0.0,
        )


class MonthsView(View):
    """One run month by month: what a `View` tells of a window, told of every month at once.

    The numbers are arrays, (months,), in place of floats; outcomes are written so that both work.
    """

    def __init__(self, record: Record, baseline: Record | None) -> None:
        months = record.world.months
        super().__init__(record, baseline, Window("months", 0, -(-months // YEAR)))

    def total(self, name: str) -> float:
        """A monthly outcome, (months,)."""
        return self.world.column(name)  # type: ignore[return-value]  # every month by itself

    mean = last = total

    def baseline_mean(self, name: str) -> float:
        """A monthly outcome in the baseline run, (months,)."""
        if self.baseline is None:
            return self.total(name)
        return self.baseline.world.column(name)  # type: ignore[return-value]  # the same


def share_of(part: float, whole: float, empty: float) -> float:
    """A part over a whole, and `empty` where the whole is zero; element by element in arrays."""
    if hasattr(whole, "shape"):
        found = np.full(whole.shape, empty)
        np.divide(part, whole, out=found, where=np.asarray(whole != 0.0))
        return found  # type: ignore[return-value]  # arrays in, an array out
    return part / whole if whole else empty


def _mean(gain: npt.NDArray[np.float64], mask: npt.NDArray[np.bool_]) -> float:
    """Mean in rupiah over the firms of a mask; not a number where there are none."""
    return 1e6 * float(gain[mask].mean()) if mask.any() else np.nan
