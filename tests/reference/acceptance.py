"""8 Orders: firms prorate what a round asks of them; parts too small are released."""

from __future__ import annotations

from tests.reference.pooling import of_pool
from tests.reference.rounds import Proposal, enough
from tests.reference.state import World


def accept(world: World, proposals: list[Proposal], left: dict[int, float]) -> None:
    """Firms prorate what they are offered; what became too small is released."""
    offered = dict.fromkeys(left, 0.0)
    for proposal in proposals:
        offered[id(proposal.link.firm)] += proposal.amount
    full = {id(p): p.amount for p in proposals}
    together: dict[tuple[int, int], float] = {}
    for proposal in proposals:
        firm, link, line = proposal.link.firm, proposal.link, proposal.task.line
        if offered[id(firm)] > left[id(firm)]:
            proposal.amount *= left[id(firm)] / offered[id(firm)]
        if link.pooled:
            key = id(line), firm.pool
            so_far = together.get(key, sum(k.order for k in of_pool(line, firm.pool)))
            together[key] = so_far + proposal.amount
    for proposal in proposals:
        task, link = proposal.task, proposal.link
        total = together.get((id(task.line), link.firm.pool), 0.0) if link.pooled else 0.0
        whole = total if link.pooled else proposal.amount + link.order
        prorated = link.pooled or proposal.amount < full[id(proposal)]
        if prorated and not enough(world, task, whole):
            link.small = True
            link.pooled = link.pooled and link.order > 0.0
            continue
        link.order += proposal.amount
        link.firm.ordered += proposal.amount
        task.target -= proposal.amount
