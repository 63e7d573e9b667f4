"""The oracles themselves, on cases worked out on paper: buyers, sanctions, money, lives."""

from __future__ import annotations

import math

import pytest

from tests.reference.enforcement import enforcement
from tests.reference.exit_entry import exit_entry
from tests.reference.keyed import KeyedDraws
from tests.reference.measured import measure
from tests.reference.mode import choose, mode_values
from tests.reference.money import money
from tests.reference.state import (
    Buyer,
    Firm,
    Good,
    Levers,
)
from tests.reference.toy import Fixed, connect, make_world, matching_world
from tests.reference.value import utility

# --- buyers -------------------------------------------------------------------------------------


def test_utility_by_hand() -> None:
    good = Good(standardisation=0.5, orders=3.0, incumbent_price_ratio=0.8)
    firm = Firm(slot=0, price=0.8, practice=0.5, y_max=50.0)
    world = make_world(firms=[firm], goods=[good])
    buyer = Buyer(number=0, standard=0.6)
    link = connect(world, buyer, 6.0, {0: 0.0}, taste=0.03).links[0]
    link.distance, link.taste, link.sample, link.shelf, link.lead = 10.0, 0.01, 0.4, 40.0, 10.0
    link.quality_sum, link.deliveries, link.trust_buyer = 0.55, 1.0, 0.7
    # landed 1.1 + 0.02 x 3 / 6 = 1.11; q_hat (3 x 0.4 + 0.55) / 4 = 0.4375
    # h = 10: spoilage 0.2 (0.5 x 10/50 + 0.5 x 10/20) = 0.07; risk 0.5 x 0.1 x 0.75 x 0.75
    # admin (1.2/12 + 0.1) / 6
    expected = -0.11 - 1.5 * 0.1625 - 0.07 - 0.028125 - 0.2 / 6 + 0.25 * 0.2 - 0.15 + 0.04
    assert utility(world, link) == pytest.approx(expected, rel=1e-12)
    link.active, link.age = True, 12
    assert utility(world, link) == pytest.approx(expected + 0.15 + 0.1 / 6, rel=1e-12)
    firm.alive = False
    assert utility(world, link) == -math.inf


def test_shares_of_modes_equal_the_softmax_of_their_values() -> None:
    draws, scale, count = KeyedDraws(11), 0.03, 20_000
    values = (-0.02, 0.0, -0.01)
    chosen = [0, 0, 0]
    for buyer in range(count):
        tastes = [draws.gumbel("mode", 0, buyer, index=option) for option in range(3)]
        chosen[choose(values, tastes, scale)] += 1
    weights = [math.exp(v / scale) for v in values]
    for option, weight in enumerate(weights):
        share = weight / sum(weights)
        error = math.sqrt(share * (1.0 - share) / count)
        assert abs(chosen[option] / count - share) < 4.0 * error


def test_depth_takes_value_from_paper_only() -> None:
    world = matching_world()
    world.levers = Levers(fine=50.0)
    buyer = world.buyers[0]
    buyer.belief = 0.1
    flat = mode_values(world, buyer)
    world.levers.depth = 1.0
    deep = mode_values(world, buyer)
    sanction = 0.2 * 50.0 / 8.0
    assert flat == pytest.approx((-0.1 * sanction, 0.75 * 0.5, -0.01))
    assert deep == pytest.approx((flat[0], flat[1], -0.01 - 0.1 * sanction))


def test_sanctions_fall_due_later_and_move_beliefs() -> None:
    world = matching_world()
    world.levers = Levers(fine=10.0, depth=0.3)
    world.month = 11
    world.buyers[0].visited = world.buyers[1].visited = world.buyers[2].visited = True
    world.buyers[1].sanctions = 2
    enforcement(world, Fixed(coverage=0.0, inspection=0.4, sanction=0.1))
    # A buys, C is on paper and not seen through (0.4 > 0.3); only B is sanctioned.
    assert [buyer.sanctions for buyer in world.buyers] == [0, 3, 0]
    assert world.buyers[1].fines_due == [0.0, 20.0] + [0.0] * 11
    expected = 0.05 + 0.2 * 0.95 + 0.1 * (1.0 / 3.0 - 0.05)
    assert [buyer.belief for buyer in world.buyers] == pytest.approx([expected] * 3)


def test_buying_is_half_the_floor_over_the_window() -> None:
    world = matching_world()
    buyer, line = world.buyers[0], world.lines[0]
    line.need = 8.0
    states = []
    for bought in (6.0, 3.0, 0.0, 0.0, 8.0):
        line.links[1].order = bought
        measure(world, Fixed(coverage=0.0))
        states.append((line.signed, line.buying, line.on_paper, buyer.buying))
    # Floor 6 a month over three months: 6/6, 9/12, 9/18, 3/18, 8/18.
    buying, not_buying = (True, True, False, True), (True, False, True, False)
    assert states == [buying, buying, buying, not_buying, not_buying]


@pytest.mark.parametrize(
    ("before", "newly"), [(2.9, True), (3.0, False), (3.2, False), (0.0, True)]
)
def test_newly_buying_is_more_than_the_own_year_before(before: float, newly: bool) -> None:
    world = matching_world()
    buyer, line = world.buyers[0], world.lines[0]
    line.need, line.links[1].order = 8.0, before
    for world.month in range(24):  # 12 to 23 count
        measure(world, Fixed(coverage=1.0))
    assert (line.signed, line.newly, line.base_need) == (False, False, 96.0)
    line.links[1].order = 8.0
    for world.month in range(24, 27):
        measure(world, Fixed(coverage=0.0))
    # Half the floor is 3 a month.
    assert (line.buying, line.newly, buyer.newly) == (True, newly, newly)


# --- money and lives ----------------------------------------------------------------------------


def test_invoices_are_received_or_stay_in_the_ring() -> None:
    firm = Firm(slot=0, capacity=10.0, unit_cost=0.5, cash=5.0, price=1.2)
    world = make_world(firms=[firm], goods=[Good()])
    line = connect(world, Buyer(number=0, payment_days=45.0), 4.0, {0: 0.5})
    draws = KeyedDraws(3)
    invoiced = received = 0.0
    for world.month in range(36):
        line.links[0].order = 4.0 if world.month % 5 else 0.0
        line.links[0].returned = 1.0 if world.month % 7 == 0 else 0.0
        firm.output = firm.ordered = line.links[0].order
        before = firm.cash
        money(world, draws)
        invoiced += firm.invoiced
        received += firm.received
        interest = 0.05 * max(0.0, -before)
        spent = 0.5 * firm.output + 1.0 + interest + firm.drawings
        assert firm.cash == pytest.approx(before + firm.received - spent, rel=1e-12)
        assert firm.revenue == firm.invoiced
    assert invoiced - received == pytest.approx(sum(firm.receivables), rel=1e-12)
    assert 0.0 < received < invoiced


@pytest.mark.parametrize(
    ("late", "days", "rule", "months"),
    [
        (0.9, 0.49, None, 2),  # 45 days: one month, and half a chance of two
        (0.9, 0.51, None, 1),
        (0.3, 0.51, None, 3),  # 105 days
        (0.3, 0.51, 15.0, 0),  # the rule halves lateness: 0.3 is on time; 15 days
        (0.1, 0.51, 15.0, 2),  # 75 days
    ],
)
def test_the_month_of_payment(late: float, days: float, rule: float | None, months: int) -> None:
    firm = Firm(slot=0, capacity=1.0, unit_cost=0.5)
    world = make_world(firms=[firm], goods=[Good()], levers=Levers(payment=rule), month=6)
    connect(world, Buyer(number=0, payment_days=45.0), 4.0, {0: 0.5}).links[0].order = 4.0
    money(world, Fixed(late=late, days=days))
    ring = [0.0] * 8
    ring[(6 + months) % 8] = 4.0 if months else 0.0
    assert firm.receivables == ring
    assert firm.received == (0.0 if months else 4.0)


def test_drawings_leave_working_cash() -> None:
    # n = 10 (0.8 - 0.4 - 0.1) = 3, w0 = 1.5; c_min = 1 + 0.25 x 0.5 x 0.8 x 10 = 2.
    firm = Firm(slot=0, capacity=10.0, unit_cost=0.5, cash=2.0, local_sales=9.0, output=9.0)
    world = make_world(firms=[firm])
    money(world, Fixed())
    # Profit 9 - 4.5 - 1 = 3.5, so 1.5 + 0.5 x 2 = 2.5 is drawn of the 3.5 above working cash.
    assert (firm.profit, firm.drawings, firm.cash) == pytest.approx((3.5, 2.5, 3.0))
    assert firm.profit_ring[0] == pytest.approx(3.5)
    assert firm.hired == pytest.approx(3.0)


def test_a_firm_closes_after_two_months_below_its_line_and_leaves_a_slot() -> None:
    firm = Firm(slot=0, capacity=2.0, line=1.0, cash=-2.5, receivables=[1.0] * 8, unit_cost=0.5)
    world = make_world(firms=[firm], profit_rate_0={0: 0.1})
    world.draw_firm = lambda _, drawn: {"capacity": 7.0 + drawn.generation}
    draws = Fixed(entry=0.01)
    exit_entry(world, draws)
    assert (firm.alive, firm.age, firm.insolvent_months) == (True, 1, 1)
    exit_entry(world, draws)
    assert (firm.alive, world.written_off, firm.generation) == (False, 8.0, 0)
    exit_entry(world, draws)
    assert (firm.alive, firm.generation, firm.capacity, firm.age) == (True, 1, 8.0, 0)
    # 8 (0.8 - 0.4 - 0.1), the normal profit at entry
    assert firm.profit_ring == pytest.approx([2.4] * 12)


def test_entry_answers_to_profit_within_bounds() -> None:
    vacant = Firm(slot=0, alive=False)
    rich = Firm(slot=1, capacity=1.0, unit_cost=0.5, profit_ring=[0.2] * 12)
    world = make_world(firms=[vacant, rich], profit_rate_0={0: 0.1})
    chance = 1.0 - math.exp(-0.1 * math.e)  # twice the profit at month 0
    exit_entry(world, Fixed(entry=chance + 1e-9))
    assert not vacant.alive
    exit_entry(world, Fixed(entry=chance - 1e-9))
    assert vacant.alive
