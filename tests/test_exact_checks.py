"""Closed forms, against the compiled kernels themselves.

Each test states a result that can be worked out without the model and asks the kernel for it: fixed
points, geometric decay, logit shares, growth of a variance, a matching solved by hand, and the
identities of stocks, flows and local markets.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.draws import STREAM_MODE, STREAM_PRODUCTIVITY, gumbel, uniform
from sim.policy import LEVERS_DTYPE, RULE_DTYPE
from sim.population import size_law
from sim.processes.compliance import choose_modes, mode_values
from sim.processes.delivery import update_trust
from sim.processes.local_market import fill_pool
from sim.processes.money import invest
from sim.processes.orders import order_floor, order_voluntary
from sim.processes.production import forget
from sim.quantiles import normal_quantile
from sim.run import simulate, step
from sim.tables import (
    BUYER_DTYPE,
    FIRM_DTYPE,
    LINE_DTYPE,
    LINK_DTYPE,
    MODE_GENUINE,
    MODE_NONE,
    MODE_PAPER,
)
from tests.lab import MANDATE, lab_world, parameters, town

Table = npt.NDArray[np.void]


# --- trust, practice, information ---------------------------------------------------------------


def next_trust(trust: float, p: np.void, *, late: bool) -> float:
    """Trust of a firm in its buyer after one paid order."""
    link = np.zeros(1, LINK_DTYPE)
    link["order"], link["late"] = 1.0, late
    link["trust_buyer"] = link["trust_firm"] = trust
    update_trust(link, 0, p)
    return float(link["trust_firm"][0])


@pytest.mark.parametrize("late", [0.05, 0.3, 0.7])
def test_mean_trust_settles_at_its_fixed_point(late):
    """T* = g (1 - l) / (g (1 - l) + b l): a step is linear in trust, so its mean is exact."""
    p = parameters({"trust_decay": 0.0}).record()[0]
    trust = 0.3
    for _ in range(1_500):
        paid = next_trust(trust, p, late=False)
        trust = (1.0 - late) * paid + late * next_trust(trust, p, late=True)
    gain, loss = p["trust_gain"] * (1.0 - late), p["trust_loss_late"] * late
    assert trust == pytest.approx(gain / (gain + loss), abs=1e-12)


def test_trust_without_faults_rises_geometrically():
    """T(t) = 1 - (1 - T0) (1 - g)^t when every payment is on time."""
    p = parameters({"trust_decay": 0.0, "trust_gain": 0.06}).record()[0]
    trust = 0.3
    for month in range(1, 61):
        trust = next_trust(trust, p, late=False)
        assert trust == pytest.approx(1.0 - 0.7 * 0.94**month, abs=1e-13)


def test_what_was_learned_decays_geometrically_and_halves_in_ln_2_over_the_rate():
    """An impulse on practice and information fades as (1 - delta)^t."""
    p = parameters().record()[0]
    firm = np.zeros(1, FIRM_DTYPE)
    firm["base_practice"], firm["practice"], firm["information"] = 0.3, 0.7, 0.8
    rates = {"practice": p["practice_forgetting"], "information": p["information_forgetting"]}
    half_life = dict.fromkeys(rates, 0)
    for month in range(1, 200):
        forget(firm[0], p)
        left = {
            "practice": (float(firm["practice"][0]) - 0.3) / 0.4,
            "information": float(firm["information"][0]) / 0.8,
        }
        for name, rate in rates.items():
            assert left[name] == pytest.approx((1.0 - rate) ** month, abs=1e-12)
            if left[name] <= 0.5 and half_life[name] == 0:
                half_life[name] = month
    for name, rate in rates.items():
        assert abs(half_life[name] - math.log(2.0) / rate) <= 1.0


# --- compliance ---------------------------------------------------------------------------------

BUYERS = 20_000


def compliance_tables() -> tuple[Table, Table, Table, Table]:
    """Buyers of one good each with keyed tastes, and a rule of one month."""
    buyers = np.zeros(BUYERS, BUYER_DTYPE)
    buyers["number"] = np.arange(BUYERS)
    buyers["covered"], buyers["ratio"], buyers["belief"] = 1, 1.0, 0.2
    for option in range(3):
        buyers["mode_taste"][:, option] = [
            gumbel(np.uint64(7), STREAM_MODE, 0, number, 0, 0, 0, option)
            for number in range(BUYERS)
        ]
    lines = np.zeros(BUYERS, LINE_DTYPE)
    lines["buyer"] = np.arange(BUYERS)
    lines["demand"], lines["best"] = 40.0, -0.04
    rules = np.zeros((1, 3), RULE_DTYPE)
    rules["in_force"] = rules["binding"] = 1.0
    rules["quota"], rules["price_cap"] = 0.5, 0.15
    levers = np.zeros(1, LEVERS_DTYPE)
    levers["fine"], levers["depth"] = 20.0, 0.3
    return buyers, lines, rules, levers


def chosen(tables: tuple[Table, Table, Table, Table], p: np.void) -> npt.NDArray[np.int64]:
    """Mode of every buyer in a month of choice."""
    buyers, lines, rules, levers = tables
    scratch = np.zeros((2, BUYERS))
    covers = np.ones((3, 1), np.uint8)
    choose_modes(buyers, lines, rules, covers, levers, p, 0, scratch[0], scratch[1])
    return buyers["mode"].astype(np.int64)


def worth(tables: tuple[Table, Table, Table, Table], p: np.void) -> npt.NDArray[np.float64]:
    """The three values that every buyer of `compliance_tables` compares."""
    _, _, rules, levers = tables
    return np.array(mode_values(rules[0, 0], levers[0], p, 0.2, 0.0, 40.0, -0.04))


def test_values_of_the_modes_by_hand():
    """V_none = -p S, V_genuine = phi ubar, V_paper = -c - p v S at S = 0.2 x 20 / 40."""
    values = worth(compliance_tables(), parameters().record()[0])
    assert values == pytest.approx((-0.02, -0.02, -0.01 - 0.006), abs=1e-15)


def test_shares_of_the_modes_are_the_softmax_of_their_values():
    """With Gumbel tastes the share of each mode is the logit's, to four standard errors."""
    tables = compliance_tables()
    p = parameters().record()[0]
    mode = chosen(tables, p)
    weight = np.exp(worth(tables, p) / p["choice_scale"])
    for option, share in enumerate(weight / weight.sum()):
        error = math.sqrt(share * (1.0 - share) / BUYERS)
        assert abs(float((mode == option).mean()) - share) < 4.0 * error


def test_without_noise_everybody_takes_the_best_mode():
    """The zero-noise limit of the logit is the argmax."""
    tables = compliance_tables()
    p = parameters({"choice_scale": 1e-9}).record()[0]
    assert (chosen(tables, p) == int(np.argmax(worth(tables, p)))).all()


def test_deeper_verification_never_brings_anybody_to_paper():
    """dP(paper) / dv <= 0, buyer by buyer: who has left paper does not come back."""
    tables = compliance_tables()
    p = parameters({"sanction_probability": 1.0}).record()[0]
    before = np.ones(BUYERS, np.bool_)
    counts = []
    for depth in np.linspace(0.0, 1.0, 6):
        tables[3]["depth"] = depth
        on_paper = chosen(tables, p) == MODE_PAPER
        assert not (on_paper & ~before).any()
        before = on_paper
        counts.append(int(on_paper.sum()))
    assert counts[0] > counts[-1]


def test_the_inspection_game_averages_to_its_mixed_equilibrium():
    """p* = g / F visited and q* = c / r violating, in time averages of best responses.

    The buyer is the kernel's without noise. Hours are a lever in the model and nobody's best
    response, so the inspector, who visits when violations seem common enough, is the test's.
    """
    p = parameters({"sanction_probability": 1.0, "paper_cost": 1.0}).record()[0]
    rule, lever = np.zeros(1, RULE_DTYPE), np.zeros(1, LEVERS_DTYPE)
    rule["binding"], rule["quota"], rule["price_cap"] = 1.0, 0.5, 0.2
    lever["fine"] = 20.0
    gain, fine = 0.5 * 0.2, 20.0 / 40.0
    cost_of_visit, reward = 0.3, 1.0
    visits = violations = 0.5
    rounds = 20_000
    for turn in range(1, rounds):
        values = mode_values(rule[0], lever[0], p, visits, 0.0, 40.0, -1.0)
        violates = int(np.argmax(values)) == MODE_NONE
        inspects = violations * reward > cost_of_visit
        visits += (inspects - visits) / (turn + 1)
        violations += (violates - violations) / (turn + 1)
    assert visits == pytest.approx(gain / fine, abs=0.02)
    assert violations == pytest.approx(cost_of_visit / reward, abs=0.02)


# --- growth and sizes ---------------------------------------------------------------------------


def test_capacity_grows_by_gibrats_law():
    """Var ln K = sigma^2 t, whatever the size, when noise alone drives growth and cash is ample."""
    noise_alone = {"investment_rate": 0.0, "cash_investment": 0.0, "capacity_sd": 0.02}
    p = parameters(noise_alone).record()[0]
    count, months = 1_500, 36
    firms = np.zeros(count, FIRM_DTYPE)
    firms["capacity"] = np.geomspace(1.0, 1e4, count)
    firms["unit_cost"] = 0.7
    start = firms["capacity"].copy()
    seed = np.uint64(3)
    for month in range(months):
        firms["cash"] = 1e9
        firms["growth_shock"] = [
            normal(seed, STREAM_PRODUCTIVITY, month, slot, 0, 0, 0, 1) for slot in range(count)
        ]
        for i in range(count):
            invest(firms[i], p)
        if month + 1 in {12, months}:
            growth = np.log(firms["capacity"] / start)
            expected = 0.02**2 * (month + 1)
            error = expected * math.sqrt(2.0 / count)
            assert abs(float(growth.var()) - expected) < 4.0 * error
            large = growth[count // 2 :].var() / growth[: count // 2].var()
            assert 0.75 < large < 1.35


@pytest.mark.parametrize("size", [0, 1, 2])
def test_the_law_of_sizes_has_the_published_mean(size):
    """Drawn by inverse CDF and cut at the legal ceiling, each class keeps its mean sales."""
    p = parameters()
    name = ("micro", "small", "medium")[size]
    _, mu, sigma, below, _ = size_law(p)[size]
    grid = (np.arange(20_000) + 0.5) / 20_000
    sales = np.exp(mu + sigma * np.array([normal_quantile(u * below) for u in grid]))
    assert 12.0 * float(sales.mean()) == pytest.approx(p[f"{name}_sales"], rel=2e-3)
    assert 12.0 * float(sales.max()) <= p[f"{name}_ceiling"]


# --- local markets ------------------------------------------------------------------------------

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
        [uniform(np.uint64(9), 99, 0, slot) < 0.5 for slot in plain.firms.slot.tolist()]
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


# --- payments -----------------------------------------------------------------------------------


def test_invoices_less_receipts_and_write_offs_are_what_is_owed():
    """Sum of invoices - receipts - write-offs = receivables outstanding, over a whole run."""
    world = lab_world(town(), levers=MANDATE)
    invoices = receipts = 0.0
    while world.month < world.months:
        stood = world.firms.alive == 1
        step(world)
        invoices += float(world.firms.invoiced[stood].sum())
        receipts += float(world.firms.received[stood].sum())
        written_off = float(world.column("written_off").sum())
        owed = float(world.tables.receivables.sum())
        assert invoices - receipts - written_off == pytest.approx(owed, abs=1e-9 * (1 + invoices))
    assert invoices > 0.0
    assert written_off > 0.0


# --- matching -----------------------------------------------------------------------------------

INFEASIBLE = -9.0


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
    lines["start"] = np.arange(len(need)) * len(capacity)
    lines["stop"] = lines["start"] + len(capacity)
    links = np.zeros(lines.size * firms.size, LINK_DTYPE)
    links["firm"] = np.tile(np.arange(firms.size), lines.size)
    links["utility"] = np.array(utility).ravel()
    links["feasible"] = links["utility"] > INFEASIBLE
    links["near"] = 1
    rules = np.zeros((1, 3), RULE_DTYPE)
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
    order_voluntary(firms, buyers, lines, links, rules, 0)
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
    covers = np.ones((3, 1), np.uint8)
    p = parameters().record()[0]
    order_voluntary(firms, buyers, lines, links, rules, 0)
    voluntary = lines["ordered"].copy()
    assert (links["order"][links["utility"] <= 0.0] == 0.0).all()
    order_floor(firms, buyers, lines, links, rules, covers, p, 0)
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
