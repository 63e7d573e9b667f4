"""What a document names: files of the project, tests, and whether they are there."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_TEST = re.compile(r"(tests/test_\w+\.py)(?:::(\w+)(?:\[(.+)\])?)?")
_CASES = {
    "tests/test_off.py": ("tests.off_firms.FIRMS", "tests.off_buyers.BUYERS"),
    "tests/test_knockouts.py": (
        "tests.trade_offs.TRADE_OFFS",
        "tests.trade_offs_of_coaching.COACHING_TRADE_OFFS",
    ),
}
"""Where the cases of a test that is asked of many stand; each has a name."""


@cache
def functions(path: str) -> frozenset[str]:
    """Names of the tests of a file."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef))


@cache
def cases(path: str) -> frozenset[str]:
    """Names of the cases that a file's tests are asked of."""
    from importlib import import_module

    found: list[str] = []
    for place in _CASES.get(path, ()):
        module, _, name = place.rpartition(".")
        found += [case.name for case in getattr(import_module(module), name)]
    return frozenset(found)


def missing(name: str) -> str:
    """What is not there of "tests/test_x.py", with or without "::test_name[case]"; empty if all."""
    match = _TEST.fullmatch(name)
    if match is None:
        return "no name of a test"
    path, function, case = match.groups()
    if not (ROOT / path).is_file():
        return f"{path} is gone"
    if function and function not in functions(path):
        return f"{path} has no {function}"
    if case and case not in cases(path):
        return f"{path} has no case {case!r}"
    return ""


def named_tests(text: str) -> list[str]:
    """Everything in code letters that begins like the path of a test."""
    return re.findall(r"`(tests/test_[^`]+)`", text)
