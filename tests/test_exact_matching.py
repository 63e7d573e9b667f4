"""The matching of orders: a case solved by hand, and limits that no order passes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.policy import BUYER_KIND_COUNT, RULE_DTYPE
from sim.processes.orders import order_floor, order_voluntary
from sim.tables import (
    BUYER_DTYPE,
    COOPERATIVE_DTYPE,
    FIRM_DTYPE,
    LINE_DTYPE,
    LINK_DTYPE,
    MODE_GENUINE,
)
from tests.lab import parameters

Table = npt.NDArray[np.void]
INFEASIBLE = -9.0
NO_COOPERATIVES = np.zeros(0, COOPERATIVE_DTYPE)


def matching(
    capacity: list[float], need: list[float], smallest: list[float], utility: list[list[float]]
) -> tuple[Table, Table, Table, Table, Table]:
    """Firms, buyers, lines, links and a rule; every line knows every firm, slot by slot."""
    firms = np.zeros(len(capacity), FIRM_DTYPE)
    firms["slot"] = np.arange(len(capacity))
    firms["alive"], firms["financeable"] = 1, capacity
    buyers = np.zeros(len(need), BUYER_DTYPE)
    lines = np.zeros(len(need), LINE_DTYPE)
    lines["buyer"] = np.arange(len(need))
    lines["need"], lines["smallest"], lines["worthwhile"] = need, smallest, 1
    lines["most"] = len(capacity)
    lines["start"] = np.arange(len(need)) * len(capacity)
    lines["stop"] = lines["start"] + len(capacity)
    links = np.zeros(lines.size * firms.size, LINK_DTYPE)
    links["firm"] = np.tile(np.arange(firms.size), lines.size)
    links["utility"] = np.array(utility).ravel()
    links["feasible"] = links["utility"] > INFEASIBLE
    links["near"] = 1
    rules = np.zeros((1, BUYER_KIND_COUNT), RULE_DTYPE)
    return firms, buyers, lines, links, rules


def test_six_firms_and_three_lines_match_as_solved_by_hand():
    """Three rounds of proposals, proration and release, worked out on paper.

    Capacities A 10, B 4, C 6, D 0, E 8, F 3; needs 8, 8, 6; no part below 2.
    Round 1: A is offered 8 + 8 + 2 and gives 40/9, 40/9 and 10/9, too small; B gives 4 to line 3.
    Round 2: A's last 10/9 are shared; C is offered 22/9 + 22/9 + 2, the 2 prorated fall below 2.
    Round 3: C's rest goes to lines 1 and 2, which it serves already; E serves line 3.
    """
    utility = [
        [0.5, 0.4, 0.3, 0.6, -0.1, INFEASIBLE],
        [0.7, 0.1, 0.2, -0.2, -0.3, INFEASIBLE],
        [0.3, 0.8, 0.05, -0.4, 0.02, INFEASIBLE],
    ]
    capacity = [10.0, 4.0, 6.0, 0.0, 8.0, 3.0]
    firms, buyers, lines, links, rules = matching(
        capacity, [8.0, 8.0, 6.0], [2.0, 2.0, 2.0], utility
    )
    p = parameters().record()[0]
    order_voluntary(firms, buyers, lines, links, NO_COOPERATIVES, rules, p, 0, False)
    expected = [[5, 0, 3, 0, 0, 0], [5, 0, 3, 0, 0, 0], [0, 4, 0, 0, 2, 0]]
    assert links["order"].reshape(3, 6) == pytest.approx(np.array(expected), abs=1e-12)
    assert firms["ordered"] == pytest.approx([10.0, 4.0, 6.0, 0.0, 2.0, 0.0], abs=1e-12)
    assert lines["ordered"] == pytest.approx([8.0, 8.0, 6.0], abs=1e-12)


LINE = st.tuples(
    st.floats(0.0, 50.0),
    st.floats(0.0, 1.0),
    st.lists(st.floats(-0.5, 0.5), min_size=6, max_size=6),
)


@settings(max_examples=200)
@given(
    capacity=st.lists(st.floats(0.0, 30.0), min_size=6, max_size=6),
    drawn=st.lists(LINE, min_size=1, max_size=4),
    quota=st.floats(0.0, 1.0),
)
def test_orders_exceed_neither_need_nor_quota_nor_capacity(capacity, drawn, quota):
    """Voluntary orders stay within need, the floor within the quota, all within capacity."""
    need = [line[0] for line in drawn]
    smallest = [line[0] * line[1] for line in drawn]
    firms, buyers, lines, links, rules = matching(
        capacity, need, smallest, [line[2] for line in drawn]
    )
    rules["in_force"] = rules["binding"] = 1.0
    rules["quota"], rules["price_cap"] = quota, 0.3
    buyers["covered"], buyers["mode"] = 1, MODE_GENUINE
    covers = np.ones((BUYER_KIND_COUNT, 1), np.uint8)
    p = parameters().record()[0]
    order_voluntary(firms, buyers, lines, links, NO_COOPERATIVES, rules, p, 0, False)
    voluntary = lines["ordered"].copy()
    assert (links["order"][links["utility"] <= 0.0] == 0.0).all()
    order_floor(firms, buyers, lines, links, NO_COOPERATIVES, rules, covers, p, 0, False)
    order = links["order"].reshape(lines.size, firms.size)
    rounding = 1e-9
    assert (order >= 0.0).all()
    assert (order.sum(axis=0) <= firms["financeable"] + rounding).all()
    assert (order.sum(axis=1) <= lines["need"] + rounding).all()
    assert order.sum(axis=0) == pytest.approx(firms["ordered"], abs=rounding)
    assert order.sum(axis=1) == pytest.approx(lines["ordered"], abs=rounding)
    owed = np.maximum(quota * lines["need"] - voluntary, 0.0)
    assert (lines["ordered"] - voluntary <= owed + rounding).all()
    assert (links["order"][links["utility"] < -0.3] == 0.0).all()
