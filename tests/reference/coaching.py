"""4 Coaching of those admitted."""

from __future__ import annotations

import math

from tests.reference.common import positive, quality
from tests.reference.selection import best_content, stage_of
from tests.reference.state import Coachee, Draws, Firm, World


def intensity(world: World, number: int) -> float:
    """Mentors' time a head, I: full matches that the places pay for, over firms coached."""
    own = [c for c in world.coaching if c.state == "coached" and c.programme == number]
    if not own:
        return 0.0
    paid = sum(c.time for c in own)
    return float(min(1.0, paid / len(own)) ** world.params.intensity_exponent)


def distance(world: World, coachee: Coachee) -> float:
    """Gap between the firm's stage and the content, in half widths of the window."""
    programme = world.programmes[coachee.programme]
    width = world.params.content_width * programme.width
    return float((stage_of(coachee.firm) - programme.target) / width)


def practice_taught(world: World, firm: Firm, mentor: bool) -> float:
    """Practice learned in a month at full intensity and fit."""
    rate = world.params.mentor_practice if mentor else world.params.class_practice
    return float(rate * (1.0 - firm.practice))


def information_given(world: World, firm: Firm, mentor: bool) -> float:
    """Information got from a mentor in a month at full intensity."""
    if not mentor:
        return 0.0
    return float(world.params.mentor_information * (1.0 - firm.information))


def quality_coached(world: World, firm: Firm) -> float:
    """Quality learned in a month at full intensity and fit."""
    return float(
        world.params.coaching_quality * positive(world.params.coaching_standard - quality(firm))
    )


def learn(world: World, firm: Firm, fit: float, effort: float, *, mentor: bool) -> None:
    """What a month of coaching leaves in the firm."""
    learned = quality_coached(world, firm)
    firm.practice += fit * effort * practice_taught(world, firm, mentor)
    firm.information += effort * information_given(world, firm, mentor)
    firm.learned_quality += fit * effort * learned


def staying_away(world: World, fit: float) -> float:
    """Chance to drop out this month."""
    return float(world.params.dropout_base + world.params.dropout_misfit * (1.0 - fit))


def end(coachee: Coachee, *, finished: bool) -> None:
    """The match is over."""
    coachee.state = "none"
    coachee.left, coachee.time = 0, 0.0
    coachee.fatigue += 1.0
    coachee.finished = coachee.finished or finished
    coachee.pending = coachee.pending and finished


def coaching(world: World, draws: Draws) -> None:
    """Teaches every coached firm; hands over, loses and finishes some."""
    strength = {n: intensity(world, n) for n in range(len(world.programmes))}
    online = world.levers.online_training if world.online else 0.0
    mentor = world.levers.coaching_kind == "mentor"
    for coachee in world.coaching:
        if coachee.state != "coached":
            continue
        firm = coachee.firm
        key = (world.month, firm.slot, 0, firm.generation)
        handed_over = draws.uniform("coaching", *key, index=3) < world.levers.referral
        if abs(distance(world, coachee)) > 1.0 and handed_over:
            coachee.programme = best_content(world, firm)
        fit = math.exp(-0.5 * distance(world, coachee) ** 2)
        taught = world.programmes[coachee.programme].competence[firm.sector] * (1.0 - online)
        learn(world, firm, fit, strength[coachee.programme] * taught, mentor=mentor)
        coachee.training = strength[coachee.programme] * online
        firm.shop.training += coachee.training
        coachee.left -= 1
        if draws.uniform("coaching", *key, index=1) < staying_away(world, fit):
            end(coachee, finished=False)
        elif coachee.left <= 0:
            end(coachee, finished=True)
