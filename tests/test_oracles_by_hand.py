"""The oracles themselves, on cases small enough to be worked out on paper."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import pytest

from tests.reference.acquisition import acquisition
from tests.reference.candidates import redraw
from tests.reference.enforcement import enforcement
from tests.reference.exit_entry import exit_entry
from tests.reference.forgetting_and_cost import forgetting_and_cost
from tests.reference.keyed import KeyedDraws
from tests.reference.learning import learning
from tests.reference.local_market import fill, local_market
from tests.reference.measured import measure
from tests.reference.mode import choose, mode_values
from tests.reference.money import money
from tests.reference.orders import orders
from tests.reference.state import (
    GENUINE,
    NONE,
    PAPER,
    Buyer,
    Firm,
    Good,
    Levers,
    Line,
    Link,
    Pool,
    Rule,
    World,
)
from tests.reference.trust import trust
from tests.reference.value import utility

# Round numbers, not the registry's: these cases are worked out by hand.
PARAMETERS = {
    "practice_productivity": 0.0,
    "information_productivity": 0.0,
    "productivity_capacity": 0.0,
    "unit_cost": 0.5,
    "cost_elasticity": 0.4,
    "practice_forgetting": 0.01,
    "information_forgetting": 0.1,
    "quality_decay": 0.0,
    "fixed_cost": 0.1,
    "normal_utilisation": 0.8,
    "cash_sale_finance": 0.25,
    "formal_rate": 0.01,
    "informal_rate": 0.05,
    "drawing_share": 0.5,
    "surplus_drawing": 0.5,
    "late_probability": 0.4,
    "late_trust": 0.5,
    "late_days": 60.0,
    "payment_rule_effect": 0.5,
    "trust_start": 0.3,
    "trust_gain": 0.06,
    "trust_loss_defect": 0.15,
    "trust_loss_late": 0.15,
    "trust_decay": 0.0,
    "minimum_lot": 0.25,
    "buyer_shock_size": 0.5,
    "sample_weight": 3.0,
    "quality_tolerance": 0.05,
    "refusal_trust": 0.1,
    "certificate_hazard": 0.5,
    "certificate_cost": 5.0,
    "transport_cost": 0.01,
    "drop_cost": 0.02,
    "spoilage_weight": 0.2,
    "risk_weight": 1.0,
    "quality_noise": 0.1,
    "search_cost": 1.2,
    "relation_cost": 0.1,
    "quality_weight": 1.5,
    "trust_weight": 0.25,
    "switching_cost": 0.15,
    "pledged_share": 0.1,
    "paper_cost": 0.01,
    "reputation_genuine": 0.02,
    "reputation_paper": 0.015,
    "audit_erosion": 0.7,
    "sanction_probability": 0.2,
    "sanction_escalation": 0.5,
    "sanction_delay": 3.0,
    "belief_learning": 0.2,
    "belief_news": 0.1,
    "displacement": 0.5,
    "market_growth": 0.0,
    "quality_attraction": 0.0,
    "practice_attraction": 0.0,
    "information_attraction": 0.0,
    "price_attraction": 0.0,
    "supplying_practice": 0.1,
    "supplying_quality": 0.5,
    "peer_learning": 0.2,
    "exit_base": 0.0,
    "exit_weak": 0.0,
    "exit_slope": 30.0,
    "exit_reference": 0.5,
    "exit_young": 0.0,
    "entry_rate": 0.1,
    "entry_response": 1.0,
}


def make_world(**attributes: Any) -> World:
    """A world with the round parameters, `params` replacing some."""
    params = SimpleNamespace(**{**PARAMETERS, **attributes.pop("params", {})})
    return World(params=params, **attributes)


def connect(
    world: World, buyer: Buyer, demand: float, links: dict[int, float], **line: Any
) -> Line:
    """Adds an order line of good 0 whose links have the given utilities by firm."""
    added = Line(buyer=buyer, good=0, demand=demand, **line)
    for index, value in links.items():
        link = Link(firm=world.firms[index], line=added, distance=1.0, utility=value)
        added.links.append(link)
        world.links.append(link)
    buyer.lines.append(added)
    world.lines.append(added)
    if buyer not in world.buyers:
        world.buyers.append(buyer)
    return added


class Fixed:
    """Draws that are the same for every key of a stream."""

    def __init__(self, **values: float) -> None:
        self.values = values

    def uniform(self, stream: str, *_: int, **__: int) -> float:
        return self.values.get(stream, 0.5)

    def normal(self, stream: str, *_: int, **__: int) -> float:
        return self.values.get(stream, 0.0)

    exponential = gumbel = normal


# --- learning and trust -------------------------------------------------------------------------


def test_practice_fades_geometrically_with_half_life_ln2_over_delta() -> None:
    delta = 1e-4
    firm = Firm(slot=0, practice=0.8, base_practice=0.2)
    world = make_world(firms=[firm], params={"practice_forgetting": delta})
    months = round(math.log(2.0) / delta)
    for _ in range(months):
        forgetting_and_cost(world, Fixed())
    assert firm.practice - 0.2 == pytest.approx(0.6 * (1.0 - delta) ** months, rel=1e-10)
    assert firm.practice - 0.2 == pytest.approx(0.3, rel=1e-4)


def one_link(**attributes: Any) -> tuple[World, Link]:
    world = make_world(firms=[Firm(slot=0)], goods=[Good()])
    link = connect(world, Buyer(number=0), 1.0, {0: 0.5}).links[0]
    for name, attribute in attributes.items():
        setattr(link, name, attribute)
    return world, link


def test_trust_without_faults_follows_its_closed_path() -> None:
    world, link = one_link(order=1.0)
    for month in range(1, 40):
        trust(world, Fixed())
        expected = 1.0 - 0.7 * (1.0 - 0.06) ** month
        assert link.trust_firm == pytest.approx(expected, rel=1e-12)
        assert link.trust_buyer == pytest.approx(expected, rel=1e-12)


def test_mean_trust_goes_to_its_fixed_point_under_lateness() -> None:
    # The update is linear in trust, so the mean over late and prompt payers is exact.
    late, gain, loss = 0.25, 0.06, 0.15
    fixed_point = gain * (1.0 - late) / (gain * (1.0 - late) + loss * late)
    assert fixed_point == pytest.approx(0.045 / 0.0825)
    mean = 0.3
    for month in range(1, 200):
        ends = []
        for is_late in (False, True):
            world, link = one_link(order=1.0, trust_firm=mean, late=is_late)
            trust(world, Fixed())
            ends.append(link.trust_firm)
        mean = (1.0 - late) * ends[0] + late * ends[1]
        path = fixed_point + (0.3 - fixed_point) * (1.0 - 0.0825) ** month
        assert mean == pytest.approx(path, rel=1e-12)
    assert mean == pytest.approx(fixed_point, rel=1e-6)


def test_trust_without_dealings_returns_to_its_start_and_only_active_links_age() -> None:
    world, link = one_link(trust_buyer=0.9, trust_firm=0.1, active=True, age=4)
    world.params.trust_decay = 0.5
    trust(world, Fixed())
    assert (link.trust_buyer, link.trust_firm) == pytest.approx((0.6, 0.2))
    assert link.age == 5
    link.active = False
    trust(world, Fixed())
    assert link.age == 0


def test_supplying_teaches_from_the_state_before_trust_moved() -> None:
    world, link = one_link(order=2.0, trust_buyer=0.4)
    firm, neighbour = link.firm, Firm(slot=1, sector=1, practice=0.8)
    world.firms.append(neighbour)
    firm.ordered, firm.output, firm.practice, firm.base_quality = 2.0, 4.0, 0.3, 0.2
    link.line.buyer.standard = 0.7
    trust(world, Fixed())
    learning(world, Fixed())
    assert firm.practice == pytest.approx(0.3 + 0.1 * 0.5 * 0.7 + 0.2 * 0.5)
    assert firm.learned_quality == pytest.approx(0.5 * 0.5 * 0.5 * 0.4)
    assert neighbour.practice == pytest.approx(0.8)  # its only neighbour knows less


# --- the local market ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("money_in", "sales"),
    [
        (6.0, [1.0, 10.0 / 3.0, 5.0 / 3.0]),  # 1.5, 3, 1.5: the first is full; 5 shared 2 : 1
        (8.0, [1.0, 14.0 / 3.0, 7.0 / 3.0]),  # 2, 4, 2; then 7 shared 2 : 1
        (12.0, [1.0, 5.0, 6.0]),  # 3, 6, 3: two are full at once
        (20.0, [1.0, 5.0, 10.0]),  # more money than room
        (0.0, [0.0, 0.0, 0.0]),
    ],
)
def test_money_fills_firms_exactly(money_in: float, sales: list[float]) -> None:
    firms = [Firm(slot=i, room=room) for i, room in enumerate((1.0, 5.0, 10.0))]
    fill(money_in, list(zip(firms, (1.0, 2.0, 1.0), strict=True)))
    assert [firm.local_sales for firm in firms] == pytest.approx(sales)


def test_households_go_where_firms_are_and_wholesale_is_split_by_capacity() -> None:
    # Two pools of one sector; pool 1 lost half its capacity, pool 0 none of it.
    firms = [
        Firm(slot=0, pool=0, capacity=3.0, room=100.0),
        Firm(slot=1, pool=1, capacity=1.0, room=100.0),
    ]
    pools = [
        Pool(sector=0, households=6.0, capacity_0=3.0, gravity={0: 2.0, 1: 4.0}),
        Pool(sector=0, households=3.0, capacity_0=2.0, gravity={0: 0.0, 1: 3.0}),
    ]
    world = make_world(firms=firms, pools=pools, goods=[Good()])
    connect(world, Buyer(number=0), 4.0, {}).need = 4.0
    local_market(world, Fixed())
    # Pool 0's households: 2 x 1 against 4 x 1/2, so half each; pool 1's all to pool 1.
    # Wholesale 0.5 x 4 = 2, by capacity 3 : 1.
    assert [pool.spending for pool in pools] == pytest.approx([3.0 + 1.5, 3.0 + 3.0 + 0.5])
    assert [firm.local_sales for firm in firms] == pytest.approx([4.5, 6.5])
    assert world.outside == pytest.approx(2.0)


# --- matching -----------------------------------------------------------------------------------

# Financeable of six firms, demand of three buyers, and utilities. One order a month, so the
# smallest part is a quarter of the demand: 2 for A, 1.5 for B, 1 for C.
#
# Round 1  A offers 5 to f0, 3 to f1; B 5 to f0 (the 1 left is too small); C 4 to f0.
#          f0 has 5 for 14: 25/14 for A is under 2 and released, B gets 25/14, C 20/14.
# Round 2  f0 has 25/14 left: too small for A, which adds 1 at f1; B and C ask for all of it and
#          get half each; B's other 34/14 goes to f2; C's other 11/14 is too small for f4.
# Round 3  B tops up f2 with its last 4/7 (9/28 stay unmet); C gives f4 the one it can make.
# Floor    A is genuine with a quota of 3/4: 6 less the 4 bought, so 2 from f5 at a cost of 0.05.
FINANCEABLE = (5.0, 4.0, 3.0, 2.0, 1.0, 6.0)
UTILITIES = {
    "A": (8.0, {0: 0.5, 1: 0.4, 5: -0.05}),
    "B": (6.0, {0: 0.6, 2: 0.3, 3: 0.2}),
    "C": (4.0, {0: 0.1, 4: 0.05, 3: -0.1}),
}
SOLUTION = {
    # buyer: {firm: quantity}
    "A": {0: 0.0, 1: 4.0, 5: 2.0},
    "B": {0: 75 / 28, 2: 3.0, 3: 0.0},
    "C": {0: 65 / 28, 4: 1.0, 3: 0.0},
}


def matching_world() -> World:
    world = make_world(
        firms=[Firm(slot=i, financeable=f) for i, f in enumerate(FINANCEABLE)],
        goods=[Good(orders=1.0)],
        rules={0: Rule(in_force=True, binding=True, quota=0.75, coverage=1.0, goods=(0,))},
    )
    modes = {"A": GENUINE, "B": NONE, "C": PAPER}
    for number, (name, (demand, links)) in enumerate(UTILITIES.items()):
        connect(world, Buyer(number=number, mode=modes[name]), demand, links)
    return world


def ordered(world: World) -> dict[str, dict[int, float]]:
    return {
        name: {link.firm.slot: link.order for link in line.links}
        for name, line in zip(UTILITIES, world.lines, strict=True)
    }


def test_matching_equals_the_solution_by_hand() -> None:
    world = matching_world()
    orders(world, Fixed())
    found = ordered(world)
    for name, solution in SOLUTION.items():
        assert found[name] == pytest.approx(solution, rel=1e-12), name
    assert [firm.ordered for firm in world.firms] == pytest.approx([5.0, 4.0, 3.0, 0.0, 1.0, 2.0])
    assert [link.active for link in world.lines[0].links] == [False, True, True]


def test_purchases_outside_the_radius_do_not_count_for_the_floor() -> None:
    world = matching_world()
    world.rules[0].radius = 2.0
    world.lines[0].links[1].distance = 3.0
    orders(world, Fixed())
    # The floor is 6 of 8, nothing near is bought yet, but only 4 of the need are unmet.
    assert ordered(world)["A"] == pytest.approx({0: 0.0, 1: 4.0, 5: 4.0})


def test_a_rare_good_is_ordered_for_all_its_months_and_the_relation_lasts_between() -> None:
    world = make_world(firms=[Firm(slot=0, financeable=100.0)], goods=[Good(orders=0.33)])
    line = connect(world, Buyer(number=0), 2.0, {0: 0.5}, phase=1)
    found = []
    for world.month in range(5):
        orders(world, Fixed())
        found.append((line.links[0].order, line.links[0].active))
    assert found == [(0.0, False), (0.0, False), (6.0, True), (0.0, True), (0.0, True)]
    line.links[0].trust_firm = 0.0  # the firm refuses
    world.month = 5
    orders(world, Fixed())
    assert (line.need, line.links[0].order, line.links[0].active) == (6.0, 0.0, False)


def test_a_relation_ends_with_its_firm() -> None:
    world = make_world(firms=[Firm(slot=0, alive=False)], goods=[Good(orders=0.33)], month=1)
    line = connect(world, Buyer(number=0), 2.0, {0: -math.inf})
    line.links[0].active = True
    orders(world, Fixed())
    assert (line.need, line.links[0].active) == (0.0, False)


def test_a_firm_refused_only_for_a_certificate_acquires_it_once_a_month() -> None:
    world = make_world(
        firms=[Firm(slot=0, financeable=10.0, cash=11.0), Firm(slot=1, financeable=10.0, cash=9.0)],
        goods=[Good()],
    )
    connect(world, Buyer(number=0), 4.0, {0: 0.1, 1: 0.2}, need_certificate=True)
    connect(world, Buyer(number=1), 4.0, {0: 0.3, 1: 0.2}, need_cold_chain=True)
    connect(world, Buyer(number=2), 4.0, {1: 0.3}, need_cold_chain=True)
    orders(world, Fixed())
    assert not any(firm.ordered for firm in world.firms)
    acquisition(world, Fixed(certificate=0.4))
    assert [(f.certificates, f.cold_chain, f.cash) for f in world.firms] == [
        (0, True, 6.0),
        (1, False, 4.0),
    ]
    acquisition(world, Fixed(certificate=0.6))
    assert [firm.cash for firm in world.firms] == [6.0, 4.0]


def test_an_eighth_of_the_places_is_redrawn_past_active_relations() -> None:
    world = make_world(firms=[Firm(slot=i, x=3.0, y=4.0) for i in range(12)], goods=[Good()])
    line = connect(world, Buyer(number=0), 1.0, dict.fromkeys(range(8), 0.0), cursor=6)
    line.reserve = world.firms[8:10]
    line.links[6].active = True
    redraw(line)
    assert [link.firm.slot for link in line.links] == [0, 1, 2, 3, 4, 5, 6, 8]
    assert (line.cursor, line.links[7].distance, line.links[7].generation) == (0, 5.0, -1)
    redraw(line)
    redraw(line)
    assert [link.firm.slot for link in line.links] == [9, 1, 2, 3, 4, 5, 6, 8]


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
