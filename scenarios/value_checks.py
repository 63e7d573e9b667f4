"""The checks every kind of value shares: numbers within limits, texts, choices."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from scenarios.faults import OVERRIDE, did_you_mean, shown
from scenarios.reader import Entry, Node, decimal_commas
from scenarios.scalars import number_advice
from scenarios.schema import plain
from scenarios.source import Document

__all__ = ["MONTH", "ValueChecks", "Written", "what"]

MONTH = re.compile(r"(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])")
_LONGEST = {"title": 200, "description": 5_000, "region": 300, "source": 1_000}


@dataclass(frozen=True)
class Written:
    """A value somebody wrote, under its dotted key in the grammar's own spelling.

    Attributes:
        value: checked and in the lever's or parameter's own unit.
        layer: 0 for the file furthest up the `extends` chain, rising to the overrides.
    """

    key: str
    value: Any
    document: Document
    node: Node
    layer: int

    @property
    def origin(self) -> str:
        """The place as "file:line", or "flag" for a value given in the call."""
        if self.document.label == OVERRIDE:
            return "flag"
        return f"{PurePath(self.document.label).name}:{self.node.line}"

    def fault(self, message: str) -> None:
        """Note a fault at this value."""
        node = self.node
        self.document.fault(self.key, message, node.line, node.column, node.width)


class ValueChecks:
    """Checks of single values; what passes is kept in `written`, faults go to the document."""

    def __init__(self, document: Document, inherited: Mapping[str, Written], layer: int) -> None:
        self.document = document
        self.inherited = inherited
        self.layer = layer
        self.written: dict[str, Written] = {}

    def fault(self, key: str, node: Node, message: str) -> None:
        """Note a fault at a key or value."""
        self.document.fault(key, message, node.line, node.column, node.width)

    def keep(self, key: str, value: object, node: Node) -> None:
        """Take a checked value in under its dotted key."""
        self.written[key] = Written(key, value, self.document, node, self.layer)

    def entries(self, path: str, node: Node) -> list[Entry]:
        """A mapping's readable entries, less the remains of decimal commas, which are faults."""
        remains = []
        for left, right in decimal_commas(node, self.document):
            number = f"{left.value.text},{right.key.text}"
            key = f"{path}.{left.key.text}" if path else left.key.text
            left.value.width += 1 + right.key.width
            advice = number_advice(number, share=False)
            self.fault(key, left.value, f"{number} {advice}")
            left.value.kind = "broken"
            remains.append(right)
        return [
            e
            for e in node.entries
            if e.key.kind not in ("broken", "list", "mapping") and not any(e is r for r in remains)
        ]

    def mapping(self, key: str, node: Node, example: str) -> list[Entry]:
        """The entries of what must be a mapping; none where it is not."""
        if node.kind != "mapping":
            self.fault(key, node, f"expects {example}, got {what(node)}")
            return []
        return self.entries(key, node)

    def text(self, key: str, node: Node, kind: str) -> str | None:
        """A text that is neither empty nor longer than its kind may be."""
        if node.kind != "text":
            advice = ": put it in quotes" if node.kind in ("number", "bool", "not finite") else ""
            self.fault(key, node, f"expects a text, got {what(node)}{advice}")
        elif not node.text.strip():
            self.fault(key, node, "is an empty text")
        elif len(node.text) > _LONGEST[kind]:
            self.fault(key, node, f"is longer than {_LONGEST[kind]:,} characters")
        else:
            return node.text.strip()
        return None

    def number(
        self,
        key: str,
        node: Node,
        low: float,
        high: float,
        default: float | None,
        *,
        whole: bool = False,
        share: bool = False,
    ) -> float | None:
        """A finite number within its limits, or None with the fault noted."""
        limits = f"[{_limits(low, high)}"
        limits += "]" if default is None else f", default {plain(default)}]"
        text = shown(node.text)
        switch = whole and (low, high) == (0.0, 1.0)
        advice = number_advice(node.text, share=share) if node.kind == "text" else None
        if node.kind == "number":
            value = node.number
            if not low <= value <= high or not math.isfinite(value):
                self.fault(key, node, f"{text} is out of range {limits}")
            elif whole and not value.is_integer():
                self.fault(key, node, f"{text} is not a whole number {limits}")
            else:
                return value
        elif node.kind == "not finite":
            self.fault(key, node, f"{text} is not a finite number {limits}")
        elif advice:
            self.fault(key, node, f"{text} {advice} {limits}")
        elif node.kind != "broken":
            hint = ": write 1 or 0" if switch else ""
            self.fault(key, node, f"expects a number {limits}, got {what(node)}{hint}")
        return None

    def choice(self, key: str, node: Node, choices: tuple[str, ...]) -> str | None:
        """One of a few words."""
        if node.kind in ("text", "number", "bool") and node.text in choices:
            return node.text
        if node.kind in ("text", "number", "bool"):
            hint = did_you_mean(node.text, choices, listed=0)
            message = f"{shown(node.text)!r} is not one of {', '.join(choices)}{hint}"
        else:
            message = f"expects one of {', '.join(choices)}, got {what(node)}"
        self.fault(key, node, message)
        return None

    def default(self, key: str, otherwise: float) -> float:
        """The number that holds when the key is not written: inherited, else `otherwise`."""
        inherited = self.inherited.get(key)
        return otherwise if inherited is None else float(inherited.value)


def _limits(low: float, high: float) -> str:
    if math.isfinite(high):
        return f"{plain(low)}..{plain(high)}"
    return f"{plain(low)} or more" if math.isfinite(low) else "any finite number"


def what(node: Node) -> str:
    """What a node is, for 'got ...'."""
    if node.kind == "text":
        return f"the text {shown(node.text)!r}"
    if node.kind in ("list", "mapping"):
        return "a list" if node.kind == "list" else "keys and values"
    return "nothing" if node.kind == "null" else shown(node.text)
