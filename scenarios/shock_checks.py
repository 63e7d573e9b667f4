"""The checks of `shocks:` in a scenario file: changes of the world outside, month by month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from scenarios.faults import did_you_mean, shown
from scenarios.reader import Node
from scenarios.region_data import SECTORS
from scenarios.schema import MAX_MONTHS, SHOCK_KEYS
from scenarios.value_checks import MONTH, ValueChecks, Written, what

__all__ = ["EVERY_SECTOR", "Shock", "ShockChecks", "WrittenShock"]

EVERY_SECTOR = "all"
SIZE = (-0.9, 2.0)
COST = (-0.5, 2.0)
MOST_SHOCKS = 200


@dataclass(frozen=True)
class Shock:
    """A spell in which the world outside is another.

    Attributes:
        month: its first month, from 0.
        months: how long it lasts.
        sector: a trade, or "all".
        size: relative change of what households spend on the trade: -0.3 is 30 % less.
        cost: relative change of the trade's unit cost.
        region: the one region it strikes; everywhere if none.
    """

    month: int
    months: int
    sector: str = EVERY_SECTOR
    size: float = 0.0
    cost: float = 0.0
    region: str | None = None

    def plain(self) -> dict[str, object]:
        """As plain JSON."""
        return {key: getattr(self, key) for key in SHOCK_KEYS}


@dataclass(frozen=True)
class WrittenShock:
    """A shock as written: its month may still be a calendar month."""

    month: int | str
    rest: Mapping[str, object]
    node: Node


class ShockChecks(ValueChecks):
    """A list of shocks; the whole list replaces an inherited one."""

    def shocks(self, node: Node) -> tuple[WrittenShock, ...] | None:
        """Every shock of the list; none where one has a fault."""
        if node.kind != "list":
            example = "[{month: 2027-03, months: 6, sector: food_and_cakes, size: -0.3}]"
            self.fault("shocks", node, f"expects a list such as {example}, got {what(node)}")
            return None
        if len(node.items) > MOST_SHOCKS:
            self.fault("shocks", node, f"more than {MOST_SHOCKS} shocks")
            return None
        before = len(self.document.faults)
        found = [self._shock(f"shocks.{k + 1}", item) for k, item in enumerate(node.items)]
        kept = tuple(shock for shock in found if shock is not None)
        return kept if len(self.document.faults) == before and len(kept) == len(found) else None

    def _shock(self, key: str, node: Node) -> WrittenShock | None:
        if node.kind == "broken":
            return None
        given: dict[str, Node] = {}
        for entry in self.mapping(
            key, node, "keys such as {month: 2027-03, months: 6, size: -0.3}"
        ):
            name = entry.key.text
            if name not in SHOCK_KEYS:
                hint = did_you_mean(name, SHOCK_KEYS)
                self.fault(f"{key}.{shown(name)}", entry.key, f"unknown key{hint}")
            elif entry.value.kind not in ("null", "broken"):
                given[name] = entry.value
        if node.kind != "mapping":
            return None
        for name in ("month", "months"):
            if name not in given:
                self.fault(f"{key}.{name}", node, "missing")
        if "size" not in given and "cost" not in given:
            self.fault(f"{key}.size", node, "missing: give size (of spending), cost, or both")
        month = self._month(f"{key}.month", given["month"]) if "month" in given else None
        rest: dict[str, object] = {}
        for name, (low, high) in {"size": SIZE, "cost": COST, "months": (1, MAX_MONTHS)}.items():
            if name in given:
                number = self.number(
                    f"{key}.{name}", given[name], low, high, None, whole=name == "months",
                    share=name != "months",
                )  # fmt: skip
                if number is not None:
                    rest[name] = int(number) if name == "months" else number
        if "sector" in given:
            rest["sector"] = self._sector(f"{key}.sector", given["sector"])
        if "region" in given:
            rest["region"] = self.text(f"{key}.region", given["region"], "region")
        if month is None or "months" not in rest:
            return None
        return WrittenShock(month, rest, node)

    def _sector(self, key: str, node: Node) -> str | None:
        """A trade; the beginning of one is not enough, but gets a question back."""
        whole = [name for name in SECTORS if node.kind == "text" and name.startswith(node.text)]
        if len(whole) == 1 and node.text not in SECTORS:
            self.fault(key, node, f"{shown(node.text)!r} is no trade, did you mean {whole[0]!r}?")
            return None
        return self.choice(key, node, (EVERY_SECTOR, *SECTORS))

    def _month(self, key: str, node: Node) -> int | str | None:
        if node.kind == "number" and node.number.is_integer() and abs(node.number) < 1900:
            return int(node.number)
        if node.kind == "text" and MONTH.fullmatch(node.text):
            return node.text
        advice = "write a month number, or YYYY-MM such as 2027-03"
        self.fault(key, node, f"{what(node)} is no month: {advice}")
        return None


def shock_fault(written: Written, shock: WrittenShock, message: str) -> None:
    """Note a fault at one shock of a list."""
    node = shock.node
    written.document.fault(written.key, message, node.line, node.column, node.width)
