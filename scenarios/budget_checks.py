"""The checks of `budget:` in a scenario file, and what it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from scenarios.faults import Fault, did_you_mean, shown
from scenarios.reader import Node
from scenarios.schema import BUDGET_KEYS, FUTURE_GROUPS, PRICE_YEAR
from scenarios.value_checks import ValueChecks, Written, what
from sim.parameters import levers

__all__ = ["MOST_MILLION_RP", "Budget", "BudgetChecks", "budget_of", "refuse_double"]

MOST_MILLION_RP = 10_000_000.0


@dataclass(frozen=True)
class Budget:
    """Public money of a scenario, and the levers it is spent on.

    Attributes:
        million_rp_per_year: expected public cost in a policy year; none where the levers stand as
            written until a comparison at equal money sets one.
        spend_on: the levers that are scaled by one factor until the cost is met.
        price_year: whose prices the amount is in.
        applied: the levers are sized already.
        places: where each value is written, by "million_rp_per_year" or lever; a fault without
            its message.
    """

    million_rp_per_year: float | None
    spend_on: tuple[str, ...]
    price_year: int = PRICE_YEAR
    applied: bool = False
    places: Mapping[str, Fault] = field(default_factory=dict, compare=False, repr=False)

    @property
    def waits(self) -> bool:
        """Whether an amount was asked for that the levers do not follow yet."""
        return self.million_rp_per_year is not None and not self.applied

    def fault(self, key: str, message: str, name: str) -> Fault:
        """A fault at one of the values; in the scenario as a whole where it is written nowhere."""
        place = self.places.get(key)
        if place is None:
            return Fault(name, 0, 0, "budget", message)
        return replace(place, message=message)


class BudgetChecks(ValueChecks):
    """Amount, year of prices and levers."""

    def budget(self, node: Node) -> None:
        """Check the block; each key is kept by itself, so that a file may inherit the others."""
        example = (
            "{million_rp_per_year: 2000, price_year: 2026, "
            "spend_on: [cash_grant.million_rp_per_year]}"
        )
        for entry in self.mapping("budget", node, example):
            name, value = entry.key.text, entry.value
            key = f"budget.{shown(name)}"
            if name not in BUDGET_KEYS:
                self.fault(key, entry.key, f"unknown key{did_you_mean(name, BUDGET_KEYS)}")
            elif value.kind in ("null", "broken"):
                continue
            elif name == "spend_on":
                found = self._spend_on(key, value)
                if found is not None:
                    self.keep(key, found, value)
            elif name == "price_year":
                self._price_year(key, value)
            else:
                amount = self.number(key, value, 0.0, MOST_MILLION_RP, None)
                if amount is not None:
                    self.keep(key, amount, value)

    def _price_year(self, key: str, node: Node) -> None:
        year = self.number(key, node, 1900, 2200, PRICE_YEAR, whole=True)
        if year is None:
            return
        if int(year) != PRICE_YEAR:
            self.fault(
                key,
                node,
                f"the model's prices are those of {PRICE_YEAR}: convert the amount to them, "
                f"and write {PRICE_YEAR}",
            )
            return
        self.keep(key, int(year), node)

    def _spend_on(self, key: str, node: Node) -> tuple[str, ...] | None:
        if node.kind != "list":
            hint = f": write [{shown(node.text)}]" if node.text in levers() else ""
            self.fault(key, node, f"expects a list of levers, got {what(node)}{hint}")
            return None
        if not node.items:
            self.fault(key, node, "is an empty list: name the levers that the money is spent on")
            return None
        found: list[str] = []
        for item in node.items:
            if item.kind == "broken":
                continue
            if item.kind != "text":
                self.fault(key, item, f"expects a lever's name, got {what(item)}")
            elif item.text not in levers():
                self.fault(key, item, _unknown(item.text))
            elif levers()[item.text].kind != "number" or levers()[item.text].whole:
                self.fault(key, item, f"{item.text} is no amount that could be scaled")
            elif item.text in found:
                self.fault(key, item, f"{item.text} stands twice")
            else:
                found.append(item.text)
        return tuple(found) if len(found) == len(node.items) else None


def _unknown(name: str) -> str:
    if name.split(".", maxsplit=1)[0] in FUTURE_GROUPS:
        return f"{shown(name)!r} is not available in this version"
    return f"{shown(name)!r} is no lever{did_you_mean(name, levers(), listed=0)}"


def budget_of(written: Mapping[str, Written]) -> Budget | None:
    """The budget of merged files; none where nothing says what money is spent on."""
    spend = written.get("budget.spend_on")
    if spend is None:
        return None
    amount = written.get("budget.million_rp_per_year")
    places = {
        name: _place(spend, item) for name, item in zip(spend.value, spend.node.items, strict=True)
    }
    if amount is not None:
        places["million_rp_per_year"] = _place(amount, amount.node)
    return Budget(None if amount is None else amount.value, spend.value, places=places)


def refuse_double(written: Mapping[str, Written]) -> None:
    """Note what cannot be: an amount without levers, or a lever's value that a budget overrules."""
    amount, spend = (written.get(f"budget.{key}") for key in ("million_rp_per_year", "spend_on"))
    if amount is None:
        return
    if spend is None:
        amount.fault(
            "there is no spend_on: name the levers that the money is spent on, such as "
            "spend_on: [cash_grant.million_rp_per_year]"
        )
        return
    if len(spend.value) == 1:
        lever = written.get(f"levers.{spend.value[0]}")
        if lever is not None and lever.layer >= max(amount.layer, spend.layer):
            lever.fault(
                "the budget sizes this lever, so that its value here has no effect: take out one "
                "of the two"
            )


def _place(written: Written, node: Node) -> Fault:
    lines = written.document.lines
    source = lines[node.line - 1] if 0 < node.line <= len(lines) else ""
    return Fault(
        written.document.label, node.line, node.column, written.key, "", source, node.width
    )
