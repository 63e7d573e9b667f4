"""8 Acquisition: a firm refused only for want of a certificate or cold chain gets it."""

from __future__ import annotations

from tests.reference.common import asks_certificate, feasible, willing
from tests.reference.rounds import ROUNDING, ranked, smallest, unmet
from tests.reference.state import Draws, Line, Link, World


def best_lacking(world: World, line: Line) -> Link | None:
    """The best link that lacks only certificate or cold chain; none where no need is left."""
    least = smallest(world, line) * (1.0 - ROUNDING)
    lacking = [
        link
        for link in line.links
        if link.utility > 0.0
        and willing(world, link)
        and not feasible(world, link)
        and link.firm.financeable - link.firm.ordered >= least
    ]
    return ranked(lacking)[0] if lacking and unmet(line) > ROUNDING * line.need else None


def acquisition(world: World, draws: Draws) -> None:
    """Lets the best firm of each line with need left acquire what it lacks."""
    p = world.params
    acquired: list[int] = []
    # All lines look first, so that what one firm acquires for a line changes no other's choice.
    for line, link in [(line, best_lacking(world, line)) for line in world.lines]:
        if link is None or link.firm.slot in acquired:
            continue
        firm = link.firm
        key = (firm.slot, line.buyer.number + 1, firm.generation, line.good)
        u = draws.uniform("certificate", world.month, *key)
        if u < p.certificate_hazard and firm.cash > p.certificate_cost:
            if asks_certificate(world, line):
                firm.certificates |= 1 << line.good
            if line.need_cold_chain:
                firm.cold_chain = True
            firm.cash -= p.certificate_cost
            acquired.append(firm.slot)
