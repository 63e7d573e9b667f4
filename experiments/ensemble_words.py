"""What a comparison says of the parameter sets its assumptions were drawn from, if they were."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from experiments.words import number, say

if TYPE_CHECKING:
    from experiments.design import Study

__all__ = ["ensemble_notes", "ensemble_record", "sets_legend"]

_NAMED = 5


def sets_legend(sets: int | None, lang: str) -> str:
    """What a range is over, behind its legend; nothing without an ensemble."""
    if not sets:
        return ""
    return "  " + say("sets_legend", lang, sets=number(float(sets), lang, digits=0))


def ensemble_notes(study: Study, lang: str) -> list[str]:
    """Where the sets come from, and whether they fit the region and the registry of today."""
    ensemble = study.ensemble
    if ensemble is None:
        return []
    notes = [
        say(
            "ensemble_note",
            lang,
            n=len(study.together),
            varied=len(study.varied),
            sets=number(float(len(ensemble)), lang, digits=0),
            targets=len(ensemble.about.get("targets", ())),
            region=ensemble.region,
            informed=len(ensemble.about.get("informed", ())),
        )
    ]
    if ensemble.region != study.region.name:
        own = say("ensemble_region", lang, own=ensemble.region, region=study.region.name)
        notes.append(own)
    changed = ensemble.changed
    if changed:
        items = ", ".join(changed[:_NAMED]) + (", ..." if len(changed) > _NAMED else "")
        notes.append(say("ensemble_stale", lang, n=len(changed), items=items))
    return notes


def ensemble_record(study: Study) -> Mapping[str, Any]:
    """The ensemble as a manifest names it; nothing without one."""
    ensemble = study.ensemble
    if ensemble is None:
        return {}
    return {
        "ensemble": {
            "sets": len(ensemble),
            "together": len(study.together),
            "digest": ensemble.digest,
            "region": ensemble.region,
            "command": ensemble.about.get("command", ""),
        }
    }
