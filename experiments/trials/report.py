"""A trial as text: what one such trial finds, the truth beside it, and the design of a pilot."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from experiments.inputs import inputs_line
from experiments.report import laid_out
from experiments.scale_rules import scale_notes
from experiments.stale import stale_line
from experiments.trials.words import outcome_words, say
from experiments.words import number, percent, with_error, with_interval
from experiments.words import say as said

if TYPE_CHECKING:
    import pandas as pd

    from experiments.trials.power import PilotDesign
    from experiments.trials.result import TrialResult

__all__ = ["notes", "text"]

_MISSING = "-"


def text(result: TrialResult, lang: str = "en", width: int = 118) -> str:
    """All that the screen shows of a trial, but the folder."""
    lines = [*_folded(_head(result, lang), width), ""]
    lines += _table(result, lang, width)
    lines += ["", *_folded(_legend(result, lang), width)]
    if result.design is not None:
        lines += ["", *_pilot(result, result.design, lang, width)]
    return "\n".join([*lines, "", *_folded(notes(result, lang), width)])


def _head(result: TrialResult, lang: str) -> list[str]:
    trial, plan, counts = result.trial, result.plan, result.counts
    title = say(
        "title",
        lang,
        title=trial.title[lang],
        name=trial.name,
        region=plan["region"],
        scenario=trial.scenario.name,
    )
    eligible = float(str(plan["eligible"]))
    who = say(
        "who",
        lang,
        units=number(counts["units"], lang, digits=0),
        eligible=number(eligible, lang),
        treated=number(counts["treated"], lang, digits=0),
        by=say(f"by_{trial.by}", lang, villages=number(counts["villages"], lang, digits=0)),
        takes=number(counts["takes"], lang, digits=0),
    )
    gets = "; ".join(_gets(result, lang)) or say("nothing", lang)
    return [title, who, f"{say('gets', lang)}: {gets}"]


def _gets(result: TrialResult, lang: str) -> list[str]:
    """What the treated get, as the file says it."""
    found = []
    for one in result.trial.treatments:
        values = [
            f"{k} {number(v, lang) if isinstance(v, float) else _plain(v)}"
            for k, v in one.settings.items()
        ]
        if one.start:
            values.append(f"start {one.start}")
        if one.months > 1:
            values.append(f"months {one.months}")
        found.append(f"{one.kind} ({', '.join(values)})" if values else one.kind)
    return found


def _plain(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _table(result: TrialResult, lang: str, width: int) -> list[str]:
    """Blocks of one outcome, all with the same columns."""
    trial = result.trial
    table = result.table.set_index(["outcome", "horizon", "estimand"])
    # Where everybody takes it up both effects are the same.
    both = bool((result.table["take_up"] < 0.995).any())
    keys = ["after", "control_mean", "itt", "percent", "truth", "holds"]
    keys += ["tot", "truth_tot"] if both else []
    if trial.spillover and trial.treatments:
        seen = result.table.loc[result.table["estimand"] == "spillover_seen", "se"]
        keys += ["spillover", *(["spillover_seen"] if seen.notna().any() else [])]
    head = [say(f"head_{key}", lang) for key in keys]
    blocks: list[tuple[str, list[list[str]]]] = []
    for outcome in trial.outcomes:
        rows = []
        for horizon in trial.horizons:
            at = {name: _at(table, outcome, horizon, name) for name in _names(result)}
            rows.append([_cell(key, horizon, at, lang) for key in keys])
        blocks.append((outcome_words(outcome, lang, trial.form), rows))
    every = [head, *(row for _, rows in blocks for row in rows)]
    wide = [max(len(row[i]) for row in every) for i in range(len(keys))]
    lines: list[str] = []
    for columns in _that_fit(wide, width):

        def line(cells: Sequence[str], columns: Sequence[int] = columns) -> str:
            return ("  " + "  ".join(cells[i].ljust(wide[i]) for i in columns)).rstrip()

        lines += ["", line(head)] if lines else [line(head)]
        for name, rows in blocks:
            lines += [name, *(line(row) for row in rows)]
    return lines


def _that_fit(wide: Sequence[int], width: int) -> list[list[int]]:
    """Columns beside one another, the first in each group; what does not fit follows below."""
    found: list[list[int]] = []
    used = width + 1
    for i in range(1, len(wide)):
        if used + 2 + wide[i] > width:
            found.append([0])
            used = 2 + wide[0]
        found[-1].append(i)
        used += 2 + wide[i]
    return found


def _at(table: pd.DataFrame, *key: object) -> pd.Series:
    """One row by its index."""
    return cast("pd.Series", table.xs(key))


def _names(result: TrialResult) -> list[str]:
    return list(result.table["estimand"].unique())


def _cell(key: str, horizon: int, at: dict[str, pd.Series], lang: str) -> str:
    itt = at["itt"]
    if key == "after":
        return say("months", lang, n=horizon)
    if key == "control_mean":
        return number(float(itt["control_mean"]), lang)
    if key == "percent":
        return _percent(float(itt["relative"]), lang)
    if key == "holds":
        return percent(100.0 * float(itt["coverage"]), lang)
    row = at[key]
    if key in ("itt", "tot", "spillover_seen"):
        return _estimate(row, lang)
    return _truth(row, lang)


def _percent(x: float, lang: str) -> str:
    """A signed percentage."""
    if not math.isfinite(x):
        return _MISSING
    return number(x, lang, signed=True, digits=0 if abs(x) >= 10 else 1) + " %"


def _estimate(row: pd.Series, lang: str) -> str:
    """With the interval of one trial, and a mark where that reaches across zero."""
    value, low, high = (float(row[k]) for k in ("estimate", "low", "high"))
    if not math.isfinite(low):
        return _MISSING
    mark = " ?" if low <= 0.0 <= high else ""
    return with_interval(value, low, high, lang) + mark


def _truth(row: pd.Series, lang: str) -> str:
    """With the range over assumptions where these were varied, and the simulation error."""
    value, low, high = (float(row[k]) for k in ("estimate", "sim_low", "sim_high"))
    if not math.isfinite(value):
        return _MISSING
    if value == low == high == 0.0:
        return "0"
    if math.isfinite(float(row["range_low"])):
        return with_interval(value, float(row["range_low"]), float(row["range_high"]), lang)
    shown = with_error(value, low, high, lang)
    # Below the sixth decimal place.
    return "0" if shown == "0 ±0" else shown


def _legend(result: TrialResult, lang: str) -> list[str]:
    trial = result.trial
    how = say("ancova" if trial.adjust else "means", lang)
    errors = say(f"errors_{trial.by}", lang)
    n = result.plan["replicates"]
    key = "legend_held" if result.uncertainty == "seeds" else "legend_varied"
    lines = [say("legend", lang, how=how, errors=errors, n=n), say(key, lang, n=n)]
    if trial.spillover and trial.treatments:
        lines.append(say("legend_spillover", lang))
    return lines


def notes(result: TrialResult, lang: str) -> list[str]:
    """What a reader must know beside the numbers."""
    trial, study = result.trial, result.study
    lines = []
    uneven = result.attrition[
        result.attrition["difference"].abs() > 1.96 * result.attrition["se"].fillna(math.inf)
    ]
    if len(uneven):
        worst = uneven.iloc[int(uneven["difference"].abs().to_numpy().argmax())]
        lines.append(
            say(
                "uneven",
                lang,
                outcome=outcome_words(str(worst["outcome"]), lang).split(",")[0],
                months=int(worst["horizon"]),
                treated=percent(100 * float(worst["treated"]), lang),
                control=percent(100 * float(worst["control"]), lang),
            )
        )
    table = result.table
    lost = float(table["attrited"].max())
    lines.append(say("lost", lang, share=percent(100 * lost, lang)))
    lines.append(say(f"closed_{trial.closed}", lang))
    biased = _biased(result)
    if biased:
        lines.append(say("biased", lang, items=", ".join(biased)))
    if study.scale > 1 and trial.treatments:
        stands = result.counts["takes"] * study.scale
        lines.append(
            say(
                "stands", lang, scale=study.scale, many=number(stands, lang),
                share=percent(100 * result.counts["takes"] / max(1, study.firms), lang),
            )
        )  # fmt: skip
    lines += [said("example", lang, region=study.region.name), inputs_line(study.region, lang)]
    lines += [line for line in [stale_line(lang)] if line]
    # Its first line speaks of totals, which a trial has none of.
    return [*lines, *scale_notes(study, lang)[1:]]


def _biased(result: TrialResult) -> list[str]:
    """Outcomes whose control units the trial itself moved by a tenth of the effect or more."""
    if not result.trial.spillover:
        return []
    found = []
    table = result.table.set_index(["outcome", "horizon", "estimand"])
    for outcome in result.trial.outcomes:
        for horizon in result.trial.horizons:
            moved = _at(table, outcome, horizon, "spillover_control")
            truth = float(_at(table, outcome, horizon, "truth")["estimate"])
            low, high = float(moved["sim_low"]), float(moved["sim_high"])
            clear = math.isfinite(low) and (low > 0.0 or high < 0.0)
            if clear and abs(float(moved["estimate"])) > 0.1 * abs(truth):
                found.append(f"{outcome}@{horizon}")
    return found


def _pilot(result: TrialResult, design: PilotDesign, lang: str, width: int) -> list[str]:
    """The design of a pilot: a table and what follows from it."""
    asked = percent(100 * design.asked, lang)
    lines = [say("pilot_title", lang, power=asked)]
    keys = ("outcome", "after", "effect", "relative", "detectable", "power", "units", "rounds",
            "cost")  # fmt: skip
    head = [say(f"pilot_{key}", lang, units=_count(result.trial.units, lang)) for key in keys]
    body = []
    table = design.table
    one = table[table["rounds"] == 1]
    for _, row in one.iterrows():
        same = (table["outcome"] == row["outcome"]) & (table["horizon"] == row["horizon"])
        more = table[same & (table["rounds"] > 1)]
        body.append(
            [
                outcome_words(str(row["outcome"]), lang).rpartition(",")[0],
                say("months", lang, n=int(row["horizon"])),
                number(float(row["effect"]), lang, signed=True),
                _percent(float(row["relative"]), lang),
                number(float(row["detectable"]), lang),
                _both(float(row["power"]), float(row["simulated"]), lang),
                _count(float(row["units"]), lang),
                " / ".join(_count(float(u), lang) for u in more["units"]),
                _money(float(row["cost"]), lang),
            ]
        )
    lines += laid_out(head, body, max(width, 60), fixed=2)
    return [*lines, *_folded(_advice(result, design, lang), width)]


def _folded(lines: Sequence[str], width: int) -> list[str]:
    """Long lines folded, what follows set in below the first."""
    return [
        part
        for line in lines
        for part in textwrap.wrap(
            line, max(60, width), subsequent_indent="  ", break_on_hyphens=False
        )
    ]


def _both(power: float, simulated: float, lang: str) -> str:
    """By formula, and in the simulated trials."""
    return f"{percent(100 * power, lang)} ({percent(100 * simulated, lang)})"


def _count(x: float, lang: str) -> str:
    if math.isnan(x):
        return _MISSING
    return number(x, lang) if math.isfinite(x) else "∞"


def _money(x: float, lang: str) -> str:
    return number(x, lang) if math.isfinite(x) else _MISSING


def _advice(result: TrialResult, design: PilotDesign, lang: str) -> list[str]:
    """How many firms and months, what it costs, and what simulated trials of that size find."""
    trial, best = result.trial, design.best
    first = outcome_words(trial.outcomes[0], lang, trial.form)
    if best is None:
        return [say("pilot_none", lang, outcome=first), *_sources(design, lang)]
    lines = [
        say(
            "pilot_best",
            lang,
            outcome=first,
            units=_count(float(best["units"]), lang),
            treated=_count(float(best["treated"]), lang),
            months=int(best["horizon"]),
            power=percent(100 * design.asked, lang),
            cost=_money(float(best["cost"]), lang),
        )
    ]
    if design.checked is None:
        eligible = number(design.eligible, lang)
        lines.append(say("pilot_too_many", lang, eligible=eligible, region=result.plan["region"]))
    else:
        share = percent(100 * design.checked, lang)
        lines.append(say("pilot_checked", lang, n=design.replicates, share=share))
    return [*lines, say("pilot_rounds_note", lang), *_sources(design, lang)]


def _sources(design: PilotDesign, lang: str) -> list[str]:
    cost = design.cost
    parts = ", ".join(
        f"{name}: {say('cost_unknown' if source == 'unknown' else 'cost_file', lang)}"
        if source in ("unknown", "file")
        else f"{name}: {source}"
        for name, source in cost.sources
    )
    return [
        say(
            "pilot_cost_from",
            lang,
            unit=number(cost.per_unit, lang),
            interview=number(cost.per_interview, lang),
            fixed=number(cost.fixed, lang),
            items=parts,
        )
    ]
