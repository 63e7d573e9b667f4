"""What a reader must know besides the numbers of an exploration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from experiments.ensemble_words import ensemble_notes
from experiments.explore.words import say
from experiments.idle_levers import idle_lever_notes
from experiments.inputs import inputs_line
from experiments.missing import missing_lines
from experiments.scale_rules import scale_notes
from experiments.shocks import shock_notes
from experiments.stale import stale_line
from experiments.words import number
from experiments.words import say as said

if TYPE_CHECKING:
    from experiments.batch.failure import Failure
    from experiments.batch.job import Job
    from experiments.design import Study

__all__ = ["run_notes"]

_OPTION = "--equal-budget: "
"""How messages about money begin, and how the catalogue knows them."""


def run_notes(
    study: Study,
    why_unequal: str,
    lang: str,
    failures: Mapping[int, tuple[Job, Failure]] | None = None,
    there: int = 0,
) -> list[str]:
    """Notes on runs of a study.

    Args:
        study: what they shared.
        why_unequal: why scenarios could not be sized to the same money; empty where they were, or
            nobody wanted it.
        lang: "en" or "id".
        failures: of draws that have no numbers, by number of the run.
        there: draws that have numbers.
    """
    from experiments.cli.speech import error_words  # noqa: PLC0415  # patterns only where needed

    notes = [said("example", lang, region=study.region.name), inputs_line(study.region, lang)]
    notes += [line for line in [stale_line(lang)] if line]
    notes += ensemble_notes(study, lang)
    notes += [*scale_notes(study, lang), *idle_lever_notes(study, lang)]
    if why_unequal:
        why = error_words(f"{_OPTION}{why_unequal}", lang).removeprefix(_OPTION)
        notes.append(say("unequal_why", lang, why=why))
    notes += shock_notes(study, lang)
    if study.has_platform:
        notes.append(said("platform", lang))
    given = {name: a for one in study.scenarios for name, a in one.assume.items()}
    for name, assumption in sorted(given.items()):
        notes.append(said("given", lang, name=name, value=number(assumption.value, lang)))
    return notes + missing_lines(failures or {}, there, lang)
