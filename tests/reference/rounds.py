"""8 Orders: the rounds in which lines propose and firms accept."""

from __future__ import annotations

import math
from dataclasses import dataclass

from tests.reference.common import positive
from tests.reference.state import Line, Link, World


@dataclass
class Task:
    """What a line still seeks in a stage, and where, best first."""

    line: Line
    target: float
    links: list[Link]
    # A part as large as all that the stage asks for is never too small.
    most: float = math.inf


# Less than this share is rounding: it decides nothing.
ROUNDING = 1e-9


def smallest(world: World, line: Line) -> float:
    """The smallest part of its order that a line gives to one firm."""
    lot = world.params.minimum_lot * line.demand / world.goods[line.good].orders
    return float(min(lot, line.need))


def unmet(line: Line) -> float:
    """Need not yet ordered."""
    return positive(line.need - sum(link.order for link in line.links))


def enough(world: World, task: Task, link: Link, amount: float) -> bool:
    """Whether an amount, with what the link already has this month, reaches the smallest part."""
    part = min(smallest(world, link.line), task.most)
    return amount + link.order >= part * (1.0 - ROUNDING)


def ranked(links: list[Link]) -> list[Link]:
    """Links from the best down; equals in the order of slots."""
    return sorted(links, key=lambda link: (-link.utility, link.firm.slot))


def run_stage(world: World, tasks: list[Task]) -> None:
    """Three rounds: lines propose down their lists, firms prorate, small parts are released."""
    for _ in range(3):
        left = {id(firm): firm.financeable - firm.ordered for firm in world.firms}
        offered = dict.fromkeys(left, 0.0)
        proposals: list[tuple[Task, Link, float]] = []
        for task in tasks:
            wanted = task.target
            for link in task.links:
                amount = min(wanted, left[id(link.firm)])
                counts = amount > ROUNDING * link.line.need
                if counts and enough(world, task, link, amount):
                    proposals.append((task, link, amount))
                    offered[id(link.firm)] += amount
                    wanted -= amount
        for task, link, amount in proposals:
            firm, accepted = link.firm, amount
            if offered[id(firm)] > left[id(firm)]:
                accepted = amount * left[id(firm)] / offered[id(firm)]
                if not enough(world, task, link, accepted):
                    continue
            link.order += accepted
            firm.ordered += accepted
            task.target -= accepted
