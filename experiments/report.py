"""The comparison as text and as HTML: effects with both intervals, and what they hang on."""

from __future__ import annotations

import html as escape
import math
import textwrap
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from experiments.comparison import FEWEST_PAIRS
from experiments.ensemble_words import sets_legend
from experiments.money import money_lines
from experiments.precision.tables import dominance_line, share_words, tenth_line
from experiments.stakeholder_table import clear, nothing, shows_from, stakeholder_windows
from experiments.words import (
    number,
    percent,
    say,
    supported,
    unit_words,
    with_error,
    with_interval,
)
from sim.outcomes import OUTCOMES, windows

if TYPE_CHECKING:
    import pandas as pd

    from experiments.comparison import Comparison
    from experiments.studied import Sensitivity
    from scenarios.scenario import Scenario

__all__ = [
    "HOTEL_STATES",
    "TABLE_OUTCOMES",
    "effect_cells",
    "hotel_cell",
    "html",
    "laid_out",
    "rows_of_groups",
    "spread",
    "text",
    "window_title",
    "wrapped",
]

_NAMED = 3  # assumptions that an effect hangs on

HOTELS = "hotels"
TABLE_OUTCOMES = (
    "profit", "profit_per_eligible", "profit_per_micro", "revenue", "revenue_per_eligible",
    "revenue_per_micro", "firms_gaining", "in_business", "jobs", "ever_partnered", HOTELS,
    "same_trade", "hotel_cost", "public_cost", "public_cost_per_eligible", "fines", "net_benefit",
    "outside_loss", "gini",
)  # fmt: skip
"""Rows of the table on the screen, in every window; a dash where one has no meaning there."""
ONLINE_OUTCOMES = (
    "selling_online", "shops_dormant", "online_sales", "online_sales_outside", "sales_per_shop",
    "online_gini", "platform_fees",
)  # fmt: skip
"""Further rows where the runs have a marketplace."""
OF_GROUP = {
    "agency": ("agency_purchases", "agency_extra_cost", "lot_failures"),
    "cooperative": ("lot_failures", "pooled_share"),
    "large_buyer": ("large_buyer_purchases",),
}
"""Further rows where a scenario sets levers of a group."""
HOTEL_STATES = (
    "hotels_signed", "hotels_buying", "hotels_newly_buying", "hotels_still_buying",
    "hotels_on_paper",
)  # fmt: skip
"""In the order shown; signed never stands alone."""
_MISSING = "-"


def text(
    comparison: Comparison,
    *,
    lang: str = "en",
    width: int = 118,
    show: Sequence[str] = ("policy", "after"),
    by: str | None = None,
) -> str:
    """All that the screen shows of a comparison, but the folder.

    Args:
        comparison: finished.
        lang: "en" or "id".
        width: of the screen; where scenarios do not fit beside one another they stand under one
            another, outcome by outcome.
        show: windows, where the run has them.
        by: a grouping to add, such as "size_class".
    """
    # These need this module.
    from experiments.at_most import at_most_lines  # noqa: PLC0415
    from experiments.group_report import group_lines  # noqa: PLC0415
    from experiments.hotel_states import state_lines  # noqa: PLC0415
    from experiments.in_short import short_lines  # noqa: PLC0415
    from experiments.precision.words import precision_lines  # noqa: PLC0415
    from experiments.stakeholder_report import stakeholder_lines  # noqa: PLC0415

    lines = []
    months = comparison.study.months
    years = stakeholder_windows(months, show)
    for window in (w for w in show if w in windows(months)):
        lines += [*_table(comparison, window, lang, width), ""]
        states = state_lines(comparison, window, lang, width)
        lines += [*states, ""] if states else []
        # Under its own year; with no year asked for, under what is shown first.
        for year in [window] if window in show and window in years else years:
            lines += [*stakeholder_lines(comparison, year, lang, width), ""]
        years = [year for year in years if year in show and year != window]
        if by is not None:
            lines += [*group_lines(comparison, window, by, lang, width), ""]
    lines += wrapped(_below(comparison, lang), width)
    known = precision_lines(comparison, lang)
    lines += ["", *wrapped(known, width)] if known else []
    # Last, where a reader of a long output looks first.
    shown = [w for w in show if w in windows(months)]
    told = "policy" if "policy" in shown else next(iter(shown), None)
    short = short_lines(comparison, told, lang, width) if told else []
    lines += ["", *at_most_lines(comparison, told, lang, width)] if told else []
    return "\n".join([*lines, *(["", *short] if short else [])])


def window_title(comparison: Comparison | Sensitivity, window: str, lang: str) -> str:
    """A window with its calendar years."""
    cut = windows(comparison.study.months)[window]
    scenario = comparison.study.scenarios[0]
    first, last = scenario.calendar(cut.start), scenario.calendar(cut.stop - 1)
    years = (first[:4], last[:4]) if first.endswith("-01") else (first, last)
    span = years[0] if years[0] == years[1] else f"{years[0]}-{years[1]}"
    if window.startswith("year "):
        return f"{say('year', lang)} {window[5:]} ({span})"
    return f"{say(window, lang)} ({span})"


def _label(outcome: str, lang: str) -> str:
    if outcome == HOTELS:
        return say("hotels", lang)
    one = OUTCOMES[outcome]
    unit = one.unit
    return f"{one.label[lang]}, {unit_words(unit, lang)}" if unit != "firms" else one.label[lang]


def spread(row: pd.Series) -> tuple[float, float]:
    """The wider story: the range where assumptions were varied, else the simulation error."""
    if math.isfinite(row["range_low"]):
        return float(row["range_low"]), float(row["range_high"])
    return float(row["sim_low"]), float(row["sim_high"])


def effect_cells(row: pd.Series, lang: str) -> tuple[str, str]:
    """Effect with its range, and the simulation error alone; rounded to what these support."""
    low, high = spread(row)
    sim = float(row["sim_low"]), float(row["sim_high"])
    if row["mean"] == low == high == sim[0] == sim[1] == 0:
        return say("same", lang), ""
    mark = "" if clear(row) or nothing(row) else " ?"
    if not math.isfinite(row["range_low"]):
        return with_error(float(row["mean"]), *sim, lang) + mark, ""
    first = with_interval(float(row["mean"]), low, high, lang) + mark
    if not math.isfinite(sim[0]):  # a single run has none
        return first, _MISSING
    return first, with_error(sum(sim) / 2, *sim, lang)


def hotel_cell(states: pd.Series, lang: str) -> str:
    """The shares of `HOTEL_STATES` of a scenario; a dash where no hotel signs."""
    if not float(states.get(HOTEL_STATES[0], math.nan)) > 0.0:
        return _MISSING
    return " / ".join(percent(float(states.get(name, math.nan)), lang) for name in HOTEL_STATES)


def _states(levels: pd.DataFrame, scenario: str) -> pd.Series:
    return levels[levels["scenario"] == scenario].set_index("outcome")["mean"]


def _table(comparison: Comparison, window: str, lang: str, width: int) -> list[str]:
    effects = comparison.effects(None, window).set_index(["scenario", "outcome"])
    levels = comparison.levels(list(HOTEL_STATES), window)
    varied = comparison.uncertainty != "seeds"
    title = (
        f"{window_title(comparison, window, lang)}, {say('against', lang)} {comparison.baseline}"
    )
    body: list[list[str]] = []
    online = ONLINE_OUTCOMES if comparison.study.has_platform else ()
    for outcome in (*TABLE_OUTCOMES, *online, *rows_of_groups(comparison.study.scenarios)):
        if outcome == HOTELS:
            cells = [hotel_cell(_states(levels, name), lang) for name in comparison.scenarios]
            body.append([_label(outcome, lang), _MISSING, *cells])
            continue
        pairs = [
            effect_cells(_at(effects, name, outcome), lang)
            if (name, outcome) in effects.index
            else (_MISSING, "")
            for name in comparison.scenarios
        ]
        level = next(
            (
                number(float(_at(effects, name, outcome)["level_baseline"]), lang)
                for name in comparison.scenarios
                if (name, outcome) in effects.index
            ),
            _MISSING,
        )
        body.append([_label(outcome, lang), level, *(first for first, _ in pairs)])
        if varied and any(second for _, second in pairs):
            errors = (second or ("" if first == _MISSING else "0 ±0") for first, second in pairs)
            body.append([f"  ({say('simulation', lang)})", "", *errors])
    legend = say("range_legend" if varied else "fixed_legend", lang)
    legend += sets_legend(comparison.sets, lang)
    head = [title, comparison.baseline, *comparison.scenarios]
    lines = laid_out(head, body, width, fixed=2)
    if len(lines) > len(body) + 1:  # they do not fit beside one another
        lines = _by_outcome(head, body, lang)
    return [*lines, *wrapped([f"{legend}  {say('mark', lang)}"], width)]


def _by_outcome(head: Sequence[str], body: Sequence[Sequence[str]], lang: str) -> list[str]:
    """The same table with the scenarios of an outcome under one another, for any screen.

    The simulation error stands beside its range; a scenario without a figure is left out.
    """
    title, baseline, *names = head
    error = f"({say('simulation', lang)})"
    blocks: list[tuple[str, list[list[str]]]] = []
    for label, level, *cells in body:
        if label.strip() == error:
            for row, cell in zip(blocks[-1][1], cells, strict=True):
                row[2] = cell
            continue
        beside = "" if level == _MISSING else f"  ({baseline} {level})"
        rows = [[f"  {name}", cell, ""] for name, cell in zip(names, cells, strict=True)]
        blocks.append((label + beside, rows))
    every = [row for _, rows in blocks for row in rows]
    wide = [max(len(row[i]) for row in every) for i in (0, 1)]
    lines = [title]
    if any(row[2] for row in every):
        lines.append(f"{'':{wide[0]}}  {'':{wide[1]}}  {error}")
    for label, rows in blocks:
        shown = [row for row in rows if row[1] != _MISSING]
        if shown:
            lines.append(label)
        lines += [f"{a:{wide[0]}}  {b:{wide[1]}}  {c}".rstrip() for a, b, c in shown]
    return lines


def rows_of_groups(scenarios: Iterable[Scenario]) -> list[str]:
    """Rows about the channels that the scenarios' levers speak of, each once."""
    groups = {name.split(".")[0]: None for one in scenarios for name in one.levers}
    rows = [name for group, names in OF_GROUP.items() if group in groups for name in names]
    return list(dict.fromkeys(rows))


def _at(table: pd.DataFrame, *key: str) -> pd.Series:
    """One row by its index."""
    return cast("pd.Series", table.xs(key))


def laid_out(head: list[str], body: list[list[str]], width: int, fixed: int = 1) -> list[str]:
    """Aligned columns; scenarios beyond the width follow in further blocks.

    Args:
        head: column heads.
        body: rows.
        width: of the screen.
        fixed: first columns that stand in every block.
    """
    table = [head, *body]
    sizes = [max(len(row[i]) for row in table) for i in range(len(head))]
    lines: list[str] = []
    first = fixed
    margin = sum(size + 2 for size in sizes[:fixed])
    while first < len(head):
        last, used = first, margin + sizes[first]
        while last + 1 < len(head) and used + 2 + sizes[last + 1] <= width:
            last += 1
            used += 2 + sizes[last]
        columns = [*range(fixed), *range(first, last + 1)]
        lines += ["  ".join(row[i].ljust(sizes[i]) for i in columns).rstrip() for row in table]
        first = last + 1
        lines += [""] if first < len(head) else []
    return lines


def _below(comparison: Comparison, lang: str) -> list[str]:
    """What stands under the table: what is unclear, what it hangs on, displacement, notes."""
    lines = []
    effects = comparison.effects([o for o in TABLE_OUTCOMES if o != HOTELS], "policy")
    title = window_title(comparison, "policy", lang).lower()
    for scenario in comparison.study.scenarios[1:]:
        name = scenario.name
        own = effects[effects["scenario"] == name]
        instrument = f" ({scenario.instrument})" if scenario.instrument else ""
        lines.append(f"{name}{instrument}, {title}")
        lines += [f"  {line}" for line in _unclear_lines(own, lang)]
        lines += [f"  {line}" for line in _share_lines(own, lang)]
        further = (tenth_line(comparison, name, lang), dominance_line(comparison, name, lang))
        lines += [f"  {line}" for line in further if line]
        if comparison.uncertainty != "seeds":
            lines.append(f"  {_hangs_line(comparison, name, lang)}")
            lines.append(f"  {_displaced_line(comparison, name, lang)}")
    money = money_lines(comparison, lang)
    return [*lines, *([""] if money else []), *money, "", *comparison.notes_in(lang)]


def wrapped(lines: Sequence[str], width: int) -> list[str]:
    """Long lines folded, what follows set in below the first."""
    found: list[str] = []
    for line in lines:
        inset = " " * (len(line) - len(line.lstrip()) + 2)
        found += textwrap.wrap(
            line,
            max(60, width),
            subsequent_indent=inset,
            drop_whitespace=True,
            break_on_hyphens=False,
        ) or [""]
    return found


def _unclear_lines(own: pd.DataFrame, lang: str) -> list[str]:
    items = []
    for _, row in own.iterrows():
        if not clear(row) and not nothing(row):
            unit = unit_words(str(row["unit"]), lang)
            label = OUTCOMES[str(row["outcome"])].label[lang]
            least = shows_from(row)
            items.append(f"{label} {number(least, lang, digits=supported(-least, least))} {unit}")
    line = say("unclear", lang, k=len(items), n=len(own))
    if not items:
        return [line]
    return [line, "  " + say("would", lang, items="; ".join(items))]


def _share_lines(own: pd.DataFrame, lang: str) -> list[str]:
    row = own[own["outcome"] == "profit"].iloc[0]
    if not math.isfinite(row["share_better"]):
        return []
    k, n = round(float(row["share_better"]) * int(row["pairs"])), int(row["pairs"])
    sure = share_words(float(row["share_better"]), n, lang)
    return [f"{OUTCOMES['profit'].label[lang]}: {say('share', lang, k=k, n=n)} ({sure})"]


def _hangs_line(comparison: Comparison, name: str, lang: str) -> str:
    table = comparison.correlations
    own = table[table["scenario"] == name]
    pairs = int(str(comparison.plan["pairs"]))
    if pairs < FEWEST_PAIRS or own.empty:
        return say("hangs_few", lang)
    named = own[own["clear"].astype(bool)].head(_NAMED)
    if named.empty:
        return say("hangs_none", lang, n=pairs)
    items = [f"{row['parameter']} ({_with_effect(row, lang)})" for row in named.to_dict("records")]
    return say("hangs", lang, items=", ".join(items))


def _with_effect(row: Mapping[Hashable, Any], lang: str) -> str:
    """How an assumption goes with the effect: its rank correlation, or that it bends."""
    rho = float(row["correlation"])
    return number(rho, lang, signed=True) if abs(rho) > row["noise"] else say("bends", lang)


def _displaced_line(comparison: Comparison, name: str, lang: str) -> str:
    table = comparison.displacement
    own = table[(table["scenario"] == name) & (table["outcome"] == "profit")]
    items = [
        with_error(float(row["mean"]), float(row["sim_low"]), float(row["sim_high"]), lang)
        for _, row in own.iterrows()
    ]
    unit = unit_words(OUTCOMES["profit"].unit, lang)
    value = percent(100 * comparison.study.parameters["displacement"], lang)
    joined = f"{' / '.join(items)} {unit} ({say('simulation', lang)})"
    return say("displaced", lang, value=value, items=joined)


def html(comparison: Comparison, *, lang: str = "en") -> str:
    """The same as a notebook shows it."""
    return f"<pre>{escape.escape(text(comparison, lang=lang))}</pre>"
