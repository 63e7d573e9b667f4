"""An exploration as text and as HTML."""

from __future__ import annotations

import html as escape
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.explore.boxes import Box
from experiments.explore.questions import Answer
from experiments.explore.satisfy import ALL
from experiments.explore.sentences import (
    sentence,
    share,
    where,
    wish_words,
)
from experiments.explore.tree import Node
from experiments.explore.words import say
from experiments.report import laid_out
from experiments.words import decimal_mark, number, unit_words
from experiments.words import say as said
from sim.outcomes import OUTCOMES, windows

if TYPE_CHECKING:
    from experiments.explore.exploration import Exploration

__all__ = ["html", "label", "money_words", "text", "window_words"]

_SHOWN = (1.0, 0.8, 0.65, 0.5, 0.4, 0.3, 0.2, 0.1, 0.05)
"""Parts of the draws in the boxes of the trade-off on the screen."""
_WIDE = 118


def label(outcome: str, lang: str) -> str:
    """An outcome and its unit."""
    one = OUTCOMES[outcome]
    name = one.label[lang]
    return name if one.unit == "firms" else f"{name}, {unit_words(one.unit, lang)}"


def window_words(about: Any, window: str, lang: str) -> str:  # noqa: ANN401  # plain JSON
    """A window with its calendar years."""
    cut = windows(int(about["months"]))[window]
    year, month = (int(part) for part in str(about["first_month"]).split("-"))
    ends = [year * 12 + month - 1 + at for at in (cut.start, cut.start + cut.months - 1)]
    first, last = (str(at // 12) if month == 1 else f"{at // 12}-{at % 12 + 1:02d}" for at in ends)
    span = first if first == last else f"{first}-{last}"
    name = (
        f"{said('year', lang)} {window[5:]}" if window.startswith("year ") else said(window, lang)
    )
    return f"{name} ({span})"


def money_words(result: Exploration, lang: str) -> str:
    """Whether the scenarios cost the same."""
    if len(result.scenarios) < 2:
        return ""
    amount = result.draws.about["equal_budget"]
    if amount is None:
        return say("unequal", lang)
    return say("equal", lang, amount=number(float(amount), lang, digits=0))


def text(result: Exploration, *, lang: str = "en", width: int = _WIDE) -> str:
    """All that the screen shows of an exploration, but the folder.

    Args:
        result: finished.
        lang: "en" or "id".
        width: of the screen.
    """
    draws = result.draws
    title = say(
        "title",
        lang,
        window=window_words(draws.about, result.window, lang),
        n=draws.count,
        m=len(draws.parameters),
    )
    lines = _wrapped([f"{title}{money_words(result, lang)}", _cost(result, lang)], width)
    lines += ["", *_regret(result, lang, width), *_satisfied(result, lang, width)]
    lines += _best(result, lang, width)
    lines += [say("when_title", lang, focus=result.focus)]
    for one in result.answers:
        lines += [*_wrapped([sentence(one, draws, lang)], width), *_box(result, one, lang, width)]
        lines.append("")
    lines += _wrapped(_notes(result, lang), width)
    return "\n".join(lines)


def _wrapped(lines: Sequence[str], width: int, inset: str = "") -> list[str]:
    found: list[str] = []
    for line in lines:
        found += textwrap.wrap(
            line, max(60, width), initial_indent=inset, subsequent_indent=inset + "  ",
            break_on_hyphens=False,
        )  # fmt: skip
    return found


def _cost(result: Exploration, lang: str) -> str:
    items = [
        f"{row['scenario']} {number(row['mean'], lang)} "
        f"[{number(row['p05'], lang)}..{number(row['p95'], lang)}]"
        for row in result.cost.to_dict("records")
    ]
    return say("cost", lang, label=label("public_cost", lang), items=", ".join(items))


def _regret(result: Exploration, lang: str, width: int) -> list[str]:
    lines = _wrapped([say("regret_title", lang, n=len(result.draws.scenarios))], width)
    keys = ("mean", "p90", "largest", "best_in")
    body: list[list[str]] = []
    for outcome in result.outcomes:
        own = result.regret[result.regret["outcome"] == outcome]
        body.append([label(outcome, lang), *[""] * len(keys)])
        for row in own.to_dict("records"):
            cells = [number(row[key], lang) for key in ("mean", "p90", "largest")]
            best = say("of", lang, k=row["best"], n=row["draws"])
            body.append([f"  {row['scenario']}", *cells, best])
    lines += laid_out(["", *(say(key, lang) for key in keys)], body, max(width, 80))
    return [*lines, ""]


def _satisfied(result: Exploration, lang: str, width: int) -> list[str]:
    table = result.satisfied
    title = say("satisfy_title", lang, baseline=result.baseline)
    names = list(dict.fromkeys(table["wish"]))
    told = {str(w): wish_words(w, lang) for w in result.wishes} | {ALL: wish_words(ALL, lang)}
    cells = {
        (row["wish"], row["scenario"]): say("of", lang, k=row["held"], n=row["draws"])
        for row in table.to_dict("records")
    }
    body = [[f"  {told[w]}", *(cells[w, s] for s in result.scenarios)] for w in names]
    return [*_wrapped([title], width), *laid_out(["", *result.scenarios], body, max(width, 80)), ""]


def _best(result: Exploration, lang: str, width: int) -> list[str]:
    tree = result.regions
    outcome = OUTCOMES[result.outcomes[0]].label[lang]
    if tree is None:
        return []
    lines = _wrapped([say("best_title", lang, outcome=outcome)], width)
    if tree.low is None:
        items = _ranked(tree, result)
        lines += _wrapped([say("best_none", lang, n=tree.points, items=items)], width, "  ")
        return [*lines, ""]
    for leaf in tree.leaves():
        rule = where(leaf.box, result.draws, lang)
        items = _ranked(leaf, result)
        lines += _wrapped(
            [say("best_region", lang, where=rule, n=leaf.points, items=items)], width, "  "
        )
    return [*lines, ""]


def _ranked(leaf: Node, result: Exploration) -> str:
    """Scenarios by the number of draws in which they are best."""
    pairs = sorted(zip(leaf.counts, result.draws.scenarios, strict=True), key=lambda pair: -pair[0])
    return ", ".join(f"{name} {count}" for count, name in pairs if count)


def _box(result: Exploration, one: Answer, lang: str, width: int) -> list[str]:
    """Limits, trade-off and tree of an answer that stands out from luck."""
    found, draws = one.found, result.draws
    if found is None or not one.clear:
        return []
    head = [say(key, lang) for key in ("limit", "quasi_p", "again")]
    body = [
        [
            f"  {where(Box((x,)), draws, lang)}",
            decimal_mark(f"{q:.2g}", lang),
            share(again, lang),
        ]
        for x, q, again in zip(found.box.limits, found.quasi, found.again, strict=True)
    ]
    lines = laid_out(head, body, max(width, 80))
    lines += ["", *_trade_off(one, lang, width)]
    return [*lines, *_tree(result, one, lang, width)]


def _trade_off(one: Answer, lang: str, width: int) -> list[str]:
    """Some of the boxes on the way; all of them stand in the files."""
    if one.found is None:
        return []
    found, own = one.found, one.found.rung.peeling
    steps = [int(np.argmin(np.abs(own.mass - part))) for part in _SHOWN]
    chosen = sorted({*steps, own.best})
    high = found.noise.density(own.points, 0.95)
    head = [say(key, lang) for key in ("in_box", "coverage", "density", "luck_high", "restricted")]
    body = [
        [
            f"  {own.points[k]}",
            share(own.coverage[k], lang),
            share(own.density[k], lang),
            share(high[k], lang),
            f"{len(found.rung.boxes[k].columns)}{' <' if k == own.best else ''}",
        ]
        for k in chosen
    ]
    title = say("trade_off_title", lang, n=len(own.points))
    return [*_wrapped([title], width), *laid_out(head, body, max(width, 80))]


def _tree(result: Exploration, one: Answer, lang: str, width: int) -> list[str]:
    tree = one.tree
    if tree is None or tree.low is None:
        return _wrapped([say("tree_none", lang)], width)
    lines = [say("tree_title", lang)]
    for leaf in tree.leaves():
        hits = leaf.counts[1]
        cells = {"hits": hits, "points": leaf.points, "density": share(hits / leaf.points, lang)}
        rule = where(leaf.box, result.draws, lang)
        lines += _wrapped([say("tree_leaf", lang, where=rule, **cells)], width, "  ")
    return lines


def _notes(result: Exploration, lang: str) -> list[str]:
    notes = [say("legend", lang)]
    left = result.regret[["outcome", "left_out"]].drop_duplicates()
    notes += [
        say("left_out", lang, outcome=row["outcome"], n=row["left_out"])
        for row in left.to_dict("records")
        if row["left_out"]
    ]
    return [*notes, *result.draws.about["notes" if lang == "en" else "notes_id"]]


def html(result: Exploration, *, lang: str = "en") -> str:
    """The same as a notebook shows it."""
    return f"<pre>{escape.escape(text(result, lang=lang))}</pre>"
