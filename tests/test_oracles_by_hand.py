"""The oracles themselves, on cases worked out on paper: learning, local market, matching."""

from __future__ import annotations

import math
from typing import Any

import pytest

from tests.reference.acquisition import acquisition
from tests.reference.candidates import redraw
from tests.reference.forgetting_and_cost import forgetting_and_cost
from tests.reference.learning import learning
from tests.reference.local_market import fill, local_market
from tests.reference.orders import orders
from tests.reference.state import GENUINE, Buyer, Firm, Good, Link, Pool, Rule, World
from tests.reference.toy import SOLUTION, UTILITIES, Fixed, connect, make_world, matching_world
from tests.reference.trust import trust

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
    assert link.age == 5  # found once, found for good


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


def test_what_rounding_leaves_of_the_floor_is_no_order() -> None:
    # Eight tenths are 1e-16 short of 0.8: nobody sets up a ninth relation for that.
    rule = Rule(in_force=True, binding=True, quota=1.0, coverage=1.0, goods=(0,))
    firms = [Firm(slot=i, financeable=0.1) for i in range(9)]
    world = make_world(firms=firms, goods=[Good()], rules={0: rule}, params={"minimum_lot": 0.0})
    links = {**dict.fromkeys(range(8), 0.5), 8: -0.05}
    line = connect(world, Buyer(number=0, mode=GENUINE), 0.8, links)
    orders(world, Fixed())
    assert 0.0 < line.need - sum(link.order for link in line.links) < 1e-15
    assert line.links[8].order == 0.0


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
    line.reserve = [(firm, 5.0) for firm in world.firms[8:10]]
    line.links[6].active = True
    redraw(line)
    assert [link.firm.slot for link in line.links] == [0, 1, 2, 3, 4, 5, 6, 8]
    assert (line.cursor, line.links[7].distance, line.links[7].generation) == (0, 5.0, -1)
    redraw(line)
    redraw(line)
    assert [link.firm.slot for link in line.links] == [9, 1, 2, 3, 4, 5, 6, 8]
