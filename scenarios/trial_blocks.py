"""The checks of single blocks of a trial file: who is eligible, what they get, what it costs."""

from __future__ import annotations

import math
from collections.abc import Mapping

from scenarios.checks import Checker
from scenarios.faults import did_you_mean, shown
from scenarios.reader import Entry, Node
from scenarios.schema import MAX_MONTHS, plain
from scenarios.source import Document
from scenarios.trial import Given, Range
from scenarios.trial_schema import (
    DISTANCE_TO,
    ELIGIBLE_CHOICES,
    ELIGIBLE_FLAGS,
    ELIGIBLE_KEYS,
    ELIGIBLE_RANGES,
    PAST_ORDERS,
    FieldLike,
    Kinds,
    nearest_thing,
)
from scenarios.value_checks import what

__all__ = ["BlockChecks"]

MOST_TREATMENTS = 20


class BlockChecks(Checker):
    """Blocks of a trial; what passes is kept under dotted keys, faults go to the document."""

    def __init__(self, document: Document, kinds: Kinds) -> None:
        super().__init__(document, {}, 0)
        self.kinds = kinds

    # -- values of any block

    def flag(self, key: str, node: Node) -> bool | None:
        """True or false, as YAML 1.2 writes them."""
        if node.kind == "bool":
            return node.text.lower() == "true"
        if node.kind != "broken":
            word = node.text.lower()
            hint = {"yes": ": write true", "no": ": write false", "1": ": write true",
                    "0": ": write false"}.get(word, "")  # fmt: skip
            self.fault(key, node, f"expects true or false, got {what(node)}{hint}")
        return None

    def some(self, key: str, node: Node, choices: tuple[str, ...]) -> tuple[str, ...] | None:
        """One word, or a list of words, each once."""
        items = node.items if node.kind == "list" else [node]
        if not items:
            self.fault(key, node, f"is an empty list: name some of {', '.join(choices)}")
            return None
        found: list[str] = []
        for item in items:
            word = None if item.kind == "broken" else self.choice(key, item, choices)
            if word is None:
                continue
            if word in found:
                self.fault(key, item, f"{word} stands twice")
                continue
            found.append(word)
        return tuple(found) if len(found) == len(items) else None

    def span(self, key: str, node: Node, low: float, high: float) -> Range | None:
        """[low, high], both inclusive; null for no limit."""
        if node.kind == "broken" or any(item.kind == "broken" for item in node.items):
            return None
        if node.kind != "list" or len(node.items) != 2:
            hint = ": write decimals with a point, as in [0.2, 0.8]" if len(node.items) == 4 else ""
            got = what(node) if node.kind != "list" else f"{len(node.items)} values"
            self.fault(key, node, f"expects [low, high], got {got}{hint}")
            return None
        faults = len(self.document.faults)
        ends = [
            None if item.kind == "null" else self.number(key, item, low, high, None)
            for item in node.items
        ]
        if len(self.document.faults) > faults:
            return None
        first, last = ends
        if first is not None and last is not None and first > last:
            self.fault(key, node, f"low {plain(first)} is above high {plain(last)}")
            return None
        return first, last

    def numbers(
        self, block: str, node: Node, limits: Mapping[str, tuple[float, float]], example: str
    ) -> None:
        """A mapping of plain numbers, each kept under its dotted key."""
        for entry in self.mapping(block, node, example):
            key = f"{block}.{shown(entry.key.text)}"
            if entry.key.text not in limits:
                hint = did_you_mean(entry.key.text, limits)
                self.fault(key, entry.key, f"unknown key{hint}")
            elif entry.value.kind not in ("null", "broken"):
                low, high = limits[entry.key.text]
                found = self.number(key, entry.value, low, high, None, share=high == 1.0)
                if found is not None:
                    self.keep(key, found, entry.value)

    # -- eligible

    def eligible(self, node: Node) -> None:
        """Who may take part: each key is kept by itself."""
        for entry in self.mapping("eligible", node, "keys such as {size: micro, sector: laundry}"):
            name, value = entry.key.text, entry.value
            key = f"eligible.{shown(name)}"
            if name not in ELIGIBLE_KEYS:
                why = nearest_thing("eligible", name)
                hint = f": {why}" if why else did_you_mean(name, ELIGIBLE_KEYS, listed=99)
                self.fault(key, entry.key, f"unknown key{hint}")
            elif value.kind not in ("null", "broken"):
                found = self._asked(name, key, value)
                if found is not None:
                    self.keep(key, found, value)

    def _asked(self, name: str, key: str, node: Node) -> object:
        if name == "owner_sex":
            return self.choice(key, node, ELIGIBLE_CHOICES[name])
        if name in ELIGIBLE_CHOICES:
            return self.some(key, node, ELIGIBLE_CHOICES[name])
        if name in ELIGIBLE_FLAGS:
            return self.flag(key, node)
        if name in ELIGIBLE_RANGES:
            return self.span(key, node, *ELIGIBLE_RANGES[name][:2])
        if name == "distance_to":
            return self.choice(key, node, DISTANCE_TO)
        if name == "past_orders":
            if node.kind == "list":
                return self.span(key, node, 0, 12)
            hint = ", or [low, high] months of the last twelve"
            if node.kind == "text" and node.text in PAST_ORDERS:
                return node.text
            message = f"{what(node)} is not one of {', '.join(PAST_ORDERS)}{hint}"
            self.fault(key, node, message)
            return None
        return self._districts(key, node)

    def _districts(self, key: str, node: Node) -> tuple[str, ...] | None:
        """Names; whether the region has them is seen where it is loaded."""
        items = node.items if node.kind == "list" else [node]
        names = [self.text(key, item, "region") for item in items if item.kind != "broken"]
        if not items:
            self.fault(key, node, "is an empty list: name districts, or leave the key out")
        found = tuple(dict.fromkeys(name for name in names if name is not None))
        return found if found and len(names) == len(items) and None not in names else None

    # -- treatment

    def treatments(self, node: Node) -> tuple[Given, ...] | None:
        """What the treated get; an empty list in a placebo trial."""
        example = "- cash_grant: {million_rp: 5}"
        if node.kind != "list":
            self.fault("treatment", node, f"expects a list: write '{example}', got {what(node)}")
            return None
        if len(node.items) > MOST_TREATMENTS:
            self.fault("treatment", node, f"more than {MOST_TREATMENTS} treatments")
            return None
        before = len(self.document.faults)
        found = [self._treatment(f"treatment.{k + 1}", item) for k, item in enumerate(node.items)]
        kept = tuple(one for one in found if one is not None)
        return kept if len(self.document.faults) == before and len(kept) == len(found) else None

    def _treatment(self, key: str, node: Node) -> Given | None:
        if node.kind == "broken":
            return None
        if node.kind in ("text", "bool", "number") and node.text in self.kinds:
            node = Node(
                "mapping", "", node.line, node.column, node.width,
                entries=[_entry(node, node.text)],
            )  # fmt: skip
        entries = self.mapping(key, node, "one kind, such as cash_grant: {million_rp: 5}")
        if node.kind != "mapping":
            return None
        if len(entries) != 1:
            names = ", ".join(shown(entry.key.text) for entry in entries) or "none"
            self.fault(key, node, f"expects one kind in each item, got {names}")
            return None
        name, value = entries[0].key.text, entries[0].value
        if name not in self.kinds:
            why = nearest_thing("treatment", name)
            hint = f": {why}" if why else did_you_mean(name, self.kinds, listed=99)
            self.fault(f"{key}.{shown(name)}", entries[0].key, f"no kind of treatment{hint}")
            return None
        return self._fields(f"{key}.{name}", name, value, entries[0].key)

    def _fields(self, key: str, kind: str, node: Node, place: Node) -> Given | None:
        fields = self.kinds[kind]
        given: dict[str, Node] = {}
        if node.kind not in ("null", "broken"):
            for entry in self.mapping(key, node, f"its fields: {', '.join(fields)}"):
                name = entry.key.text
                if name != "start" and name not in fields:
                    hint = did_you_mean(name, (*fields, "start"), listed=99)
                    self.fault(f"{key}.{shown(name)}", entry.key, f"unknown key{hint}")
                elif entry.value.kind not in ("null", "broken"):
                    given[name] = entry.value
        values: dict[str, float | str | tuple[str, ...]] = {}
        for name, one in fields.items():
            where = f"{key}.{name}"
            if name not in given:
                if one.default is None:
                    self.fault(where, place, f"missing: {_range_of(one)}")
                elif name == "months" and isinstance(one.default, float):
                    values[name] = one.default
                continue
            found = self._field(where, one, given[name])
            if found is not None:
                values[name] = found
        start = 0.0
        if "start" in given:
            start = self.number(f"{key}.start", given["start"], 0, MAX_MONTHS, 0, whole=True) or 0.0
        months = values.pop("months", 1.0)
        return Given(kind, int(start), int(months) if isinstance(months, float) else 1, values)

    def _field(self, key: str, one: FieldLike, node: Node) -> float | str | tuple[str, ...] | None:
        if one.many:
            return self.some(key, node, one.choices)
        if one.choices == ("true", "false"):
            found = self.flag(key, node)
            return None if found is None else str(found).lower()
        if one.choices:
            return self.choice(key, node, one.choices)
        default = one.default if isinstance(one.default, float) else None
        if default is not None and math.isnan(default):
            default = None
        share = one.unit.startswith("share") or one.high == 1.0
        return self.number(key, node, one.low, one.high, default, whole=one.whole, share=share)


def _entry(node: Node, name: str) -> Entry:
    """A kind without fields, as its name alone."""
    return Entry(Node("text", name, node.line, node.column, node.width), Node("null"))


def _range_of(one: FieldLike) -> str:
    if one.choices:
        return f"one of {', '.join(one.choices)}"
    unit = f" {one.unit}" if one.unit else ""
    return f"a number [{plain(float(one.low))}..{plain(float(one.high))}]{unit}"
