"""A division of the variance as text and as HTML: shares, what stands out, what is left out."""

from __future__ import annotations

import html as escape
import textwrap
from typing import TYPE_CHECKING

import numpy as np

from experiments.factors import DUMMY
from experiments.given_data import CURVES
from experiments.sensitivity_report import (
    factor_name,
    kind_words,
    mean_words,
    study_notes,
    title_of,
    what,
)
from experiments.sensitivity_words import say as told
from experiments.shares import DISPERSION, PAIR
from experiments.shares_words import say
from experiments.words import number, percent, supported

if TYPE_CHECKING:
    import pandas as pd

    from experiments.decomposition import Decomposition

__all__ = [
    "FEW",
    "SHARE",
    "headline",
    "headlines_in",
    "html",
    "index_words",
    "luck_line",
    "notes_in",
    "rows_words",
    "text",
]

SHARE = ("ST", "S1", "S2", "seed_share")
"""Indices that are shares of the variance, told in percent."""
TOP = 15
FEW = 256
"""With fewer base rows of a Sobol design, intervals are wide and their ends uncertain."""
_NAMED = 3
_WIDE = 0.1
_NOTHING = 0.01
_MOSTLY = 0.5
_ASSUMED = "assumed"


def index_words(index: str, lang: str) -> str:
    """What an index is called."""
    return say(f"index_{index}", lang)


def _told(outcome: str, result: Decomposition) -> bool:
    """Whether an outcome has indices."""
    return len(result.rows_of(outcome)) > 0


def headlines_in(result: Decomposition, lang: str) -> list[str]:
    """A sentence for each outcome."""
    return [headline(result, name, lang) for name in result.outcomes if _told(name, result)]


def headline(result: Decomposition, outcome: str, lang: str) -> str:
    """What an outcome hangs on most, in a sentence or two."""
    rows, units = result.ranked(outcome), told(f"units_{result.plan['by']}", lang)
    subject = what(result, outcome, lang)
    if (result.rows_of(outcome)["estimate"] == 0.0).all():
        return told("same", lang, what=subject, all=len(rows), units=units)
    clear = rows[rows["above_dummy"]]
    if clear.empty:
        return say("none", lang, what=subject, all=len(rows), units=units)
    items = [_item(row, lang) for _, row in clear.head(_NAMED).iterrows()]
    first = say(
        "most" if len(clear) < len(rows) else "most_of_all",
        lang,
        what=subject,
        items=", ".join(items),
        few=len(rows) - len(clear),
        all=len(rows),
        units=units,
    )
    return " ".join([first, *_guesses(result, outcome, lang)])


def _item(row: pd.Series, lang: str) -> str:
    name = str(row["parameter"])
    return f"{name} ({_share(row, lang)})" if row["index"] in SHARE else name


def _share(row: pd.Series, lang: str) -> str:
    return percent(100.0 * max(0.0, float(row["estimate"])), lang)


def _guesses(result: Decomposition, outcome: str, lang: str) -> list[str]:
    """How much of the answer hangs on guesses, where kinds of evidence were moved."""
    if result.plan.get("fold") != "kind":
        return []
    rows = result.ranked(outcome)
    guessed = rows[rows["parameter"] == _ASSUMED]
    if guessed.empty:
        return []
    row = guessed.iloc[0]
    return [say("guesses", lang, share=_figure(row, lang), members=int(row["members"]))]


def text(result: Decomposition, *, lang: str = "en", width: int = 118, top: int = TOP) -> str:
    """All that the screen shows of a study, but the folder.

    Args:
        result: finished.
        lang: "en" or "id".
        width: of the screen.
        top: rows of each table.
    """
    wide = max(60, width)
    lines = [title_of(result, lang)]
    for outcome in result.outcomes:
        if not _told(outcome, result):
            continue
        lines += [mean_words(result, outcome, lang), *_table(result, outcome, lang, top)]
        lines += textwrap.wrap(headline(result, outcome, lang), wide)
        for line in _below(result, outcome, lang):
            lines += textwrap.wrap(line, wide)
        lines.append("")
    for line in [say(f"legend_{result.method}", lang), *notes_in(result, lang)]:
        lines += textwrap.wrap(line, wide, subsequent_indent="  ")
    return "\n".join(lines)


def _below(result: Decomposition, outcome: str, lang: str) -> list[str]:
    """What stands below the table of an outcome."""
    lines = [luck_line(result, outcome, lang), _left_out(result, outcome, lang)]
    lines += [_alone(result, outcome, lang), _together(result, outcome, lang)]
    lines.append(_settled(result, outcome, lang))
    lines.append(_dispersion(result, outcome, lang))
    return [line for line in lines if line]


def luck_line(result: Decomposition, outcome: str, lang: str) -> str:
    """How much of the variance of a single run is luck; empty where it cannot be told."""
    share = result.seed_share(outcome)
    if share is None or not _deals_luck(result):
        return ""
    ends = "..".join(number(100.0 * end, lang, digits=0) for end in (share.low, share.high))
    line = say("luck", lang, share=percent(100.0 * share.value, lang), ends=ends)
    return f"{line} {say('lucky', lang)}" if share.value > _MOSTLY else line


def _deals_luck(result: Decomposition) -> bool:
    """Whether a run hangs on a seed at all."""
    return result.own is None or result.own.seeded


def _left_out(result: Decomposition, outcome: str, lang: str) -> str:
    row = result.left_out(outcome)
    if row is None:
        return ""
    return say("left_out", lang, n=int(row["members"]), share=_figure(row, lang))


def _alone(result: Decomposition, outcome: str, lang: str) -> str:
    """What the factors explain by themselves, all together; the rest is interplay and luck."""
    if "S1" not in result.indices:
        return ""
    rows = result.rows_of(outcome, "S1")
    total = float(rows.loc[rows["kind"] != DUMMY, "estimate"].sum())
    if not np.isfinite(total) or total == 0.0:
        return ""
    return say("alone", lang, share=percent(100.0 * max(0.0, total), lang))


def _together(result: Decomposition, outcome: str, lang: str) -> str:
    """The pairs that explain most only together; empty where pairs were not studied."""
    rows = result.rows_of(outcome, PAIR)
    rows = rows[(rows["low"] > 0.0) & (rows["kind"] != DUMMY) & (rows["other"] != DUMMY)]
    if rows.empty:
        return ""
    items = [
        f"{row['parameter']} x {row['other']} {_figure(row, lang)}"
        for _, row in rows.head(_NAMED).iterrows()
    ]
    return say("together", lang, items="; ".join(items))


def _settled(result: Decomposition, outcome: str, lang: str) -> str:
    """Whether more rows would change much."""
    if result.method != "sobol":
        return ""
    table = result.convergence(outcome)
    sizes = sorted(table["samples"].unique())
    if len(sizes) < 2:
        return ""
    last = table[table["samples"] == sizes[-1]].set_index("parameter")
    before = table[table["samples"] == sizes[-2]].set_index("parameter")["estimate"]
    moved = float((last["estimate"] - before.reindex(last.index)).abs().max())
    widest = float((last["high"] - last["low"]).max())
    return say(
        "settled" if widest <= _WIDE else "unsettled",
        lang,
        moved=number(100.0 * moved, lang, digits=0 if moved >= 0.01 else 1),
        wide=number(100.0 * widest, lang, digits=0 if widest >= 0.01 else 1),
        least=sizes[-2],
        most=sizes[-1],
    )


def _dispersion(result: Decomposition, outcome: str, lang: str) -> str:
    """What the spread of a point's replicates hangs on."""
    if result.replicates < 2:
        return ""
    rows = result.ranked(outcome, of=DISPERSION)
    rows = rows[rows["above_dummy"] & (rows["estimate"] >= _NOTHING)]
    if rows.empty:
        return ""
    items = ", ".join(_item(row, lang) for _, row in rows.head(_NAMED).iterrows())
    return say("dispersion", lang, items=items)


def _table(result: Decomposition, outcome: str, lang: str, top: int) -> list[str]:
    lead, *others = result.indices
    name = "group" if result.by_groups else "parameter"
    head = [told(key, lang) for key in ("rank", name, "kind")]
    body = [[*head, *(index_words(index, lang) for index in result.indices)]]
    rows = result.rows_of(outcome, lead)
    beside = [result.rows_of(outcome, index).set_index("parameter") for index in others]
    shown = 0
    for _, row in rows.iterrows():
        dummy = row["kind"] == DUMMY
        # What never moved the outcome has no order; it is named below or stands in the files.
        if not dummy and (shown == top or row["estimate"] == 0.0):
            continue
        shown += not dummy
        figures = [_figure(row, lang)]
        figures[0] += "" if dummy or row["above_dummy"] else " ?"
        figures += [_figure(one.loc[row["parameter"]], lang) for one in beside]
        kind = _dummy_kind(result, lang) if dummy else kind_words(row, lang)
        body.append(
            ["" if dummy else str(int(row["rank"])), factor_name(row, lang), kind, *figures]
        )
    sizes = [max(len(line[i]) for line in body) for i in range(len(body[0]))]
    lines = ["  ".join(c.ljust(s) for c, s in zip(b, sizes, strict=True)).rstrip() for b in body]
    more = len(rows) - 1 - shown
    return [*lines, f"({told('more', lang, n=more)})"] if more > 0 else lines


def _dummy_kind(result: Decomposition, lang: str) -> str:
    deals = result.method == "sobol" and _deals_luck(result)
    return told("luck", lang) if deals else say("nothing", lang)


def _figure(row: pd.Series, lang: str) -> str:
    """An index and its interval, shares in percent, with the digits that the interval supports."""
    factor = 100.0 if row["index"] in SHARE else 1.0
    value, low, high = (factor * float(row[key]) for key in ("estimate", "low", "high"))
    digits = supported(low, high)
    if factor > 1.0 and digits is not None:
        digits = min(digits, 1)
    ends = "..".join(number(end, lang, digits=digits) for end in (low, high))
    return f"{number(value, lang, digits=digits)} [{ends}]"


def notes_in(result: Decomposition, lang: str) -> list[str]:
    """What a reader must know beside the numbers, in a language."""
    notes = study_notes(result, lang)
    for outcome in result.outcomes:
        values = result.outcome(outcome)
        points = int(np.sum(~np.isfinite(values)))
        if not points:
            continue
        rows = result.rows_of(outcome)
        kept = int(rows["rows"].iloc[0]) if len(rows) else 0
        every = CURVES if result.method == "fast" else result.sample.samples
        key = "lost" if len(rows) else "gone"
        note = {"points": points, "all": values.size, "n": every - kept, "samples": every}
        notes.append(say(key, lang, outcome=outcome, **note, rows=rows_words(result, lang)))
    idle = _idle(result)
    if idle:
        notes.append(told("idle", lang, items=", ".join(idle)))
    if result.method == "sobol" and result.sample.samples < FEW:
        notes.append(say("few", lang, n=result.sample.samples, least=FEW))
    if result.method == "fast" and _deals_luck(result):
        notes.append(say("one_luck", lang, n=result.replicates))
    return notes


def rows_words(result: Decomposition, lang: str) -> str:
    """What a sample of the method is made of."""
    key = result.method if result.method in ("sobol", "fast") else "other"
    return say(f"rows_{key}", lang)


def _idle(result: Decomposition) -> list[str]:
    """Factors of no total effect on any outcome shown, where anything changed at all."""
    if result.indices[0] != "ST" or result.method != "sobol":
        return []
    table = result.table
    rows = table[(table["index"] == "ST") & (table["kind"] != DUMMY)]
    largest = rows.groupby("parameter", sort=False)["estimate"].max()
    if not (largest > 0.0).any():
        return []
    still = set(largest[largest == 0.0].index)
    return [one.name for one in result.factors if one.name in still]


def html(result: Decomposition, *, lang: str = "en") -> str:
    """The same as a notebook shows it."""
    return f"<pre>{escape.escape(text(result, lang=lang))}</pre>"
