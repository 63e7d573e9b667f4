"""Drawn states with a field experiment: firms that get something since some months ago."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from hypothesis import strategies as st

from sim.errors import KemitraanError
from sim.treatment import BUYERS, KINDS, Treatment, attach_treatments
from sim.world import World
from tests.lab import HOTEL_GOODS
from tests.states import BASES, PLATFORM, Odd, State, states

some_buyers = st.sets(st.sampled_from(BUYERS), min_size=1).map(lambda names: tuple(sorted(names)))
quality = st.sampled_from((0.0, 0.5, 0.7, 0.95))
premium = st.sampled_from((-0.2, 0.0, 0.5))
days = st.sampled_from((0.0, 20.0, 45.0, 180.0))
part = st.sampled_from((0.0, 0.4, 1.0))
VALUES: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "coaching": {
        "kind": st.sampled_from(("mentor", "class")),
        "intensity": part,
        "fit": part,
    },
    # Little, about what a firm makes in a month, and more than any can finance.
    "contract": {
        "million_rp_per_month": st.sampled_from((0.0, 0.5, 6.0, 9_000.0)),
        "payment_days": days,
        "standard": quality,
        "price_premium": premium,
    },
    "export_order": {
        "million_rp": st.sampled_from((1.0, 12.0, 90_000.0)),
        "payment_days": days,
        "standard": quality,
        "price_premium": premium,
    },
    "cash_grant": {"million_rp": st.sampled_from((0.0, 3.0, 100.0))},
    "loan": {
        "million_rp": st.sampled_from((1.0, 6.0, 100.0)),
        "interest_per_month": st.sampled_from((0.0, 0.01, 0.2)),
        "grace_months": st.sampled_from((0, 1, 2)),
    },
    "online_training": {"intensity": part, "onboard": st.sampled_from(("true", "false"))},
    "payment_terms": {
        "days_sooner": st.sampled_from((0.0, 10.0, 25.0, 180.0)),
        "max_days": st.sampled_from((0.0, 14.0, 365.0)),
        "buyers": some_buyers,
    },
    "reserved_share_removed": {"buyers": some_buyers},
    "demand_shock": {
        "change": st.sampled_from((-1.0, -0.5, 0.8, 5.0)),
        "from_competitors": part,
    },
}
"""What is drawn for each kind."""


@dataclass(frozen=True)
class Given:
    """A treatment that began `past` months ago, of every `stride`-th slot from `first` on."""

    kind: str
    past: int
    months: int
    values: dict[str, Any]
    first: int
    stride: int

    def treatment(self, month: int) -> Treatment:
        """As it is attached to a world in a month."""
        # A loan lasts longer than its months of grace.
        months = self.months + int(self.values.get("grace_months", 0))
        return Treatment(self.kind, max(0, month - self.past), months, self.values)

    def firms(self, world: World) -> np.ndarray:
        """(slots,), who gets it."""
        return (np.arange(world.n_firms) - self.first) % self.stride == 0

    def owed(self, month: int) -> float:
        """What a firm owes of a loan at the start of a month."""
        if self.kind != "loan" or month <= self.treatment(month).start:
            return 0.0
        paid = month - self.treatment(month).start - 1 - int(self.values["grace_months"])
        left = 1.0 - min(max(paid, 0), self.months) / self.months
        return float(self.values["million_rp"] * left)


@dataclass(frozen=True)
class Treated(State):
    """A state with treatments; some treated firms have closed, others have taken their place."""

    given: tuple[Given, ...] = ()
    gone: int = 97
    entrants: int = 97

    def world(self) -> World:
        """The world at the start of the month."""
        world = super().world()
        month, world.month = world.month, 0
        treated = np.array([one.firms(world) for one in self.given])
        attach_treatments(world, [one.treatment(month) for one in self.given], treated)
        world.month = month
        deals, firms = world.tables.deals, world.tables.firms
        for one, row in zip(self.given, world.tables.treated, strict=True):
            deals["debt"] += row * one.owed(month)
        deals["generation"][:: self.entrants] -= 1
        firms["alive"][1 :: self.gone] = 0
        firms["cash"][1 :: self.gone] = 0.0
        world.tables.receivables[:, 1 :: self.gone] = 0.0
        return world


RESERVES = {
    f"{kind}.{name}": value
    for kind in ("hotel", "restaurant")
    for name, value in {
        "goods": HOTEL_GOODS,
        "coverage": 1.0,
        "binding": 1.0,
        "quota": 0.75,
        "radius_km": 1000.0,
        "price_cap": 2.0,
    }.items()
}
"""Two kinds of buyers owe a share that they would not all buy of their own will."""


def _given(kind: str) -> st.SearchStrategy[Given]:
    return st.builds(
        Given,
        st.just(kind),
        past=st.sampled_from((0, 0, 1, 2, 4)),
        months=st.sampled_from((1, 2, 5, 12)),
        values=st.fixed_dictionaries(VALUES[kind]),
        first=st.integers(0, 3),
        stride=st.sampled_from((1, 1, 2, 5)),
    )


def _possible(state: State, found: list[Given]) -> tuple[Given, ...]:
    """Those that the state's world can give."""
    world, kept = state.world(), []
    month, world.month = world.month, 0
    without = world.tables
    for one in found:
        world.tables = without
        try:
            attach_treatments(world, [one.treatment(month)], np.zeros((1, world.n_firms), bool))
        except KemitraanError:
            continue
        kept.append(one)
    return tuple(kept)


@st.composite
def treated_states(draw: st.DrawFn, *kinds: str) -> Treated:
    """States with treatments of some kinds (all by default), several of one kind among them."""
    bases = (PLATFORM,) if kinds == ("online_training",) else tuple(range(BASES))
    state = draw(states(bases))
    if kinds == ("reserved_share_removed",):
        genuine = Odd("modes", 0, 1, 60, 0.5)
        state = replace(
            state, levers={**state.levers, **RESERVES}, early=[*state.early[:3], genuine]
        )
    chosen = st.sampled_from(kinds or tuple(KINDS)).flatmap(_given)
    found = draw(st.lists(chosen, min_size=2, max_size=5))
    return Treated(
        **{one.name: getattr(state, one.name) for one in fields(state)},
        given=_possible(state, found) or (draw(_given("cash_grant")),),
        gone=draw(st.sampled_from((3, 97))),
        entrants=draw(st.sampled_from((4, 97))),
    )
