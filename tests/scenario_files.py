"""Scenario files for tests: written into the current folder, read, their faults as lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from scenarios import Scenario, ScenarioError, load_scenario

HEAD = "name: wajib\nextends: mandated_hotel_partnership\nregion: surabaya\n"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(folder: Path, text: str | bytes, name: str = "wajib.yaml") -> Path:
    path = folder / name
    path.write_bytes(text.encode("utf-8") if isinstance(text, str) else text)
    return path


def load(here: Path, text: str | bytes) -> Scenario:
    write(here, text)
    return load_scenario("wajib.yaml")


def faults(here: Path, text: str | bytes) -> list[str]:
    """The faults' first lines, without the file's name."""
    with pytest.raises(ScenarioError) as caught:
        load(here, text)
    return [
        f"{f.line}:{f.column}: {f.key}: {f.message}" if f.line else f.message
        for f in caught.value.faults
    ]
