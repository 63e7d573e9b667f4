"""8 Orders: what a line still seeks, and when a part of it is large enough."""

from __future__ import annotations

import math
from dataclasses import dataclass

from tests.reference.common import positive
from tests.reference.state import AGENCY, Line, Link, World

# Less than this share is rounding: it decides nothing.
ROUNDING = 1e-9


@dataclass
class Task:
    """What a line still seeks in a stage, and where, best first."""

    line: Line
    target: float
    links: list[Link]
    # A part as large as all that the stage asks for is never too small.
    most: float = math.inf

    def counts(self, amount: float) -> bool:
        """Whether an amount is more than rounding."""
        return amount > ROUNDING * self.line.need


@dataclass
class Proposal:
    """What a line asks of a firm in a round."""

    task: Task
    link: Link
    amount: float


def smallest(world: World, line: Line) -> float:
    """The smallest part of its order that a line gives to one firm."""
    lot = world.params.minimum_lot * line.demand / world.goods[line.good].orders
    if line.buyer.kind == AGENCY:
        lot = line.lot / line.batches
    return float(min(lot, line.need))


def unmet(line: Line) -> float:
    """Need not yet ordered."""
    return positive(line.need - sum(link.order for link in line.links))


def enough(world: World, task: Task, amount: float) -> bool:
    """Whether an amount, with what there already is this month, reaches the smallest part."""
    return amount >= min(smallest(world, task.line), task.most) * (1.0 - ROUNDING)


def ranked(links: list[Link]) -> list[Link]:
    """Links from the best down; equals in the order of slots."""
    return sorted(links, key=lambda link: (-link.utility, link.firm.slot))
