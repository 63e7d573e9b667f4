"""8 Acquisition: a firm refused only for want of a certificate or cold chain gets it."""

from __future__ import annotations

from tests.reference.common import feasible, willing
from tests.reference.rounds import ranked, smallest, unmet
from tests.reference.state import Draws, World

# Less than this share of a need is rounding, not need left.
ROUNDING = 1e-9


def acquisition(world: World, draws: Draws) -> None:
    """Lets the best firm of each line with need left acquire what it lacks."""
    p = world.params
    acquired: list[int] = []
    for line in world.lines:
        if unmet(line) <= ROUNDING * line.need:
            continue
        lacking = [
            link
            for link in line.links
            if link.utility > 0.0
            and willing(world, link)
            and not feasible(world, link)
            and link.firm.financeable - link.firm.ordered >= smallest(world, line)
        ]
        if not lacking:
            continue
        firm = ranked(lacking)[0].firm
        key = (firm.slot, line.buyer.number + 1, firm.generation, line.good)
        u = draws.uniform("certificate", world.month, *key)
        cost = p.certificate_cost
        if firm.slot not in acquired and u < p.certificate_hazard and firm.cash > cost:
            if line.need_certificate:
                firm.certificates |= 1 << line.good
            if line.need_cold_chain:
                firm.cold_chain = True
            firm.cash -= cost
            acquired.append(firm.slot)
