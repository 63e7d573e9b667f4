"""4 Applications for coaching."""

from __future__ import annotations

import math

from tests.reference.selection import best_content
from tests.reference.state import Coachee, Draws, World

NONE, WAITING = "none", "waiting"


def start_anew(coachee: Coachee) -> None:
    """Another firm, or none, stands on the slot: what was known of the last one is gone."""
    fresh = Coachee(firm=coachee.firm, generation=coachee.firm.generation)
    vars(coachee).update(vars(fresh))


def judge(world: World, coachee: Coachee) -> None:
    """A year after admission others compare sales with those before it."""
    if coachee.pending:
        coachee.since += 1
        if coachee.state == NONE and coachee.since >= 12:
            coachee.pending, coachee.judged = False, True
            level = (1.0 + world.params.visible_rise) * coachee.revenue_before
            coachee.success = coachee.firm.revenue > level


def wait(world: World, coachee: Coachee) -> None:
    """Patience ends, and every list ends with the places."""
    coachee.waited += 1
    places = world.levers.coaching_places > 0.0
    if places and coachee.waited <= world.params.waiting_patience:
        return
    coachee.state, coachee.programme, coachee.waited = NONE, -1, 0
    coachee.fatigue += 1.0 if places else 0.0


def successes(coachees: list[Coachee]) -> float:
    """Share of firms that are a visible success."""
    return sum(coachee.success for coachee in coachees) / len(coachees)


def hazard(world: World, coachee: Coachee, near: float, everywhere: float) -> float:
    """Chance to apply this month, h, by what is seen in the ward and in the region."""
    p = world.params
    told = p.word_of_mouth * near + p.coaching_renown * everywhere
    return float(p.application_base + told - p.application_fatigue * coachee.fatigue)


def choice(world: World, coachee: Coachee, draws: Draws) -> int:
    """Programme applied to: logit of places and distance."""
    firm, pulls = coachee.firm, {}
    key = (world.month, firm.slot, 0, firm.generation)
    for number, one in enumerate(world.programmes):
        if one.share > 0.0:
            distance = math.hypot(firm.x - one.x, firm.y - one.y)
            taste = draws.gumbel("coaching", *key, index=16 + number)
            pulls[number] = math.log(one.share) - distance / world.params.programme_range + taste
    return max(pulls, key=lambda number: pulls[number])


def apply(world: World, coachee: Coachee, draws: Draws) -> None:
    """Puts a firm on a list."""
    key = (world.month, coachee.firm.slot, 0, coachee.firm.generation)
    coachee.state, coachee.waited = WAITING, 0
    coachee.programme = choice(world, coachee, draws)
    if draws.uniform("coaching", *key, index=2) < world.levers.referral:
        coachee.programme = best_content(world, coachee.firm)
    if draws.uniform("coaching", *key, index=4) < world.levers.shared_pool:
        coachee.programme = -1


def pass_month(world: World) -> None:
    """Lets a month pass on the lists and among alumni."""
    for coachee in world.coaching:
        if not coachee.firm.alive or coachee.generation != coachee.firm.generation:
            start_anew(coachee)
        coachee.training = 0.0
        coachee.fatigue *= 1.0 - world.params.fatigue_fading
        judge(world, coachee)
        if coachee.state == WAITING:
            wait(world, coachee)


def applications(world: World, draws: Draws) -> None:
    """Lets a month pass, then adds those who apply."""
    pass_month(world)
    living = [c for c in world.coaching if c.firm.alive]
    if world.levers.coaching_places <= 0.0 or not living:
        return
    wards: dict[int, list[Coachee]] = {}
    for coachee in living:
        wards.setdefault(coachee.firm.village, []).append(coachee)
    near = {ward: successes(coachees) for ward, coachees in wards.items()}
    for coachee in living:
        old_enough = coachee.firm.age >= world.params.coaching_least_age
        if coachee.state == NONE and old_enough:
            key = (world.month, coachee.firm.slot, 0, coachee.firm.generation)
            chance = hazard(world, coachee, near[coachee.firm.village], successes(living))
            if draws.uniform("coaching", *key, index=0) < chance:
                apply(world, coachee, draws)
