"""A scenario's data sheet, as a notebook shows it: levers, assumptions and shocks."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from scenarios.schema import plain
from sim.parameters import levers, registry

if TYPE_CHECKING:
    from scenarios.scenario import LeverSetting, Scenario

__all__ = ["scenario_sheet"]

_LEVERS = ("lever", "value", "unit", "when", "from")
_ASSUMED = ("parameter", "value", "range", "unit", "from", "source")
_SHOCKS = ("from", "months", "sector", "spending", "unit cost", "region")


def scenario_sheet(scenario: Scenario) -> str:
    """The scenario as HTML, every text escaped."""
    esc = html.escape
    title = scenario.title.get("en") or scenario.name
    parts = [f"<h4>{esc(title)} <code>{scenario.digest()[:12]}</code></h4>"]
    if scenario.description:
        parts.append(f"<p>{esc(scenario.description)}</p>")
    facts = (f"<tr><th>{esc(k)}</th><td>{esc(text)}</td></tr>" for k, text in _facts(scenario))
    parts.append(f"<table>{''.join(facts)}</table>")
    for name, columns, rows in (
        ("Levers", _LEVERS, list(_levers(scenario))),
        ("Assumptions", _ASSUMED, list(_assumptions(scenario))),
        ("Shocks", _SHOCKS, list(_shocks(scenario))),
    ):
        if rows:
            parts.append(f"<h5>{name}</h5>{_table(columns, rows)}")
        if name == "Levers":
            note = _ramps(scenario) if rows else "No lever is set: nothing is asked of anybody."
            parts.append(f"<p>{esc(note)}</p>" if note else "")
    return "".join(parts)


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th>{html.escape(column)}</th>" for column in columns)
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f"<table><tr>{head}</tr>{body}</table>"


def _facts(scenario: Scenario) -> Iterator[tuple[str, str]]:
    yield "name", scenario.name
    yield "instrument", scenario.instrument or "none"
    yield "region", scenario.region
    last = scenario.calendar(scenario.months - 1)
    yield "months", f"{scenario.months}, {scenario.first_month} to {last}"
    budget = scenario.budget
    if budget is not None and budget.million_rp_per_year is not None:
        sized = "" if budget.applied else ", not applied yet"
        money = f"{budget.million_rp_per_year:,.0f} million Rp in a policy year{sized}"
        yield "budget", f"{money}, spent on {', '.join(budget.spend_on)}"


def _levers(scenario: Scenario) -> Iterator[tuple[str, ...]]:
    for name, setting in scenario.levers.items():
        yield (
            name,
            plain(setting.value),
            levers()[name].unit,
            _when(scenario, setting),
            scenario.origin.get(f"levers.{name}", "default"),
        )


def _when(scenario: Scenario, setting: LeverSetting) -> str:
    return f"{scenario.calendar(setting.start)} to {scenario.calendar(setting.end)}"


def _ramps(scenario: Scenario) -> str:
    """Ramps by group; not every lever of a group rises over it."""
    found = {name.split(".")[0]: one.ramp_months for name, one in scenario.levers.items()}
    shown = ", ".join(f"{group} {months} months" for group, months in found.items() if months)
    return f"Ramps: {shown}; kemitraan show tells which of their levers rise." if shown else ""


def _assumptions(scenario: Scenario) -> Iterator[tuple[str, ...]]:
    for name, one in scenario.assume.items():
        fixed = one.low == one.high
        yield (
            name,
            plain(one.value),
            "held fixed" if fixed else f"{plain(one.low)}..{plain(one.high)}",
            registry()[name].unit,
            scenario.origin.get(f"assume.{name}", "default"),
            one.source,
        )


def _shocks(scenario: Scenario) -> Iterator[tuple[str, ...]]:
    for shock in scenario.shocks:
        yield (
            scenario.calendar(shock.month),
            str(shock.months),
            shock.sector,
            f"{100 * shock.size:+.3g} %" if shock.size else "",
            f"{100 * shock.cost:+.3g} %" if shock.cost else "",
            shock.region or "everywhere",
        )
