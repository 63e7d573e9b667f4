"""A sensitivity study as text and as HTML: the ranking, what stands out, what was left out."""

from __future__ import annotations

import html as escape
import textwrap
from typing import TYPE_CHECKING

import numpy as np

from experiments.idle_levers import idle_lever_notes
from experiments.inputs import inputs_line
from experiments.missing import missing_lines
from experiments.report import window_title
from experiments.scale_rules import scale_notes
from experiments.sensitivity_words import say
from experiments.stale import stale_line
from experiments.words import number, supported, unit_words
from experiments.words import say as said
from sim.outcomes import OUTCOMES

if TYPE_CHECKING:
    import pandas as pd

    from experiments.screening import Screening
    from experiments.studied import Sensitivity

__all__ = [
    "TOP",
    "factor_name",
    "headline",
    "headlines_in",
    "html",
    "kind_words",
    "mean_words",
    "notes_in",
    "outcome_label",
    "study_notes",
    "text",
    "title_of",
    "what",
]

TOP = 15
"""Rows of the table on the screen."""
FEW = 10
"""With fewer trajectories, an interval from resampling them is too narrow."""
_NAMED = 3


def outcome_label(outcome: str, lang: str) -> str:
    """An outcome and its unit; of a function its name."""
    if outcome not in OUTCOMES:
        return outcome
    one = OUTCOMES[outcome]
    label = one.label[lang]
    return label if one.unit == "firms" else f"{label}, {unit_words(one.unit, lang)}"


def outcome_name(outcome: str, lang: str) -> str:
    """An outcome without its unit; of a function its name."""
    return OUTCOMES[outcome].label[lang] if outcome in OUTCOMES else outcome


def title_of(result: Sensitivity, lang: str) -> str:
    """What was studied, over which years, as the first line."""
    key = "effect" if result.baseline else "level"
    title = say(key, lang, scenario=result.scenario, baseline=result.baseline)
    return title if result.own else f"{window_title(result, result.window, lang)}: {title}"


def study_notes(result: Sensitivity, lang: str) -> list[str]:
    """What a reader must know of the region, the inputs and the sample; nothing of a function."""
    lost = missing_lines(result.failures, len(result.numbers) - len(result.failures), lang)
    if result.own is not None:
        return lost
    study = result.study
    notes = [
        *lost,
        said("example", lang, region=study.region.name),
        inputs_line(study.region, lang),
    ]
    notes += [line for line in [stale_line(lang)] if line]
    return [*notes, *scale_notes(study, lang), *idle_lever_notes(study, lang)]


def mean_words(result: Sensitivity, outcome: str, lang: str) -> str:
    """An outcome with its mean over all points."""
    values = result.outcome(outcome)
    mean = number(float(values[np.isfinite(values)].mean()), lang, signed=bool(result.baseline))
    return f"{outcome_label(outcome, lang)}; {say('mean', lang, value=mean)}"


def what(result: Sensitivity, outcome: str, lang: str, *, inside: bool = False) -> str:
    """What was studied, as the beginning of a sentence or inside it."""
    key = "the_effect" if result.baseline else "the_level"
    words = say(key, lang, outcome=outcome_name(outcome, lang))
    return words[0].lower() + words[1:] if inside and result.baseline else words


def factor_name(row: pd.Series, lang: str) -> str:
    """A factor as people read it."""
    return say("dummy", lang) if row["kind"] == "dummy" else str(row["parameter"])


def headlines_in(result: Screening, lang: str) -> list[str]:
    """A sentence for each outcome."""
    return [headline(result, o, lang) for o, one in result.indices.items() if one is not None]


def headline(result: Screening, outcome: str, lang: str) -> str:
    """What an outcome hangs on most, in a sentence."""
    rows = result.ranked(outcome)
    units = say(f"units_{result.plan['by']}", lang)
    subject = what(result, outcome, lang)
    if not rows["estimate"].max() > 0.0 and not result.dummy(outcome)["estimate"] > 0.0:
        return say("same", lang, what=subject, all=len(rows), units=units)
    clear = rows[rows["above_dummy"]]
    if clear.empty:
        items = ", ".join(rows["parameter"].head(_NAMED))
        return say("none", lang, what=subject, all=len(rows), units=units, items=items)
    return say(
        "most",
        lang,
        what=subject,
        items=", ".join(clear["parameter"].head(_NAMED)),
        few=len(rows) - len(clear),
        all=len(rows),
        units=units,
    )


def text(result: Screening, *, lang: str = "en", width: int = 118, top: int = TOP) -> str:
    """All that the screen shows of a study, but the folder.

    Args:
        result: finished.
        lang: "en" or "id".
        width: of the screen.
        top: rows of each table.
    """
    lines = [title_of(result, lang)]
    for outcome, found in result.indices.items():
        if found is None:
            continue
        lines += [mean_words(result, outcome, lang), *_table(result, outcome, lang, top)]
        lines += [*textwrap.wrap(headline(result, outcome, lang), max(60, width)), ""]
    below = [say("legend", lang), *notes_in(result, lang)]
    for line in below:
        lines += textwrap.wrap(line, max(60, width), subsequent_indent="  ")
    return "\n".join(lines)


def _table(result: Screening, outcome: str, lang: str, top: int) -> list[str]:
    rows = result.ranked(outcome)
    name = "group" if result.by_groups else "parameter"
    body = [[say(key, lang) for key in ("rank", name, "kind", "mu_star", "sigma", "direction")]]
    dummy = result.dummy(outcome)
    # What never moved the outcome has no order; it is named below or stands in the files.
    shown = [row for _, row in rows[rows["estimate"] > 0.0].head(top).iterrows()]
    at = sum(row["estimate"] >= dummy["estimate"] for row in shown)
    body += [_cells(row, lang) for row in (*shown[:at], dummy, *shown[at:])]
    sizes = [max(len(row[i]) for row in body) for i in range(len(body[0]))]
    lines = [
        "  ".join(c.ljust(s) for c, s in zip(row, sizes, strict=True)).rstrip() for row in body
    ]
    if len(rows) > len(shown):
        lines.append(f"({say('more', lang, n=len(rows) - len(shown))})")
    return lines


def _cells(row: pd.Series, lang: str) -> list[str]:
    low, high = float(row["low"]), float(row["high"])
    digits = supported(low, high)
    ends = "..".join(number(end, lang, digits=digits) for end in (low, high))
    figure = f"{number(float(row['estimate']), lang, digits=digits)} [{ends}]"
    if row["kind"] == "dummy":
        return ["", say("dummy", lang), say("luck", lang), figure, _sigma(row, lang), ""]
    kind = kind_words(row, lang)
    mark = "" if row["above_dummy"] else " ?"
    way = say(str(row["direction"]), lang)
    rank = str(int(row["rank"]))
    return [rank, factor_name(row, lang), kind, figure + mark, _sigma(row, lang), way]


def kind_words(row: pd.Series, lang: str) -> str:
    """Kind of evidence of a factor, or how many parameters move with it."""
    if row["kind"] == "group":
        return say("of", lang, n=int(row["members"]))
    return say(str(row["kind"]), lang)


def _sigma(row: pd.Series, lang: str) -> str:
    digits = supported(float(row["sigma_low"]), float(row["sigma_high"]))
    return number(float(row["sigma"]), lang, digits=digits)


def notes_in(result: Screening, lang: str) -> list[str]:
    """What a reader must know beside the numbers, in a language."""
    design = result.design
    notes = study_notes(result, lang)
    for outcome, found in result.indices.items():
        values = result.outcome(outcome)
        points = int(np.sum(~np.isfinite(values)))
        key = "gone" if found is None else "lost"
        if points:
            lost = 0 if found is None else len(found.lost)
            note = {"points": points, "all": values.size, "n": lost, "samples": design.samples}
            notes.append(say(key, lang, outcome=outcome, **note))
    idle = _idle(result)
    if idle:
        notes.append(say("idle", lang, items=", ".join(idle)))
    if any(_only_luck(result, o) for o, one in result.indices.items() if one is not None):
        notes.append(say("luckier", lang))
    if design.samples < FEW:
        notes.append(say("quick", lang, n=design.samples))
    return notes


def _only_luck(result: Screening, outcome: str) -> bool:
    """Whether an outcome changes, and nothing stands out from the dummy."""
    moves = result.dummy(outcome)["estimate"] > 0.0
    return bool(moves) and not result.ranked(outcome)["above_dummy"].any()


def _idle(result: Screening) -> list[str]:
    """Factors whose steps changed none of the outcomes shown, where anything changed at all."""
    table = result.table
    largest = table[table["kind"] != "dummy"].groupby("parameter", sort=False)["estimate"].max()
    if not (largest > 0.0).any():
        return []
    still = set(largest[largest == 0.0].index)
    return [one.name for one in result.design.factors if one.name in still]


def html(result: Screening, *, lang: str = "en") -> str:
    """The same as a notebook shows it."""
    return f"<pre>{escape.escape(text(result, lang=lang))}</pre>"
