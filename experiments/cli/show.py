"""`kemitraan show FILE`: a scenario's values, and where each one comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from experiments.cli.options import JsonOption, LangOption, MonthsOption, RegionOption, language
from experiments.cli.output import heads, print_json, print_table

if TYPE_CHECKING:
    from scenarios.scenario import Scenario

__all__ = ["show"]

_RUN_KEYS = ("region", "months", "first_month", "instrument")


def show(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A scenario file or name.")],
    *,
    resolved: Annotated[
        bool, typer.Option("--resolved", help="Every lever and parameter, set or not.")
    ] = False,
    region: RegionOption = None,
    months: MonthsOption = None,
    json: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Show what a scenario sets; with --resolved every value and where it comes from."""
    from experiments.budget import load_scenario  # noqa: PLC0415  # YAML only now
    from experiments.catalogue import told  # noqa: PLC0415
    from experiments.limits import check_months  # noqa: PLC0415
    from scenarios.schema import plain  # noqa: PLC0415

    check_months(months)
    scenario = load_scenario(file, region=region, months=months)
    levers = _levers(scenario, everything=resolved)
    parameters = _parameters(scenario, everything=resolved)
    costs = _costs(scenario, language(lang))
    if json:
        print_json(
            {
                "scenario": scenario.resolved(),
                "digest": scenario.digest(),
                "run": {
                    key: {"value": getattr(scenario, key), "from": scenario.origin[key]}
                    for key in _RUN_KEYS
                },
                "public_cost": costs,
                "levers": levers,
                "parameters": parameters,
            }
        )
        return
    speech = language(lang)
    print(f"{scenario.name}: {scenario.title[speech]}")
    if scenario.description:
        print(scenario.description)
    print()
    print_table(
        heads(("run", "value", "from"), speech),
        [(key, plain(getattr(scenario, key)), _from(scenario, key, speech)) for key in _RUN_KEYS],
    )
    if levers:
        print()
        rows = [
            (
                r["lever"],
                plain(r["value"]),
                told(r["unit"], speech, "unit"),
                _when(scenario, r, speech),
                told(r["from"], speech, "kind"),
            )
            for r in levers
        ]
        print_table(heads(("lever", "value", "unit", "when", "from"), speech), rows)
    if costs:
        print()
        head = ("expected public cost", "million Rp in a policy year", "sized by")
        shown = [
            (r["term"], plain(round(r["million_rp_per_year"], 3)), ", ".join(r["sized_by"]))
            for r in costs
        ]
        print_table(heads(head, speech), shown)
    if parameters:
        print()
        print_table(
            heads(("parameter", "value", "range", "unit", "kind", "from"), speech),
            [
                (
                    r["parameter"],
                    plain(r["value"]),
                    f"{plain(r['low'])}..{plain(r['high'])}",
                    told(r["unit"], speech, "unit"),
                    told(r["kind"], speech, "kind"),
                    told(r["from"], speech, "kind"),
                )
                for r in parameters
            ],
        )


def _from(scenario: Scenario, key: str, lang: str) -> str:
    from experiments.catalogue import told  # noqa: PLC0415
    from experiments.words import say  # noqa: PLC0415
    from scenarios.schema import plain  # noqa: PLC0415

    origin = told(scenario.origin[key], lang, "kind")
    if key not in scenario.replaced:
        return origin
    value, where = scenario.replaced[key]
    return say("origin_replaces", lang, origin=origin, value=plain(value), where=where)


def _levers(scenario: Scenario, *, everything: bool) -> list[dict[str, Any]]:
    from sim.parameters import levers  # noqa: PLC0415
    from sim.policy import rises  # noqa: PLC0415

    rows = []
    for lever in levers().values():
        setting = scenario.levers.get(lever.name)
        if setting is None and not everything:
            continue
        value = lever.null if setting is None else setting.value
        row: dict[str, Any] = {
            "lever": lever.name,
            "value": list(value) if isinstance(value, tuple) else value,
            "unit": lever.unit,
            "start": None,
            "ramp_months": None,
            "end": None,
            "from": scenario.origin.get(f"levers.{lever.name}", "default"),
        }
        if setting is not None:
            # A lever that only switches on has no ramp, whatever its group says; nor has the
            # coverage of an obligation.
            ramp = setting.ramp_months if rises(lever.name, scenario.levers) else 0
            row |= {"start": setting.start, "ramp_months": ramp, "end": setting.end}
            row["timing_from"] = {
                part: scenario.origin.get(f"levers.{lever.group}.{part}", "default")
                for part in ("start", "ramp_months", "end")
            }
        rows.append(row)
    return rows


def _costs(scenario: Scenario, speech: str) -> list[dict[str, Any]]:
    """Expected public cost by term; `sized_by` names the levers that a budget moves, or would."""
    from experiments.budget import own_parameters  # noqa: PLC0415
    from experiments.costs import cost_by_term  # noqa: PLC0415
    from sim.policy_cost import COST_TERMS  # noqa: PLC0415

    found = cost_by_term(scenario, own_parameters(scenario))
    spend_on = scenario.budget.spend_on if scenario.budget else ()
    rows = [
        {
            "term": COST_TERMS[name].doc[speech],
            "million_rp_per_year": cost,
            "sized_by": [
                lever
                for lever in (*COST_TERMS[name].levers, *COST_TERMS[name].along)
                if lever in spend_on
            ],
        }
        for name, cost in found.items()
    ]
    if len(rows) > 1:
        total = sum(found.values())
        all_of_it = {"en": "all", "id": "semua"}[speech]
        rows.append({"term": all_of_it, "million_rp_per_year": total, "sized_by": []})
    return rows


def _when(scenario: Scenario, row: dict[str, Any], lang: str) -> str:
    from experiments.words import say  # noqa: PLC0415

    if row["start"] is None:
        return say("not_set", lang)
    start, end = (scenario.calendar(row[part]) for part in ("start", "end"))
    key = "when_rising" if row["ramp_months"] else "when"
    return say(key, lang, start=start, end=end, n=row["ramp_months"])


def _parameters(scenario: Scenario, *, everything: bool) -> list[dict[str, Any]]:
    from sim.parameters import registry  # noqa: PLC0415

    rows = []
    for parameter in registry().values():
        assumed = scenario.assume.get(parameter.name)
        if assumed is None and not everything:
            continue
        values = parameter if assumed is None else assumed
        source = "; ".join(s.title for s in parameter.sources)
        rows.append(
            {
                "parameter": parameter.name,
                "value": values.value,
                "low": values.low,
                "high": values.high,
                "unit": parameter.unit,
                "kind": parameter.kind if assumed is None else "assumed",
                "source": source if assumed is None else assumed.source,
                "from": scenario.origin.get(f"assume.{parameter.name}", "registry"),
            }
        )
    return rows
