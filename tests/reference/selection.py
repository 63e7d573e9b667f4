"""4 Selection by the mentor programmes."""

from __future__ import annotations

import math

from tests.reference.common import clip, positive, quality
from tests.reference.state import Coachee, Draws, Firm, Programme, World


def stage_of(firm: Firm) -> float:
    """How far a firm has come."""
    return (firm.practice + quality(firm) + float(firm.formal)) / 3.0


def best_content(world: World, firm: Firm) -> int:
    """Number of the programme whose content is made for firms nearest to this one's stage."""
    offered = [n for n, one in enumerate(world.programmes) if one.share > 0.0]
    return min(offered, key=lambda n: abs(stage_of(firm) - world.programmes[n].target))


def features(world: World, firm: Firm, programme: Programme) -> tuple[float, ...]:
    """Growth potential, need, export readiness, formality and nearness, F."""
    p = world.params
    income = sum(firm.profit_ring) / len(firm.profit_ring)
    usual = max(0.01, world.profit_rate_0[firm.sector])
    poverty = p.need_income / (p.need_income + positive(income))
    distance = math.hypot(firm.x - programme.x, firm.y - programme.y)
    return (
        clip(0.5 * income / firm.capacity / usual, 0.0, 1.0),
        0.5 * (1.0 - firm.practice + poverty),
        0.5 * (quality(firm) + float(firm.certificates != 0)),
        float(firm.formal),
        math.exp(-distance / p.programme_range),
    )


def criteria(world: World, programme: Programme) -> list[float]:
    """The programme's weights, moved towards the mean of all."""
    a, every = world.levers.aligned, [one.criteria for one in world.programmes]
    means = [sum(weights) / len(every) for weights in zip(*every, strict=True)]
    return [(1.0 - a) * own + a * mean for own, mean in zip(programme.criteria, means, strict=True)]


def score(world: World, firm: Firm, number: int, draws: Draws) -> float:
    """How a programme ranks a firm, S."""
    programme = world.programmes[number]
    weights, seen = criteria(world, programme), features(world, firm, programme)
    look = draws.normal("coaching", 0, firm.slot, 0, firm.generation, index=1_000 + number)
    by_criteria = sum(w * f for w, f in zip(weights, seen, strict=True))
    return float(by_criteria + world.params.selection_noise * look)


def places(world: World, number: int, draws: Draws) -> int:
    """Places of a programme this month."""
    exact = world.levers.coaching_places * world.programmes[number].share / world.scale
    extra = draws.uniform("coaching", world.month, number, 1, index=5) < exact % 1.0
    return math.floor(exact) + int(extra)


def admit(world: World, coachee: Coachee, number: int) -> None:
    """Gives a firm a place."""
    p, levers = world.params, world.levers
    cost = levers.coaching_cost * world.programmes[number].cost_ratio
    full = p.mentor_full_cost if levers.coaching_kind == "mentor" else p.class_full_cost
    coachee.state, coachee.programme, coachee.waited = "coached", number, 0
    coachee.left, coachee.since = int(levers.coaching_months), 0
    coachee.admissions += 1
    coachee.pending, coachee.time = True, cost / full
    coachee.revenue_before = coachee.firm.revenue
    world.coaching_cost += cost


def ranked(world: World, number: int, draws: Draws) -> list[Coachee]:
    """Firms on the list of a programme, the shared one included, the best first."""
    own = [c for c in world.coaching if c.state == "waiting" and c.programme in (number, -1)]
    scored = [(-score(world, c.firm, number, draws), c.firm.slot, c) for c in own]
    return [each[2] for each in sorted(scored, key=lambda each: each[:2])]


def selection(world: World, draws: Draws) -> None:
    """Programmes take turns until places or applicants are used up."""
    world.coaching_cost = 0.0
    there = world.levers.coaching_places > 0.0
    left = {}
    for n, programme in enumerate(world.programmes):
        kept = programme.free if there and world.month % 12 else 0
        left[n] = kept + places(world, n, draws)
    lists = {n: ranked(world, n, draws) for n in left if left[n] > 0}
    while lists:
        for n in list(lists):
            lists[n] = [c for c in lists[n] if c.state == "waiting"]
            if left[n] <= 0 or not lists[n]:
                del lists[n]
            else:
                admit(world, lists[n][0], n)
                left[n] -= 1
    for n, programme in enumerate(world.programmes):
        programme.free = left[n] if there else 0
