"""Trial files for tests: written into the current folder, read, their faults as lines."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from experiments.trials.files import load_trial
from scenarios.faults import ScenarioError
from scenarios.trial import Given, Trial

HEAD = "name: mine\nregion: surabaya\n"


def read(folder: Path, text: str, name: str = "mine.yaml") -> Trial:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return load_trial(path)


def faults(folder: Path, text: str) -> list[str]:
    """The faults' first lines, without the file's name."""
    with pytest.raises(ScenarioError) as caught:
        read(folder, text)
    return [f"{f.line}:{f.column}: {f.key}: {f.message}" for f in caught.value.faults]


def small(name: str = "cash_grant", units: int = 300, **changes: object) -> Trial:
    """A shipped trial for a town: few units, any firm, two outcomes, one survey."""
    base = load_trial(name)
    usual: dict[str, object] = {
        "units": units,
        "horizons": (12,),
        "outcomes": ("profit", "practice"),
        "attrition": (0.0, 0.0),
        "take_up": 1.0,
        "replicates": 4,
    }
    return replace(base, **{**usual, **changes})


def gets(what: str, months: int = 1, start: int = 0, **settings: object) -> tuple[Given, ...]:
    return (Given(what, start, months, settings),)  # type: ignore[arg-type]
