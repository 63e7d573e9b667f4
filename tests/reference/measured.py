"""19 Measured states: signed, buying, on paper."""

from __future__ import annotations

import math

from tests.reference.common import covered_lines, floor_share, is_covered, near
from tests.reference.state import NONE, Buyer, Draws, Line, World

ROUNDING = 1e-9


def window(world: World, line: Line) -> int:
    """Months over which genuine buying is measured."""
    return max(3, math.ceil(1.5 / world.goods[line.good].orders))


def record(world: World, buyer: Buyer, line: Line, covered: bool) -> None:
    """Adds the month to the line's record; nothing counts outside an agreement."""
    rule = world.rule(buyer.kind)
    if 12 <= world.month < 24:
        line.base_delivered += sum(link.order - link.returned for link in line.links)
        line.base_need += line.need
    delivered = floor = base = 0.0
    if covered and line.good in rule.goods:
        floor = floor_share(world, rule) * line.need
        base = burn_in_share(line) * line.need
        if buyer.mode != NONE:
            counting = [link for link in line.links if near(world, link)]
            delivered = sum(link.order - link.returned for link in counting)
    line.agreement.append((delivered, floor, base))


def burn_in_share(line: Line) -> float:
    """Share of its need that the buyer took from UMKM in the last year of the burn-in."""
    return line.base_delivered / line.base_need if line.base_need > 0.0 else 0.0


def sums(world: World, line: Line) -> list[float]:
    """Deliveries, floor and what the burn-in share would be, over the line's window."""
    months = line.agreement[-window(world, line) :]
    return [sum(entry[place] for entry in months) for place in range(3)]


def reaches_half(delivered: float, floor: float) -> bool:
    """Whether deliveries reach half the floor.

    A floor met exactly in one of two months is exactly half: rounding must not decide.
    """
    return floor > 0.0 and delivered >= 0.5 * floor * (1.0 - ROUNDING)


def basket(world: World, lines: list[Line]) -> list[float]:
    """The sums of several lines, each as a monthly mean over its own window."""
    total = [0.0, 0.0, 0.0]
    for line in lines:
        months = min(window(world, line), world.month + 1)
        total = [old + new / months for old, new in zip(total, sums(world, line), strict=True)]
    return total


def measure(world: World, draws: Draws) -> None:
    """Sets the states of lines and of buyers."""
    for buyer in world.buyers:
        covered = is_covered(world, buyer, draws)
        binding = world.rule(buyer.kind).binding
        for line in buyer.lines:
            record(world, buyer, line, covered)
            line.signed = line.buying = line.on_paper = line.newly = False
        lines = covered_lines(world, buyer) if covered else []
        for line in lines:
            line.signed = binding or buyer.mode != NONE
            delivered, floor, base = sums(world, line)
            line.buying = line.signed and reaches_half(delivered, floor)
            line.newly = line.buying and not reaches_half(base, floor)
            line.on_paper = line.signed and buyer.mode != NONE and not line.buying
        signed = [line for line in lines if line.signed]
        delivered, floor, base = basket(world, signed)
        buyer.buying = reaches_half(delivered, floor)
        buyer.newly = buyer.buying and not reaches_half(base, floor)
        buyer.on_paper = not buyer.buying and bool(signed) and buyer.mode != NONE
