"""8 Orders: a round, in which lines propose and firms accept."""

from __future__ import annotations

import math

from tests.reference.acceptance import accept
from tests.reference.common import feasible
from tests.reference.pooling import good_together, of_pool, partners
from tests.reference.rounds import Proposal, Task, enough
from tests.reference.state import AGENCY, Line, World


def places(world: World, line: Line) -> float:
    """Suppliers the buyer can still handle this month; a cooperative is one."""
    if line.buyer.kind != AGENCY:
        return math.inf
    alone = sum(link.order > 0.0 and not link.pooled for link in line.links)
    together = {k.firm.pool for k in line.links if k.order > 0.0 and k.pooled}
    most = max(world.params.agency_suppliers, world.rule(AGENCY).most) * line.buyer.ratio
    return max(1.0, most) - alone - len(together)


def propose(world: World, task: Task, left: dict[int, float]) -> list[Proposal]:
    """A line goes down its list, then to cooperatives for what is missing."""
    found: list[Proposal] = []
    wanted, free = task.target, places(world, task.line)
    for link in task.links:
        amount = min(wanted, left[id(link.firm)])
        if not task.counts(amount) or link.pooled or not feasible(world, link):
            continue
        if not enough(world, task, amount + link.order):
            link.small = True
        elif link.order > 0.0 or free >= 1.0:
            free -= link.order == 0.0
            found.append(Proposal(task, link, amount))
            wanted -= amount
    return found + propose_together(world, task, left, found, wanted, free)


def propose_together(
    world: World,
    task: Task,
    left: dict[int, float],
    alone: list[Proposal],
    wanted: float,
    free: float,
) -> list[Proposal]:
    """What cooperatives are asked for, each once: all of its members' parts or none."""
    found: list[Proposal] = []
    taken = [proposal.link for proposal in alone]
    for number, members in partners(world, task.links, taken).items():
        before = of_pool(task.line, number)
        asked, rest = [], wanted
        for link in members if before or free >= 1.0 else []:
            amount = min(rest, left[id(link.firm)])
            if task.counts(amount):
                asked.append(Proposal(task, link, amount))
                rest -= amount
        parts = [(k, k.order) for k in before] + [(a.link, a.amount) for a in asked]
        reaches = asked and enough(world, task, sum(amount for _, amount in parts))
        if reaches and good_together(world, task.line, parts):
            free -= not before
            found, wanted = found + asked, rest
            for proposal in asked:
                proposal.link.pooled = True
    return found


def run_stage(world: World, tasks: list[Task]) -> None:
    """Three rounds: lines propose down their lists, firms prorate, small parts are released."""
    for _ in range(3):
        left = {id(firm): firm.financeable - firm.ordered for firm in world.firms}
        proposals = [found for task in tasks for found in propose(world, task, left)]
        accept(world, proposals, left)
