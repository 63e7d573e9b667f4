"""Words about the number of runs and what they show, in two languages."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from experiments.catalogue import phrase
from experiments.precision.criteria import RELATIVE, SIGN
from experiments.words import number, percent, unit_words, with_interval
from sim.outcomes import OUTCOMES

if TYPE_CHECKING:
    from experiments.comparison import Comparison
    from experiments.precision.sequential import Finding, Precision

__all__ = ["asked_line", "pairs_words", "precision_lines", "say", "status_line", "time_words"]


_MINUTES = 180  # seconds from which a length is told in minutes


def say(key: str, lang: str, **values: object) -> str:
    """A phrase about precision in a language, its places filled."""
    return phrase("precision", key, lang).format(**values)


def pairs_words(plan: Mapping[str, object], lang: str) -> str:
    """How many pairs a plan has: a number, or the fewest and the most."""
    pairs = str(plan["pairs"])
    if "most_pairs" not in plan:
        return pairs
    most = number(float(str(plan["most_pairs"])), lang, digits=0)
    return say("span", lang, low=number(float(pairs), lang, digits=0), high=most)


def time_words(plan: Mapping[str, object], seconds: float, lang: str) -> str:
    """How long a plan takes; from the first look to the cap where it may end between them.

    Args:
        plan: of a comparison.
        seconds: of all that may be run.
        lang: "en" or "id".
    """
    if "most_pairs" not in plan:
        return _time(seconds)
    pairs, extra, most = (int(str(plan[k])) for k in ("pairs", "extra_pairs", "most_pairs"))
    share = (pairs + extra) / (most + extra)
    return say("span", lang, low=_time(seconds * share), high=_time(seconds))


def _time(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= _MINUTES else f"{max(1, seconds):.0f} s"


def asked_line(precision: Precision, lang: str) -> str:
    """What ends the runs, and when it is looked at, in one line."""
    looks = ", ".join(number(n, lang, digits=0) for n in precision.looks)
    return say("asked", lang, items="; ".join(precision.asked), looks=looks, n=len(precision.looks))


def precision_lines(comparison: Comparison, lang: str) -> list[str]:
    """How well what was asked is known; nothing where nothing was asked."""
    stop = comparison.stop
    if stop is None:
        return []
    precision, last = stop.precision, stop.looks[-1]
    spread = say("over_draws" if comparison.uncertainty != "seeds" else "over_seeds", lang)
    head = say(
        "head",
        lang,
        pairs=number(last.pairs, lang, digits=0),
        looks=len(stop.looks),
        planned=len(precision.looks),
        spread=spread,
        each=percent(100 * precision.each, lang).replace(" %", ""),
    )
    return [head, *(f"  {finding_line(one, lang)}" for one in last.findings)]


def finding_line(one: Finding, lang: str) -> str:
    """Whether a target was reached, with its interval, or what it would take."""
    target, criterion = one.target, one.target.criterion
    outcome = OUTCOMES[criterion.outcome]
    unit = unit_words(outcome.unit, lang)
    places = {
        "outcome": outcome.label[lang],
        "scenario": target.scenario,
        "window": "" if criterion.window == "policy" else f", {criterion.window}",
        "asked": criterion.asked,
        "interval": f"{with_interval(one.mean, one.low, one.high, lang)} {unit}",
        "runs": number(one.runs, lang, digits=0),
    }
    if one.reached:
        return say("reached", lang, **places)
    if not math.isfinite(one.low):
        return say("no_numbers", lang, **places)
    if criterion.kind == SIGN:
        found = say("no_side", lang, **places)
    else:
        width = (
            say("of_effect", lang, share=percent(100 * one.half_width / abs(one.mean), lang))
            if criterion.kind == RELATIVE and one.mean != 0.0
            else f"{number(one.half_width, lang)} {unit}"
        )
        found = say("half_width", lang, width=width, **places)
    if math.isfinite(one.needed):
        needed = number(one.needed, lang, digits=0)
        return f"{found}, {say('would_do', lang, n=needed)}"
    return f"{found}, {say('none_told', lang)}"


def status_line(plain: Mapping[str, object], lang: str) -> str:
    """Where a batch stands that goes on until enough is known.

    Args:
        plain: what the manifest or the journal says of the precision.
        lang: "en" or "id".
    """
    asked = plain["asked"]
    items = "; ".join(map(str, asked)) if isinstance(asked, list) else str(asked)
    taken, looks = plain.get("taken"), plain["looks"]
    planned = len(looks) if isinstance(looks, list) else 0
    if not isinstance(taken, list) or not taken:
        return say("status_none", lang, items=items, n=planned)
    last = taken[-1]
    return say(
        "status", lang, items=items, k=len(taken), n=planned, pairs=last["pairs"],
        reached=last["reached"], of=last["of"],
    )  # fmt: skip
