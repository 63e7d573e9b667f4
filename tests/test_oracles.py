"""Kernels against oracles written from the same text: whole runs, then the firms' processes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios import load_scenario
from sim.case import Case
from sim.firm_month import _set_peers
from sim.month import press_wages
from sim.processes.production import finance
from sim.run import step
from tests.kernels import (
    advance_all,
    earn_all,
    forget_all,
    invest_all,
    invoice_all,
    learn_all,
    live_and_die,
    produce_all,
)
from tests.lab import parameters, surabaya
from tests.phases import Phases, close_to
from tests.reference.accounts import wage_pressure
from tests.reference.exit_entry import exit_entry
from tests.reference.financeable import financeable
from tests.reference.forgetting_and_cost import forgetting_and_cost
from tests.reference.grants import grants
from tests.reference.investment import investment
from tests.reference.learning import learning
from tests.reference.local_market import local_market
from tests.reference.money import money
from tests.reference.online_market import online_market
from tests.reference.production import production
from tests.reference.room import room
from tests.reference.shocks import shocks
from tests.reference.toy import make_world
from tests.reference.trust import trust
from tests.reference.twin import twin_differences, twin_of
from tests.states import State, states

drawn = settings(max_examples=20)

# -- the reference twin: Mesa agents whose steps are the oracles


def run_beside_the_twin(name: str, scale: int, months: int, **values: float) -> None:
    scenario = load_scenario(name)
    case = Case.of(
        scenario, surabaya(), seed=3, scale=scale, months=months, parameters=parameters(values)
    )
    world = case.world()
    twin = twin_of(world)
    for month in range(months):
        step(world)
        twin.step()
        faults = twin_differences(twin, world)
        assert not faults, f"month {month}:\n" + "\n".join(faults)
    twin.close()


def test_sixty_firms_over_two_years_equal_their_twin() -> None:
    run_beside_the_twin("no_policy", 2333, 24)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("mandated_hotel_partnership", {}),
        ("mandated_hotel_partnership", {"certificate_hazard": 0.3, "buyer_shock_hazard": 0.1}),
        ("hotel_memorandum", {}),
        ("mandate_on_paper", {}),
        ("cash_grant", {}),
    ],
)
def test_a_policy_equals_its_twin_month_by_month(name: str, values: dict[str, float]) -> None:
    run_beside_the_twin(name, 1000, 37, **values)


# -- firms


@drawn
@given(states())
def test_shocks(state: State) -> None:
    run = Phases(state)

    def kernel() -> None:
        run.shocks()
        advance_all(run.tables.firms, run.params, run.seed, run.month)

    run.compare([shocks], kernel, "firms.productivity", "buyers.shocked")


@drawn
@given(states())
def test_forgetting_and_cost(state: State) -> None:
    run = Phases(state)
    run.compare(
        [forgetting_and_cost],
        lambda: forget_all(
            run.tables.firms, run.tables.sector_state, run.params, run.tables.state[0]
        ),
        *(f"firms.{name}" for name in ("practice", "information", "learned_quality")),
        *(f"firms.{name}" for name in ("unit_cost", "y_max", "quality")),
    )


@drawn
@given(states())
def test_grants(state: State) -> None:
    run = Phases(state)
    paid: list[float] = []
    objects = run.compare(
        [grants], lambda: paid.append(run.grants()), "firms.cash", "firms.granted"
    )
    assert close_to(objects.granted, paid[0])


@drawn
@given(states())
def test_the_first_pass_over_firms(state: State) -> None:
    run = Phases(state)
    run.compare(
        [shocks, forgetting_and_cost, financeable],
        run.begin,
        *(f"firms.{name}" for name in ("productivity", "practice", "unit_cost", "y_max")),
        "firms.financeable",
    )


@drawn
@given(states())
def test_financeable(state: State) -> None:
    run = Phases(state)
    run.begin()

    def kernel() -> None:
        firms = run.tables.firms
        for i in np.flatnonzero(firms["alive"] == 1):
            finance(firms[i], run.p)

    run.tables.firms["cash"] += 0.1 * state.month - 1.0
    run.compare([financeable], kernel, "firms.financeable")


@drawn
@given(states())
def test_room_and_local_market(state: State) -> None:
    run = Phases(state)
    run.until_ordered()
    run.compare(
        [online_market, room, local_market],
        run.trade,
        *("firms.room", "firms.local_sales", "pools.spending"),
    )


@drawn
@given(states())
def test_money(state: State) -> None:
    run = Phases(state)
    run.until_traded()
    run.produce()

    def kernel() -> None:
        invoice_all(run.tables, run.levers, run.params, run.seed, run.month)
        earn_all(run.tables, run.params, run.month)

    names = ("invoiced", "received", "revenue", "profit", "drawings", "cash", "hired")
    objects = run.compare(
        [money],
        kernel,
        *(f"firms.{name}" for name in names),
        *("firms.receivables", "firms.profit_ring", "links.late", "buyers.late"),
    )
    living = run.tables.firms["alive"] == 1
    firms = run.tables.firms[living]
    ring = run.tables.profit_ring[:, living]
    assert np.allclose(firms["profit_sum"], ring.sum(axis=0), rtol=0, atol=1e-9)
    assert close_to(objects.labour[run.month], float(firms["hired"].sum()), 1e-11)


@drawn
@given(states())
def test_learning(state: State) -> None:
    run = Phases(state)
    run.until_traded()

    def kernel() -> None:
        run.account()
        produce_all(run.tables)
        _set_peers(run.tables, run.world.peers)
        learn_all(run.tables.firms, run.params, run.world.peers)

    names = ("firms.practice", "firms.learned_quality")
    run.compare([production, money, trust, learning], kernel, *names)


@drawn
@given(states())
def test_investment(state: State) -> None:
    run = Phases(state)
    run.until_traded()
    run.produce()
    run.compare(
        [investment],
        lambda: invest_all(run.tables.firms, run.params),
        "firms.capacity",
        "firms.cash",
    )


@drawn
@given(states())
def test_exit_and_entry(state: State) -> None:
    run = Phases(state)
    run.begin()
    off: list[float] = []

    def kernel() -> None:
        world = run.world
        args = (run.seed, np.uint64(world.population_seed), run.month)
        off.append(live_and_die(run.tables, run.params, world.sizes, *args))

    names = ("alive", "generation", "age", "insolvent_months", "capacity", "price", "cash")
    more = ("hired", "productivity", "practice", "granted", "certificates", "size_class")
    objects = run.compare(
        [exit_entry],
        kernel,
        *(f"firms.{name}" for name in names + more),
        *("firms.receivables", "firms.profit_ring"),
    )
    assert close_to(objects.written_off, off[0])


@drawn
@given(
    st.lists(st.floats(0.0, 1e6), min_size=14, max_size=14),
    st.floats(0.0, 5.0),
)
def test_wage_pressure(hired: list[float], response: float) -> None:
    row = parameters({"wage_pressure": response}).record()
    world = make_world(firms=[], params={"wage_pressure": response})
    state = np.zeros(7)
    for month, labour in enumerate(hired, start=12):
        world.month, world.labour[month] = month, labour
        wage_pressure(world)
        press_wages(state, labour, row[0], month)
        assert close_to(world.pressure, float(state[0]), 1e-11), month
