"""`kemitraan list WHAT`: what there is to work with."""

from __future__ import annotations

import difflib
from typing import Annotated, Any

import typer

from experiments.cli.options import JsonOption, LangOption, language
from experiments.cli.output import heads, print_json, print_table, warn_of_stale
from sim.errors import KemitraanError

__all__ = ["THINGS", "list_things"]

THINGS = ("scenarios", "regions", "parameters", "outcomes", "levers", "trials")


def list_things(
    what: Annotated[str, typer.Argument(metavar="WHAT", help=" | ".join(THINGS))],
    *,
    json: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """List scenarios, regions, parameters, outcomes, levers or trials."""
    if what not in THINGS:
        close = difflib.get_close_matches(what, THINGS, n=1)
        hint = f", did you mean {close[0]!r}?" if close else f"; known: {', '.join(THINGS)}"
        raise KemitraanError(f"nothing called {what!r} to list{hint}")
    speech = language(lang)
    rows = {
        "scenarios": _scenarios,
        "regions": _regions,
        "parameters": _parameters,
        "outcomes": _outcomes,
        "levers": _levers,
        "trials": _trials,
    }[what](speech)
    if json:
        print_json(rows)
    else:
        columns = [name for name in (rows[0] if rows else {}) if name not in _ONLY_JSON]
        body = [[_cell(row[name], name, speech) for name in columns] for row in rows]
        print_table(heads(columns, speech), body)
    if what == "parameters":
        warn_of_stale(speech)


_ONLY_JSON = ("note", "sources", "evidence", "checked_on", "fixed", "choices", "denominator")


_WORDS = {"unit": "unit", "kind": "kind", "better": "kind"}
"""Columns whose words are told, and the context they stand under."""


def _cell(value: object, column: str, lang: str) -> str:
    from experiments.catalogue import told  # noqa: PLC0415
    from scenarios.schema import plain  # noqa: PLC0415

    if value is None:
        return ""
    if isinstance(value, list) and all(isinstance(item, float) for item in value) and value:
        return f"{plain(value[0])}..{plain(value[1])}"
    if column in _WORDS:
        return told(plain(value), lang, _WORDS[column])
    return plain(value)


def _scenarios(lang: str) -> list[dict[str, Any]]:
    from scenarios.scenario import list_scenarios, load_scenario  # noqa: PLC0415

    loaded = [load_scenario(name) for name in list_scenarios()]
    return [
        {
            "name": s.name,
            "title": s.title[lang],
            "instrument": s.instrument,
            "region": s.region,
        }
        for s in loaded
    ]


def _regions(lang: str) -> list[dict[str, Any]]:
    from scenarios.region import list_regions, load_region  # noqa: PLC0415

    return [
        {
            "name": region.name,
            "title": region.title.get(lang) or region.name,
            "firms": region.firms,
            "hotels": int(region.hotels["count"].sum()),
            "districts": len(region.districts),
        }
        for region in map(load_region, list_regions())
    ]


def _parameters(lang: str) -> list[dict[str, Any]]:  # noqa: ARG001  # one language by design
    from sim.parameters import registry  # noqa: PLC0415

    return [
        {
            "name": p.name,
            "value": p.value,
            "range": [p.low, p.high],
            "unit": p.unit,
            "kind": p.kind,
            "fixed": p.fixed,
            "note": p.note,
            "sources": [{"title": s.title, "url": s.url, "year": s.year} for s in p.sources],
            "evidence": list(p.evidence),
            "checked_on": p.checked_on.isoformat(),
        }
        for p in registry().values()
    ]


def _outcomes(lang: str) -> list[dict[str, Any]]:
    from sim.outcomes import OUTCOMES  # noqa: PLC0415

    better = {1: "more", -1: "less", 0: ""}
    return [
        {
            "name": name,
            "label": outcome.label[lang],
            "unit": outcome.unit,
            "better": better[outcome.better],
            "denominator": outcome.denominator,
        }
        for name, outcome in OUTCOMES.items()
    ]


def _levers(lang: str) -> list[dict[str, Any]]:
    from sim.parameters import levers  # noqa: PLC0415

    return [
        {
            "name": lever.name,
            "null": list(lever.null) if isinstance(lever.null, tuple) else lever.null,
            "range": None if lever.low is None else [lever.low, lever.high],
            "unit": lever.unit,
            "choices": list(lever.choices),
            "meaning": lever.doc[lang],
        }
        for lever in levers().values()
    ]


def _trials(lang: str) -> list[dict[str, Any]]:
    from experiments.trials.files import list_trials, load_trial  # noqa: PLC0415  # numba

    loaded = [load_trial(name) for name in list_trials()]
    return [
        {
            "name": one.name,
            "title": one.title[lang],
            "scenario": one.scenario.name,
            "region": one.region,
            "units": one.units,
            "treatment": ", ".join(given.kind for given in one.treatments),
        }
        for one in loaded
    ]
