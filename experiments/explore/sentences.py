"""Answers as sentences with their numbers: where a policy loses, and how sure that is."""

from __future__ import annotations

import math

from experiments.explore.boxes import ABOVE, Box
from experiments.explore.draws import Draws
from experiments.explore.questions import MISSES, Answer, Question
from experiments.explore.satisfy import ALL, Wish
from experiments.explore.words import say
from experiments.page.assumptions import meaning
from experiments.words import decimal_mark, number, percent, unit_words
from sim.outcomes import OUTCOMES

__all__ = ["limit_words", "parameter_words", "sentence", "share", "what", "where", "wish_words"]

_PLAIN = ("", "0-1", "share", "index 0-1", "weight", "probability", "ratio")
"""Units that say nothing a reader would miss."""


def share(part: float, lang: str) -> str:
    """A part of 1 as a percentage."""
    return percent(100.0 * part, lang)


def parameter_words(name: str, lang: str) -> str:
    """What a parameter is, with its name."""
    told = meaning(name, lang)
    return f"{told} ({name})" if told else name


def limit_words(box: Box, column: int, draws: Draws, lang: str) -> str:
    """The limits of a box on one parameter, without its name: above 0.6 days."""
    own = [x for x in box.limits if x.column == column]
    above = next((x.value for x in own if x.side == ABOVE), None)
    below = next((x.value for x in own if x.side != ABOVE), None)
    unit = draws.unit(draws.parameters[column])
    tail = "" if unit in _PLAIN else " " + unit_words(unit, lang)
    if above is not None and below is not None:
        ends = {"low": number(above, lang), "high": number(below, lang)}
        return say("between", lang, **ends) + tail
    key, value = ("below", below) if above is None else ("above", above)
    return say(key, lang, value=number(math.nan if value is None else value, lang)) + tail


def where(box: Box, draws: Draws, lang: str) -> str:
    """All limits of a box in words."""
    parts = [
        f"{parameter_words(draws.parameters[c], lang)} {limit_words(box, c, draws, lang)}"
        for c in box.columns
    ]
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {say('and', lang)} {parts[-1]}"


def wish_words(wish: Wish | str, lang: str) -> str:
    """A wish as people read it, with the unit; all of them together."""
    if isinstance(wish, str):
        return say("all_wishes", lang) if wish == ALL else wish
    one = OUTCOMES[wish.outcome]
    value = number(wish.value, lang, signed=True)
    unit = f" {unit_words(one.unit, lang)}" if wish.value else ""
    return f"{one.label[lang]} {wish.sign} {value}{unit}"


def what(question: Question, lang: str) -> str:
    """What is asked about, as the beginning of a sentence."""
    if question.kind == MISSES:
        wishes = ", ".join(wish_words(w, lang) for w in question.wishes)
        return say("misses", lang, focus=question.focus, wishes=wishes)
    label = OUTCOMES[question.outcome].label[lang]
    return say("worse", lang, focus=question.focus, against=question.against, outcome=label)


def sentence(one: Answer, draws: Draws, lang: str) -> str:
    """The answer to a question, with every number that it rests on."""
    found, count = one.found, one.draws
    begin = what(one.question, lang)
    numbers = {"what": begin, "hits": one.hits, "draws": count}
    if not count:
        return say("no_draws", lang, what=begin)
    if found is None:
        key = {0: "never", count: "always"}.get(one.hits, "few")
        return say(key, lang, base=share(one.base, lang), **numbers)
    numbers |= {
        "base": share(one.base, lang),
        "where": where(found.box, draws, lang),
        "points": found.points,
        "box_hits": found.hits,
        "density": share(found.density, lang),
        "coverage": share(found.coverage, lang),
        "as_good": found.as_good,
        "shuffles": len(found.noise.gains),
        "noise": share(float(found.noise.density([found.points], 0.5)[0]), lang),
        "p": decimal_mark(f"{found.p:.3f}", lang),
    }
    if not one.clear:
        if one.asked > 1:
            return f"{say('unclear', lang, **numbers)} {say('asked', lang, n=one.asked)}"
        return say("unclear", lang, **numbers)
    said = [say("clear", lang, **numbers), say("luck", lang, **numbers)]
    if math.isfinite(found.held_density):
        held = share(found.held_density, lang)
        said.append(say("held", lang, held=held, base=share(one.base, lang)))
    return " ".join(said)
