"""The checks of `assume:` in a scenario file."""

from __future__ import annotations

from scenarios.faults import did_you_mean, shown
from scenarios.reader import Entry, Node
from scenarios.schema import ASSUME_KEYS, plain
from scenarios.value_checks import ValueChecks, what
from sim.parameters import registry

__all__ = ["AssumptionChecks"]


class AssumptionChecks(ValueChecks):
    """Values and ranges of parameters, within the registry's hard bounds."""

    def assume(self, entry: Entry) -> None:
        """Check one parameter: a number, or value, range and source."""
        name, node = entry.key.text, entry.value
        key = f"assume.{shown(name)}"
        parameter = registry().get(name)
        if parameter is None:
            hint = did_you_mean(name, registry()) or "; see 'kemitraan list parameters'"
            self.fault(key, entry.key, f"unknown parameter{hint}")
            return
        if node.kind in ("null", "broken"):
            return
        low, high = parameter.bounds
        fields: dict[str, Node] = {}
        faults = len(self.document.faults)
        if node.kind == "mapping":
            for part in self.entries(key, node):
                if part.key.text in ASSUME_KEYS:
                    fields[part.key.text] = part.value
                else:
                    hint = did_you_mean(part.key.text, ASSUME_KEYS)
                    self.fault(f"{key}.{shown(part.key.text)}", part.key, f"unknown key{hint}")
        else:
            fields["value"] = node
        source = ""
        value: float | None = None
        limits: tuple[float, float] | None = None
        given = {k: n for k, n in fields.items() if n.kind != "null"}
        if "source" in given:
            source = self.text(f"{key}.source", given["source"], "source") or ""
        if "value" in given:
            where = f"{key}.value" if node.kind == "mapping" else key
            share = (low, high) == (0.0, 1.0)
            value = self.number(where, given["value"], low, high, parameter.value, share=share)
        if "range" in given:
            limits = self._range(f"{key}.range", given["range"], low, high, share=(high == 1.0))
            if parameter.fixed and limits is not None:
                self.fault(f"{key}.range", given["range"], "is a setting: give it one value")
        if len(self.document.faults) > faults or any(n.kind == "broken" for n in given.values()):
            return
        if value is None and limits is None:
            self.fault(key, node, "expects a number, or value and range")
            return
        if value is not None and limits is not None and not limits[0] <= value <= limits[1]:
            inside = f"[{plain(limits[0])}..{plain(limits[1])}]"
            message = f"{plain(value)} is outside the range given with it {inside}"
            self.fault(f"{key}.value", given["value"], message)
            return
        self.keep(f"assume.{name}", (value, limits, source), node)

    def _range(
        self, key: str, node: Node, low: float, high: float, *, share: bool
    ) -> tuple[float, float] | None:
        if node.kind == "broken" or any(item.kind == "broken" for item in node.items):
            return None
        if node.kind != "list" or len(node.items) != 2:
            hint = ": write decimals with a point, as in [0.2, 0.8]" if len(node.items) == 4 else ""
            got = what(node) if node.kind != "list" else f"{len(node.items)} values"
            self.fault(key, node, f"expects [low, high], got {got}{hint}")
            return None
        first, last = (self.number(key, item, low, high, None, share=share) for item in node.items)
        if first is None or last is None:
            return None
        if first > last:
            self.fault(key, node, f"low {plain(first)} is above high {plain(last)}")
            return None
        return first, last
