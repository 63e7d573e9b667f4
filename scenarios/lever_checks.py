"""The checks of `levers:` in a scenario file."""

from __future__ import annotations

from scenarios.faults import did_you_mean, shown
from scenarios.reader import Entry, Node
from scenarios.schema import FUTURE_GROUPS, MAX_MONTHS, TIMING_KEYS, Spelling, spellings
from scenarios.value_checks import MONTH, ValueChecks, what
from sim.parameters import Lever, lever_groups, levers

__all__ = ["LeverChecks"]


class LeverChecks(ValueChecks):
    """Groups, levers, goods and times."""

    def levers(self, node: Node) -> None:
        """Check all groups and their levers."""
        groups = lever_groups()
        told = False  # all names of groups, once a file
        for entry in self.mapping("levers", node, "groups such as {hotel: {quota: 0.3}}"):
            group = entry.key.text
            key = f"levers.{shown(group)}"
            if group in FUTURE_GROUPS:
                self.fault(key, entry.key, "not available in this version: take it out")
            elif group not in groups:
                hint = did_you_mean(group, groups, listed=0 if told else len(groups))
                self.fault(key, entry.key, f"unknown lever group{hint}")
                told = True
            elif entry.value.kind not in ("null", "broken"):
                for lever in self.mapping(key, entry.value, "levers such as {start: 2027-01}"):
                    self._lever(group, lever)

    def _lever(self, group: str, entry: Entry) -> None:
        name, node = entry.key.text, entry.value
        if name in TIMING_KEYS or name == "ramp":
            self._timing(f"levers.{group}.{'ramp_months' if name == 'ramp' else name}", node)
            return
        spelling = spellings(group).get(name)
        if spelling is None:
            self.fault(f"levers.{group}.{shown(name)}", entry.key, _unknown_lever(group, name))
            return
        key = f"levers.{spelling.lever.name}"
        if key in self.written:
            first = self.written[key].node.line
            self.fault(f"levers.{group}.{name}", entry.key, f"sets {key} again, see line {first}")
            return
        if node.kind in ("null", "broken"):
            return
        value = self._lever_value(f"levers.{group}.{name}", spelling, node)
        if value is not None:
            self.keep(key, value, node)

    def _lever_value(
        self, key: str, spelling: Spelling, node: Node
    ) -> float | str | tuple[str, ...] | None:
        lever = spelling.lever
        if lever.kind == "choice":
            return self.choice(key, node, lever.choices)
        if lever.kind == "list":
            return self._goods(key, node, lever)
        default = self.default(
            f"levers.{lever.name}", lever.null if isinstance(lever.null, float) else 0.0
        )
        value = self.number(
            key,
            node,
            spelling.to_written(lever.low or 0.0),
            spelling.to_written(lever.high or 0.0),
            spelling.to_written(default),
            whole=lever.whole,
            share=lever.unit == "share" and spelling.per == 1.0,
        )
        return None if value is None else spelling.to_native(value)

    def _goods(self, key: str, node: Node, lever: Lever) -> tuple[str, ...] | None:
        if node.kind != "list":
            hint = f": write [{shown(node.text)}]" if node.text in lever.choices else ""
            self.fault(key, node, f"expects a list of goods, got {what(node)}{hint}")
            return None
        found: list[str] = []
        for item in node.items:
            if item.kind == "broken":
                continue
            if item.kind != "text":
                self.fault(key, item, f"expects the name of a good, got {what(item)}")
            elif item.text not in lever.choices:
                hint = did_you_mean(item.text, lever.choices)
                self.fault(key, item, f"{shown(item.text)!r} is no known good{hint}")
            elif item.text in found:
                self.fault(key, item, f"{item.text} stands twice")
            else:
                found.append(item.text)
        return tuple(found) if len(found) == len(node.items) else None

    def _timing(self, key: str, node: Node) -> None:
        if key in self.written:
            self.fault(key, node, f"set again, see line {self.written[key].node.line}")
        elif node.kind in ("null", "broken"):
            return
        elif key.endswith(".ramp_months"):
            default = self.default(key, 0)
            number = self.number(key, node, 0, MAX_MONTHS, default, whole=True)
            if number is not None:
                self.keep(key, int(number), node)
        elif node.kind == "number" and node.number.is_integer() and abs(node.number) < 1900:
            self.keep(key, int(node.number), node)
        elif node.kind == "text" and MONTH.fullmatch(node.text):
            self.keep(key, node.text, node)
        else:
            advice = "write a month number, or YYYY-MM such as 2027-01"
            self.fault(key, node, f"{what(node)} is no month: {advice}")


def _unknown_lever(group: str, key: str) -> str:
    own = (*lever_groups()[group].keys, *TIMING_KEYS)
    elsewhere = [lever.name for lever in levers().values() if lever.key == key]
    if elsewhere:
        return f"unknown key, did you mean levers.{elsewhere[0]}?"
    return f"unknown key{did_you_mean(key, own)}"
