"""The kernels of a month one process at a time, and the comparison with their oracles."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from sim.firm_month import begin_month
from sim.month import trade
from sim.platform_month import end_online
from sim.processes.acquisition import acquire_certificates
from sim.processes.catalogue import register_firms
from sim.processes.coaching import coach
from sim.processes.compliance import choose_modes
from sim.processes.delivery import account_buyers
from sim.processes.enforcement import cover_buyers, enforce, plan_inspections, shock_buyers
from sim.processes.events import hold_events
from sim.processes.grants import give_grants
from sim.processes.orders import count_refused, order_floor, order_voluntary, set_needs
from sim.processes.pooling import set_pooling
from sim.processes.treatments import deliver_contracts, order_contracts, remove_reserve, treat
from sim.processes.value import value_links
from tests.kernels import produce_all
from tests.reference.adapter import apply_policy, world_from_tables
from tests.reference.columns import differences, table_columns, world_columns
from tests.reference.entrants import entrants
from tests.reference.keyed import KeyedDraws
from tests.reference.state import Draws
from tests.reference.state import World as Objects
from tests.states import State

Process = Callable[[Objects, Draws], None]


class Phases:
    """A drawn world on its way through a month; each method is one step of `sim.month`."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.world = world = state.world()
        self.tables = world.tables
        self.params = world.params
        self.p = world.params[0]
        self.month = world.month
        self.seed = np.uint64(world.seed)
        self.rules, self.covers, self.levers = world.policy
        self.lever = self.levers[self.month]
        self.flow = np.zeros(32)
        self.draws = KeyedDraws(world.seed, world.population_seed)

    def grants(self) -> float:
        """Step 4."""
        t, w = self.tables, self.world
        return float(give_grants(t.firms, w.eligible, self.lever, self.seed, self.month, w.scale))

    def coach(self) -> float:
        """Step 4, coaching."""
        row = self.world.monthly[self.month]
        args = (self.tables, self.lever, self.p, self.seed, self.month, self.world.scale)
        return float(coach(*args, row))

    def support(self) -> float:
        """Step 4, catalogue and events; returns the firms registered."""
        t, w = self.tables, self.world
        registered = register_firms(
            t.firms, t.goods, self.covers, self.lever, self.seed, self.month, w.scale
        )
        hold_events(
            t.firms, t.buyers, w.eligible, self.lever, self.p, self.seed, self.month, w.scale
        )
        return float(registered)

    def shocks(self) -> None:
        """Step 1, of buyers."""
        shock_buyers(self.tables.buyers, self.p, self.seed, self.month)

    def begin(self) -> None:
        """Steps 1, 2 and 7 of firms."""
        begin_month(self.tables, self.p, self.seed, self.month)

    def plan(self) -> int:
        """Step 5."""
        cover_buyers(self.tables.buyers, self.rules, self.month)
        return int(
            plan_inspections(
                self.tables.buyers,
                self.rules,
                self.levers,
                self.p,
                self.seed,
                self.month,
                self.world.scale,
            )
        )

    def value(self) -> None:
        """Step 6, utilities."""
        t = self.tables
        value_links(
            t.firms, t.buyers, t.lines, t.links, t.goods, self.rules, self.p, self.seed, self.month
        )

    def mode(self) -> None:
        """Step 6, modes."""
        t, scratch = self.tables, self.world.scratch
        choose_modes(
            t.buyers,
            t.lines,
            self.rules,
            self.covers,
            self.levers,
            self.p,
            self.month,
            scratch[0],
            scratch[1],
        )

    def order(self) -> None:
        """Step 8, both stages."""
        t, p, month = self.tables, self.p, self.month
        pooling = set_pooling(t.cooperatives, self.levers, month)
        set_needs(t.buyers, t.lines, t.links, t.goods, self.rules, p, month)
        sides = (t.firms, t.buyers, t.lines, t.links, t.cooperatives)
        order_voluntary(*sides, self.rules, p, month, pooling)
        order_floor(*sides, self.rules, self.covers, p, month, pooling)
        count_refused(t.firms, t.lines, t.links, t.cooperatives, pooling)

    def treat(self) -> float:
        """Step 4 of a field experiment; returns what was lent and given."""
        return float(treat(self.tables, self.p, self.month))

    def order_contracts(self) -> None:
        """Step 8 of a field experiment."""
        order_contracts(self.tables, self.month)

    def remove_reserve(self) -> None:
        """Step 6 of a field experiment."""
        remove_reserve(self.tables, self.month)

    def deliver_contracts(self) -> None:
        """Steps 12 and 13 of a field experiment, and what it teaches."""
        deliver_contracts(self.tables, self.lever, self.p, self.seed, self.month, self.flow)

    def acquire(self) -> None:
        """Step 8, certificates."""
        t = self.tables
        acquire_certificates(
            t.firms, t.buyers, t.lines, t.links, self.rules, self.p, self.seed, self.month
        )

    def trade(self) -> None:
        """Steps 9 to 11."""
        residual = self.world.ledger[self.month]
        scratch = self.world.pool_scratch
        trade(self.tables, self.lever, self.p, self.seed, self.month, residual, scratch)

    def account(self) -> None:
        """Steps 12 to 15 of links, and what buying costs."""
        t = self.tables
        account_buyers(
            t.firms,
            t.shops,
            t.receivables,
            t.buyers,
            t.lines,
            t.links,
            t.cooperatives,
            t.deals,
            t.goods,
            self.covers,
            self.lever,
            self.p,
            self.seed,
            self.month,
            self.flow,
        )

    def enforce(self) -> None:
        """Step 14."""
        scratch = self.world.scratch
        enforce(
            self.tables.buyers,
            self.rules,
            self.levers,
            self.p,
            self.seed,
            self.month,
            scratch[2],
            scratch[3],
        )

    def produce(self) -> None:
        """Step 12, of firms."""
        produce_all(self.tables)

    def end_online(self) -> float:
        """What follows step 18 for the shops."""
        w = self.world
        args = (self.seed, np.uint64(w.population_seed), self.month, w.scale, w.online[self.month])
        return float(end_online(self.tables, self.lever, self.p, *args))

    def until_valued(self) -> None:
        """The month up to utilities, then the late edits."""
        self.grants()
        self.coach()
        self.support()
        self.shocks()
        self.begin()
        self.plan()
        self.value()
        self.state.edit_late(self.world)

    def until_ordered(self) -> None:
        """The month up to orders."""
        self.until_valued()
        self.mode()
        self.order()

    def until_traded(self) -> None:
        """The month up to the local market."""
        self.until_ordered()
        self.acquire()
        self.trade()

    def objects(self) -> Objects:
        """The state now, as the oracles take it."""
        world = self.world
        entry = entrants(world, float(self.p["entrant_capacity"]))
        objects = world_from_tables(
            self.tables,
            {name: float(self.p[name]) for name in self.params.dtype.names or ()},
            month=self.month,
            scale=world.scale,
            draw_firm=entry,
            pressure=float(self.tables.state[0]),
        )
        objects.labour = dict.fromkeys(range(self.month), 1.0)
        apply_policy(objects, world.policy)
        return objects

    def compare(
        self, oracles: Iterable[Process], kernel: Callable[[], object], *names: str
    ) -> Objects:
        """Runs both from the state now; the named columns agree to 1e-12."""
        objects = self.objects()
        for oracle in oracles:
            oracle(objects, self.draws)
        kernel()
        faults = differences(world_columns(objects), table_columns(self.tables), names=names)
        assert not faults, "\n".join(faults)
        return objects


def close_to(expected: float, found: float, tolerance: float = 1e-12) -> bool:
    """Equal to a share of the larger of 1 and the expected number."""
    return abs(expected - found) <= tolerance * max(1.0, abs(expected))
