"""A validation as text: hit, miss, and what the model cannot express, with the reason."""

from __future__ import annotations

import math
import textwrap
from typing import TYPE_CHECKING

from experiments.inputs import inputs_line
from experiments.stale import stale_line
from experiments.validation.rows import Row
from experiments.validation.score import CANNOT, HIT, MISS, RowScore
from experiments.validation.words import reason_words, row_words, say
from experiments.words import number, percent, supported

if TYPE_CHECKING:
    from experiments.validation.result import Validation

__all__ = ["asked_words", "headline", "notes_in", "simulated_words", "text", "verdict_words"]

_LEAST = 60
_HEADS = ("row", "what", "published", "asked", "simulated", "in_band", "right", "verdict")


def headline(result: Validation, lang: str) -> str:
    """How many rows came out how."""
    counts = result.counts
    return say("headline", lang, hit=counts[HIT], miss=counts[MISS], cannot=counts[CANNOT],
               all=len(result.rows))  # fmt: skip


def text(result: Validation, lang: str = "en", width: int = 118) -> str:
    """All that the screen shows of a validation, but the folder.

    Args:
        result: finished.
        lang: "en" or "id".
        width: of the screen.
    """
    lines = [headline(result, lang)]
    scored = [row for row in result.rows if row.can_express]
    if scored:
        body = [[say(f"head_{head}", lang) for head in _HEADS]]
        body += [_cells(row, result.scores[row.id], lang) for row in scored]
        lines += ["", *_aligned(body)]
    others = [row for row in result.rows if not row.can_express]
    if others:
        lines += ["", say("cannot", lang)]
    for row in others:
        said = f"{row.id}  {row_words(row.id, lang)}: {reason_words(row.reason, lang)}"
        lines += textwrap.wrap(said, max(_LEAST, width), subsequent_indent=" " * 6)
    lines.append("")
    for note in [say("legend", lang, agreement=_share(result.frozen.agreement, lang)),
                 *notes_in(result, lang)]:  # fmt: skip
        lines += textwrap.wrap(note, max(_LEAST, width), subsequent_indent="  ")
    return "\n".join(lines)


def _aligned(body: list[list[str]]) -> list[str]:
    sizes = [max(len(line[k]) for line in body) for k in range(len(body[0]))]
    return [
        "  ".join(cell.ljust(size) for cell, size in zip(line, sizes, strict=True)).rstrip()
        for line in body
    ]


def _cells(row: Row, score: RowScore, lang: str) -> list[str]:
    return [
        row.id,
        row_words(row.id, lang),
        "-" if row.value is None else number(row.value, lang),
        asked_words(row, lang),
        simulated_words(score, lang),
        _share(score.share_of("size", "share"), lang),
        _share(score.share_of("sign", "order"), lang),
        verdict_words(score, lang),
    ]


def _share(value: float, lang: str) -> str:
    return "-" if math.isnan(value) else percent(100.0 * value, lang)


def asked_words(row: Row, lang: str) -> str:
    """What must hold: a band, a sign, an order."""
    found = []
    for one in row.scores:
        if one.rule in ("size", "share"):
            ends = (number(end, lang) for end in (one.low, one.high))
            found.append("..".join(ends))
        elif one.rule == "sign":
            found.append("+" if one.positive else "-")
        else:
            found.append(say("order", lang))
    return ", ".join(dict.fromkeys(found))


def simulated_words(score: RowScore, lang: str) -> str:
    """The median over draws with its range, no digit finer than the range supports."""
    if not score.draws:
        return "-"
    digits = supported(score.low, score.high)
    ends = (number(end, lang, digits=digits) for end in (score.low, score.high))
    return f"{number(score.median, lang, digits=digits)} [{'..'.join(ends)}]"


def verdict_words(score: RowScore, lang: str) -> str:
    """Hit, or miss with the rules that are not met."""
    word = say({HIT: "hit", MISS: "miss", CANNOT: "cannot_word"}[score.verdict], lang)
    missed = ", ".join(say(f"rule_{rule}", lang) for rule in score.missed)
    return f"{word}: {missed}" if missed else word


def notes_in(result: Validation, lang: str) -> list[str]:
    """What a reader must know beside the numbers, in a language."""
    plan = result.plan
    how = str(plan["uncertainty"])
    notes = [say(f"over_{how}", lang, n=plan["replicates"], seed=plan["seed"])]
    if result.changed:
        notes.append(say("changed", lang, items=", ".join(result.changed)))
    lost = [f"{name} ({one.lost})" for name, one in result.scores.items() if one.lost]
    if lost:
        notes.append(say("lost", lang, items=", ".join(lost)))
    notes.append(say("freeze", lang, digest=result.frozen.digest[:12]))
    regions = {study.region.name: study.region for study in result.replays.studies}
    notes += [f"{name}: {inputs_line(region, lang)}" for name, region in regions.items()]
    notes += [line for line in [stale_line(lang)] if line]
    return notes
