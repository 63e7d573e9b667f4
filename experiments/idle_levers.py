"""Levers whose buyers, or whose cooperatives, a region does not have: they cost and do nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.words import say
from sim.parameters import levers

if TYPE_CHECKING:
    from experiments.design import Study
    from scenarios.scenario import Scenario

__all__ = ["idle_lever_notes"]


def idle_lever_notes(study: Study, lang: str) -> list[str]:
    """One line a scenario and group of levers that nobody in the region follows."""
    return [
        say(key, lang, scenario=scenario.name, region=study.region.name, goods=goods)
        for scenario in study.scenarios
        for key, goods in _idle(scenario, study)
    ]


def _idle(scenario: Scenario, study: Study) -> list[tuple[str, str]]:
    """Keys of the messages, and the goods that an agency rule covers."""
    region = study.region
    pulled = {
        levers()[name].group
        for name, setting in scenario.levers.items()
        if setting.value != levers()[name].null
    }
    found: list[tuple[str, str]] = []
    if "hotel" in pulled and not region.hotels["count"].sum():
        found.append(("no_hotels", ""))
    if "restaurant" in pulled and not region.restaurants.count:
        found.append(("no_restaurants", ""))
    budgets = {good for good, figure in region.government.items() if figure.value > 0.0}
    if "agency" in pulled and not budgets:
        found.append(("no_agencies", ""))
    elif "agency" in pulled:
        setting = scenario.levers.get("agency.goods")
        covered = setting.value if setting and isinstance(setting.value, tuple) else ()
        if covered and not budgets & set(covered):
            found.append(("no_agency_goods", ", ".join(covered)))
    active = region.active_cooperatives
    if active is None and "cooperative_active" not in study.varied:
        active = study.parameters["cooperative_active"]
    if "cooperative" in pulled and active == 0.0:
        found.append(("no_cooperatives", ""))
    return found
