"""19 Measured states: signed, buying, on paper."""

from __future__ import annotations

import math

from tests.reference.common import covered_lines, floor_share, is_covered
from tests.reference.state import NONE, Buyer, Draws, Line, World

ROUNDING = 1e-9


def window(world: World, line: Line) -> int:
    """Months over which genuine buying is measured."""
    return max(3, math.ceil(1.5 / world.goods[line.good].orders))


def record(world: World, buyer: Buyer, line: Line, covered: bool) -> None:
    """Adds the month to the line's record; nothing counts outside an agreement."""
    rule = world.rule(buyer.kind)
    delivered = floor = 0.0
    if covered and line.good in rule.goods:
        floor = floor_share(world, rule) * line.need
        if buyer.mode != NONE:
            near = [link for link in line.links if link.distance <= rule.radius]
            delivered = sum(link.order - link.returned for link in near)
    line.agreement.append((delivered, floor))


def sums(world: World, line: Line) -> tuple[float, float]:
    """Deliveries and floor of the line's window."""
    months = line.agreement[-window(world, line) :]
    return sum(entry[0] for entry in months), sum(entry[1] for entry in months)


def reaches_half(delivered: float, floor: float) -> bool:
    """Whether deliveries reach half the floor.

    A floor met exactly in one of two months is exactly half: rounding must not decide.
    """
    return floor > 0.0 and delivered >= 0.5 * floor * (1.0 - ROUNDING)


def basket(world: World, lines: list[Line]) -> tuple[float, float]:
    """Deliveries and floors of several lines, each as a monthly mean over its own window."""
    delivered = floor = 0.0
    for line in lines:
        months = min(window(world, line), world.month + 1)
        of_line = sums(world, line)
        delivered += of_line[0] / months
        floor += of_line[1] / months
    return delivered, floor


def measure(world: World, draws: Draws) -> None:
    """Sets the states of lines and of buyers."""
    for buyer in world.buyers:
        covered = is_covered(world, buyer, draws)
        binding = world.rule(buyer.kind).binding
        for line in buyer.lines:
            record(world, buyer, line, covered)
            line.signed = line.buying = line.on_paper = False
        lines = covered_lines(world, buyer) if covered else []
        for line in lines:
            line.signed = binding or buyer.mode != NONE
            line.buying = line.signed and reaches_half(*sums(world, line))
            line.on_paper = line.signed and buyer.mode != NONE and not line.buying
        signed = [line for line in lines if line.signed]
        buyer.buying = reaches_half(*basket(world, signed))
        buyer.on_paper = not buyer.buying and bool(signed) and buyer.mode != NONE
