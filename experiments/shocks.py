"""What a comparison says of the shocks its scenarios live through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.stakeholder_words import group_words
from experiments.words import percent, say

if TYPE_CHECKING:
    from experiments.design import Study
    from scenarios.scenario import Scenario, Shock

__all__ = ["shock_notes"]

_WORDS = {
    "en": {"size": "spending", "cost": "unit cost", "months": "months", "all": "all trades"},
    "id": {"size": "belanja", "cost": "biaya satuan", "months": "bulan", "all": "semua sektor"},
}


def shock_notes(study: Study, lang: str) -> list[str]:
    """Nothing without shocks; else which there are, and whether scenarios differ in them."""
    place = study.region.name
    own = {s.name: _felt(s, place) for s in study.scenarios}
    elsewhere = [
        say("shock_elsewhere", lang, scenario=s.name, region=shock.region, place=place)
        for s in study.scenarios
        for shock in s.shocks
        if shock.region not in (None, place)
    ]
    return [*dict.fromkeys(elsewhere), *_difference(study, own, lang)]


def _difference(study: Study, own: dict[str, tuple[Shock, ...]], lang: str) -> list[str]:
    if not any(own.values()):
        return []
    if len(set(own.values())) == 1:
        items = "; ".join(_shown(study.scenarios[0], s, lang) for s in own[study.names[0]])
        return [say("shocks_same", lang, items=items)]
    parts = []
    for scenario in study.scenarios:
        felt = own[scenario.name]
        if not felt:
            parts.append(say("no_shocks", lang, scenario=scenario.name))
            continue
        items = ", ".join(_shown(scenario, shock, lang) for shock in felt)
        parts.append(say("shock_list", lang, scenario=scenario.name, items=items))
    return [say("shocks_differ", lang, items="; ".join(parts))]


def _felt(scenario: Scenario, region: str) -> tuple[Shock, ...]:
    """The shocks that strike this region, in a fixed order."""
    felt = (s for s in scenario.shocks if s.region in (None, region))
    return tuple(sorted(felt, key=lambda s: (s.month, s.months, s.sector, s.size, s.cost)))


def _shown(scenario: Scenario, shock: Shock, lang: str) -> str:
    words = _WORDS[lang]
    changes = " ".join(
        f"{words[key]} {'+' if value > 0 else ''}{percent(100 * value, lang)}"
        for key, value in (("size", shock.size), ("cost", shock.cost))
        if value
    )
    named = shock.sector if lang == "en" else group_words(shock.sector, lang)
    sector = words["all"] if shock.sector == "all" else named
    start = scenario.calendar(shock.month)
    return f"{start} ({shock.months} {words['months']}) {sector} {changes}"
