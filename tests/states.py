"""Drawn states of small worlds: everyday ones, then made odd in places by drawn edits."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

from sim.parameters.registry import registry
from sim.policy import COACHING_KINDS, TARGETING, Policy, compile_policy
from sim.run import simulate
from sim.tables import KIND_AGENCY, PROFIT_MONTHS, RECEIVABLE_MONTHS
from sim.world import World
from tests.lab import (
    AGENCY_GOODS,
    HOTEL_GOODS,
    MANDATE,
    Setting,
    agency_town,
    lab_world,
    surabaya,
    town,
)

MONTHS = 96
BASES = 5
PLATFORM = 3
"""The base world that has a marketplace."""
Rows = npt.NDArray[np.intp]


@cache
def _base(which: int) -> World:
    """A world of about a hundred slots with a year of relations under an obligation.

    Two samples of the city, where a buyer stands for many, a town with more buyers, a sample of the
    city with a marketplace, and a town with agencies.
    """
    region, scale, seed, platform = (
        (surabaya(), 1200, 1, 0.0),
        (surabaya(), 2333, 2, 0.0),
        (town(100, 1, 4), 1, 3, 0.0),
        (surabaya(), 1200, 4, 1.0),
        (agency_town(120), 1, 4, 0.0),
    )[which]
    values = {"platform_on": platform, "platform_share": 0.3} if platform else {}
    world = lab_world(region, values=values, seed=seed, scale=scale, months=MONTHS)
    rule = {name: Setting(value, start=2) for name, value in MANDATE.items()}  # type: ignore[arg-type]
    world.policy = compile_policy(rule, world.names.goods, MONTHS)
    return simulate(world, 14)


# -- policies and parameters


def _rule(kind: str, goods: tuple[str, ...] = HOTEL_GOODS) -> st.SearchStrategy[dict[str, Any]]:
    number = st.floats(0.0, 1.0)
    return st.fixed_dictionaries(
        {
            f"{kind}.goods": st.sets(st.sampled_from(goods), min_size=1).map(tuple),
            f"{kind}.coverage": st.sampled_from((0.0, 0.5, 1.0, 1.0)),
            f"{kind}.binding": st.sampled_from((0.0, 1.0)),
            f"{kind}.quota": st.sampled_from((0.0, 0.3, 0.75, 1.0)),
            f"{kind}.radius_km": st.sampled_from((0.0, 5.0, 1000.0)),
            f"{kind}.price_cap": st.sampled_from((0.0, 0.15, 2.0)),
            f"{kind}.publicity": number,
            f"{kind}.audit_publication": st.sampled_from((0.0, 1.0)),
        }
    )


def _coaching() -> st.SearchStrategy[dict[str, Any]]:
    share = st.sampled_from((0.0, 0.4, 1.0))
    return st.fixed_dictionaries(
        {
            "coaching.places": st.sampled_from((300.0, 3e4, 2e5)),
            "coaching.kind": st.sampled_from(COACHING_KINDS),
            "coaching.cost_million_rp_per_head": st.sampled_from((0.0, 0.6, 6.25)),
            "coaching.months": st.sampled_from((1.0, 6.0)),
            "coaching.aligned": share,
            "coaching.referral": share,
            "coaching.shared_pool": share,
            "coaching.online_training": share,
        }
    )


@st.composite
def _policies(draw: st.DrawFn) -> dict[str, Any]:
    levers = draw(_rule("hotel"))
    for kind, goods in (
        ("restaurant", HOTEL_GOODS),
        ("large_buyer", (*HOTEL_GOODS, *AGENCY_GOODS)),
        ("agency", AGENCY_GOODS),
    ):
        levers |= draw(st.one_of(st.just({}), _rule(kind, goods)))
    for name in [name for name in levers if name.endswith(".goods")]:
        levers[name] = tuple(sorted(levers[name]))
    levers["agency.catalogue_required"] = draw(st.sampled_from((0.0, 1.0)))
    levers["agency.registrations_per_year"] = draw(st.sampled_from((0.0, 2e3, 1e6)))
    levers["agency.admin_orders_per_month"] = draw(st.sampled_from((0.0, 40.0)))
    levers["matching_event.per_year"] = draw(st.sampled_from((0.0, 12.0)))
    levers["matching_event.firms"] = draw(st.sampled_from((0.0, 3e3, 1e7)))
    levers["cooperative.pooling"] = draw(st.sampled_from((0.0, 0.5, 1.0, 1.0)))
    levers["cooperative.on_catalogue"] = draw(st.sampled_from((0.0, 1.0)))
    levers["inspection.hours_per_month"] = draw(st.sampled_from((0.0, 300.0, 50_000.0, 1e6)))
    levers["inspection.depth"] = draw(st.sampled_from((0.0, 0.4, 1.0)))
    levers["inspection.sanction_million_rp"] = draw(st.sampled_from((0.0, 30.0)))
    levers["inspection.targeting"] = draw(st.sampled_from(TARGETING))
    levers["payment.max_days"] = draw(st.sampled_from((0.0, 30.0, 45.0, 365.0)))
    levers["cash_grant.million_rp_per_year"] = draw(st.sampled_from((0.0, 5e4)))
    levers["cash_grant.firms_per_year"] = draw(st.sampled_from((0.0, 1e4, 1e7)))
    levers["programme.office_million_rp_per_month"] = draw(st.sampled_from((0.0, 20.0)))
    levers["platform.onboarding_places"] = draw(st.sampled_from((0.0, 4e5, 1e7)))
    levers["platform.training_places"] = draw(st.sampled_from((0.0, 4e5, 1e7)))
    levers["platform.fee_subsidy"] = draw(st.sampled_from((0.0, 0.5, 1.0)))
    levers["platform.promotion"] = draw(st.sampled_from((0.0, 2.0)))
    levers["platform.free_orders"] = draw(st.sampled_from((0.0, 30.0)))
    levers.update(draw(st.one_of(st.just({}), _coaching())))
    return levers


# Fixed at month 0, or (shocks without size) not followed by the kernel while nothing needs them.
_UNTOUCHED = {"candidates", "buyer_shock_hazard", "buyer_shock_size"}


@cache
def _free_parameters() -> dict[str, tuple[float, float]]:
    columns = _base(1).params.dtype.names or ()
    return {
        name: (entry.low, entry.high)
        for name, entry in sorted(registry().items())
        if entry.low < entry.high and name not in _UNTOUCHED and name in columns
    }


# -- edits: each makes some rows odd; `u` is a number from 0 to 1

Edit = Callable[[World, Rows, float], None]


def _cash(factor: Callable[[float], float]) -> Edit:
    def edit(world: World, rows: Rows, u: float) -> None:
        firms = world.tables.firms
        firms["cash"][rows] = factor(u) * firms["capacity"][rows]

    return edit


def _at_the_line(world: World, rows: Rows, u: float) -> None:
    firms = world.tables.firms
    shift = 1.0 if u < 0.5 else 0.5 + u
    firms["cash"][rows] = -shift * firms["line"][rows] * firms["capacity"][rows]


def _close(world: World, rows: Rows, _: float) -> None:
    firms = world.tables.firms
    firms["alive"][rows] = 0
    firms["cash"][rows] = 0.0
    world.tables.receivables[:, rows] = 0.0


def _close_pool(world: World, rows: Rows, u: float) -> None:
    pool = world.tables.firms["pool"]
    _close(world, np.flatnonzero(pool == pool[rows[0]]), u)


def _close_sector(world: World, rows: Rows, u: float) -> None:
    sector = world.tables.firms["sector"]
    _close(world, np.flatnonzero(sector == sector[rows[0]]), u)


def _open(world: World, rows: Rows, _: float) -> None:
    world.tables.firms["alive"][rows] = 1


def _same_price(world: World, rows: Rows, _: float) -> None:
    firms = world.tables.firms
    firms["price"][rows] = 1.0
    firms["log_price"][rows] = 0.0


def _quality_at_the_edge(world: World, rows: Rows, u: float) -> None:
    firms = world.tables.firms
    firms["learned_quality"][rows] = u
    firms["base_quality"][rows] = 1.0 - u


def _ring(world: World, rows: Rows, u: float) -> None:
    firms = world.tables.firms
    wave = np.cos(np.arange(PROFIT_MONTHS) * (1.0 + u))
    ring = (u - 0.4 + 0.2 * wave) * firms["capacity"][rows][:, np.newaxis]
    world.tables.profit_ring[:, rows] = ring.T
    firms["profit_sum"][rows] = ring.sum(axis=1)


def _receivables(world: World, rows: Rows, u: float) -> None:
    firms = world.tables.firms
    rows = rows[firms["alive"][rows] == 1]  # nobody owes an empty site
    owed = u * np.arange(RECEIVABLE_MONTHS) * firms["capacity"][rows][:, np.newaxis]
    world.tables.receivables[:, rows] = owed.T


def _age(world: World, rows: Rows, u: float) -> None:
    firms = world.tables.firms
    firms["age"][rows] = months = math.floor(120 * u)
    firms["youth"][rows] = math.exp(-months / 12.0)


def _field(table: str, name: str, values: tuple[float, ...]) -> Edit:
    """Sets a column to one of a few values, chosen by u."""

    def edit(world: World, rows: Rows, u: float) -> None:
        value = values[min(int(u * len(values)), len(values) - 1)]
        getattr(world.tables, table)[name][rows] = value

    return edit


def _fines(world: World, rows: Rows, u: float) -> None:
    world.tables.buyers["fines_due"][rows] = 10.0 * u


def _in_programmes(world: World, rows: Rows, u: float) -> None:
    """Firms on lists and in matches, of all ages of a match, some known to be a success."""
    coaching = world.tables.coaching
    number = np.arange(rows.size) + math.floor(3 * u)
    state = number % 3
    coaching["state"][rows] = state
    coaching["programme"][rows] = np.where(state == 2, number % 2, number % 4 - 1)
    coaching["waited"][rows] = np.where(state == 1, number % 13, 0)
    coaching["left"][rows] = np.where(state == 2, 1 + number % 3, 0)
    coaching["since"][rows] = number % 14
    coaching["admissions"][rows] = 1
    coaching["pending"][rows] = number % 2
    coaching["finished"][rows] = number % 5 == 0
    coaching["success"][rows] = number % 7 == 0
    coaching["time"][rows] = np.where(state == 2, u, 0.0)
    coaching["fatigue"][rows] = 3.0 * u
    world.tables.programmes["free"] = math.floor(4 * u) % 3
    coaching["revenue_before"][rows] = world.tables.firms["revenue"][rows] * (0.5 + u)


def _batches(world: World, rows: Rows, u: float) -> None:
    """Yearly contracts delivered at once or over some months."""
    lines = world.tables.lines
    kind = world.tables.buyers["kind"][lines["buyer"][rows]]
    yearly = rows[(kind == KIND_AGENCY) & (lines["interval"][rows] == 12)]
    lines["batches"][yearly] = 1 + math.floor(3.0 * u)


def _strangers(world: World, rows: Rows, _: float) -> None:
    world.tables.links["generation"][rows] = -1


def _shock(column: int) -> Edit:
    """A spell in which the trades of some firms sell, or pay for inputs, otherwise."""

    def edit(world: World, rows: Rows, u: float) -> None:
        state = world.tables.sector_state
        struck = np.unique(world.tables.firms["sector"][rows])
        state[struck, column] = (0.1, 0.7, 1.0, 1.3, 3.0)[min(int(5 * u), 4)]

    return edit


def _shop(name: str, values: tuple[float, ...]) -> Edit:
    """Sets a column of the shops, where there are any."""

    def edit(world: World, rows: Rows, u: float) -> None:
        if world.tables.shops.size:
            _field("shops", name, values)(world, rows, u)

    return edit


EARLY: dict[str, tuple[str, Edit]] = {
    "no cash": ("firms", _cash(lambda _: 0.0)),
    "debt": ("firms", _cash(lambda u: -3.0 * u)),
    "rich": ("firms", _cash(lambda u: 50.0 * u)),
    "at the credit line": ("firms", _at_the_line),
    "closed firms": ("firms", _close),
    "empty pool": ("firms", _close_pool),
    "empty sector": ("firms", _close_sector),
    "full slots": ("firms", _open),
    "equal prices": ("firms", _same_price),
    "edge of quality": ("firms", _quality_at_the_edge),
    "practice": ("firms", _field("firms", "practice", (0.0, 0.5, 1.0))),
    "information": ("firms", _field("firms", "information", (0.0, 1.0))),
    "granted": ("firms", _field("firms", "granted", (0, 1))),
    "certificates": ("firms", _field("firms", "certificates", (0, 0xFF))),
    "cold chain": ("firms", _field("firms", "cold_chain", (0, 1))),
    "insolvent": ("firms", _field("firms", "insolvent_months", (0, 1))),
    "profits": ("firms", _ring),
    "receivables": ("firms", _receivables),
    "age": ("firms", _age),
    "no hired": ("firms", _field("firms", "hired", (0.0, 3.0))),
    "in programmes": ("coaching", _in_programmes),
    "more in programmes": ("coaching", _in_programmes),
    "of a firm before": ("coaching", _field("coaching", "generation", (-1, 0))),
    "beliefs": ("buyers", _field("buyers", "belief", (0.0, 0.5, 1.0))),
    "modes": ("buyers", _field("buyers", "mode", (0, 1, 2))),
    "shocked": ("buyers", _field("buyers", "shocked", (0, 1))),
    "late": ("buyers", _field("buyers", "late", (0, 1))),
    "buying": ("buyers", _field("buyers", "buying", (0, 1))),
    "sanctions": ("buyers", _field("buyers", "sanctions", (0, 3))),
    "fines": ("buyers", _fines),
    "standard": ("buyers", _field("buyers", "standard", (0.0, 0.6, 1.0))),
    "payment": ("buyers", _field("buyers", "payment_days", (0.0, 30.0, 44.0, 400.0))),
    "bought before": ("lines", _field("lines", "base_delivered", (0.0, 0.4, 3.0))),
    "needed before": ("lines", _field("lines", "base_need", (0.0, 1.0, 9.0))),
    "phase": ("lines", _field("lines", "phase", (0, 1, 5))),
    "certificate asked": ("lines", _field("lines", "need_certificate", (0, 1))),
    "cold chain asked": ("lines", _field("lines", "need_cold_chain", (0, 1))),
    "trust of buyers": ("links", _field("links", "trust_buyer", (0.0, 0.3, 1.0))),
    "trust of firms": ("links", _field("links", "trust_firm", (0.0, 0.1, 1.0))),
    "relations": ("links", _field("links", "active", (0, 1))),
    "months of relation": ("links", _field("links", "age", (0, 11, 12, 40))),
    "samples": ("links", _field("links", "sample", (0.0, 1.0))),
    "same taste": ("links", _field("links", "taste", (0.0, 0.5))),
    "strangers": ("links", _strangers),
    "spending shock": ("firms", _shock(5)),
    "cost shock": ("firms", _shock(6)),
    "open shops": ("firms", _shop("open", (0, 1))),
    "ever opened": ("firms", _shop("opened", (0, 1))),
    "trained": ("firms", _shop("trained", (0, 1))),
    "readiness": ("firms", _shop("readiness", (0.0, 0.4, 1.0))),
    "exposure": ("firms", _shop("training", (0.0, 0.5, 3.0))),
    "orders remembered": ("firms", _shop("recent", (0.0, 3.0, 2_000.0))),
    "orders rated": ("firms", _shop("rated", (0.0, 49.0, 60.0))),
    "expected sales": ("firms", _shop("expectation", (0.0, 1.0, 50.0))),
    "months of disappointment": ("firms", _shop("below", (0, 5, 6))),
    "not paid out": ("firms", _shop("pending", (0.0, 1.0))),
    "another firm": ("firms", _shop("generation", (0, 7))),
    "members": ("firms", _field("firms", "member", (0, 1, 1))),
    "firms met": ("firms", _field("firms", "event_until", (0, 12, 200))),
    "buyers met": ("buyers", _field("buyers", "event_until", (0, 12, 200))),
    "active cooperatives": ("cooperatives", _field("cooperatives", "active", (0, 1))),
    "lots": ("lines", _field("lines", "lot", (0.1, 5.0, 40.0))),
    "batches": ("lines", _batches),
}


def _tie(world: World, rows: Rows, u: float) -> None:
    """Equal utilities, zero among them, for links that have one."""
    links = world.tables.links
    valued = rows[np.isfinite(links["utility"][rows])]
    links["utility"][valued] = (0.0, 0.25, -0.05, 0.6)[min(int(4 * u), 3)]


def _narrow(world: World, rows: Rows, u: float) -> None:
    firms = world.tables.firms
    firms["financeable"][rows] *= max(0.0, u - 0.3)


LATE: dict[str, tuple[str, Edit]] = {
    "ties": ("links", _tie),
    "little to sell": ("firms", _narrow),
}


@dataclass(frozen=True)
class Odd:
    """One edit: which, from which row on, every how many, how many, and how."""

    name: str
    first: int
    stride: int
    count: int
    u: float

    def apply(self, world: World, edits: dict[str, tuple[str, Edit]]) -> None:
        table, edit = edits[self.name]
        size = getattr(world.tables, table).size
        if size == 0:  # nobody coaches
            return
        rows = (self.first + self.stride * np.arange(min(self.count, size))) % size
        edit(world, np.unique(rows), self.u)


def _odds(edits: dict[str, tuple[str, Edit]], most: int) -> st.SearchStrategy[list[Odd]]:
    one = st.builds(
        Odd,
        st.sampled_from(sorted(edits)),
        st.integers(0, 2_000),
        st.sampled_from((1, 7, 32)),
        st.sampled_from((1, 4, 60)),
        st.floats(0.0, 1.0),
    )
    return st.lists(one, max_size=most)


@dataclass(frozen=True)
class State:
    """What is needed to make a drawn world, again and again the same."""

    base: int
    month: int
    levers: dict[str, Any]
    values: dict[str, float]
    early: list[Odd]
    late: list[Odd]

    def policy(self, world: World) -> Policy:
        """The levers, in force from month 0 on."""
        settings = {name: Setting(value, start=0) for name, value in self.levers.items()}
        return compile_policy(settings, world.names.goods, MONTHS)

    def world(self) -> World:
        """The world at the start of the month."""
        base = _base(self.base)
        world = base.copy(self.policy(base))
        world.month = self.month
        world.params = world.params.copy()
        for name, u in self.values.items():
            low, high = _free_parameters()[name]
            world.params[name] = low + (high - low) * u
        for odd in self.early:
            odd.apply(world, EARLY)
        world.tables.state[0] = 0.02 * (self.month % 3)
        _without_orphans(world)
        return world

    def edit_late(self, world: World) -> None:
        """Edits between valuation and orders; the kernel's notes on each line follow."""
        for odd in self.late:
            odd.apply(world, LATE)
        links = world.tables.links
        for line in world.tables.lines:
            own = links[line["start"] : line["stop"]]
            usable = own["feasible"] == 1
            near = own["utility"][usable & (own["near"] == 1)]
            line["best"] = near.max(initial=-math.inf)
            line["worthwhile"] = bool((own["utility"][usable] > 0.0).any())


def _without_orphans(world: World) -> None:
    """A buyer without a line that its rule names never was in a mode."""
    buyers, lines = world.tables.buyers, world.tables.lines
    named = np.zeros(buyers.size, bool)
    covers = world.policy.covers[buyers["kind"][lines["buyer"]], lines["good"]] == 1
    named[lines["buyer"][covers]] = True
    buyers["mode"][~named] = 0


@st.composite
def states(draw: st.DrawFn, bases: tuple[int, ...] = tuple(range(BASES))) -> State:
    """Strategy for `State`, from some of the base worlds."""
    return State(
        base=draw(st.sampled_from(bases)),
        month=draw(st.sampled_from((0, 1, 3, 11, 12, 20, 24, 25, 36, 71, 72, 90))),
        levers=draw(_policies()),
        values=draw(
            st.dictionaries(
                st.sampled_from(sorted(_free_parameters())), st.floats(0.0, 1.0), max_size=6
            )
        ),
        early=draw(_odds(EARLY, 10)),
        late=draw(_odds(LATE, 4)),
    )


@st.composite
def coached_states(draw: st.DrawFn) -> State:
    """States in which programmes have places, firms on their lists and firms in matches."""
    state = draw(states())
    few = [odd for odd in state.early if odd.name not in ("empty pool", "empty sector")]
    count = draw(st.sampled_from((40, 60, 100)))
    inside = Odd("in programmes", draw(st.integers(0, 99)), 1, count, draw(st.floats(0.05, 1.0)))
    return replace(state, levers={**state.levers, **draw(_coaching())}, early=[*few[:5], inside])
