"""Public money of a comparison: what each scenario was expected to cost, and what it came to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.costs import cost_by_term, cost_outside, idle_terms, unforeseen
from experiments.effects import mean_interval, quantile
from experiments.unit import Cell
from experiments.words import number, say
from scenarios.schema import PRICE_YEAR
from sim.outcomes import windows
from sim.policy_cost import COST_TERMS

if TYPE_CHECKING:
    from experiments.comparison import Comparison
    from scenarios.scenario import Scenario

__all__ = ["equality_notes", "money_lines", "money_rows", "shown_by_default"]

FOLLOWS_SALES = "follows_sales"
"""Term of the fees and the promotion that the public bears, as trial runs found it."""
_MILLION_A_BILLION = 1000.0
_CLOSE = 0.02
_LARGE = 10.0


def shown_by_default(comparison: Comparison) -> bool:
    """Whether levers were sized to money, by a flag or by a file."""
    sized = any(s.budget and s.budget.applied for s in comparison.study.scenarios[1:])
    return sized or comparison.plan.get("equal_budget") is not None


def money_rows(comparison: Comparison) -> list[dict[str, Any]]:
    """One plain row a scenario: expected and realised public cost in a policy year, Rp million.

    `expected` and `realised` are at the values held fixed, with the 95 % interval of the mean;
    `realised_mean` is over all runs, `realised_low` and `realised_high` their 5 and 95 % points;
    `by_term` splits what is expected, `sized` names the levers that were sized, their values and
    their origin.
    """
    study = comparison.study
    if "policy" not in windows(study.months):
        return []
    years = windows(study.months)["policy"].months / 12
    at = comparison.layout.index(Cell("public_cost", "", "all", "policy"))
    held = comparison.differences.fixed_levels[:, :, at] * _MILLION_A_BILLION / years
    drawn = comparison.differences.levels["draw"][:, :, at] * _MILLION_A_BILLION / years
    low, high = quantile(drawn, 0.05), quantile(drawn, 0.95)
    sim_low, sim_high = mean_interval(held)
    rows = []
    for s, scenario in enumerate(study.scenarios):
        if s == 0:
            continue
        terms = cost_by_term(scenario, study.parameters, study.months)
        tried = study.follows_sales.get(scenario.name)
        if tried is not None:
            terms[FOLLOWS_SALES] = tried
        rows.append(
            {
                "scenario": scenario.name,
                "price_year": PRICE_YEAR,
                "expected": sum(terms.values()),
                "by_term": terms,
                "not_expected": unforeseen(scenario) if tried is None else [],
                "outside_policy_years": cost_outside(scenario, study.parameters, study.months),
                "realised": float(np.mean(held[:, s])),
                "sim_low": float(sim_low[s]),
                "sim_high": float(sim_high[s]),
                "realised_mean": float(np.mean(drawn[:, s])),
                "realised_low": float(low[s]),
                "realised_high": float(high[s]),
                "sized": _sized(scenario),
            }
        )
    return rows


def _sized(scenario: Scenario) -> dict[str, dict[str, object]]:
    if scenario.budget is None or not scenario.budget.applied:
        return {}
    return {
        name: {
            "value": scenario.levers[name].value,
            "from": scenario.origin.get(f"levers.{name}", "budget"),
        }
        for name in scenario.budget.spend_on
    }


def _off(row: dict[str, Any]) -> bool:
    """Whether the money came out otherwise than expected, and luck does not explain it."""
    far = abs(row["realised"] - row["expected"]) > _CLOSE * max(1.0, row["expected"])
    return far and not row["sim_low"] <= row["expected"] <= row["sim_high"]


def equality_notes(comparison: Comparison, lang: str) -> list[str]:
    """Whether the scenarios of a comparison cost the same; nothing where there is one."""
    amount = comparison.plan.get("equal_budget")
    scenarios = comparison.study.scenarios[1:]
    if amount is not None:
        shown = number(float(str(amount)), lang, digits=0)
        asis = [s.name for s in scenarios if not (s.budget and s.budget.applied)]
        if len(asis) == 1:
            return [say("equal_to", lang, amount=shown, scenario=asis[0])]
        return [say("equal", lang, amount=shown)]
    costs = {
        row["scenario"]: float(row["realised" if row["not_expected"] else "expected"])
        for row in money_rows(comparison)
    }
    if len(costs) < 2 or max(costs.values()) - min(costs.values()) <= _CLOSE * max(costs.values()):
        return []
    items = ", ".join(f"{name} {number(cost, lang)}" for name, cost in costs.items())
    return [say("not_equal", lang, items=items)]


def _term(name: str, lang: str) -> str:
    """A part of the public cost for people."""
    return say(name, lang) if name == FOLLOWS_SALES else COST_TERMS[name].doc[lang]


def money_lines(comparison: Comparison, lang: str) -> list[str]:
    """The same as lines below a table: one a scenario, then what a reader must know."""
    rows = money_rows(comparison) if shown_by_default(comparison) else []
    if not rows:
        return []
    lines = [say("money", lang, year=PRICE_YEAR)]
    by_name = {s.name: s for s in comparison.study.scenarios}
    for row in rows:
        terms = ", ".join(
            f"{_term(name, lang)} {number(cost, lang)}" for name, cost in row["by_term"].items()
        )
        spread = ""
        if comparison.uncertainty != "seeds":
            mean, low, high = (number(row[f"realised_{x}"], lang) for x in ("mean", "low", "high"))
            spread = say("money_varied", lang, mean=mean, low=low, high=high)
        lines.append(
            "  "
            + say(
                "money_row",
                lang,
                scenario=row["scenario"],
                expected=number(row["expected"], lang),
                terms=terms or "-",
                realised=number(row["realised"], lang) + spread,
            )
        )
        for name, sized in row["sized"].items():
            size = float(str(sized["value"]))
            value = number(size, lang, digits=1) if size >= _LARGE else number(size, lang)
            where = sized["from"]
            lines.append("    " + say("money_sized", lang, lever=name, value=value, where=where))
        if row["outside_policy_years"] > 0:
            amount = number(row["outside_policy_years"], lang)
            lines.append("    " + say("money_outside", lang, amount=amount))
        later = row["not_expected"]
        if later:
            lines.append("    " + say("money_later", lang, levers=", ".join(later)))
        elif _off(row):
            less = row["realised"] < row["expected"]
            lines.append("    " + say("money_less" if less else "money_more", lang))
        idle = idle_terms(by_name[row["scenario"]]) if row["sized"] else []
        if idle:
            lines.append("    " + say("money_idle", lang, levers=", ".join(idle)))
    return lines
