"""The TRACE document has its eight elements, and all that it names is there."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.named import missing, named_tests

ROOT = Path(__file__).resolve().parents[1]
ELEMENTS = (
    "Problem formulation", "Model description", "Data evaluation", "Conceptual model evaluation",
    "Implementation verification", "Model output verification", "Model analysis",
    "Model output corroboration",
)  # fmt: skip


def document() -> str:
    """The text without what is not shown."""
    text = (ROOT / "docs" / "trace.md").read_text(encoding="utf-8")
    return re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)


def test_the_elements_stand_in_their_order() -> None:
    found = re.findall(r"^## (\d) (.+)$", document(), re.MULTILINE)
    assert found == [(str(k), name) for k, name in enumerate(ELEMENTS, 1)]
    for part in re.split(r"^## ", document(), flags=re.MULTILINE)[1:9]:
        assert "*Summary.*" in part


def test_every_test_it_names_is_there() -> None:
    named = named_tests(document())
    assert len(named) > 50
    assert [f"{name}: {fault}" for name in named if (fault := missing(name))] == []


def test_every_other_file_and_program_it_names_is_there() -> None:
    text = document()
    paths = re.findall(r"`((?:sim|scenarios|experiments|benchmarks|docs|\.ci)/[^`]*)`", text)
    assert [path for path in paths if not (ROOT / path).exists()] == []
    for module in re.findall(r"python -m (benchmarks\.\w+)", text):
        assert find_spec(module) is not None, module


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("tests/test_off.py", ""),
        ("tests/test_off.py::test_off_equals_the_schedule_without_it", ""),
        ("tests/test_off.py::test_off_equals_the_schedule_without_it[credit]", ""),
        ("tests/test_off.py::test_off", "tests/test_off.py has no test_off"),
        (
            "tests/test_off.py::test_off_equals_the_schedule_without_it[love]",
            "tests/test_off.py has no case 'love'",
        ),
        ("tests/test_gone.py", "tests/test_gone.py is gone"),
        ("tests/lab.py", "no name of a test"),
    ],
)
def test_what_is_not_there_is_found(name: str, fault: str) -> None:
    assert missing(name) == fault
