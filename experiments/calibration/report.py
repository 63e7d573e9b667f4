"""A calibration as text and as HTML: what is left, what was learned, what stayed a guess."""

from __future__ import annotations

import html as escape
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from experiments.calibration.words import say
from experiments.inputs import inputs_line
from experiments.stale import stale_line
from experiments.words import number, supported, unit_words
from experiments.words import say as said

if TYPE_CHECKING:
    import pandas as pd

    from experiments.calibration.result import Calibration

__all__ = ["TOP", "conflict_lines", "html", "notes_in", "outcome_label", "text"]

TOP = 20
"""Rows of the table of parameters on the screen."""
FEW = 100
"""With fewer sets left, little can be said of them."""
_TIES = 5
_HALF = 0.5


def text(result: Calibration, *, lang: str = "en", width: int = 118, top: int = TOP) -> str:
    """All that the screen shows of a calibration, but the folder.

    Args:
        result: finished.
        lang: "en" or "id".
        width: of the screen.
        top: rows of the table of parameters.
    """
    wide = max(60, width)
    lines = [say("head_targets", lang), *_targets(result, lang), ""]
    for line in conflict_lines(result, lang):
        lines += textwrap.wrap(line, wide, subsequent_indent="  ")
    lines += ["", say("head_waves", lang), *_waves(result, lang), ""]
    lines += [say("head_parameters", lang), *_parameters(result, lang, top), ""]
    for line in [*_summary(result, lang), *notes_in(result, lang)]:
        lines += textwrap.wrap(line, wide, subsequent_indent="  ")
    return "\n".join(lines)


def outcome_label(result: Calibration, place: int, lang: str) -> str:
    """What a target is about, for people."""
    from experiments.calibration.measures import MEASURES  # noqa: PLC0415  # numba only now
    from sim.outcomes import OUTCOMES  # noqa: PLC0415

    target = result.problem.targets[place]
    if target.trial:
        return f"{target.trial}: {target.outcome}"
    one = MEASURES.get(target.outcome)
    if one is None and target.outcome not in OUTCOMES:
        label = target.outcome  # an outcome of groups alone has a key, and no name
    else:
        label = one.label[lang] if one else OUTCOMES[target.outcome].label[lang]
    return f"{label}, {target.group}" if target.group else label


def _targets(result: Calibration, lang: str) -> list[str]:
    keys = ("target", "about", "observed", "tolerance", "before", "left", "worst")
    body = [[say(key, lang) for key in keys]]
    for k, (_, row) in enumerate(result.targets.iterrows()):
        size = float(np.hypot(row["sd"], row["discrepancy"]))
        digits = supported(-size, size)
        worst = say("left_out", lang) if row["status"] == "left out" else ""
        if row["status"] == "met":
            worst = number(float(row["worst_left"]), lang)
        if row["status"] == "compared":
            worst = say("compared", lang)
        body.append(
            [
                str(row["target"]),
                f"{outcome_label(result, k, lang)}, {unit_words(str(row['unit']), lang)}",
                number(float(row["value"]), lang, digits=digits),
                "±" + number(size, lang, digits=digits),
                _ends(row, "before", digits, lang),
                _ends(row, "left", digits, lang),
                worst,
            ]
        )
    return _aligned(body)


def _ends(row: pd.Series, name: str, digits: int | None, lang: str) -> str:
    ends = [float(row[f"{name}_p05"]), float(row[f"{name}_p95"])]
    if not np.isfinite(ends).all():
        return "-"
    return "..".join(number(end, lang, digits=digits) for end in ends)


def _waves(result: Calibration, lang: str) -> list[str]:
    keys = ("wave_no", "sets", "share", "not_ruled_out", "explained", "within")
    body = [[say(key, lang) for key in keys]]
    for _, row in result.waves.iterrows():
        body.append(
            [
                str(int(row["wave"])),
                number(float(row["sets"]), lang, digits=0),
                number(100.0 * float(row["share_before"]), lang) + " %",
                number(100.0 * float(row["not_ruled_out"]), lang) + " %",
                number(100.0 * float(row["explained"]), lang) + " %",
                number(100.0 * float(row["within_2"]), lang) + " %",
            ]
        )
    return _aligned(body)


def _parameters(result: Calibration, lang: str, top: int) -> list[str]:
    table = result.parameters
    rows = table[table["informed"]].head(top)
    if rows.empty:
        return [say("none_informed", lang)]
    keys = ("parameter", "range", "value", "left", "width", "tied")
    body = [[say(key, lang) for key in keys]]
    for _, row in rows.iterrows():
        low, high = float(row["low"]), float(row["high"])
        digits = supported(low, high)
        finer = None if digits is None else digits + 1
        tie = str(row["tied"])
        body.append(
            [
                str(row["parameter"]),
                f"{number(low, lang)}..{number(high, lang)}",
                number(float(row["value"]), lang),
                _ends(row, "left", finer, lang),
                number(100.0 * float(row["width"]), lang, digits=0) + " %",
                f"{tie} ({number(float(row['correlation']), lang, signed=True, digits=2)})"
                if tie
                else "",
            ]
        )
    lines = _aligned(body)
    more = int(table["informed"].sum()) - len(rows)
    return [*lines, f"({say('more', lang, n=more)})"] if more > 0 else lines


def _aligned(body: Sequence[Sequence[str]]) -> list[str]:
    sizes = [max(len(row[i]) for row in body) for i in range(len(body[0]))]
    return ["  ".join(c.ljust(s) for c, s in zip(row, sizes, strict=True)).rstrip() for row in body]


def conflict_lines(result: Calibration, lang: str) -> list[str]:
    """Which targets cannot be met, alone or together; that there are none, if so."""
    ids = [target.id for target in result.problem.targets]
    lines = []
    for one in result.history.conflicts:
        best = number(one.level, lang)
        if one.against:
            others = ", ".join(ids[k] for k in one.against)
            lines.append(
                say("conflict_set", lang, target=ids[one.target], others=others, best=best)
            )
        else:
            lines.append(say("conflict_alone", lang, target=ids[one.target], best=best))
    lines += [say("conflict_pair", lang, a=a, b=b) for a, b in result.never_together]
    return lines or [say("no_conflict", lang)]


def _summary(result: Calibration, lang: str) -> list[str]:
    table = result.parameters
    informed = table[table["informed"]]
    halved = int((informed["width"] <= _HALF).sum())
    lines = [
        say(
            "summary",
            lang,
            members=number(float(len(result.members)), lang, digits=0),
            share=number(100.0 * result.history.share, lang),
            informed=len(informed),
            parameters=len(table),
            halved=halved,
            guesses=len(result.guesses),
        )
    ]
    names = result.problem.names
    pairs = result.tied[:_TIES]
    if pairs:
        told = ", ".join(
            f"{names[p.first]} x {names[p.second]} ({number(p.value, lang, signed=True, digits=2)})"
            for p in pairs
        )
        lines.append(say("ties", lang, n=len(result.tied), items=told))
    return lines


def notes_in(result: Calibration, lang: str) -> list[str]:
    """What a reader must know beside the numbers, in a language."""
    study = result.problem.study
    notes = [say("legend", lang)]
    if len(result.members) < FEW:
        notes.append(say("few", lang, n=len(result.members)))
    if result.problem.left:
        items = ", ".join(target.id for target in result.problem.left)
        notes.append(say("cannot", lang, n=len(result.problem.left), items=items))
    notes += [said("example", lang, region=study.region.name), inputs_line(study.region, lang)]
    return notes + [line for line in [stale_line(lang)] if line]


def html(result: Calibration, *, lang: str = "en") -> str:
    """The same as a notebook shows it."""
    return f"<pre>{escape.escape(text(result, lang=lang))}</pre>"
