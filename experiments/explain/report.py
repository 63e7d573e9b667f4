"""An explanation as text and as HTML: shares, flips and what to measure, scenario by scenario."""

from __future__ import annotations

import html as escape
import math
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from experiments.explain.levers import pulled_levers
from experiments.explain.parts import Part
from experiments.explain.shares import draws_needed
from experiments.explain.standing_out import SAME
from experiments.explain.tables import ASSUMPTION, DRAWS, LEVER, LUCK, REST
from experiments.explain.value import SETTLED
from experiments.explain.words import say
from experiments.page.assumptions import meaning
from experiments.words import decimal_mark, number, percent, unit_words, with_interval
from experiments.words import say as said
from scenarios.timing import calendar_month
from sim.outcomes import OUTCOMES, windows

if TYPE_CHECKING:
    import pandas as pd

    from experiments.explain.drawn import Drawn
    from experiments.explain.explanation import Explanation

__all__ = ["html", "notes_in", "share_words", "text", "title", "value_words"]

Floats = npt.NDArray[np.float64]
_WAYS = {1: "more", -1: "less", 0: "both"}
_NOTHING = 1e-6  # of the spread over draws: what a curve of ranks makes of exactly zero
_GLUED = "\u00a0%"
SHOWN, MEASURED = 6, 5
SOUGHT = 0.1
"""Share for which the text says how many draws would tell it apart."""
WEAK = 0.5
"""Part of the named share that the named ones predict, below which they are not relied on."""


def title(drawn: Drawn, scenario: str, lang: str) -> str:
    """The scenario, the years, the outcome and its unit."""
    cut = windows(int(drawn.about["months"]))[drawn.window]
    start = str(drawn.about["first_month"])
    first, last = calendar_month(start, cut.start), calendar_month(start, cut.stop - 1)
    years = (first[:4], last[:4]) if first.endswith("-01") else (first, last)
    span = years[0] if years[0] == years[1] else f"{years[0]}-{years[1]}"
    year = drawn.window.startswith("year ")
    when = f"{said('year', lang)} {drawn.window[5:]}" if year else said(drawn.window, lang)
    one = OUTCOMES[drawn.outcome]
    unit = "" if one.unit == "firms" else f", {unit_words(one.unit, lang)}"
    against = f"{scenario} {said('against', lang)} {drawn.baseline}"
    return f"{when} ({span}), {against}: {one.label[lang]}{unit}"


def text(result: Explanation, *, lang: str = "en", width: int = 118) -> str:
    """All that the screen shows of an explanation, but the folder.

    Args:
        result: finished.
        lang: "en" or "id".
        width: of the screen.
    """
    lines: list[str] = []
    for part in result.parts:
        lines.append(title(part.drawn, part.scenario, lang))
        if part.why_not:
            key = "same" if part.why_not == SAME else "few"
            lines += _folded([say(key, lang, n=int(part.usable.sum()))], width)
        else:
            lines += _folded([_level(part, lang)], width)
            lines += ["", *_hangs(result, part, lang, width)]
            lines += ["", *_flips(result, part, lang, width)]
            lines += ["", *_measure(result, part, lang, width)]
        lines.append("")
    alive = any(not part.why_not for part in result.parts)
    below = [say("legend", lang)] if alive else []
    return "\n".join([*lines, *_folded([*below, *notes_in(result, lang)], width)])


def _level(part: Part, lang: str) -> str:
    """The effect with its range in the comparison, and how often it was better."""
    drawn = part.drawn
    plain = drawn.effects[part.scenario][: drawn.own][part.usable[: drawn.own]]
    low, high = np.quantile(plain, (0.05, 0.95)).tolist()
    effect = with_interval(float(plain.mean()), low, high, lang)
    better = OUTCOMES[part.drawn.outcome].better
    count = int((plain * better > 0).sum()) if better else int((plain > 0).sum())
    key = "level" if better else "level_plain"
    return say(key, lang, effect=effect, k=count, n=len(plain), legend=said("range_legend", lang))


def share_words(row: pd.Series, lang: str) -> str:
    """A share with its interval, as per cent; nothing below zero, which no share is."""
    ends = [_whole(row[end], lang) for end in ("low", "high")]
    between = f" [{ends[0]}..{ends[1]}]" if math.isfinite(row["low"]) else ""
    mark = "" if row["named"] or row["what"] != ASSUMPTION else " ?"
    return f"{_whole(row['share'], lang)} %{between}{mark}"


def _whole(share: float, lang: str) -> str:
    return number(100.0 * max(0.0, float(share)), lang, digits=0)


def _hangs(result: Explanation, part: Part, lang: str, width: int) -> list[str]:
    table = result.variance[result.variance["scenario"] == part.scenario]
    own = table[table["what"] == ASSUMPTION]
    count = len(part.columns)
    ranked = part.scale.ranked
    head = say("hangs_ranks" if ranked else "hangs", lang, n=part.shares.draws, k=count)
    if part.drawn.more:
        head += f" {say('with_more', lang, own=part.drawn.own, more=part.drawn.more)}"
    body = [[say(key, lang) for key in ("assumption", "share", "higher", "told")]]
    # All that stand out or were run, the others as far as there is room.
    first = own["named"] | (own["told_by"] != DRAWS)
    room = max(0, SHOWN - int(first.sum()))
    shown = own[first | ((~first).cumsum() <= room) & ~first]
    body += [
        [
            str(row["name"]),
            share_words(row, lang),
            say(_WAYS[int(row["direction"])], lang) if row["named"] else "",
            _told(result, row, lang),
        ]
        for _, row in shown.iterrows()
        if row["share"] > 0.0005 or row["named"] or row["told_by"] != DRAWS
    ]
    luck = table[table["what"] == LUCK].iloc[0]
    if math.isfinite(luck["share"]):
        n = int(np.isfinite(part.drawn.fixed[part.scenario]).sum())
        body.append([say("luck", lang), share_words(luck, lang), "", say("fixed", lang, n=n)])
    rest = table[table["what"] == REST].iloc[0]
    body.append([say("rest", lang), share_words(rest, lang), "", ""])
    return [
        *_folded([head], width),
        *_columns(body),
        *_folded(_about_shares(part, own, luck, lang), width),
    ]


def _told(result: Explanation, row: pd.Series, lang: str) -> str:
    ran = result.ran
    if row["told_by"] == DRAWS or ran is None:
        return say("by_draws", lang)
    before = _whole(row["draws_share"], lang)
    return say("by_runs", lang, n=ran.plan.draws, before=before)


def _about_shares(part: Part, own: pd.DataFrame, luck: pd.Series, lang: str) -> list[str]:
    """What a reader must know of the shares of a scenario."""
    count = len(part.columns)
    floor = _whole(part.shares.floor, lang)
    named = own[own["named"]]
    by_draws = named[named["told_by"] == DRAWS]
    lines = []
    if part.scale.ranked:
        few = max(1, round(0.05 * part.shares.draws))
        held = percent(100.0 * part.heavy, lang)
        lines.append(say("ranked", lang, few=few, n=part.shares.draws, held=held))
    said_of = float(named["share"].sum())
    if part.shares.explained < 0.99:
        key = "floor" if len(named) else "none"
        line = say(key, lang, n=part.shares.draws, k=count, floor=floor)
        need = draws_needed(SOUGHT, count)
        if part.shares.draws < need:
            many, sought = number(need, lang, digits=0), percent(100 * SOUGHT, lang)
            line += " " + say("needed", lang, need=many, sought=sought)
        lines.append(line)
    if len(by_draws):
        kept = _whole(part.shares.predicted, lang)
        weak = part.shares.predicted < WEAK * said_of
        lines.append(say("predicted_weak" if weak else "predicted", lang, kept=kept))
    if luck["share"] >= 1.0:
        lines.append(say("all_luck", lang))
    elif said_of + max(0.0, luck["share"]) > 1.0:
        lines.append(say("over", lang))
    pairs = own[own["goes_with"] != ""]
    lines += [
        say("goes_with", lang, name=row["name"], items=decimal_mark(row["goes_with"], lang))
        for _, row in pairs.head(3).iterrows()
    ]
    return lines


def value_words(x: float, lang: str) -> str:
    """A value of a lever or an assumption."""
    return number(float(x), lang)


def _flips(result: Explanation, part: Part, lang: str, width: int) -> list[str]:
    table = result.flips[result.flips["scenario"] == part.scenario]
    typical = say("typical" if part.scale.ranked else "expected", lang)
    lines = [say("flips", lang, which=typical)]
    body: list[list[str]] = []
    for what in (LEVER, ASSUMPTION):
        own = table[table["what"] == what]
        if len(own):
            keys = (what, "now", "flips_at", "effects", "told")
            body.append([say(key, lang) for key in keys])
            body += [_flip_cells(row, part.plain, lang) for _, row in own.iterrows()]
    lines += _columns(body)
    if not (table["what"] == ASSUMPTION).any():
        lines += _folded([say("none_traced", lang)], width)
    if not (table["what"] == LEVER).any():
        lines += _folded([say("no_levers" if result.ran is None else "no_levers_run", lang)], width)
    elif result.ran is not None:
        lines += _folded(_not_moved(result, part, lang), width)
    unsure = bool((~table["clear"] & ~table["idle"]).any())
    return [*lines, *_folded([say("flip_legend", lang)] if unsure else [], width)]


def _flip_cells(row: pd.Series, plain: Floats, lang: str) -> list[str]:
    start, end = (value_words(row[key], lang) for key in ("from", "to"))
    if row["idle"]:
        place = say("moves_nothing", lang)
    elif not row["clear"]:
        place = say("unsure", lang, start=start, end=end)
    elif math.isfinite(row["flips_at"]):
        ends = "..".join(value_words(row[key], lang) for key in ("low", "high"))
        place = f"{value_words(row['flips_at'], lang)} [{ends}]"
    else:
        place = say("no_flip", lang, start=start, end=end)
    effects = "; ".join(
        say(
            "effect_at",
            lang,
            effect=_effect(row, key, plain, lang),
            value=value_words(row["from" if key == "effect_from" else "to"], lang),
        )
        for key in ("effect_from", "effect_to")
    )
    by = "flip_draws" if row["told_by"] == DRAWS else "flip_runs"
    told = say(by, lang, n=int(row["draws"]))
    return [str(row["name"]), value_words(row["value"], lang), place, effects, told]


def _effect(row: pd.Series, key: str, plain: Floats, lang: str) -> str:
    mean, low, high = (float(row[k]) for k in (key, f"{key}_low", f"{key}_high"))
    if max(abs(mean), abs(low), abs(high)) < _NOTHING * float(np.ptp(plain)):
        return "0"
    return with_interval(mean, low, high, lang)


def _not_moved(result: Explanation, part: Part, lang: str) -> list[str]:
    """Levers that the scenario pulls and that stayed as they are."""
    pulled = part.drawn.levers[part.scenario]
    moved = set(result.flips.loc[result.flips["scenario"] == part.scenario, "name"])
    left = [name for name in pulled_levers(pulled) if name not in moved]
    return [say("not_moved", lang, items=", ".join(left))] if left else []


def _measure(result: Explanation, part: Part, lang: str, width: int) -> list[str]:
    table = result.measure[result.measure["scenario"] == part.scenario]
    known = bool(table["named"].any())
    lines = _folded([say("measure" if known else "measure_none", lang)], width)
    shown = table[table["named"]] if known else table
    for rank, (_, row) in enumerate(shown.head(MEASURED).iterrows(), 1):
        lines += _folded([_what(part, row, rank, lang)], width, inset=3)
        for line in (row[f"how_{lang}"] or say("no_way", lang), _how_many(row, lang)):
            if line:
                lines += _folded([line], width, inset=3, first="   ")
    return lines


def _what(part: Part, row: pd.Series, rank: int, lang: str) -> str:
    name = str(row["name"])
    words = meaning(name, lang)
    called = f"{name} ({words})" if words else name
    ends = "..".join(value_words(row[key], lang) for key in ("range_low", "range_high"))
    unit = unit_words(str(row["unit"]), lang)
    if not math.isfinite(row["narrows"]):
        return say("one_unknown", lang, rank=rank, name=called, range=ends, unit=unit)
    key = "one_sure" if part.sure >= SETTLED else "one"
    line = say(
        key,
        lang,
        rank=rank,
        name=called,
        range=ends,
        unit=unit,
        narrows=percent(100.0 * row["narrows"], lang),
        settles=percent(100.0 * row["settles"], lang),
        turns=percent(100.0 * row["turns"], lang),
    )
    return line if row["named"] else f"{line} ?"


def _how_many(row: pd.Series, lang: str) -> str:
    """How many of what are needed for which half width."""
    if row["of"] in ("", "records"):
        return ""
    half = value_words(row["half_width"], lang)
    key = "trial" if row["of"] == "trial" else "sample"
    unit = unit_words(str(row["unit"]), lang)
    many = number(_rounded(int(row["number"])), lang, digits=0)
    return say(key, lang, n=many, count=row[f"count_{lang}"], half=half, unit=unit)


def _rounded(n: int) -> int:
    """Up to two significant digits: a planned sample has no more."""
    step = int(10 ** max(0, len(str(n)) - 2))
    return -(-n // step) * step


def notes_in(result: Explanation, lang: str) -> list[str]:
    """What a reader must know besides the numbers, in a language."""
    drawn = result.drawn
    notes = [said("example", lang, region=drawn.about["region"])]
    plan = drawn.about["plan"]
    if int(plan["scale"]) > 1:
        notes.append(said("sample", lang, scale=int(plan["scale"])))
    for part in result.parts:
        lost = int((~part.usable).sum())
        if lost and not part.why_not:
            notes.append(say("lost", lang, scenario=part.scenario, n=lost, all=drawn.draws))
    ran = result.ran
    if ran is not None and not ran.plan.more and len(result.scenarios) > 1 and drawn.can_draw:
        notes.append(say("one_scenario", lang, runs=number(ran.plan.runs, lang, digits=0)))
    if result.together:
        a, b, r = result.together[0]
        largest = f"{a}, {b} ({number(r, lang, signed=True)})"
        notes.append(say("together", lang, n=len(result.together), largest=largest))
    return notes


def _columns(body: Sequence[Sequence[str]]) -> list[str]:
    """Aligned columns, set in."""
    if not body:
        return []
    sizes = [max(len(row[i]) for row in body) for i in range(len(body[0]))]
    return [
        "  " + "  ".join(c.ljust(s) for c, s in zip(row, sizes, strict=True)).rstrip()
        for row in body
    ]


def _folded(lines: Sequence[str], width: int, inset: int = 2, first: str = "") -> list[str]:
    """Long lines folded, never between a number and its per cent."""
    found: list[str] = []
    for line in lines:
        found += textwrap.wrap(
            line.replace(" %", _GLUED),
            max(60, width),
            initial_indent=first,
            subsequent_indent=" " * inset,
            break_on_hyphens=False,
        )
    return [line.replace(_GLUED, " %") for line in found]


def html(result: Explanation, *, lang: str = "en") -> str:
    """The same as a notebook shows it."""
    return f"<pre>{escape.escape(text(result, lang=lang))}</pre>"
