"""The checks of one scenario file: from its tree to values under dotted keys.

Nothing here looks at other files except for the values they hand down, which a
message names as the default.
"""

from __future__ import annotations

import re

from scenarios.assumption_checks import AssumptionChecks
from scenarios.budget_checks import BudgetChecks
from scenarios.faults import did_you_mean, shown
from scenarios.lever_checks import LeverChecks
from scenarios.reader import Node
from scenarios.schema import (
    DEFAULT_MONTHS,
    FUTURE_GROUPS,
    INSTRUMENTS,
    LANGUAGES,
    MAX_MONTHS,
    TOP_KEYS,
)
from scenarios.shock_checks import ShockChecks
from scenarios.value_checks import MONTH, Written, what
from sim.parameters import lever_groups, registry

__all__ = ["Checker"]

_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")


class Checker(LeverChecks, AssumptionChecks, BudgetChecks, ShockChecks):
    """Checks one document; `written` holds what passed, faults go to the document."""

    def check(self, root: Node) -> dict[str, Written]:
        """Every valid value of the document by dotted key."""
        if root.kind != "mapping":
            self.fault("", root, "expects keys at top level: name, extends, region, levers")
            return {}
        for entry in self.entries("", root):
            key, value = entry.key.text, entry.value
            if key not in TOP_KEYS:
                self.fault(shown(key), entry.key, _unknown_top(key))
            elif value.kind not in ("null", "broken"):
                self._top(key, value)
        return self.written

    def _top(self, key: str, node: Node) -> None:
        value: object = None
        match key:
            case "name":
                value = self._name(node)
            case "title":
                value = self._title(node)
            case "extends" | "region":
                value = self.text(key, node, "region")
                if value is not None and ("\n" in str(value) or "\t" in str(value)):
                    self.fault(key, node, "expects a name on one line")
                    value = None
            case "description":
                value = self.text(key, node, key)
            case "months":
                number = self.number(
                    key, node, 1, MAX_MONTHS, self.default(key, DEFAULT_MONTHS), whole=True
                )
                value = None if number is None else int(number)
            case "first_month":
                value = self._calendar(key, node)
            case "instrument":
                value = self.choice(key, node, INSTRUMENTS)
            case "budget":
                self.budget(node)
            case "shocks":
                value = self.shocks(node)
            case "levers":
                self.levers(node)
            case "assume":
                for entry in self.mapping(key, node, "parameters such as {displacement: 0.4}"):
                    self.assume(entry)
        if value is not None:
            self.keep(key, value, node)

    def _name(self, node: Node) -> str | None:
        if node.kind == "text" and _NAME.fullmatch(node.text):
            return node.text
        message = (
            "a name has lower-case letters, digits and underscores, at most 64, letter first"
            if node.kind in ("text", "number", "bool")
            else f"expects a name, got {what(node)}"
        )
        self.fault("name", node, message)
        return None

    def _title(self, node: Node) -> dict[str, str] | None:
        if node.kind != "mapping":
            text = self.text("title", node, "title")
            return None if text is None else dict.fromkeys(LANGUAGES, text)
        found: dict[str, str] = {}
        for entry in self.entries("title", node):
            key = f"title.{shown(entry.key.text)}"
            if entry.key.text not in LANGUAGES:
                self.fault(key, entry.key, f"unknown key{did_you_mean(entry.key.text, LANGUAGES)}")
            elif entry.value.kind not in ("null", "broken"):
                text = self.text(key, entry.value, "title")
                if text is not None:
                    found[entry.key.text] = text
        if not found:
            return None
        return {lang: found.get(lang) or next(iter(found.values())) for lang in LANGUAGES}

    def _calendar(self, key: str, node: Node) -> str | None:
        if node.kind == "text" and MONTH.fullmatch(node.text):
            return node.text
        self.fault(key, node, f"{what(node)} is no month: write YYYY-MM, such as 2027-01")
        return None


def _unknown_top(key: str) -> str:
    if key in lever_groups() or key in FUTURE_GROUPS:
        return "unknown key: groups of levers stand under 'levers:'"
    if key in registry():
        return "unknown key: assumptions about parameters stand under 'assume:'"
    return f"unknown key{did_you_mean(key, TOP_KEYS)}"
