"""Exact identities of local markets: a pool is filled exactly, and what one wins another loses."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.draws import uniform
from sim.processes.local_market import fill_pool
from sim.run import simulate, step
from sim.tables import FIRM_DTYPE
from tests.lab import lab_world, town

POOL = st.lists(
    st.tuples(
        # Vacant sites weigh nothing and have no room; full firms weigh something and have none.
        st.sampled_from(["vacant", "full", "open"]),
        st.floats(0.01, 1e4),
        st.floats(1e-6, 1e3),
    ),
    max_size=30,
)


@settings(max_examples=300)
@given(pool=POOL, spending=st.one_of(st.just(0.0), st.floats(1e-6, 1e5)))
def test_a_pool_sells_what_is_spent_or_what_there_is_room_for(pool, spending):
    """Local sales = min(M, sum of room) to 1e-12; nobody sells beyond its room."""
    firms = np.zeros(len(pool) + 2, FIRM_DTYPE)
    firms["local_sales"] = -1.0
    for i, (kind, weight, room) in enumerate(pool, start=1):
        firms["weight"][i] = 0.0 if kind == "vacant" else weight
        firms["room"][i] = room if kind == "open" else 0.0
    scratch = np.zeros((2, len(pool)))
    rows = np.zeros(len(pool), np.int64)
    placed = fill_pool(firms, 1, len(pool) + 1, spending, scratch[0], scratch[1], rows)
    mine, room = firms["local_sales"][1:-1], firms["room"][1:-1]
    expected = min(spending, float(room.sum()))
    assert float(mine.sum()) == pytest.approx(expected, rel=1e-12, abs=1e-12)
    assert placed == pytest.approx(expected, rel=1e-12, abs=1e-12)
    assert (mine >= 0.0).all()
    assert (mine <= room * (1.0 + 1e-12)).all()
    # Shares of those with room to spare follow their weights.
    spare = (mine < room) & (mine > 0.0)
    if spare.any():
        rate = mine[spare] / firms["weight"][1:-1][spare]
        assert rate == pytest.approx(np.full(rate.size, rate[0]), rel=1e-9)
    # The rows around the pool are somebody else's.
    assert firms["local_sales"][0] == firms["local_sales"][-1] == -1.0


def test_in_the_closed_case_better_practice_moves_profit_but_no_pools_revenue():
    """No buyers, exit, entry or investment, a market that does not grow, room in every pool:
    what some firms win, their neighbours lose, to 1e-12, while costs fall.
    """
    values = {
        "background_firms": 1e9,
        "displacement": 0.0,
        "market_growth": 0.0,
        "wage_pressure": 0.0,
        "exit_base": 0.0,
        "exit_weak": 0.0,
        "exit_young": 0.0,
        "entry_rate": 0.0,
        "investment_rate": 0.0,
        "cash_investment": 0.0,
        "capacity_sd": 0.0,
        "normal_utilisation": 0.4,
        # Weak tastes and endless credit leave room everywhere.
        "price_attraction": 0.3,
        "credit_line": 1e6,
        "informal_line": 1e6,
    }
    plain = lab_world(town(hotels_a_class=0, restaurants=0), values=values, months=48)
    assert plain.tables.lines.size == 0
    simulate(plain, 24)
    trained = plain.copy()
    lucky = np.array(
        [uniform(np.uint64(9), 99, 0, slot, 0, 0, 0, 0) < 0.5 for slot in plain.firms.slot.tolist()]
    )
    trained.tables.firms["practice"][lucky] += 0.3
    start = plain.pools.start
    profit, moved = 0.0, 0.0
    for _ in range(24):
        pair = []
        for world in (plain, trained):
            step(world)
            firms = world.firms
            sold = np.add.reduceat(firms.local_sales, start)
            room = np.add.reduceat(firms.room, start)
            assert (sold < room).all()
            pair.append(np.add.reduceat(firms.revenue, start))
        assert pair[1] == pytest.approx(pair[0], rel=1e-12)
        difference = trained.firms.revenue - plain.firms.revenue
        moved += float(np.abs(difference).sum())
        profit += float((trained.firms.profit - plain.firms.profit).sum())
    assert moved > 0.0
    assert profit > 0.0
