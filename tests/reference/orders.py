"""8 Orders: need of the month, then the voluntary and the floor stage."""

from __future__ import annotations

from tests.reference.common import covered_lines, due, floor_share, interval, near, positive, season
from tests.reference.contract_orders import place_contracts
from tests.reference.pooling import can_sell, set_pooling
from tests.reference.proposals import run_stage
from tests.reference.rounds import ROUNDING, Task, ranked, unmet
from tests.reference.state import AGENCY, GENUINE, Draws, Line, World


def need(world: World, line: Line) -> float:
    """What the line is to order this month."""
    cut = world.params.buyer_shock_size if line.buyer.shocked else 0.0
    months: float = interval(world.goods[line.good]) if due(world, line) else 0
    if line.buyer.kind == AGENCY:
        months = season(world, line)
    return float(line.demand * months * (1.0 - cut))


def orders(world: World, draws: Draws) -> None:
    """Places the month's orders and sets which links are active."""
    set_pooling(world)
    for firm in world.firms:
        firm.ordered = 0.0
    for link in world.links:
        link.order = 0.0
        link.small = link.pooled = False
    place_contracts(world)
    voluntary: list[Task] = []
    for line in world.lines:
        line.need = need(world, line)
        links = [k for k in line.links if can_sell(world, k) and k.utility > 0.0]
        voluntary.append(Task(line, line.need, ranked(links)))
    run_stage(world, voluntary)
    run_stage(world, floor_tasks(world))
    relations(world)
    count(world)


def count(world: World) -> None:
    """Who was left out for a part too small, where need is left; what each cooperative pooled."""
    for line in world.lines:
        left = unmet(line) > ROUNDING * line.need
        small = [link for link in line.links if link.small and link.order == 0.0]
        line.refused = len(small) if left else 0
    for link in world.links:
        if link.pooled:
            world.cooperatives[link.firm.pool].pooled += link.order


def relations(world: World) -> None:
    """A link is active from an order until a due month passes without one, or its firm closed."""
    for link in world.links:
        if due(world, link.line):
            link.active = link.order > 0.0
        elif not link.firm.alive:
            link.active = False


def floor_tasks(world: World) -> list[Task]:
    """What buyers in mode genuine still owe to the floor, after the voluntary stage."""
    tasks: list[Task] = []
    for buyer in world.buyers:
        rule = world.rule(buyer.kind)
        for line in covered_lines(world, buyer) if buyer.mode == GENUINE else []:
            counting = [link for link in line.links if near(world, link)]
            owed = floor_share(world, rule) * line.need - sum(link.order for link in counting)
            links = [
                k for k in counting if can_sell(world, k) and -rule.price_cap <= k.utility <= 0.0
            ]
            target = min(positive(owed), unmet(line))
            tasks.append(Task(line, target, ranked(links), most=target))
    return tasks
