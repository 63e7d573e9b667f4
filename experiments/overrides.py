"""What a flag replaces in scenario files, said in a line each: nothing is overruled silently."""

from __future__ import annotations

from collections.abc import Iterable

from experiments.words import say
from scenarios.scenario import Scenario

__all__ = ["override_lines"]


def override_lines(
    scenarios: Iterable[Scenario],
    *,
    region: str | None = None,
    months: int | None = None,
    lang: str = "en",
) -> list[str]:
    """A line for every value of the files that a flag replaces by another.

    Args:
        scenarios: as loaded, with or without the flags.
        region: name or folder given by flag; none if it was not given.
        months: likewise.
        lang: "en" or "id".
    """
    given: dict[str, object] = {"region": region, "months": months}
    found: dict[tuple[str, object], list[str]] = {}
    for scenario in scenarios:
        for key, new in given.items():
            if new is None:
                continue
            old, where = scenario.replaced.get(
                key, (getattr(scenario, key), scenario.origin.get(key, "default"))
            )
            if old != new and where not in ("default", "flag"):
                found.setdefault((key, old), []).append(where)
    return [
        say(
            "replaces",
            lang,
            flag=f"--{key}",
            new=given[key],
            old=old,
            where=", ".join(dict.fromkeys(places)),
        )
        for (key, old), places in found.items()
    ]
